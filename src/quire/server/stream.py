"""An answer that is sent while it is made: server-sent events, straight over ASGI.

leaving     a client that closes its connection cancels whoever works for it, and so its request ends within one step
stalling    one that does not read is dropped after STALL_SECONDS. Meanwhile it costs little: the socket's buffer is bounded,
            and what the engine says is put together until somebody asks for it
silence     where the engine has nothing to say for COMMENT_SECONDS, because the queue or the prompt is long, a comment goes
            out, which clients pass over: so nobody in between takes the connection for dead. It may be the first that is sent
"""
import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import msgspec

from quire.core.errors import QuireError
from quire.server.replies import ClientGone, Headers, Receive, Scope, Send, error_object

STALL_SECONDS = 30.0
COMMENT_SECONDS = 15.0
LOOK_SECONDS = 1.0              # between looks at who stalls, and who is silent
COMMENT = b": nothing new yet\n\n"
DONE = b"data: [DONE]\n\n"
HEADERS: Headers = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache"),
                    (b"x-accel-buffering", b"no")]
# Line ends of Unicode that JSON leaves as they are, and that some readers of events take for the end of a line.
_BREAKS = ((b"\xe2\x80\xa8", rb"\u2028"), (b"\xe2\x80\xa9", rb"\u2029"), (b"\xc2\x85", rb"\u0085"))
_encode = msgspec.json.Encoder().encode


def json_text(text: str) -> bytes:
    """As JSON, in one line for any reader."""
    encoded = _encode(text)
    return encoded if text.isascii() else one_line(encoded)


def one_line(encoded: bytes) -> bytes:
    for plain, escaped in _BREAKS:
        encoded = encoded.replace(plain, escaped)
    return encoded


def event(content: object) -> bytes:
    return b"data: " + one_line(_encode(content)) + b"\n\n"


class Pipe(Protocol):
    """One answer on a connection. Once it has begun, and while it is free, its parts may be written past ASGI.

    written_at      when that was done last, on the monotonic clock
    """
    written_at: float

    @property
    def is_free(self) -> bool: ...

    def write(self, data: bytes) -> None: ...


class Stalls:
    """Everyone who is sending, looked at once a second as long as there is anyone."""

    def __init__(self) -> None:
        self.open: set[Events] = set()
        self.timer: asyncio.TimerHandle | None = None

    def watch(self, events: "Events") -> None:
        self.open.add(events)
        if self.timer is None:
            self.timer = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        self.timer = None
        now = time.monotonic()
        for events in tuple(self.open):
            if 0 < events.sending_since < now - STALL_SECONDS:
                self.open.discard(events)
                events.drop()
            elif not events.sending_since and events.silent_since() < now - COMMENT_SECONDS:
                events.comment()
        if self.open:
            self.timer = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)


class Events:
    """The status line goes out with the first event, so that what fails before it is an error like any other.

    sending_since   when the event was handed over that is not taken yet; 0: there is none
    pipe            the connection itself, where it is ours
    """

    def __init__(self, scope: Scope, send: Send, stalls: Stalls, headers: Headers):
        self.scope, self.send, self.stalls, self.headers = scope, send, stalls, headers
        self.is_open, self.sending_since = False, 0.0
        self.put_at = time.monotonic()
        self.task = asyncio.current_task()
        self.pipe: Pipe | None = scope.get("quire.pipe")
        self.commenting: asyncio.Task[None] | None = None

    def watch(self) -> None:
        """For silence and stalls, until it is closed."""
        self.stalls.watch(self)

    def silent_since(self) -> float:
        return max(self.put_at, self.pipe.written_at if self.pipe else 0.0)

    def comment(self) -> None:
        self.commenting = asyncio.create_task(self.put(COMMENT))

    async def put(self, data: bytes, more: bool = True) -> None:
        self.sending_since = self.put_at = time.monotonic()
        if not self.is_open:
            self.is_open = True
            self.watch()
            await self.send({"type": "http.response.start", "status": 200, "headers": [*HEADERS, *self.headers]})
        await self.send({"type": "http.response.body", "body": data, "more_body": more})
        self.sending_since = 0.0

    async def fail(self, error: QuireError) -> None:
        """The last event; no [DONE] comes after it, for nothing is done."""
        await self.put(event(error_object(error)), more=False)

    def close(self) -> None:
        self.stalls.open.discard(self)
        if self.commenting is not None:
            self.commenting.cancel()

    def drop(self) -> None:
        """A polite end would wait until the client has read everything."""
        if (abort := self.scope.get("quire.abort")) is not None:
            abort()
        elif self.task is not None:
            self.task.cancel()


@asynccontextmanager
async def while_connected(receive: Receive) -> AsyncIterator[None]:
    """Raises ClientGone in the middle of whatever is awaited when the client leaves."""
    task, is_gone = asyncio.current_task(), False

    async def watch() -> None:
        nonlocal is_gone
        while (await receive())["type"] != "http.disconnect":
            pass
        is_gone = True
        if task is not None:
            task.cancel()

    watcher = asyncio.create_task(watch())
    try:
        yield
    except asyncio.CancelledError:
        if not is_gone:
            raise
        raise ClientGone from None
    finally:
        watcher.cancel()
