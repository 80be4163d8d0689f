"""The memory of the KV cache."""
import numpy as np
import torch
from torch import Tensor

from quire.batch import KVLayer
from quire.core.model_spec import ModelSpec
from quire.core.plan import Plan
from quire.layers.attention import kv_share
from quire.parallel.mesh import Mesh


def make_kv(plan: Plan, spec: ModelSpec, mesh: Mesh) -> list[KVLayer]:
    """This rank's blocks, a pair of tensors for each layer. All zeros: a slot that nobody wrote must not hold a NaN."""
    shape = plan.num_blocks, spec.kv_heads // kv_share(mesh, spec.kv_heads)[1], plan.block_size, spec.head_dim
    dtype = getattr(torch, plan.kv_dtype)
    return [KVLayer(_zeros(shape, dtype, mesh.device), _zeros(shape, dtype, mesh.device)) for _ in range(spec.layers)]


def _zeros(shape: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
    """On CPU the system's zero pages, which become memory when they are first written; torch would write them all."""
    if device.type != "cpu":
        return torch.zeros(shape, dtype=dtype, device=device)
    return torch.from_numpy(np.zeros((*shape, dtype.itemsize), np.uint8)).view(dtype).squeeze(-1)
