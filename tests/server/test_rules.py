"""The rules of security.md that concern the door, each as one general test; and for each a control: the guard is taken out, and
the same test must go red. So a rule is a function that asserts, and its control expects it to fail.
"""
import asyncio
import itertools
import json
import time
import traceback
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

from quire.engine import admit, client, faults
from quire.server import body as body_module
from quire.server import generation, guard, metrics, plain, replies, service
from quire.server.app import ROUTES
from quire.server.shapes import BatchGenerateRequest, ChatRequest, CompletionRequest, Drawn, GenerateRequest
from tests.conftest import FULL
from tests.server.model import plan
from tests.server.served import Served, chat, events, is_refusal, serving
from tests.server.test_bad_inputs import CASES, C, P
from tests.server.test_guard import KEYS, RIGHT, head, status
from tests.server.test_life import dechunked
from tests.server.test_stream import request

red = pytest.raises(AssertionError)


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as running:
        yield running


# ---- R3: typed limits before anything is made

POISON = [-1, 2**31, 2**63, 2**64, 1.5, "", "7", [], {}, True]
# field -> the last value that is taken, and the first that is not
EDGES: dict[str, tuple[Any, Any]] = {
    "n": (128, 129), "max_tokens": (200, 255), "temperature": (2.0, 2.1), "top_p": (1.0, 1.1), "min_p": (1.0, 1.1),
    "top_logprobs": (5, 6), "presence_penalty": (2.0, 2.1), "frequency_penalty": (-2.0, -2.1), "seed": (2**63 - 1, 2**63),
    "prompt_logprobs": (5, 6),
    "stop": (["a"] * 4, ["a"] * 5), "logit_bias": ({"260": 100}, {"261": 100}), "allowed_token_ids": ([260], [261]),
    "stop_token_ids": ([260], [261]), "cache_salt": ("x" * 128, "x" * 129), "request_id": ("x" * 64, "x" * 65)}
NUMBERS = {"n", "max_tokens", "temperature", "top_p", "min_p", "top_logprobs", "seed", "prompt_logprobs"}


def check_limits(served: Served) -> None:
    for name, (last, first) in EDGES.items():
        beside: dict[str, Any] = {"logprobs": True} if name == "top_logprobs" else {"temperature": 1} if name == "n" else {}
        taken = served.post(C, chat("say:x", **{"max_tokens": 2, **beside, name: last}))
        assert taken.status_code == 200, (name, taken.text)
        refused = served.post(C, chat("say:x", **{"max_tokens": 2, **beside, name: first}))
        assert refused.status_code == 400, (name, refused.text)
        assert is_refusal(refused)["param"].startswith(name)
    for name, value in itertools.product(NUMBERS, POISON):
        response = served.post(C, chat("say:x", **{"max_tokens": 2, name: value}))
        assert response.status_code in (200, 400), (name, value, response.text)
        if isinstance(value, (str, list, dict, bool)):
            assert is_refusal(response, 400)["code"] == "invalid_type", (name, value)
    for text, name in itertools.product(("NaN", "Infinity", "-Infinity", "1e400"), NUMBERS):
        body = f'{{"messages":[{{"role":"user","content":"x"}}],"{name}":{text}}}'
        is_refusal(served.post(C, body.encode()), 400)
    assert served.client.figures().num_finished.get("error", 0) == 0


def test_r3_limits(served):
    check_limits(served)


def test_r3_control(served, monkeypatch):
    monkeypatch.setattr(admit.Admission, "_ids", lambda self, name, ids: ids)
    with red:
        check_limits(served)


# ---- R4: whoever fails, fails alone

def check_alone(served: Served, phase: str) -> None:
    """Eight others say what they say alone, to the byte."""
    def strike(label: str) -> None:
        if label == "doomed":
            raise RuntimeError("planted")

    texts, label = [f"say:{'abcdefgh'[i] * 12}" for i in range(8)], b"HTTP/1.1\r\nX-Request-Id: doomed\r\n"
    close = (b"HTTP/1.1\r\n", b"HTTP/1.1\r\nConnection: close\r\n", 1)
    socks, doomed = [served.connect() for _ in texts], served.connect()
    for sock, text in zip(socks, texts, strict=True):
        sock.settimeout(3)
        sock.sendall(request(chat(text, stream=True)).replace(*close))
    faults.planted[phase] = strike
    try:
        served.until(lambda: served.client.figures().num_started == len(texts))
        doomed.sendall(request(chat("say:abc", stream=True)).replace(b"HTTP/1.1\r\n", label, 1))
        for sock, text in zip(socks, texts, strict=True):
            got = b""
            try:
                while part := sock.recv(1 << 16):
                    got += part
            except TimeoutError:
                raise AssertionError("a stream does not end") from None
            found = events(dechunked(got))
            assert found[-1] == "[DONE]"
            assert "".join(e["choices"][0]["delta"].get("content", "") for e in found[:-1]) == text[4:]
    finally:
        del faults.planted[phase]
        for sock in (*socks, doomed):
            sock.close()


@pytest.mark.parametrize("phase", [phase for phase in faults.PHASES if phase != "tokenize"])
def test_r4_one_failure_is_one_requests(phase):
    with serving({"delay": 0.02}) as running:
        check_alone(running, phase)


def test_r4_control(monkeypatch):
    """Without the wall around each request's news, all that come after them in the same turn are lost."""
    def deliver(self: Any, news: Any) -> None:
        for n in news:
            if (live := self.live.get(n.request_id)) is not None:
                self._take(live, n, time.monotonic())

    monkeypatch.setattr(client.Client, "_deliver", deliver)
    with serving({"delay": 0.02}) as running:
        monkeypatch.setattr(running.client, "_distribute", lambda news: running.loop.call_soon_threadsafe(
            running.client._deliver, sorted(news, key=lambda n: -n.request_id)))
        running.loop.call_soon_threadsafe(running.loop.set_exception_handler, lambda loop, context: None)
        with red:
            check_alone(running, "detokenize")


# ---- R5: no text of a user keeps the loop

POISONS = (b'{"prompt":[' + b"1," * 4_000_000 + b"1]}", b'{"messages":' + b"[" * 100_000,
           b'{"messages":[' + b'{"role":"user","content":""},' * 300_000 + b"{}]}",
           b'{"logit_bias":{' + b",".join(b'"%d":1' % i for i in range(600_000)) + b'},"prompt":"x"}',
           json.dumps({"prompt": "x", "structured_outputs": {"regex": "((a{0,1000}){0,1000}){0,1000}"}}).encode(),
           json.dumps({"prompt": "x", "guided_json": {"enum": [f"v{i}" for i in range(3_000)]}}).encode())


def longest_turn(served: Served) -> float:
    """CPU seconds between two turns of the server's loop, at most, while it is sent all that."""
    most, is_over = [0.0], []

    def turn(before: float) -> None:
        now = time.thread_time()
        most[0] = max(most[0], now - before)
        if not is_over:
            served.loop.call_later(0.001, turn, time.thread_time())
    served.loop.call_soon_threadsafe(lambda: turn(time.thread_time()))
    for poison in POISONS:
        assert served.post(P, poison).status_code in (200, 400)
    is_over.append(True)
    return most[0]


def pace() -> float:
    """CPU seconds of some plain work, which take as much longer on a slow machine as the loop does."""
    began = time.thread_time()
    for _ in range(3_000_000):
        pass
    return time.thread_time() - began


def check_turns(served: Served) -> None:
    """The guards keep it to a quarter of that; without them it is three times as much."""
    assert longest_turn(served) < pace()


def test_r5_no_body_keeps_the_loop(served):
    check_turns(served)


def test_r5_control(served, monkeypatch):
    for name in ("MOST_FIELDS", "MOST_KEYS", "MOST_OBJECTS", "MOST_BRACES", "LARGE"):
        monkeypatch.setattr(body_module, name, 1 << 40)
    monkeypatch.setattr(body_module, "MOST_BYTES", dict.fromkeys(body_module.MOST_BYTES, 1 << 40))
    with red:
        check_turns(served)


# ---- R6: nothing grows with what clients choose

DISTINCT = 20_000 if FULL else 300


def check_sizes(served: Served) -> None:
    """Each string of a client has a new value in every request; what the server keeps does not grow."""
    def sizes() -> tuple[int, ...]:
        app = served.client
        return (served.get("/metrics").text.count("\n"), len(app.labels), len(app.live), len(app.tickets))

    def send(number: int) -> None:
        text = f"v{number}"
        fields = {"user": text, "request_id": text, "cache_salt": text, "session_id": text, "safety_identifier": text,
                  "stop": text, "prompt_cache_key": text, "metadata": {text: text}, text: text, "max_tokens": 1}
        assert http.post(C, json=chat(text, **fields), headers={"x-request-id": text, f"x-{text}": text}).status_code == 200
        assert http.get(f"/{text}?{text}={text}").status_code == 404
        assert http.post(C, json=chat(text, model=text)).status_code == 404

    with served.http() as http:
        for number in range(20):
            send(number)
        sizes()                                 # asking for it adds series of its own
        before = sizes()
        for number in range(20, DISTINCT):
            send(number)
        assert sizes() == before


def test_r6_nothing_grows(served):
    check_sizes(served)


def test_r6_control(served, monkeypatch):
    def answered(self: Any, scope: Any, status: int, seconds: float) -> None:
        self.answers[scope["path"], scope["method"], str(status)] += 1

    monkeypatch.setattr(metrics.Metrics, "answered", answered)
    with red:
        check_sizes(served)


# ---- R11: no route without a key but the public ones

def check_keys(served: Served) -> None:
    for declared, method in itertools.product(ROUTES, ("GET", "POST", "HEAD", "PUT")):
        path = declared.path.replace("{name:path}", "tiny")
        answer = served.raw(head(method, path, connection="close"))
        assert (status(answer) == 401) is (path not in guard.PROBES | {"/metrics"}), (method, path)
    assert served.get("/v1/models", **RIGHT).status_code == 200


def test_r11_keys():
    with serving(api_keys=KEYS) as running:
        check_keys(running)


def test_r11_control_any_key(monkeypatch):
    monkeypatch.setattr(guard.Guard, "_has_key", lambda self, scope: True)
    with serving(api_keys=KEYS) as running, red:
        check_keys(running)


def test_r11_control_one_more_public_path(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(guard, "PROBES", guard.PROBES | {"/tokenize"})
        with serving(api_keys=KEYS) as running:
            patch.undo()
            with red:
                check_keys(running)


# ---- R12: errors tell nothing of the inside

def check_errors(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """is_refusal looks for paths, objects and traces, and measures."""
    for case in CASES[::1 if FULL else 5]:
        is_refusal(served.post(case.path, case.body), case.status)
    with monkeypatch.context() as patch:
        def broken(*arguments: Any, **named: Any) -> None:
            raise RuntimeError(f"{served!r} in /home/user/site-packages/x.py: " + "x" * 9000)
        patch.setattr(service.Service, "encode", broken)
        is_refusal(served.post(P, {"prompt": "x"}), 500)


def test_r12_errors(served, monkeypatch):
    check_errors(served, monkeypatch)


def test_r12_control(served, monkeypatch):
    monkeypatch.setattr(guard, "error_reply", lambda error, headers=None: replies.json_reply(
        {"error": {"message": traceback.format_exc(), "type": "x", "param": None, "code": None}}, error.status))
    with red:
        check_errors(served, monkeypatch)


# ---- R15: one way of checking behind all doors

SHARED = {"temperature": -1, "top_p": 0, "top_k": -2, "min_p": 2, "presence_penalty": 3, "frequency_penalty": -3,
          "repetition_penalty": 0, "seed": 2**64, "stop": "", "max_tokens": 10**26, "min_tokens": -1, "ignore_eos": "x"}


def check_doors(served: Served) -> None:
    assert SHARED.keys() == set(Drawn.__struct_fields__), "a field without a bad value"
    doors = {C: {"messages": [{"role": "user", "content": "x"}]}, P: {"prompt": "x"}, "/generate": {"prompt": "x"},
             "/batch_generate": {"prompts": ["x"]}}
    for name, value in SHARED.items():
        answers = []
        for path, given in doors.items():
            for stream in ({}, {"stream": True}) if path in (C, P) else ({},):
                error = is_refusal(served.post(path, {**given, **stream, name: value}), 400)
                answers.append((error["type"], error["param"], error["code"]))
        assert len(set(answers)) == 1, (name, answers)


def test_r15_the_same_through_every_door(served):
    check_doors(served)


def test_r15_control(served, monkeypatch):
    real = plain.sampling_params
    monkeypatch.setattr(plain, "sampling_params", lambda service, request, form, **given: real(
        service, msgspec.structs.replace(request, temperature=None, top_p=None), form, **given))
    with red:
        check_doors(served)


def test_r15_all_doors_that_draw_are_here():
    assert {declared.body for declared in ROUTES if declared.body and issubclass(declared.body, Drawn)} == {
        ChatRequest, CompletionRequest, GenerateRequest, BatchGenerateRequest}


# ---- R16: ids of clients are labels

LABELS = ("same", "same", "same", "../x", "a/b", "127.0.0.1:80", "%00")


def check_labels(served: Served) -> None:
    """Live at once, with the same id; and with ids that would do harm as names."""
    async def all_of() -> list[tuple[str, str]]:
        async with httpx.AsyncClient(base_url=served.url, timeout=20, verify=False) as http:
            asks = [(label, f"{i}{letter * 9}") for i, label in enumerate(LABELS) for letter in "ab"]
            answers = await asyncio.gather(*(http.post(C, json=chat(f"say:{text}"), headers={"x-request-id": label})
                                             for label, text in asks), return_exceptions=True)
        return [(text, answer.json()["choices"][0]["message"]["content"] if not isinstance(answer, BaseException)
                 and answer.status_code == 200 else repr(answer)) for (_, text), answer in zip(asks, answers, strict=True)]
    for wanted, got in asyncio.run(all_of()):
        assert got == wanted
    assert not served.client.live and not served.client.labels


def test_r16_labels():
    with serving({"delay": 0.01}) as running:
        check_labels(running)


def test_r16_control(monkeypatch):
    """An id of the client's that becomes the engine's."""
    real = client.Client._enter

    def enter(self: Any, admitted: Any, label: str, *rest: Any) -> Any:
        self.next_id = sum(label.encode())
        return real(self, admitted, label, *rest)

    monkeypatch.setattr(client.Client, "_enter", enter)
    monkeypatch.setattr(client, "STALL_SECONDS", 1000.0)
    with serving({"delay": 0.01}, request_seconds=3.0) as running, red:
        check_labels(running)


# ---- R17: limits act while it is read

def check_reading(served: Served, sent: list[int]) -> None:
    """Of a body without a length and without an end, not much more than the limit is taken."""
    sent.clear()
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with served.connect() as sock:
        sock.settimeout(10)
        sock.sendall(head(content_type="application/json", transfer_encoding="chunked"))
        for _ in range(200):
            try:
                sock.sendall(chunk)
            except OSError:
                break
            sent.append(len(chunk))
        else:
            raise AssertionError("all of it is taken")
    is_refusal(served.post(C, b"\x1f\x8b" * 100, **{"content-encoding": "gzip"}), 415)


def test_r17_reading(served, monkeypatch):
    monkeypatch.setattr(guard, "MOST_BODY_BYTES", 100_000)
    check_reading(served, [])


def test_r17_control(served, monkeypatch):
    monkeypatch.setattr(guard, "MOST_BODY_BYTES", 1 << 40)
    with red:
        check_reading(served, [])


def test_the_plan_of_all_this_is_the_default_one():
    """No limit is laxer here than for users, but for the model's."""
    assert plan().max_queue == 4096 and generation.MOST_SIBLINGS == 128
