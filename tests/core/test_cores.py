"""The CPUs of machines that are described by files, and those of the kernels' pool."""
import os

import pytest

from quire.core.cores import cgroup_folders, usable, usable_cores, usable_threads
from quire.kernels import table


def put(root, path, text):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def test_cgroup_folders_are_inner_first(tmp_path):
    put(tmp_path, "proc/self/cgroup", "0::/a/b\n")
    (tmp_path / "sys/fs/cgroup/a/b").mkdir(parents=True)
    top = tmp_path / "sys/fs/cgroup"
    assert cgroup_folders(tmp_path) == [top / "a/b", top / "a", top]


def test_a_share_of_time_bounds_the_threads(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)), raising=False)
    assert usable_threads(tmp_path) == list(range(8))
    put(tmp_path, "proc/self/cgroup", "0::/\n")
    put(tmp_path, "sys/fs/cgroup/cpu.max", "250000 100000")
    assert usable_threads(tmp_path) == [0, 1]
    put(tmp_path, "sys/fs/cgroup/cpu.max", "50000 100000")
    assert usable_threads(tmp_path) == [0]
    put(tmp_path, "sys/fs/cgroup/cpu.max", "max 100000")
    assert len(usable_threads(tmp_path)) == 8


def test_two_threads_of_a_core_count_once(tmp_path):
    for cpu in range(4):
        put(tmp_path, f"sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list", f"{cpu % 2},{cpu % 2 + 2}")
    assert usable_cores(tmp_path, [0, 1, 2, 3]) == 2
    assert usable_cores(tmp_path, [0, 2]) == 1
    assert usable_cores(tmp_path / "nowhere", [0, 1, 2]) == 3


def test_cores_are_those_of_the_threads_that_may_run(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)), raising=False)
    for cpu in range(8):
        put(tmp_path, f"sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list", f"{cpu % 4},{cpu % 4 + 4}")
    assert usable(tmp_path) == 4
    put(tmp_path, "proc/self/cgroup", "0::/\n")
    put(tmp_path, "sys/fs/cgroup/cpu.max", "300000 100000")
    assert usable(tmp_path) == 3


@pytest.mark.skipif(not table.has_native(), reason=table.native_reason())
def test_the_kernels_pool_takes_as_many(monkeypatch):
    """Unless it is told how many; the affinity alone does not tell."""
    try:
        monkeypatch.setattr(table.cores, "usable", lambda: 3)
        table._cpu.cache_clear()
        assert table.native_reason().endswith(" on 3 threads")
        table.set_threads(2)
        assert table.native_reason().endswith(" on 2 threads")
        table.set_threads(0)
        assert table.native_reason().endswith(" on 3 threads")
    finally:
        monkeypatch.undo()
        table._cpu.cache_clear()
        table.set_threads(0)
