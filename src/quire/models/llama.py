"""Llama 2 and 3, CodeLlama, Yi; and Mistral as long as its window holds the whole context."""
from typing import ClassVar

from torch import Tensor

from quire.batch import Batch, KVLayer
from quire.core.model_spec import ModelSpec
from quire.layers.attention import Attention
from quire.layers.home import Home
from quire.layers.mlp import GatedMLP
from quire.layers.norm import RMSNorm
from quire.layers.slot import Names
from quire.models.base import Decoder


class LlamaLayer:
    def __init__(self, spec: ModelSpec, home: Home, cos_sin: Tensor | None):
        self.attention_norm = RMSNorm(home, spec.hidden, spec.norm_eps)
        self.attention = Attention(spec, home, cos_sin)
        self.mlp_norm = RMSNorm(home, spec.hidden, spec.norm_eps)
        self.mlp = GatedMLP(spec, home)

    def __call__(self, x: Tensor | None, residual: Tensor, batch: Batch, kv: KVLayer) -> tuple[Tensor, Tensor]:
        x = self.attention_norm(residual) if x is None else self.attention_norm.add(x, residual)
        x = self.attention(x, batch, kv)
        x = self.mlp_norm.add(x, residual)
        return self.mlp(x), residual


class Llama(Decoder):
    LAYER_NAMES: ClassVar[Names] = {
        "attention_norm": ("input_layernorm",),
        "attention.qkv": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
        "attention.out": ("self_attn.o_proj",),
        "mlp_norm": ("post_attention_layernorm",),
        "mlp.gate_up": ("mlp.gate_proj", "mlp.up_proj"),
        "mlp.down": ("mlp.down_proj",),
    }

    def make_layer(self, cos_sin: Tensor | None) -> LlamaLayer:
        return LlamaLayer(self.spec, self.home, cos_sin)

    def make_norm(self) -> RMSNorm:
        return RMSNorm(self.home, self.spec.hidden, self.spec.norm_eps)
