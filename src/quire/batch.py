"""One step's tensors, passed by hand and never global, and one layer's share of the KV cache.

A Batch says which tokens a step computes, to which sequence each belongs, where its K and V go and where the K and V of
all earlier positions lie. Only T (tokens), S (sequences), W (width of the tables) and R (rows with logits) vary.
Nothing here computes; `check()` recomputes what must hold, for tests and for debugging.
"""
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor


@dataclass(slots=True, eq=False)
class KVLayer:
    """K and V of one layer, in blocks: position p lies in block table[p // block_size], at p % block_size.

    The shapes say how much there is and of what; how the numbers of one block lie inside it is the business of the ops
    that write and read it (csrc/cache.h for those in C++). Ops.unpack_kv gives them back in the order of the shape.
    """
    k: Tensor                       # (num_blocks, kv_heads, block_size, head_dim)
    v: Tensor                       # the same shape and dtype: that of the ops or another of theirs, or int8
    scales: Tensor | None = None    # of int8: (num_blocks, kv_heads, 2, block_size) float32, of K and of V
    facts: Any = field(default=None, init=False, repr=False)        # the ops keep here what they checked

    @property
    def block_size(self) -> int:
        return self.k.shape[2]

    @property
    def num_slots(self) -> int:
        return self.k.shape[0] * self.k.shape[2]


@dataclass(slots=True, eq=False)
class Batch:
    """Invariant: sequence s owns tokens query_starts[s] : query_starts[s + 1], which are its newest positions in order;
    the last is lengths[s] - 1, and its first ceil(lengths[s] / block_size) table entries are blocks of the cache."""
    ids: Tensor                     # (T,) int64
    positions: Tensor               # (T,) int64
    slots: Tensor                   # (T,) int64: block * block_size + offset where its K and V go; -1: not written
    query_starts: Tensor            # (S + 1,) int32
    lengths: Tensor                 # (S,) int32: positions known to the sequence after this step
    tables: Tensor                  # (S, W) int32: blocks in the order of positions; none behind the last is read
    logit_rows: Tensor              # (R,) int64: tokens whose logits (or vectors) are wanted
    facts: Any = field(default=None, init=False, repr=False)        # the ops keep here what they checked

    @property
    def num_tokens(self) -> int:
        return self.ids.shape[0]

    @property
    def num_seqs(self) -> int:
        return self.lengths.shape[0]

    def check(self, num_blocks: int, block_size: int, vocab: int | None = None) -> None:
        """Recompute every promise of the fields; an AssertionError names the broken one."""
        _check_dtypes(self)
        starts, lengths = self.query_starts.tolist(), self.lengths.tolist()
        tokens, seqs = self.num_tokens, self.num_seqs
        assert len(starts) == seqs + 1 and starts[0] == 0 and starts[-1] == tokens, "query_starts must run from 0 to T"
        assert self.tables.dim() == 2 and self.tables.shape[0] == seqs, "tables must have a row for each sequence"
        assert self.positions.shape == self.slots.shape == self.ids.shape, "ids, positions and slots go together"
        for s in range(seqs):
            _check_sequence(self, s, starts[s], starts[s + 1], lengths[s], num_blocks, block_size)
        written = [slot for slot in self.slots.tolist() if slot != -1]
        assert len(set(written)) == len(written), "two tokens write the same slot"
        assert all(0 <= row < tokens for row in self.logit_rows.tolist()), "logit_rows must name tokens"
        if vocab is not None:
            assert all(0 <= i < vocab for i in self.ids.tolist()), "ids must lie in the vocabulary"


def _check_dtypes(b: Batch) -> None:
    for name in ("ids", "positions", "slots", "logit_rows"):
        assert getattr(b, name).dtype == torch.int64 and getattr(b, name).dim() == 1, f"{name} must be 1-D int64"
    for name in ("query_starts", "lengths", "tables"):
        assert getattr(b, name).dtype == torch.int32, f"{name} must be int32"


def _check_sequence(b: Batch, s: int, start: int, end: int, length: int, num_blocks: int, block_size: int) -> None:
    assert start <= end and end - start <= length, f"sequence {s} has more tokens than positions"
    assert b.positions[start:end].tolist() == list(range(length - (end - start), length)), \
        f"sequence {s}: its tokens must be its newest positions, in order"
    used = -(-length // block_size)
    assert used <= b.tables.shape[1], f"sequence {s} needs {used} blocks, its table has {b.tables.shape[1]}"
    table = b.tables[s, :used].tolist()
    assert all(0 <= block < num_blocks for block in table), f"sequence {s}: a block outside the cache"
    for position, slot in zip(b.positions[start:end].tolist(), b.slots[start:end].tolist(), strict=True):
        want = table[position // block_size] * block_size + position % block_size
        assert slot in (-1, want), f"sequence {s}: position {position} must go to slot {want}, not {slot}"
