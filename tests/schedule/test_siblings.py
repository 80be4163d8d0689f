"""n siblings share one prompt: its blocks and its positions, whatever becomes of one of them."""
import random

import pytest

from quire.core.types import Sampling
from tests.schedule.workloads import DEPTHS, MODEL, PROMPT, VOCAB, build, check_against_naive, ids_of, run

naive = MODEL.naive


@DEPTHS
@pytest.mark.parametrize("chunk", [100, 640, 10_000])
def test_siblings_share_the_prompt(depth, chunk):
    prompt = [random.Random(1).randrange(VOCAB) for _ in range(640)]
    sampling = Sampling(8, n=4, temperature=1.0)
    engine = build(200, 16, depth, chunk=chunk, step_tokens=2000)
    ids = engine.add(prompt, sampling)
    heard = run(engine)
    outputs = [ids_of(heard[i]) for i in ids]
    assert outputs == [naive(prompt, sampling, index) for index in range(4)]
    assert len(set(map(tuple, outputs))) == 4, "siblings must draw differently"
    assert len(engine.executor.blocks_used) == 44
    assert engine.executor.counts["positions"] == 640 + 3 + 4 * 7
    assert [heard[i][-1].num_cached for i in ids] == [0, 639, 639, 639]


def test_siblings_without_a_cache_share_nothing_and_wait_for_nobody():
    engine = build(200, 16, is_named=False, chunk=100, step_tokens=2000)
    ids = engine.add(PROMPT * 16, Sampling(8, n=4, temperature=1.0))
    assert engine.turn() == [] and len(engine.scheduler.running) == 4
    heard = run(engine)
    assert [ids_of(heard[i]) for i in ids] == [naive(PROMPT * 16, Sampling(8, temperature=1.0), i) for i in range(4)]
    assert len(engine.executor.blocks_used) == 4 * 41


def test_who_waits_for_a_sibling_keeps_nobody_waiting():
    engine = build(chunk=8)
    siblings = engine.add(PROMPT, Sampling(4, n=3))
    behind = engine.add([1, 2, 3], Sampling(1))[0]
    assert [n.request_id for n in engine.turn()] == [behind]
    assert [r.id for r in engine.scheduler.parked[siblings[0]]] == siblings[1:]
    assert engine.stats().num_waiting == 2
    heard = run(engine)
    assert all(ids_of(heard[i]) == naive(PROMPT, Sampling(4)) for i in siblings)


def test_who_waited_for_a_sibling_is_first_again():
    engine = build(chunk=8, rows=2)
    siblings = engine.add(PROMPT, Sampling(9, n=3))
    behind = [engine.add([i], Sampling(12))[0] for i in range(3)]
    heard = run(engine)
    started = sorted(heard, key=lambda request_id: heard[request_id][-1].started_at)
    assert started == [siblings[0], behind[0], *siblings[1:], *behind[1:]]


@pytest.mark.parametrize("aborted", [0, 1, 2])
def test_one_of_the_siblings_is_aborted_while_the_others_wait(aborted):
    engine = build(chunk=8)
    ids = engine.add(PROMPT, Sampling(4, n=3))
    engine.turn()
    engine.abort(ids[aborted])
    heard = run(engine)
    assert [heard[i][-1].reason for i in ids] == ["abort" if i == aborted else "length" for i in range(3)]


def test_siblings_outlive_a_restart_of_the_first():
    engine = build(chunk=8)
    ids = engine.add(PROMPT, Sampling(8, n=2, temperature=1.0))
    requests, news = [engine.scheduler.requests[i] for i in ids], []
    while requests[1].row is None:
        news += engine.turn()
    for request in requests:            # the first is now behind its sibling
        engine.scheduler._restart(request)
    for later in run(engine).values():
        news += later
    for request in requests:
        check_against_naive(request, [n for n in news if n.request_id == request.id])


def test_only_the_first_sibling_brings_logprobs_of_the_prompt():
    engine = build(chunk=8)
    ids = engine.add(PROMPT, Sampling(2, n=3, num_prompt_logprobs=2, num_logprobs=1))
    requests, heard = [engine.scheduler.requests[i] for i in ids], run(engine)
    for request in requests:
        check_against_naive(request, heard[request.id])
    assert [sum(len(n.prompt_logprobs or ()) for n in heard[i]) for i in ids] == [39, 0, 0]
    assert [heard[i][-1].num_cached for i in ids] == [0, 39, 39], "the others need not forgo the cache"
