"""config.json as published checkpoints have it, in both spellings, and as nobody should have it."""
import json
from pathlib import Path
from typing import Any

import pytest

from quire.core.errors import ModelError
from quire.core.model_spec import ARCHITECTURES, ModelSpec
from quire.models.table import TABLE

LLAMA: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"], "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32,
    "intermediate_size": 11008, "vocab_size": 32000, "max_position_embeddings": 4096, "rms_norm_eps": 1e-5,
    "torch_dtype": "float16", "bos_token_id": 1, "eos_token_id": 2}
LLAMA31 = LLAMA | {
    "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 128256, "max_position_embeddings": 131072,
    "rope_theta": 500000.0, "torch_dtype": "bfloat16", "eos_token_id": [128001, 128008, 128009], "rope_scaling": {
        "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192,
        "rope_type": "llama3"}}
MISTRAL = LLAMA | {"architectures": ["MistralForCausalLM"], "num_key_value_heads": 8, "max_position_embeddings": 32768}
QWEN2 = LLAMA | {"architectures": ["Qwen2ForCausalLM"], "num_key_value_heads": 8, "rope_theta": 1000000.0,
                 "use_sliding_window": False, "sliding_window": 131072, "max_position_embeddings": 32768}
QWEN3 = LLAMA | {"architectures": ["Qwen3ForCausalLM"], "num_key_value_heads": 8, "head_dim": 128, "hidden_size": 2560,
                 "attention_bias": False, "tie_word_embeddings": True, "max_position_embeddings": 262144}
OPT350M: dict[str, Any] = {
    "architectures": ["OPTForCausalLM"], "hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16,
    "ffn_dim": 4096, "vocab_size": 50272, "max_position_embeddings": 2048, "do_layer_norm_before": False,
    "word_embed_proj_dim": 512, "activation_function": "relu", "torch_dtype": "float16",
    "_remove_final_layer_norm": False,
    "bos_token_id": 2, "eos_token_id": 2, "prefix": "</s>"}


def read(folder: Path, config: Any, generation: Any = None) -> ModelSpec:
    (folder / "config.json").write_text(config if isinstance(config, str) else json.dumps(config))
    if generation is not None:
        (folder / "generation_config.json").write_text(json.dumps(generation))
    return ModelSpec.read(folder)


def test_every_architecture_has_a_model() -> None:
    assert set(ARCHITECTURES) == set(TABLE)


def test_llama2(tmp_path: Path) -> None:
    spec = read(tmp_path, LLAMA)
    assert (spec.heads, spec.kv_heads, spec.head_dim, spec.inner, spec.vocab) == (32, 32, 128, 11008, 32000)
    assert (spec.max_positions, spec.norm_eps, spec.dtype, spec.tie_embeddings) == (4096, 1e-5, "float16", False)
    assert spec.rope is not None and (spec.rope.theta, spec.rope.rotary_dim, spec.rope.kind) == (10000.0, 128, "none")
    assert not (spec.attention_bias or spec.out_bias or spec.mlp_bias or spec.qk_norm or spec.quantization)
    assert (spec.bos_id, spec.eos_ids) == (1, (2,))


def test_llama31(tmp_path: Path) -> None:
    spec = read(tmp_path, LLAMA31, {"eos_token_id": [128001, 128010]})
    assert spec.rope is not None and spec.rope.kind == "llama3" and spec.kv_heads == 8
    assert (spec.rope.factor, spec.rope.trained_positions, spec.rope.high_freq_factor) == (8.0, 8192, 4.0)
    assert spec.max_positions == 131072, "already counted in there"
    assert spec.eos_ids == (128001, 128008, 128009, 128010)


@pytest.mark.parametrize("scaling", [None, LLAMA31["rope_scaling"]])
def test_both_spellings_say_the_same(tmp_path: Path, scaling: Any) -> None:
    old = {**LLAMA31, "rope_scaling": scaling}
    new = {k: v for k, v in old.items() if k not in ("rope_theta", "rope_scaling", "torch_dtype")}
    new |= {"dtype": "bfloat16", "rope_parameters": {"rope_type": "default", **(scaling or {}), "rope_theta": 500000.0}}
    assert read(tmp_path, old) == read(tmp_path, new)


@pytest.mark.parametrize("changes, window", [
    ({}, 4096), ({"sliding_window": None}, None), ({"sliding_window": 64}, 64)])
def test_mistral_has_a_window_unless_it_is_null(tmp_path: Path, changes: Any, window: int | None) -> None:
    assert read(tmp_path, MISTRAL | changes).sliding_window == window


@pytest.mark.parametrize("is_used", [False, True])
def test_qwen2(tmp_path: Path, is_used: bool) -> None:
    spec = read(tmp_path, QWEN2 | {"use_sliding_window": is_used})
    assert spec.attention_bias and not spec.out_bias and not spec.qk_norm
    assert spec.sliding_window == (131072 if is_used else None)


def test_qwen3(tmp_path: Path) -> None:
    spec = read(tmp_path, QWEN3)
    assert spec.qk_norm and not spec.attention_bias and spec.head_dim == 128 and spec.tie_embeddings
    assert read(tmp_path, QWEN3 | {"attention_bias": True}).out_bias


def test_opt_350m(tmp_path: Path) -> None:
    spec = read(tmp_path, OPT350M)
    assert spec.rope is None and spec.position_offset == 2 and spec.word_embed_proj_dim == 512
    assert not spec.do_layer_norm_before and not spec.has_final_norm and spec.has_norm_weights
    assert spec.tie_embeddings and spec.attention_bias and spec.out_bias and spec.mlp_bias
    assert (spec.kv_heads, spec.inner, spec.activation, spec.max_positions) == (16, 4096, "relu", 2048)


def test_opt_norm_first(tmp_path: Path) -> None:
    spec = read(tmp_path, OPT350M | {"do_layer_norm_before": True, "word_embed_proj_dim": None})
    assert spec.has_final_norm and spec.word_embed_proj_dim == 1024
    assert not read(tmp_path, OPT350M | {"do_layer_norm_before": True, "_remove_final_layer_norm": True}).has_final_norm


@pytest.mark.parametrize("scaling, kind, positions", [
    ({"type": "linear", "factor": 4.0}, "linear", 16384),
    ({"rope_type": "dynamic", "factor": 2.0}, "dynamic", 8192),
    ({"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 2048}, "yarn", 8192),
    ({"rope_type": "yarn", "factor": 4.0}, "yarn", 16384),
    ({"rope_type": "yarn", "original_max_position_embeddings": 1024}, "yarn", 4096),
    ({"rope_type": "default"}, "none", 4096),
])
def test_rope_scaling_reaches(tmp_path: Path, scaling: Any, kind: str, positions: int) -> None:
    spec = read(tmp_path, LLAMA | {"rope_scaling": scaling})
    assert spec.rope is not None and spec.rope.kind == kind
    assert spec.max_positions == positions


@pytest.mark.parametrize("scaling, factor", [
    ({"factor": 4.0}, 1.1386294361119891), ({"factor": 0.5}, 1.0), ({"factor": 4.0, "attention_factor": 1.5}, 1.5),
    ({"factor": 40.0, "mscale": 0.707, "mscale_all_dim": 1.0}, 0.9210423553163399)])
def test_yarn_attention_factor(tmp_path: Path, scaling: Any, factor: float) -> None:
    spec = read(tmp_path, LLAMA | {"rope_scaling": {"rope_type": "yarn", **scaling}})
    assert spec.rope is not None and spec.rope.attention_factor == pytest.approx(factor, rel=1e-12)


def test_partial_rotary(tmp_path: Path) -> None:
    spec = read(tmp_path, LLAMA | {"partial_rotary_factor": 0.25})
    assert spec.rope is not None and spec.rope.rotary_dim == 32


@pytest.mark.parametrize("ids, expected", [(2, (2,)), ([2, 3, 2], (2, 3)), (None, ()), (-1, ())])
def test_eos_ids(tmp_path: Path, ids: Any, expected: tuple[int, ...]) -> None:
    assert read(tmp_path, LLAMA | {"eos_token_id": ids}).eos_ids == expected


@pytest.mark.parametrize("changes, key", [
    ({"hidden_size": None}, "hidden_size"), ({"hidden_size": "4096"}, "hidden_size"),
    ({"hidden_size": 4096.5}, "hidden_size"),
    ({"num_hidden_layers": 0}, "num_hidden_layers"), ({"num_hidden_layers": True}, "num_hidden_layers"),
    ({"vocab_size": 1 << 60}, "vocab_size"), ({"vocab_size": -5}, "vocab_size"),
    ({"num_attention_heads": 33}, "hidden_size"),
    ({"num_key_value_heads": 7}, "num_key_value_heads"), ({"head_dim": 127}, "head_dim"),
    ({"rms_norm_eps": float("nan")}, "rms_norm_eps"), ({"rms_norm_eps": float("inf")}, "rms_norm_eps"),
    ({"rope_theta": -1.0}, "rope_theta"), ({"rope_theta": 1}, "rope_theta"), ({"torch_dtype": "int8"}, "torch_dtype"),
    ({"tie_word_embeddings": "yes"}, "tie_word_embeddings"), ({"hidden_act": "gelu"}, "hidden_act"),
    ({"rope_scaling": "yarn"}, "rope_scaling"), ({"rope_scaling": {"type": "longrope"}}, "rope_scaling"),
    ({"rope_scaling": {"type": "linear"}}, "factor"), ({"rope_scaling": {"type": "linear", "factor": -2}}, "factor"),
    ({"rope_scaling": LLAMA31["rope_scaling"] | {"high_freq_factor": 1.0}}, "high_freq_factor"),
    ({"partial_rotary_factor": 2.0}, "partial_rotary_factor"), ({"eos_token_id": "</s>"}, "eos_token_id"),
    ({"quantization_config": "awq"}, "quantization_config"), ({"architectures": []}, "architectures"),
    ({"architectures": "LlamaForCausalLM"}, "architectures"), ({"architectures": ["GPT2LMHeadModel"]}, "architectures"),
])
def test_a_wrong_value_is_named(tmp_path: Path, changes: Any, key: str) -> None:
    with pytest.raises(ModelError) as caught:
        read(tmp_path, LLAMA | changes)
    assert key in caught.value.message and "config.json" in caught.value.message


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "7", '{"a": ' * 100_000, "\ufeff{}"])
def test_what_is_no_config_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ModelError, match=r"config\.json"):
        read(tmp_path, text)


def test_a_long_value_is_cut(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        read(tmp_path, LLAMA | {"hidden_act": "x" * 10_000})
    assert len(caught.value.message) < 400


def test_a_folder_without_config_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no config\.json"):
        ModelSpec.read(tmp_path)


def test_a_broken_generation_config_is_named(tmp_path: Path) -> None:
    (tmp_path / "generation_config.json").write_text("{")
    with pytest.raises(ModelError, match=r"generation_config\.json"):
        read(tmp_path, LLAMA)
