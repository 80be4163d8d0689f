"""Where a model lives: the ops that compute it, the ranks that share it, and the device of this one."""
import mmap
from dataclasses import dataclass

import torch
from torch import Tensor

from quire.kernels.table import Ops
from quire.parallel.mesh import ALONE, Mesh

OWN_MAPPING = 1 << 17       # bytes


@dataclass(frozen=True, slots=True)
class Home:
    ops: Ops
    mesh: Mesh = ALONE

    def take_in(self, tensor: Tensor) -> Tensor:
        """A checkpoint's tensor in the dtype and on the device of the ops; the same memory where it is so already."""
        if self.mesh.device.type != "cpu" or tensor.dtype is self.ops.dtype:
            return tensor.to(self.mesh.device, self.ops.dtype)
        return self.passing(*tensor.shape).copy_(tensor)

    def passing(self, *shape: int) -> Tensor:
        """Memory that is dropped before long, while what stays is allocated beside it: large ones have a mapping of their own,
        for malloc would be left with holes, which a model's load makes as large as the model."""
        size = torch.Size(shape).numel() * self.ops.dtype.itemsize
        if self.mesh.device.type != "cpu" or size < OWN_MAPPING:
            return self.empty(*shape)
        memory = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        return torch.frombuffer(memory, dtype=self.ops.dtype).view(shape)

    def empty(self, *shape: int) -> Tensor:
        return torch.empty(shape, dtype=self.ops.dtype, device=self.mesh.device)
