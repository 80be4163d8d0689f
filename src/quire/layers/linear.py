"""Matrix times vector, whole or shared out: tensor parallelism lives here and in the mesh, and nowhere else.

ColumnLinear gives each rank a share of the outputs, RowLinear a share of the inputs and sums what the ranks found. A
column layer followed by a row layer costs one exchange. A weight may lie in several tensors of the checkpoint, its
pieces, one below the other (q, k and v; gate and up): they are packed together, so that they cost one call.
"""
from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor

from quire.core.errors import ConfigError
from quire.kernels.reference import Packed
from quire.layers.home import Home
from quire.layers.slot import Slot, Slots

Share = tuple[int, int]         # (i, n): part i of n equal ones


def part_size(total: int, num_parts: int, what: str) -> int:
    if total % num_parts:
        raise ConfigError(f"tensor_parallel_size {num_parts} does not divide {total} {what}; choose one that does",
                          param="tensor_parallel_size")
    return total // num_parts


def take(tensor: Tensor, share: Share, dim: int = 0) -> Tensor:
    index, count = share
    size = tensor.shape[dim] // count
    return tensor.narrow(dim, index * size, size)


class Linear:
    """y = x W' + b, whole on every rank. Invariant: packed once all pieces of the weight are there; then they are
    dropped."""

    packed: Packed

    def __init__(self, home: Home, inputs: int, outputs: Sequence[int], has_bias: bool = False):
        self.home, self.ops = home, home.ops
        self.inputs, self.outputs, self.has_bias = inputs, tuple(outputs), has_bias
        self.bias: Tensor | None = None
        self.weights: dict[int, Tensor] = {}
        self.biases: dict[int, Tensor] = {}

    def __call__(self, x: Tensor) -> Tensor:
        return self.ops.linear(x, self.packed, self.bias)

    def slots(self, *names: str) -> Slots:
        for i, (name, rows) in enumerate(zip(names, self.outputs, strict=True)):
            yield f"{name}.weight", Slot((rows, self.inputs), partial(self.put_weight, i))
            if self.has_bias:
                yield f"{name}.bias", Slot((rows,), partial(self.put_bias, i))

    def put_weight(self, piece: int, tensor: Tensor) -> None:
        self.weights[piece] = self.home.take_in(self.cut_weight(piece, tensor))
        if len(self.weights) == len(self.outputs):
            self.packed = self.home.pack([self.weights[i] for i in range(len(self.weights))])
            self.weights = {}

    def put_bias(self, piece: int, tensor: Tensor) -> None:
        self.biases[piece] = self.home.take_in(self.cut_bias(piece, tensor))
        if len(self.biases) == len(self.outputs):
            self.bias = torch.cat([self.biases[i] for i in range(len(self.biases))])     # a copy, of one piece too
            self.biases = {}

    def cut_weight(self, piece: int, tensor: Tensor) -> Tensor:
        return tensor

    def cut_bias(self, piece: int, tensor: Tensor) -> Tensor:
        return tensor


class ColumnLinear(Linear):
    """Each rank has a share of every piece's outputs. shares: which, for each piece; by default one for each rank."""

    def __init__(self, home: Home, inputs: int, outputs: Sequence[int], has_bias: bool = False,
                 shares: Sequence[Share] | None = None):
        super().__init__(home, inputs, outputs, has_bias)
        self.shares = shares or [(home.mesh.rank, home.mesh.size)] * len(outputs)
        for rows, (_, count) in zip(outputs, self.shares, strict=True):
            part_size(rows, count, "outputs of a layer")

    def cut_weight(self, piece: int, tensor: Tensor) -> Tensor:
        return take(tensor, self.shares[piece])

    cut_bias = cut_weight


class RowLinear(Linear):
    """Each rank has a share of the inputs; the sum over the ranks is on all of them. Rank 0 adds the bias."""

    def __init__(self, home: Home, inputs: int, outputs: int, has_bias: bool = False):
        super().__init__(home, inputs, (outputs,), has_bias)
        self.mesh = mesh = home.mesh
        part_size(inputs, mesh.size, "inputs of a layer")

    def __call__(self, x: Tensor) -> Tensor:
        return self.mesh.all_reduce(self.ops.linear(x, self.packed, self.bias))

    def put_bias(self, piece: int, tensor: Tensor) -> None:
        if self.mesh.rank == 0:
            super().put_bias(piece, tensor)

    def cut_weight(self, piece: int, tensor: Tensor) -> Tensor:
        return take(tensor, (self.mesh.rank, self.mesh.size), dim=1)
