"""What the features of the sampler share: the lines of logits that one of them works on, and memory for few of many rows."""
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from quire.core.types import RequestRefused, Start

Numbers = npt.NDArray[np.int64]


@dataclass(slots=True)
class Lines:
    """Some lines of a step's logits, L of them; known on the host, so that choosing them waits for no device."""
    places: Numbers                 # (L,): which lines
    rows: Numbers                   # (L,): of which rows
    positions: Numbers              # (L,): where the ids will stand
    device: torch.device

    def only(self, these: npt.NDArray[np.bool_]) -> "Lines":
        """These of the lines, (L,)."""
        return Lines(self.places[these], self.rows[these], self.positions[these], self.device)

    @property
    def at(self) -> Tensor:
        return torch.from_numpy(self.places).to(self.device)

    @property
    def of(self) -> Tensor:
        return torch.from_numpy(self.rows).to(self.device)


class Feature(Protocol):
    """Changes logits before an id is drawn. Keeps what it needs by row; a row that does not want it costs nothing."""

    def start(self, row: int, start: Start) -> bool:
        """Does the row want it?"""

    def end(self, row: int) -> None:
        """The row is empty. Called only if it wanted it."""

    def apply(self, logits: Tensor, lines: Lines) -> None:
        """Change those lines of the logits in place, each by itself."""

    def append(self, lines: Lines, ids: Tensor) -> None:
        """The ids (L,) that were drawn."""


class Pool:
    """Lines of one length, given to rows that ask. Grows by doubling, never beyond all rows, and keeps what it has grown to."""

    def __init__(self, max_rows: int, length: int, dtype: torch.dtype, device: torch.device):
        self.max_rows = max_rows
        self.values = torch.zeros(0, length, dtype=dtype, device=device)
        self.slots = np.full(max_rows, -1, np.int64)
        self.free: list[int] = []

    def take(self, row: int) -> Tensor:
        """A line of zeros, (length,)."""
        if self.slots[row] < 0:
            if not self.free:
                self._grow()
            self.slots[row] = self.free.pop()
        return self.values[int(self.slots[row])].zero_()

    def give_back(self, row: int) -> None:
        if self.slots[row] >= 0:
            self.free.append(int(self.slots[row]))
            self.slots[row] = -1

    def slots_of(self, rows: Numbers) -> Tensor:
        return torch.from_numpy(self.slots[rows]).to(self.values.device)

    def of(self, rows: Numbers) -> Tensor:
        """(L, length), a copy."""
        return self.values[self.slots_of(rows)]

    def _grow(self) -> None:
        old = self.values.shape[0]
        new = min(max(4, 2 * old), self.max_rows)
        self.values = torch.cat([self.values, self.values.new_zeros(new - old, self.values.shape[1])])
        self.free += range(new - 1, old - 1, -1)


def check_ids(what: str, ids: Sequence[int], vocab: int) -> None:
    """The door has checked this; a wrong id here would write into another row's logits."""
    if any(not 0 <= i < vocab for i in ids):
        raise RequestRefused(f"{what} holds an id outside the {vocab} that the model has logits for")
