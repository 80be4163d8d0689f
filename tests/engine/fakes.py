"""An engine without a model for tests of the floor above it: the fake device, and a tokenizer of one id for each byte."""
import atexit
import contextlib
import json
import shutil
import threading
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

# As in tests.tiny, which imports torch: this floor's tests need none.
SPECIAL = ("<|bos|>", "<|eos|>", "<|user|>", "<|assistant|>", "<|system|>")
VOCAB, EOS = 256 + len(SPECIAL), 257
CONFIG = {"architectures": ["LlamaForCausalLM"], "vocab_size": VOCAB, "hidden_size": 64, "num_hidden_layers": 2,
          "num_attention_heads": 4, "intermediate_size": 96, "max_position_embeddings": 256, "bos_token_id": 256,
          "eos_token_id": EOS, "torch_dtype": "float32"}


@cache
def folder() -> Path:
    """A model without weights."""
    made = Path(mkdtemp(prefix="quire-test-"))
    atexit.register(shutil.rmtree, made, True)
    (made / "config.json").write_text(json.dumps(CONFIG))
    plain = [b for b in range(256) if 0x21 <= b <= 0x7e or (b >= 0xa1 and b != 0xad)]
    rest = [b for b in range(256) if b not in plain]
    letter = {b: chr(b) for b in plain} | {b: chr(256 + n) for n, b in enumerate(rest)}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
    added = [{"id": 256 + n, "content": text, "special": True, "single_word": False, "lstrip": False, "rstrip": False,
              "normalized": False} for n, text in enumerate(SPECIAL)]
    (made / "tokenizer.json").write_text(json.dumps({
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
        "pre_tokenizer": byte_level, "post_processor": None, "decoder": byte_level,
        "model": {"type": "BPE", "vocab": {letter[b]: b for b in range(256)}, "merges": []}}))
    (made / "tokenizer_config.json").write_text(json.dumps({"bos_token": SPECIAL[0], "eos_token": SPECIAL[1]}))
    return made


@cache
def tokenizer() -> Tokenizer:
    return Tokenizer.load(folder())


@cache
def spec() -> ModelSpec:
    return ModelSpec.read(folder())


def plan(**changes: Any) -> Plan:
    return Plan(**{
        "model": "fake", "model_folder": folder(), "tokenizer_folder": folder(), "served_names": ("fake",),
        "architecture": "LlamaForCausalLM", "dtype": "float32", "kv_dtype": "float32", "max_model_len": 256, "block_size": 4,
        "num_blocks": 4096, "max_num_seqs": 64, "max_num_batched_tokens": 256, "chunk": 256, **changes})


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


class Gate:
    """Steps of the device wait here, one for each `step`, until it is opened."""

    def __init__(self) -> None:
        self.permits, self.is_open = threading.Semaphore(0), False

    def __call__(self, seconds: float) -> None:
        if not self.is_open:
            self.permits.acquire()

    def step(self) -> None:
        self.permits.release()

    def open(self) -> None:
        self.is_open = True
        self.permits.release(100)


@contextlib.asynccontextmanager
async def serving(changes: dict[str, Any] | None = None, gate: Gate | None = None, **fake: Any) -> AsyncIterator[Client]:
    """A client of a fake engine on a thread, ready. `client.engine` is that engine."""
    chosen = plan(**(changes or {}))
    engine = fake_engine(chosen, **fake)
    if gate is not None:
        engine.executor.delay, engine.executor.sleep = 1.0, gate        # type: ignore[attr-defined]
    client = Client(chosen, spec(), tokenizer(), EngineThread(lambda progress: engine))
    client.engine = engine                              # type: ignore[attr-defined]
    await client.start()
    try:
        yield client
    finally:
        if gate is not None:
            gate.open()
        await client.close(60)
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
