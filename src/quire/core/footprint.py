"""How many bytes a model takes on one rank, told from its spec alone and before anything is loaded.

The one estimate: the plan divides the memory by it, `quire explain` shows it, and tests hold it against what is allocated.
"""
from typing import NamedTuple

from quire.core.model_spec import ModelSpec
from quire.core.quantization import head_scheme, matrix_bytes

ITEM_BYTES = {"float32": 4, "bfloat16": 2, "float16": 2, "int8": 1}
SCALE_BYTES = 4             # of a row of int8 in the KV cache
PANEL = 32                  # rows; packed matrices are filled up to whole panels of them (csrc/kernels.h)
LOGITS_AT_ONCE = 5          # as they came, with the features' changes, by temperature, cut, and as probabilities


class Matrix(NamedTuple):
    """outputs x inputs, packed together: q, k and v are one, and so are gate and up."""
    outputs: int
    inputs: int

    def packed_bytes(self, scheme: str, dtype: str) -> int:
        return matrix_bytes(scheme, -(-self.outputs // PANEL) * PANEL, self.inputs, ITEM_BYTES[dtype])


def layer_matrices(spec: ModelSpec, ranks: int = 1) -> tuple[Matrix, ...]:
    """Those of one layer that each token passes. Ranks beyond the KV heads hold copies."""
    q, kv, inner = _q(spec, ranks), _kv(spec, ranks), spec.inner // ranks
    return (Matrix(q + 2 * kv, spec.hidden), Matrix(spec.hidden, q),
            Matrix(_num_up(spec) * inner, spec.hidden), Matrix(spec.hidden, inner))


def weight_bytes(spec: ModelSpec, dtype: str, max_model_len: int, ranks: int = 1, quantization: str = "none") -> int:
    """All that loading leaves behind, the table of rotary positions included. An embedding that is the head again is read
    from it where one rank has all of it in the model's dtype; else it is whole on each rank."""
    matrices = [*layer_matrices(spec, ranks) * spec.layers]
    if spec.word_embed_proj_dim != spec.hidden:
        matrices += [Matrix(spec.hidden, spec.word_embed_proj_dim), Matrix(spec.word_embed_proj_dim, spec.hidden)]
    head = Matrix(-(-spec.vocab // ranks), spec.word_embed_proj_dim).packed_bytes(head_scheme(quantization), dtype)
    is_head = spec.tie_embeddings and ranks == 1 and quantization == "none"
    embedding = 0 if is_head else spec.vocab * spec.word_embed_proj_dim
    learned = 0 if spec.rope else spec.max_positions * spec.hidden
    final = _norm(spec) if spec.has_final_norm else 0
    plain = (embedding + learned + final + spec.layers * _layer_vectors(spec, ranks)) * ITEM_BYTES[dtype]
    rotary = 4 * max_model_len * spec.rope.rotary_dim if spec.rope else 0
    return sum(m.packed_bytes(quantization, dtype) for m in matrices) + head + plain + rotary


def block_bytes(spec: ModelSpec, block_size: int, kv_dtype: str, ranks: int = 1) -> int:
    """K and V of one block in all layers."""
    row = spec.head_dim * ITEM_BYTES[kv_dtype] + (SCALE_BYTES if kv_dtype == "int8" else 0)
    return 2 * spec.layers * max(1, spec.kv_heads // ranks) * block_size * row


def activation_bytes(spec: ModelSpec, num_tokens: int, num_rows: int, dtype: str, ranks: int = 1) -> int:
    """The most that one step of so many tokens holds at once, so many of them with logits: residual, a part's input and
    output and the widest results between; and the logits, in float32."""
    q = _q(spec, ranks)
    between = max(2 * q + 2 * _kv(spec, ranks), (_num_up(spec) + 1) * spec.inner // ranks)
    gathered = 0 if ranks == 1 else (ranks + 4 // ITEM_BYTES[dtype]) * spec.hidden      # all ranks' parts and their sum
    tokens = num_tokens * (3 * spec.hidden + between + gathered) * ITEM_BYTES[dtype]
    return tokens + min(num_rows, num_tokens) * spec.vocab * 4 * LOGITS_AT_ONCE


def _q(spec: ModelSpec, ranks: int) -> int:
    return spec.heads * spec.head_dim // ranks


def _kv(spec: ModelSpec, ranks: int) -> int:
    return max(1, spec.kv_heads // ranks) * spec.head_dim


def _num_up(spec: ModelSpec) -> int:
    """Gated models have a gate beside the way up."""
    return 2 if spec.rope else 1


def _norm(spec: ModelSpec) -> int:
    return (1 if spec.rope else 2) * spec.hidden if spec.has_norm_weights else 0


def _layer_vectors(spec: ModelSpec, ranks: int) -> int:
    """Norms and biases."""
    attention = _q(spec, ranks) + 2 * _kv(spec, ranks) if spec.attention_bias else 0
    mlp = _num_up(spec) * spec.inner // ranks + spec.hidden if spec.mlp_bias else 0
    out = spec.hidden if spec.out_bias else 0
    return 2 * _norm(spec) + attention + out + mlp + (2 * spec.head_dim if spec.qk_norm else 0)
