"""How many bytes a model takes, told from its spec alone and before anything is loaded; and the memory of the KV
cache."""
import numpy as np
import torch
from torch import Tensor

from quire.batch import KVLayer
from quire.core.model_spec import ModelSpec
from quire.core.plan import Plan
from quire.core.quantization import head_scheme, matrix_bytes
from quire.kernels.table import ask_for_large_pages
from quire.layers.attention import kv_share
from quire.parallel.mesh import Mesh

ITEM_BYTES = {"float32": 4, "bfloat16": 2, "float16": 2, "int8": 1}
SCALE_BYTES = 4                 # of a row of int8


def num_parameters(spec: ModelSpec) -> int:
    """As the checkpoint has them; a head that is the embedding again is counted once."""
    norm = (1 if spec.rope else 2) * spec.hidden if spec.has_norm_weights else 0
    layer = _attention(spec) + _mlp(spec) + 2 * norm
    embedding = spec.vocab * spec.word_embed_proj_dim
    learned = 0 if spec.rope else (spec.max_positions + spec.position_offset) * spec.hidden
    narrowing = 0 if spec.word_embed_proj_dim == spec.hidden else 2 * spec.word_embed_proj_dim * spec.hidden
    final = norm if spec.has_final_norm else 0
    return spec.layers * layer + embedding * (1 if spec.tie_embeddings else 2) + learned + narrowing + final


def weight_bytes(spec: ModelSpec, dtype: str, num_ranks: int = 1, quantization: str = "none") -> int:
    """Of all ranks together. Layers and head are shared out; norms are too small to count again. The embedding is
    whole on each rank, and a tied head is a second, packed copy of it."""
    item, embedding = ITEM_BYTES[dtype], spec.vocab * spec.word_embed_proj_dim
    once = num_parameters(spec) + (embedding if spec.tie_embeddings else 0)
    plain = (once + (num_ranks - 1) * embedding) * item
    head = matrix_bytes(head_scheme(quantization), spec.vocab, spec.word_embed_proj_dim, item) - embedding * item
    return plain + head + sum(matrix_bytes(quantization, n, k, item) - n * k * item for n, k in _matrices(spec))


def kv_block_bytes(spec: ModelSpec, block_size: int, dtype: str, num_ranks: int = 1) -> int:
    """Of one block in all layers, on one rank. Ranks beyond the KV heads hold copies."""
    heads = max(1, spec.kv_heads // num_ranks)
    row = spec.head_dim * ITEM_BYTES[dtype] + (SCALE_BYTES if dtype == "int8" else 0)
    return 2 * spec.layers * heads * block_size * row


def activation_bytes(spec: ModelSpec, num_tokens: int, num_rows: int, dtype: str, num_ranks: int = 1) -> int:
    """The most that one step of so many tokens and rows needs at once, on one rank: residual, the widest pair of
    results of a layer, and the logits in float32 twice (drawn from a sorted copy)."""
    item = ITEM_BYTES[dtype]
    qkv = (spec.heads + 2 * spec.kv_heads) * spec.head_dim // num_ranks
    widest = max(qkv + spec.heads * spec.head_dim // num_ranks, 3 * spec.inner // num_ranks)
    return num_tokens * (3 * spec.hidden + widest) * item + num_rows * spec.vocab * 4 * 2


def make_kv(plan: Plan, spec: ModelSpec, mesh: Mesh) -> list[KVLayer]:
    """This rank's blocks, a pair of tensors for each layer. All zeros: a slot that nobody wrote must not hold a NaN."""
    heads = spec.kv_heads // kv_share(mesh, spec.kv_heads)[1]
    return [make_layer(plan.num_blocks, heads, plan.block_size, spec.head_dim, getattr(torch, plan.kv_dtype), mesh.device)
            for _ in range(spec.layers)]


def make_layer(num_blocks: int, heads: int, block_size: int, head_dim: int, dtype: torch.dtype,
               device: torch.device) -> KVLayer:
    shape, of_scales = (num_blocks, heads, block_size, head_dim), (num_blocks, heads, 2, block_size)
    scales = _zeros(of_scales, torch.float32, device) if dtype is torch.int8 else None
    return KVLayer(_zeros(shape, dtype, device), _zeros(shape, dtype, device), scales)


def _zeros(shape: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
    """On CPU the system's zero pages, which become memory when they are first written; torch would write them all."""
    if device.type != "cpu":
        return torch.zeros(shape, dtype=dtype, device=device)
    zeros = torch.from_numpy(np.zeros((*shape, dtype.itemsize), np.uint8)).view(dtype).squeeze(-1)
    ask_for_large_pages(zeros)
    return zeros


def _attention(spec: ModelSpec) -> int:
    q, kv = spec.heads * spec.head_dim, spec.kv_heads * spec.head_dim
    biases = (q + 2 * kv if spec.attention_bias else 0) + (spec.hidden if spec.out_bias else 0)
    return spec.hidden * (q + 2 * kv) + q * spec.hidden + biases + (2 * spec.head_dim if spec.qk_norm else 0)


def _matrices(spec: ModelSpec) -> list[tuple[int, int]]:
    """(outputs, inputs) of those in the layers, and of those that stand before and behind them."""
    q, kv, narrow = spec.heads * spec.head_dim, spec.kv_heads * spec.head_dim, spec.word_embed_proj_dim
    up = (2 if spec.rope else 1) * spec.inner
    layer = [(q + 2 * kv, spec.hidden), (spec.hidden, q), (up, spec.hidden), (spec.hidden, spec.inner)]
    return layer * spec.layers + [(spec.hidden, narrow), (narrow, spec.hidden)] * (narrow != spec.hidden)


def _mlp(spec: ModelSpec) -> int:
    num_inner = 2 if spec.rope else 1           # gated models have a gate beside the way up
    biases = num_inner * spec.inner + spec.hidden if spec.mlp_bias else 0
    return (num_inner + 1) * spec.hidden * spec.inner + biases
