"""One test for each promise of the scheduler, on the engine with the checking device."""
from itertools import pairwise

import pytest

from quire.core.messages import BARRED
from quire.core.types import PROMPT_LOGPROBS, TOKEN, Grammar, Sampling
from tests.schedule.workloads import DEPTHS, MODEL, PROMPT, build, check_against_naive, ids_of, run

naive = MODEL.naive


def run_to_end(engine):
    """The news in order, without the checks of run()."""
    heard = []
    while engine.is_busy:
        heard += engine.turn()
        engine.scheduler.check()
    return heard


# ---- drafts and grammars

@DEPTHS
def test_drafts_are_accepted_at_every_depth(depth):
    engine = build(depth=depth, drafts=3)
    (request_id,) = engine.add(PROMPT, Sampling(60))
    news = run(engine)[request_id]
    assert ids_of(news) == naive(PROMPT, Sampling(60))
    assert engine.executor.counts["accepted"] > 10
    assert engine.executor.number < 60, "drafts saved no step"


@DEPTHS
def test_grammar_with_drafts(depth):
    sampling = Sampling(40, temperature=1.0, seed=5)
    engine = build(depth=depth, drafts=4)
    ids = {engine.add(PROMPT[i:], sampling, grammar=Grammar("g"))[0]: PROMPT[i:] for i in range(4)}
    heard = run(engine)
    for request_id, prompt in ids.items():
        got = ids_of(heard[request_id])
        assert got == naive(prompt, sampling, grammar="g") != naive(prompt, sampling)
        assert all((a + b) % 2 for a, b in pairwise(got))
    assert engine.executor.counts["accepted"] > 10 and engine.executor.counts["rejected"] > 10


# ---- failures

def test_a_failure_spreads_to_nobody():
    """The second found the first one's blocks in the very step that failed to fill them, the third the second one's."""
    engine = build(depth=3)
    device, scheduler = engine.executor, engine.scheduler
    prompts = [[*PROMPT[:8], 1], [*PROMPT[:16], 2], [*PROMPT[:16], 3]]
    ids = [engine.add(p, Sampling(5))[0] for p in prompts]
    device.failing = {ids[0]}
    heard = run(engine)
    assert [heard[i][-1].reason for i in ids] == ["error", "length", "length"]
    assert heard[ids[0]][-1].error == "the device says no"
    assert [ids_of(heard[i]) for i in ids] == [[], naive(prompts[1], Sampling(5)), naive(prompts[2], Sampling(5))]
    assert scheduler.stats().num_restarts == 2 and device.counts["garbage"] >= 2
    assert [heard[i][-1].num_preemptions for i in ids] == [0, 0, 0]


def test_poison_left_by_the_dead_is_found_by_nobody():
    """The one that fails and the one that trusted it are both aborted while the failing step is in flight."""
    engine = build(depth=3)
    first, second = (engine.add(PROMPT[:n], Sampling(5))[0] for n in (8, 16))
    engine.executor.failing = {first}
    assert engine.turn() == []
    engine.abort(first)
    engine.abort(second, "gone")
    third = engine.add(PROMPT[:16], Sampling(5))[0]
    assert [(n.request_id, n.reason) for n in engine.turn()] == [(first, "abort"), (second, "gone")]
    news = run(engine)[third]
    assert ids_of(news) == naive(PROMPT[:16], Sampling(5)) and engine.scheduler.counts["restarts"] == 1


def test_who_only_reuses_a_poisoned_block_is_left_alone():
    """It takes blocks of one that fails and overwrites them in a later step, so it has nothing to fear."""
    engine = build(num_blocks=6, block_size=4, depth=3)
    engine.add(PROMPT[:9], Sampling(1))
    run(engine)
    first = engine.add(PROMPT[20:32], Sampling(2))[0]
    engine.executor.failing = {first}
    assert engine.turn() == []
    engine.abort(first)
    second = engine.add(PROMPT[:8] + PROMPT[20:33], Sampling(2))[0]
    news = run(engine)[second]
    assert ids_of(news) == naive(PROMPT[:8] + PROMPT[20:33], Sampling(2))
    assert engine.stats().num_evictions == 3 and news[-1].num_cached == 8
    assert engine.scheduler.counts["restarts"] == 0


def test_who_failed_by_its_own_parameters_is_barred_and_others_who_fail_are_not():
    engine = build()
    ids = [engine.add(PROMPT[i:], Sampling(3))[0] for i in range(3)]
    engine.executor.failing = set(ids[:2])
    submit = engine.executor.submit

    def bar(step):
        output = submit(step)()
        output.barred.add(ids[1])
        return lambda: output
    engine.executor.submit = bar
    heard = run(engine)
    assert [heard[i][-1].reason for i in ids] == ["error", BARRED, "length"]
    assert [heard[i][-1].error for i in ids] == ["the device says no", "the device says no", ""]


# ---- preemption and priority

def test_an_urgent_request_takes_the_room_of_a_less_urgent_one():
    engine = build(num_blocks=10, block_size=4, depth=2)
    slow = engine.add(PROMPT[:20], Sampling(16), priority=5)[0]
    for _ in range(3):
        engine.turn()
    urgent = engine.add(PROMPT[20:], Sampling(16), priority=0)[0]
    ends = [n for n in run_to_end(engine) if n.reason]
    assert [(n.request_id, n.num_preemptions) for n in ends] == [(urgent, 0), (slow, 1)]
    assert engine.stats().num_preemptions == 1


def test_an_equal_does_not():
    engine = build(num_blocks=10, block_size=4, depth=2)
    first = engine.add(PROMPT[:20], Sampling(16))[0]
    engine.turn()
    second = engine.add(PROMPT[20:], Sampling(16))[0]
    assert [n.request_id for n in run_to_end(engine) if n.reason] == [first, second]
    assert not engine.stats().num_preemptions


def test_watermark_prevents_thrash():
    def preemptions(watermark):
        engine = build(num_blocks=12, block_size=4, watermark=watermark)
        for i in range(6):
            engine.add(PROMPT[i:i + 8], Sampling(24))
        run(engine)
        return engine.stats().num_preemptions
    assert preemptions(4) < preemptions(0)


@DEPTHS
@pytest.mark.parametrize("drafts", [0, 3])
def test_preempted_anywhere_it_says_the_same(depth, drafts):
    """P4: one preemption after each possible turn, and one after every turn."""
    sampling = Sampling(12, temperature=1.0, seed=3, num_logprobs=1, num_prompt_logprobs=1)
    counts = set()
    for when in (*range(1, 24), None):
        engine = build(depth=depth, chunk=16, drafts=drafts)
        request = engine.scheduler.requests[engine.add(PROMPT, sampling)[0]]
        turn, heard = 0, []
        while engine.is_busy:
            heard += engine.turn()
            turn += 1
            if request.row is not None and (turn == when or (when is None and request.preemptions < 9)):
                engine.scheduler._preempt(request)
            engine.scheduler.check()
        check_against_naive(request, heard)
        counts.add(heard[-1].num_preemptions)
        assert heard[-1].num_preemptions == request.preemptions
    assert counts >= {1, 9}


def test_a_preempted_request_comes_back_before_those_who_waited():
    engine = build(num_blocks=10, block_size=4)
    ids = [engine.add(PROMPT[i:i + 12], Sampling(20))[0] for i in range(4)]
    ended = [n.request_id for n in run_to_end(engine) if n.reason]
    assert engine.stats().num_preemptions and ended == ids


# ---- continuous batches, and no block too many

def test_who_waits_takes_the_place_of_who_ended_while_others_go_on():
    """A place is empty for the turn of an end and the next, in which the device hears of it."""
    engine = build(rows=2)
    ids = [engine.add(PROMPT[i:], Sampling(most))[0] for i, most in enumerate((3, 12, 5, 2, 9, 1))]
    ended: list[int] = []
    before = now = 0
    while engine.is_busy:
        just = [n.request_id for n in engine.turn() if n.reason]
        ended, before, now = ended + just, now, len(just)
        assert engine.stats().num_running + before + now >= min(2, len(ids) - len(ended))
    assert ended == [ids[i] for i in (0, 2, 3, 1, 5, 4)], "the short ones end beside the long one"


def test_a_request_never_holds_a_whole_block_that_it_does_not_need():
    """A prompt gets its blocks when it begins, an answer one by one."""
    engine = build(block_size=4, step_tokens=7)
    request = engine.scheduler.requests[engine.add(PROMPT, Sampling(20))[0]]
    held = []
    while engine.scheduler.requests:
        engine.turn()
        held.append(engine.stats().num_held_blocks)
        if request.row is not None:
            assert held[-1] == -(-max(len(PROMPT), request.scheduled) // 4)
    assert sorted({*held}) == [0, 10, 11, 12, 13, 14, 15]


# ---- the prefix cache

@pytest.mark.parametrize("other", [{"salt": "s"}, {"adapter": "a"}, {"may_read_cache": False}])
def test_blocks_are_shared_only_within_salt_and_adapter(other):
    for rest, hits in (({}, 39), (other, 0)):
        engine = build()
        engine.add(PROMPT, Sampling(1))
        run(engine)
        (request_id,) = engine.add(PROMPT, Sampling(1), **rest)
        assert run(engine)[request_id][-1].num_cached == hits
        stats = engine.stats()
        assert (stats.num_queried, stats.num_hits) == (40 * (2 - ("may_read_cache" in rest)), hits)


def test_the_cache_can_be_switched_off():
    engine = build(is_named=False)
    for _ in range(2):
        (request_id,) = engine.add(PROMPT, Sampling(1))
        assert run(engine)[request_id][-1].num_cached == 0
    assert engine.stats().num_queried == 0 and not engine.scheduler.kv.block_of


@DEPTHS
def test_what_was_said_is_found_by_the_next_round_of_a_conversation(depth):
    engine = build(depth=depth)
    (request_id,) = engine.add(PROMPT, Sampling(9))
    said = ids_of(run(engine)[request_id])
    (request_id,) = engine.add(PROMPT + said + [1, 2], Sampling(1))
    assert run(engine)[request_id][-1].num_cached == 48, "49 are known, the newest id was never computed"


def test_a_restart_counts_as_no_second_look_into_the_cache():
    engine = build()
    (request_id,) = engine.add(PROMPT, Sampling(4))
    request = engine.scheduler.requests[request_id]
    engine.turn()
    engine.scheduler._preempt(request)
    last = run(engine)[request_id][-1]
    assert last.num_cached == 0 and last.num_preemptions == 1 and last.started_at == request.started_at == 1.0
    assert (engine.stats().num_queried, engine.stats().num_hits) == (40, 0)


# ---- logprobs

def test_prompt_logprobs_read_no_cache_and_survive_preemption():
    engine = build(num_blocks=14, block_size=4, chunk=8, depth=3)
    engine.add(PROMPT, Sampling(2))
    run(engine)
    request_id = engine.add(PROMPT, Sampling(8, num_prompt_logprobs=0), priority=1)[0]
    request = engine.scheduler.requests[request_id]
    heard = []
    for _ in range(5):
        heard += engine.turn()
    assert 0 < request.told < len(PROMPT) - 1 and not engine.stats().num_hits
    urgent = engine.add(PROMPT[1:], Sampling(4))[0]
    heard += run_to_end(engine)
    assert engine.stats().num_preemptions == 1
    check_against_naive(request, [n for n in heard if n.request_id != urgent])


def test_prompt_logprobs_that_are_told_are_not_computed_again():
    engine = build(chunk=8)
    (request_id,) = engine.add(PROMPT, Sampling(4, num_prompt_logprobs=0))
    for _ in range(3):
        engine.turn()
    request = engine.scheduler.requests[request_id]
    assert request.told == 24
    engine.scheduler._preempt(request)
    wanted = []
    while engine.is_busy:
        step = engine.scheduler.schedule()
        wanted += [(w.start, w.wants) for w in step.work]
        engine.scheduler.update(step, engine.executor.submit(step)())
        engine.scheduler.take_news()
    assert wanted[:5] == [(0, 0), (8, 0), (16, 0), (24, PROMPT_LOGPROBS), (32, TOKEN | PROMPT_LOGPROBS)]


def test_logprobs_are_cut_where_the_request_ends():
    """Drafts brought more ids than it takes, so more logprobs."""
    for length in range(2, 9):
        out = naive(PROMPT, Sampling(9))
        engine = build(drafts=4)
        (request_id,) = engine.add(PROMPT, Sampling(9, stop_ids=frozenset(out[length - 1:length]), num_logprobs=2))
        request, news = engine.scheduler.requests[request_id], run(engine)[request_id]
        check_against_naive(request, news)
        assert sum(len(n.logprobs) for n in news) == len(ids_of(news)) == out.index(out[length - 1]) + 1


# ---- rows, the line, the end

def test_a_row_is_reused_only_after_its_end_was_executed():
    engine = build(depth=4, rows=1)
    ids = [engine.add(PROMPT[i:], Sampling(3))[0] for i in range(3)]
    executed, starts = [], []
    plan, update = engine.scheduler.schedule, engine.scheduler.update

    def schedule():
        step = plan()
        starts.extend((s.request_id, tuple(executed)) for s in (step.starts if step else ()))
        return step

    def fold(step, output):
        update(step, output)
        executed.extend(step.ended)
    engine.scheduler.schedule, engine.scheduler.update = schedule, fold
    run(engine)
    assert [(i, len(done)) for i, done in starts] == [(ids[0], 0), (ids[1], 1), (ids[2], 2)]


def test_who_is_stuck_does_not_ask_the_cache_each_step():
    engine = build(num_blocks=24, block_size=4)
    engine.add(PROMPT, Sampling(40))
    engine.turn()
    engine.add(PROMPT[::-1] + PROMPT, Sampling(1))
    asked, attach = [], engine.scheduler.kv.attach
    engine.scheduler.kv.attach = lambda request: (asked.append(request.id), attach(request))
    run(engine)
    assert asked == [1, 1]


def test_an_abort_of_the_dead_is_silent():
    engine = build()
    request_id = engine.add(PROMPT, Sampling(1))[0]
    assert [n.reason for n in run(engine)[request_id]] == ["length"]
    engine.abort(request_id)
    assert not engine.turn()


def test_an_abort_before_the_first_step():
    engine = build()
    request_id = engine.add(PROMPT, Sampling(1))[0]
    engine.abort(request_id, "gone")
    (news,) = run(engine)[request_id]
    assert (news.reason, news.tokens, news.started_at, news.num_cached) == ("gone", (), 0.0, 0)
    assert engine.executor.number == 0, "nothing was submitted"
