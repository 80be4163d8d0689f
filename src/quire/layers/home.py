"""Where a model lives: the ops that compute it, the ranks that share it, and the device of this one."""
from dataclasses import dataclass

import torch
from torch import Tensor

from quire.kernels.table import Ops
from quire.parallel.mesh import ALONE, Mesh


@dataclass(frozen=True, slots=True)
class Home:
    ops: Ops
    mesh: Mesh = ALONE

    def take_in(self, tensor: Tensor) -> Tensor:
        """A checkpoint's tensor in the dtype and on the device of the ops; the same memory where it is so already."""
        return tensor.to(self.mesh.device, self.ops.dtype)

    def empty(self, *shape: int) -> Tensor:
        return torch.empty(shape, dtype=self.ops.dtype, device=self.mesh.device)
