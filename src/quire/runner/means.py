"""Sums of hidden states over all positions of a row, kept from chunk to chunk, for whoever wants their mean.

Invariant: positions are added one after the other, in float64, so a sum depends on nothing but the row: neither on the chunks
in which it came nor on who else was in the batch.
"""
import numpy as np
import torch
from torch import Tensor

SLICE = 256                     # positions that exist in float64 at once


class Means:
    def __init__(self) -> None:
        self.sums: dict[int, np.ndarray] = {}           # row -> (H,) float64
        self.counts: dict[int, int] = {}                # row -> positions in its sum

    def end(self, row: int) -> None:
        self.sums.pop(row, None)
        self.counts.pop(row, None)

    def add(self, row: int, hidden: Tensor) -> None:
        """hidden: (T, H), of the positions that follow those in the sum."""
        for begin in range(0, len(hidden), SLICE):
            terms = hidden[begin:begin + SLICE].cpu().to(torch.float64).numpy()
            if row in self.sums:
                terms = np.concatenate((self.sums[row][None], terms))
            self.sums[row] = np.add.accumulate(terms, axis=0)[-1].copy()       # of sums, this one has an order by definition
        self.counts[row] = self.counts.get(row, 0) + len(hidden)

    def mean(self, row: int) -> Tensor:
        """(H,) float32."""
        return torch.from_numpy((self.sums[row] / self.counts[row]).astype(np.float32))
