"""The engine compared with naive generation, token by token, over random workloads (P2 and P3 among them)."""
import random
from collections import Counter

import pytest

from quire.core.types import Sampling
from tests.conftest import FULL
from tests.schedule.workloads import VOCAB, build, ids_of, run, workload

NUM_WORKLOADS, GROUPS = (4000, 40) if FULL else (320, 8)


@pytest.mark.parametrize("group", range(GROUPS))
def test_same_as_naive(group):
    for seed in range(group, NUM_WORKLOADS, GROUPS):
        workload(seed)


def test_the_workloads_took_every_path():
    total: Counter[str] = sum((workload(seed) for seed in range(NUM_WORKLOADS)), Counter())
    print(*(f"{name:24}{total[name]:8}" for name in sorted(total)), sep="\n")
    for name in ("partial prefills", "hits", "evictions", "preemptions", "preemptions in flight", "error", "restarts",
                 "garbage", "refusals", "abort", "stop", "length", "vector", "logprobs cut at a stop", "siblings",
                 "parked", "resets", "late", "struck while results are folded in",
                 *(f"struck {when} {act}" for when in ("before", "after") for act in ("attach", "grow", "commit", "_digest")),
                 *(f"accepted at depth {depth}" for depth in (1, 2, 3, 4))):
        assert total[name] > 0, name


def draw_plain(rng, num_blocks, block_size):
    for _ in range(rng.randint(2, 8)):
        prompt = [rng.randrange(2) for _ in range(rng.randint(1, 20))]
        most = min(16, num_blocks * block_size - len(prompt))
        yield prompt, Sampling(rng.randint(1, most), n=rng.choice([1, 1, 3]), temperature=1.0, seed=rng.randrange(9))


@pytest.mark.parametrize("seed", range(300 if FULL else 60))
def test_nobody_waits_longer_than_the_formula(seed):
    """Among equals who never fail, the one in front goes on in each step in which its ids are not all in flight. Alone
    it takes no more steps than positions / share + max_tokens + depth, and all together no more than the sum, and
    the steps in which a row comes back."""
    rng = random.Random(seed)
    block_size, depth, share = rng.choice([1, 4]), rng.randint(1, 4), rng.choice([1, 2, 5, 64])
    num_blocks = -(-36 // block_size) + rng.choice([0, 2, 20])
    engine = build(num_blocks, block_size, depth, seed, step_tokens=share + rng.choice([0, 3]), chunk=share,
                   rows=rng.choice([1, 2, 8]), drafts=rng.choice([0, 3]), watermark=rng.choice([0, 2]))
    bound = 0
    for prompt, sampling in draw_plain(rng, num_blocks, block_size):
        engine.add(prompt, sampling)
        alone = -(-(len(prompt) + sampling.max_tokens) // share) + sampling.max_tokens + depth
        bound += sampling.n * (alone + depth + 1)
    run(engine)
    assert engine.scheduler.num_steps <= bound


@pytest.mark.parametrize("seed", range(200 if FULL else 40))
def test_the_cache_changes_nothing_but_the_work(seed):
    """P3: the same requests with and without it, some at once and some later: the same ids; and hits only with it."""
    def outputs(is_named, is_salted):
        rng = random.Random(seed)
        engine = build(30, rng.choice([1, 2, 4]), seed % 4 + 1, seed, is_named=is_named, drafts=rng.choice([0, 2]))
        heard, hits = [], []
        for number in range(6):
            prompt = [rng.randrange(VOCAB) for _ in range(3)] if number == 3 else [1] * rng.randint(9, 14)
            ids = engine.add(prompt, Sampling(6, n=2, temperature=1.0, seed=number), salt=str(number) * is_salted)
            if rng.random() < 0.5 or number == 5:
                for request_id, news in sorted(run(engine).items()):
                    heard.append((request_id, ids_of(news)))
                    hits.append(news[-1].num_cached if request_id == ids[0] else 0)
        return heard, sum(hits), engine.stats().num_hits
    cached, hits, _ = outputs(True, False)
    salted, salted_hits, siblings_hits = outputs(True, True)
    plain, plain_hits, no_hits = outputs(False, False)
    assert cached == plain == salted
    assert hits >= 8 and salted_hits == plain_hits == no_hits == 0 and siblings_hits > 0
