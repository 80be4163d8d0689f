"""Streams on the wire: framing, clients that leave, clients that do not read, failures in the middle."""
import asyncio
import contextlib
import json
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.core.errors import EngineDead
from quire.server import stream
from quire.server.stream import json_text, one_line
from tests.server.served import chat, events, is_refusal, read_all, serving

BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


@pytest.fixture(scope="module")
def slow():
    """A token every few milliseconds, for hundreds of tokens."""
    with serving({"delay": 0.005}) as running:
        yield running


def request(body: dict, path: str = "/v1/chat/completions") -> bytes:
    content = json.dumps(body).encode()
    return (f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
            ).encode() + content


ENDLESS = chat("x", stream=True, ignore_eos=True)


# ---- framing

@given(st.text(st.characters(exclude_categories=["Cs"])) | st.text(BREAKS + "ab\"\\"))
def test_any_text_is_one_line_for_any_reader(text):
    encoded = json_text(text)
    assert json.loads(encoded) == text
    assert len(encoded.splitlines()) == 1 and len(encoded.decode().splitlines()) == 1


@given(st.text("é😀\u2028\u0085ab"))
def test_bytes_of_other_characters_are_not_touched(text):
    assert json.loads(one_line(json.dumps({"a": text}, ensure_ascii=False).encode())) == {"a": text}


class Reader:
    """A strict parser of server-sent events that is fed in pieces."""

    def __init__(self):
        self.buffer, self.events = b"", []

    def feed(self, piece: bytes) -> None:
        self.buffer += piece
        while b"\n\n" in self.buffer:
            event, _, self.buffer = self.buffer.partition(b"\n\n")
            (line,) = event.split(b"\n")
            field, _, value = line.partition(b": ")
            assert field == b"data"
            self.events.append("[DONE]" if value == b"[DONE]" else json.loads(value))


def test_a_stream_cut_at_each_byte_is_the_same_stream():
    text = "a\nb\r\n\u2028😀\"\\é\x85"
    with serving() as running:
        body = running.post("/v1/chat/completions", chat(f"say:{text}", stream=True)).content
    whole = events(body)
    for cut in range(len(body) + 1):
        reader = Reader()
        reader.feed(body[:cut])
        reader.feed(body[cut:])
        assert reader.events == whole and not reader.buffer
    assert "".join(e["choices"][0]["delta"].get("content", "") for e in whole[:-1]) == text
    assert len(body.decode().splitlines()) == 2 * len(whole)        # none of them has a line end inside


def test_headers_tell_proxies_to_keep_their_hands_off(slow):
    response = slow.post("/v1/chat/completions", chat("say:x", stream=True))
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-cache" and response.headers["x-accel-buffering"] == "no"


# ---- clients that leave

def leave_by_reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


@pytest.mark.parametrize("leave", [leave_by_reset, socket.socket.close], ids=["reset", "close"])
@pytest.mark.parametrize("body", [ENDLESS, ENDLESS | {"stream": False}, ENDLESS | {"n": 3, "temperature": 1.0}],
                         ids=["stream", "whole", "siblings"])
def test_who_leaves_ends_the_request(slow, leave, body):
    with slow.connect() as sock:
        sock.sendall(request(body))
        slow.until(lambda: slow.client.figures().num_running)
        leave(sock)
    slow.until(lambda: not slow.engine.is_busy)
    assert slow.client.figures().num_running == 0
    scheduler = slow.engine.scheduler
    assert scheduler.kv.num_free == scheduler.kv.num_blocks


def test_many_leave_at_once(slow):
    before = slow.client.figures().num_finished.get("abort", 0)
    socks = [slow.connect() for _ in range(60)]
    for sock in socks:
        sock.sendall(request(ENDLESS))
    slow.until(lambda: slow.client.figures().num_started - sum(slow.client.figures().num_finished.values()) == 60)
    for sock in socks:
        leave_by_reset(sock)
    slow.until(lambda: slow.client.figures().num_finished.get("abort", 0) == before + 60)
    slow.until(lambda: not slow.engine.is_busy)
    assert slow.engine.scheduler.kv.num_free == slow.engine.scheduler.kv.num_blocks


def test_who_leaves_several_prompts_ends_all_of_them(slow):
    with slow.connect() as sock:
        body = {"prompt": ["a", "b", "c"], "stream": True, "max_tokens": 200, "ignore_eos": True}
        sock.sendall(request(body, "/v1/completions"))
        slow.until(lambda: slow.client.figures().num_running == 3)
    slow.until(lambda: not slow.engine.is_busy)


def test_who_leaves_before_the_body_is_whole_leaves_nothing(slow):
    with slow.connect() as sock:
        sock.sendall(request(ENDLESS)[:-10])
    assert slow.get("/livez").status_code == 200


# ---- clients that do not read

class Tap:
    """An ASGI send that takes nothing in after the first message, and a receive that only waits."""

    def __init__(self):
        self.sent, self.gone, self.is_dropped = [], asyncio.Event(), False

    async def send(self, message):
        self.sent.append(message)
        if len(self.sent) > 2:
            await self.gone.wait()

    async def receive(self):
        await self.gone.wait()
        return {"type": "http.disconnect"}

    def abort(self):
        self.is_dropped = True
        self.gone.set()


def test_who_does_not_read_is_dropped(monkeypatch):
    monkeypatch.setattr(stream, "STALL_SECONDS", 0.02)
    monkeypatch.setattr(stream, "LOOK_SECONDS", 0.01)

    async def stall() -> None:
        tap, stalls = Tap(), stream.Stalls()
        sending = stream.Events({"quire.abort": tap.abort}, tap.send, stalls, [])
        with pytest.raises(stream.ClientGone):
            async with stream.while_connected(tap.receive):
                while True:
                    await sending.put(b"data: {}\n\n")
                    await asyncio.sleep(0)
        sending.close()
        assert tap.is_dropped and not stalls.open

    asyncio.run(asyncio.wait_for(stall(), 10))


def test_who_reads_slowly_is_not_dropped(monkeypatch):
    monkeypatch.setattr(stream, "STALL_SECONDS", 0.2)
    monkeypatch.setattr(stream, "LOOK_SECONDS", 0.01)

    async def slowly() -> None:
        tap, stalls = Tap(), stream.Stalls()
        sending = stream.Events({"quire.abort": tap.abort}, lambda message: asyncio.sleep(0.03), stalls, [])
        for _ in range(12):
            await sending.put(b"data: {}\n\n")
        await asyncio.sleep(0.3)                # an engine that has nothing to say for a while is no stalled client
        assert not tap.is_dropped
        sending.close()
        await asyncio.sleep(0.03)
        assert not tap.is_dropped and not stalls.open and stalls.timer is None

    asyncio.run(asyncio.wait_for(slowly(), 10))


def test_a_connection_that_stalls_is_dropped_for_real(monkeypatch):
    """More than all buffers between here and there can hold (some 10 MB against some 100 kB), and a client that takes none of
    it. The engine sleeps at each of 4000 steps, so that the end of the answer is far off when the client is dropped."""
    monkeypatch.setattr(stream, "STALL_SECONDS", 0.2)
    monkeypatch.setattr(stream, "LOOK_SECONDS", 0.02)
    with serving({"send_buffer": 4096, "delay": 0.01}, max_model_len=4096) as running, socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(("127.0.0.1", running.port))
        sock.sendall(request({"prompt": "x", "max_tokens": 4000, "ignore_eos": True, "stream": True, "n": 4, "logprobs": 5},
                             "/v1/completions"))
        running.until(lambda: running.client.figures().num_finished.get("abort"), 30)
        assert not running.client.figures().num_finished.get("length")
        assert running.get("/livez").status_code == 200


# ---- failures

def test_what_fails_before_the_first_token_is_no_stream():
    with serving(max_queue=1, fake={"delay": 0.005}) as running, running.connect() as sock:
        sock.sendall(request(ENDLESS))
        running.until(lambda: running.client.figures().num_running)
        for body in (ENDLESS, ENDLESS | {"stream": False}):
            response = running.post("/v1/chat/completions", body)
            assert is_refusal(response, 429)["type"] == "rate_limit_error"
            assert int(response.headers["retry-after"]) > 0
        error = is_refusal(running.post("/v1/completions", {"prompt": ["a", "b"]}), 400)
        assert error["param"] == "prompt"


def test_one_of_several_prompts_that_finds_no_room_ends_the_others():
    with serving(max_queue=2, fake={"delay": 0.005}) as running, running.connect() as sock:
        sock.sendall(request(ENDLESS))
        running.until(lambda: running.client.figures().num_running)
        is_refusal(running.post("/v1/completions", {"prompt": ["a", "b"]}), 429)
        assert running.client.figures().num_running <= 1


def test_the_end_of_the_engine_is_told_to_all_at_once():
    with serving({"delay": 0.005}) as running, contextlib.ExitStack() as stack:
        socks = [stack.enter_context(running.connect()) for _ in range(8)]
        for number, sock in enumerate(socks):
            sock.settimeout(10)
            sock.sendall(request(ENDLESS | {"stream": number > 0}))
        running.until(lambda: running.client.figures().num_running == 8)
        running.call(lambda: running.client._lose(EngineDead("the device is on fire in /home/user")))
        whole, *streams = [read_all(sock) for sock in socks]
        assert whole.startswith(b"HTTP/1.1 503") and b"retry-after" in whole and b"/home" not in whole
        for answer in streams:
            assert b'"code":"engine_dead"' in answer and b"[DONE]" not in answer and b"/home" not in answer
        running.join()
        assert isinstance(running.error, EngineDead) and "on fire" in running.error.message
