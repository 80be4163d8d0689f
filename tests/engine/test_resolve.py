"""Options -> Plan: each choice, its reason, and each refusal. Where and in what steps it runs: test_resolve_steps.py."""
import dataclasses
import json
import re

import pytest

from quire.core.errors import ConfigError, DoesNotFit, ModelError
from quire.core.hub import Located
from quire.core.options import OPTIONS
from quire.core.plan import SOURCES, Plan
from quire.core.settings import options_from_flags, options_from_keywords
from quire.engine.resolve import resolve
from tests.engine.folders import GPU, machine, make_folder


def plan_of(folder, on=None, **asked) -> Plan:
    return resolve(options_from_keywords({"model": str(folder), **asked}, {}), on or machine())


def refused(error, folder, on=None, **asked) -> str:
    with pytest.raises(error) as caught:
        plan_of(folder, on, **asked)
    assert "\n" not in caught.value.message and len(caught.value.message) < 700
    return caught.value.message


# ---- the whole

def test_every_field_is_set_and_every_choice_has_a_reason(folder):
    plan = plan_of(folder)
    for field in dataclasses.fields(Plan):
        assert getattr(plan, field.name) is not None, field.name
    chosen = {f.name for f in dataclasses.fields(Plan)} - {
        "model_folder", "is_bundled", "weights_bytes", "kv_bytes", "activation_bytes", "free_bytes", "notices",
        "reasons"}
    assert set(plan.reasons) == chosen
    assert all(r.source in SOURCES for r in plan.reasons.values())
    assert Plan.from_wire(json.loads(json.dumps(plan.to_wire()))) == plan


# What each option must change; one that changes nothing would be accepted and ignored.
CHANGES = {
    "served_model_name": ["x"], "dtype": "float32", "quantization": "int8", "chat_template": "{{ messages }}",
    "default_chat_template_kwargs": {"a": 1},
    "generation_config": "quire", "override_generation_config": {"temperature": 0.1}, "seed": 7, "max_logprobs": 3,
    "device": "cpu",
    "tensor_parallel_size": 2, "num_threads": 3, "enforce_eager": True, "max_model_len": 100, "kv_memory": 1 << 20,
    "gpu_memory_utilization": 0.1, "num_kv_blocks": 40, "block_size": 32, "kv_cache_dtype": "int8",
    "enable_prefix_caching": False,
    "max_num_seqs": 3,
    "max_num_batched_tokens": 300, "long_prefill_token_threshold": 5, "watermark": 0.5, "depth": 2,
    "scheduling_policy": "priority",
    "max_queue": 9, "host": "0.0.0.0", "port": 1, "uds": "/run/quire", "api_key": ["k"], "guard_metrics": True,
    "root_path": "/x",
    "allowed_origins": ["https://a"], "allowed_methods": ["GET"], "allowed_headers": ["X-A"], "allow_credentials": True,
    "tool_call_parser": "hermes", "reasoning_parser": "qwen3", "enable_auto_tool_choice": False,
    "exclude_tools_when_tool_choice_none": True,
    "strict": True,
    "single_process": True, "request_seconds": 2.0, "drain_seconds": 1.0, "log_level": "debug", "log_requests": True,
    "disable_log_stats": True,
}
ELSEWHERE = {"model", "revision", "tokenizer", "tokenizer_revision", "download_dir", "hf_token",
             "allow_long_max_model_len"}     # tests of their own


def test_every_option_is_tested():
    assert set(CHANGES) | ELSEWHERE == set(OPTIONS)


@pytest.mark.parametrize("name", CHANGES)
def test_an_option_is_honoured_and_its_source_recorded(folder, name):
    (folder / "generation_config.json").write_text('{"temperature": 0.6}')
    small = machine(available_memory=200 << 20)
    before, after = plan_of(folder, small), plan_of(folder, small, **{name: CHANGES[name]})
    differ = {f.name for f in dataclasses.fields(Plan) if getattr(before, f.name) != getattr(after, f.name)}
    differ |= {n for n in before.reasons if before.reasons[n].source != after.reasons[n].source}
    assert differ - {"reasons"}
    assert any(after.reasons[n].source == "flag" for n in differ if n in after.reasons)


# ---- how answers are read

def test_parsers_are_found_in_the_chat_template(folder):
    plan = plan_of(folder)
    assert (plan.tool_call_parser, plan.reasoning_parser) == ("", "")
    (folder / "chat_template.jinja").write_text("<tool_call> {{ tools }} </think>")
    plan = plan_of(folder)
    assert (plan.tool_call_parser, plan.reasoning_parser) == ("hermes", "qwen3")
    assert "hermes" in plan.reasons["tool_call_parser"].text and plan.reasons["reasoning_parser"].source == "derived"
    other = plan_of(folder, chat_template="{{ messages }} [TOOL_CALLS] [THINK]")         # the one that is used
    assert (other.tool_call_parser, other.reasoning_parser) == ("mistral", "mistral")


def test_parsers_that_are_named_win(folder):
    (folder / "chat_template.jinja").write_text("<tool_call> {{ tools }} </think>")
    plan = plan_of(folder, tool_call_parser="llama3_json", reasoning_parser="none")
    assert (plan.tool_call_parser, plan.reasoning_parser) == ("llama3_json", "")
    assert plan.reasons["reasoning_parser"].source == "flag"
    assert plan_of(folder, tool_call_parser="auto").tool_call_parser == "hermes"


def test_a_parser_that_nobody_knows_is_refused(folder):
    assert "hermes" in refused(ConfigError, folder, tool_call_parser="Hermes")
    assert "qwen3" in refused(ConfigError, folder, reasoning_parser="r1")


def test_auto_tool_choice_needs_a_parser_where_it_is_asked_for(folder):
    assert "--tool-call-parser" in refused(ConfigError, folder, enable_auto_tool_choice=True)
    assert plan_of(folder, enable_auto_tool_choice=True, tool_call_parser="hermes").enable_auto_tool_choice
    assert plan_of(folder).enable_auto_tool_choice
    assert not plan_of(folder, enable_auto_tool_choice=False).enable_auto_tool_choice


@pytest.mark.parametrize("source", ["flag", "env", "file"])
def test_the_reason_says_where_a_value_comes_from(folder, source, tmp_path):
    (tmp_path / "c.yaml").write_text("seed: 5" if source == "file" else "{}")
    arguments = [str(folder), "--config", str(tmp_path / "c.yaml"), *(["--seed", "5"] if source == "flag" else [])]
    options, _ = options_from_flags(arguments, {"QUIRE_SEED": "5"} if source == "env" else {})
    plan = resolve(options, machine())
    assert plan.seed == 5 and plan.reasons["seed"].source == source


# ---- model

def test_names(folder):
    assert plan_of(folder).served_names == (str(folder),) and plan_of(folder).model == str(folder)
    plan = plan_of(folder, served_model_name=["a", "b"])
    assert plan.served_names == ("a", "b") and plan.model_folder == folder


@pytest.mark.parametrize(("asked", "fetched"), [
    ({"tokenizer": "o/t"}, ("o/t", None)),
    ({"tokenizer": "o/t", "tokenizer_revision": "v2"}, ("o/t", "v2")),
    ({"tokenizer": "o/t", "tokenizer_revision": "v1"}, ("o/t", "v1")),
    ({"tokenizer_revision": "v2"}, ("o/m", "v2")),
    ({"tokenizer_revision": "v1"}, None), ({}, None),                  # what was fetched with the model already
])
def test_what_locating_is_told(folder, asked, fetched):
    calls = []

    def locate(name, **rest):
        calls.append((name, rest))
        return Located(str(name), folder, notices=("a line of the hub",))

    common = {"download_dir": "d", "token": "t"}
    options = options_from_keywords({"model": "o/m", "revision": "v1", "download_dir": "d", "hf_token": "t", **asked}, {})
    plan = resolve(options, machine(), locate)
    assert calls[0] == ("o/m", {"revision": "v1", **common})
    assert [(name, rest.pop("revision")) for name, rest in calls[1:]] == [fetched] * bool(fetched)
    assert all(rest == {**common, "needs_weights": False} for _, rest in calls[1:])
    assert plan.notices == ("a line of the hub",)
    assert plan.reasons["tokenizer_folder"].source == ("flag" if fetched else "derived")


def test_a_token_of_the_hub_is_not_in_the_plan(folder):
    assert "hf_secret" not in json.dumps(plan_of(folder, hf_token="hf_secret").to_wire())


def test_another_tokenizer(folder, tmp_path):
    other = make_folder(tmp_path / "other")
    assert plan_of(folder).tokenizer_folder == folder
    assert plan_of(folder, tokenizer=str(other)).tokenizer_folder == other
    assert plan_of(folder, tokenizer=str(other)).notices == ()


def test_a_folder_has_no_revisions_and_that_is_said(folder):
    assert "v1 is not used" in plan_of(folder, revision="v1").notices[0]
    assert "v2 is not used" in plan_of(folder, tokenizer_revision="v2").notices[0]


def test_a_quantized_checkpoint_is_refused(tmp_path):
    folder = make_folder(tmp_path / "q", quantization_config={"quant_method": "awq"})
    for asked in ({}, {"quantization": "int8"}):
        assert "awq" in refused(ModelError, folder, **asked)


@pytest.mark.parametrize("scheme, bits", [("int8", "the layers in 8 bits"), ("int4", "4 bits in groups of 32")])
def test_a_plain_checkpoint_is_quantized_when_asked_for(tmp_path, scheme, bits):
    shapes = {"model.embed_tokens.weight": ("BF16", [256, 64]), "model.layers.0.mlp.up_proj.weight": ("BF16", [128, 64])}
    folder = make_folder(tmp_path / "m", shapes)
    plan, plain = plan_of(folder, quantization=scheme), plan_of(folder)
    assert (plan.quantization, plain.quantization, plan.dtype) == (scheme, "none", "bfloat16")
    source, text = plan.reasons["quantization"]
    assert source == "flag" and bits in text and "embedding, norms and biases in bfloat16" in text and "saves" not in text
    assert plan.weights_bytes < plain.weights_bytes
    assert "saves memory, not time" in plan_of(folder, machine(cuda=(GPU,)), quantization=scheme).reasons["quantization"].text


def test_templates(folder, tmp_path):
    file = tmp_path / "chat.jinja"
    file.write_text("from a file")
    assert plan_of(folder).chat_template == ""
    assert plan_of(folder, chat_template=str(file)).chat_template == "from a file"
    assert plan_of(folder, chat_template="{% if x %}" + "y" * 5000).chat_template.startswith("{%")
    assert "no such file" in refused(ConfigError, folder, chat_template="missing.jinja")


def test_sampling_defaults(folder, tmp_path):
    (folder / "generation_config.json").write_text('{"temperature": 0.6, "top_k": 20, "eos_token_id": 2, "do_sample": '
                                                   'true, "top_p": null}')
    assert plan_of(folder).generation_defaults == {"temperature": 0.6, "top_k": 20}
    assert plan_of(folder, generation_config="quire").generation_defaults == {}
    mixed = plan_of(folder, override_generation_config={"top_k": 5}).generation_defaults
    assert mixed == {"temperature": 0.6, "top_k": 5}
    other = tmp_path / "other"
    other.mkdir()
    (other / "generation_config.json").write_text('{"temperature": 1.5}')
    assert plan_of(folder, generation_config=str(other)).generation_defaults == {"temperature": 1.5}
    assert "no generation_config.json" in refused(ConfigError, folder, generation_config=str(tmp_path / "nowhere"))


@pytest.mark.parametrize("values",
                         [{"temperature": 3}, {"temperature": "x"}, {"top_p": True}, {"colour": 1}, {"min_p": -0.1}])
def test_sampling_defaults_that_cannot_be(folder, values):
    assert "--override-generation-config" in refused(ConfigError, folder, override_generation_config=values)


@pytest.mark.parametrize("content", ["{", "[]", '{"temperature": "hot"}'])
def test_a_broken_file_of_sampling_defaults(folder, content):
    (folder / "generation_config.json").write_text(content)
    with pytest.raises((ConfigError, ModelError), match=r"generation_config\.json"):
        plan_of(folder)


def test_all_logprobs_are_the_vocabulary(folder):
    assert plan_of(folder, max_logprobs=-1).max_logprobs == 256


# ---- memory

PER_BLOCK = 2 * 2 * 2 * 16 * 16 * 2


def test_kv_on_cpu_is_what_the_rows_can_use(folder):
    plan = plan_of(folder, max_num_seqs=4)
    assert plan.num_blocks == 4 * 512 // 16 and "4 requests of 512 tokens" in plan.reasons["num_blocks"].text
    assert plan.kv_bytes == plan.num_blocks * PER_BLOCK


def test_kv_on_cpu_is_at_most_30_percent_of_what_is_available(folder):
    available = 64 << 20
    plan = plan_of(folder, machine(available_memory=available), max_num_batched_tokens=256)
    assert plan.num_blocks == int(available * 0.3) // PER_BLOCK and "30%" in plan.reasons["num_blocks"].text
    assert plan.free_bytes == available


def test_a_share_of_memory_that_is_asked_for_is_honoured_on_cpu(folder):
    available = 200 << 20
    plan = plan_of(folder, machine(available_memory=available), gpu_memory_utilization=0.1, max_num_batched_tokens=256)
    used = plan.weights_bytes + plan.activation_bytes + plan.kv_bytes
    assert available * 0.1 - PER_BLOCK < used <= available * 0.1
    more = plan_of(folder, machine(available_memory=available), gpu_memory_utilization=0.9, max_num_batched_tokens=256)
    assert more.num_blocks > plan.num_blocks


@pytest.mark.parametrize("share", [0.3, 0.8, 0.9, 0.95, 1.0])
def test_a_share_of_a_device_is_never_exceeded(folder, share):
    device = dataclasses.replace(GPU, free=70 << 30)
    plan = plan_of(folder, machine(cuda=(device,)), gpu_memory_utilization=share)
    used = plan.weights_bytes + plan.activation_bytes + plan.kv_bytes + (device.total - device.free)
    assert device.total * share - PER_BLOCK < used <= device.total * share


def test_a_devices_share_is_nine_tenths_by_default(folder):
    on = machine(cuda=(GPU,))
    assert plan_of(folder, on).num_blocks == plan_of(folder, on, gpu_memory_utilization=0.9).num_blocks


def test_two_devices_hold_twice_as_much(folder):
    on = machine(cuda=(GPU, GPU))
    one, two = plan_of(folder, on), plan_of(folder, on, tensor_parallel_size=2)
    assert 1.9 < two.num_blocks / one.num_blocks < 2.1


def test_absolute_kv_memory(folder):
    plan = plan_of(folder, kv_memory="4MiB")
    assert plan.num_blocks == (4 << 20) // PER_BLOCK and plan.reasons["num_blocks"].source == "flag"
    said = refused(DoesNotFit, folder, kv_memory="100GiB")
    assert "100.0 GiB" in said and "--max-model-len" in said
    refused(DoesNotFit, folder, kv_memory=10)


@pytest.mark.parametrize("asked", [{}, {"kv_memory": "100GiB"}, {"num_kv_blocks": 10 ** 9},
                                   {"num_kv_blocks": 10, "max_model_len": 512}])
def test_what_does_not_fit_names_all_that_can_be_turned(folder, asked):
    said = refused(DoesNotFit, folder, *([] if asked else [machine(available_memory=1 << 20)]), **asked)
    for knob in ("--gpu-memory-utilization", "--max-model-len", "--quantization", "--max-num-seqs", "--kv-memory"):
        assert knob in said


def test_a_model_that_does_not_fit(big, folder):
    said = refused(DoesNotFit, big, machine(available_memory=1 << 30))
    assert "does not fit" in said and "--gpu-memory-utilization" in said and "15.0 GiB" in said
    refused(DoesNotFit, folder, machine(cuda=(dataclasses.replace(GPU, free=1 << 20),)))


def test_blocks_that_do_not_fit(folder):
    assert "--num-kv-blocks" in refused(DoesNotFit, folder, num_kv_blocks=10 ** 9)


def test_block_sizes(folder):
    assert plan_of(folder, block_size=32).block_size == 32
    assert "--block-size 24" in refused(ConfigError, folder, block_size=24)


def test_the_watermark_is_in_blocks(folder):
    assert plan_of(folder, num_kv_blocks=1000).watermark == 10
    assert plan_of(folder, num_kv_blocks=1000, watermark=0.25).watermark == 250
    assert plan_of(folder, num_kv_blocks=1000, watermark=0).watermark == 0
    assert plan_of(folder, num_kv_blocks=40).watermark == 0


# ---- server

@pytest.mark.parametrize(("asked", "word"), [
    ({"uds": "/s", "port": 1}, "--uds"), ({"uds": "/s", "host": "h"}, "--uds"),
    ({"allow_credentials": True, "allowed_origins": ["*"]}, "origins"),
    ({"host": ""}, "--host"),
])
def test_combinations_that_cannot_be(folder, asked, word):
    assert word in refused(ConfigError, folder, **asked)


def test_defaults_of_the_server(folder):
    plan = plan_of(folder)
    assert (plan.host, plan.port, plan.drain_seconds, plan.api_keys, plan.depth) == ("127.0.0.1", 8000, 25.0, (), 1)


def test_notices_of_spellings_come_along(folder):
    assert re.search("swap", plan_of(folder, swap_space=4).notices[0])
