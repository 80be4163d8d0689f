"""Batch.check() names the broken promise."""
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from quire.batch import Batch


def _good() -> Batch:
    """A chunk of 5 of a sequence of 20, and one token of a sequence of 3, in blocks of 16."""
    return Batch(
        ids=torch.tensor([1, 2, 3, 4, 5, 6]), positions=torch.tensor([15, 16, 17, 18, 19, 2]),
        slots=torch.tensor([2 * 16 + 15, 16, 17, 18, 19, -1]), query_starts=torch.tensor([0, 5, 6], dtype=torch.int32),
        lengths=torch.tensor([20, 3], dtype=torch.int32), tables=torch.tensor([[2, 1], [0, 99]], dtype=torch.int32),
        logit_rows=torch.tensor([4, 5]))


BROKEN: dict[str, Callable[[Batch], Batch]] = {
    "ids must be 1-D int64": lambda b: replace(b, ids=b.ids.int()),
    "lengths must be int32": lambda b: replace(b, lengths=b.lengths.long()),
    "query_starts must run": lambda b: replace(b, query_starts=torch.tensor([0, 5, 5], dtype=torch.int32)),
    "a row for each sequence": lambda b: replace(b, tables=b.tables[:1]),
    "newest positions": lambda b: replace(b, positions=b.positions - 1),
    "go together": lambda b: replace(b, positions=b.positions[1:]),
    "more tokens than positions": lambda b: replace(b, lengths=torch.tensor([4, 3], dtype=torch.int32)),
    "needs 2 blocks": lambda b: replace(b, tables=b.tables[:, :1]),
    "outside the cache": lambda b: replace(b, tables=b.tables + 2),
    "must go to slot": lambda b: replace(b, slots=b.slots + 1),
    "the same slot": lambda b: replace(b, tables=torch.tensor([[2, 1], [1, 0]], dtype=torch.int32),
                                       slots=torch.tensor([47, 16, 17, 18, 19, 18])),
    "logit_rows": lambda b: replace(b, logit_rows=torch.tensor([6])),
    "in the vocabulary": lambda b: replace(b, ids=b.ids + 94),
}


def test_a_good_one_passes() -> None:
    batch = _good()
    batch.check(num_blocks=3, block_size=16, vocab=100)
    assert (batch.num_tokens, batch.num_seqs) == (6, 2)


@pytest.mark.parametrize("words", BROKEN)
def test_each_broken_promise_is_named(words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        BROKEN[words](_good()).check(num_blocks=3, block_size=16, vocab=100)
