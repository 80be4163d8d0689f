"""Norms over the last dimension. `add` is the form a layer wants: fold what the last part found into the residual, and
give its norm; one pass over memory instead of three."""
from torch import Tensor

from quire.layers.home import Home
from quire.layers.slot import Slot, Slots


class RMSNorm:
    def __init__(self, home: Home, size: int, eps: float):
        self.ops, self.eps, self.weight = home.ops, eps, home.empty(size)

    def __call__(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        return self.ops.rms_norm(x, self.weight, self.eps, out=out)

    def add(self, x: Tensor, residual: Tensor) -> Tensor:
        """residual += x in place; its norm, in x's memory."""
        return self.ops.add_rms_norm(x, residual, self.weight, self.eps, out=x)

    def slots(self, name: str) -> Slots:
        yield f"{name}.weight", Slot(tuple(self.weight.shape), self.weight.copy_)


class LayerNorm:
    """has_weights: a few OPT models have none."""

    def __init__(self, home: Home, size: int, eps: float, has_weights: bool = True):
        self.ops, self.eps = home.ops, eps
        self.weight: Tensor | None = home.empty(size) if has_weights else None
        self.bias: Tensor | None = home.empty(size) if has_weights else None

    def __call__(self, x: Tensor) -> Tensor:
        return self.ops.layer_norm(x, self.weight, self.bias, self.eps)

    def add(self, x: Tensor, residual: Tensor) -> Tensor:
        """residual += x in place; its norm, in x's memory."""
        return self.ops.add_layer_norm(x, residual, self.weight, self.bias, self.eps, out=x)

    def slots(self, name: str) -> Slots:
        if self.weight is not None and self.bias is not None:
            yield f"{name}.weight", Slot(tuple(self.weight.shape), self.weight.copy_)
            yield f"{name}.bias", Slot(tuple(self.bias.shape), self.bias.copy_)
