"""Attention of one layer: project, norm q and k where the model does, rotate and write, read, project back.

K and V go to the cache first and are read from there alone, those of this step's own tokens too. So a row's result does
not depend on how its prompt was cut.
"""
from torch import Tensor

from quire.batch import Batch, KVLayer
from quire.core.model_spec import ModelSpec
from quire.layers.home import Home
from quire.layers.linear import ColumnLinear, RowLinear, Share, part_size
from quire.layers.norm import RMSNorm
from quire.parallel.mesh import Mesh


def kv_share(mesh: Mesh, kv_heads: int) -> Share:
    """Ranks beyond the KV heads share them: rank r's query heads belong to KV head r * kv_heads // size."""
    if mesh.size <= kv_heads:
        part_size(kv_heads, mesh.size, "KV heads")
        return mesh.rank, mesh.size
    return mesh.rank // part_size(mesh.size, kv_heads, "ranks (by KV heads)"), kv_heads


class Attention:
    """cos_sin: the model's one rotary table; None where positions are learned."""

    def __init__(self, spec: ModelSpec, home: Home, cos_sin: Tensor | None):
        self.ops, self.cos_sin, self.scale, self.head_dim = home.ops, cos_sin, spec.head_dim ** -0.5, spec.head_dim
        self.window, mesh = spec.sliding_window or 0, home.mesh
        part_size(spec.heads, mesh.size, "attention heads")
        q, kv, shared = spec.heads * spec.head_dim, spec.kv_heads * spec.head_dim, kv_share(mesh, spec.kv_heads)
        self.heads = spec.heads // mesh.size, spec.kv_heads // shared[1], spec.kv_heads // shared[1]
        self.qkv = ColumnLinear(home, spec.hidden, (q, kv, kv), spec.attention_bias,
                                [(mesh.rank, mesh.size), shared, shared])
        self.q_norm = RMSNorm(home, spec.head_dim, spec.norm_eps) if spec.qk_norm else None
        self.k_norm = RMSNorm(home, spec.head_dim, spec.norm_eps) if spec.qk_norm else None
        self.out = RowLinear(home, q, spec.hidden, spec.out_bias)

    def __call__(self, x: Tensor, batch: Batch, layer: KVLayer) -> Tensor:
        qkv = self.qkv(x)
        q, k, v = qkv.view(x.shape[0], -1, self.head_dim).split_with_sizes(self.heads, 1)      # views: (T, heads, D)
        if self.q_norm is not None and self.k_norm is not None:
            self.q_norm(q, out=q)
            self.k_norm(k, out=k)
        self.ops.rope_and_write(q, k, v, batch.positions, self.cos_sin, layer, batch.slots)
        return self.out(self.ops.attention(q, layer, batch, self.scale, window=self.window))
