"""Log-probabilities of the raw logits, before anything that sampling does to them, as numpy arrays.

Ids are ranked by logit, equal ones by id; rank 1 is the best. log_softmax works on each row by itself, whatever the batch
(tests hold this to the bit); a plain sum over a row would not.
"""
import numpy as np
import torch
from torch import Tensor

from quire.core.types import Logprobs
from quire.sampling.truncation import best

CHUNK = 1 << 22         # logits whose log-probabilities exist at once
MARGIN = 64             # more best ones are sought than are wanted, so that equal ones are known at the end of those


def top(logits: Tensor, k: int) -> Tensor:
    """(P, V) -> (P, k): ids, best first."""
    vocab = logits.shape[1]
    length = min(vocab, 2 * k + MARGIN)
    values, ids = best(logits, length)
    if k > 0 and length < vocab:
        is_open = values[:, k - 1] == values[:, -1]             # more equal the k-th than were sought
        if bool(is_open.any()):
            ids[is_open, :k] = best(logits[is_open], vocab)[1][:, :k]
    return ids[:, :k]


def logprobs_of(logits: Tensor, chosen: Tensor, k: int) -> Logprobs:
    """(P, V), (P,) -> of P positions: the chosen ids and the k best."""
    step = max(1, CHUNK // logits.shape[1])
    parts = [_part(logits[i:i + step], chosen[i:i + step], k) for i in range(0, max(1, logits.shape[0]), step)]
    ids, values, ranks = (torch.cat(part).cpu().numpy() for part in zip(*parts, strict=True))
    return Logprobs(ids.astype(np.int32), values, ranks.astype(np.int32))


def _part(logits: Tensor, chosen: Tensor, k: int) -> tuple[Tensor, Tensor, Tensor]:
    ids = torch.cat([chosen[:, None], top(logits, k)], 1)
    values = torch.log_softmax(logits, -1).gather(1, ids)
    own = logits.gather(1, chosen[:, None])
    places = torch.arange(logits.shape[1], device=logits.device)
    better = (logits > own) | ((logits == own) & (places < chosen[:, None]))
    return ids, values, better.sum(1) + 1
