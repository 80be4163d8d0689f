"""Tables of rotary positions: for each position cos and sin of all angles, made once and in float32.

The frequencies are transformers' for every kind of scaling, in the same precision and order of operations, so that
tables agree to the last bits. Dynamic scaling depends on the length of the sequence there, and changes in mid-sequence
what cached keys were rotated by; here it is fixed once, for max_model_len.
"""
import math
from collections.abc import Callable

import torch
from torch import Tensor

from quire.core.model_spec import RopeSpec


def rope_table(rope: RopeSpec, max_model_len: int, device: torch.device | str = "cpu") -> Tensor:
    """(max_model_len, rotary_dim) float32; a row is [cos of each angle | sin of each angle]."""
    positions = torch.arange(max_model_len, dtype=torch.float32)
    angles = torch.outer(positions, FREQUENCIES[rope.kind](rope, max_model_len))        # (P, rotary_dim / 2)
    return (torch.cat((angles.cos(), angles.sin()), dim=1) * rope.attention_factor).to(device)


def _powers(theta: float, dim: int) -> Tensor:
    return theta ** (torch.arange(0, dim, 2, dtype=torch.float32) / dim)


def _plain(rope: RopeSpec, max_model_len: int) -> Tensor:
    return 1.0 / _powers(rope.theta, rope.rotary_dim)


def _linear(rope: RopeSpec, max_model_len: int) -> Tensor:
    return _plain(rope, max_model_len) / rope.factor


def _dynamic(rope: RopeSpec, max_model_len: int) -> Tensor:
    """The base grows with the part of the length that the model was not trained for."""
    stretch = rope.factor * max(max_model_len, rope.trained_positions) / rope.trained_positions - (rope.factor - 1)
    dim = rope.rotary_dim
    return 1.0 / _powers(rope.theta * stretch ** (dim / (dim - 2)), dim)


def _llama3(rope: RopeSpec, max_model_len: int) -> Tensor:
    """Long waves are stretched, short ones kept, those between are blended."""
    plain = _plain(rope, max_model_len)
    wave = 2 * math.pi / plain
    longest, shortest = rope.trained_positions / rope.low_freq_factor, rope.trained_positions / rope.high_freq_factor
    share = (rope.trained_positions / wave - rope.low_freq_factor) / (rope.high_freq_factor - rope.low_freq_factor)
    blended = (1 - share) * plain / rope.factor + share * plain
    return torch.where(wave > longest, plain / rope.factor, torch.where(wave < shortest, plain, blended))


def _yarn(rope: RopeSpec, max_model_len: int) -> Tensor:
    """Dimensions that turn often within the trained length are kept, those that turn seldom are stretched, with a ramp
    between. The attention factor is in the table."""
    dim = rope.rotary_dim

    def dimension(turns: float) -> float:
        return dim * math.log(rope.trained_positions / (turns * 2 * math.pi)) / (2 * math.log(rope.theta))

    low, high = dimension(rope.beta_fast), dimension(rope.beta_slow)
    if rope.truncate:
        low, high = math.floor(low), math.ceil(high)
    low, high = max(low, 0), min(high, dim - 1)
    ramp = (torch.arange(dim // 2, dtype=torch.float32) - low) / ((high - low) or 0.001)
    kept = 1 - ramp.clamp(0, 1)
    powers = _powers(rope.theta, dim)
    return 1.0 / (rope.factor * powers) * (1 - kept) + 1.0 / powers * kept


FREQUENCIES: dict[str, Callable[[RopeSpec, int], Tensor]] = {
    "none": _plain, "linear": _linear, "dynamic": _dynamic, "llama3": _llama3, "yarn": _yarn}
