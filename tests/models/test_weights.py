"""Checkpoints: whole, in shards, in .bin, and broken in every way that a download or an attacker breaks them."""
import json
import logging
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from quire.core.errors import ConfigError, ModelError
from quire.core.model_spec import ModelSpec
from quire.kernels.table import ops_for
from quire.models.base import Decoder
from quire.models.table import model_class
from quire.models.weights import find_weights, total_bytes
from quire.parallel.mesh import ALONE

from ..tiny import tiny
from .drive import load, run

Broken = tuple[dict[str, Any], bytes]


def write(file: Path, header: Any, data: bytes = b"", length: int | None = None) -> None:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    file.write_bytes(struct.pack("<Q", len(text) if length is None else length) + text + data)


def entry(shape: Any, begin: Any, end: Any, dtype: Any = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


@pytest.mark.parametrize("header, length, words", [
    ({}, 1 << 62, ["header"]), ({}, 100, ["header"]), (b"{nojson", None, ["header"]), (b"\xff\xfe", None, ["header"]),
    (b"[1, 2]", None, ["header"]), (b"{" * 100_000, None, ["header"]), ({"a": 3}, None, ["header"]),
    ({"a": {"dtype": "F32", "shape": [2]}}, None, ["header"]), ({"a": entry([2], "0", "8")}, None, ["header"]),
    ({"a": entry([2], 0, 8), "b": entry([2], 4, 12)}, None, ["tensor b", "overlaps"]),
    ({"a": entry([4], 0, 16), "b": entry([2], 12, 20)}, None, ["tensor b", "of 16"]),
    ({"a": entry([2], 8, 1 << 62)}, None, ["tensor a", "of 16"]),
    ({"a": entry([2], -8, 0)}, None, ["tensor a", "of 16"]),
    ({"a": entry([2], 8, 0)}, None, ["tensor a", "of 16"]), ({"a": entry([3], 0, 8)}, None, ["tensor a", "shape"]),
    ({"a": entry([1 << 40, 1 << 40], 0, 8)}, None, ["tensor a", "shape"]),
    ({"a": entry([-2], 0, 8)}, None, ["tensor a", "shape"]),
    ({"a": entry("2", 0, 8)}, None, ["tensor a", "shape"]),
    ({"a": entry([True, 2], 0, 8)}, None, ["tensor a", "shape"]),
    ({"a": entry([2], 0, 8, "I32")}, None, ["tensor a", "I32"]), ({"a": entry([2], 0, 8, 7)}, None, ["tensor a", "7"]),
])
def test_a_broken_header_is_refused(tmp_path: Path, header: Any, length: int | None, words: list[str]) -> None:
    write(tmp_path / "model.safetensors", header, bytes(16), length)
    with pytest.raises(ModelError) as caught:
        find_weights(tmp_path)
    for word in ["model.safetensors", *words]:
        assert word in caught.value.message


@pytest.mark.parametrize("data", [b"", b"abc", bytes(8)])
def test_a_stump_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "model.safetensors").write_bytes(data)
    with pytest.raises(ModelError, match=r"model\.safetensors"):
        find_weights(tmp_path)


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no weights"):
        find_weights(tmp_path)


def test_an_odd_header_and_empty_tensors_are_read(tmp_path: Path) -> None:
    """Data at an odd address is copied to an even one."""
    text = json.dumps({"a": entry([2], 0, 8), "b": entry([0, 3], 8, 8), "__metadata__": {"x": "y"}}).encode()
    for padding in range(8):
        write(tmp_path / "model.safetensors", text + b" " * padding, struct.pack("<2f", 1.5, -2))
        a, b = (w.read() for w in find_weights(tmp_path))
        assert a.tolist() == [1.5, -2] and b.shape == (0, 3) and a.data_ptr() % 4 == 0


def test_nothing_is_copied(tmp_path: Path) -> None:
    """Two readings see the same memory."""
    save_file({"a": torch.arange(6.0).view(2, 3)}, tmp_path / "model.safetensors")
    (weight,) = find_weights(tmp_path)
    assert weight.read().data_ptr() == weight.read().data_ptr()
    assert weight.read().tolist() == [[0, 1, 2], [3, 4, 5]] and total_bytes([weight]) == 24


# ---- a model's folder, changed

def shard(folder: Path, num_files: int = 3) -> dict[str, Any]:
    tensors = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    names = sorted(tensors)
    index = {name: f"model-{i % num_files}.safetensors" for i, name in enumerate(names)}
    for file in set(index.values()):
        save_file({name: tensors[name] for name in names if index[name] == file}, folder / file)
    content = {"metadata": {}, "weight_map": index}
    (folder / "model.safetensors.index.json").write_text(json.dumps(content))
    return content


def model_of(folder: Path, dtype: torch.dtype = torch.float32, max_model_len: int = 128) -> Decoder:
    return load(folder, max_model_len, dtype)


IDS = [5, 100, 7, 31, 200, 8]


def test_shards_and_bin_files_give_the_same(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    whole = tiny(tmp_path / "whole")
    expected = run(model_of(whole), IDS, [len(IDS)])
    sharded = tiny(tmp_path / "sharded")
    shard(sharded)
    (sharded / "consolidated.safetensors").write_bytes(b"another format")
    assert torch.equal(run(model_of(sharded), IDS, [len(IDS)]), expected)
    old = tiny(tmp_path / "old")
    torch.save(load_file(old / "model.safetensors"), old / "pytorch_model.bin")
    (old / "model.safetensors").unlink()
    with caplog.at_level(logging.INFO):
        assert torch.equal(run(model_of(old), IDS, [len(IDS)]), expected)
    assert "weights-only" in caplog.text


@pytest.mark.parametrize("stored", ["bfloat16", "float16", "float32"])
@pytest.mark.parametrize("computed", [torch.bfloat16, torch.float16, torch.float32])
def test_dtypes_are_converted(tmp_path: Path, stored: str, computed: torch.dtype) -> None:
    folder = tiny(tmp_path, torch_dtype=stored)
    logits = run(model_of(folder, computed), IDS, [len(IDS)])
    expected = run(model_of(folder), IDS, [len(IDS)])
    assert (logits - expected).abs().max() < 0.05 * expected.abs().max()


def test_names_without_the_outermost_prefix_are_read(tmp_path: Path) -> None:
    for family in ("llama", "opt"):
        folder = tiny(tmp_path / family, family)
        expected = run(model_of(folder), IDS, [len(IDS)])
        tensors = load_file(folder / "model.safetensors")
        tensors["rotary_emb.inv_freq"] = torch.ones(3)
        save_file({name.removeprefix("model."): t for name, t in tensors.items()}, folder / "model.safetensors")
        assert torch.equal(run(model_of(folder), IDS, [len(IDS)]), expected)


def drop(tensors: dict[str, Any]) -> None:
    del tensors["model.layers.1.mlp.up_proj.weight"]


def turn(tensors: dict[str, Any]) -> None:
    tensors["model.layers.0.mlp.up_proj.weight"] = tensors["model.layers.0.mlp.up_proj.weight"].T.contiguous()


def add(tensors: dict[str, Any]) -> None:
    tensors["model.layers.0.self_attn.k_proj.bias"] = torch.zeros(32)


def number(tensors: dict[str, Any]) -> None:
    tensors["model.norm.weight"] = torch.zeros(64, dtype=torch.int8)


@pytest.mark.parametrize("change, words", [
    (drop, ["missing", "layers.1.mlp.up_proj.weight"]), (turn, ["layers.0.mlp.up_proj.weight", "(64, 96)", "(96, 64)"]),
    (add, ["layers.0.self_attn.k_proj.bias", "none that"]), (number, ["model.norm.weight", "I8"])])
def test_what_does_not_fit_the_config_is_named(tmp_path: Path, change: Callable[[dict[str, Any]], None],
                                               words: list[str]) -> None:
    tensors = load_file(tiny(tmp_path) / "model.safetensors")
    change(tensors)
    save_file(tensors, tmp_path / "model.safetensors")
    with pytest.raises(ModelError) as caught:
        model_of(tmp_path)
    for word in ["model.safetensors", *words]:
        assert word in caught.value.message


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"weight_map": [1]}', '{"weight_map": {"a": 1}}',
                                  '{"weight_map": {"a": ["x"]}}'])
def test_a_broken_index_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "model.safetensors.index.json").write_text(text)
    with pytest.raises(ModelError, match=r"index\.json"):
        find_weights(tmp_path)


@pytest.mark.parametrize("name", ["../x.safetensors", "/etc/x.safetensors", "a/b.safetensors", "..", "", "x.bin"])
def test_an_index_cannot_name_files_elsewhere(tmp_path: Path, name: str) -> None:
    (tmp_path / "here").mkdir()
    save_file({"a": torch.ones(1)}, tmp_path / "x.safetensors")
    (tmp_path / "here" / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": name}}))
    with pytest.raises(ModelError, match=r"index\.json: names"):
        find_weights(tmp_path / "here")


def test_an_index_that_lies_is_refused(tmp_path: Path) -> None:
    content = shard(tiny(tmp_path))
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": content["weight_map"] | {"extra.weight": "model-0.safetensors"}}))
    with pytest.raises(ModelError, match=r"extra\.weight"):
        find_weights(tmp_path)
    index.write_text(json.dumps({"weight_map": content["weight_map"] | {"extra.weight": "model-9.safetensors"}}))
    with pytest.raises(ModelError, match=r"model-9\.safetensors"):
        find_weights(tmp_path)


def test_a_tensor_in_two_shards_is_refused(tmp_path: Path) -> None:
    content = shard(tiny(tmp_path))
    tensors = load_file(tmp_path / "model-0.safetensors")
    other = load_file(tmp_path / "model-1.safetensors")
    save_file(other | {min(tensors): tensors[min(tensors)]}, tmp_path / "model-1.safetensors")
    assert content
    with pytest.raises(ModelError, match="too"):
        find_weights(tmp_path)


class Evil:
    def __reduce__(self) -> Any:
        return (Path.touch, (Path("evil"),))


@pytest.mark.parametrize("content", [Evil(), [torch.ones(1)], {"a": 7}, {1: torch.ones(1)}])
def test_a_bin_file_that_holds_more_than_tensors_is_refused(tmp_path: Path, content: Any,
                                                            monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save(content, tmp_path / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"pytorch_model\.bin"):
        find_weights(tmp_path)
    assert not (tmp_path / "evil").exists()


# ---- what a model refuses

@pytest.mark.parametrize("family, changes, length", [
    ("opt", {}, 257), ("qwen3", {"use_sliding_window": True, "sliding_window": 64}, 65),
    ("qwen2", {"use_sliding_window": True, "sliding_window": 32}, 33)])
def test_a_length_that_would_give_wrong_answers_is_refused(tmp_path: Path, family: str, changes: Any,
                                                           length: int) -> None:
    folder = tiny(tmp_path, family, **changes)
    model_of(folder, max_model_len=length - 1)
    with pytest.raises(ConfigError) as caught:
        model_of(folder, max_model_len=length)
    assert str(length - 1) in caught.value.message and caught.value.param == "max_model_len"


def test_slots_have_the_shapes_of_the_spec(tmp_path: Path) -> None:
    """Nothing is allocated or read to know them."""
    spec = ModelSpec.read(tiny(tmp_path, "qwen3"))
    model = model_class(spec.architecture)(spec, ops_for(torch.device("cpu"), torch.float32), ALONE, 64)
    shapes = {name: slot.shape for name, slot in model.slots().items()}
    tensors = load_file(tmp_path / "model.safetensors")
    assert shapes == {name.removeprefix("model."): tuple(t.shape) for name, t in tensors.items()}
