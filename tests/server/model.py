"""A model folder without weights, and an engine over the fake device: one id for each byte, five special tokens, a template.

As in tests.tiny, which imports torch: this floor needs none.
"""
import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from quire.core.model_spec import ModelSpec
from quire.core.plan import Plan
from quire.core.types import Limits
from quire.engine.engine import Engine
from quire.executor.fake import FakeDevice
from quire.executor.fake_model import FakeModel
from quire.schedule.kv_cache import KVCache
from quire.schedule.scheduler import Scheduler
from quire.text.tokenizer import Tokenizer

SPECIAL = ("<|bos|>", "<|eos|>", "<|user|>", "<|assistant|>", "<|system|>")
VOCAB, BOS, EOS = 256 + len(SPECIAL), 256, 257
TEMPLATE = ("{{ bos_token }}{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}{{ eos_token }}{% endfor %}"
            "{% if add_generation_prompt %}<|assistant|>{% endif %}")
CONFIG = {"architectures": ["LlamaForCausalLM"], "vocab_size": VOCAB, "hidden_size": 64, "num_hidden_layers": 2,
          "num_attention_heads": 4, "intermediate_size": 96, "max_position_embeddings": 256, "bos_token_id": BOS,
          "eos_token_id": EOS, "torch_dtype": "float32"}


@cache
def folder() -> Path:
    made = Path(mkdtemp(prefix="quire-test-"))
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
    (made / "tokenizer_config.json").write_text(json.dumps({
        "bos_token": SPECIAL[0], "eos_token": SPECIAL[1], "chat_template": TEMPLATE}))
    return made


@cache
def tokenizer() -> Tokenizer:
    return Tokenizer.load(folder())


@cache
def spec() -> ModelSpec:
    return ModelSpec.read(folder())


def plan(**changes: Any) -> Plan:
    return Plan(**{
        "model": "models/tiny", "model_folder": folder(), "tokenizer_folder": folder(), "served_names": ("tiny",),
        "architecture": "LlamaForCausalLM", "dtype": "float32", "kv_dtype": "float32", "max_model_len": 256, "block_size": 4,
        "num_blocks": 4096, "max_num_seqs": 64, "max_num_batched_tokens": 256, "chunk": 256, "port": 0,
        "disable_log_stats": True, "max_logprobs": 5, **changes})


def fake_engine(plan: Plan, script: Callable[[Sequence[int]], Sequence[int]] | None = None, delay: float = 0.0) -> Engine:
    limits = Limits(step_tokens=plan.max_num_batched_tokens, rows=plan.max_num_seqs, max_model_len=plan.max_model_len,
                    chunk=plan.chunk)
    device = FakeDevice(plan.num_blocks, plan.block_size, model=FakeModel(VOCAB, script), rows=plan.max_num_seqs,
                        step_tokens=plan.max_num_batched_tokens, delay=delay)
    return Engine(Scheduler(KVCache(plan.num_blocks, plan.block_size), limits), device, plan.depth)
