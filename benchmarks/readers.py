"""Clients that do nothing but read streams, in a process of its own: `python -m benchmarks.readers HOST PORT`.

One command comes on stdin and one line of figures leaves on stdout, each in JSON.

    {"streams": 500, "tokens": 100, "interval": 0.1, "slow": 0}
    {"chunks": {"8123": 5000, ...}, "ids": 50000, "lateness": [...], "ended": 500, "wrong": []}

ids         in all chunks: several stand in one where the server was late
chunks      by the second of the monotonic clock in which they came
lateness    milliseconds between the tick that an id was due at (tests.server.null) and its arrival; a sample of them
slow        of so many more streams, with SIBLINGS answers each, nothing is read before the others have ended
"""
import json
import selectors
import socket
import sys
import time
from collections import Counter
from typing import Any

from tests.server.null import FIRST, LETTERS

MARK, DONE = b'"content":"', b"data: [DONE]\n\n"
SIBLINGS = 64
SAMPLE = 20_000                 # figures of lateness that are told
RECEIVE, SMALL = 1 << 16, 4096  # bytes: of a read, of a slow reader's buffer
REST_SECONDS = 0.002            # between looks: a reader that waits for each chunk takes the core from whoever writes the next
LIMIT_SECONDS = 300.0           # in which all must have ended


def request(host: str, tokens: int, n: int = 1) -> bytes:
    body = json.dumps({"messages": [{"role": "user", "content": "x"}], "stream": True, "max_tokens": tokens, "n": n,
                       "temperature": 1, "ignore_eos": True}).encode()
    return (f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


class Reader:
    def __init__(self, sock: socket.socket):
        self.sock, self.rest, self.has_begun = sock, b"", False

    def read(self) -> tuple[bytes, bool]:
        """What is whole of what has come, and whether the stream has ended."""
        data = self.rest + self.sock.recv(RECEIVE)
        if not self.has_begun:
            self.has_begun = True
            if not data.startswith(b"HTTP/1.1 200 "):
                raise ValueError(data[:200].decode("latin-1"))
        if len(data) == len(self.rest):
            raise ValueError("the connection was closed before the stream ended")
        end = data.rfind(b"\n\n") + 2
        self.rest = data[end:]
        if b'"error":' in data:
            raise ValueError(data[-400:].decode("latin-1"))
        return data[:end], data.endswith((DONE + b"\r\n", DONE + b"\r\n0\r\n\r\n"))


class Crowd:
    def __init__(self, host: str, port: int, interval: float):
        self.where, self.interval = (host, port), interval
        self.chunks: Counter[int] = Counter()
        self.lateness: list[float] = []
        self.wrong: list[str] = []
        self.num_ended = self.num_ids = 0

    def run(self, streams: int, tokens: int, slow: int = 0) -> dict[str, Any]:
        waiting = [self._begin(tokens, SIBLINGS, SMALL) for _ in range(slow)]
        with selectors.DefaultSelector() as selector:
            for _ in range(streams):
                sock = self._begin(tokens)
                selector.register(sock, selectors.EVENT_READ, Reader(sock))
            until = time.monotonic() + LIMIT_SECONDS
            while selector.get_map() and time.monotonic() < until:
                for key, _ in selector.select(1.0):
                    self._take(selector, key.data)
                time.sleep(REST_SECONDS)
        for sock in waiting:
            sock.close()
        step = max(1, len(self.lateness) // SAMPLE)
        return {"chunks": self.chunks, "ids": self.num_ids, "lateness": self.lateness[::step], "ended": self.num_ended,
                "wrong": self.wrong[:3]}

    def _begin(self, tokens: int, n: int = 1, buffer: int = 0) -> socket.socket:
        sock = socket.socket()
        if buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        sock.connect(self.where)
        sock.sendall(request(self.where[0], tokens, n))
        return sock

    def _take(self, selector: selectors.BaseSelector, reader: Reader) -> None:
        try:
            data, is_over = reader.read()
        except (OSError, ValueError) as error:
            self.wrong.append(str(error))
            is_over, data = True, b""
        else:
            self.num_ended += is_over
        now = time.monotonic()
        at, found = data.find(MARK), 0
        while at >= 0:
            begin = at + len(MARK)
            end = data.index(b'"', begin)
            if end > begin:                         # the first chunk says nothing yet
                found += 1
                self.num_ids += end - begin
                self._time(data[begin] - FIRST, now)
            at = data.find(MARK, end)
        self.chunks[int(now)] += found
        if is_over:
            selector.unregister(reader.sock)
            reader.sock.close()

    def _time(self, letter: int, now: float) -> None:
        tick = int(now / self.interval)
        tick -= (tick - letter) % LETTERS
        self.lateness.append(1000 * (now - tick * self.interval))


def main() -> None:
    command = json.loads(sys.stdin.readline())
    crowd = Crowd(sys.argv[1], int(sys.argv[2]), command.pop("interval"))
    print(json.dumps(crowd.run(**command)), flush=True)


if __name__ == "__main__":
    main()
