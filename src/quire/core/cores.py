"""The CPUs that this process may use, under its affinity and its cgroup's share of time: the one answer, for the plan and for
the kernels' pool. A thread more than that waits for one that waits for it.

Every reader takes the root of the file tree, so that tests can describe another machine.
"""
import os
from pathlib import Path

ROOT = Path("/")


def usable(root: Path = ROOT) -> int:
    """Physical cores."""
    return usable_cores(root, usable_threads(root))


def usable_threads(root: Path) -> list[int]:
    """Logical CPUs that this process may run on, cut to the cgroup's share of time."""
    cpus = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))
    quota = min((_cpu_quota(folder) for folder in cgroup_folders(root)), default=float("inf"))
    return cpus[:max(1, int(min(quota, len(cpus))))]


def usable_cores(root: Path, threads: list[int]) -> int:
    """Two threads of one core share its arithmetic units, so they count once."""
    topology = root / "sys/devices/system/cpu"
    siblings = {read(topology / f"cpu{i}/topology/thread_siblings_list").strip() or str(i) for i in threads}
    return max(1, len(siblings))


def cgroup_folders(root: Path) -> list[Path]:
    """Folders of every control group that this process is in, inner first. Limits of outer ones bind too."""
    folders = []
    for line in read(root / "proc/self/cgroup").splitlines():
        _, controllers, inside = line.split(":", 2)
        top = root / "sys/fs/cgroup"
        for name in controllers.split(",") if controllers else [""]:
            base, path = top / name, Path(inside.lstrip("/"))
            folders += [base / part for part in (path, *path.parents)]
    return [f for f in dict.fromkeys(folders) if f.is_dir()]


def _cpu_quota(folder: Path) -> float:
    if words := read(folder / "cpu.max").split():
        return float("inf") if words[0] == "max" else int(words[0]) / int(words[1])
    quota, period = number(folder / "cpu.cfs_quota_us"), number(folder / "cpu.cfs_period_us")
    return quota / period if quota > 0 and period > 0 else float("inf")


def read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def number(path: Path) -> int:
    text = read(path).strip()
    return int(text) if text.lstrip("-").isdigit() else 0
