"""Random numbers that need no generator, and the draw of an id.

A draw is a pure function of the row's logits and of (seed, index among n, position, purpose): no state, so batches, chunks,
preemption and restarts change nothing. The key is mixed in 64-bit integer arithmetic, which is the same on every device.
"""
import torch
from torch import Tensor

SAMPLE, ACCEPT, RESIDUAL, DRAFT = range(4)      # purposes: draws of one position that must not depend on each other

BLOCK = 512

_STEP = -0x61C8864680B583EB                     # golden ratio * 2 ** 64, as a signed number
_FACTORS = (-0x40A7B892E31B1A47, -0x6B2FB644ECCEEE15)


def signed(seed: int) -> int:
    """The 64-bit number with the same bits that a tensor can hold."""
    return ((seed + (1 << 63)) & ((1 << 64) - 1)) - (1 << 63)


def _shifted(x: Tensor, bits: int) -> Tensor:
    """To the right, zeros following: int64 alone would follow with the sign."""
    return (x >> bits) & ((1 << (64 - bits)) - 1)


def _mixed(x: Tensor) -> Tensor:
    """Each bit of the result depends on each bit of x (the finish of splitmix64)."""
    x = (x ^ _shifted(x, 30)) * _FACTORS[0]
    x = (x ^ _shifted(x, 27)) * _FACTORS[1]
    return x ^ _shifted(x, 31)


def uniforms(seeds: Tensor, indices: Tensor, positions: Tensor, purpose: int = SAMPLE) -> Tensor:
    """(R,) int64 each -> (R,) float64 in [0, 1), 53 bits."""
    key = _mixed(seeds + _STEP)
    key = _mixed((key ^ indices) + _STEP)
    key = _mixed((key ^ positions) + _STEP)
    key = _mixed((key ^ purpose) + _STEP)
    return _shifted(key, 11).double() * 2.0 ** -53


def place_of(cumulative: Tensor, target: Tensor, total: Tensor) -> Tensor:
    """(R, K) sums of weights from the first on; (R, 1) the number that is drawn, and the sum it is a share of -> (R, 1).

    What has no weight is never chosen, also when rounding lets the number fall on the very end.
    """
    place = torch.searchsorted(cumulative, target, right=True)
    return torch.minimum(place, torch.searchsorted(cumulative, total.contiguous()))     # the last place that adds any weight


def choose(cumulative: Tensor, last: Tensor, uniform: Tensor) -> Tensor:
    """Where a uniform number falls in cumulative[r, : last[r] + 1]; (R,) int64."""
    total = cumulative.gather(1, last[:, None])
    return place_of(cumulative, total * uniform[:, None], total)[:, 0]


def draw_whole(logits: Tensor, uniform: Tensor) -> Tensor:
    """(R, V), (R,) -> (R,) ids by their probabilities. Sums run in the order of ids, in float64: first over blocks, then
    within the one that is hit, since sums of all single ids are many to write."""
    rows, vocab = logits.shape
    num_blocks = -(-vocab // BLOCK)
    padded = torch.nn.functional.pad(logits, (0, num_blocks * BLOCK - vocab), value=-torch.inf)
    weights = torch.softmax(padded, -1).view(rows, num_blocks, BLOCK)
    sums = weights.sum(-1, dtype=torch.float64).cumsum(-1)                  # (R, blocks)
    total = sums[:, -1:]
    target = total * uniform[:, None]
    block = place_of(sums, target, total)
    before = torch.nn.functional.pad(sums, (1, 0)).gather(1, block)
    within = weights[torch.arange(rows, device=logits.device), block[:, 0]].cumsum(-1, dtype=torch.float64)
    return (block * BLOCK + place_of(within, target - before, within[:, -1:]))[:, 0]
