"""An engine without a model for tests of the floor above it: the fake device, and a tokenizer of one id for each byte."""
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from quire.core.model_spec import ModelSpec
from quire.core.plan import Plan
from quire.core.sampling_params import SamplingParams
from quire.core.types import Limits
from quire.engine.client import Client, Stream
from quire.engine.engine import Engine
from quire.engine.local import EngineThread
from quire.executor.fake import FakeDevice
from quire.executor.fake_model import FakeModel
from quire.schedule.kv_cache import KVCache
from quire.schedule.scheduler import Scheduler
from quire.text.tokenizer import Tokenizer
from tests.engine.aio import until
from tests.tiny import VOCAB, tiny, tiny_plan


@cache
def folder() -> Path:
    return tiny(Path(mkdtemp(prefix="quire-test-")))


@cache
def tokenizer() -> Tokenizer:
    return Tokenizer.load(folder())


@cache
def spec() -> ModelSpec:
    return ModelSpec.read(folder())


def plan(**changes: Any) -> Plan:
    return tiny_plan(folder(), **{"block_size": 4, "num_blocks": 4096, "max_num_seqs": 64, **changes})


def saying(text: str | Sequence[str]) -> Callable[[Sequence[int]], Sequence[int]]:
    """A script of a fake model: it answers with this text, whatever the prompt, and then draws."""
    return lambda prompt: list(str(text).encode())


def fake_engine(plan: Plan, *, script: Callable[[Sequence[int]], Sequence[int]] | None = None,
                delay: float = 0.0) -> Engine:
    limits = Limits(step_tokens=plan.max_num_batched_tokens, rows=plan.max_num_seqs, max_model_len=plan.max_model_len,
                    chunk=plan.chunk)
    device = FakeDevice(plan.num_blocks, plan.block_size, model=FakeModel(VOCAB, script), rows=plan.max_num_seqs,
                        step_tokens=plan.max_num_batched_tokens, delay=delay)
    return Engine(Scheduler(KVCache(plan.num_blocks, plan.block_size), limits), device, plan.depth)


@contextlib.asynccontextmanager
async def serving(changes: dict[str, Any] | None = None, **fake: Any) -> AsyncIterator[Client]:
    """A client of a fake engine on a thread, ready. `client.engine` is that engine."""
    chosen = plan(**(changes or {}))
    engine = fake_engine(chosen, **fake)
    client = Client(chosen, spec(), tokenizer(), EngineThread(lambda progress: engine))
    client.engine = engine                              # type: ignore[attr-defined]
    await client.start()
    try:
        yield client
    finally:
        await client.close()
        assert not client.link.is_alive                 # type: ignore[attr-defined]


def params(**given: Any) -> SamplingParams:
    return SamplingParams(**{"temperature": 0.0, "max_tokens": 8, "ignore_eos": True, **given})


async def read(stream: Stream) -> list[tuple[str, list[int], str | None]]:
    """Text, ids and finish reason of each sibling."""
    texts: dict[int, tuple[str, list[int], str | None]] = {}
    async for delta in stream:
        text, ids, _ = texts.get(delta.index, ("", [], None))
        texts[delta.index] = text + delta.text, ids + delta.token_ids, delta.finish_reason
    return [texts[index] for index in sorted(texts)]


async def idle(engine: Engine) -> None:
    """Until the engine has nothing left to do, and all that it took is given back."""
    await until(lambda: not engine.is_busy)
    scheduler = engine.scheduler
    assert not scheduler.requests and scheduler.kv.num_free == scheduler.kv.num_blocks
    assert len(scheduler.rows) == scheduler.limits.rows
