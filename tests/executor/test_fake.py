"""The fake model means what it says, and the fake device sees what is wrong: each check has a case that it refuses."""
import pytest

from quire.core.types import NOTHING, TOKEN, Limits, Sampling, Start, Step, Work
from quire.engine.engine import Engine
from quire.executor.fake import FakeDevice
from quire.executor.fake_model import FakeModel, Matcher, states_of
from quire.schedule.kv_cache import KVCache
from quire.schedule.scheduler import Scheduler
from tests.schedule.workloads import ids_of, run

PROMPT = [3, 1, 4, 1, 5, 9, 2, 6]


# ---- the model

def test_the_model_depends_on_everything_before():
    model, sampling = FakeModel(1000), Sampling(6, temperature=1.0)
    base = model.naive(PROMPT, sampling)
    assert base == model.naive(PROMPT, sampling)
    for other in (model.naive([7, *PROMPT[1:]], sampling), model.naive(PROMPT, sampling, index=1),
                  model.naive(PROMPT, Sampling(6, temperature=1.0, seed=1)), model.naive(PROMPT, sampling, adapter="a"),
                  model.naive(PROMPT, Sampling(6))):
        assert other != base


def test_logprobs_of_the_model():
    model = FakeModel(100)
    states = states_of(PROMPT)
    ids = [*model.naive(PROMPT, Sampling(1)), 5]
    logprobs = model.logprobs([states[-1], states[0]], ids, 3)
    assert logprobs.ids.shape == logprobs.values.shape == (2, 4) and logprobs.ranks.shape == (2,)
    assert logprobs.ids[:, 0].tolist() == ids and logprobs.ranks[0] == 1, "greedy takes the best"
    assert logprobs.values[:, 1:].tolist() == [[-1, -2, -3]] * 2 and logprobs.values[1, 0] == -logprobs.ranks[1]
    assert len(logprobs) == 2 and len(logprobs[1:]) == 1 and logprobs[1:].ids[0, 0] == 5 and not logprobs[2:]
    assert (logprobs.ids.dtype, logprobs.values.dtype, logprobs.ranks.dtype) == ("int32", "float32", "int32")
    assert model.logprobs([], [], 2).ids.shape == (0, 3) and model.logprobs([0], [1], 200).ids.shape == (1, 101)


def test_a_stop_comes_no_sooner_than_it_may():
    model = FakeModel(4)
    for seed in range(20):
        for least in (0, 3):
            sampling = Sampling(30, temperature=1.0, seed=seed, stop_ids=frozenset([0, 1]), min_tokens=least)
            out = model.naive(PROMPT, sampling)
            assert out[-1] in (0, 1) and len(out) > least - (not least) and not {0, 1} & set(out[:-1])


def test_a_script_is_said_and_then_it_draws():
    model = FakeModel(50, script=lambda prompt: [prompt[-1], 7, 8])
    out = model.naive(PROMPT, Sampling(5, temperature=1.0))
    assert out[:3] == [6, 7, 8] and len(out) == 5
    assert all(b in Matcher("g", 50).allowed() for b in model.naive(PROMPT, Sampling(1), grammar="g"))


def test_the_matcher_goes_back():
    matcher = Matcher("g", 16)
    before = list(matcher.allowed())
    with pytest.raises(AssertionError, match="forbids"):
        matcher.advance(next(t for t in range(16) if t not in before))
    matcher.advance(before[0])
    assert list(matcher.allowed()) != before
    matcher.rollback(1)
    assert list(matcher.allowed()) == before


# ---- the device

def test_a_real_vocabulary_and_a_step_that_lasts():
    slept, model = [], FakeModel(151_936)
    device = FakeDevice(64, 16, model=model, delay=0.25, sleep=slept.append)
    device.start()
    engine = Engine(Scheduler(KVCache(64, 16), Limits(256, 8, 1000)), device, depth=2)
    prompt, sampling = [151_935, 12, 100_000], Sampling(5, temperature=1.0, num_logprobs=20)
    (request_id,) = engine.add(prompt, sampling)
    out = ids_of(run(engine)[request_id])
    assert out == model.naive(prompt, sampling) and max(out) > 1000
    assert slept == [0.25] * 5, "the step that only tells an end lasts no time"
    device.stop()


def device(**limits):
    made = FakeDevice(8, 2, **limits)
    made.start()
    return made


def start(row=0, request_id=0, cached=0, tokens=tuple(PROMPT[:4]), reads_cache=True):
    return Start(request_id, row, 0, tokens, len(tokens), Sampling(4), 0, "", None, reads_cache, False, cached)


def work(row=0, request_id=0, begin=0, count=4, blocks=(0, 1), wants=TOKEN, drafts=0, epoch=0):
    return Work(request_id, row, epoch, begin, count, drafts, (blocks,), wants)


def test_a_right_step():
    output = device().submit(Step(1, (start(),), (work(),), ()))()
    assert output.tokens == {0: FakeModel().naive(PROMPT[:4], Sampling(1))}


@pytest.mark.parametrize("steps, words", [
    ([Step(2, (start(),), (work(),), ())], "out of order"),
    ([Step(1, (), (), ())], "does nothing"),
    ([Step(1, (start(row=4),), (work(row=4),), ())], "the row is taken"),
    ([Step(1, (start(),), (work(),), ()), Step(2, (start(),), (work(),), ())], "the row is taken"),
    ([Step(1, (start(cached=2, reads_cache=False),), (work(),), ())], "has read it"),
    ([Step(1, (start(tokens=(16,)),), (work(count=1),), ())], "outside of the vocabulary"),
    ([Step(1, (start(),), (work(), work()), ())], "two works"),
    ([Step(1, (start(), start(row=1)), (work(),), ())], "start without work"),
    ([Step(1, (start(),), (work(request_id=1),), ())], "not this row's request"),
    ([Step(1, (start(),), (work(epoch=1),), ())], "not this row's request"),
    ([Step(1, (start(),), (work(count=5),), ())], "nobody knows"),
    ([Step(1, (start(),), (work(begin=1, count=3),), ())], "uncertain"),
    ([Step(1, (start(),), (work(wants=NOTHING),), ())], "an end that is not here"),
    ([Step(1, (start(),), (work(count=2),), ())], "an end that is not here"),
    ([Step(1, (start(),), (work(count=9),), ())], "more positions than"),
    ([Step(1, (start(),), (work(wants=NOTHING, begin=0, count=2),), ()), Step(2, (), (work(begin=1, count=2),), ())],
     "passed over"),
    ([Step(1, (start(cached=2),), (work(begin=2, count=2),), ())], "read a slot"),
    ([Step(1, (start(), start(1, 1)), (work(), work(1, 1)), ())], "not its own"),
    ([Step(1, (start(),), (work(),), ()), Step(2, (start(1, 1, 2, (3, 2, 1)),), (work(1, 1, 2, 1, (0, 2)),), ())],
     "read a slot"),
])
def test_a_wrong_step_is_seen(steps, words):
    made = device(rows=2, step_tokens=8)
    with pytest.raises(AssertionError, match=words):
        for step in steps:
            made.submit(step)()


def test_nothing_is_taken_before_the_start_or_after_the_stop():
    made = FakeDevice(8, 2)
    step = Step(1, (start(),), (work(),), ())
    with pytest.raises(AssertionError, match="not started"):
        made.submit(step)
    made.start()
    made.submit(step)()
    made.stop()
    with pytest.raises(AssertionError, match="not started"):
        made.submit(step)


def test_a_failing_request_poisons_what_it_fills():
    made = device()
    made.failing = {0}
    reader = start(1, 1, 2), work(1, 1, 2, 2, (0, 2))
    output = made.submit(Step(1, (start(), reader[0]), (work(), reader[1]), ()))()
    assert output.failed == {0: "the device says no"} and 0 not in output.tokens
    assert made.counts["garbage"] == 1, "who read its block goes on, with garbage"
