"""A chat template that takes its time, and what else the server does meanwhile."""
import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from quire.core.errors import InvalidRequest
from quire.server import aside
from quire.server.service import MOST_RENDERS
from quire.text.template import ChatTemplate
from tests.server.served import LIMIT_SECONDS, chat, is_refusal, serving


class Gate:
    """Where renders wait; how many are inside at once."""

    def __init__(self, monkeypatch):
        self.open, self.lock, self.inside, self.most = threading.Event(), threading.Lock(), 0, 0
        self.render = ChatTemplate.render_private
        gate = self

        def slow(template, messages, *positional, **named):
            with gate.lock:
                gate.inside += 1
                gate.most = max(gate.most, gate.inside)
            assert gate.open.wait(LIMIT_SECONDS)
            with gate.lock:
                gate.inside -= 1
            return gate.render(template, messages, *positional, **named)
        monkeypatch.setattr(ChatTemplate, "render_private", slow)


def test_others_are_served_while_a_short_chat_is_rendered(monkeypatch):
    with serving() as running, ThreadPoolExecutor() as pool:
        gate = Gate(monkeypatch)
        try:
            slow = pool.submit(running.post, "/v1/chat/completions", chat("say:x"))
            running.until(lambda: gate.inside)
            answer = running.post("/v1/completions", {"prompt": "say:abc"})
            assert answer.json()["choices"][0]["text"] == "abc" and not slow.done()
        finally:
            gate.open.set()
        assert slow.result().json()["choices"][0]["message"]["content"] == "x"


def test_only_so_many_are_rendered_at_once_and_all_in_the_end(monkeypatch):
    with serving() as running, ThreadPoolExecutor(MOST_RENDERS + 3) as pool:
        gate = Gate(monkeypatch)
        try:
            chats = [pool.submit(running.post, "/v1/chat/completions", chat(f"say:{i}"))
                     for i in range(MOST_RENDERS + 3)]
            running.until(lambda: gate.inside == MOST_RENDERS)
            assert running.get("/livez").status_code == 200
        finally:
            gate.open.set()
        assert [c.result().json()["choices"][0]["message"]["content"] for c in chats] == [str(i) for i in range(len(chats))]
        assert gate.most == MOST_RENDERS


def test_what_a_template_refuses_is_told_as_before(monkeypatch):
    def refuse(*positional, **named):
        raise InvalidRequest("chat template: no", "messages")

    with serving() as running:
        monkeypatch.setattr(ChatTemplate, "render_private", refuse)
        assert is_refusal(running.post("/v1/chat/completions", chat("x")), 400)["param"] == "messages"


@pytest.mark.parametrize("size", [0, aside.MOST_AT_ONCE])
def test_only_long_work_leaves_the_loop(size):
    here = threading.get_ident()
    assert (asyncio.run(aside.aside(threading.get_ident, size)) == here) is (size < aside.MOST_AT_ONCE)
