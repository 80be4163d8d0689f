"""The ops in C++, for the CPU: each checks its tensors, makes the output and passes addresses to quire._kernels.

Every op is batch-invariant to the bit: a row of the result depends on that row alone, whatever stands beside it and
however many threads there are. A call costs about two microseconds on top of the kernel.
"""
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from quire import _kernels as native
from quire.batch import Batch, KVLayer
from quire.kernels.groups import unpack
from quire.kernels.reference import Packed
from quire.kernels.shapes import BadShape, Shapes
from quire.kernels.slabs import Slabs

CODES = {torch.float32: 0, torch.bfloat16: 1, torch.float16: 2}
SCHEMES = {"none": 0, "int8": 1, "int4": 2}
INTERFACE = 4                   # of the module these wrappers were written for
_SILU_MUL, _RELU, _GELU, _GELU_TANH, _ADD = range(5)
_LOGITS = Shapes(torch.float32, is_cpu=True)
_slabs = Slabs(native.ask_for_large_pages)


def argmax_rows(x: Tensor) -> tuple[Tensor, np.ndarray]:
    rows, cols, stride = _LOGITS.matrix("x", x)
    best, is_finite = torch.empty(rows, dtype=torch.int64), torch.empty(rows, dtype=torch.bool)
    native.argmax_rows(x.data_ptr(), rows, cols, stride, best.data_ptr(), is_finite.data_ptr())
    return best, is_finite.numpy()


class CpuOps:
    """The ops of one dtype. See quire.kernels.table.Ops for what each promises."""

    def __init__(self, dtype: torch.dtype):
        self.dtype, self.code, self.item = dtype, CODES[dtype], dtype.itemsize
        self.shapes = Shapes(dtype, is_cpu=True)

    # ---- linear ------------------------------------------------------------------------------------------------------

    def pack(self, weight: Tensor | Sequence[Tensor], scheme: str = "none") -> Packed:
        pieces, n, k = self.shapes.pieces(weight, scheme)
        code = SCHEMES[scheme]
        data = _slabs.take(native.packed_bytes(self.code, code, n, k))
        places = [(piece.data_ptr(), piece.shape[0], piece.stride(0)) for piece in pieces]
        native.pack(self.code, code, places, n, k, data.data_ptr())
        return Packed(data, n, k, scheme)

    def linear(self, x: Tensor, packed: Packed, bias: Tensor | None = None, out: Tensor | None = None) -> Tensor:
        n, k = packed.num_out, packed.num_in
        rows, _, stride = self.shapes.matrix("x", x, k)
        add = 0 if bias is None else self.shapes.vector("bias", bias, n)
        if out is None:
            out, y_stride = torch.empty(rows, n, dtype=self.dtype), n
        else:
            y_stride = self.shapes.output(out, rows, n, self.dtype)
        native.linear(self.code, SCHEMES[packed.scheme], False, x.data_ptr(), rows, stride, packed.address, n, k, add,
                      out.data_ptr(), y_stride)
        return out

    def linear_f32(self, x: Tensor, packed: Packed, out: Tensor | None = None) -> Tensor:
        n, k = packed.num_out, packed.num_in
        rows, _, stride = self.shapes.matrix("x", x, k)
        if out is None:
            out, y_stride = torch.empty(rows, n, dtype=torch.float32), n
        else:
            y_stride = self.shapes.output(out, rows, n, torch.float32)
        native.linear(self.code, SCHEMES[packed.scheme], True, x.data_ptr(), rows, stride, packed.address, n, k, 0,
                      out.data_ptr(), y_stride)
        return out

    # ---- rows --------------------------------------------------------------------------------------------------------

    def embedding(self, ids: Tensor, weight: Tensor | Packed, out: Tensor | None = None) -> Tensor:
        num = self.shapes.indices("ids", ids)
        if isinstance(weight, Packed):
            return self._packed_rows(ids, weight, out)
        rows, cols, stride = self.shapes.matrix("weight", weight)
        out, y_stride = self._out(out, num, cols)
        native.embedding(weight.data_ptr(), rows, stride * self.item, ids.data_ptr(), num, cols * self.item,
                         out.data_ptr(), y_stride * self.item)
        return out

    def _packed_rows(self, ids: Tensor, packed: Packed, out: Tensor | None) -> Tensor:
        n, k, num = packed.num_out, packed.num_in, ids.numel()
        out, y_stride = self._out(out, num, k)
        native.packed_rows(self.code, packed.address, n, k, ids.data_ptr(), num, out.data_ptr(), y_stride)
        return out

    def gather(self, x: Tensor, rows: Tensor, out: Tensor | None = None) -> Tensor:
        num = self.shapes.indices("rows", rows)
        have, cols, stride = self.shapes.matrix("x", x)
        out, y_stride = self._out(out, num, cols)
        native.gather(x.data_ptr(), have, stride * self.item, rows.data_ptr(), num, cols * self.item, out.data_ptr(),
                      y_stride * self.item)
        return out

    def _out(self, out: Tensor | None, rows: int, cols: int) -> tuple[Tensor, int]:
        if out is None:
            return torch.empty(rows, cols, dtype=self.dtype), cols
        return out, self.shapes.output(out, rows, cols, self.dtype)

    def rms_norm(self, x: Tensor, weight: Tensor, eps: float, out: Tensor | None = None) -> Tensor:
        if x.dim() == 3:
            return self._head_norm(x, weight, eps, out)
        rows, d, stride = self.shapes.matrix("x", x)
        scale = self.shapes.vector("weight", weight, d)
        out, y_stride = self._out(out, rows, d)
        native.norm(self.code, False, x.data_ptr(), rows, 1, d, stride, 0, 0, 0, scale, 0, eps, out.data_ptr(),
                    y_stride, 0)
        return out

    def _head_norm(self, x: Tensor, weight: Tensor, eps: float, out: Tensor | None) -> Tensor:
        rows, heads, d, stride = self.shapes.heads("x", x)
        scale = self.shapes.vector("weight", weight, d)
        if out is None:
            out = torch.empty(rows, heads, d, dtype=self.dtype)
        self.shapes.same("out", out, x)
        y_stride = self.shapes.heads("out", out)[3]
        native.norm(self.code, False, x.data_ptr(), rows, heads, d, stride, d, 0, 0, scale, 0, eps, out.data_ptr(),
                    y_stride, d)
        return out

    def layer_norm(self, x: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float,
                   out: Tensor | None = None) -> Tensor:
        rows, d, stride = self.shapes.matrix("x", x)
        scale = 0 if weight is None else self.shapes.vector("weight", weight, d)
        shift = 0 if bias is None else self.shapes.vector("bias", bias, d)
        out, y_stride = self._out(out, rows, d)
        native.norm(self.code, True, x.data_ptr(), rows, 1, d, stride, 0, 0, 0, scale, shift, eps, out.data_ptr(),
                    y_stride, 0)
        return out

    def add_rms_norm(self, x: Tensor, residual: Tensor, weight: Tensor, eps: float,
                     out: Tensor | None = None) -> Tensor:
        rows, d, stride = self.shapes.matrix("x", x)
        sum_stride = self.shapes.output(residual, rows, d, self.dtype)
        scale = self.shapes.vector("weight", weight, d)
        out, y_stride = self._out(out, rows, d)
        native.norm(self.code, False, x.data_ptr(), rows, 1, d, stride, 0, residual.data_ptr(), sum_stride, scale, 0,
                    eps, out.data_ptr(), y_stride, 0)
        return out

    def add_layer_norm(self, x: Tensor, residual: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float,
                       out: Tensor | None = None) -> Tensor:
        rows, d, stride = self.shapes.matrix("x", x)
        sum_stride = self.shapes.output(residual, rows, d, self.dtype)
        scale = 0 if weight is None else self.shapes.vector("weight", weight, d)
        shift = 0 if bias is None else self.shapes.vector("bias", bias, d)
        out, y_stride = self._out(out, rows, d)
        native.norm(self.code, True, x.data_ptr(), rows, 1, d, stride, 0, residual.data_ptr(), sum_stride, scale, shift,
                    eps, out.data_ptr(), y_stride, 0)
        return out

    # ---- attention ---------------------------------------------------------------------------------------------------

    def rope_and_write(self, q: Tensor, k: Tensor, v: Tensor, positions: Tensor, cos_sin: Tensor | None, layer: KVLayer,
                       slots: Tensor) -> None:
        shapes = self.shapes
        tokens, heads, d, q_stride = shapes.heads("q", q)
        _, kv_heads, _, k_stride = shapes.heads("k", k, tokens, d)
        _, v_heads, _, v_stride = shapes.heads("v", v, tokens, d)
        cache = shapes.cache(layer, d)
        if not kv_heads == v_heads == cache[8] or d > native.MAX_HEAD_DIM:
            raise BadShape(f"k has {kv_heads} heads and v {v_heads}, the cache {cache[8]}; head_dim ({d}) may be up to"
                           f" {native.MAX_HEAD_DIM}")
        shapes.indices("positions", positions, tokens)
        shapes.indices("slots", slots, tokens)
        table, limit, rot = (0, 0, 0) if cos_sin is None else (cos_sin.data_ptr(), *shapes.cos_sin(cos_sin, d))
        native.rope_and_write(self.code, q.data_ptr(), heads, q_stride, k.data_ptr(), k_stride, v.data_ptr(), v_stride,
                              tokens, positions.data_ptr(), table, limit, rot, slots.data_ptr(), *cache)

    def attention(self, q: Tensor, layer: KVLayer, batch: Batch, scale: float, out: Tensor | None = None,
                  window: int = 0, soft_cap: float = 0.0) -> Tensor:
        tokens, heads, d, q_stride = self.shapes.heads("q", q)
        cache = self.shapes.cache(layer, d)
        _, _, _, starts, lengths, tables, seqs, width = self.shapes.batch(batch)
        if heads % cache[8] or d > native.MAX_HEAD_DIM:
            raise BadShape(f"attention takes heads ({heads}) that are a multiple of the cache's ({cache[8]}) and"
                           f" head_dim ({d}) up to {native.MAX_HEAD_DIM}")
        self.shapes.limits(window, soft_cap)
        out, y_stride = self._out(out, tokens, heads * d)
        native.attention(self.code, q.data_ptr(), tokens, heads, q_stride, *cache, starts, lengths, tables, seqs, width,
                         scale, window, soft_cap, out.data_ptr(), y_stride)
        return out

    def unpack_kv(self, layer: KVLayer) -> tuple[Tensor, Tensor]:
        return unpack(layer, self.dtype)

    # ---- pointwise ---------------------------------------------------------------------------------------------------

    def silu_mul(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        rows, cols, stride = self.shapes.matrix("x", x)
        if cols % 2:
            raise BadShape(f"silu_mul takes (T, 2 I), two halves side by side; x is {tuple(x.shape)}")
        half = cols // 2
        out, y_stride = self._out(out, rows, half)
        native.pointwise(self.code, _SILU_MUL, x.data_ptr(), rows, half, stride, 0, 0, out.data_ptr(), y_stride)
        return out

    def relu(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        return self._unary(_RELU, x, out)

    def gelu(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        return self._unary(_GELU, x, out)

    def gelu_tanh(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        return self._unary(_GELU_TANH, x, out)

    def _unary(self, which: int, x: Tensor, out: Tensor | None) -> Tensor:
        rows, cols, stride = self.shapes.matrix("x", x)
        out, y_stride = self._out(out, rows, cols)
        native.pointwise(self.code, which, x.data_ptr(), rows, cols, stride, 0, 0, out.data_ptr(), y_stride)
        return out

    def add(self, a: Tensor, b: Tensor, out: Tensor | None = None) -> Tensor:
        rows, cols, stride = self.shapes.matrix("a", a)
        self.shapes.same("b", b, a)
        b_stride = self.shapes.matrix("b", b)[2]
        out, y_stride = self._out(out, rows, cols)
        native.pointwise(self.code, _ADD, a.data_ptr(), rows, cols, stride, b.data_ptr(), b_stride, out.data_ptr(),
                         y_stride)
        return out
