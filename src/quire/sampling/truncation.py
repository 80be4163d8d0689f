"""top-k, top-p and min-p: which ids may be drawn.

Ids are ordered by logit, equal ones by id, and what may be drawn is always a beginning of that order: first those whose
probability is at least min_p times the best one's, of these the top_k best, of these the fewest best ones whose share is at
least top_p. Only that beginning is sorted: first a short one is tried, then a longer one, then all; which of them serves a
row depends on that row alone, so its draw does not depend on the batch.
"""
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from quire.sampling.draw import choose

LENGTHS = (128, 1024, 16384)    # beginnings that are tried before all is sorted


class Cuts(NamedTuple):
    """Of each row. No cut: top_k = V, top_p = 1, log_min_p = -inf."""
    top_k: Tensor               # (R,) int64
    top_p: Tensor               # (R,) float64
    log_min_p: Tensor           # (R,) float32

    def take(self, rows: Tensor) -> "Cuts":
        return Cuts(self.top_k[rows], self.top_p[rows], self.log_min_p[rows])


@dataclass(slots=True)
class Beginning:
    """The K best ids of each row, best first, and how many of them may be drawn (>= 1)."""
    ids: Tensor                 # (R, K) int64
    cumulative: Tensor          # (R, K) float64: probabilities summed
    count: Tensor               # (R,) int64
    is_sure: Tensor             # (R,) bool: K is enough to know


def best(values: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The k greatest of each row and where they are, equal ones by place. Which of those that equal the k-th are among them
    is sure only if k is all."""
    if k >= values.shape[1]:
        return torch.sort(values, dim=1, descending=True, stable=True)
    ids = values.topk(k, dim=1, sorted=False).indices.sort(dim=1).values
    found, order = values.gather(1, ids).sort(dim=1, descending=True, stable=True)
    return found, ids.gather(1, order)


def begin(logits: Tensor, cuts: Cuts, k: int) -> Beginning:
    """(R, V) float32 logits, already divided by their temperatures."""
    vocab = logits.shape[1]
    found, ids = best(logits, min(k, vocab))
    cumulative = torch.softmax(logits, -1).gather(1, ids).cumsum(1, dtype=torch.float64)
    above_floor = (found >= found[:, :1] + cuts.log_min_p[:, None]).sum(1)
    kept = torch.minimum(torch.minimum(cuts.top_k, above_floor), torch.full_like(above_floor, found.shape[1])).clamp_(min=1)
    is_cut = (cuts.top_k < vocab) | (cuts.log_min_p > -torch.inf)
    share = torch.where(is_cut, cumulative.gather(1, kept[:, None] - 1)[:, 0], 1.0) * cuts.top_p
    before = torch.nn.functional.pad(cumulative, (1, -1))           # what the better ones have together
    within = torch.where(cuts.top_p < 1, (before < share[:, None]).sum(1).clamp_(min=1), kept)
    count = torch.minimum(within, kept)
    last_known = torch.where(is_cut, kept, count)
    is_sure = found.gather(1, last_known[:, None] - 1)[:, 0] > found[:, -1]
    return Beginning(ids, cumulative, count, is_sure | (found.shape[1] == vocab))


def draw_cut(logits: Tensor, cuts: Cuts, uniform: Tensor) -> Tensor:
    """(R, V), (R,) -> (R,) ids."""
    drawn = torch.empty_like(uniform, dtype=torch.int64)
    open_rows = torch.arange(logits.shape[0], device=logits.device)
    for k in (*LENGTHS, logits.shape[1]):
        made = begin(logits[open_rows], cuts.take(open_rows), k)
        places = choose(made.cumulative, made.count - 1, uniform[open_rows])
        drawn[open_rows] = made.ids.gather(1, places[:, None])[:, 0]        # those that are not sure are drawn again
        open_rows = open_rows[~made.is_sure]
        if not open_rows.numel():
            break
    return drawn
