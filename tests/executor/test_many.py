"""Ranks as processes: they answer together, listen to nobody outside, and neither outlive their parent nor die
unnoticed."""
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from safetensors.torch import load_file, save_file

from quire.core.errors import DeviceError, ModelError
from quire.core.types import News, Sampling
from quire.engine.engine import Engine
from quire.executor import many, wire
from quire.executor.many import ManyExecutor

from ..tiny import tiny, tiny_plan
from ..whole import engine, finish

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
PROMPTS = [[17 * i % 200 + j for j in range(5 + 9 * i % 40)] for i in range(6)]
ANSWER = Sampling(6, num_logprobs=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reading id 255 gives what is no number. The vocabulary, 261, is not a multiple of the ranks."""
    folder = tiny(tmp_path_factory.mktemp("many"))
    weights = load_file(folder / "model.safetensors")
    weights["model.embed_tokens.weight"][255, 5] = float("nan")
    save_file(weights, folder / "model.safetensors")
    return folder


@pytest.fixture(scope="module")
def two(folder: Path) -> Iterator[Engine]:
    with engine(folder, depth=2, tensor_parallel_size=2) as one:
        assert isinstance(one.executor, ManyExecutor)
        processes = [rank.process for rank in one.executor.ranks]
        yield one
    assert [process.returncode for process in processes] == [0, 0], "they had to be killed"


def pids_of(one: Engine) -> list[int]:
    assert isinstance(one.executor, ManyExecutor)
    return [rank.process.pid for rank in one.executor.ranks]


def run_all(one: Engine, prompts: list[list[int]], sampling: Sampling = ANSWER) -> list[list[News]]:
    ids = [one.add(prompt, sampling)[0] for prompt in prompts]
    news = finish(one)
    return [news[i] for i in ids]


def tokens(news: list[News]) -> list[int]:
    return [token for one in news for token in one.tokens]


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    for _ in range(600):
        if is_so():
            return
        time.sleep(0.05)
    raise AssertionError(f"not within 30 s: {what}")


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_two_ranks_say_what_one_says(folder: Path, two: Engine) -> None:
    with engine(folder) as one:
        expected = run_all(one, PROMPTS)
    found = run_all(two, PROMPTS)
    assert [tokens(n) for n in found] == [tokens(n) for n in expected]
    for ours, theirs in zip(found, expected, strict=True):
        for a, b in zip(ours, theirs, strict=True):
            assert abs(a.logprobs.values - b.logprobs.values).max() < 1e-3


def test_a_failure_is_one_requests_own_on_all_ranks(two: Engine) -> None:
    """Twice, so that ranks that disagreed about it would be out of step by now."""
    expected = [tokens(n) for n in run_all(two, PROMPTS)]
    for _ in range(2):
        refused = two.add(PROMPTS[0], replace(ANSWER, logit_bias=((1 << 20, 1.0),)))    # by rank 0's sampler alone
        ids = [two.add(prompt, ANSWER)[0] for prompt in [*PROMPTS[:3], [1, 2, 255, 4], *PROMPTS[3:], [9, 1 << 20]]]
        news = finish(two)
        assert news[refused[0]][-1].error
        assert "not finite" in news[ids[3]][-1].error and "vocabulary" in news[ids[7]][-1].error
        assert [tokens(news[i]) for i in ids[:3] + ids[4:7]] == expected


def test_vectors_and_logprobs_of_prompts(folder: Path, two: Engine) -> None:
    with engine(folder) as one:
        for sampling in (Sampling(1, vector=True), Sampling(1, vector=True, mean=True), Sampling(2, num_prompt_logprobs=2)):
            ours, theirs = (run_all(e, PROMPTS[:3], sampling) for e in (two, one))
            for a, b in zip(ours, theirs, strict=True):
                if sampling.vector:
                    assert abs(a[-1].vector - b[-1].vector).max() < 1e-3
                else:
                    assert abs(a[0].prompt_logprobs.values - b[0].prompt_logprobs.values).max() < 1e-3


def test_no_port_is_open_but_on_the_loopback_interface(two: Engine) -> None:
    """Listening sockets of the ranks, by the inode of each of their descriptors."""
    inodes = {os.readlink(fd) for pid in pids_of(two) for fd in Path(f"/proc/{pid}/fd").iterdir()}
    addresses = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                addresses.append(fields[1].split(":")[0])
    loopback = f"{int.from_bytes(socket.inet_aton('127.0.0.1'), sys.byteorder):08X}"
    assert addresses and set(addresses) == {loopback}


def test_who_does_not_know_the_secret_is_no_rank(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def init(plan: dict[str, Any], rank: int, size: int, meeting: str, secret: bytes) -> wire.Init:
        assert len(secret) == 32 and meeting.startswith(tempfile.gettempdir())
        return wire.Init(plan, rank, size, meeting, secret if rank else bytes(32))

    monkeypatch.setattr(many, "wire", SimpleNamespace(**{**vars(wire), "Init": init}))
    executor = ManyExecutor(tiny_plan(folder, tensor_parallel_size=2))
    with pytest.raises(DeviceError, match="does not know the secret"):
        executor.start()


def test_the_ranks_meet_in_a_folder_that_nobody_else_may_enter(two: Engine) -> None:
    assert isinstance(two.executor, ManyExecutor)
    assert two.executor.folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in two.executor.folder.iterdir() if path.is_file()] == ["ranks"]


def test_a_dead_rank_is_noticed(folder: Path) -> None:
    with engine(folder, tensor_parallel_size=2) as one:
        pids = pids_of(one)
        one.add(PROMPTS[0], Sampling(200))
        for _ in range(5):
            one.turn()
        os.kill(pids[1], signal.SIGKILL)
        with pytest.raises(DeviceError, match=r"rank 1 of 2 has ended \(killed by SIGKILL\)"):
            finish(one)
        assert [n.error for n in one.end_all("lost")] == ["lost"]
    wait_until(lambda: not any(map(is_alive, pids)), "the other rank ends")


def test_the_neighbour_that_was_killed_is_the_cause(folder: Path) -> None:
    """Whoever tells of a broken connection first: its last word may come before the other's end is seen."""
    executor, killed = ManyExecutor(tiny_plan(folder)), subprocess.Popen([sys.executable, "-c", "while True: pass"])
    killed.kill()
    killed.wait()
    with subprocess.Popen([sys.executable, "-c", ""]) as well:
        pass
    ranks = [SimpleNamespace(index=0, process=well), SimpleNamespace(index=1, process=killed, end=lambda: "killed")]
    executor.ranks = ranks      # type: ignore[assignment]
    last = wire.Lost("DeviceError", "connection closed by peer")
    assert "rank 1 of 2 has ended (killed)" in str(executor._told(ranks[0], last))      # type: ignore[arg-type]
    assert "connection closed" in str(executor._told(ranks[1], last))       # type: ignore[arg-type]
    executor.selector.close()


def test_a_broken_checkpoint_is_told_by_its_own_error(tmp_path: Path) -> None:
    folder = tiny(tmp_path)
    tensors = load_file(folder / "model.safetensors")
    del tensors["model.norm.weight"]
    save_file(tensors, folder / "model.safetensors")
    executor = ManyExecutor(tiny_plan(folder, tensor_parallel_size=2))
    with pytest.raises(ModelError, match=r"norm\.weight"):
        executor.start()
    assert not executor.ranks and not executor.folder.exists()


SCRIPT = """
import os, sys, time
sys.path[:0] = sys.argv[1:3]
from pathlib import Path
from types import SimpleNamespace
from tests.tiny import tiny_plan
from quire.executor import wire
from quire.executor.many import ManyExecutor
executor = ManyExecutor(tiny_plan(Path(sys.argv[3]), tensor_parallel_size=2))
executor.start()
if (sleeper := os.fork()):      # holds the parent's ends of the sockets open, so that only the system's signal can come
    print(sleeper, *(rank.process.pid for rank in executor.ranks), flush=True)
time.sleep(600)
"""


def test_ranks_die_with_their_parent_and_a_script_needs_no_guard(folder: Path, tmp_path: Path) -> None:
    """Made at the top level of a script, whose name is not that of a module, and killed without a chance to tidy up."""
    (tmp_path / "a script.py").write_text(SCRIPT)
    root = Path(__file__).parents[2]
    parent = subprocess.Popen([sys.executable, tmp_path / "a script.py", root, root / "src", folder],
                              stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    assert parent.stdout is not None
    sleeper, *pids = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(pids) == 2 and all(map(is_alive, pids))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    try:
        wait_until(lambda: not any(map(is_alive, pids)), "the ranks end")
    finally:
        os.kill(sleeper, signal.SIGKILL)
