"""An exception in any phase of one request ends that one, in OpenAI's shape, and no word of the others changes.

Each guard is taken away once: then the same is no longer so.
"""
import contextlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from quire.engine import faults
from quire.schedule.scheduler import Scheduler
from quire.server import chat as chat_module
from quire.server import stream
from quire.server.guard import Guard
from quire.text.template import ChatTemplate
from tests.server.served import LIMIT_SECONDS, Served, chat, events, is_refusal, serving

DOOMED = "doomed"
CHAT, TEXT = "/v1/chat/completions", "/v1/completions"
# What two others ask for, of whom one draws at random.
OTHERS = ((CHAT, chat("say:" + "ab€é\n" * 12, stream=True)),
          (TEXT, {"prompt": "x", "max_tokens": 70, "ignore_eos": True, "stream": True, "logprobs": 1, "temperature": 1.0,
                  "seed": 3}))
BODIES = {"whole": (CHAT, chat("say:doomed")), "stream": (CHAT, chat("say:doomed", stream=True)),
          "text": (TEXT, {"prompt": "say:doomed", "n": 2, "temperature": 1.0})}
PHASES = ("validate", "render", "tokenize", "schedule", "device", "detokenize", "send")


@pytest.fixture(scope="module")
def slow():
    with serving({"delay": 0.004}) as running:
        yield running


@pytest.fixture
def doomed():
    """A server that will not survive it."""
    with serving({"delay": 0.004}) as running:
        yield running


def raise_for(is_doomed: Callable[..., bool]) -> Callable[[Any], Any]:
    """A wrapper of acts that raises instead of those for the doomed."""
    def wrap(act: Any) -> Any:
        def risky(*positional: Any, **named: Any) -> Any:
            if is_doomed(*positional):
                raise MemoryError("planted")
            return act(*positional, **named)
        return risky
    return wrap


def is_doomed(request: Any) -> bool:
    """A request as the scheduler sees it."""
    return DOOMED.encode() in bytes(i for i in request.tokens if i < 256)


def plant(running: Served, monkeypatch: pytest.MonkeyPatch, phase: str) -> None:
    """Some phases know the label of a request, and some what it says."""
    scheduler = running.engine.scheduler
    wrap_text = raise_for(lambda *given: DOOMED in str(given))
    if phase == "render":
        monkeypatch.setattr(ChatTemplate, "render_private", wrap_text(ChatTemplate.render_private))
    elif phase == "tokenize":
        for name in ("encode", "encode_private"):
            monkeypatch.setattr(running.tokenizer, name, wrap_text(getattr(running.tokenizer, name)))
    elif phase == "schedule":
        monkeypatch.setattr(scheduler.kv, "commit", raise_for(lambda request, *rest: is_doomed(request))(scheduler.kv.commit))
    elif phase == "device":
        add = scheduler.add
        monkeypatch.setattr(scheduler, "add", lambda request: (
            add(request), is_doomed(request) and running.engine.executor.failing.add(request.id)))
    else:
        monkeypatch.setitem(faults.planted, phase, raise_for(lambda label: label == DOOMED)(lambda label: None))


def said(found: list[Any]) -> tuple[str, list[Any], list[Any]]:
    """Of a stream: all text, all logprobs, and how it ends, however it was cut into events."""
    choices = [choice for event in found if event != "[DONE]" for choice in event.get("choices", ())]
    text = "".join(c.get("text") or c.get("delta", {}).get("content") or "" for c in choices)
    logprobs = [number for c in choices if c.get("logprobs") for number in c["logprobs"]["token_logprobs"]]
    return text, logprobs, [c["finish_reason"] for c in choices if c["finish_reason"]] + found[-1:]


@contextlib.contextmanager
def others(running: Served) -> Iterator[list[Any]]:
    """Two streams run; afterwards what they said before, alone, and now is in the list."""
    alone = [said(events(running.post(path, body).content)) for path, body in OTHERS]
    assert all(end[-1] == "[DONE]" and len(text) > 30 for text, _, end in alone)
    found: list[Any] = []
    with ThreadPoolExecutor(len(OTHERS)) as pool:
        streams = [pool.submit(running.post, path, body) for path, body in OTHERS]
        running.until(lambda: running.client.figures().num_running == len(OTHERS))
        yield found
        found += [alone, [said(events(stream.result(LIMIT_SECONDS).content)) for stream in streams]]


@pytest.mark.parametrize(("phase", "body"), [(phase, body) for phase in PHASES for body in BODIES
                                             if (phase, body) != ("render", "text")])       # which has no template
def test_one_requests_failure_is_its_own(slow, monkeypatch, phase, body):
    with others(slow) as found:
        plant(slow, monkeypatch, phase)
        error = is_refusal(slow.post(*BODIES[body], **{"x-request-id": DOOMED}), 500)
        assert "planted" not in error["message"]
    alone, now = found
    assert now == alone
    slow.until(lambda: not slow.engine.is_busy)
    scheduler = slow.engine.scheduler
    assert scheduler.kv.num_free == scheduler.kv.num_blocks and len(scheduler.rows) == scheduler.limits.rows


# ---- in the middle of a stream

def raise_at(nth: int, act: Any) -> Any:
    calls = []

    def risky(*positional: Any, **named: Any) -> Any:
        calls.append(positional)
        if len(calls) == nth:
            raise MemoryError("planted")
        return act(*positional, **named)
    return risky


@pytest.mark.parametrize("where", ["deliver", "pieces", "put"])
def test_a_failure_in_the_middle_is_an_event(slow, monkeypatch, where):
    """No [DONE]: nothing is done. OpenAI's client raises."""
    if where == "deliver":
        monkeypatch.setitem(faults.planted, "send", raise_at(4, lambda label: None))
    elif where == "pieces":
        monkeypatch.setattr(chat_module.Turn, "_pieces", raise_at(4, chat_module.Turn._pieces))
    else:
        monkeypatch.setattr(stream.Events, "put", raise_at(2, stream.Events.put))
    response = slow.post(CHAT, chat("say:" + "abcdefgh" * 20, stream=True))
    found = events(response.content)
    assert response.status_code == 200 and len(found) > 1 and "[DONE]" not in found
    assert found[-1].keys() == {"error"} and "planted" not in json.dumps(found)
    slow.until(lambda: not slow.engine.is_busy)


# ---- controls: without its guard

def test_without_the_wall_an_error_has_no_shape(slow, monkeypatch):
    """Of validation, templates and tokenizers it is the last guard."""
    monkeypatch.setattr(Guard, "_pass", lambda guard, scope, body, call: guard.app(scope, body, call.send))
    plant(slow, monkeypatch, "tokenize")
    response = slow.post(CHAT, chat("say:doomed"))
    with pytest.raises((AssertionError, KeyError)):
        is_refusal(response, 500)


def test_without_the_guard_of_the_scheduler_all_end(doomed, monkeypatch):
    def let_out(scheduler: Scheduler, request: Any, error: Exception) -> None:
        raise error
    monkeypatch.setattr(Scheduler, "_fail", let_out)
    with others(doomed) as found:
        plant(doomed, monkeypatch, "schedule")
        doomed.post(CHAT, chat("say:doomed"))
    alone, now = found
    assert all(now[i] != alone[i] and "[DONE]" not in now[i][2] for i in range(len(OTHERS)))
