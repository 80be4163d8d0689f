"""What this machine has, asked once: cores, instruction set, memory under the cgroup, CUDA devices.

Nothing here decides anything. Every reader takes the root of the file tree, so that tests can describe another machine.
"""
import json
import os
import platform
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quire.core.cores import cgroup_folders, number, read, usable_cores, usable_threads
from quire.core.lazy import lazy

torch = lazy("torch")

ASK_SECONDS = 120.0                 # torch loads slowly from a cold disk
UNLIMITED = 1 << 60                 # cgroup version 1 writes a number near 2^63 where version 2 writes "max"
DRIVER_FILES = ("dev/nvidiactl", "dev/kfd", "dev/dxg")      # NVIDIA, AMD, and either of them under Windows


@dataclass(frozen=True, slots=True)
class Cuda:
    """One device. Bytes; capability as (major, minor)."""
    name: str
    total: int
    free: int
    capability: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Machine:
    cpu: str                        # its name
    cores: int                      # physical ones that this process may use
    threads: int                    # logical ones
    ghz: float
    isa: str                        # avx512 | avx2 | neon | plain
    extensions: tuple[str, ...]     # of these avx512_bf16, avx512_vnni, amx_tile, amx_bf16, bf16, i8mm
    total_memory: int               # bytes
    available_memory: int
    memory_reason: str              # what bounds available_memory
    cuda: tuple[Cuda, ...] = ()
    cuda_reason: str = ""           # why there is none

    @classmethod
    def probe(cls, root: Path = Path("/"), with_cuda: bool = True) -> "Machine":
        info = read(root / "proc/cpuinfo")
        flags = set(_field(info, "flags", "Features").split())
        total, available, reason = memory(root)
        devices, why_none = cuda_devices(root) if with_cuda else ((), "not asked")
        threads = usable_threads(root)
        return cls(
            cpu=_field(info, "model name", "CPU part") or platform.processor() or platform.machine(),
            cores=usable_cores(root, threads), threads=len(threads), ghz=_ghz(info), isa=_isa(flags),
            extensions=tuple(f for f in EXTENSIONS if f in flags), total_memory=total, available_memory=available,
            memory_reason=reason, cuda=devices, cuda_reason=why_none)


EXTENSIONS = ("avx512_bf16", "avx512_vnni", "amx_tile", "amx_bf16", "bf16", "i8mm")


def _field(info: str, *names: str) -> str:
    for name in names:
        if match := re.search(rf"^{name}\s*:\s*(.*)$", info, re.MULTILINE):
            return match[1].strip()
    return ""


def _ghz(info: str) -> float:
    """What /proc says may be an idle core's clock, so it is kept within reason."""
    megahertz = [float(m) for m in re.findall(r"^cpu MHz\s*:\s*([\d.]+)", info, re.MULTILINE)]
    return min(max(max(megahertz, default=2500.0) / 1000, 2.0), 4.0)


def _isa(flags: set[str]) -> str:
    if {"avx512f", "avx512bw", "avx512vl"} <= flags:
        return "avx512"
    if {"avx2", "fma"} <= flags:
        return "avx2"
    return "neon" if "asimd" in flags or platform.machine() in ("arm64", "aarch64") else "plain"


def memory(root: Path) -> tuple[int, int, str]:
    """Total and available bytes, and what bounds the latter."""
    info = read(root / "proc/meminfo")
    fields = {name: int(number) * 1024 for name, number in re.findall(r"^(\w+):\s+(\d+) kB", info, re.MULTILINE)}
    if "MemTotal" not in fields:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        return total, total // 2, "half of the physical memory, as this system does not say what is free"
    total, reason = fields["MemTotal"], "free on this machine"
    available = fields.get("MemAvailable", total // 2)
    for folder in cgroup_folders(root):
        limit, room = _cgroup_room(folder)
        total = min(total, limit)
        if room < available:
            available, reason = room, "left under the cgroup's limit"
    return total, available, reason


def _cgroup_room(folder: Path) -> tuple[int, int]:
    """The limit and what it leaves. Cached file pages can be dropped, so they count as free."""
    for most, used in (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes")):
        limit = number(folder / most)
        if 0 < limit < UNLIMITED:
            match = re.search(r"^(?:total_)?inactive_file (\d+)", read(folder / "memory.stat"), re.MULTILINE)
            return limit, max(0, limit - number(folder / used) + (int(match[1]) if match else 0))
    return UNLIMITED, UNLIMITED


def cuda_devices(root: Path) -> tuple[tuple[Cuda, ...], str]:
    """torch is asked only where a driver's device file says that it may find something. Unless it is loaded anyway,
    another process asks: a server needs no torch, and must not hold a context on the device as long as it lives."""
    if not any((root / file).exists() for file in DRIVER_FILES):
        return (), "no GPU driver on this machine"
    found = ask_torch() if "torch" in sys.modules else _ask_elsewhere()
    devices = [Cuda(**{**device, "capability": tuple(device["capability"])}) for device in found["devices"]]
    return tuple(devices), found["reason"]


def ask_torch() -> dict[str, Any]:
    """Plain data: devices, and why there are none."""
    try:
        if not torch.cuda.is_available():
            reason = f"a GPU driver is there, but torch {torch.__version__} finds no device it can use"
            return {"devices": [], "reason": reason}
        return {"devices": [_device(i) for i in range(torch.cuda.device_count())], "reason": ""}
    except (ImportError, OSError, RuntimeError) as error:
        return {"devices": [], "reason": f"torch cannot use the GPU: {error}"}


def _device(index: int) -> dict[str, Any]:
    free, total = torch.cuda.mem_get_info(index)
    return {"name": torch.cuda.get_device_name(index), "total": total, "free": free,
            "capability": list(torch.cuda.get_device_capability(index))}


def _ask_elsewhere() -> dict[str, Any]:
    try:
        command = [sys.executable, "-m", "quire.engine.machine"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=ASK_SECONDS)
        found = json.loads(done.stdout)
        return {"devices": found["devices"], "reason": found["reason"]}
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        return {"devices": [], "reason": f"torch could not be asked about the GPU: {error}"}


if __name__ == "__main__":
    print(json.dumps(ask_torch()))
