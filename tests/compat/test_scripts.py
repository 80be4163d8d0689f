"""Scripts as deployment guides have them run unmodified. scripts/ holds them, written in that way; the names that they import
are compat's, and the models that they name lie in a Hugging Face cache: there, the bundled one stands under each of them.
"""
import ast
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.compat.program import LIMIT_SECONDS, path
from tests.conftest import FULL
from tests.e2e.command import BUNDLED, served

SCRIPTS = Path(__file__).parent / "scripts"
LLAMA = "meta-llama/Llama-3.1-8B-Instruct"
NAMES = (LLAMA, "meta-llama/Llama-2-7b-chat-hf", "facebook/opt-125m")
COMMIT = "0123456789abcdef0123456789abcdef01234567"
# QUIRE_TEST_FULL=1 runs the others too.
SAMPLE = {"quick_start", "conversation", "fastapi_wrapper"}
# All that a script imports beside the standard library.
PACKAGES = {"vllm", "openai", "fastapi", "uvicorn", "pydantic", "prometheus_client"}

long = pytest.mark.skipif(not FULL, reason="each loads a model; a sample runs always")


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> dict[str, str]:
    """What a machine has on which these models were downloaded once. They allow longer contexts than the one that stands for
    them."""
    home = tmp_path_factory.mktemp("cache")
    for name in NAMES:
        repository = home / "hub" / f"models--{name.replace('/', '--')}"
        snapshot = repository / "snapshots" / COMMIT
        snapshot.mkdir(parents=True)
        (repository / "refs").mkdir()
        (repository / "refs" / "main").write_text(COMMIT)
        for file in (BUNDLED / "quire-8m").iterdir():
            (snapshot / file.name).symlink_to(file)
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("QUIRE_", "VLLM_", "HF_"))}
    return {**clean, "PYTHONPATH": path(), "HF_HOME": str(home), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1",
            "PYTHONUNBUFFERED": "1", "VLLM_ALLOW_LONG_MAX_MODEL_LEN": "1"}


class Script:
    """One that runs, in a group of processes of its own and a folder of its own."""

    def __init__(self, name: str, environment: dict[str, str], folder: Path, **more: str):
        shutil.copy(SCRIPTS / f"{name}.py", folder)
        # What the engine leaves open is told. A client of another program's that nobody closed is none of its.
        has_engine = "from vllm import" in (SCRIPTS / f"{name}.py").read_text()
        flags = ("-W", "error::ResourceWarning") * has_engine
        self.errors = folder / "stderr"
        with self.errors.open("w") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, *flags, f"{name}.py"], cwd=folder, env={**environment, **more}, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, start_new_session=True)

    def finish(self, words: str = "", code: int = 0) -> str:
        """What it printed. It ended well, without a stack of calls, and none of its processes is left."""
        out, _ = self.process.communicate(words, timeout=LIMIT_SECONDS)
        said = self.errors.read_text()
        assert self.process.returncode == code and "Traceback" not in said and "Exception ignored" not in said, said
        with pytest.raises(ProcessLookupError):
            os.killpg(self.process.pid, 0)
        return out


@contextmanager
def running(name: str, environment: dict[str, str], folder: Path, **more: str) -> Iterator[Script]:
    script = Script(name, environment, folder, **more)
    try:
        yield script
    finally:
        if script.process.poll() is None:
            os.killpg(script.process.pid, signal.SIGKILL)
            script.process.communicate()


def rows(out: str) -> list[list[str]]:
    return [line.split("|") for line in out.splitlines() if "|" in line]


def free_port() -> int:
    """One that was free a moment ago; scripts do not tell which one they were given."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


# ---- what must hold of what each of them prints

def check_quick_start(out: str, folder: Path) -> None:
    told = re.findall(r"^Prompt: '(.+)', Generated: (['\"].*)$", out, re.MULTILINE)
    assert [prompt for prompt, _ in told] == ["Hello, my name is", "The capital of France is", "The sun is", "Once upon a time"]
    assert all(ast.literal_eval(text) for _, text in told)


def check_batch(out: str, folder: Path) -> None:
    told = rows(out)
    shared, own = ([row[1:] for row in told if row[0] == kind] for kind in ("shared", "own"))
    assert [int(row[0].split()[1][:-1]) for row in shared] == list(range(12)) == [int(row[0].split()[1][:-1]) for row in own]
    assert all(int(num) == 16 if reason == "length" else reason == "stop" and int(num) <= 16 for _, num, reason in shared)
    assert [(int(num), reason) for _, num, reason in own] == [(2 + i, "length") for i in range(12)]


def check_presets(out: str, folder: Path) -> None:
    told = {(row[0], row[1]): row[2:] for row in rows(out)}
    text = {name: ast.literal_eval("|".join(words)) for (name, what), words in told.items() if what == "text"}
    assert text["deterministic"] == text["again"] and told["deterministic", "worst rank"] == ["1"]
    assert 1 < int(told["creative", "worst rank"][0]) <= 50
    assert text["stopped"] == text["deterministic"].partition("e")[0] and told["stopped", "end"] == ["stop", "'e'"]
    assert not any(stop in text["code"] for stop in ("```\n", "\n\n\n")) and "User:" not in text["chat"]


def check_conversation(out: str, folder: Path) -> None:
    told = rows(out)
    together, alone = ([row[2] for row in told if row[:2] == [kind, "alice"]] for kind in ("together", "alone"))
    assert len(together) == 3 and together == alone and len({row[2] for row in told if row[1] == "bob"} - set(alone)) == 3
    assert "Paris" in told[-1][1], told[-1]


def check_async_engine(out: str, folder: Path) -> None:
    (first, france, *one), (second, _, *two), (third, again, *three) = sorted(rows(out), key=lambda row: (row[0], row[1]))
    assert (first, second, third, france) == ("req-1", "req-1", "req-2", again)
    for finished, grows, num_outputs, num_tokens, _ in (one, two, three):
        assert (finished, grows, num_tokens) == ("True", "True", "24") and int(num_outputs) > 1
    assert one[-1] == three[-1] != two[-1]


def check_prefix_caching(out: str, folder: Path) -> None:
    (_, _, none, _), *later = rows(out)
    assert int(none) == 0 and len(later) == 2
    assert all(int(total) > int(cached) > int(total) * 0.8 for _, total, cached, _ in later)


def check_production(out: str, folder: Path) -> None:
    (_, short), (_, refused), (_, after) = rows(out)
    assert short == after and ast.literal_eval(short) and refused == "None"
    log = (folder / "vllm_service.log").read_text()
    assert f"vllm_service INFO loading {LLAMA}\n" in log and "vllm_service ERROR refused: " in log and "answered with" in log
    assert all(log.count(line) == 1 for line in ("--swap-space has no effect", "--disable-log-requests is taken as"))
    assert not (folder / "stderr").read_text(), "the program's own handler has it all"


def check_adaptive_batch(out: str, folder: Path) -> None:
    *answers, (_, *sizes) = rows(out)
    said = dict.fromkeys(country for country, _ in answers)
    assert len(answers) == 20 and len(said) == 10 and all(ast.literal_eval(text) for _, text in answers)
    assert {text for c, text in answers if c == "France"} == {text for c, text in answers[:10] if c == "France"}
    assert sum(map(int, sizes)) == 20 and sizes[0] == "1" and max(map(int, sizes)) > 1


def check_benchmark(out: str, folder: Path) -> None:
    throughput, latency = map(ast.literal_eval, out.splitlines())
    assert (throughput["requests"], throughput["tokens"]) == (16, 256) and throughput["tokens_per_second"] > 0
    assert 0 < latency["p50"] <= latency["p95"] <= latency["p99"] and latency["mean"] > 0


CHECKS = {name.removeprefix("check_"): check for name, check in list(globals().items()) if name.startswith("check_")}


@pytest.mark.parametrize("name", [pytest.param(name, marks=() if name in SAMPLE else long) for name in CHECKS])
def test_a_script_runs_and_ends_by_itself(name, environment, tmp_path):
    with running(name, environment, tmp_path) as script:
        CHECKS[name](script.finish(), tmp_path)


# ---- those that need another program beside them

def until(call, process: subprocess.Popen[str]):
    """What it gives as soon as somebody answers."""
    end = time.monotonic() + LIMIT_SECONDS
    while True:
        try:
            return call()
        except (httpx.TransportError, OSError):
            assert process.poll() is None and time.monotonic() < end
            time.sleep(0.1)


def test_a_service_around_llm(environment, tmp_path):
    port = free_port()
    with (running("fastapi_wrapper", environment, tmp_path, PORT=str(port)) as script,
          httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=LIMIT_SECONDS, verify=False) as client):
        assert until(lambda: client.get("/health"), script.process).json()["status"] == "healthy"
        asked = {"prompt": "The capital of France is", "max_tokens": 8, "temperature": 0, "stop": ["."]}
        answers = [client.post("/generate", json=asked).json() for _ in range(2)]
        assert answers[0] == answers[1] and answers[0]["text"] and answers[0]["finish_reason"] in ("stop", "length")
        batch = client.post("/batch_generate", json={"prompts": ["Hello", "Good evening"], "max_tokens": 4}).json()["results"]
        assert [set(each) for each in batch] == [{"text", "tokens"}] * 2
        refused = client.post("/generate", json={"prompt": "word " * 4000})
        assert refused.status_code == 400 and "length is 2048" in refused.json()["detail"]
        assert client.get("/model_info").json() == {"model": LLAMA, "max_model_len": 2048}
        script.process.send_signal(signal.SIGINT)
        script.finish(code=script.process.wait(LIMIT_SECONDS))
        assert script.process.returncode in (0, 130, -signal.SIGINT)


@long
def test_metrics_of_one_s_own(environment, tmp_path):
    port = free_port()
    with running("prometheus_wrapper", environment, tmp_path, METRICS_PORT=str(port)) as script:
        while not (line := script.process.stdout.readline()).startswith("Serving"):
            assert line, (tmp_path / "stderr").read_text()
            refused = line
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=LIMIT_SECONDS) as answer:
            text = answer.read().decode()
        script.finish("\n")
    of = f'model="{LLAMA}"'
    for figure in (f'vllm_requests_total{{{of},status="success"}} 3.0', f'vllm_requests_total{{{of},status="error"}} 1.0',
                   f"vllm_tokens_generated_total{{{of}}} 15.0", f"vllm_active_requests{{{of}}} 0.0",
                   f"vllm_request_duration_seconds_count{{{of}}} 2.0"):
        assert figure in text.splitlines()
    assert refused.startswith("refused|") and "length is 1024" in refused


@long
def test_ten_conversations_at_once(environment, tmp_path):
    with (served("--model", LLAMA, "--max-model-len", "1024", program=("vllm.entrypoints.openai.api_server",),
                 **environment) as server,
          running("openai_gather", environment, tmp_path, VLLM_BASE_URL=f"{server.url}/v1") as script):
        told = rows(script.finish())
        assert [row[0] for row in told] == [*map(str, range(10)), "streamed"]
        assert all(reason in ("stop", "length") and 0 < int(num) <= 32 and ast.literal_eval(text)
                   for _, reason, num, text in told[:10])
        assert ast.literal_eval(told[10][1])
        assert server.metric("vllm:request_success_total") == 11


@long
def test_a_server_by_a_list_of_words(environment, tmp_path):
    with running("launcher", environment, tmp_path, PORT=str(free_port())) as script:
        (_, text, num), (_, code) = rows(script.finish())
    assert ast.literal_eval(text) and 0 < int(num) <= 8 and code == "0"


# ---- the scripts themselves

@pytest.mark.parametrize("file", sorted(SCRIPTS.glob("*.py")), ids=lambda file: file.stem)
def test_a_script_knows_nothing_of_quire(file):
    tree = ast.parse(file.read_text())
    roots = {(node.module if isinstance(node, ast.ImportFrom) else alias.name).partition(".")[0]
             for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names}
    assert roots - sys.stdlib_module_names <= PACKAGES and "quire" not in file.read_text().lower()
    assert file.stem in {*CHECKS, "fastapi_wrapper", "prometheus_wrapper", "openai_gather", "launcher"}
