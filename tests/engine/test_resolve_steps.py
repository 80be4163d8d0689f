"""Options -> Plan: where the model runs and in what steps. Device, ranks, dtype, length, rows and tokens of a step."""
import dataclasses

import pytest

from quire.core.errors import ConfigError, DeviceError, DoesNotFit
from quire.core.model_spec import ModelSpec
from quire.core.settings import options_from_keywords
from quire.engine.resolve import resolve
from quire.engine.sizing import Speed, flops_per_token
from tests.engine.folders import GPU, machine, make_folder
from tests.engine.test_resolve import PER_BLOCK, plan_of, refused

# ---- device, ranks, dtype

def test_devices(folder):
    assert plan_of(folder).device == "cpu" and "no GPU driver" in plan_of(folder).reasons["device"].text
    gpu = machine(cuda=(GPU,), cuda_reason="")
    assert plan_of(folder, gpu).device == "cuda" and "a GPU" in plan_of(folder, gpu).reasons["device"].text
    assert plan_of(folder, gpu, device="cpu").device == "cpu"
    assert "quire doctor" in refused(DeviceError, folder, device="cuda")


def test_ranks(folder):
    plan = plan_of(folder, tensor_parallel_size=4)
    assert plan.tensor_parallel_size == 4 and plan.num_threads == 1
    assert "does not divide 4 attention heads" in refused(ConfigError, folder, tensor_parallel_size=3)
    odd = make_folder(folder.parent / "odd", hidden_size=192, intermediate_size=192, num_attention_heads=12,
                      num_key_value_heads=4)
    assert plan_of(odd, tensor_parallel_size=4).tensor_parallel_size == 4
    assert "4 of K and V" in refused(ConfigError, odd, tensor_parallel_size=3)
    assert "there are 1" in refused(DeviceError, folder, machine(cuda=(GPU,)), tensor_parallel_size=2)


@pytest.mark.parametrize(("asked", "ranks", "runs"), [(3, 1, 3), (8, 1, 8), (9, 1, 8), (5, 2, 4), (64, 4, 2)])
def test_no_more_threads_than_can_run(folder, asked, ranks, runs):
    """The machine has 4 cores, 8 threads."""
    plan = plan_of(folder, num_threads=asked, tensor_parallel_size=ranks)
    assert plan.num_threads == runs
    assert any(f"--num-threads {asked}" in notice for notice in plan.notices) is (asked != runs)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_the_checkpoints_dtype_is_kept_on_cpu(tmp_path, dtype):
    plan = plan_of(make_folder(tmp_path / "d", dtype=dtype))
    assert (plan.dtype, plan.kv_dtype, plan.reasons["dtype"].source) == (dtype, dtype, "derived")


@pytest.mark.parametrize(("asked", "kept"),
                         [(None, "bfloat16"), ("auto", "bfloat16"), ("int8", "int8"), ("half", "float16")])
def test_what_the_kv_cache_holds(folder, asked, kept):
    plan = plan_of(folder, num_kv_blocks=64, **({} if asked is None else {"kv_cache_dtype": asked}))
    assert plan.kv_dtype == kept and plan.dtype == "bfloat16"
    assert plan.reasons["kv_dtype"].source == ("derived" if asked in (None, "auto") else "flag")
    row = 16 + 4 if kept == "int8" else 32          # bytes of a position and head, with its scale
    assert plan.kv_bytes == 64 * PER_BLOCK // 32 * row


@pytest.mark.parametrize(("asked", "dtype"),
                         [("half", "float16"), ("float", "float32"), ("auto", "bfloat16"), ("bfloat16", "bfloat16")])
def test_a_dtype_that_is_asked_for(folder, asked, dtype):
    assert plan_of(folder, dtype=asked).dtype == dtype


def test_an_old_device_has_no_bfloat16(folder):
    old = machine(cuda=(dataclasses.replace(GPU, capability=(7, 5)),))
    assert plan_of(folder, old).dtype == "float16" and "bfloat16" in plan_of(folder, old).reasons["dtype"].text
    assert "float16" in refused(DeviceError, folder, old, dtype="bfloat16")


# ---- length

def test_the_models_length_is_the_default(folder):
    plan = plan_of(folder)
    assert plan.max_model_len == 512 and plan.notices == () and plan.reasons["max_model_len"].source == "derived"


def test_a_shorter_length_is_taken(folder):
    plan = plan_of(folder, max_model_len=100)
    assert plan.max_model_len == 100 and plan.reasons["max_model_len"].source == "flag"


def test_a_longer_length_than_the_models_is_refused_unless_forced(folder):
    assert "QUIRE_ALLOW_LONG_MAX_MODEL_LEN=1" in refused(ConfigError, folder, max_model_len=1000)
    plan = plan_of(folder, max_model_len=1000, allow_long_max_model_len=True)
    assert plan.max_model_len == 1000 and "512" in plan.notices[0]
    for name in ("QUIRE_ALLOW_LONG_MAX_MODEL_LEN", "VLLM_ALLOW_LONG_MAX_MODEL_LEN"):
        options = options_from_keywords({"model": str(folder), "max_model_len": 1000}, {name: "1"})
        assert resolve(options, machine()).max_model_len == 1000


def test_learned_positions_end_where_they_end(tmp_path):
    folder = make_folder(tmp_path / "opt", architectures=["OPTForCausalLM"], ffn_dim=128, activation_function="relu")
    assert "QUIRE_ALLOW" not in refused(ConfigError, folder, max_model_len=1000, allow_long_max_model_len=True)


def test_attention_windows_of_some_layers_bound_the_length(tmp_path):
    everywhere = make_folder(tmp_path / "m", architectures=["MistralForCausalLM"], sliding_window=128)
    assert plan_of(everywhere).max_model_len == 512
    folder = make_folder(tmp_path / "w", architectures=["Qwen2ForCausalLM"], use_sliding_window=True, sliding_window=128)
    assert plan_of(folder).max_model_len == 128 and "window" in plan_of(folder).reasons["max_model_len"].text
    assert "window" in refused(ConfigError, folder, max_model_len=200, allow_long_max_model_len=True)


def test_rotary_scaling_is_in_the_reason(tmp_path):
    folder = make_folder(tmp_path / "r", rope_scaling={"rope_type": "dynamic", "factor": 4.0})
    plan = plan_of(folder)
    assert plan.max_model_len == 2048 and "fixed once" in plan.reasons["max_model_len"].text


def test_a_length_that_does_not_fit_is_shortened_with_a_line(folder):
    plan = plan_of(folder, num_kv_blocks=10)
    assert plan.max_model_len == 160 == plan.num_blocks * plan.block_size
    assert len(plan.notices) == 1 and "160" in plan.notices[0] and "512" in plan.notices[0]


def test_a_length_that_was_asked_for_is_never_shortened(folder):
    said = refused(DoesNotFit, folder, num_kv_blocks=10, max_model_len=512)
    assert "512" in said and "--kv-memory" in said and "160" in said


def test_auto_may_be_shortened(folder):
    assert plan_of(folder, num_kv_blocks=10, max_model_len="auto").max_model_len == 160


# ---- rows and tokens of a step

def test_a_small_model_runs_many_rows(folder):
    plan = plan_of(folder)
    assert plan.max_num_seqs == 256 and plan.max_num_batched_tokens >= 256 and plan.chunk == plan.max_num_batched_tokens


def test_a_step_of_a_large_model_on_a_slow_cpu_is_short(big, folder):
    plan = plan_of(big, machine(available_memory=32 << 30))
    assert 16 <= plan.max_num_batched_tokens < 256 and plan.max_num_seqs <= plan.max_num_batched_tokens
    assert "avx2" in plan.reasons["max_num_batched_tokens"].text
    fast = plan_of(big, machine(cores=64, isa="avx512", available_memory=32 << 30))
    assert fast.max_num_batched_tokens > plan.max_num_batched_tokens


def test_the_prediction_keeps_a_step_within_half_a_second(folder):
    """Unless reading the weights takes longer, or the step is already as short as one may be."""
    for cores in (1, 4):
        slow = machine(cores=cores, ghz=2.0, isa="plain")
        config = {"hidden_size": 512, "intermediate_size": 2048, "num_hidden_layers": 8, "num_attention_heads": 8,
                  "num_key_value_heads": 8}
        made = make_folder(folder.parent / f"mid{cores}", **config)
        plan = plan_of(made, slow)
        token_seconds = flops_per_token(ModelSpec.read(made), plan.max_model_len) / Speed.of(slow, cores).flops
        assert plan.max_num_batched_tokens * token_seconds <= 0.5 < (plan.max_num_batched_tokens + 16) * token_seconds


def test_a_step_that_reading_the_weights_bounds_says_so(big):
    slow = machine(isa="plain", cores=1, ghz=2.0, available_memory=32 << 30)
    assert "whatever it holds" in plan_of(big, slow).reasons["max_num_batched_tokens"].text
    fast = machine(isa="avx512", cores=64, available_memory=32 << 30)
    assert "whatever" not in plan_of(big, fast).reasons["max_num_batched_tokens"].text


def test_rows_and_tokens_agree(folder):
    assert plan_of(folder, max_num_batched_tokens=64).max_num_seqs == 64
    assert plan_of(folder, max_num_seqs=300).max_num_batched_tokens >= 300
    assert plan_of(folder, max_num_seqs=2).max_num_batched_tokens == 2 * 512
    both = plan_of(folder, max_num_seqs=8, max_num_batched_tokens=8)
    assert (both.max_num_seqs, both.max_num_batched_tokens) == (8, 8)
    assert "one token of each request" in refused(ConfigError, folder, max_num_seqs=9, max_num_batched_tokens=8)


def test_rows_of_a_slow_cpu_may_exceed_its_tokens_if_asked(big):
    plan = plan_of(big, machine(available_memory=64 << 30), max_num_seqs=200, kv_memory="4GiB")
    assert plan.max_num_seqs == 200 == plan.max_num_batched_tokens


def test_a_share_of_a_step(folder):
    assert plan_of(folder, long_prefill_token_threshold=64).chunk == 64
    assert plan_of(folder, long_prefill_token_threshold=10 ** 6).chunk == plan_of(folder).max_num_batched_tokens
    assert plan_of(folder, long_prefill_token_threshold=0).chunk == plan_of(folder).max_num_batched_tokens


def test_a_large_device_takes_longer_steps(folder):
    assert plan_of(folder, machine(cuda=(GPU,))).max_num_batched_tokens == 8192
    small = dataclasses.replace(GPU, total=24 << 30, free=23 << 30)
    assert plan_of(folder, machine(cuda=(small,))).max_num_batched_tokens == 2048
