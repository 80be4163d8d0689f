"""Every file of examples/ runs as its docstring says, on the bundled model, and shows what it is there to show.

The model is small and may be trained anew: what is checked is what the feature promises, never the wording of an answer. Where
an answer is looked at, it is a word that the prompt gave.
"""
import ast
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import jsonschema
import pytest

from tests.conftest import FULL
from tests.e2e.command import LIMIT_SECONDS, Command, served

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SAMPLE = {"async_engine", "embeddings", "structured_output"}
CACHED = re.compile(r"(\d+) (?:tokens went in, |tokens, )(\d+) of them")


def environment() -> dict[str, str]:
    """PORT=0: a free one. Nothing may be fetched."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("QUIRE_", "VLLM_", "HF_"))}
    return {**clean, "PYTHONPATH": str(ROOT / "src"), "PORT": "0", "HF_HUB_OFFLINE": "1"}


def command(name: str) -> list[str]:
    return [sys.executable, "-W", "error", str(EXAMPLES / f"{name}.py")]


def run(name: str, *arguments: str) -> str:
    done = subprocess.run([*command(name), *arguments], capture_output=True, text=True, timeout=LIMIT_SECONDS,
                          env=environment())
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout


# ---- what each of them shows

def offline_batch(said: str) -> None:
    prompts = re.findall(r"^'(.+?)' -> '.*' \((\d+) tokens, (stop|length)\)$", said, re.MULTILINE)
    assert [prompt for prompt, _, _ in prompts] == ["The capital of France is", "Once upon a time,",
                                                     "What is machine learning?", "2 + 3 ="]
    assert all((int(count) == 32) if why == "length" else (int(count) <= 32) for _, count, why in prompts)
    drawn = re.findall(r"^\[(\d)\] (.+)$", said, re.MULTILINE)
    assert [index for index, _ in drawn] == ["0", "1", "2"] and len({text for _, text in drawn}) == 3


def chat(said: str) -> None:
    asked, answered = (re.findall(rf"^{who}: +(.+)$", said, re.MULTILINE) for who in ("user", "assistant"))
    assert len(asked) == len(answered) == 3 and "Paris" in answered[0] and "learning" in answered[2].lower()


def conversation(said: str) -> None:
    answers = re.findall(r"^assistant: (.+)$", said, re.MULTILINE)
    assert len(answers) == 3 and "Anna" in answers[2]
    turns = [(int(length), int(cached)) for length, cached in CACHED.findall(said)]
    assert turns == sorted(turns) and turns[0][1] == 0
    assert turns[2][1] > turns[1][0] - 16, "all whole blocks of the turn before are found"


def structured_output(said: str) -> None:
    first, person, capital, feeling = said.splitlines()
    given = json.loads(first)
    jsonschema.validate(given, {"type": "object", "required": ["name", "age", "city"], "additionalProperties": False,
                                "properties": {"name": {"type": "string"}, "age": {"type": "integer"},
                                               "city": {"type": "string"}}})
    assert person == f"Person(name={given['name']!r}, age={given['age']}, city={given['city']!r})"
    assert re.fullmatch(r"The capital of Italy is [A-Z][a-z]+\.", capital)
    assert feeling in ("positive", "negative")


def embeddings(said: str) -> None:
    head, _, *rows = said.splitlines()
    assert head == "4 vectors of 256 numbers, each of length 1"
    scores = {text: float(score) for score, text in (row.split(maxsplit=1) for row in rows)}
    assert next(iter(scores)) == "What is the capital of Italy?" and len(scores) == 4
    assert scores["What is the capital of Italy?"] > scores["Tell me a story about a cat."] + 0.1
    assert all(-1 <= score < 0.9999 for score in scores.values())


def async_engine(said: str) -> None:
    pieces = re.findall(r"^(cat|dog|moon): ", said, re.MULTILINE)
    assert all(pieces.count(name) > 1 for name in ("cat", "dog", "moon"))
    assert pieces.index("moon") < len(pieces) - 1 - pieces[::-1].index("cat"), "the first was whole before the last began"
    wholes = said.split("\n", len(pieces))[-1]
    for name in set(pieces):
        assert "".join(map(ast.literal_eval, re.findall(rf"^{name}: (.+)$", said, re.MULTILINE))) in wholes


def streaming_client(said: str) -> None:
    text, _, count = said.rstrip().rpartition("\n")
    (tokens,) = re.fullmatch(r"\((\d+) tokens\)", count).groups()
    assert len(text.split()) > 3 and len(text.split()) <= int(tokens) <= 80


def tools(said: str) -> None:
    call, answer = said.splitlines()[0], said.splitlines()[1:]
    name, arguments, result = re.fullmatch(r"(\w+)\((\{.*\})\) -> (\{.*\})", call).groups()
    assert name == "get_weather" and json.loads(arguments) == {"city": "Paris"}
    assert json.loads(result)["temperature"] == 18 and "18" in " ".join(answer)


def prometheus_wrapper(said: str) -> None:
    figures = dict(line.rsplit(" ", 1) for line in said.splitlines()[1:])
    ended = sum(float(value) for name, value in figures.items() if name.startswith("my_requests_total{"))
    assert ended == 6 and 6 < float(figures["my_generated_tokens_total"]) <= 6 * 16
    assert float(figures["my_batch_seconds_count"]) == 3 and float(figures["my_active_requests"]) == 0


def throughput(said: str) -> None:
    assert said.startswith("up to 256 requests and 8192 positions in a step\n")
    rates = [int(rate) for rate in re.findall(r"(\d+) tokens a second$", said, re.MULTILINE)]
    assert len(rates) == 2 and all(rates)


def latency(said: str) -> None:
    found = re.findall(r"first token after (\d+) ms, then one each ([\d.]+) ms; (\d+) of (\d+) tokens", said)
    assert len(found) == 3
    assert all(int(first) > 0 and float(each) > 0 and 0 < int(cached) < int(length) for first, each, cached, length in found)


def long_context(said: str) -> None:
    (first, none), (second, cached) = [tuple(map(int, found)) for found in CACHED.findall(said)]
    assert none == 0 and first > 512, "longer than one step"
    assert second - 32 < cached < second, "all but the question comes from the cache"
    assert "maximum context length is 4096 tokens" in said.splitlines()[-1]


ALONE: dict[str, Callable[[str], None]] = {check.__name__: check for check in (
    offline_batch, chat, conversation, structured_output, embeddings, async_engine, prometheus_wrapper, throughput, latency,
    long_context)}
CLIENTS: dict[str, Callable[[str], None]] = {check.__name__: check for check in (streaming_client, tools)}
SERVERS = {"fastapi_wrapper"}
full = pytest.mark.skipif(not FULL, reason="each loads a model; a few stand for all")


@pytest.mark.parametrize("name", [pytest.param(name, marks=() if name in SAMPLE else full) for name in ALONE])
def test_it_shows_what_it_is_there_for(name: str) -> None:
    ALONE[name](run(name))


@pytest.fixture(scope="module")
def server() -> Iterator[Command]:
    with served("--max-num-seqs", "4") as command:
        yield command


@full
@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_shows_what_it_is_there_for(name: str, server: Command) -> None:
    CLIENTS[name](run(name, "--url", f"{server.url}/v1"))


@full
def test_a_server_of_one_s_own_answers_and_ends() -> None:
    with subprocess.Popen(command("fastapi_wrapper"), stderr=subprocess.PIPE, text=True, env=environment()) as process:
        try:
            url = next(found[1] for line in process.stderr if (found := re.search(r"running on (http://\S+)", line)))
            with httpx.Client(base_url=url, timeout=LIMIT_SECONDS, verify=False) as client:
                assert client.get("/health").json() == {"status": "healthy", "active_requests": 0}
                said = client.post("/generate", json={"prompt": "Once upon a time,", "max_tokens": 8}).json()
            assert said["text"] and 0 < said["num_tokens"] <= 8 and said["finish_reason"] in ("stop", "length")
            process.send_signal(signal.SIGINT)
            process.stderr.read()
            assert process.wait(LIMIT_SECONDS) in (0, 130, -signal.SIGINT)
        finally:
            process.kill()


# ---- none is left out

def test_every_file_is_run_and_listed() -> None:
    files = {path.stem for path in EXAMPLES.glob("*.py")}
    assert files == ALONE.keys() | CLIENTS.keys() | SERVERS
    listed = re.findall(r"^\| \[(\w+)\.py\]\((\w+)\.py\) \|", (EXAMPLES / "README.md").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted((name, name) for name in files)


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.py")))
def test_it_is_short_and_says_how_to_run_it(name: str) -> None:
    text = (EXAMPLES / f"{name}.py").read_text()
    assert 15 <= len(text.splitlines()) <= 50
    assert text.startswith('"""') and f"\n    python examples/{name}.py" in text.split('"""')[1]
