"""The bundled models' architecture, as small as training needs it: Llama with grouped queries and a tied head.

Parameters carry Hugging Face's names (`model.layers.0.self_attn.q_proj.weight`), so a checkpoint is a plain `state_dict`.
"""
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Shape:
    """Sizes of a model. Invariant: heads * head_dim == width, and kv_heads divides heads."""
    width: int
    layers: int
    heads: int
    kv_heads: int
    inner: int
    vocab: int = 4096
    positions: int = 4096
    theta: float = 10_000.0

    @property
    def head_dim(self) -> int:
        return self.width // self.heads

    def config(self) -> dict[str, object]:
        """config.json, as transformers and Quire read it."""
        return {
            "architectures": ["LlamaForCausalLM"], "model_type": "llama", "attention_bias": False, "attention_dropout": 0.0,
            "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 0, "hidden_act": "silu", "hidden_size": self.width,
            "initializer_range": 0.02, "intermediate_size": self.inner, "max_position_embeddings": self.positions,
            "mlp_bias": False, "num_attention_heads": self.heads, "num_hidden_layers": self.layers, "head_dim": self.head_dim,
            "num_key_value_heads": self.kv_heads, "rms_norm_eps": 1e-5, "rope_theta": self.theta, "rope_scaling": None,
            "tie_word_embeddings": True, "torch_dtype": "bfloat16", "use_cache": True, "vocab_size": self.vocab}

    def describe(self) -> dict[str, object]:
        return asdict(self)


SHAPES = {
    "quire-8m": Shape(width=256, layers=9, heads=4, kv_heads=2, inner=768),
    "quire-1m": Shape(width=128, layers=3, heads=4, kv_heads=2, inner=384),
}


def rotary_table(shape: Shape, length: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """cos and sin for positions 0..length-1, each (length, head_dim), halves repeated as Llama lays them out."""
    inverse = shape.theta ** (-torch.arange(0, shape.head_dim, 2, device=device).float() / shape.head_dim)
    angles = torch.outer(torch.arange(length, device=device).float(), inverse)
    angles = torch.cat((angles, angles), dim=-1)
    return angles.cos(), angles.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """x: (batch, heads, length, head_dim)."""
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-second, first), dim=-1) * sin


def hidden_pairs(documents: Tensor) -> Tensor:
    """(batch, 1, length, length): True where the row's position must not see the column's."""
    length = documents.shape[1]
    ahead = torch.ones(length, length, dtype=torch.bool, device=documents.device).triu(1)
    return (ahead | (documents[:, :, None] != documents[:, None, :]))[:, None]


class Attention(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        kv = shape.kv_heads * shape.head_dim
        self.q_proj = nn.Linear(shape.width, shape.width, bias=False)
        self.k_proj = nn.Linear(shape.width, kv, bias=False)
        self.v_proj = nn.Linear(shape.width, kv, bias=False)
        self.o_proj = nn.Linear(shape.width, shape.width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor | None) -> Tensor:
        batch, length, width = x.shape
        shape, dim = self.shape, self.shape.head_dim
        q = self.q_proj(x).view(batch, length, shape.heads, dim).transpose(1, 2)
        k = self.k_proj(x).view(batch, length, shape.kv_heads, dim).transpose(1, 2)
        v = self.v_proj(x).view(batch, length, shape.kv_heads, dim).transpose(1, 2)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        repeat = shape.heads // shape.kv_heads
        k, v = k.repeat_interleave(repeat, 1), v.repeat_interleave(repeat, 1)
        if mask is None:
            y = F.scaled_dot_product_attention(q.to(v.dtype), k.to(v.dtype), v, is_causal=True)
        else:       # plain products: on a CPU twice as fast as the fused kernel's backward pass at these lengths
            scores = (q @ k.transpose(2, 3)).float() * dim ** -0.5
            y = torch.softmax(scores.masked_fill(mask, -1e9), dim=-1).to(v.dtype) @ v
        return self.o_proj(y.transpose(1, 2).reshape(batch, length, width))


class Mlp(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.gate_proj = nn.Linear(shape.width, shape.inner, bias=False)
        self.up_proj = nn.Linear(shape.width, shape.inner, bias=False)
        self.down_proj = nn.Linear(shape.inner, shape.width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Norm(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, (x.shape[-1],), self.weight.to(x.dtype), 1e-5)


class Layer(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.input_layernorm, self.post_attention_layernorm = Norm(shape.width), Norm(shape.width)
        self.self_attn, self.mlp = Attention(shape), Mlp(shape)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor | None) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, mask)
        return x + self.mlp(self.post_attention_layernorm(x))


class Body(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.embed_tokens = nn.Embedding(shape.vocab, shape.width)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = Norm(shape.width)


class Model(nn.Module):
    """ids (batch, length) -> logits (batch, length, vocab)."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.shape, self.model = shape, Body(shape)
        self.apply(self._initialise)
        for layer in self.model.layers:       # residual branches start small, so that depth does not shout
            for projection in (layer.self_attn.o_proj, layer.mlp.down_proj):
                nn.init.normal_(projection.weight, std=0.02 / (2 * shape.layers) ** 0.5)

    def _initialise(self, module: nn.Module) -> None:
        if isinstance(module, nn.Linear | nn.Embedding):
            nn.init.normal_(module.weight, std=0.02)

    def forward(self, ids: Tensor, documents: Tensor | None = None) -> Tensor:
        """documents (batch, length): which document a position belongs to; positions see only their own. None: all one."""
        body = self.model
        cos, sin = rotary_table(self.shape, ids.shape[1], ids.device)
        x = body.embed_tokens(ids)
        if torch.is_autocast_enabled(x.device.type):
            dtype = torch.get_autocast_dtype(x.device.type)
            x, cos, sin = x.to(dtype), cos.to(dtype), sin.to(dtype)
        mask = None if documents is None else hidden_pairs(documents)
        for layer in body.layers:
            x = layer(x, cos, sin, mask)
        return F.linear(body.norm(x), body.embed_tokens.weight)
