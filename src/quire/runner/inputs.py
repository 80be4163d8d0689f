"""From a step's works to a Batch. All in numpy, a few dozen calls for a step of any size: no loop over tokens."""
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from quire.batch import Batch
from quire.core.types import PROMPT_LOGPROBS, SUM, TOKEN, VECTOR, Work
from quire.runner.rows import Rows


@dataclass(slots=True, eq=False)
class Acts:
    """Works that are computed together, and what has been found for them so far.

    rows, counts    (S,) of each work; counts are its positions
    wants           (S,)
    num_prompt      (S,) its first so many positions want the logprobs of the ids that follow them
    num_first       (S,) of its first so many positions the hidden states are wanted: for that, or for a sum
    has_last        (S,) whether its last position's logits or hidden state are wanted
    hidden          (R, H): for each work its num_first, then its last, as far as wanted
    logits          (draws, V) float32: of the works that want a token
    """
    works: Sequence[Work]
    rows: np.ndarray
    counts: np.ndarray
    wants: np.ndarray
    num_prompt: np.ndarray
    num_first: np.ndarray
    has_last: np.ndarray
    hidden: Tensor | None = None
    logits: Tensor | None = None

    @classmethod
    def of(cls, works: Sequence[Work], rows: Rows) -> "Acts":
        at = np.array([w.row for w in works], np.int64)
        counts = np.array([w.count for w in works], np.int64)
        wants = np.array([w.wants for w in works], np.int64)
        ends = np.minimum(rows.position[at] + counts, rows.prompt_len[at] - 1)
        num_prompt = np.where(wants & PROMPT_LOGPROBS, np.maximum(ends - rows.position[at], 0), 0)
        has_last = (wants & (TOKEN | VECTOR)) > 0
        return cls(works, at, counts, wants, num_prompt, np.where(wants & SUM, counts - has_last, num_prompt), has_last)

    @property
    def draws(self) -> np.ndarray:
        """Which works want a token: (S,) bool."""
        return (self.wants & TOKEN) > 0

    @property
    def hidden_starts(self) -> np.ndarray:
        """(S + 1,): where each work's rows of `hidden` begin."""
        return np.concatenate(([0], np.cumsum(self.num_first + self.has_last)))

    @property
    def last_rows(self) -> np.ndarray:
        """(S,): the row of `hidden` with a work's last position, where has_last."""
        return self.hidden_starts[1:] - 1

    def split(self) -> "list[Acts]":
        """One for each work, with its share of all that has been found."""
        starts, draw_starts = self.hidden_starts, np.concatenate(([0], np.cumsum(self.draws)))
        return [Acts(self.works[i:i + 1], self.rows[i:i + 1], self.counts[i:i + 1], self.wants[i:i + 1],
                     self.num_prompt[i:i + 1], self.num_first[i:i + 1], self.has_last[i:i + 1],
                     None if self.hidden is None else self.hidden[starts[i]:starts[i + 1]],
                     None if self.logits is None else self.logits[draw_starts[i]:draw_starts[i + 1]])
                for i in range(len(self.works))]


def make_batch(acts: Acts, rows: Rows, device: torch.device) -> Batch:
    at, counts, size = acts.rows, acts.counts, rows.block_size
    before = rows.position[at]
    lengths = before + counts
    starts = np.zeros(len(counts) + 1, np.int64)                # (S + 1,)
    np.cumsum(counts, out=starts[1:])
    if (lengths > rows.length[at]).any() or (lengths > rows.num_blocks[at] * size).any():
        raise ValueError("a work goes beyond the ids or the blocks that its row has")
    of_token = np.repeat(at, counts)                            # (T,): the row of each token
    positions = np.arange(starts[-1]) + np.repeat(before - starts[:-1], counts)
    slots = rows.tables[of_token, positions // size].astype(np.int64) * size + positions % size
    slots[positions < rows.cached[of_token]] = -1               # in the cache already, and not ours to write
    width = -(-int(lengths.max()) // size)

    def put(array: np.ndarray, dtype: type) -> Tensor:
        tensor = torch.from_numpy(array.astype(dtype, copy=False))
        return tensor if tensor.device == device else tensor.to(device)

    return Batch(ids=put(rows.ids[of_token, positions], np.int64), positions=put(positions, np.int64),
                 slots=put(slots, np.int64), query_starts=put(starts, np.int32), lengths=put(lengths, np.int32),
                 tables=put(rows.tables[at, :width], np.int32), logit_rows=put(_logit_rows(acts, starts), np.int64))


def _logit_rows(acts: Acts, starts: np.ndarray) -> np.ndarray:
    last = starts[1:] - 1
    if not acts.num_first.any():
        return np.asarray(last[acts.has_last])
    rows = [np.append(np.arange(first, first + n), end) if has_last else np.arange(first, first + n)
            for first, n, end, has_last in zip(starts[:-1], acts.num_first, last, acts.has_last, strict=True)]
    return np.concatenate(rows)
