"""What deployment guides write on the command line, row by row: each is taken as it is meant, or refused in words."""
import json

import pytest

from quire.cli.main import main
from quire.core.errors import ConfigError
from quire.core.settings import options_from_keywords
from quire.engine.resolve import resolve
from tests.engine.folders import machine, make_folder

NAME = "org/model"


@pytest.fixture
def explain(tmp_path, monkeypatch, capsys):
    """explain reads what serve reads; it gives the Plan, and what was told beside it."""
    for variable in ("OMP_NUM_THREADS", "VLLM_API_KEY", "QUIRE_CONFIG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("quire.engine.resolve.Machine.probe", lambda **rest: machine())
    monkeypatch.chdir(tmp_path)
    make_folder(tmp_path / NAME, max_position_embeddings=8192)

    def call(*arguments, model=(NAME,)):
        code = main(["explain", *model, *arguments, "--json"])
        out, err = capsys.readouterr()
        return (json.loads(out) if code == 0 else {}), err, code
    return call


# Rows whose flag sets a field of the Plan: what is typed, and what holds.
SET = [
    (64, ["--model", NAME], {"model": NAME}), (65, ["--host", "0.0.0.0"], {"host": "0.0.0.0"}),
    (66, ["--port", "8123"], {"port": 8123}),
    (67, ["--tensor-parallel-size", "2"], {"tensor_parallel_size": 2}),
    (67, ["--tensor-parallel-size=2"], {"tensor_parallel_size": 2}),
    (67, ["-tp", "2"], {"tensor_parallel_size": 2}), (71, ["--max-model-len", "4096"], {"max_model_len": 4096}),
    (71, ["--max-model-len", "4k"], {"max_model_len": 4000}),
    (71, ["--max-model-len", "auto"], {"max_model_len": 8192}),
    (72, ["--gpu-memory-utilization", "0.85"], {}), (73, ["--block-size", "16"], {"block_size": 16}),
    (73, ["--block-size", "32"], {"block_size": 32}), (75, ["--enforce-eager"], {"enforce_eager": True}),
    (76, ["--enforce-eager", "false"], {"enforce_eager": False}),
    (76, ["--enforce-eager", "true"], {"enforce_eager": True}),
    (76, ["--enforce-eager=true"], {"enforce_eager": True}), (76, ["--no-enforce-eager"], {"enforce_eager": False}),
    (78, ["--served-model-name", "llama-2-7b-chat"], {"served_names": ["llama-2-7b-chat"], "model": NAME}),
    (78, ["--served-model-name", "a", "b"], {"served_names": ["a", "b"]}),
    (83, ["--dtype", "half"], {"dtype": "float16"}),
    (84, ["--dtype", "auto"], {"dtype": "bfloat16"}),
    (86, ["--enable-prefix-caching"], {"prefix_caching": True}),
    (86, ["--no-enable-prefix-caching"], {"prefix_caching": False}),
    (87, ["--max-num-seqs", "128"], {"max_num_seqs": 128}),
    (88, ["--enable-log-requests"], {"log_requests": True}), (89, ["--api-key", "k"], {"api_keys": ["(hidden)"]}),
    (89, ["--api-key", "k", "l"], {"api_keys": ["(hidden)"] * 2}),
    (91, ["--log-level", "debug"], {"log_level": "debug"}), (91, ["--log-level", "DEBUG"], {"log_level": "debug"}),
    (91, ["--log-level", "Warning"], {"log_level": "warning"}),
    (159, ["--gpu-memory-utilization", "0.95", "--gpu-memory-utilization", "0.9"], {}),
    (161, ["--pipeline-parallel-size=1", "--data-parallel-size=1"], {"tensor_parallel_size": 1}),
]


@pytest.mark.parametrize(("row", "arguments", "fields"), SET, ids=[f"{row}-{' '.join(words)}" for row, words, _ in SET])
def test_taken_without_a_word(explain, row, arguments, fields):
    plan, told, code = explain(*arguments, model=() if "--model" in arguments else (NAME,))
    assert code == 0 and told == ""
    assert {name: plan[name] for name in fields} == fields


@pytest.mark.parametrize("row", [76])
def test_every_switch_takes_every_word(explain, row):
    for word, value in {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.items():
        assert explain("--enforce-eager", word)[0]["enforce_eager"] is value


@pytest.mark.parametrize(("row", "arguments", "line", "fields"), [
    (74, ["--swap-space", "4"], "--swap-space has no effect: ", {}),
    (77, ["--trust-remote-code"], "--trust-remote-code has no effect: ", {}),
    (85, ["--enable-chunked-prefill"], "--enable-chunked-prefill is always on: ", {}),
    (88, ["--disable-log-requests"], "--disable-log-requests is taken as --no-log-requests", {"log_requests": False}),
    (90, ["--enable-metrics"], "--enable-metrics is always on: /metrics", {}),
    (91, ["--uvicorn-log-level", "debug"], "--uvicorn-log-level debug is taken as --log-level debug", {"log_level": "debug"}),
    (91, ["--uvicorn-log-level", "trace"], "--uvicorn-log-level debug is taken as --log-level debug", {"log_level": "debug"}),
    (91, ["--log-level", "info", "--uvicorn-log-level", "warning"], "--uvicorn-log-level warning gives way to --log-level info",
     {"log_level": "info"}),
    (134, ["--enable-prompt-tokens-details"], "--enable-prompt-tokens-details is always on: ", {}),
])
def test_taken_with_a_visible_line(explain, row, arguments, line, fields):
    plan, told, code = explain(*arguments)
    assert code == 0 and len(told.splitlines()) == 1 and line in told
    assert line in plan["notices"][0] and {name: plan[name] for name in fields} == fields


@pytest.mark.parametrize(("row", "arguments", "word"), [
    (68, ["--pipeline-parallel-size", "2"], "pipeline parallelism"), (68, ["-pp", "2"], "pipeline parallelism"),
    (69, ["--data-parallel-size", "2"], "several replicas"), (69, ["-dp", "2"], "several replicas"),
    (79, ["--quantization", "awq"], "int8, int4"), (80, ["--quantization", "gptq"], "int8, int4"),
    (81, ["--quantization", "squeezellm"], "int8, int4"), (82, ["--quantization", "fp8"], "int8, int4"),
    (92, ["--speculative-model", "m", "--num-speculative-tokens", "5"], "speculative decoding"),
    (92, ["--speculative-config", '{"model": "m"}'], "speculative decoding"),
    (92, ["--spec-model", "m"], "speculative decoding"),
    (92, ["--speculative-config.num_speculative_tokens", "3"], "speculative"),
])
def test_not_in_this_version_and_said_so(explain, row, arguments, word):
    _, told, code = explain(*arguments)
    last = told.splitlines()[-1]
    assert code == 2 and last.startswith("quire: error: ") and word in last and arguments[0].partition(".")[0] in last


@pytest.mark.parametrize(("row", "arguments", "word"), [
    (33, ["--max-model-len", "9000"], "QUIRE_ALLOW_LONG_MAX_MODEL_LEN"),
    (34, ["--gpu-memory-utilization", "1.5"], "to 1"),
    (89, ["--api-key", ""], "empty"), (90, ["--no-enable-metrics"], "/metrics always answers"),
    (85, ["--no-enable-chunked-prefill"], "--max-num-batched-tokens"),
    (40, ["--max-num-seqs", "64", "--max-num-batched-tokens", "32"], "one token"),
    (134, ["--no-enable-prompt-tokens-details"], "usage always tells"),
])
def test_what_cannot_be_is_refused(explain, row, arguments, word):
    _, told, code = explain(*arguments)
    assert code == 2 and word in told.splitlines()[-1]


def test_63_without_a_model_the_bundled_one_is_meant(explain, tmp_path, monkeypatch):
    make_folder(tmp_path / "bundled" / "quire-8m")
    monkeypatch.setattr("quire.core.hub.BUNDLED", tmp_path / "bundled")
    plan, _, code = explain(model=())
    assert code == 0 and plan["model"] == "quire-8m" and plan["is_bundled"] is True


def test_89_the_key_may_come_from_the_environment(explain, monkeypatch):
    monkeypatch.setenv("VLLM_API_KEY", "secret")
    plan, _, _ = explain()
    assert plan["api_keys"] == ["(hidden)"] and plan["reasons"]["api_keys"][0] == "env"


def test_93_the_documented_defaults(explain, capsys):
    plan, _, _ = explain()
    assert plan["port"] == 8000 and plan["tensor_parallel_size"] == 1
    assert plan["dtype"] == "bfloat16" and plan["quantization"] == "none"
    assert main(["serve", "--help=all"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "--port N port to listen on; 0: any free one [8000]" in shown and "[127.0.0.1]" in shown and "0.9" in shown
    assert "-tp, --tensor-parallel-size N devices, or processes on CPU, that share each layer [1]" in shown
    assert "-pp, --pipeline-parallel-size VALUE pipeline parallelism [1]" in shown
    assert "--dtype float32|bfloat16|float16|auto precision" in shown and "[auto: the checkpoint's]" in shown
    assert "also half, float, fp16, bf16, fp32" in shown
    assert "-q, --quantization" in shown and "[none]" in shown.partition("--quantization")[2].partition(" --")[0]


def test_153_a_service_called_vllm_does_not_break_the_start(explain, monkeypatch):
    monkeypatch.setenv("VLLM_PORT", "tcp://10.0.0.1:80")
    plan, told, code = explain()
    assert code == 0 and plan["port"] == 8000 and "VLLM_PORT" in told


def test_158_the_line_that_the_evaluation_launcher_builds(explain):
    plan, told, code = explain(
        "--tensor-parallel-size=2", "--pipeline-parallel-size=1", "--data-parallel-size=1", "--port", "8000",
        "--trust-remote-code",
        "--served-model-name", "s", "--gpu-memory-utilization", "0.95", "--max-model-len", "4096", "--swap-space", "4",
        "--gpu-memory-utilization", "0.9")
    assert code == 0 and plan["served_names"] == ["s"] and len(told.splitlines()) == 2


# ---- the same through LLM(...)

@pytest.mark.parametrize(("row", "keywords", "fields"), [
    (28, {"gpu_memory_utilization": 0.9, "max_num_seqs": 64, "max_model_len": 512},
     {"max_num_seqs": 64, "max_model_len": 512}),
    (29, {"tokenizer": None, "tensor_parallel_size": 1, "trust_remote_code": False, "quantization": None,
          "disable_log_stats": True},
     {"disable_log_stats": True}),
    (30, {"disable_log_requests": True}, {"log_requests": False}),
    (31, {"max_num_batched_tokens": 2048}, {"max_num_batched_tokens": 2048}),
    (35, {"enforce_eager": False}, {"enforce_eager": False}),
    (36, {"enable_prefix_caching": True}, {"prefix_caching": True}),
    (40, {"max_num_batched_tokens": 8192, "max_num_seqs": 64, "enable_chunked_prefill": True}, {"max_num_seqs": 64}),
])
def test_keywords(tmp_path, row, keywords, fields):
    folder = make_folder(tmp_path / "m")
    plan = resolve(options_from_keywords({"model": str(folder), **keywords}, {}), machine())
    assert {name: getattr(plan, name) for name in fields} == fields
    assert len(plan.notices) == len({"disable_log_requests", "enable_chunked_prefill"} & keywords.keys())


@pytest.mark.parametrize("name", ["mp", "uni"])
def test_37_the_executors_that_there_are_by_name(name):
    assert options_from_keywords({"distributed_executor_backend": name}, {}).sources == {}


@pytest.mark.parametrize("name", ["ray", "external_launcher"])
def test_37_ranks_on_several_machines_are_refused_until_there_are_any(name):
    """The row has the constructor take both names. Executors of these kinds are later work; a name that is taken today would
    run something else than it says."""
    with pytest.raises(ConfigError, match=f"{name} asks for another executor, .* ranks are processes of this machine"):
        options_from_keywords({"distributed_executor_backend": name}, {})
