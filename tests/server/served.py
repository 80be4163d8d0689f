"""A whole server over loopback, in a thread of the test's process: everything is real but the device.

The fake model says what stands behind "say:" in the last message or prompt, and then draws at random.
"""
import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any

import httpx
import openai

from quire.core.model_spec import ModelSpec
from quire.core.plan import Plan
from quire.engine.client import Client
from quire.engine.local import EngineThread
from quire.server import host
from quire.server.run import address, listening
from quire.text.tokenizer import Tokenizer
from tests.server.model import EOS, fake_engine, plan

SAY = b"say:"
LIMIT_SECONDS = 30


def echo(prompt: Sequence[int]) -> Sequence[int]:
    """Bytes are ids, so what a text spells is what it says; after it the answer ends."""
    text = bytes(i for i in prompt if i < 256)
    return [*text[text.rfind(SAY) + len(SAY):], EOS] if SAY in text else ()


class Ending:
    """What a signal would ask for, from another thread."""

    def __init__(self) -> None:
        self.first, self.second = asyncio.Event(), asyncio.Event()


class Served:
    """A running server. `ended` is what it raised, once it is through."""

    def __init__(self, chosen: Plan, **fake: Any):
        self.plan, self.send_buffer = chosen, fake.pop("send_buffer", 0)
        self.fake = fake
        self.is_ready, self.ended = threading.Event(), False
        self.error: BaseException | None = None
        self.url = ""
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            asyncio.run(self._live())
        except BaseException as error:
            self.error = error
        self.ended = True
        self.is_ready.set()

    async def _live(self) -> None:
        self.loop, self.ending = asyncio.get_running_loop(), Ending()
        self.engine = self._engine()
        self.tokenizer = Tokenizer.load(self.plan.tokenizer_folder)
        spec = ModelSpec.read(self.plan.model_folder)
        self.client = Client(self.plan, spec, self.tokenizer, EngineThread(self._make))
        with listening(self.plan) as sock:
            self.port = sock.getsockname()[1] if not self.plan.uds else 0
            self.url = address(self.plan, sock)
            if self.send_buffer:                # connections inherit it
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.send_buffer)
            self.client.open()
            try:
                self.client.watch()
                await host.run(self.client, self.plan, self.tokenizer, sock, self.ending, self.is_ready.set)
            finally:
                await self.client.close()

    def _engine(self) -> Any:
        return fake_engine(self.plan, **{"script": echo, **self.fake})

    def _make(self, progress: Callable[[int, int], None]) -> Any:
        return self.engine

    def call(self, act: Callable[[], Any]) -> Any:
        """On the server's loop; gives what it gives."""
        done: Future[Any] = Future()

        def work() -> None:
            try:
                done.set_result(act())
            except BaseException as error:
                done.set_exception(error)
        self.loop.call_soon_threadsafe(work)
        return done.result(LIMIT_SECONDS)

    def ask_to_end(self) -> None:
        """As a signal does; nobody hears it when all is over."""
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(
                lambda: (self.ending.second if self.ending.first.is_set() else self.ending.first).set())

    def join(self) -> None:
        self.thread.join(LIMIT_SECONDS)
        assert not self.thread.is_alive(), "the server does not end"

    # ---- as clients see it

    def http(self, **options: Any) -> httpx.Client:
        """Without the certificates that it would read each time: nothing here is encrypted."""
        return httpx.Client(base_url=self.url, timeout=LIMIT_SECONDS, verify=False, **options)

    def openai(self, key: str = "none") -> openai.OpenAI:
        return openai.OpenAI(base_url=f"{self.url}/v1", api_key=key, max_retries=0, http_client=self.http())

    def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        with self.http() as client:
            return client.post(path, content=content, headers={"content-type": "application/json", **headers})

    def get(self, path: str, **headers: str) -> httpx.Response:
        with self.http() as client:
            return client.get(path, headers=headers)

    def raw(self, *parts: bytes, seconds: float = 10.0) -> bytes:
        """All that comes back, up to the end of the connection."""
        with self.connect() as sock:
            sock.settimeout(seconds)
            with contextlib.suppress(ConnectionError):
                for part in parts:
                    sock.sendall(part)
            return read_all(sock)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), LIMIT_SECONDS)

    def until(self, holds: Callable[[], Any], seconds: float = 10.0) -> None:
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, "it does not come true"
            time.sleep(0.002)


def read_all(sock: socket.socket) -> bytes:
    got = b""
    with contextlib.suppress(ConnectionError):
        while part := sock.recv(1 << 16):
            got += part
    return got


@contextlib.contextmanager
def serving(fake: dict[str, Any] | None = None, kind: type[Served] = Served, **changes: Any) -> Iterator[Served]:
    """Ready. At the end it is asked to end, which must work in any case."""
    served = kind(plan(**changes), **(fake or {}))
    served.thread.start()
    assert served.is_ready.wait(LIMIT_SECONDS), "the server does not become ready"
    if served.error:
        raise served.error
    try:
        yield served
    finally:
        for _ in range(2):
            served.ask_to_end()
        served.join()


def chat(text: str, **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}], **more}


def events(body: bytes) -> list[Any]:
    """Of a stream: the JSON of each event, and "[DONE]" as it is."""
    assert body.endswith(b"\n\n")
    found = []
    for part in body.split(b"\n\n")[:-1]:
        assert part.startswith(b"data: ") and b"\n" not in part
        data = part.removeprefix(b"data: ")
        found.append("[DONE]" if data == b"[DONE]" else json.loads(data))
    return found


def is_refusal(response: httpx.Response, status: int | None = None) -> dict[str, Any]:
    """Has it OpenAI's shape, and no more in it than a client should know? Gives the error."""
    assert response.status_code >= 400 and status in (None, response.status_code), response.text
    assert response.headers["content-type"] == "application/json" and response.headers["x-request-id"]
    assert len(response.content) < 4096
    for leak in ("0x", "/home", "/work", "/root", "site-packages", "Traceback", ".py", "object at"):
        assert leak not in response.text
    content = response.json()
    assert content.keys() == {"error"} and content["error"].keys() == {"message", "type", "param", "code"}
    error: dict[str, Any] = content["error"]
    assert isinstance(error["message"], str) and error["message"]
    assert isinstance(error["type"], str) and isinstance(error["param"], str | None)
    assert isinstance(error["code"], str | None)
    return error
