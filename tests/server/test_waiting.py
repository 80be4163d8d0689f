"""Who waits: silent streams, requests that take too long, clients that do not read; and what is told of how long it took and of
how much there was, whoever hung up."""
import logging
import re
import socket

import pytest

from quire.engine import faults
from quire.server import protocol, stream
from quire.server.stream import COMMENT
from tests.kept import Kept
from tests.server.served import Served, chat, events, is_refusal, read_all, serving
from tests.server.test_life import dechunked
from tests.server.test_stream import ENDLESS, request

C, P = "/v1/chat/completions", "/v1/completions"


# ---- silence

@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(stream, "COMMENT_SECONDS", 0.03)
    monkeypatch.setattr(stream, "LOOK_SECONDS", 0.01)


def without_comments(body: bytes) -> bytes:
    return body.replace(COMMENT, b"")


@pytest.mark.parametrize(("path", "body"), [(C, chat("say:abc", stream=True)), (P, {"prompt": "say:abc", "stream": True})])
def test_a_silent_stream_says_so_from_the_beginning(impatient, path, body):
    """Before the first token, which the queue or the prompt may hold up, as well as between others."""
    with serving({"delay": 0.3}) as running:
        got = running.post(path, body).content
        assert got.startswith(COMMENT) and got.count(COMMENT) > 4
        found = events(without_comments(got))
        assert found[-1] == "[DONE]" and found[-2]["choices"][0]["finish_reason"] == "stop"
        chunks = running.openai().chat.completions.create(model="tiny", **chat("say:ab"), stream=True)
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "ab"


def test_a_stream_that_goes_on_has_no_comments():
    with serving({"delay": 0.01}) as running:
        assert COMMENT not in running.post(C, chat("say:abcdefgh", stream=True)).content


def test_what_fails_after_a_comment_is_an_event(impatient, monkeypatch):
    """The status line has gone with the comment."""
    def strike(label: str) -> None:
        raise RuntimeError("planted")

    monkeypatch.setitem(faults.planted, "send", strike)
    with serving({"delay": 0.3}) as running:
        response = running.post(C, chat("say:abc", stream=True))
        assert response.status_code == 200 and response.content.startswith(COMMENT)
        (last,) = events(without_comments(response.content))
        assert last["error"]["code"] == "request_failed"


# ---- too long

def test_a_request_that_takes_too_long_ends_with_504():
    with serving({"delay": 0.02}, request_seconds=0.3) as running:
        for path, body in ((C, ENDLESS | {"stream": False}), (P, {"prompt": "x", "ignore_eos": True, "max_tokens": 200}),
                           ("/generate", {"prompt": "x", "ignore_eos": True, "max_tokens": 200})):
            error = is_refusal(running.post(path, body), 504)
            assert error["code"] == "deadline_exceeded" and "0.3 s" in error["message"]
        *_, last = events(running.post(C, ENDLESS).content)
        assert last["error"]["code"] == "deadline_exceeded"
        running.until(lambda: not running.engine.is_busy)
        assert running.engine.scheduler.kv.num_free == running.engine.scheduler.kv.num_blocks
        assert running.client.figures().num_finished == {"error": 4}


def test_waiting_in_the_line_counts():
    """Nothing has been said yet, so a stream's answer is a real 504 too."""
    with serving({"delay": 0.02}, request_seconds=0.4, max_num_seqs=1) as running, running.connect() as first:
        first.sendall(request(ENDLESS))
        running.until(lambda: running.client.figures().num_running)
        with running.connect() as second:
            second.settimeout(10)
            second.sendall(request(ENDLESS).replace(b"HTTP/1.1\r\n", b"HTTP/1.1\r\nConnection: close\r\n", 1))
            answer = read_all(second)
    assert answer.startswith((b"HTTP/1.1 504 ", b"HTTP/1.1 200 ")) and b'"code":"deadline_exceeded"' in answer


def test_who_is_in_time_is_not_ended_later():
    with serving(request_seconds=600.0) as running:
        assert running.post(C, chat("say:x")).status_code == 200
        assert not running.client.live
        assert running.call(lambda: [h for h in getattr(running.loop, "_scheduled", ()) if "_expire" in repr(h)
                                     and not h.cancelled()]) == []


# ---- how long it took

def test_server_timing():
    with serving({"delay": 0.01}) as running:
        names = {}
        for name, response in {
                "whole": running.post(C, chat("say:abc")), "text": running.post(P, {"prompt": "say:abc"}),
                "stream": running.post(C, chat("say:abc", stream=True)), "refused": running.post(C, {}),
                "probe": running.get("/health")}.items():
            parts = dict(part.split(";dur=") for part in response.headers["server-timing"].split(", "))
            assert all(float(value) >= 0 for value in parts.values())
            names[name] = list(parts)
    assert names["whole"] == names["text"] == ["queue", "prefill", "decode", "total"]
    assert names["stream"] == ["queue", "prefill", "total"] and names["refused"] == names["probe"] == ["total"]


# ---- how much there was

def metric(running: Served, name: str) -> float:
    return sum(float(line.rpartition(" ")[2]) for line in running.get("/metrics").text.splitlines() if line.startswith(name))


def test_usage_is_exact_when_the_client_hangs_up():
    """In the log, in the counters and in the histograms; and not less than what the client was told last."""
    lines, logger = Kept(), logging.getLogger("quire.server")
    logger.addHandler(lines)
    options = {"include_usage": True, "continuous_usage_stats": True}
    try:
        with serving({"delay": 0.005}, log_requests=True, log_level="info") as running:
            with running.connect() as sock:
                sock.settimeout(10)
                sock.sendall(request(ENDLESS | {"stream_options": options}))
                got = b""
                while got.count(b'"completion_tokens":') < 9:
                    got += sock.recv(4096)
            running.until(lambda: any("generated" in line for line in lines.lines))
            running.until(lambda: not running.engine.is_busy)
            (line,) = [line for line in lines.lines if "generated" in line]
            found = re.search(r"(\d+) prompt tokens, (\d+) generated", line)
            prompt, generated = int(found[1]), int(found[2])
            told = [int(n) for n in re.findall(rb'"completion_tokens":(\d+)', got)]
            assert told == sorted(told) and told[0] == 0 and generated >= told[-1] >= 9
            assert f'"prompt_tokens":{prompt},'.encode() in got
            figures = running.client.figures()
            assert (figures.num_prompt_tokens, figures.num_generated_tokens) == (prompt, generated)
            assert metric(running, "vllm:generation_tokens_total") == generated
            assert metric(running, "vllm:request_generation_tokens_sum") == generated
            assert metric(running, "vllm:request_prompt_tokens_sum") == prompt
    finally:
        logger.removeHandler(lines)


# ---- who does not read

MOST_WAITING = 256 << 10                # bytes: what is kept for a client, and one large chunk more


def most_waiting(monkeypatch) -> int:
    """Bytes that the server keeps for a client that never reads some megabytes, at most at any moment."""
    transports, most = [], [0]
    real = protocol.Protocol.connection_made

    def made(self, transport):
        transports.append(transport)
        real(self, transport)

    monkeypatch.setattr(protocol.Protocol, "connection_made", made)
    with serving({"send_buffer": 4096}, max_model_len=1024) as running, socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(("127.0.0.1", running.port))
        sock.sendall(request({"prompt": "x", "max_tokens": 400, "ignore_eos": True, "stream": True, "n": 8, "temperature": 1,
                              "logprobs": 5}, P))
        running.until(lambda: transports)

        def look() -> bool:
            most[0] = max(most[0], running.call(transports[0].get_write_buffer_size))
            return running.client.figures().num_generated_tokens >= 8 * 400
        running.until(look, 60)
        assert running.post(C, chat("say:others are served")).status_code == 200
    return most[0]


def test_what_is_kept_for_a_slow_reader_is_bounded(monkeypatch):
    assert 0 < most_waiting(monkeypatch) < MOST_WAITING


def test_control_without_flow_control_it_is_not(monkeypatch):
    monkeypatch.setattr(protocol.Protocol, "pause_writing", lambda self: None)
    assert most_waiting(monkeypatch) > MOST_WAITING


def test_chunks_that_are_written_at_once_and_those_that_wait_are_one_stream():
    """A client that stops and goes on gets every character, in order, and [DONE]: what could be written past the task was, and
    what could not was put together."""
    text = "".join(chr(97 + i % 26) for i in range(3000))
    with serving({"send_buffer": 4096}, max_model_len=8192, num_blocks=8192) as running, socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(("127.0.0.1", running.port))
        sock.settimeout(30)
        sock.sendall(request(chat(f"say:{text}", stream=True, max_tokens=4000)).replace(b"HTTP/1.1\r\n",
                                                                                      b"HTTP/1.1\r\nConnection: close\r\n", 1))
        running.until(lambda: running.client.figures().num_generated_tokens > 1500, 30)
        found = events(dechunked(read_all(sock)))
    assert found[-1] == "[DONE]"
    assert "".join(e["choices"][0]["delta"].get("content", "") for e in found[:-1]) == text
    assert len(found) < 2500, "nothing had to wait: this shows nothing"


def test_many_write_at_once(monkeypatch):
    """Nearly every chunk of a client that reads goes past the task."""
    count, real = [0], protocol.Pipe.write

    def write(self, data):
        count[0] += 1
        real(self, data)

    monkeypatch.setattr(protocol.Pipe, "write", write)
    with serving({"delay": 0.005}) as running:
        body = running.post(C, chat("say:" + "a" * 50, stream=True)).content
        assert count[0] >= 40 and body.count(b'"content":"a') >= 40
