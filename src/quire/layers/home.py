"""Where a model lives: the ops that compute it, the ranks that share it, the device of this one, and in how many bits
its matrices are kept."""
import mmap
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from quire.core.quantization import head_scheme
from quire.kernels.reference import Packed
from quire.kernels.table import Ops
from quire.parallel.mesh import ALONE, Mesh

OWN_MAPPING = 1 << 17       # bytes


@dataclass(frozen=True, slots=True)
class Home:
    ops: Ops
    mesh: Mesh = ALONE
    quantization: str = "none"              # scheme of the layers' matrices

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

    def pack(self, pieces: Sequence[Tensor]) -> Packed:
        """A layer's matrix, whose rows may lie in several tensors."""
        return self.ops.pack(pieces, self.quantization)

    def pack_head(self, weight: Tensor) -> Packed:
        return self.ops.pack(weight, head_scheme(self.quantization))
