"""The memory of the KV cache, and giving memory back."""
import ctypes
import gc
import sys

import numpy as np
import torch
from torch import Tensor

from quire.batch import KVLayer
from quire.core.model_spec import ModelSpec
from quire.core.plan import Plan
from quire.kernels.table import ask_for_large_pages
from quire.layers.attention import kv_share
from quire.parallel.mesh import Mesh


def make_kv(plan: Plan, spec: ModelSpec, mesh: Mesh) -> list[KVLayer]:
    """This rank's blocks, a pair of tensors for each layer. All zeros: a slot that nobody wrote must not hold a NaN."""
    heads = spec.kv_heads // kv_share(mesh, spec.kv_heads)[1]
    return [make_layer(plan.num_blocks, heads, plan.block_size, spec.head_dim, getattr(torch, plan.kv_dtype), mesh.device)
            for _ in range(spec.layers)]


def make_layer(num_blocks: int, heads: int, block_size: int, head_dim: int, dtype: torch.dtype,
               device: torch.device) -> KVLayer:
    shape, of_scales = (num_blocks, heads, block_size, head_dim), (num_blocks, heads, 2, block_size)
    scales = _zeros(of_scales, torch.float32, device) if dtype is torch.int8 else None
    return KVLayer(_zeros(shape, dtype, device), _zeros(shape, dtype, device), scales)


def give_back(device: torch.device) -> None:
    """To the system, what was freed. glibc keeps what malloc had below its threshold, torch what its device had."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(0)


def _zeros(shape: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
    """On CPU the system's zero pages, which become memory when they are first written; torch would write them all."""
    if device.type != "cpu":
        return torch.zeros(shape, dtype=dtype, device=device)
    zeros = torch.from_numpy(np.zeros((*shape, dtype.itemsize), np.uint8)).view(dtype).squeeze(-1)
    ask_for_large_pages(zeros)
    return zeros
