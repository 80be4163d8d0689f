"""A file of requests, one JSON object in each line, to a file of answers in the same order: the server's own routes, without a
socket.

    {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": {...}}
    {"id": "batch-...", "custom_id": "a", "response": {"status_code": 200, "request_id": ..., "body": {...}}, "error": null}

A line that cannot be answered has a line that says why, under `error` and as the status and body that a client of the server
would get; the others go on. Only so many requests are held at once as the queue takes, so a file may be of any length.
"""
import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from typing import Any, NamedTuple

import uvloop

from quire.core.errors import InvalidRequest, QuireError
from quire.core.messages import Ready
from quire.core.model_spec import ModelSpec
from quire.core.plan import Plan
from quire.engine.client import Client
from quire.server.app import ROUTES, make_app
from quire.server.host import first_of
from quire.server.log import set_up
from quire.server.replies import App, Message, Scope, error_object
from quire.server.run import link_of
from quire.text.template import ChatTemplate
from quire.text.tokenizer import Tokenizer

URLS = tuple(declared.path for declared in ROUTES if "POST" in declared.methods.split() and declared.body is not None)
AHEAD = 2               # times as many requests as may run are held, so that the next ones are at hand
BUSY = 429
RETRY_SECONDS = 0.05
Told = dict[str, Any]


class Tally(NamedTuple):
    num_answered: int
    num_refused: int


def run_file(plan: Plan, source: Path, target: Path, on_ready: Callable[[Ready], None]) -> Tally:
    """Answers are written as soon as those of all lines before have been. Keys are for those who come from outside."""
    plan = replace(plan, api_keys=())
    with source.open(encoding="utf-8") as lines, target.open("w", encoding="utf-8") as out:
        return uvloop.run(_live(plan, lines, lambda told: print(json.dumps(told, ensure_ascii=False), file=out, flush=True),
                                on_ready))


async def _live(plan: Plan, lines: Iterable[str], tell: Callable[[Told], object], on_ready: Callable[[Ready], None]) -> Tally:
    tokenizer = Tokenizer.load(plan.tokenizer_folder, plan.chat_template)
    client = Client(plan, ModelSpec.read(plan.model_folder), tokenizer, link_of(plan))
    client.open()
    try:
        client.watch()
        set_up(plan)
        app = make_app(client, plan, tokenizer, ChatTemplate.of(tokenizer, plan.chat_template))
        await first_of(asyncio.wrap_future(client.ready), asyncio.wrap_future(client.death))
        if client.is_ready:
            on_ready(client.ready.result())
        num_answered = num_refused = 0
        async for told in answers(app, lines, min(AHEAD * plan.max_num_seqs, plan.max_queue)):
            if client.cause is not None:
                break
            tell(told)
            num_answered, num_refused = num_answered + (told["error"] is None), num_refused + (told["error"] is not None)
        if client.cause is not None:
            raise client.cause
        return Tally(num_answered, num_refused)
    finally:
        await client.close()


async def answers(app: App, lines: Iterable[str], at_once: int) -> AsyncIterator[Told]:
    """In the order of the lines; empty ones are passed over."""
    running: deque[asyncio.Task[Told]] = deque()
    desk = Desk(app)
    try:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            if len(running) == at_once:
                yield await running.popleft()
            running.append(asyncio.create_task(_answer(desk, number, line)))
        while running:
            yield await running.popleft()
    finally:
        for task in running:
            task.cancel()


async def _answer(desk: "Desk", number: int, line: str) -> Told:
    request_id = f"batch-{token_hex(8)}"
    custom_id: Any = None
    try:
        given = _read(number, line)
        custom_id = given.get("custom_id")
        url, body = _check(number, given)
    except QuireError as error:
        return _told(custom_id, request_id, error.status, error_object(error))
    return _told(custom_id, request_id, *await desk.ask(url, json.dumps(body).encode(), request_id))


class Desk:
    """num_asked: requests that are with the server."""

    def __init__(self, app: App):
        self.app, self.num_asked = app, 0

    async def ask(self, url: str, body: bytes, request_id: str) -> tuple[int, Any]:
        """Status and JSON of an answer. One request may ask for many answers, so that the queue is full for the next: that one
        waits, as long as there is somebody to wait for."""
        while True:
            self.num_asked += 1
            try:
                status, content = await ask(self.app, url, body, request_id)
            finally:
                self.num_asked -= 1
            if status != BUSY or not self.num_asked:
                return status, content
            await asyncio.sleep(RETRY_SECONDS)


def _read(number: int, line: str) -> dict[str, Any]:
    try:
        given = json.loads(line)
    except ValueError:
        raise InvalidRequest(f"line {number} is not JSON") from None
    if not isinstance(given, dict):
        raise InvalidRequest(f"line {number} is no JSON object")
    return given


def _check(number: int, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if not isinstance(given.get("custom_id"), str):
        raise InvalidRequest(f"line {number}: custom_id must be a text, by which its answer is found", "custom_id")
    if given.get("method", "POST") != "POST":
        raise InvalidRequest(f"line {number}: method must be POST", "method")
    url, body = given.get("url"), given.get("body")
    if url not in URLS:
        raise InvalidRequest(f"line {number}: url must be one of {', '.join(URLS)}", "url")
    if not isinstance(body, dict):
        raise InvalidRequest(f"line {number}: body must be an object, as the route {url} takes it", "body")
    if body.get("stream"):
        raise InvalidRequest(f"line {number}: an answer in a file is no stream: leave stream out", "stream")
    return str(url), body


def _told(custom_id: Any, request_id: str, status: int, content: Any) -> Told:
    """What goes wrong stands where either of the two habits looks for it."""
    error = content.get("error") if status != 200 and isinstance(content, dict) else None
    return {"id": f"batch-{token_hex(8)}", "custom_id": custom_id,
            "response": {"status_code": status, "request_id": request_id, "body": content}, "error": error}


async def ask(app: App, url: str, body: bytes, request_id: str) -> tuple[int, Any]:
    """Status and JSON of an answer. The client that asks never goes away."""
    parts: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[Message] = []

    async def receive() -> Message:
        return parts.pop() if parts else await asyncio.get_running_loop().create_future()

    async def send(message: Message) -> None:
        sent.append(message)
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"x-request-id", request_id.encode())]
    scope: Scope = {"type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "path": url,
                    "raw_path": url.encode(), "root_path": "", "query_string": b"", "headers": headers,
                    "client": ("127.0.0.1", 0), "server": ("127.0.0.1", 0)}
    await app(scope, receive, send)
    return sent[0]["status"], json.loads(b"".join(message.get("body", b"") for message in sent[1:]))
