"""Plain curl, as the README has it: what goes over the wire without a client library to smooth it."""
import json
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.command import LIMIT_SECONDS, Command, served

pytestmark = pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl")
KEY = "sk-curl"
CHAT = {"model": "quire-8m", "messages": [{"role": "user", "content": "What is a KV cache?"}], "temperature": 0,
        "max_tokens": 16}


@pytest.fixture(scope="module")
def command() -> Iterator[Command]:
    with served("--api-key", KEY) as running:
        yield running


def curl(*arguments: str, given: str = "", key: str = KEY) -> str:
    authorization = ["-H", f"Authorization: Bearer {key}"] if key else []
    ran = subprocess.run(["curl", "-sS", "--noproxy", "*", *authorization, *arguments], input=given, capture_output=True,
                         text=True, timeout=LIMIT_SECONDS)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def post(command: Command, body: Any, *arguments: str, **more: str) -> tuple[int, str]:
    """(status, body). From stdin, so that its size is no matter."""
    said = curl(f"{command.url}/v1/chat/completions", "-H", "Content-Type: application/json", "--data-binary", "@-", "-w",
                "\n%{http_code}", *arguments, given=body if isinstance(body, str) else json.dumps(body), **more)
    text, _, status = said.rpartition("\n")
    return int(status), text


def test_an_answer(command: Command) -> None:
    status, said = post(command, CHAT)
    answer = json.loads(said)
    assert status == 200 and answer["object"] == "chat.completion" and answer["choices"][0]["message"]["content"]
    assert answer["usage"]["completion_tokens"] <= 16 < answer["usage"]["total_tokens"]


def test_a_stream_is_the_answer_in_lines_of_events(command: Command) -> None:
    status, said = post(command, CHAT | {"stream": True}, "-N", "-i")
    head, _, body = said.partition("\n\n")
    assert status == 200 and "content-type: text/event-stream" in head.lower()
    events = [event.removeprefix("data: ") for event in body.strip().split("\n\n")]
    assert events[-1] == "[DONE]"
    deltas = [choice["delta"] for event in events[:-1] for choice in json.loads(event)["choices"]]
    text = "".join(delta.get("content") or "" for delta in deltas)
    assert text == json.loads(post(command, CHAT)[1])["choices"][0]["message"]["content"] and len(deltas) > 5


@pytest.mark.parametrize("key", ["", "sk-other"])
def test_a_key_must_be_right(command: Command, key: str) -> None:
    status, said = post(command, CHAT, key=key)
    assert status == 401 and json.loads(said)["error"]["code"] == "invalid_api_key"
    assert curl("-f", f"{command.url}/health", "-o", "/dev/null", "-w", "%{http_code}", key="") == "200"


@pytest.mark.parametrize("body", ['{"model": "quire-8m", "messages": [', "", "model=quire-8m", '{"model": "quire-8m"}',
                                  CHAT | {"temperature": "hot"}, CHAT | {"stream": True, "n": 0}])
def test_a_bad_body_is_refused_in_openai_s_shape(command: Command, body: Any) -> None:
    status, said = post(command, body)
    error = json.loads(said)["error"]
    assert status == 400 and set(error) == {"message", "type", "param", "code"} and error["type"] == "invalid_request_error"


def test_one_connection_serves_many_requests(command: Command) -> None:
    """Answers, streams and refusals leave it open."""
    url, form = f"{command.url}/v1/chat/completions", "%{num_connects} %{http_version} %{http_code}\n"
    bodies = [CHAT, CHAT | {"stream": True}, CHAT | {"temperature": "hot"}, CHAT]
    arguments: list[str] = []
    for body in bodies:
        arguments += ["--next"] * bool(arguments) + [
            "-sS", "--noproxy", "*", "-H", f"Authorization: Bearer {KEY}", "-H", "Content-Type: application/json", "-d",
            json.dumps(body), "-o", "/dev/null", "-w", form, url]
    assert curl(*arguments, key="").splitlines() == ["1 1.1 200", "0 1.1 200", "0 1.1 400", "0 1.1 200"]


def test_a_big_body_waits_for_100_continue(command: Command) -> None:
    """curl asks first where a body has more than a megabyte, or is told to."""
    big = json.dumps(CHAT) + " " * 2_000_000
    status, said = post(command, big, "-i", "-H", "Expect: 100-continue", "--expect100-timeout", str(LIMIT_SECONDS))
    assert status == 200 and said.startswith("HTTP/1.1 100 Continue") and '"chat.completion"' in said


def test_who_hangs_up_leaves_nothing_behind(command: Command) -> None:
    asked = CHAT | {"stream": True, "max_tokens": 3000, "ignore_eos": True}
    with subprocess.Popen(["curl", "-sSN", "--noproxy", "*", "-H", f"Authorization: Bearer {KEY}", "-H",
                           "Content-Type: application/json", "-d", json.dumps(asked), f"{command.url}/v1/chat/completions"],
                          stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout and '"choices"' in running.stdout.readline()
        running.terminate()
    command.until_idle()
    assert command.metric("vllm:generation_tokens_total") < 3000
