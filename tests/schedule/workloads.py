"""Random workloads for the real engine on the checking device; all that is said is compared with naive generation."""
import random
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from quire.core.types import NOTHING, Grammar, Limits, Logprobs, News, Request, RequestRefused, Sampling, Step
from quire.engine.engine import Engine
from quire.executor.fake import FakeDevice
from quire.executor.fake_model import FakeModel, states_of, vector
from quire.schedule.kv_cache import KVCache
from quire.schedule.scheduler import Scheduler

MODEL = FakeModel()
VOCAB = MODEL.vocab
PROMPT = [i * 7 % VOCAB for i in range(40)]
DEPTHS = pytest.mark.parametrize("depth", [1, 2, 3, 4])
Heard = dict[int, list[News]]
STRUCK = "MemoryError: struck"
ERRORS = ("the device says no", STRUCK)         # any other is a fault of the scheduler, which would call it the request's


class Ticks:
    """A clock that moves whenever somebody looks."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def build(num_blocks: int = 64, block_size: int = 4, depth: int = 1, seed: int = 0, failure_rate: float = 0.0,
          is_named: bool = True, late_rate: float = 0.0, **limits: int) -> Engine:
    """An engine on a started fake device; both report to the caller through engine.scheduler and engine.executor."""
    most = Limits(**{"step_tokens": 64, "rows": 8, "max_model_len": 10_000, **limits})
    device = FakeDevice(num_blocks, block_size, model=MODEL, seed=seed, rows=most.rows, step_tokens=most.step_tokens,
                        drafts=most.drafts, failure_rate=failure_rate, late_rate=late_rate)
    device.start()
    return Engine(Scheduler(KVCache(num_blocks, block_size, is_named), most, Ticks()), device, depth)


def run(engine: Engine, between: Callable[[], object] = lambda: None, most_turns: int = 5000) -> Heard:
    """Turn until nothing is left; returns {request id: its news}. Checks every invariant after every move."""
    heard: Heard = {}
    for _ in range(most_turns):
        between()
        engine.scheduler.check()
        for news in engine.turn():
            heard.setdefault(news.request_id, []).append(news)
        engine.scheduler.check()
        assert len(engine.in_flight) <= engine.depth
        if not engine.is_busy:
            break
    assert not engine.is_busy, "it never came to an end"
    kv, scheduler, device = engine.scheduler.kv, engine.scheduler, engine.executor
    assert isinstance(device, FakeDevice)
    assert kv.num_free == kv.num_blocks and len(scheduler.rows) == scheduler.limits.rows
    assert not device.rows and not scheduler.flights and not scheduler.parked
    for all_news in heard.values():
        reasons = [bool(n.reason) for n in all_news]
        assert reasons == [False] * (len(reasons) - 1) + [True], "a request must end exactly once"
    return heard


def ids_of(news: list[News]) -> list[int]:
    return [token for n in news for token in n.tokens]


def join(parts: list[Logprobs | None]) -> list[tuple[list[int], list[float], int]]:
    """One entry for each position."""
    return [entry for part in parts if part is not None
            for entry in zip(part.ids.tolist(), part.values.tolist(), part.ranks.tolist(), strict=True)]


def check_against_naive(request: Request, news: list[News]) -> None:
    """Whatever came of it, what was said is a prefix of the truth; and all of it, if it ended by itself."""
    sampling, last, prompt = request.sampling, news[-1], request.tokens[:request.prompt_len]
    states = states_of(prompt, request.adapter)
    check_prompt_logprobs(sampling, last, prompt, states, join([n.prompt_logprobs for n in news]))
    if last.reason == "vector":
        assert np.array_equal(last.vector, vector(states[-1])) and not ids_of(news)
        return
    want = MODEL.naive(prompt, sampling, request.index, request.adapter,
                       request.grammar.text if request.grammar else "")
    got = ids_of(news)
    if last.reason in ("stop", "length"):
        assert got == want
        assert last.reason == ("stop" if want[-1] in sampling.stop_ids else "length")
    else:
        assert last.reason in ("abort", "error") and got == want[:len(got)]
        assert (last.reason == "error") == (last.error in ERRORS)
    if sampling.num_logprobs is None:
        assert all(n.logprobs is None for n in news)
    else:
        before = states_of(prompt + got, request.adapter)[len(prompt) - 1:-1]
        assert join([n.logprobs for n in news]) == join([MODEL.logprobs(before, got, sampling.num_logprobs)])


def check_prompt_logprobs(sampling: Sampling, last: News, prompt: list[int], states: list[int], got: list[Any]) -> None:
    true = []
    if sampling.num_prompt_logprobs is not None:
        true = join([MODEL.logprobs(states[:-1], prompt[1:], sampling.num_prompt_logprobs)])
    assert got == (true if last.reason in ("stop", "length", "vector") else true[:len(got)])


def check_numbers(request: Request, news: list[News]) -> None:
    """What the news say beside tokens: each what is known of the request, the last what is known at its end."""
    for n in news:
        assert n.started_at == request.started_at or not n.started_at
        assert 0 <= n.num_cached < request.prompt_len and n.num_cached == (request.first_cached if n.started_at else 0)
    assert news[-1].num_preemptions == request.preemptions
    assert (news[-1].started_at > 0) == (request.started_at > 0)


def check_nothing_is_idle(scheduler: Scheduler, step: Step | None) -> None:
    """While there is budget left, whoever has a row and may go on does, and the first in line is let in if it fits."""
    work = step.work if step else ()
    left = scheduler.limits.step_tokens - sum(w.count for w in work)
    if not left:
        return
    served = {w.request_id for w in work}
    assert all(r.id in served or r.still_to_ask <= 0 for r in scheduler.running)
    head, kv = scheduler.waiting.first(), scheduler.kv
    if head and scheduler.rows and (head.wanted <= left or not head.whole):
        spare = scheduler.limits.watermark if scheduler.running else 0
        assert kv.missing(head, len(head.tokens)) + spare > kv.num_free, "the first in line fits, but waits"


def watch(engine: Engine, counts: Counter[str]) -> None:
    """Count what the planned steps show, without changing them, and check what each alone cannot show."""
    scheduler, plan, fold = engine.scheduler, engine.scheduler.schedule, engine.scheduler.update
    sent: Counter[tuple[int, int]] = Counter()

    def schedule() -> Step | None:
        before, positions = {r: r.preemptions for r in scheduler.running}, scheduler.counts["positions"]
        step = plan()
        assert scheduler.counts["positions"] - positions == sum(w.count for w in (step.work if step else ()))
        victims = {r for r, count in before.items() if r.preemptions > count}
        for w in step.work if step else ():
            counts["partial prefills"] += w.wants == NOTHING
            counts["planned"] += w.count - w.drafts
            sent[w.request_id, w.epoch] += len(w.new_blocks[0])
            request = scheduler.requests[w.request_id]
            assert request.whole or w.count - w.drafts <= scheduler.limits.chunk
            assert sent[w.request_id, w.epoch] == len(request.blocks), "the device was not told of each block once"
        assert step or engine.in_flight or not scheduler.requests, "there are requests, but nothing will ever happen"
        is_struck = any(n.error == STRUCK for n in scheduler.news)      # then others might have had its room
        if not (victims or is_struck):
            check_nothing_is_idle(scheduler, step)
        started = {scheduler.requests[s.request_id] for s in (step.starts if step else ())}
        for victim in victims & started if not is_struck else ():
            assert any(r.priority < victim.priority for r in started), "it had to leave and is let in again at once"
        counts["parked"] += bool(scheduler.parked)
        return step

    def update(step: Step, output: Any) -> None:
        drawn, heard = {i: len(ids) for i, ids in output.tokens.items()}, len(scheduler.news)
        fold(step, output)
        for n in scheduler.news[heard:]:
            counts["logprobs cut at a stop"] += n.logprobs is not None and len(n.tokens) < drawn[n.request_id]
    engine.scheduler.schedule, engine.scheduler.update = schedule, update      # type: ignore[method-assign]


def strike(engine: Engine, rng: random.Random, rate: float, counts: Counter[str]) -> set[int]:
    """Now and then an act of the cache for one request raises, before it does anything or when it is done; `_digest` in the
    middle of another. Returns the ids of those whom it hits."""
    struck, kv, fold, is_folding = set[int](), engine.scheduler.kv, engine.scheduler.update, False

    def risky(name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def hit(request: Request, when: str) -> None:
            if rng.random() < rate:
                struck.add(request.id)
                counts[f"struck {when} {name}"] += 1
                counts["struck while results are folded in"] += is_folding
                raise MemoryError("struck")

        def do(request: Request, *rest: Any, **named: Any) -> Any:
            hit(request, "before")
            done = act(request, *rest, **named)
            hit(request, "after")
            return done
        return do

    def update(step: Step, output: Any) -> None:
        nonlocal is_folding
        is_folding = True
        fold(step, output)
        is_folding = False
    for name in ("attach", "grow", "commit", "_digest"):
        setattr(kv, name, risky(name, getattr(kv, name)))
    engine.scheduler.update = update                            # type: ignore[method-assign]
    return struck


Drawn = tuple[list[int], Sampling, dict[str, Any]]


def draw_requests(rng: random.Random, shared: list[int], most: int) -> Iterator[Drawn]:
    """Some prompts with common beginnings, some of them impossible."""
    for _ in range(rng.randint(3, 10)):
        prompt = shared[:rng.randint(0, len(shared))] + [rng.randrange(VOCAB) for _ in range(rng.randint(1, 6))]
        is_vector = rng.random() < 0.08
        sampling = Sampling(
            1 if is_vector else rng.randint(1, 18), n=1 if is_vector else rng.choice([1, 1, 1, 2, 4]),
            temperature=rng.choice([0.0, 1.0]), seed=rng.randrange(3), vector=is_vector, mean=is_vector and rng.random() < 0.5,
            num_prompt_logprobs=rng.randrange(4) if rng.random() < 0.08 else None,
            num_logprobs=rng.randrange(4) if rng.random() < 0.3 else None, min_tokens=rng.choice([0, 0, 0, 3]),
            stop_ids=frozenset(rng.sample(range(VOCAB), rng.choice([0, 0, 2]))))
        if rng.random() < 0.03:
            sampling, prompt = Sampling(most + 1), prompt[:1]
        yield prompt, sampling, {
            "priority": rng.choice([0, 1, 1, 2]), "adapter": rng.choice(["", "", "a"]),
            "salt": rng.choice(["", "", "s"]), "grammar": rng.choice([None, None, Grammar("g"), Grammar("gg")]),
            "whole": is_vector and rng.random() < 0.5, "may_read_cache": rng.random() < 0.95}


@cache
def workload(seed: int) -> Counter[str]:
    """One random workload to its end; returns what happened in it."""
    rng = random.Random(seed)
    block_size, depth, drafts = rng.choice([1, 2, 3, 4, 8, 16]), 1 + seed % 4, rng.choice([0, 0, 1, 2, 4])
    shared = [rng.randrange(VOCAB) for _ in range(rng.choice([0, 24, 24]))]
    most = len(shared) + 6 + 18
    num_blocks = -(-most // block_size) + rng.choice([0, 1, 3, 10, 60])
    engine = build(num_blocks, block_size, depth, seed, failure_rate=rng.choice([0, 0, 0.01, 0.1]),
                   is_named=rng.random() < 0.9, step_tokens=rng.choice([3, 8, 16, 64]), chunk=rng.choice([2, 7, 64]),
                   rows=rng.choice([1, 3, 8]), max_model_len=most, drafts=drafts, watermark=rng.choice([0, 0, 1, 3]),
                   late_rate=(0, 0, 0.2)[seed % 3])
    counts: Counter[str] = Counter()
    requests: dict[int, Request] = {}
    todo = list(draw_requests(rng, shared, most))
    abort_rate, reset_rate = rng.choice([0, 0, 0.03]), rng.choice([0, 0, 0.02])
    watch(engine, counts)
    struck = strike(engine, random.Random(seed), (0, 0, 0, 0.002, 0.03)[seed % 5], counts)

    def between() -> None:
        while todo and rng.random() < 0.4:
            prompt, sampling, rest = todo.pop()
            try:
                ids = engine.add(prompt, sampling, **rest)
            except RequestRefused as refused:
                assert str(refused)
                counts["refusals"] += 1
            else:
                counts["siblings"] += len(ids) - 1
                requests.update((i, engine.scheduler.requests[i]) for i in ids)
        if requests and rng.random() < abort_rate:
            engine.abort(rng.choice(list(requests)))
        if rng.random() < reset_rate:
            counts["resets"] += bool(engine.scheduler.kv.block_of)
            engine.reset_prefix_cache()

    between()
    heard: Heard = {}
    while todo or engine.is_busy:
        for request_id, news in run(engine, between).items():
            heard.setdefault(request_id, []).extend(news)
    assert heard.keys() == requests.keys()
    for request_id, news in heard.items():
        check_against_naive(requests[request_id], news)
        check_numbers(requests[request_id], news)
        counts[news[-1].reason] += 1
    assert struck == {request_id for request_id, news in heard.items() if news[-1].error == STRUCK}
    summarise(engine, depth, counts)
    return counts


def summarise(engine: Engine, depth: int, counts: Counter[str]) -> None:
    stats, device = engine.stats(), engine.executor
    assert isinstance(device, FakeDevice)
    assert counts.pop("planned", 0) == device.counts["positions"] + device.counts["idle positions"]
    assert (stats.num_running, stats.num_waiting, stats.num_held_blocks, stats.kv_usage) == (0, 0, 0, 0.0)
    assert stats.num_hits <= stats.num_queried and stats.num_steps == device.number
    for also in (engine.scheduler.counts, engine.scheduler.kv.counts):
        counts.update(also)
    counts[f"accepted at depth {depth}"] = device.counts["accepted"]
    counts["garbage"], counts["late"] = device.counts["garbage"], device.counts["late"]
