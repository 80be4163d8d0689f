"""How much memory and time a model takes, told from its numbers and the headers of its files: nothing is loaded."""
import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quire.core.errors import ModelError
from quire.core.model_spec import ModelSpec
from quire.core.quantization import head_scheme, matrix_bytes
from quire.engine.machine import Machine

DTYPE_BYTES = {"float32": 4, "bfloat16": 2, "float16": 2, "int8": 1}
SCALE_BYTES = 4                     # of a row of int8 in the KV cache
HEADER_LIMIT = 100 << 20            # bytes of a safetensors header; the largest seen are some 10 MB
# Multiply-adds of float32 that one core does in one cycle, times two; half of it is taken as reached.
FLOPS_PER_CYCLE = {"avx512": 32, "avx2": 16, "neon": 8, "plain": 4}
REACHED = 0.5
CORE_BANDWIDTH, MOST_BANDWIDTH = 8e9, 80e9      # bytes a second that one core, and all together, read


def blocks_for(positions: int, block_size: int) -> int:
    return -(-positions // block_size)


def block_bytes(spec: ModelSpec, block_size: int, kv_dtype: str, ranks: int) -> int:
    """K and V of one block in all layers and on all ranks. Ranks beyond the number of heads hold copies."""
    heads = max(spec.kv_heads, ranks)
    row = spec.head_dim * DTYPE_BYTES[kv_dtype] + (SCALE_BYTES if kv_dtype == "int8" else 0)
    return 2 * spec.layers * heads * block_size * row


def activation_bytes(spec: ModelSpec, step_tokens: int, rows: int, dtype: str) -> int:
    """Most that one step holds besides weights and KV: a layer's tensors for each token, logits and what sampling makes
    of them for each row."""
    width = 4 * spec.hidden + 3 * spec.inner + (2 * spec.heads + 2 * spec.kv_heads) * spec.head_dim
    return step_tokens * width * DTYPE_BYTES[dtype] + min(rows, step_tokens) * spec.vocab * 4 * 3


def body_parameters(spec: ModelSpec) -> int:
    """Of the matrices that every token passes; the embedding and the output matrix are apart."""
    attention = 2 * spec.hidden * spec.head_dim * (spec.heads + spec.kv_heads)
    matrices = 3 if spec.activation == "silu" else 2
    return spec.layers * (attention + matrices * spec.hidden * spec.inner)


def flops_per_token(spec: ModelSpec, context: int) -> int:
    """Two for each parameter, four for each number of K that a token meets at half the context."""
    return 2 * body_parameters(spec) + 4 * spec.layers * spec.heads * spec.head_dim * (context // 2)


@dataclass(frozen=True, slots=True)
class Speed:
    """A CPU's predicted pace. Invariant: both are positive."""
    flops: float                    # a second
    bandwidth: float                # bytes a second

    @classmethod
    def of(cls, machine: Machine, cores: int) -> "Speed":
        flops = cores * machine.ghz * 1e9 * FLOPS_PER_CYCLE[machine.isa] * REACHED
        return cls(flops, min(cores * CORE_BANDWIDTH, MOST_BANDWIDTH))

    def tokens_within(self, seconds: float, spec: ModelSpec, context: int) -> int:
        return int(seconds * self.flops / flops_per_token(spec, context))


def weights_bytes(folder: Path, spec: ModelSpec, dtype: str, quantization: str = "none") -> int:
    """What the weights take once they are in `dtype`, and their matrices in the scheme. A tied output matrix is a copy, in
    the order its kernel wants."""
    item, head = DTYPE_BYTES[dtype], head_scheme(quantization)
    tied = matrix_bytes(head, spec.vocab, spec.word_embed_proj_dim, item) if spec.tie_embeddings else 0
    if files := weight_files(folder):
        entries = ((name, entry) for file in files for name, entry in read_header(file).items())
        return tied + sum(_tensor_bytes(entry, dtype, scheme_of(name, quantization)) for name, entry in entries)
    if files := sorted(folder.glob("pytorch_model*.bin")):
        body = body_parameters(spec)
        plain = sum(f.stat().st_size for f in files) * item // DTYPE_BYTES[spec.dtype]
        return tied + plain - body * item + matrix_bytes(quantization, body // spec.hidden, spec.hidden, item)
    raise ModelError(f"{folder}: neither *.safetensors nor pytorch_model*.bin there, so it holds no weights")


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files that count; some folders hold the same weights twice, in another layout."""
    if (single := folder / "model.safetensors").exists():
        return [single]
    found = sorted(folder.glob("*.safetensors"))
    return [file for file in found if not file.name.startswith("consolidated")] or found


def read_header(file: Path) -> dict[str, Any]:
    """Tensor name -> dtype, shape and offsets."""
    try:
        with file.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            if length > min(HEADER_LIMIT, file.stat().st_size):
                raise ValueError(f"its header claims {length} bytes")
            header = json.loads(stream.read(length))
        header.pop("__metadata__", None)
    except (OSError, ValueError, AttributeError, TypeError, struct.error, RecursionError) as error:
        raise ModelError(f"{file} is no safetensors file: {error}") from error
    return dict(header)


def scheme_of(name: str, quantization: str) -> str:
    """Of a tensor of a checkpoint, if it is a matrix: embeddings stay as they are."""
    return "none" if "embed" in name else head_scheme(quantization) if "lm_head" in name else quantization


def _tensor_bytes(entry: Any, dtype: str, scheme: str) -> int:
    """Floating tensors are kept in `dtype` or, if they are matrices, in the scheme; others as they are."""
    try:
        (begin, end), shape = entry["data_offsets"], entry["shape"]
        size = {"F64": 8, "F32": 4, "BF16": 2, "F16": 2}.get(entry["dtype"])
        if size is not None and len(shape) == 2:
            return matrix_bytes(scheme, int(shape[0]), int(shape[1]), DTYPE_BYTES[dtype])
        return int(end - begin) if size is None else int(end - begin) // size * DTYPE_BYTES[dtype]
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"a safetensors header describes a tensor without sizes ({error})") from error
