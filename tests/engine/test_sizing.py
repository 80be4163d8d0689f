"""How long a step takes, from numbers."""
import pytest

from quire.core.errors import ModelError
from quire.core.model_spec import ModelSpec
from quire.engine.sizing import Speed, blocks_for, check_weights, flops_per_token
from tests.engine.folders import machine, make_folder


@pytest.fixture
def folder(tmp_path):
    return make_folder(tmp_path / "m")


@pytest.fixture
def spec(folder):
    return ModelSpec.read(folder)


@pytest.mark.parametrize("name", ["model-00001-of-00002.safetensors", "pytorch_model.bin"])
def test_a_folder_with_weights(folder, name):
    check_weights(folder)
    (folder / "model.safetensors").rename(folder / name)
    check_weights(folder)


def test_a_folder_without_weights(folder):
    (folder / "model.safetensors").unlink()
    (folder / "training_args.bin").write_bytes(bytes(50))
    with pytest.raises(ModelError, match="holds no weights"):
        check_weights(folder)


def test_blocks():
    assert [blocks_for(n, 16) for n in (1, 16, 17)] == [1, 1, 2]


def test_a_token_costs_two_operations_a_parameter_and_its_context(spec):
    parameters = 2 * (2 * 64 * 16 * (4 + 2) + 3 * 64 * 128)
    assert flops_per_token(spec, 0) == 2 * parameters
    assert flops_per_token(spec, 100) == 2 * parameters + 4 * 2 * 4 * 16 * 50


def test_speed_grows_with_cores_and_instructions(spec):
    plain, wide = Speed.of(machine(isa="plain"), 1), Speed.of(machine(isa="avx512"), 4)
    assert wide.flops == 32 * plain.flops and wide.bandwidth == 4 * plain.bandwidth
    assert Speed.of(machine(), 1000).bandwidth == Speed.of(machine(), 500).bandwidth
    assert wide.tokens_within(1.0, spec, 0) > plain.tokens_within(1.0, spec, 0) > 0


def test_narrow_numbers_are_faster_where_the_machine_multiplies_them() -> None:
    has = machine(isa="avx512", extensions=("avx512_bf16", "avx512_vnni"))
    has_not = machine(isa="avx512", extensions=())
    base = Speed.of(has_not, 2).flops
    assert Speed.of(has, 2, "float32").flops == Speed.of(has_not, 2, "bfloat16").flops == base
    assert Speed.of(has, 2, "bfloat16").flops == 2 * base
    assert Speed.of(has, 2, "bfloat16", "int8").flops == Speed.of(has, 2, "float32", "int4").flops == 4 * base


@pytest.mark.parametrize("extension", ["avx512_bf16", "avx512_vnni"])
def test_products_of_bytes_need_both_extensions(extension: str) -> None:
    one, none = (Speed.of(machine(isa="avx512", extensions=e), 2, "float32", "int8").flops for e in ((extension,), ()))
    assert one == none
