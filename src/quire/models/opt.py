"""OPT. Positions are learned and added to the embedding; norms have biases and stand before each part, or behind its
sum in the 350m model, whose embedding is narrower than its layers and is projected in and out."""
from typing import ClassVar

from torch import Tensor

from quire.batch import Batch, KVLayer
from quire.core.model_spec import ModelSpec
from quire.kernels.table import Ops
from quire.layers.attention import Attention
from quire.layers.embedding import Embedding
from quire.layers.home import Home
from quire.layers.linear import Linear
from quire.layers.mlp import PlainMLP
from quire.layers.norm import LayerNorm
from quire.layers.slot import Names
from quire.models.base import Decoder
from quire.parallel.mesh import Mesh


def make_norm(spec: ModelSpec, home: Home) -> LayerNorm:
    return LayerNorm(home, spec.hidden, spec.norm_eps, spec.has_norm_weights)


class OPTLayer:
    def __init__(self, spec: ModelSpec, home: Home):
        self.is_norm_first = spec.do_layer_norm_before
        self.attention_norm, self.mlp_norm = make_norm(spec, home), make_norm(spec, home)
        self.attention = Attention(spec, home, None)
        self.mlp = PlainMLP(spec, home)

    def __call__(self, x: Tensor | None, residual: Tensor, batch: Batch, kv: KVLayer) -> tuple[Tensor | None, Tensor]:
        if not self.is_norm_first:
            residual = self.attention_norm.add(self.attention(residual, batch, kv), residual)
            return None, self.mlp_norm.add(self.mlp(residual), residual)
        x = self.attention_norm(residual) if x is None else self.attention_norm.add(x, residual)
        x = self.attention(x, batch, kv)
        return self.mlp(self.mlp_norm.add(x, residual)), residual


class OPT(Decoder):
    NAMES: ClassVar[Names] = {
        **Decoder.NAMES, "positions": ("embed_positions",), "norm": ("final_layer_norm",),
        "project_in": ("project_in",), "project_out": ("project_out",)}
    LAYER_NAMES: ClassVar[Names] = {
        "attention_norm": ("self_attn_layer_norm",),
        "attention.qkv": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
        "attention.out": ("self_attn.out_proj",),
        "mlp_norm": ("final_layer_norm",),
        "mlp.up": ("fc1",),
        "mlp.down": ("fc2",),
    }

    def __init__(self, spec: ModelSpec, ops: Ops, mesh: Mesh, max_model_len: int, quantization: str = "none"):
        super().__init__(spec, ops, mesh, max_model_len, quantization)
        narrow = spec.word_embed_proj_dim
        self.positions = Embedding(self.home, spec.max_positions, spec.hidden, num_skipped=spec.position_offset)
        self.project_in = Linear(self.home, narrow, (spec.hidden,)) if narrow != spec.hidden else None
        self.project_out = Linear(self.home, spec.hidden, (narrow,)) if narrow != spec.hidden else None

    def make_layer(self, cos_sin: Tensor | None) -> OPTLayer:
        return OPTLayer(self.spec, self.home)

    def make_norm(self) -> LayerNorm | None:
        return make_norm(self.spec, self.home) if self.spec.has_final_norm else None

    def embed(self, batch: Batch) -> Tensor:
        x = self.embedding(batch.ids)
        x = x if self.project_in is None else self.project_in(x)
        return self.home.ops.add(x, self.positions(batch.positions))

    def finish(self, x: Tensor | None, residual: Tensor) -> Tensor:
        if x is not None:
            residual = self.home.ops.add(x, residual) if self.norm is None else self.norm.add(x, residual)
        return residual if self.project_out is None else self.project_out(residual)
