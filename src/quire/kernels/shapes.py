"""The contracts of the ops, checked the same way before every making of them.

Rows may be apart (a slice of a wider tensor): the row stride is free, the elements of a row lie side by side. Dtype and
device are those the ops were made for. Each check is a few hundred nanoseconds; what breaks one is a bug of the caller,
and BadShape says which argument and how. Indices that come from data (ids, slots, block tables) are checked by the ops:
IndexError.
"""
from collections.abc import Sequence

import torch
from torch import Tensor

from quire.batch import Batch, KVLayer
from quire.core.errors import QuireError
from quire.core.quantization import MOST_INPUTS, SCHEMES


class BadShape(QuireError, ValueError):
    """An op was called with a tensor it cannot take."""


Heads = tuple[int, int, int, int]               # rows, heads, head_dim, row stride
# What the C++ ops are told of a cache: dtype (its place in CACHE_DTYPES), address and block stride of k, v and scales,
# num_blocks, kv_heads, block_size, head_dim
CacheFacts = tuple[int, int, int, int, int, int, int, int, int, int, int]
KVFacts = tuple[Tensor, Tensor, Tensor | None, CacheFacts]
CACHE_DTYPES = (torch.float32, torch.bfloat16, torch.float16, torch.int8)
BatchFacts = tuple[Tensor, Tensor, Tensor, int, int, int, int, int]


def _refuse(what: str, x: Tensor, want: str) -> BadShape:
    return BadShape(f"{what} must be {want}; it is {tuple(x.shape)} {str(x.dtype)[6:]} on {x.device}, strides"
                    f" {x.stride()}")


class Shapes:
    """The checks of one dtype, on CPU or elsewhere. Each returns what the kernels need to know of the tensor."""

    def __init__(self, dtype: torch.dtype, is_cpu: bool):
        self.dtype, self.is_cpu, self.name = dtype, is_cpu, str(dtype)[6:]
        self.where = "on the CPU" if is_cpu else "on the device"

    def matrix(self, what: str, x: Tensor, cols: int | None = None) -> tuple[int, int, int]:
        """(rows, columns, row stride)"""
        shape, stride = x.shape, x.stride()
        if (len(shape) != 2 or x.dtype is not self.dtype or x.is_cpu is not self.is_cpu
                or (stride[1] != 1 and shape[1] > 1) or (cols is not None and shape[1] != cols)):
            raise _refuse(what, x, f"(rows, {cols or 'columns'}) {self.name} {self.where} with contiguous rows")
        return shape[0], shape[1], stride[0]

    def pieces(self, weight: Tensor | Sequence[Tensor], scheme: str) -> tuple[list[Tensor], int, int]:
        """(the pieces, rows of all, columns) of a weight to pack"""
        pieces = [weight] if isinstance(weight, Tensor) else list(weight)
        if not pieces or scheme not in SCHEMES:
            raise BadShape(f"pack takes a weight, or pieces of one, and a scheme of {', '.join(SCHEMES)}; it got"
                           f" {len(pieces)} pieces and {scheme!r}")
        _, k, _ = self.matrix("weight", pieces[0])
        if scheme == "int8" and k > MOST_INPUTS:
            raise BadShape(f"int8 takes weights of up to {MOST_INPUTS} columns; this one has {k}")
        return pieces, sum(self.matrix("weight", piece, k)[0] for piece in pieces), k

    def vector(self, what: str, x: Tensor, size: int) -> int:
        """The address."""
        if x.dtype is not self.dtype or x.numel() != size or not x.is_contiguous() or x.is_cpu is not self.is_cpu:
            raise _refuse(what, x, f"({size},) contiguous {self.name} {self.where}")
        return x.data_ptr()

    def heads(self, what: str, x: Tensor, rows: int | None = None, head_dim: int | None = None) -> Heads:
        shape, stride = x.shape, x.stride()
        if (len(shape) != 3 or x.dtype is not self.dtype or x.is_cpu is not self.is_cpu
                or (stride[2] != 1 and shape[2] > 1) or (stride[1] != shape[2] and shape[1] > 1)
                or (rows is not None and shape[0] != rows) or (head_dim is not None and shape[2] != head_dim)):
            raise _refuse(what, x, f"({'T' if rows is None else rows}, heads, {head_dim or 'head_dim'}) {self.name}"
                                   f" {self.where} with contiguous heads")
        return shape[0], shape[1], shape[2], stride[0]

    def output(self, out: Tensor, rows: int, cols: int, dtype: torch.dtype) -> int:
        """The row stride of an out= that was given."""
        shape, stride = out.shape, out.stride()
        if (len(shape) != 2 or shape[0] != rows or shape[1] != cols or out.dtype is not dtype
                or (stride[1] != 1 and cols > 1) or (stride[0] < cols and rows > 1) or out.is_cpu is not self.is_cpu):
            raise _refuse("out", out, f"({rows}, {cols}) {str(dtype)[6:]} {self.where} with contiguous rows")
        return stride[0]

    def same(self, what: str, x: Tensor, other: Tensor) -> None:
        if x.shape != other.shape:
            raise _refuse(what, x, f"of shape {tuple(other.shape)}")

    def indices(self, what: str, x: Tensor, size: int | None = None) -> int:
        """The number of int64 indices."""
        num = x.numel()
        if (x.dtype is not torch.int64 or x.dim() != 1 or not x.is_contiguous() or (size is not None and num != size)
                or x.is_cpu is not self.is_cpu):
            raise _refuse(what, x, f"({'T' if size is None else size},) contiguous int64 {self.where}")
        return num

    def cos_sin(self, table: Tensor, head_dim: int) -> tuple[int, int]:
        """(positions, rotated dims)"""
        shape = table.shape
        if (len(shape) != 2 or table.dtype is not torch.float32 or not table.is_contiguous() or shape[1] > head_dim
                or shape[1] % 2 or table.is_cpu is not self.is_cpu):
            raise _refuse("cos_sin", table, f"(positions, rot) contiguous float32 {self.where}, rot even and up to"
                                            f" {head_dim}")
        return shape[0], shape[1]

    def cache(self, layer: KVLayer, head_dim: int) -> CacheFacts:
        facts: KVFacts | None = layer.facts
        if (facts is None or facts[0] is not layer.k or facts[1] is not layer.v or facts[2] is not layer.scales
                or facts[3][10] != head_dim):
            facts = layer.facts = self._cache_facts(layer, head_dim)
        return facts[3]

    def _cache_facts(self, layer: KVLayer, head_dim: int) -> KVFacts:
        k, v, scales = layer.k, layer.v, layer.scales
        for what, x in (("layer.k", k), ("layer.v", v)):
            inner = (x.shape[2] * head_dim, head_dim, 1) if x.dim() == 4 else ()
            if (x.dim() != 4 or x.shape != k.shape or x.shape[3] != head_dim or x.stride()[1:] != inner
                    or x.dtype not in CACHE_DTYPES or x.dtype is not k.dtype or x.is_cpu is not self.is_cpu):
                raise _refuse(what, x, f"(num_blocks, kv_heads, block_size, {head_dim}) {self.where}, in one of the ops'"
                                       " dtypes or int8, k and v alike, with contiguous blocks")
        num_blocks, kv_heads, block_size, _ = k.shape
        address, stride = 0, 0
        if k.dtype is torch.int8 and scales is None:
            raise BadShape("a cache of int8 has layer.scales; it is None")
        if scales is not None:
            want = (num_blocks, kv_heads, 2, block_size)
            if (k.dtype is not torch.int8 or scales.shape != want or scales.stride()[1:] != (2 * block_size, block_size, 1)
                    or scales.dtype is not torch.float32 or scales.is_cpu is not self.is_cpu):
                raise _refuse("layer.scales", scales, f"{want} float32 {self.where} with contiguous blocks, for int8 alone")
            address, stride = scales.data_ptr(), scales.stride(0)
        return k, v, scales, (CACHE_DTYPES.index(k.dtype), k.data_ptr(), k.stride(0), v.data_ptr(), v.stride(0), address,
                              stride, num_blocks, kv_heads, block_size, head_dim)

    def limits(self, window: int, soft_cap: float) -> None:
        if window < 0 or not 0 <= soft_cap < float("inf"):
            raise BadShape(f"window ({window}) and soft_cap ({soft_cap}) are 0 for none, or positive")

    def batch(self, batch: Batch) -> BatchFacts:
        """(query_starts, lengths, tables, the three addresses, sequences, table width)"""
        facts: BatchFacts | None = batch.facts
        if (facts is None or facts[0] is not batch.query_starts or facts[1] is not batch.lengths
                or facts[2] is not batch.tables):
            facts = batch.facts = self._batch_facts(batch)
        return facts

    def _batch_facts(self, batch: Batch) -> BatchFacts:
        starts, lengths, tables = batch.query_starts, batch.lengths, batch.tables
        seqs = lengths.numel()
        width = tables.shape[1] if tables.dim() == 2 else -1
        wanted = (("query_starts", starts, (seqs + 1,)), ("lengths", lengths, (seqs,)),
                  ("tables", tables, (seqs, width)))
        for what, x, shape in wanted:
            if (x.dtype is not torch.int32 or tuple(x.shape) != shape or not x.is_contiguous()
                    or x.is_cpu is not self.is_cpu):
                raise _refuse(f"batch.{what}", x, f"{shape} contiguous int32 {self.where}")
        return starts, lengths, tables, starts.data_ptr(), lengths.data_ptr(), tables.data_ptr(), seqs, width
