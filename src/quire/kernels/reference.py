"""Every op in plain PyTorch: what the fast makings must mean. Runs on the CPU and, as it is, on CUDA.

Sums are float32 and the result is rounded once to the dtype of the ops. On the CPU that is taken literally; on CUDA a
matrix product in bfloat16 or float16 stays in that dtype, where the hardware sums in float32.
"""
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from quire.batch import Batch, KVLayer
from quire.kernels import groups
from quire.kernels.quantized import dequantize, product, quantize
from quire.kernels.shapes import BadShape, Shapes

_COLUMNS_AT_ONCE = 4096         # output columns whose weights are float32 at one time: bounds the copy


class Packed:
    """A weight as one making of the ops wants it, in a scheme of quire.core.quantization; only the ops that made it can
    read it. scales: where they are not in the data."""
    __slots__ = ("address", "data", "num_in", "num_out", "scales", "scheme")

    def __init__(self, data: Tensor, num_out: int, num_in: int, scheme: str = "none", scales: Tensor | None = None):
        self.data, self.num_out, self.num_in, self.address = data, num_out, num_in, data.data_ptr()
        self.scheme, self.scales = scheme, scales


def argmax_rows(x: Tensor) -> tuple[Tensor, np.ndarray]:
    """On CPU by numpy, whose one thread is sooner done than torch's are woken."""
    if not x.is_cpu:
        return x.argmax(-1), torch.isfinite(x).all(-1).cpu().numpy()
    rows = x.numpy()
    with np.errstate(invalid="ignore", over="ignore"):      # infinities of both signs
        is_finite = np.isfinite(rows.sum(-1))               # a finite sum has finite terms; but large ones may overflow
    for row in np.flatnonzero(~is_finite):
        is_finite[row] = np.isfinite(rows[row]).all()
    return torch.from_numpy(rows.argmax(-1)), is_finite


def _deliver(result: Tensor, out: Tensor | None) -> Tensor:
    if out is None:
        return result
    if out.shape != result.shape or out.dtype != result.dtype:
        raise BadShape(f"out must be {tuple(result.shape)} {result.dtype}; it is {tuple(out.shape)} {out.dtype}")
    return out.copy_(result)


class ReferenceOps:
    """The ops of one dtype. See quire.kernels.table.Ops for what each promises."""

    def __init__(self, dtype: torch.dtype, is_cpu: bool = True):
        self.dtype = dtype
        self.shapes = Shapes(dtype, is_cpu)

    # ---- linear ------------------------------------------------------------------------------------------------------

    def pack(self, weight: Tensor | Sequence[Tensor], scheme: str = "none") -> Packed:
        pieces, n, k = self.shapes.pieces(weight, scheme)
        if scheme == "none":
            return Packed(pieces[0] if len(pieces) == 1 else torch.cat(pieces), n, k)
        parts = [quantize(part, scheme) for piece in pieces for part in torch.split(piece, _COLUMNS_AT_ONCE)]
        numbers, scales = (torch.cat(same) for same in zip(*parts, strict=True))
        return Packed(numbers, n, k, scheme, scales)

    def _plain(self, packed: Packed) -> Tensor:
        """The weight in the dtype of the ops."""
        if packed.scales is None:
            return packed.data
        return dequantize(packed.data, packed.scales, packed.num_in).to(self.dtype)

    def _linear32(self, x: Tensor, packed: Packed) -> Tensor:
        """x W^T in float32."""
        if packed.scales is not None and not x.is_cuda:
            return product(x, packed.data, packed.scales)
        weight = self._plain(packed)
        if self.dtype is torch.float32:
            return functional.linear(x, weight)
        if x.is_cuda:
            return torch.mm(x, weight.t(), out_dtype=torch.float32)
        wide = x.float()
        parts = torch.split(weight, _COLUMNS_AT_ONCE)
        return torch.cat([functional.linear(wide, part.float()) for part in parts], dim=1)

    def linear(self, x: Tensor, packed: Packed, bias: Tensor | None = None, out: Tensor | None = None) -> Tensor:
        self.shapes.matrix("x", x, packed.num_in)
        if bias is not None:
            self.shapes.vector("bias", bias, packed.num_out)
        if x.is_cuda:
            return _deliver(functional.linear(x, self._plain(packed), bias), out)
        y = self._linear32(x, packed)
        return _deliver((y if bias is None else y + bias.float()).to(self.dtype), out)

    def linear_f32(self, x: Tensor, packed: Packed, out: Tensor | None = None) -> Tensor:
        self.shapes.matrix("x", x, packed.num_in)
        return _deliver(self._linear32(x, packed), out)

    # ---- rows --------------------------------------------------------------------------------------------------------

    def embedding(self, ids: Tensor, weight: Tensor | Packed, out: Tensor | None = None) -> Tensor:
        self.shapes.indices("ids", ids)
        weight = weight.data if isinstance(weight, Packed) else weight
        self.shapes.matrix("weight", weight)
        return _deliver(functional.embedding(ids, weight), out)

    def gather(self, x: Tensor, rows: Tensor, out: Tensor | None = None) -> Tensor:
        self.shapes.matrix("x", x)
        self.shapes.indices("rows", rows)
        return _deliver(functional.embedding(rows, x), out)

    def rms_norm(self, x: Tensor, weight: Tensor, eps: float, out: Tensor | None = None) -> Tensor:
        self.shapes.vector("weight", weight, x.shape[-1])
        wide = x.float()
        scaled = wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + eps)
        return _deliver((scaled * weight.float()).to(self.dtype), out)

    def layer_norm(self, x: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float,
                   out: Tensor | None = None) -> Tensor:
        size = (x.shape[-1],)
        parts = [None if p is None else p.float() for p in (weight, bias)]
        return _deliver(functional.layer_norm(x.float(), size, parts[0], parts[1], eps).to(self.dtype), out)

    def add_rms_norm(self, x: Tensor, residual: Tensor, weight: Tensor, eps: float,
                     out: Tensor | None = None) -> Tensor:
        self.shapes.same("x", x, residual)
        return self.rms_norm(self.add(x, residual, out=residual), weight, eps, out)

    def add_layer_norm(self, x: Tensor, residual: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float,
                       out: Tensor | None = None) -> Tensor:
        self.shapes.same("x", x, residual)
        return self.layer_norm(self.add(x, residual, out=residual), weight, bias, eps, out)

    # ---- attention ---------------------------------------------------------------------------------------------------

    def rope_and_write(self, q: Tensor, k: Tensor, v: Tensor, positions: Tensor, cos_sin: Tensor | None, layer: KVLayer,
                       slots: Tensor) -> None:
        tokens, _, head_dim, _ = self.shapes.heads("q", q)
        self.shapes.heads("k", k, tokens, head_dim)
        self.shapes.heads("v", v, tokens, head_dim)
        self.shapes.cache(layer, head_dim)
        self.shapes.indices("slots", slots, tokens)
        self.shapes.indices("positions", positions, tokens)
        if cos_sin is not None:
            self.shapes.cos_sin(cos_sin, head_dim)
            at = functional.embedding(positions, cos_sin)[:, None, :]              # (T, 1, rot)
            q.copy_(rotate(q, at))
            k = rotate(k, at)
        if bool(((slots < -1) | (slots >= layer.num_slots)).any()):
            raise IndexError(f"slots must lie in -1 .. {layer.num_slots - 1}")
        written = slots >= 0
        block, offset = slots[written] // layer.block_size, slots[written] % layer.block_size
        for i, (cache, x) in enumerate(((layer.k, k[written]), (layer.v, v[written]))):
            if layer.scales is not None:
                x, layer.scales[block, :, i, offset] = groups.quantize(x)
            cache[block, :, offset] = x.to(cache.dtype)

    def attention(self, q: Tensor, layer: KVLayer, batch: Batch, scale: float, out: Tensor | None = None,
                  window: int = 0, soft_cap: float = 0.0) -> Tensor:
        tokens, heads, head_dim, _ = self.shapes.heads("q", q)
        self.shapes.cache(layer, head_dim)
        self.shapes.batch(batch)
        self.shapes.limits(window, soft_cap)
        result = torch.empty(tokens, heads * head_dim, dtype=self.dtype, device=q.device)
        starts = batch.query_starts.tolist()
        if starts[0] != 0 or starts[-1] != tokens:
            raise IndexError("query_starts must run from 0 to T")
        for s, length in enumerate(batch.lengths.tolist()):
            first, last = starts[s], starts[s + 1]
            if last > first:
                seen = attend(q[first:last], layer, batch.tables[s], length, scale, window, soft_cap)
                result[first:last] = seen.to(self.dtype)
        return _deliver(result, out)

    def unpack_kv(self, layer: KVLayer) -> tuple[Tensor, Tensor]:
        return groups.dequantize(layer, layer.k, layer.v, self.dtype)

    # ---- pointwise ---------------------------------------------------------------------------------------------------

    def silu_mul(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        gate, up = x.float().chunk(2, dim=-1)
        return _deliver((functional.silu(gate) * up).to(self.dtype), out)

    def relu(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        return _deliver(functional.relu(x), out)

    def gelu(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        return _deliver(functional.gelu(x.float()).to(self.dtype), out)

    def gelu_tanh(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        return _deliver(functional.gelu(x.float(), approximate="tanh").to(self.dtype), out)

    def add(self, a: Tensor, b: Tensor, out: Tensor | None = None) -> Tensor:
        self.shapes.same("b", b, a)
        return _deliver(a + b, out)


def rotate(x: Tensor, cos_sin: Tensor) -> Tensor:
    """The first rot dims of each head turned, pairs (i, i + rot / 2): x (T, heads, D), cos_sin (T, 1, rot) float32."""
    rot = cos_sin.shape[-1]
    cos, sin = cos_sin.chunk(2, dim=-1)
    a, b = x[..., :rot].float().chunk(2, dim=-1)
    turned = torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1).to(x.dtype)
    return torch.cat((turned, x[..., rot:]), dim=-1)


def attend(q: Tensor, layer: KVLayer, table: Tensor, length: int, scale: float, window: int = 0,
           soft_cap: float = 0.0) -> Tensor:
    """The newest n positions of one sequence of `length` over all it has: q (n, heads, D) -> (n, heads * D) float32."""
    n, heads, head_dim = q.shape
    kv_heads, block_size = layer.k.shape[1], layer.block_size
    used = -(-length // block_size)
    if n > length or used > table.shape[0]:
        raise IndexError(f"{n} tokens of a sequence of {length} positions with a table of {table.shape[0]} blocks")
    blocks = table[:used].long()
    if bool(((blocks < 0) | (blocks >= layer.k.shape[0])).any()):
        raise IndexError(f"a block outside the cache of {layer.k.shape[0]}")
    scales = None if layer.scales is None else layer.scales[blocks]
    mine = groups.dequantize(KVLayer(layer.k, layer.v, scales), layer.k[blocks], layer.v[blocks], torch.float32)
    k, v = (x.transpose(0, 1).reshape(kv_heads, used * block_size, head_dim)[:, :length] for x in mine)
    rows = q.float().reshape(n, kv_heads, heads // kv_heads, head_dim).permute(1, 2, 0, 3)         # (Hk, G, n, D)
    score = rows @ k[:, None].transpose(-1, -2) * scale                                            # (Hk, G, n, length)
    if soft_cap:
        score = soft_cap * torch.tanh(score / soft_cap)
    behind = torch.arange(length - n, length, device=q.device)[:, None] - torch.arange(length, device=q.device)
    hidden = (behind < 0) | (behind >= window) if window else behind < 0
    weight = score.masked_fill(hidden, float("-inf")).softmax(-1)
    if window:                                          # 0 times what is not a number would be one
        v = v.masked_fill(hidden.all(0)[:, None], 0.0)
    return (weight @ v[:, None]).permute(2, 0, 1, 3).reshape(n, heads * head_dim)
