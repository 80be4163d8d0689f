"""A server of canned answers that speaks OpenAI's streams, for commands that talk to one."""
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Canned:
    url: str = ""
    models: list[str] = field(default_factory=lambda: ["first", "second"])
    pieces: list[Any] = field(default_factory=lambda: ["Hel", "lo", "!"])
    refusal: tuple[int, Any] | None = None      # status and body of every answer
    error_at: int | None = None                 # before this piece an error event
    closes_at: int | None = None                # before this piece the connection is closed
    requests: list[tuple[str, str, Any]] = field(default_factory=list)      # path, key, body


class Answer(BaseHTTPRequestHandler):
    canned: Canned

    def do_GET(self) -> None:
        self.note(None)
        if not self.refused():
            self.send({"object": "list", "data": [{"id": name} for name in self.canned.models]})

    def do_POST(self) -> None:
        self.note(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        if self.refused():
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for i, piece in enumerate(self.canned.pieces):
            if i == self.canned.closes_at:
                return
            if i == self.canned.error_at:
                self.event({"error": {"message": "the engine has ended", "type": "server_error"}})
            self.event({"choices": [self.choice(piece)]})
        self.wfile.write(b": a comment\n\n")
        self.event({"choices": [], "usage": {"completion_tokens": len(self.canned.pieces)}})
        self.wfile.write(b"data: [DONE]\n\n")

    def choice(self, piece: Any) -> dict[str, Any]:
        """A piece is text, or a delta as it is."""
        if isinstance(piece, dict):
            return {"delta": piece}
        return {"delta": {"role": "assistant", "content": piece}} if "chat" in self.path else {"text": piece}

    def event(self, value: Any) -> None:
        self.wfile.write(b"data: " + json.dumps(value).encode() + b"\n\n")

    def note(self, body: Any) -> None:
        self.canned.requests.append((self.path, self.headers.get("Authorization", ""), body))

    def refused(self) -> bool:
        if self.canned.refusal is None:
            return False
        self.send(self.canned.refusal[1], self.canned.refusal[0])
        return True

    def send(self, value: Any, status: int = 200) -> None:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Tests look at the requests instead."""


@contextmanager
def canned_server() -> Iterator[Canned]:
    canned = Canned()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("AnswerOf", (Answer,), {"canned": canned}))
    canned.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield canned
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
