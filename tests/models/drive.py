"""Runs a model by hand, without scheduler and runner: the plainest caller of `forward` that there is."""
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from quire.batch import Batch
from quire.core.model_spec import ModelSpec
from quire.kernels.table import ops_for
from quire.models.base import Decoder
from quire.models.table import model_class
from quire.models.weights import find_weights
from quire.parallel.mesh import ALONE
from quire.runner.memory import make_layer

BLOCK = 16


def load(folder: Path, max_model_len: int, dtype: torch.dtype = torch.float32) -> Decoder:
    spec = ModelSpec.read(folder)
    model = model_class(spec.architecture)(spec, ops_for(torch.device("cpu"), dtype), ALONE, max_model_len)
    model.load(find_weights(folder))
    return model


def run(model: Decoder, ids: Sequence[int], chunks: Sequence[int], change: Callable[[Batch], None] = lambda batch: None,
        seed: int = 0, kept: torch.dtype | None = None) -> Tensor:
    """The logits of every position, computed chunk by chunk through blocks in a random order: (len(ids), vocab). kept:
    what the cache holds, if it is not the model's dtype."""
    assert sum(chunks) == len(ids)
    spec, num_blocks = model.spec, -(-len(ids) // BLOCK)
    dtype = kept or model.home.ops.dtype
    kv = [make_layer(num_blocks, spec.kv_heads, BLOCK, spec.head_dim, dtype, torch.device("cpu"))
          for _ in range(spec.layers)]
    blocks = list(range(num_blocks))
    random.Random(seed).shuffle(blocks)
    logits, done = [], 0
    for count in chunks:
        positions = list(range(done, done + count))
        done += count
        batch = Batch(
            ids=torch.tensor(ids[positions[0]:done]), positions=torch.tensor(positions),
            slots=torch.tensor([blocks[p // BLOCK] * BLOCK + p % BLOCK for p in positions]),
            query_starts=torch.tensor([0, count], dtype=torch.int32), lengths=torch.tensor([done], dtype=torch.int32),
            tables=torch.tensor([blocks], dtype=torch.int32), logit_rows=torch.arange(count))
        batch.check(num_blocks, BLOCK, spec.vocab)
        change(batch)
        with torch.inference_mode():
            logits.append(model.logits(model.forward(batch, kv)))
    return torch.cat(logits)


def random_chunks(rng: random.Random, length: int, num_decode: int) -> list[int]:
    """A prompt in pieces of random size, then one position at a time."""
    left, chunks = length - num_decode, []
    while left:
        chunks.append(min(left, rng.randint(1, 37)))
        left -= chunks[-1]
    return chunks + [1] * num_decode
