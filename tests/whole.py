"""A whole engine around a checkpoint, for runs through scheduler, cache and runner."""
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from quire.core.plan import Plan
from quire.core.types import Limits, News, Sampling
from quire.engine.engine import Engine
from quire.executor.local import LocalExecutor
from quire.executor.many import ManyExecutor
from quire.schedule.kv_cache import KVCache
from quire.schedule.scheduler import Scheduler

from .tiny import tiny_plan


@contextmanager
def engine(folder: Path, depth: int = 1, **changes: Any) -> Iterator[Engine]:
    plan = tiny_plan(folder, depth=depth, **changes)
    executor = LocalExecutor(plan) if plan.tensor_parallel_size == 1 else ManyExecutor(plan)
    executor.start()
    try:
        yield Engine(make_scheduler(plan), executor, depth)
    finally:
        executor.stop()


def make_scheduler(plan: Plan) -> Scheduler:
    kv = KVCache(plan.num_blocks, plan.block_size, plan.prefix_caching)
    return Scheduler(kv, Limits(plan.max_num_batched_tokens, plan.max_num_seqs, plan.max_model_len, plan.chunk))


def finish(engine: Engine) -> dict[int, list[News]]:
    """Turn until everything has ended; all news of each request."""
    news: dict[int, list[News]] = {}
    while engine.is_busy:
        for one in engine.turn():
            news.setdefault(one.request_id, []).append(one)
        engine.scheduler.check()
    return news


def generate(engine: Engine, prompts: Sequence[Sequence[int]], sampling: Sampling, **rest: Any) -> list[list[int]]:
    """The outputs of all prompts, run together."""
    ids = [engine.add(prompt, sampling, **rest)[0] for prompt in prompts]
    news = finish(engine)
    for request in ids:
        assert not (error := news[request][-1].error), error
    return [[token for one in news[request] for token in one.tokens] for request in ids]
