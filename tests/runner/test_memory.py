"""What memory.py says before anything is loaded, against what is there afterwards."""
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from quire.core.model_spec import ModelSpec
from quire.engine.sizing import weights_bytes
from quire.kernels.reference import Packed, ReferenceOps
from quire.models.table import model_class
from quire.models.weights import find_weights
from quire.parallel.mesh import ALONE, Mesh
from quire.runner.memory import kv_block_bytes, make_kv, num_parameters, weight_bytes

from ..tiny import tiny, tiny_plan

MODELS: list[tuple[str, dict[str, Any]]] = [
    ("llama", {}), ("llama", {"tie_word_embeddings": True}), ("qwen2", {}), ("qwen3", {}), ("opt", {}),
    ("opt", {"do_layer_norm_before": False, "word_embed_proj_dim": 40})]


@pytest.mark.parametrize("family, changes", MODELS)
def test_parameters_are_those_of_the_checkpoint(tmp_path: Path, family: str, changes: dict[str, Any]) -> None:
    spec = ModelSpec.read(tiny(tmp_path, family, **changes))
    assert num_parameters(spec) == sum(t.numel() for t in load_file(tmp_path / "model.safetensors").values())
    copies = spec.tie_embeddings * spec.vocab * spec.word_embed_proj_dim
    assert weight_bytes(spec, "bfloat16") == 2 * (num_parameters(spec) + copies)
    assert weight_bytes(spec, "float32", 2) == weight_bytes(spec, "float32") + 4 * spec.vocab * spec.word_embed_proj_dim


@pytest.mark.parametrize("scheme", ["none", "int8", "int4"])
@pytest.mark.parametrize("family, changes", MODELS)
def test_weights_are_those_of_the_loaded_model(tmp_path: Path, family: str, changes: dict[str, Any], scheme: str) -> None:
    """By the reference, whose packed weights have no filling; and what the plan says is the same."""
    folder = tiny(tmp_path, family, **({"vocab_size": 256, "hidden_size": 64} | changes))
    spec = ModelSpec.read(folder)
    model = model_class(spec.architecture)(spec, ReferenceOps(torch.bfloat16), ALONE, 64, scheme)
    model.load(find_weights(folder))
    told, skipped = weight_bytes(spec, "bfloat16", quantization=scheme), spec.position_offset * spec.hidden * 2
    assert told == sum(t.nbytes for t in tensors_of(model)) + skipped
    assert told == weights_bytes(folder, spec, "bfloat16", scheme)


def tensors_of(part: Any) -> Iterator[Tensor]:
    """All that a model's parts hold, but the rotary table. Each part's own; the whole model owns them all."""
    for value in vars(part).values():
        if isinstance(value, Packed):
            yield from (t for t in (value.data, value.scales) if t is not None)
        elif isinstance(value, Tensor) and value.dtype is torch.bfloat16:
            yield value
        for inner in value if isinstance(value, list) else [value]:
            if type(inner).__module__.startswith(("quire.layers", "quire.models")) and hasattr(inner, "__dict__"):
                yield from tensors_of(inner)


@pytest.mark.parametrize("mesh", [ALONE, Mesh(1, 2), Mesh(3, 4)])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16", "int8"])
def test_kv(tmp_path: Path, mesh: Mesh, dtype: str) -> None:
    spec = ModelSpec.read(tiny(tmp_path))
    kv = make_kv(tiny_plan(tmp_path, kv_dtype=dtype, num_blocks=7), spec, mesh)
    assert len(kv) == spec.layers and kv[0].k.shape == (7, max(1, 2 // mesh.size), 16, 16)
    assert kv[0].k.dtype == getattr(torch, dtype) and not kv[1].v.any() and kv[0].k.is_contiguous()
    kv[0].k[6] = 3
    assert not kv[0].v.any()
    tensors = [x for layer in kv for x in (layer.k, layer.v, layer.scales) if x is not None]
    assert len(tensors) == spec.layers * (3 if dtype == "int8" else 2)
    assert sum(x.nbytes for x in tensors) == 7 * kv_block_bytes(spec, 16, dtype, mesh.size)


def test_untouched_kv_takes_no_memory(tmp_path: Path) -> None:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    if not Path("/proc/self/statm").exists():
        pytest.skip("needs /proc")
    spec, before = ModelSpec.read(tiny(tmp_path)), resident()
    kv = make_kv(tiny_plan(tmp_path, num_blocks=1 << 16), spec, ALONE)      # 512 MiB
    assert sum(layer.k.nbytes for layer in kv) == 1 << 28
    assert resident() - before < 1 << 26
