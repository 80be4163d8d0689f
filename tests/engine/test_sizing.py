"""Sizes from numbers and headers."""
import struct

import pytest

from quire.core.errors import ModelError
from quire.core.model_spec import ModelSpec
from quire.engine.sizing import (
    Speed,
    activation_bytes,
    block_bytes,
    blocks_for,
    flops_per_token,
    read_header,
    weights_bytes,
)
from quire.runner.memory import kv_block_bytes
from tests.engine.folders import machine, make_folder, write_header


@pytest.fixture
def folder(tmp_path):
    return make_folder(tmp_path / "m", {"a": ("BF16", [256, 64]), "b": ("F32", [10]), "c": ("I64", [3])})


@pytest.fixture
def spec(folder):
    return ModelSpec.read(folder)


def test_weights_are_counted_in_the_dtype_that_they_will_have(folder, spec):
    assert weights_bytes(folder, spec, "bfloat16") == 256 * 64 * 2 + 10 * 2 + 3 * 8
    assert weights_bytes(folder, spec, "float32") == 256 * 64 * 4 + 10 * 4 + 3 * 8


def test_a_tied_output_matrix_is_a_copy(tmp_path):
    folder = make_folder(tmp_path / "m", {"a": ("BF16", [256, 64])}, tie_word_embeddings=True)
    assert weights_bytes(folder, ModelSpec.read(folder), "bfloat16") == 2 * 256 * 64 * 2


@pytest.mark.parametrize("scheme, layer, head", [("int8", 128 * (64 + 4), 256 * (64 + 4)),
                                                 ("int4", 128 * 2 * (16 + 2), 256 * (64 + 4))])
def test_quantized_matrices(tmp_path, scheme, layer, head):
    """Those of the layers in the scheme and the head in int8; embeddings and whatever is no matrix as they are."""
    tensors = {"model.embed_tokens.weight": ("F32", [256, 64]), "model.layers.0.mlp.up_proj.weight": ("F32", [128, 64]),
               "model.norm.weight": ("F32", [64])}
    kept = 2 * (256 * 64 + 64)
    for name, changes in (("tied", {"tie_word_embeddings": True}), ("own", {})):
        more = {} if changes else {"lm_head.weight": ("F32", [256, 64])}
        folder = make_folder(tmp_path / name, tensors | more, **changes)
        assert weights_bytes(folder, ModelSpec.read(folder), "bfloat16", scheme) == kept + layer + head


def test_quantized_old_weights_are_estimated(folder, spec):
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(bytes(200_000))
    sizes = [weights_bytes(folder, spec, "bfloat16", scheme) for scheme in ("none", "int8", "int4")]
    assert sizes[0] == 200_000 > sizes[1] > sizes[2] > 0


def test_shards_add_up_and_a_second_layout_does_not_count(folder, spec):
    (folder / "model.safetensors").unlink()
    write_header(folder / "model-00001-of-00002.safetensors", {"a": ("BF16", [100])})
    write_header(folder / "model-00002-of-00002.safetensors", {"b": ("BF16", [10])})
    write_header(folder / "consolidated.safetensors", {"z": ("BF16", [110])})
    assert weights_bytes(folder, spec, "bfloat16") == 220


def test_old_weights_are_as_large_as_their_files(folder, spec):
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(bytes(1000))
    (folder / "training_args.bin").write_bytes(bytes(50))
    assert weights_bytes(folder, spec, "float32") == 2000


def test_a_folder_without_weights(folder, spec):
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="holds no weights"):
        weights_bytes(folder, spec, "float32")


@pytest.mark.parametrize("content", [
    b"", b"\0" * 7, struct.pack("<Q", 1 << 62), struct.pack("<Q", 4) + b"{", struct.pack("<Q", 4) + b"nope",
    struct.pack("<Q", 2) + b"[]",
    struct.pack("<Q", 12) + b'{"a":{"b":0}', struct.pack("<Q", 40) + b'{"a":{"dtype":"F32","data_offsets":[0]}}',
    struct.pack("<Q", 8000) + b"[" * 8000,
])
def test_a_broken_header_is_a_model_error(folder, spec, content):
    (folder / "model.safetensors").write_bytes(content)
    with pytest.raises(ModelError, match="safetensors"):
        weights_bytes(folder, spec, "float32")


def test_a_header_is_read_without_its_note(folder):
    assert set(read_header(folder / "model.safetensors")) == {"a", "b", "c"}


def test_blocks():
    assert [blocks_for(n, 16) for n in (1, 16, 17)] == [1, 1, 2]


def test_blocks_on_more_ranks_than_heads_are_copies(spec):
    one = block_bytes(spec, 16, "bfloat16", 1)
    assert one == 2 * 2 * 2 * 16 * 16 * 2                   # K and V, layers, heads, dimensions, positions, bytes
    assert block_bytes(spec, 16, "float32", 2) == 2 * one and block_bytes(spec, 16, "bfloat16", 4) == 2 * one


def test_the_runner_counts_a_block_as_we_do(spec):
    """It holds what the plan promises."""
    for ranks in (1, 2, 4):
        assert kv_block_bytes(spec, 16, "bfloat16", ranks) * ranks == block_bytes(spec, 16, "bfloat16", ranks)


def test_a_step_grows_with_its_tokens_and_rows(spec):
    small = activation_bytes(spec, 16, 4, "float32")
    assert activation_bytes(spec, 32, 4, "float32") > small and activation_bytes(spec, 16, 8, "float32") > small
    assert activation_bytes(spec, 16, 1000, "float32") == activation_bytes(spec, 16, 16, "float32")


def test_a_token_costs_two_operations_a_parameter_and_its_context(spec):
    parameters = 2 * (2 * 64 * 16 * (4 + 2) + 3 * 64 * 128)
    assert flops_per_token(spec, 0) == 2 * parameters
    assert flops_per_token(spec, 100) == 2 * parameters + 4 * 2 * 4 * 16 * 50


def test_speed_grows_with_cores_and_instructions(spec):
    plain, wide = Speed.of(machine(isa="plain"), 1), Speed.of(machine(isa="avx512"), 4)
    assert wide.flops == 32 * plain.flops and wide.bandwidth == 4 * plain.bandwidth
    assert Speed.of(machine(), 1000).bandwidth == Speed.of(machine(), 500).bandwidth
    assert wide.tokens_within(1.0, spec, 0) > plain.tokens_within(1.0, spec, 0) > 0
