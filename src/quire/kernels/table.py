"""The one place that knows which making of the ops serves a device.

CPU: C++ where quire._kernels loads, else the reference in plain PyTorch. CUDA: the reference. The environment variable
QUIRE_CPU_ISA (avx512bf16, avx512, avx2, plain) forces an instruction set of the C++ module, for tests and comparisons.
"""
import importlib
import os
from collections.abc import Sequence
from functools import cache
from types import ModuleType
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from quire.batch import Batch, KVLayer
from quire.core import cores
from quire.core.errors import ConfigError
from quire.kernels import reference
from quire.kernels.recording import Pass, Recording, Unrecordable
from quire.kernels.reference import Packed, ReferenceOps

DTYPES = (torch.float32, torch.bfloat16, torch.float16)


class Ops(Protocol):
    """All that a forward pass does to tensors, in one dtype. Only T (tokens) and R (rows) vary.

    x is (T, columns) of that dtype; its rows may be apart (a slice of a wider tensor), the elements of a row lie side
    by side. Sums are float32, the result is rounded once. out is written and returned where given. A row of a result
    depends on that row of the input alone; on the C++ ops to the bit. Errors: BadShape for what the caller did wrong,
    IndexError for ids, rows, positions, slots or blocks outside.
    """
    dtype: torch.dtype

    def pack(self, weight: Tensor | Sequence[Tensor], scheme: str = "none") -> Packed:
        """weight (N, K), or pieces of it that lie below each other -> what linear takes. As it is, it is copied or kept, so
        it must not change afterwards; in another scheme of quire.core.quantization nothing of it is kept."""
        ...

    def linear(self, x: Tensor, packed: Packed, bias: Tensor | None = None, out: Tensor | None = None) -> Tensor:
        """x W^T + bias: (T, K) -> (T, N). A quantized weight has x quantized too, row by row."""
        ...

    def linear_f32(self, x: Tensor, packed: Packed, out: Tensor | None = None) -> Tensor:
        """x W^T as float32, for logits: (R, K) -> (R, N)"""
        ...

    def embedding(self, ids: Tensor, weight: Tensor | Packed, out: Tensor | None = None) -> Tensor:
        """weight[ids]: (T,) int64, (V, H) -> (T, H). Of a packed weight, too: the bits that were packed."""
        ...

    def gather(self, x: Tensor, rows: Tensor, out: Tensor | None = None) -> Tensor:
        """x[rows]: (T, H), (R,) int64 -> (R, H)"""
        ...

    def rms_norm(self, x: Tensor, weight: Tensor, eps: float, out: Tensor | None = None) -> Tensor:
        """Over the last dim of (T, H), or of (T, heads, D) with contiguous heads. out may be x."""
        ...

    def layer_norm(self, x: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float,
                   out: Tensor | None = None) -> Tensor:
        """Over the last dim of (T, H). out may be x."""
        ...

    def add_rms_norm(self, x: Tensor, residual: Tensor, weight: Tensor, eps: float,
                     out: Tensor | None = None) -> Tensor:
        """residual += x in place, then rms_norm(residual): the same bits as add and rms_norm. out may be x."""
        ...

    def add_layer_norm(self, x: Tensor, residual: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float,
                       out: Tensor | None = None) -> Tensor:
        """residual += x in place, then layer_norm(residual). out may be x."""
        ...

    def rope_and_write(self, q: Tensor, k: Tensor, v: Tensor, positions: Tensor, cos_sin: Tensor | None, layer: KVLayer,
                       slots: Tensor) -> None:
        """Turns q (T, heads, D) in place, writes k turned and v (T, kv_heads, D) into the cache where slots >= 0.

        Pairs are (i, i + rot / 2) of the first rot dims; cos_sin (P, rot) float32 holds [cos | sin] of each position,
        None turns nothing. k and v themselves stay as they are. q, k, v may be views of one wide tensor. How they lie
        inside a block is decided here and known to the same ops alone. A cache of int8 gets each row with a scale of
        its own, absmax / 127, rounded from what another cache would hold.
        """
        ...

    def attention(self, q: Tensor, layer: KVLayer, batch: Batch, scale: float, out: Tensor | None = None,
                  window: int = 0, soft_cap: float = 0.0) -> Tensor:
        """Causal, over the cache alone: (T, heads, D) -> (T, heads * D). The step's K and V must have been written.

        Of window, if it is not 0, each position sees so many, itself the last. A score is q k * scale, and where
        soft_cap is not 0, soft_cap * tanh(score / soft_cap). Blocks of 16, 32, .. positions are read fastest.
        """
        ...

    def unpack_kv(self, layer: KVLayer) -> tuple[Tensor, Tensor]:
        """What attention reads, in the order of the shape: (num_blocks, kv_heads, block_size, D), in this dtype."""
        ...

    def silu_mul(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        """silu(x[:, :I]) * x[:, I:]: (T, 2 I) -> (T, I)"""
        ...

    def relu(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        ...

    def gelu(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        """x (1 + erf(x / sqrt 2)) / 2"""
        ...

    def gelu_tanh(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        """The approximation by tanh."""
        ...

    def add(self, a: Tensor, b: Tensor, out: Tensor | None = None) -> Tensor:
        """a + b, of one shape (T, H). out may be a or b."""
        ...


_SLOWER = ("so the CPU runs plain PyTorch, which is much slower; install a C++ compiler (GCC or Clang), then quire with"
           " pip install --force-reinstall --no-deps --no-cache-dir")


@cache
def _cpu() -> tuple[ModuleType | None, str]:
    """(the wrappers of the C++ module or None, one line about it)"""
    try:
        native = importlib.import_module("quire._kernels")
    except ImportError as error:
        return None, f"the C++ kernels are missing ({error}), {_SLOWER}"
    wrappers = importlib.import_module("quire.kernels.cpu")
    if native.INTERFACE != wrappers.INTERFACE:
        return None, (f"the C++ kernels were built from other sources (interface {native.INTERFACE}, not"
                      f" {wrappers.INTERFACE}), {_SLOWER}")
    try:
        native.select_isa(os.environ.get("QUIRE_CPU_ISA", ""))
    except ValueError as error:
        raise ConfigError(f"QUIRE_CPU_ISA: {error}") from None
    native.set_threads(cores.usable())
    return wrappers, ""


def has_native() -> bool:
    return _cpu()[0] is not None


def native_reason() -> str:
    """One line: which C++ kernels run, or why none do and how to get them."""
    wrappers, why = _cpu()
    if wrappers is None:
        return why
    return f"C++ kernels for {wrappers.native.isa()} on {wrappers.native.threads()} threads"


def set_threads(count: int) -> None:
    """Threads of the CPU ops, the caller's own included; 0: one for each core that this process may use. Changes no bit
    of any result."""
    wrappers, _ = _cpu()
    (wrappers.native.set_threads if wrappers is not None else torch.set_num_threads)(count or cores.usable())


def argmax_rows(x: Tensor) -> tuple[Tensor, np.ndarray]:
    """Of each row of (R, V) float32: the place of its greatest number, of equal ones the first, (R,) int64; and (R,) bool,
    whether all of it is finite. The place tells something only if no number of the row is NaN."""
    wrappers, _ = _cpu()
    making = wrappers if wrappers is not None and x.is_cpu else reference
    found: tuple[Tensor, np.ndarray] = making.argmax_rows(x)
    return found


def ask_for_large_pages(x: Tensor) -> None:
    """Pages of 2 MB for memory of the CPU that is read from end to end. Advice to the system, changes nothing else."""
    wrappers, _ = _cpu()
    if wrappers is not None and x.is_cpu:
        wrappers.native.ask_for_large_pages(x.data_ptr(), x.nbytes)


@cache
def ops_for(device: torch.device, dtype: torch.dtype) -> Ops:
    if dtype not in DTYPES:
        raise ConfigError(f"the ops compute in float32, bfloat16 or float16, not {dtype}; choose one with --dtype")
    if device.type != "cpu":
        return ReferenceOps(dtype, is_cpu=False)
    wrappers, _ = _cpu()
    if wrappers is None:
        return ReferenceOps(dtype)
    ops: Ops = wrappers.CpuOps(dtype)
    return ops


def record(ops: Ops, forward: Pass, capacity: int) -> Recording:
    """A pass over these ops, for steps of at most `capacity` tokens; Unrecordable says why it cannot be."""
    wrappers, _ = _cpu()
    if wrappers is None or not isinstance(ops, wrappers.CpuOps):
        raise Unrecordable("its ops are plain PyTorch")
    return Recording(wrappers.native, ops.shapes, forward, capacity)
