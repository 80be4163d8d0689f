"""Plan -> Engine, with every concrete class named. It imports torch, so whoever must not imports it lazily."""
from collections.abc import Callable

from quire.core.lazy import lazy
from quire.core.plan import Plan
from quire.core.types import Limits
from quire.engine.engine import Engine
from quire.executor.local import LocalExecutor
from quire.executor.protocol import Executor
from quire.schedule.kv_cache import KVCache
from quire.schedule.scheduler import Scheduler

many = lazy("quire.executor.many")      # msgspec, which one process alone does not need


def build_engine(plan: Plan, progress: Callable[[int, int], None] = lambda done, total: None) -> Engine:
    """progress hears bytes of weights loaded, and how many there are, while the executor starts."""
    make = many.ManyExecutor if plan.tensor_parallel_size > 1 else LocalExecutor
    executor: Executor = make(plan, progress)
    return Engine(build_scheduler(plan), executor, plan.depth)


def build_scheduler(plan: Plan) -> Scheduler:
    limits = Limits(step_tokens=plan.max_num_batched_tokens, rows=plan.max_num_seqs, max_model_len=plan.max_model_len,
                    chunk=plan.chunk, watermark=plan.watermark)
    return Scheduler(KVCache(plan.num_blocks, plan.block_size, plan.prefix_caching), limits)
