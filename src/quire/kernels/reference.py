"""Every op in plain PyTorch: what the fast makings must mean. Runs on the CPU and, as it is, on CUDA.

Sums are float32 and the result is rounded once to the dtype of the ops. On the CPU that is taken literally; on CUDA a
matrix product in bfloat16 or float16 stays in that dtype, where the hardware sums in float32.
"""
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from quire.batch import Batch, KVLayer
from quire.kernels.shapes import BadShape, Shapes

_COLUMNS_AT_ONCE = 4096         # output columns whose weights are float32 at one time: bounds the copy


class Packed:
    """A weight as one making of the ops wants it; only the ops that made it can read it."""
    __slots__ = ("address", "data", "num_in", "num_out")

    def __init__(self, data: Tensor, num_out: int, num_in: int):
        self.data, self.num_out, self.num_in, self.address = data, num_out, num_in, data.data_ptr()


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

    def pack(self, weight: Tensor) -> Packed:
        n, k, _ = self.shapes.matrix("weight", weight)
        return Packed(weight, n, k)

    def _linear32(self, x: Tensor, weight: Tensor) -> Tensor:
        """x W^T in float32."""
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
            return _deliver(functional.linear(x, packed.data, bias), out)
        y = self._linear32(x, packed.data)
        return _deliver((y if bias is None else y + bias.float()).to(self.dtype), out)

    def linear_f32(self, x: Tensor, packed: Packed, out: Tensor | None = None) -> Tensor:
        self.shapes.matrix("x", x, packed.num_in)
        return _deliver(self._linear32(x, packed.data), out)

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
        layer.k[block, :, offset] = k[written]
        layer.v[block, :, offset] = v[written]

    def attention(self, q: Tensor, layer: KVLayer, batch: Batch, scale: float, out: Tensor | None = None) -> Tensor:
        tokens, heads, head_dim, _ = self.shapes.heads("q", q)
        self.shapes.cache(layer, head_dim)
        self.shapes.batch(batch)
        result = torch.empty(tokens, heads * head_dim, dtype=self.dtype, device=q.device)
        starts = batch.query_starts.tolist()
        if starts[0] != 0 or starts[-1] != tokens:
            raise IndexError("query_starts must run from 0 to T")
        for s, length in enumerate(batch.lengths.tolist()):
            first, last = starts[s], starts[s + 1]
            if last > first:
                result[first:last] = attend(q[first:last], layer, batch.tables[s], length, scale).to(self.dtype)
        return _deliver(result, out)

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


def attend(q: Tensor, layer: KVLayer, table: Tensor, length: int, scale: float) -> Tensor:
    """The newest n positions of one sequence of `length` over all it has: q (n, heads, D) -> (n, heads * D) float32."""
    n, heads, head_dim = q.shape
    kv_heads, block_size = layer.k.shape[1], layer.block_size
    used = -(-length // block_size)
    if n > length or used > table.shape[0]:
        raise IndexError(f"{n} tokens of a sequence of {length} positions with a table of {table.shape[0]} blocks")
    blocks = table[:used].long()
    if bool(((blocks < 0) | (blocks >= layer.k.shape[0])).any()):
        raise IndexError(f"a block outside the cache of {layer.k.shape[0]}")
    k, v = (cache[blocks].transpose(0, 1).reshape(kv_heads, used * block_size, head_dim)[:, :length].float()
            for cache in (layer.k, layer.v))
    rows = q.float().reshape(n, kv_heads, heads // kv_heads, head_dim).permute(1, 2, 0, 3)         # (Hk, G, n, D)
    score = rows @ k[:, None].transpose(-1, -2) * scale                                            # (Hk, G, n, length)
    ahead = torch.arange(length, device=q.device) > torch.arange(length - n, length, device=q.device)[:, None]
    weight = score.masked_fill(ahead, float("-inf")).softmax(-1)
    return (weight @ v[:, None]).permute(2, 0, 1, 3).reshape(n, heads * head_dim)
