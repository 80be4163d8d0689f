"""The command vllm, its modules, and whole programs of guides, on the bundled small model."""
import json

import pytest

import quire
from tests.compat.program import path, python
from tests.conftest import FULL
from tests.e2e.command import served

SMALL = "quire-1m"
FLAGS = ("--max-model-len", "256", "--max-num-seqs", "4", "--num-threads", "1")
SCRIPT = f"""
from vllm import LLM, SamplingParams

llm = LLM(model="{SMALL}", tokenizer=None, tensor_parallel_size=1, trust_remote_code=False, quantization=None,
          max_model_len=256, max_num_seqs=4, gpu_memory_utilization=0.3, swap_space=4, enforce_eager=False, seed=0,
          disable_log_stats=True)
params = SamplingParams(temperature=0.0, max_tokens=8)
outputs = llm.generate(["Hello", "The cat"], params)
for output in outputs:
    print(repr(output.prompt), len(output.outputs[0].token_ids), output.outputs[0].finish_reason)
print(llm.llm_engine.model_config.max_model_len)
"""
TOKENIZER = f"""
from vllm.entrypoints.chat_utils import resolve_hf_chat_template
from vllm.transformers_utils.tokenizer import get_tokenizer

tokenizer = get_tokenizer("{SMALL}", tokenizer_mode="auto", trust_remote_code=False, revision=None)
print(tokenizer.decode(tokenizer.encode("Hello"), skip_special_tokens=True), tokenizer.eos_token_id)
print(bool(resolve_hf_chat_template(tokenizer=tokenizer, chat_template=None, tools=None, model_config=None)))
print(resolve_hf_chat_template(tokenizer=tokenizer, chat_template="mine"))
"""


@pytest.mark.parametrize(("arguments", "code", "word"), [
    (["-m", "vllm", "--version"], 0, f"0.32.0+quire.{quire.__version__}"),
    (["-m", "vllm", "serve", "--help"], 0, "usage: quire serve"),
    (["-m", "vllm", "chat", "--help"], 0, "usage: quire chat"),
    (["-m", "vllm", "complete", "--help"], 0, "usage: quire complete"),
    (["-m", "vllm", "run-batch", "--help"], 0, "usage: quire run-batch"),
    (["-m", "vllm", "collect-env", "--help"], 0, "usage: quire doctor"),
    (["-m", "vllm.collect_env", "--help"], 0, "usage: quire doctor"),
    (["-m", "vllm.entrypoints.openai.run_batch", "--help"], 0, "usage: quire run-batch"),
    (["-m", "vllm.entrypoints.openai.api_server", "--help"], 0, "usage: quire serve"),
    (["-m", "vllm", "preload"], 2, "vllm preload has no counterpart"), (["-m", "vllm", "serv"], 2, "did you mean serve?"),
    (["-m", "vllm"], 2, "usage: quire"),
    (["-m", "vllm.entrypoints.openai.api_server", "--model", "m", "--api-key", ""], 2, "--api-key is empty"),
    (["-m", "vllm.entrypoints.openai.api_server", "--model", "m", "--speculative-model", "d", "--num-speculative-tokens",
      "5"], 2, "--speculative-model d asks for speculative decoding"),
])
def test_a_command_is_quires(arguments, code, word):
    done = python(*arguments)
    assert (done.returncode, word in done.stdout + done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr


def test_the_benchmark_module_is_bench_serve():
    done = python("-m", "vllm.entrypoints.openai.api_server_benchmark", "--no-such-flag")
    assert done.returncode == 2 and ("--no-such-flag" in done.stderr or "no command 'bench'" in done.stderr)


def test_a_script_of_guides_runs_unmodified():
    done = python("-W", "error::ResourceWarning", "-c", SCRIPT, HF_HUB_OFFLINE="1")
    assert done.returncode == 0, done.stderr
    hello, cat, length = done.stdout.splitlines()
    assert hello.startswith("'Hello' ") and cat.startswith("'The cat' ") and length == "256"
    assert "--swap-space has no effect" in done.stderr


@pytest.mark.skipif(not FULL, reason="importing transformers takes longer than all the rest")
def test_the_tokenizer_that_evaluation_programs_ask_for():
    done = python("-c", TOKENIZER, HF_HUB_OFFLINE="1")
    assert done.returncode == 0, done.stderr
    words, has_template, given = done.stdout.splitlines()
    assert words.startswith("Hello ") and has_template == "True" and given == "mine"


def test_the_server_module_with_the_flags_of_guides():
    flags = ("--model", SMALL, *FLAGS, "--served-model-name", "llama-2-7b-chat", "--enforce-eager", "false",
             "--enable-metrics", "--disable-log-requests", "--swap-space", "4", "--block-size", "16",
             "--enable-chunked-prefill", "--log-level", "DEBUG", "--pipeline-parallel-size=1", "--trust-remote-code",
             "--api-key", "k")
    with served(*flags, program=("vllm.entrypoints.openai.api_server",), PYTHONPATH=path()) as server:
        with server.openai("k") as client:
            assert [model.id for model in client.models.list()] == ["llama-2-7b-chat"]
            said = client.chat.completions.create(model="llama-2-7b-chat", max_tokens=4,
                                                  messages=[{"role": "user", "content": "Hello"}])
        assert said.usage and said.usage.completion_tokens
        for name in ("vllm:gpu_cache_usage_perc", "vllm:avg_prompt_throughput_toks_per_s", "vllm_active_requests"):
            assert server.metric(name) >= 0
        assert server.metric("vllm_requests_total") == 1
    for flag in ("--enable-metrics is always on", "--disable-log-requests is taken as", "--swap-space has no effect",
                 "--trust-remote-code has no effect", "--enable-chunked-prefill is always on"):
        assert [flag in line for line in server.said].count(True) == 1, flag


def test_a_batch_file(tmp_path):
    lines = [{"custom_id": str(i), "method": "POST", "url": url, "body": body} for i, (url, body) in enumerate((
        ("/v1/chat/completions", {"model": SMALL, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 4}),
        ("/v1/embeddings", {"model": SMALL, "input": "a text"}), ("/v1/audio/speech", {"input": "a"})))]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, lines)))
    done = python("-m", "vllm", "run-batch", "-i", str(tmp_path / "in.jsonl"), "-o", str(tmp_path / "out.jsonl"), "--model",
                  SMALL, *FLAGS)
    assert done.returncode == 0, done.stderr
    assert "2 answered, 1 refused" in done.stderr.splitlines()[-1]
    told = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [(each["custom_id"], each["response"]["status_code"]) for each in told] == [("0", 200), ("1", 200), ("2", 400)]
