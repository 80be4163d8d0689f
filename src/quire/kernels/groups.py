"""How the C++ ops lay K and V inside a block (csrc/cache.h), undone: for tests, and for whoever moves blocks elsewhere.

A block whose size is a multiple of 16 holds groups of 16 positions. K of a group is (steps, 16, depth), a step being
`depth` columns; V is (steps, head_dim, depth), a step being `depth` positions. depth is 2 for bfloat16 and int8, else
1. The last column of an odd head_dim follows the pairs of K as a row of 16. Other blocks are in the order of the shape.
"""
import torch
from torch import Tensor

from quire.batch import KVLayer

GROUP = 16
DEPTH = {torch.float32: 1, torch.bfloat16: 2, torch.float16: 1, torch.int8: 2}


def unpack(layer: KVLayer, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Copies of K and V as they are read, in the order of their shape."""
    k, v = (rows(x) if x.shape[2] % GROUP == 0 else x for x, rows in ((layer.k, key_rows), (layer.v, value_rows)))
    return dequantize(layer, k, v, dtype)


def key_rows(k: Tensor) -> Tensor:
    blocks, heads, size, d = k.shape
    depth, pairs = DEPTH[k.dtype], d - d % DEPTH[k.dtype]
    groups = k.reshape(blocks, heads, size // GROUP, GROUP * d)
    steps, last = groups[..., :GROUP * pairs], groups[..., GROUP * pairs:]
    steps = steps.reshape(blocks, heads, size // GROUP, pairs // depth, GROUP, depth).transpose(-3, -2).flatten(-2)
    last = last.reshape(blocks, heads, size // GROUP, d - pairs, GROUP).transpose(-2, -1)
    return torch.cat((steps, last), -1).reshape(k.shape)                # beside each other: (.., 16, pairs and the last)


def value_rows(v: Tensor) -> Tensor:
    blocks, heads, size, d = v.shape
    depth = DEPTH[v.dtype]
    return v.reshape(blocks, heads, size // depth, d, depth).transpose(-2, -1).reshape(v.shape)


def dequantize(layer: KVLayer, k: Tensor, v: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    if layer.scales is None:
        return k.to(dtype), v.to(dtype)
    of_k, of_v = layer.scales[..., None].unbind(2)                      # (blocks, heads, size, 1)
    return (k * of_k).to(dtype), (v * of_v).to(dtype)


def quantize(x: Tensor) -> tuple[Tensor, Tensor]:
    """Over the last dim: int8, and float32 scales such that x is about int8 * scale. What is not finite has a scale
    that is not a number."""
    wide = x.float()
    scale = wide.abs().amax(-1, keepdim=True) / 127 + (wide * 0).sum(-1, keepdim=True)
    whole = (wide / torch.where(scale > 0, scale, 1)).clamp(-127, 127).round().nan_to_num()
    return whole.to(torch.int8), scale.squeeze(-1)
