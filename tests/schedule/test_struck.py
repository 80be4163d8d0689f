"""An exception while one request is planned, or its result folded in, ends that one and is noticed by nobody else.

Beside the random workloads, in which the acts of the cache are struck: here each thing that planning and folding use is.
"""
from typing import Any

import pytest

from quire.core.types import Sampling
from quire.schedule import scheduler as scheduler_module
from quire.schedule.kv_cache import Miscounted
from quire.schedule.scheduler import Scheduler
from tests.schedule.workloads import DEPTHS, MODEL, PROMPT, STRUCK, build, ids_of, run

SAMPLING = Sampling(9, temperature=1.0, n=2)
USED = ("share_of", "wants_of", "up_to_the_end", "Trace", "Work", "News", "Start.of")


class Striking:
    """Raises at the nth call; `times` tells how many there were."""

    def __init__(self, act: Any, at: int):
        self.act, self.at, self.times = act, at, 0

    def __call__(self, *positional: Any, **named: Any) -> Any:
        self.times += 1
        if self.times == self.at:
            raise MemoryError("struck")
        return self.act(*positional, **named)

    @property
    def of(self) -> "Striking":
        """For Start.of."""
        return self


def crowd(depth: int) -> tuple[Any, dict[int, list[int]]]:
    """Pairs of siblings with a common beginning, more than there is room for; and what each should say."""
    engine, want = build(num_blocks=26, block_size=4, depth=depth, chunk=16, rows=5, drafts=1), {}
    for n in (20, 24, 24):
        for index, request_id in enumerate(engine.add(PROMPT[:n], SAMPLING)):
            want[request_id] = MODEL.naive(PROMPT[:n], SAMPLING, index)
    return engine, want


def check(heard: Any, want: dict[int, list[int]], num_struck: int) -> None:
    struck = [i for i, news in heard.items() if news[-1].reason == "error"]
    assert len(struck) == num_struck and all(heard[i][-1].error == STRUCK for i in struck)
    for request_id, ids in want.items():
        got = ids_of(heard[request_id])
        assert got == (ids[:len(got)] if request_id in struck else ids)


@DEPTHS
@pytest.mark.parametrize("what", USED)
def test_whatever_raises_ends_one_request_only(monkeypatch, what, depth):
    name, at = what.partition(".")[0], 0
    act = getattr(scheduler_module, name)
    while True:
        at += 1
        striking = Striking(act.of if what == "Start.of" else act, at)
        monkeypatch.setattr(scheduler_module, name, striking)
        engine, want = crowd(depth)
        heard = run(engine)                 # which checks all invariants after each turn, and that all blocks come back
        check(heard, want, num_struck=striking.times >= at)
        if striking.times < at:
            break
    assert at > 6


def test_the_clock_too():
    engine, want = crowd(2)
    engine.scheduler.clock = Striking(engine.scheduler.clock, 2)
    check(run(engine), want, num_struck=1)


def test_without_the_guard_the_engine_would_end(monkeypatch):
    """The control."""
    def let_out(scheduler, request, error):
        raise error
    monkeypatch.setattr(Scheduler, "_fail", let_out)
    engine, _ = crowd(1)
    engine.scheduler.kv.commit = Striking(engine.scheduler.kv.commit, 3)
    with pytest.raises(MemoryError, match="struck"):
        run(engine)


def test_what_was_promised_and_not_computed_is_found_by_nobody():
    """It is struck when its blocks are named and its work is not planned yet."""
    engine = build()
    first, second = (engine.add(PROMPT, Sampling(5))[0] for _ in range(2))
    commit = engine.scheduler.kv.commit

    def strike(request, length):
        named = commit(request, length)
        if request.id == first:
            assert named
            raise MemoryError("struck")
        return named
    engine.scheduler.kv.commit = strike
    heard = run(engine)
    assert heard[first][-1].error == STRUCK
    assert heard[second][-1].num_cached == 0 and ids_of(heard[second]) == MODEL.naive(PROMPT, Sampling(5))


def test_what_it_found_is_still_there_for_others():
    engine = build()
    engine.add(PROMPT, Sampling(1))
    run(engine)
    first, second = (engine.add([*PROMPT, i], Sampling(5))[0] for i in range(2))
    engine.scheduler.kv.commit = Striking(engine.scheduler.kv.commit, 1)
    heard = run(engine)
    assert heard[first][-1].error == STRUCK and heard[second][-1].num_cached == 40


def test_of_one_who_is_struck_before_its_first_work_the_device_hears_nothing():
    engine = build(rows=1)
    engine.add(PROMPT, Sampling(5))
    engine.scheduler.kv.commit = Striking(engine.scheduler.kv.commit, 1)
    (news,) = engine.turn()
    assert news.error == STRUCK and not engine.is_busy and engine.executor.number == 0
    assert engine.scheduler.rows == [0]


def test_wrong_books_are_no_single_request_s_failure():
    """Whoever gives back what it does not hold may have given away somebody's K/V."""
    engine = build(num_blocks=12, block_size=4)
    for i in range(2):
        engine.add(PROMPT[i:i + 12], Sampling(20))
    engine.turn()
    victim = engine.scheduler.running.last()
    engine.scheduler.kv.refs[victim.blocks[0]] = 0
    with pytest.raises(Miscounted, match="nobody holds it"):
        for _ in range(100):                # that request would never end
            engine.turn()
