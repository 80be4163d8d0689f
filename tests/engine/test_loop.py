"""The loop: commands in, news out under the client's ids, and whose failure is whose."""
import time

import pytest

from quire.core.errors import EngineDead
from quire.core.messages import DEAD, REFUSED, Abort, Add, Batch, Done, Progress, Ready, Reset, Stop
from quire.core.types import RequestRefused, Sampling
from quire.engine import faults
from quire.engine.loop import IDLE_SECONDS, Loop, run_engine
from quire.engine.pulse import Pulse
from tests.engine.fakes import fake_engine, plan


class Ears:
    """Hears events, and speaks commands."""

    def __init__(self, *commands):
        self.events, self.commands, self.waits = [], list(commands), []

    def tell(self, event):
        self.events.append(event)

    def receive(self, seconds):
        """One command at a time, so that turns come between."""
        self.waits.append(seconds)
        return [self.commands.pop(0)] if self.commands else [Stop()] if seconds else []

    @property
    def news(self):
        return [n for event in self.events if isinstance(event, Batch) for n in event.news]

    def of(self, name):
        return [n for n in self.news if n.request_id == name]


@pytest.fixture
def engine():
    built = fake_engine(plan())
    built.executor.start()
    return built


@pytest.fixture
def plant():
    yield lambda phase, hook: faults.planted.update({phase: hook})
    faults.planted.clear()


def add(name, length=3, label="", **given):
    return Add(name, [1, 2, 3], Sampling(length, **given), label=label)


def run(engine, *commands, pulse=None):
    ears = Ears(*commands)
    Loop(engine, ears.tell, pulse).run(ears.receive)
    return ears


def tokens(news):
    return [t for n in news for t in n.tokens]


def test_news_come_under_the_client_s_ids_and_end_once(engine):
    ears = run(engine, add(100), add(50, n=2, temperature=1.0))
    for name in (100, 50, 51):
        news = ears.of(name)
        assert len(tokens(news)) == 3 and [bool(n.reason) for n in news].count(True) == 1 and news[-1].reason == "length"
    assert {n.request_id for n in ears.news} == {100, 50, 51}


def test_the_answer_is_that_of_the_model(engine):
    ears = run(engine, add(7, 20))
    assert tokens(ears.of(7)) == engine.executor.model.naive([1, 2, 3], Sampling(20))


def test_an_abort_is_heard_within_one_step(engine):
    ears = Ears(add(1, 50), Abort((1, 99)))
    loop = Loop(engine, ears.tell)
    loop.obey(ears.commands[0])
    loop.turn()
    loop.obey(ears.commands[1])
    loop.turn()
    assert ears.of(1)[-1].reason == "abort" and len(tokens(ears.of(1))) == 1
    assert not engine.scheduler.requests and not loop.ids and not loop.names


def test_an_abort_of_who_has_ended_or_never_was_is_passed_over(engine):
    ears = run(engine, add(1, 1), Abort((1,)), Abort((1, 2)))
    assert [n.reason for n in ears.of(1)] == ["length"]


def test_a_refusal_is_the_last_news_of_all_siblings(engine):
    ears = run(engine, Add(5, [1], Sampling(100_000, n=2)), add(9))
    for name in (5, 6):
        assert [n.reason for n in ears.of(name)] == [REFUSED] and "100,000" in ears.of(name)[0].error
    assert len(tokens(ears.of(9))) == 3


@pytest.mark.parametrize("error", [MemoryError("no room"), RuntimeError("odd"), RequestRefused("never")])
def test_whatever_an_add_raises_is_its_own(engine, plant, error):
    def hook(label):
        if label == "bad":
            raise error
    plant("schedule", hook)
    ears = run(engine, add(1, 9), add(2, 9, "bad"), add(3, 9, "good"))
    assert [n.reason for n in ears.of(2)] == [REFUSED if isinstance(error, RequestRefused) else "error"]
    assert str(error) in ears.of(2)[0].error
    assert tokens(ears.of(1)) == tokens(ears.of(3)) == engine.executor.model.naive([1, 2, 3], Sampling(9))


def test_without_that_guard_it_is_the_end_of_the_loop(engine, plant, monkeypatch):
    """The control."""
    def hook(label):
        raise MemoryError("no room")

    def let_out(loop, add, reason, error):
        raise MemoryError(error)
    plant("schedule", hook)
    monkeypatch.setattr(Loop, "_answer", let_out)
    with pytest.raises(MemoryError, match="no room"):
        run(engine, add(1))


def test_siblings_of_an_add_that_failed_half_way_do_not_go_on(engine):
    """Whoever was admitted before belongs to nobody."""
    accept, seen = engine.scheduler.add, []

    def third_fails(request):
        seen.append(request)
        if len(seen) == 3:
            raise MemoryError("no room")
        accept(request)
    engine.scheduler.add = third_fails
    ears = run(engine, add(1, 50, n=4, temperature=1.0), add(9, 5))
    assert all([n.reason for n in ears.of(name)] == ["error"] for name in (1, 2, 3, 4))
    assert len(tokens(ears.of(9))) == 5
    assert engine.stats().num_positions < 3 + 9 + 20, "they were ended, not left to run to 50"


def test_a_turn_that_raises_is_the_end_and_everyone_is_told_once(engine):
    def fail(step):
        raise OSError("the device is gone")
    ears = Ears(add(1), add(2, n=2, temperature=1.0))
    loop = Loop(engine, ears.tell)
    for command in ears.commands:
        loop.obey(command)
    loop.turn()
    engine.executor._execute = fail
    with pytest.raises(EngineDead, match="the device is gone") as caught:
        loop.run(lambda seconds: [])
    assert isinstance(caught.value.__cause__, OSError)
    for name in (1, 2, 3):
        assert [n.reason for n in ears.of(name)][-1] == DEAD and [n.reason for n in ears.of(name)].count(DEAD) == 1
    assert loop.is_stopped and not loop.names


def test_a_reset_is_answered_by_its_ticket_and_forgets_the_prefix(engine):
    long = Add(1, list(range(9)), Sampling(2))          # two blocks and one id
    assert run(engine, long).of(1)[-1].num_cached == 0
    assert run(engine, long).of(1)[-1].num_cached == 8
    ears = run(engine, Reset(77), long)
    assert ears.events[0] == Done(77) and ears.of(1)[-1].num_cached == 0


def test_an_idle_loop_waits_and_beats(engine):
    pulse = Pulse()
    ears = Ears(add(1, 2))
    ears.receive_idle = 0

    def receive(seconds):
        if seconds and not ears.commands:
            ears.receive_idle += 1
            return [Stop()] if ears.receive_idle == 3 else []
        return ears.receive(seconds)
    Loop(engine, ears.tell, pulse).run(receive)
    assert ears.receive_idle == 3 and pulse.beats >= 5
    assert ears.waits[0] == IDLE_SECONDS and 0.0 in ears.waits, "it waits when idle and does not when busy"


def test_snapshots_are_true_when_the_engine_has_become_idle(engine):
    ears = run(engine, add(1, 5))
    last = [e.snapshot for e in ears.events if isinstance(e, Batch) and e.snapshot][-1]
    assert (last.num_running, last.num_waiting, last.num_held_blocks, last.kv_usage) == (0, 0, 0, 0.0)
    assert last.num_positions == 3 + 4 and last.num_queried == 3


def test_loading_is_told_as_it_goes():
    ears, pulse, executor = Ears(add(1)), Pulse(), []

    began = time.monotonic()

    def make(progress):
        built = fake_engine(plan())
        executor.append(built.executor)
        progress(1, 2)
        progress(2, 2)
        return built
    run_engine(make, ears.tell, ears.receive, pulse)
    assert ears.events[:2] == [Progress(1, 2), Progress(2, 2)] and isinstance(ears.events[2], Ready)
    names, moments = zip(*ears.events[2].ends, strict=True)
    assert names == ("process", "torch", "weights", "record") and began <= moments[0] and list(moments) == sorted(moments)
    assert len(tokens(ears.of(1))) == 3 and not executor[0].is_started, "stopped at the end"


def test_the_executor_is_stopped_when_the_engine_dies():
    built = fake_engine(plan())
    built.executor._execute = None
    with pytest.raises(EngineDead):
        run_engine(lambda progress: built, lambda event: None, Ears(add(1)).receive, Pulse())
    assert not built.executor.is_started


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_a_pulse_is_as_old_as_its_last_beat_of_any_kind():
    clock, layers = Clock(), [0]
    pulse = Pulse(lambda: layers[0], clock)
    assert pulse.age() == 0
    clock.now = 5.0
    assert pulse.age() == 5.0
    pulse.beat()
    assert pulse.age() == 0
    clock.now = 7.0
    layers[0] += 1
    assert pulse.has_beaten() and not pulse.has_beaten()
    clock.now = 9.0
    assert pulse.age() == 2.0


# ---- its log

def test_debug_lines_tell_of_admissions_and_steps(engine, caplog):
    with caplog.at_level("DEBUG", "quire.engine"):
        run(engine, add(7, length=2, n=2, label="mine\n"))
    admitted, *steps = [record.getMessage() for record in caplog.records]
    assert admitted == "request 'mine\\n': admitted as 0, prompt of 3, n 2"
    assert steps and all(line.startswith(f"step {i}: ") for i, line in enumerate(steps, 1))
    assert ": 2 running, 0 waiting, " in steps[0] and steps[1].endswith(" 2 ended")
    assert sum(int(line.split(" tokens")[0].split()[-1]) for line in steps) == 4


def test_without_debug_nothing_is_counted_for_the_log(engine, caplog, monkeypatch):
    monkeypatch.setattr(Loop, "_note", lambda *_: pytest.fail("it was asked"))
    with caplog.at_level("INFO", "quire.engine"):
        run(engine, add(7))
    assert caplog.text == ""
