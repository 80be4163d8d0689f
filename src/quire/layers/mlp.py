"""The feed-forward part: gated (Llama and its like) or plain (OPT). Both end in a sum over the ranks."""
from torch import Tensor

from quire.core.model_spec import ModelSpec
from quire.layers.home import Home
from quire.layers.linear import ColumnLinear, RowLinear


class GatedMLP:
    """down(silu(gate(x)) * up(x))"""

    def __init__(self, spec: ModelSpec, home: Home):
        self.silu_mul = home.ops.silu_mul
        self.gate_up = ColumnLinear(home, spec.hidden, (spec.inner, spec.inner), spec.mlp_bias)
        self.down = RowLinear(home, spec.inner, spec.hidden, spec.mlp_bias)

    def __call__(self, x: Tensor) -> Tensor:
        return self.down(self.silu_mul(self.gate_up(x)))


class PlainMLP:
    """down(activation(up(x)))"""

    def __init__(self, spec: ModelSpec, home: Home):
        self.activation = {"relu": home.ops.relu, "gelu": home.ops.gelu}[spec.activation]
        self.up = ColumnLinear(home, spec.hidden, (spec.inner,), spec.mlp_bias)
        self.down = RowLinear(home, spec.inner, spec.hidden, spec.mlp_bias)

    def __call__(self, x: Tensor) -> Tensor:
        return self.down(self.activation(self.up(x)))
