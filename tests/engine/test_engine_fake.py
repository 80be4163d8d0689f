"""The engine's turn on the checking device: what is let in, what is in flight, and what a lost device does to it."""
import numpy as np
import pytest

from quire.core.types import Grammar, RequestRefused, Sampling, StepOutput
from tests.schedule.workloads import DEPTHS, MODEL, VOCAB, build, ids_of, run

PROMPT = [i * 5 % VOCAB for i in range(20)]


@DEPTHS
def test_steps_in_flight(depth):
    """So many steps are submitted before the first answer is asked for, and answers are asked for in order."""
    engine, asked = build(depth=depth), []
    submit = engine.executor.submit

    def watched(step):
        answer = submit(step)

        def ask():
            asked.append((step.number, engine.executor.queue[-1].number))
            return answer()
        return ask
    engine.executor.submit = watched
    (request_id,) = engine.add(PROMPT, Sampling(9))
    heard = run(engine)
    assert ids_of(heard[request_id]) == MODEL.naive(PROMPT, Sampling(9))
    assert [number for number, _ in asked] == list(range(1, len(asked) + 1))
    assert max(newest - number for number, newest in asked) == depth - 1


def test_ids_grow_and_siblings_are_in_order():
    engine = build()
    assert engine.add(PROMPT, Sampling(1)) == [0]
    assert engine.add(PROMPT, Sampling(1, n=3)) == [1, 2, 3]
    assert [engine.scheduler.requests[i].index for i in range(4)] == [0, 0, 1, 2]
    run(engine)


def test_more_siblings_than_rows():
    engine = build(rows=2)
    ids = engine.add(PROMPT, Sampling(5, n=7, temperature=1.0))
    heard = run(engine)
    assert [ids_of(heard[i]) for i in ids] == [MODEL.naive(PROMPT, Sampling(5, temperature=1.0), k) for k in range(7)]


@pytest.mark.parametrize("prompt, sampling, words", [
    (PROMPT, Sampling(1, n=0), "n is 0: ask for at least one answer"),
    (PROMPT, Sampling(1, n=-3), "n is -3"),
    (PROMPT, Sampling(1, n=2, vector=True), "a prompt has one vector: leave it at 1"),
    ([1, -1], Sampling(1), "no token id: send integers"),
    ([1, 1 << 32], Sampling(1), "no token id"),
    ([1, 2.0], Sampling(1), "no token id"),
    ("text", Sampling(1), "no token id"),
    (PROMPT, Sampling(0, n=3), "max_tokens"),
])
def test_refused_requests_leave_nothing(prompt, sampling, words):
    engine = build()
    with pytest.raises(RequestRefused, match=words):
        engine.add(prompt, sampling)
    assert not engine.is_busy and engine.turn() == [] and engine.scheduler.num_steps == 0


def test_the_prompt_is_the_engines_own():
    engine, prompt = build(), list(PROMPT)
    (request_id,) = engine.add(prompt, Sampling(5))
    prompt.clear()
    assert ids_of(run(engine)[request_id]) == MODEL.naive(PROMPT, Sampling(5))


def test_what_is_asked_for_reaches_the_device():
    engine, starts = build(), []
    submit = engine.executor.submit
    engine.executor.submit = lambda step: (starts.extend(step.starts), submit(step))[1]
    sampling = Sampling(2, temperature=0.5, seed=7, num_logprobs=1, stop_ids=frozenset([3]), logit_bias=((1, 2.0),))
    (request_id,) = engine.add(PROMPT, sampling, adapter="a", grammar=Grammar("g"), salt="s", whole=True)
    run(engine)
    (start,) = starts
    assert start.request_id == request_id and start.sampling is sampling and start.tokens == tuple(PROMPT)
    assert (start.adapter, start.grammar, start.whole, start.reads_cache) == ("a", Grammar("g"), True, False)


def test_news_carry_what_the_user_is_told():
    engine = build()
    first, second = (engine.add(PROMPT, Sampling(3, num_logprobs=2))[0] for _ in range(2))
    heard = run(engine)
    for request_id, cached, started_at in ((first, 0, 1.0), (second, 19, 2.0)):
        for news in heard[request_id]:
            assert (news.num_cached, news.started_at, news.num_preemptions) == (cached, started_at, 0)
            assert len(news.logprobs) == len(news.tokens) == 1 and news.logprobs.ids.shape == (1, 3)
            assert news.logprobs.ids[0, 0] == news.tokens[0] and isinstance(news.logprobs.values, np.ndarray)


def test_stats_of_a_moment():
    engine = build(num_blocks=20, rows=2)
    for priority in range(3):
        engine.add(PROMPT, Sampling(4), priority=priority)
    engine.turn()
    stats = engine.stats()
    assert (stats.num_running, stats.num_waiting, stats.num_blocks, stats.num_steps) == (2, 1, 20, 1)
    assert (stats.num_positions, stats.num_queried, stats.num_hits) == (21, 40, 19)
    assert stats.num_held_blocks == 5 and stats.kv_usage == 0.25, "five full blocks, shared; no slot yet for what comes"
    run(engine)
    assert engine.stats().kv_usage == 0.0 and engine.stats().num_evictions == 0


def test_after_a_reset_nothing_is_found():
    engine = build()
    for hits in (0, 19, 0):
        if not hits:
            engine.reset_prefix_cache()
        (request_id,) = engine.add(PROMPT, Sampling(1))
        assert run(engine)[request_id][-1].num_cached == hits


class DeviceLost(Exception):
    pass


def lose(_step: object = None) -> StepOutput:
    raise DeviceLost("no answer")


@DEPTHS
@pytest.mark.parametrize("where", ["submit", "answer"])
def test_a_lost_device_loses_no_request(depth, where):
    """Running, waiting, parked, and one whose abort was not told yet: each hears its end once."""
    engine = build(depth=depth, rows=2, chunk=8)
    ids = [i for n in (1, 3, 1) for i in engine.add(PROMPT, Sampling(9, n=n))]
    news = engine.turn()
    engine.abort(ids[-1])
    submit = engine.executor.submit
    engine.executor.submit = lose if where == "submit" else lambda step: (submit(step), lose)[1]
    with pytest.raises(DeviceLost):
        for _ in range(depth + 1):
            news += engine.turn()
    news += engine.end_all("the device is lost")
    ends = {n.request_id: (n.reason, n.error) for n in news if n.reason}
    assert len([n for n in news if n.reason]) == len(ids)
    assert ends == {i: ("error", "the device is lost") for i in ids[:-1]} | {ids[-1]: ("abort", "")}
    assert not engine.is_busy and engine.end_all("again") == []


def test_answers_before_the_loss_still_count():
    engine = build()
    (request_id,) = engine.add(PROMPT, Sampling(9))
    news = engine.turn() + engine.turn()
    engine.executor.submit = lose
    with pytest.raises(DeviceLost):
        engine.turn()
    news += engine.end_all("gone")
    assert ids_of(news) == MODEL.naive(PROMPT, Sampling(9))[:2]
    assert (news[-1].request_id, news[-1].reason, news[-1].error) == (request_id, "error", "gone")
