"""HTTP/1.1 as it comes off a socket, within limits that the parser does not have by itself.

head        at most MOST_HEAD_BYTES and MOST_HEADERS, and whole HEAD_SECONDS after it began, or after the connection did
refusals    JSON in OpenAI's shape as everywhere, and the connection is closed
abort       scope["quire.abort"] drops the connection without waiting for what it has not read
pipe        scope["quire.pipe"] writes parts of an answer of unknown length: a stream's chunk is worth no message of ASGI
"""
import asyncio
import os
import time
from secrets import token_hex
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from quire.core.errors import QuireError
from quire.server.replies import BadHeaders, Malformed, TooSlow, error_reply

MOST_HEAD_BYTES = 64 * 1024
MOST_HEADERS = 100
HEAD_SECONDS = 10.0


class Pipe:
    """Of one answer that has begun: its parts go to the socket itself where nothing waits to be sent before them, which takes
    half of the time. is_free: whoever reads is there, and has not left too much unread."""
    written_at = 0.0

    def __init__(self, cycle: RequestResponseCycle, transport: asyncio.Transport):
        self.cycle, self.flow, self.transport = cycle, cycle.flow, transport
        self.fileno: int = transport.get_extra_info("socket").fileno()

    @property
    def is_free(self) -> bool:
        cycle = self.cycle
        return not (self.flow.write_paused or cycle.disconnected or cycle.response_complete) and bool(cycle.chunked_encoding)

    def write(self, data: bytes) -> None:
        data, transport = b"%x\r\n%b\r\n" % (len(data), data), self.transport
        is_clear = not transport.get_write_buffer_size() and not transport.is_closing()
        self.written_at = time.monotonic()
        try:
            sent = os.write(self.fileno, data) if is_clear else 0
        except OSError:                     # it is full, or nobody is there: the transport knows what to do
            sent = 0
        if sent < len(data):
            transport.write(data[sent:])


class Protocol(HttpToolsProtocol):
    """is_in_head    no request's body is being read: the next bytes belong to a head"""

    def __init__(self, *arguments: Any, **named: Any):
        super().__init__(*arguments, **named)
        self.is_in_head, self.head_bytes = True, 0
        self.head_timer: asyncio.TimerHandle | None = None
        self.refusal: QuireError | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:    # type: ignore[override]
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.is_in_head:
            self.head_bytes += len(data)
        super().data_received(data)
        if self.is_in_head and self.head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
            self._refuse(BadHeaders(f"the headers are longer than {MOST_HEAD_BYTES} bytes: send fewer or shorter ones"))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["quire.abort"] = self.transport.abort    # type: ignore[typeddict-unknown-key]
        if self.head_timer is None:
            self._start_timer()

    def on_headers_complete(self) -> None:
        self.is_in_head, self.head_bytes = False, 0
        self._stop_timer()
        self.refusal = self._wrong_head()
        if self.refusal is not None:
            raise self.refusal              # comes back as a parser error, and so to send_400_response
        super().on_headers_complete()
        if self.cycle is not None:
            self.scope["quire.pipe"] = Pipe(self.cycle, self.transport)     # type: ignore[typeddict-unknown-key]

    def on_message_complete(self) -> None:
        self.is_in_head, self.head_bytes = True, 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(self.refusal or Malformed("this is not HTTP/1.1, or it contradicts itself"))

    def _wrong_head(self) -> QuireError | None:
        length = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if len(self.headers) > MOST_HEADERS or length > MOST_HEAD_BYTES:
            return BadHeaders(f"{len(self.headers)} headers of {length} bytes are too many: at most {MOST_HEADERS} headers of "
                              f"{MOST_HEAD_BYTES} bytes in all are taken")
        version = self.parser.get_http_version()
        if version not in ("1.0", "1.1"):
            return Malformed("only HTTP/1.0 and HTTP/1.1 are spoken here")
        if version == "1.1" and sum(name == b"host" for name, _ in self.headers) != 1:
            return Malformed("a request of HTTP/1.1 has exactly one Host header")
        return None

    def _start_timer(self) -> None:
        self.head_timer = self.loop.call_later(HEAD_SECONDS, self._head_is_late)

    def _stop_timer(self) -> None:
        if self.head_timer is not None:
            self.head_timer.cancel()
            self.head_timer = None

    def _head_is_late(self) -> None:
        """Whoever never said a word gets none."""
        self.head_timer = None
        if self.head_bytes:
            self._refuse(TooSlow(f"the headers were not complete after {HEAD_SECONDS:g} s"))
        else:
            self.transport.close()

    def _refuse(self, error: QuireError) -> None:
        """Nothing is written into the middle of an answer that is on its way."""
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            reply = error_reply(error)
            headers = [*reply.headers, (b"x-request-id", token_hex(16).encode()), (b"content-length", b"%d" % len(reply.body))]
            lines = [b"%b: %b\r\n" % header for header in headers]
            self.transport.write(b"".join([STATUS_LINE[reply.status], *lines, b"\r\n", reply.body]))
        self.transport.close()
