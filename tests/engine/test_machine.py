"""Facts of machines that are described by files."""
import subprocess
import sys

import pytest

from quire.engine.machine import Cuda, Machine, cuda_devices, memory

MEMINFO = "MemTotal:       16777216 kB\nMemFree:         1048576 kB\nMemAvailable:    8388608 kB\n"
CPUINFO = "processor\t: 0\nmodel name\t: Some CPU\ncpu MHz\t\t: {mhz}\nflags\t\t: fpu {flags}\n"




def put(root, path, text):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def test_without_a_cgroup_what_the_machine_says(tmp_path):
    put(tmp_path, "proc/meminfo", MEMINFO)
    assert memory(tmp_path) == (16 << 30, 8 << 30, "free on this machine")


def test_a_cgroup_of_version_2_binds_and_cached_files_count_as_free(tmp_path):
    put(tmp_path, "proc/meminfo", MEMINFO)
    put(tmp_path, "proc/self/cgroup", "0::/kube/pod\n")
    put(tmp_path, "sys/fs/cgroup/kube/pod/memory.max", str(4 << 30))
    put(tmp_path, "sys/fs/cgroup/kube/pod/memory.current", str(3 << 30))
    put(tmp_path, "sys/fs/cgroup/kube/pod/memory.stat", f"anon 1\ninactive_file {1 << 30}\n")
    assert memory(tmp_path) == (4 << 30, 2 << 30, "left under the cgroup's limit")


def test_an_outer_cgroup_binds_too(tmp_path):
    put(tmp_path, "proc/meminfo", MEMINFO)
    put(tmp_path, "proc/self/cgroup", "0::/kube/pod\n")
    put(tmp_path, "sys/fs/cgroup/kube/pod/memory.max", "max")
    put(tmp_path, "sys/fs/cgroup/kube/memory.max", str(1 << 30))
    put(tmp_path, "sys/fs/cgroup/kube/memory.current", "0")
    assert memory(tmp_path)[:2] == (1 << 30, 1 << 30)


@pytest.mark.parametrize(("limit", "available"), [(str(2 << 30), 1 << 30), (str((1 << 63) - 4096), 8 << 30)])
def test_a_cgroup_of_version_1(tmp_path, limit, available):
    put(tmp_path, "proc/meminfo", MEMINFO)
    put(tmp_path, "proc/self/cgroup", "5:memory:/docker/abc\n4:cpu,cpuacct:/\n")
    put(tmp_path, "sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", limit)
    put(tmp_path, "sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes", str(1 << 30))
    assert memory(tmp_path)[1] == available


def test_a_cgroup_that_is_over_its_limit_leaves_nothing(tmp_path):
    put(tmp_path, "proc/meminfo", MEMINFO)
    put(tmp_path, "proc/self/cgroup", "0::/\n")
    put(tmp_path, "sys/fs/cgroup/memory.max", "100")
    put(tmp_path, "sys/fs/cgroup/memory.current", "200")
    assert memory(tmp_path)[1] == 0


@pytest.mark.parametrize(("flags", "isa"), [
    ("avx512f avx512bw avx512vl avx2 fma", "avx512"), ("avx512f avx2 fma", "avx2"), ("avx2 fma", "avx2"),
    ("avx2", "plain"), ("sse2", "plain"),
    ("asimd fp", "neon"),
])
def test_instruction_sets(tmp_path, monkeypatch, flags, isa):
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    put(tmp_path, "proc/meminfo", MEMINFO)
    put(tmp_path, "proc/cpuinfo", CPUINFO.format(mhz=3100, flags=flags))
    found = Machine.probe(tmp_path, with_cuda=False)
    assert (found.isa, found.cpu, found.ghz, found.cuda_reason) == (isa, "Some CPU", 3.1, "not asked")


@pytest.mark.parametrize(("mhz", "ghz"), [(400, 2.0), (9000, 4.0), (2600, 2.6)])
def test_a_clock_that_cannot_be_the_working_one_is_kept_within_reason(tmp_path, mhz, ghz):
    put(tmp_path, "proc/meminfo", MEMINFO)
    put(tmp_path, "proc/cpuinfo", CPUINFO.format(mhz=mhz, flags=""))
    assert Machine.probe(tmp_path, with_cuda=False).ghz == ghz


def test_without_a_driver_torch_is_not_asked(tmp_path, monkeypatch):
    class NoTorch:
        def __getattr__(self, name):
            raise AssertionError("torch was asked")
    monkeypatch.setattr("quire.engine.machine.torch", NoTorch())
    assert cuda_devices(tmp_path) == ((), "no GPU driver on this machine")


class FakeTorch:
    """A torch that sees two devices."""
    __version__ = "9"

    class cuda:
        @staticmethod
        def is_available():
            return True

        @staticmethod
        def device_count():
            return 2

        @staticmethod
        def mem_get_info(index):
            return 10 + index, 20

        @staticmethod
        def get_device_name(index):
            return f"GPU {index}"

        @staticmethod
        def get_device_capability(index):
            return 9, 0


def test_devices_are_those_that_torch_sees(tmp_path, monkeypatch):
    put(tmp_path, "dev/nvidiactl", "")
    monkeypatch.setattr("quire.engine.machine.torch", FakeTorch)
    monkeypatch.setitem(sys.modules, "torch", FakeTorch)
    devices = (Cuda("GPU 0", 20, 10, (9, 0)), Cuda("GPU 1", 20, 11, (9, 0)))
    assert cuda_devices(tmp_path) == (devices, "")


def test_torch_is_asked_in_another_process_unless_it_is_loaded(tmp_path, monkeypatch):
    """This torch sees no device; the answer comes back in words, and torch does not stay."""
    put(tmp_path, "dev/nvidiactl", "")
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    devices, reason = cuda_devices(tmp_path)
    assert devices == () and "torch" in reason and "torch" not in sys.modules


@pytest.mark.parametrize("answer", ["print('nonsense')", "raise SystemExit(3)", "print('{}')"])
def test_an_answer_that_makes_no_sense_is_a_reason(tmp_path, monkeypatch, answer):
    put(tmp_path, "dev/nvidiactl", "")
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    command = [sys.executable, "-c", answer]
    run = subprocess.run
    monkeypatch.setattr("quire.engine.machine.subprocess.run", lambda ignored, **rest: run(command, **rest))
    devices, reason = cuda_devices(tmp_path)
    assert devices == () and "could not be asked" in reason
