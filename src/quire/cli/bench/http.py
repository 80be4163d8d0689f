"""A lean HTTP client: asyncio's protocols and httptools, which the server needs anyway, and nothing between them.

The time of a read is taken before anything is parsed, and what is done with a chunk takes a few microseconds: so thousands of
streams can be read by one process without it being what is measured. Connections are kept and used again, as clients do.
"""
import asyncio
import ssl
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any, NamedTuple
from urllib.parse import SplitResult

import httptools

from quire.core.errors import NetworkError

CONNECT_SECONDS = 30.0
Take = Callable[[bytes, float], None]


class Dropped(Exception):
    """The connection was closed before a byte of the answer came."""


class Response(NamedTuple):
    status: int
    body: bytes                     # empty where a `take` got it


class Connection(asyncio.Protocol):
    """One at a time: a request, and the answer to it. `take` gets the body of a 200 as it comes."""
    transport: asyncio.Transport

    def __init__(self, clock: Callable[[], float]):
        self.clock = clock
        self.answer: asyncio.Future[Response] | None = None
        self.is_open = True

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def ask(self, request: bytes, take: Take | None) -> "asyncio.Future[Response]":
        self.answer = asyncio.get_running_loop().create_future()
        self.parser: Any = httptools.HttpResponseParser(self)
        self.take, self.has_begun, self.now = take, False, 0.0
        self.body: list[bytes] = []
        self.transport.write(request)
        return self.answer

    def data_received(self, data: bytes) -> None:
        self.now = self.clock()
        self.has_begun = True
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(NetworkError(f"what comes back is not HTTP: {error}"))
            self.close()

    def on_body(self, body: bytes) -> None:
        if self.take and self.parser.get_status_code() == 200:
            self.take(body, self.now)
        else:
            self.body.append(body)

    def on_message_complete(self) -> None:
        if self.parser.get_status_code() >= 200:         # 100 and its like come before the answer
            if not self.parser.should_keep_alive():
                self.close()
            self._finish()

    def connection_lost(self, error: Exception | None) -> None:
        """An answer without a length ends so; whether it is whole is for the reader of its events to know."""
        self.is_open = False
        if self.answer is None or self.answer.done():
            return
        if not self.has_begun:
            self._fail(Dropped(error))
        elif error is not None:
            self._fail(NetworkError(f"the connection broke: {error}"))
        else:
            self._finish()

    def close(self) -> None:
        self.is_open = False
        self.transport.close()

    def _finish(self) -> None:
        if self.answer and not self.answer.done():
            self.answer.set_result(Response(self.parser.get_status_code(), b"".join(self.body)))

    def _fail(self, error: Exception) -> None:
        if self.answer and not self.answer.done():
            self.answer.set_exception(error)


class Http:
    """Requests to one server. headers: of every request."""

    def __init__(self, url: SplitResult, headers: Mapping[str, str], is_insecure: bool = False,
                 clock: Callable[[], float] = perf_counter):
        self.host, self.clock = url.hostname or "", clock
        self.port = url.port or (443 if url.scheme == "https" else 80)
        self.tls = _context(is_insecure) if url.scheme == "https" else None
        self.head = "".join(f"{name}: {value}\r\n" for name, value in
                            {"Host": url.netloc.rpartition("@")[2], "Accept-Encoding": "identity", **headers}.items())
        self.idle: list[Connection] = []
        self.address = ""

    async def ask(self, method: str, path: str, body: bytes = b"", take: Take | None = None, seconds: float = CONNECT_SECONDS,
                  headers: str = "") -> Response:
        """Raises NetworkError. A kept connection that the server has closed meanwhile is replaced, once."""
        content = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        request = f"{method} {path} HTTP/1.1\r\n{self.head}{headers}{content}\r\n".encode() + body
        try:
            while self.idle:
                if (connection := self.idle.pop()).is_open:
                    try:
                        return await self._on(connection, request, take, seconds)
                    except Dropped:
                        break
            return await self._on(await self._connect(), request, take, seconds)
        except Dropped as error:
            raise NetworkError(f"{self.host}:{self.port} closed the connection without an answer") from error

    def close(self) -> None:
        for connection in self.idle:
            connection.close()

    async def _on(self, connection: Connection, request: bytes, take: Take | None, seconds: float) -> Response:
        try:
            response = await asyncio.wait_for(connection.ask(request, take), seconds)
        except BaseException as error:
            connection.close()
            if isinstance(error, asyncio.TimeoutError):
                raise NetworkError(f"no whole answer within {seconds:g} s") from error
            raise
        if connection.is_open:
            self.idle.append(connection)
        return response

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            _, connection = await asyncio.wait_for(loop.create_connection(
                lambda: Connection(self.clock), self.address or self.host, self.port, ssl=self.tls,
                server_hostname=self.host if self.tls else None), CONNECT_SECONDS)
            # The name is looked up once: it is not the name server that is measured.
            self.address = connection.transport.get_extra_info("peername")[0]
        except (OSError, asyncio.TimeoutError) as error:
            raise NetworkError(f"no server answers at {self.host}:{self.port} ({error or 'no answer in time'})") from error
        return connection


def _context(is_insecure: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if is_insecure:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
