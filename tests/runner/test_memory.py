"""What core/footprint.py says before anything is loaded, and so `quire explain`, against what is there afterwards."""
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from quire.core import hub
from quire.core.footprint import activation_bytes, block_bytes, weight_bytes
from quire.core.model_spec import ModelSpec
from quire.core.quantization import SCHEMES
from quire.core.settings import options_from_keywords
from quire.engine.resolve import resolve
from quire.kernels.reference import Packed
from quire.kernels.table import has_native, ops_for
from quire.models.base import Decoder
from quire.models.table import model_class
from quire.models.weights import find_weights
from quire.parallel.mesh import ALONE, Mesh
from quire.runner.memory import make_kv

from ..engine.folders import machine
from ..tiny import tiny, tiny_plan

CPU = torch.device("cpu")
MODELS: list[tuple[str, dict[str, Any]]] = [
    ("llama", {}), ("llama", {"tie_word_embeddings": True}), ("qwen2", {}), ("qwen2", {"tie_word_embeddings": False}),
    ("qwen3", {}), ("qwen3", {"tie_word_embeddings": True}), ("opt", {}),
    ("opt", {"do_layer_norm_before": False, "word_embed_proj_dim": 40})]


def load(folder: Path, dtype: str, max_model_len: int, mesh: Mesh = ALONE, scheme: str = "none") -> Decoder:
    spec, ops = ModelSpec.read(folder), ops_for(CPU, getattr(torch, dtype))
    model: Decoder = model_class(spec.architecture)(spec, ops, mesh, max_model_len, scheme)
    model.load(find_weights(folder))
    return model


def tensors(owner: Any, seen: set[int]) -> Iterator[Tensor]:
    """Whatever can be reached from it."""
    if id(owner) in seen or isinstance(owner, (str, type)):
        return
    seen.add(id(owner))
    if isinstance(owner, (Tensor, Packed)):
        yield owner if isinstance(owner, Tensor) else owner.data
    elif isinstance(owner, (list, tuple)):
        for item in owner:
            yield from tensors(item, seen)
    elif hasattr(owner, "__dict__"):
        for item in vars(owner).values():
            yield from tensors(item, seen)


def held(model: Decoder) -> int:
    return sum({t.data_ptr(): t.nbytes for t in tensors(model, set())}.values())


@pytest.mark.skipif(not has_native(), reason="only the C++ ops fill up panels")
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("family, changes", MODELS)
def test_weights_to_the_byte(tmp_path: Path, family: str, changes: dict[str, Any], scheme: str, dtype: str) -> None:
    folder = tiny(tmp_path, family, **changes)
    spec = ModelSpec.read(folder)
    for mesh in (ALONE, Mesh(0, 2), Mesh(3, 4)):
        wanted, model = weight_bytes(spec, dtype, 100, mesh.size, scheme), load(folder, dtype, 100, mesh, scheme)
        if mesh.rank:                       # the biases of what all ranks sum are on rank 0 alone
            assert 0 <= wanted - held(model) <= 2 * spec.layers * spec.hidden * 4
        else:
            assert held(model) == wanted


@pytest.mark.skipif(not has_native(), reason="only the C++ ops fill up panels")
@pytest.mark.parametrize("name", ["bundled", "tied", "untied"])
def test_explain_says_what_loading_takes(tmp_path: Path, name: str) -> None:
    folder = (hub.locate(None).folder if name == "bundled" else
              tiny(tmp_path, "qwen3", tie_word_embeddings=name == "tied"))
    plan = resolve(options_from_keywords({"model": str(folder)}, {}), machine())
    model = load(folder, plan.dtype, plan.max_model_len)
    assert plan.weights_bytes == pytest.approx(held(model), rel=0.03)
    kv = make_kv(plan, ModelSpec.read(folder), ALONE)
    assert plan.kv_bytes == sum(layer.k.nbytes + layer.v.nbytes for layer in kv)


def test_a_tied_embedding_is_counted_once(tmp_path: Path) -> None:
    spec = ModelSpec.read(tiny(tmp_path, tie_word_embeddings=True))
    untied = ModelSpec.read(tiny(tmp_path, tie_word_embeddings=False))
    assert weight_bytes(untied, "float32", 1) - weight_bytes(spec, "float32", 1) == 4 * spec.vocab * spec.hidden
    assert weight_bytes(untied, "float32", 1, 2) == weight_bytes(spec, "float32", 1, 2)


def test_a_step_grows_with_its_tokens_and_rows(tmp_path: Path) -> None:
    spec = ModelSpec.read(tiny(tmp_path))
    small = activation_bytes(spec, 16, 4, "float32")
    assert activation_bytes(spec, 32, 4, "float32") > small < activation_bytes(spec, 16, 8, "float32")
    assert activation_bytes(spec, 16, 1000, "float32") == activation_bytes(spec, 16, 16, "float32")
    assert activation_bytes(spec, 16, 4, "bfloat16") < small


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
    assert sum(x.nbytes for x in tensors) == 7 * block_bytes(spec, 16, dtype, mesh.size)


def test_untouched_kv_takes_no_memory(tmp_path: Path) -> None:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    if not Path("/proc/self/statm").exists():
        pytest.skip("needs /proc")
    spec, before = ModelSpec.read(tiny(tmp_path)), resident()
    kv = make_kv(tiny_plan(tmp_path, num_blocks=1 << 16), spec, ALONE)      # 512 MiB
    assert sum(layer.k.nbytes for layer in kv) == 1 << 28
    assert resident() - before < 1 << 26
