"""The pool of threads: lives on in a forked child, serves several callers, and lets other Python threads run."""
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from quire.kernels.table import has_native, native_reason, ops_for, set_threads
from tests.kernels.cases import Draw, assert_same

pytestmark = pytest.mark.skipif(not has_native(), reason=native_reason())

FORK = """
import os, torch
from quire.kernels.table import ops_for, set_threads
set_threads(3)
ops, x = ops_for(torch.device("cpu"), torch.float32), torch.ones(40, 512)
packed = ops.pack(torch.linspace(-1, 1, 512 * 600).reshape(600, 512))
want = ops.linear(x, packed)                    # the pool has started
def same():
    if not all(torch.equal(ops.linear(x, packed), want) for _ in range(5)):
        return False
    tasks = "/proc/self/task"                   # a pool without its threads is right too, but alone
    return not os.path.isdir(tasks) or len(os.listdir(tasks)) >= 3
for _ in range(3):
    if (child := os.fork()) == 0:
        grandchild = os.fork() if same() else -1
        if grandchild == 0:
            os._exit(0 if same() else 3)
        os._exit(4 if grandchild < 0 else os.waitstatus_to_exitcode(os.waitpid(grandchild, 0)[1]))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert same()
print("the children agree")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork() on this system")
def test_it_is_made_anew_in_a_child() -> None:
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", FORK], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "the children agree" in done.stdout, done.stderr


def test_callers_from_several_threads_get_their_own_results() -> None:
    ops, draw = ops_for(torch.device("cpu"), torch.float32), Draw(1, torch.float32)
    packed = [ops.pack(draw.normal(300, 200)) for _ in range(4)]
    x = draw.normal(33, 200)
    want = [ops.linear(x, p) for p in packed]
    with ThreadPoolExecutor(4) as pool:
        for i, got in enumerate(pool.map(lambda i: ops.linear(x, packed[i % 4]), range(80))):
            assert_same(got, want[i % 4])


def test_fewer_and_more_threads_while_it_lives() -> None:
    ops, draw = ops_for(torch.device("cpu"), torch.float32), Draw(2, torch.float32)
    packed, x = ops.pack(draw.normal(300, 200)), draw.normal(33, 200)
    want = ops.linear(x, packed)
    for count in (1, 4, 2, 6, 1, 3, 0):
        set_threads(count)
        for _ in range(5):
            assert_same(ops.linear(x, packed), want)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_every_task_runs_once_before_the_call_returns(count: int) -> None:
    from quire import _kernels
    set_threads(count)
    for tasks, calls in ((1, 100), (2, 3000), (3, 3000), (64, 3000), (1000, 3000)):
        assert _kernels.check_pool(tasks, calls)
    set_threads(0)


def test_other_python_threads_run_during_a_kernel() -> None:
    """With a switch interval of an hour nothing but the kernel letting go of the GIL lets the other thread count."""
    ops, draw = ops_for(torch.device("cpu"), torch.float32), Draw(3, torch.float32)
    packed, x, out = ops.pack(draw.normal(1000, 1000)), draw.normal(200, 1000), torch.empty(200, 1000)
    counted, stop, interval = [0], threading.Event(), sys.getswitchinterval()

    def count() -> None:
        while not stop.is_set():
            counted[0] += 1
            time.sleep(0)                       # lets go of the GIL, so that the kernel's caller gets it back

    other = threading.Thread(target=count)
    sys.setswitchinterval(3600)
    try:
        other.start()
        for _ in range(300):
            before = counted[0]
            ops.linear(x, packed, out=out)
            if counted[0] > before:
                break
        else:
            pytest.fail("no other thread ran during 300 calls")
    finally:
        stop.set()
        sys.setswitchinterval(interval)
        other.join()
