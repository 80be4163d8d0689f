"""Weights in 8 or 4 bits in plain PyTorch: what csrc/quantized.h must mean, to the bit on the CPU.

A quantized weight is numbers and scales. int8: (N, K) int8 and (N, 1) float32. int4: (N, groups * 16) uint8, of each group
of 32 inputs one byte for inputs i and i + 16, and (N, groups) bfloat16; inputs beyond K are zeros.
"""
import torch
from torch import Tensor
from torch.nn import functional

from quire.core.quantization import GROUP

LEAST_SCALED = 1e-35            # what is smaller throughout counts as zeros
LARGEST_AT = (-8.0, -7.0, -7.5, -8.5, -9.0, -9.5, -10.0)
_EXACT = 1024                   # inputs whose products of 8 bits float32 still sums exactly


def quantize(weight: Tensor, scheme: str) -> tuple[Tensor, Tensor]:
    """(N, K) of any float dtype -> numbers and scales."""
    return _quantize4(weight.float()) if scheme == "int4" else to_int8(weight.float())


def to_int8(x: Tensor) -> tuple[Tensor, Tensor]:
    """Numbers from -127 to 127 and one scale for the last dim. What is not finite makes the scale not a number."""
    largest = x.abs().amax(-1, keepdim=True)
    is_tiny, most = largest < LEAST_SCALED, torch.full_like(largest, 127)
    inverse = torch.where(is_tiny, 0.0, most / largest)
    scale = torch.where(is_tiny, 0.0, torch.where(largest < torch.inf, largest / most, torch.nan))
    return torch.nan_to_num((x * inverse).round()).to(torch.int8), scale


def dequantize(numbers: Tensor, scales: Tensor, num_in: int) -> Tensor:
    """(N, num_in) float32."""
    if numbers.dtype is torch.int8:
        return numbers.float() * scales
    return (_spread(numbers) * scales.float()[..., None]).flatten(1)[:, :num_in]


def product(x: Tensor, numbers: Tensor, scales: Tensor) -> Tensor:
    """x W^T in float32: (T, K) -> (T, N), x quantized on its way."""
    xq, x_scale = to_int8(x.float())
    if numbers.dtype is torch.int8:
        return _exact(xq.float(), numbers.float()) * scales.T * x_scale
    xq, wq, y = in_groups(xq), _spread(numbers), torch.zeros(x.shape[0], numbers.shape[0], device=x.device)
    for g in range(scales.shape[1]):
        y += xq[:, g].float() @ wq[:, g].T * scales[:, g].float()
    return y * x_scale


def in_groups(x: Tensor) -> Tensor:
    """(.., K) -> (.., groups, 32), zeros behind the last."""
    padded = functional.pad(x, (0, -x.shape[-1] % GROUP))
    return padded.view(*x.shape[:-1], padded.shape[-1] // GROUP, GROUP)


def _exact(x: Tensor, w: Tensor) -> Tensor:
    """x W^T of whole numbers, rounded to float32 once."""
    total = torch.zeros(x.shape[0], w.shape[0], dtype=torch.int32, device=x.device)
    for a, b in zip(torch.split(x, _EXACT, 1), torch.split(w, _EXACT, 1), strict=True):
        total += (a @ b.T).int()
    return total.float()


# ---- int4

def _quantize4(weight: Tensor) -> tuple[Tensor, Tensor]:
    groups = in_groups(weight)                                                      # (N, G, 32)
    scale = _best_scale(groups)
    low, high = (_rounded(groups, scale) + 8).nan_to_num().to(torch.uint8).chunk(2, -1)
    return (low | high << 4).flatten(1), scale.squeeze(-1)


def _spread(numbers: Tensor) -> Tensor:
    """-> (N, groups, 32) float32"""
    pairs = numbers.view(numbers.shape[0], -1, GROUP // 2)
    return torch.cat((pairs & 15, pairs >> 4), -1).float() - 8


def _rounded(groups: Tensor, scale: Tensor) -> Tensor:
    wide = scale.float()
    inverse = torch.where(wide.abs() < LEAST_SCALED, 0.0, torch.ones_like(wide) / wide)
    return (groups * inverse).round().clamp(-8, 7)


def _best_scale(groups: Tensor) -> Tensor:
    """(N, G, 1) bfloat16: the scale with the least squared error of some that put the largest number near -8, and of the one
    that fits best what the best of these rounded to. Sums walk a group in order."""
    def attempt(scale: Tensor, best: Tensor, error: Tensor) -> tuple[Tensor, Tensor]:
        other = _in_order((groups - _rounded(groups, scale) * scale.float()).square())
        return torch.where(other < error, scale, best), torch.where(other < error, other, error)

    largest = groups[..., :1]
    for i in range(1, GROUP):
        x = groups[..., i:i + 1]
        largest = torch.where(x.abs() > largest.abs(), x, largest)
    scales = [(largest / torch.full_like(largest, most)).bfloat16() for most in LARGEST_AT]
    best, error = scales[0], _in_order((groups - _rounded(groups, scales[0]) * scales[0].float()).square())
    for scale in scales[1:]:
        best, error = attempt(scale, best, error)
    q = _rounded(groups, best)
    qq = _in_order(q.square())
    best, _ = attempt(torch.where(qq > 0, _in_order(groups * q) / qq, best.float()).bfloat16(), best, error)
    return torch.where(groups.isfinite().all(-1, keepdim=True), best, torch.nan)


def _in_order(x: Tensor) -> Tensor:
    total = torch.zeros_like(x[..., :1])
    for i in range(x.shape[-1]):
        total += x[..., i:i + 1]
    return total
