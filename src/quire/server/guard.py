"""The outermost wall: nothing reaches a route, and nothing leaves it, but through here.

keys        default-deny on the path that the router sees; only what is in PUBLIC is answered without one
bodies      counted and timed while they are read
times       each answer has Server-Timing: how long it took until it was begun, and of generated text what took it
ids         each answer has an x-request-id: the client's own if it is short and printable, else a fresh one. A label, no key
errors      whatever is raised becomes an answer in OpenAI's shape; what is unexpected is logged and told in a fixed sentence
"""
import asyncio
import hmac
import logging
import re
import time
from hashlib import sha256
from secrets import token_hex

from starlette.exceptions import HTTPException

from quire.core.errors import InvalidRequest, NotFound, QuireError, TooLarge, Unauthorized
from quire.server import page
from quire.server.cors import Cors, header
from quire.server.replies import (
    App,
    BadMethod,
    ClientGone,
    Headers,
    Message,
    Receive,
    Scope,
    Send,
    TooSlow,
    error_reply,
)
from quire.server.service import Service

PROBES = frozenset({"/health", "/livez", "/readyz", "/ready", "/ping"})
MOST_BODY_BYTES = 16 * 1024 * 1024
BODY_SECONDS = 30.0
WEBSOCKET_POLICY = 1008                 # code of closing a WebSocket: none is served
_request_id = re.compile(rb"[\x21-\x7e]{1,128}")
log = logging.getLogger("quire.server")


class Body:
    """receive(), with an end to patience. Invariant: no more than the limit is ever handed on.

    is_late     the body was not whole in time, so the call was cancelled
    """

    def __init__(self, receive: Receive):
        self.receive, self.size, self.is_late, self.is_whole = receive, 0, False, False
        self.timer: asyncio.TimerHandle | None = None

    async def __call__(self) -> Message:
        if self.timer is None and not self.is_whole:
            task = asyncio.current_task()
            assert task is not None
            self.timer = asyncio.get_running_loop().call_later(BODY_SECONDS, self._give_up, task)
        message = await self.receive()
        if message["type"] == "http.request":
            self.size += len(message.get("body", b""))
            if self.size > MOST_BODY_BYTES:
                raise _too_large()
            self.is_whole = not message.get("more_body", False)
        if self.is_whole or message["type"] == "http.disconnect":
            self.close()
        return message

    def close(self) -> None:
        self.is_whole = True
        if self.timer is not None:
            self.timer.cancel()

    def _give_up(self, task: "asyncio.Task[object]") -> None:
        self.is_late = True
        task.cancel()


class Call:
    """One request on its way through: its id, and the headers that each answer gets."""

    def __init__(self, scope: Scope, send: Send, granted: Headers):
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        self.id = given if _request_id.fullmatch(given) else token_hex(16).encode()
        self.forward, self.status = send, 0
        self.extra = [(b"x-request-id", self.id), *granted]
        self.began = time.monotonic()
        scope["quire.request_id"], scope["quire.arrival"] = self.id.decode(), self.began

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message.get("headers", ()), *self.extra]
            if not any(name == b"server-timing" for name, _ in headers):
                headers.append((b"server-timing", b"total;dur=%.3f" % (1000 * (time.monotonic() - self.began))))
            message["headers"] = headers
        await self.forward(message)

    async def refuse(self, error: QuireError, headers: Headers | None = None) -> None:
        """Once an answer has begun there is no other: leaving it unfinished closes the connection."""
        if not self.status:
            await error_reply(error, headers).send(self.send)


class Guard:
    def __init__(self, app: App, service: Service):
        self.app, self.calls, self.metrics, plan = app, service.calls, service.metrics, service.plan
        self.keys = [sha256(key.encode()).digest() for key in plan.api_keys]
        self.cors, self.root_path = Cors(plan), plan.root_path.rstrip("/")
        self.public = PROBES if plan.guard_metrics else PROBES | {"/metrics"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": WEBSOCKET_POLICY})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}              # whoever sends knows, and leaves the body out
        body, call = Body(receive), Call(scope, send, self.cors.granted(scope))
        self.calls.enter()
        is_noted = log.isEnabledFor(logging.DEBUG)
        if is_noted:
            log.debug("request %s: %s %s", call.id.decode(), _short(scope["method"]), _short(scope["path"]))
        try:
            await self._pass(scope, body, call)
        except ClientGone:
            pass
        finally:
            body.close()
            self.calls.leave()
            seconds = time.monotonic() - call.began
            self.metrics.answered(scope, call.status, seconds)
            if is_noted:
                log.debug("request %s: answered %d after %.1f ms", call.id.decode(), call.status, seconds * 1000)

    async def _pass(self, scope: Scope, body: Body, call: Call) -> None:
        try:
            preflight = self.cors.preflight(scope)
            if preflight is not None:
                return await preflight.send(call.send)
            self._admit(scope)
            await self.app(scope, body, call.send)
        except asyncio.CancelledError:
            if not body.is_late:
                raise
            await call.refuse(TooSlow(f"the body was not complete after {BODY_SECONDS:g} s: send it faster"))
        except QuireError as error:
            if isinstance(error, Unauthorized) and page.is_wanted(scope):
                return await page.LOCKED.send(call.send)
            await call.refuse(error)
        except HTTPException as error:
            await call.refuse(_routing_error(scope, error), _allowed(error))
        except ClientGone:
            raise
        except Exception:
            log.exception("request %s failed", call.id.decode())
            await call.refuse(QuireError("unexpected"))

    def _admit(self, scope: Scope) -> None:
        """A proxy may or may not take its prefix off; what the router is given is what is checked here."""
        path: str = scope["path"]
        if self.root_path and path.startswith(self.root_path + "/"):
            path = path[len(self.root_path):]
        scope["path"], scope["root_path"] = path, ""
        self.cors.check_rebinding(scope)
        if path in self.public:
            return
        if self.keys and not self._has_key(scope):
            # OpenAI's first words: litellm tells this error from a bad request by them
            raise Unauthorized("Incorrect API key provided, or none: send Authorization: Bearer KEY, with a key of this server")
        length = header(scope, b"content-length")
        if length.isdigit() and int(length[:20]) > MOST_BODY_BYTES:
            raise _too_large()

    def _has_key(self, scope: Scope) -> bool:
        """Digests are compared, all of them whatever the first ones say: the time tells nothing of any key."""
        given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        scheme, _, key = given.partition(b" ")
        digest = sha256(key.strip()).digest()
        matches = [hmac.compare_digest(digest, known) for known in self.keys]
        return any(matches) and scheme.lower() == b"bearer"


def _too_large() -> TooLarge:
    return TooLarge(f"the body is larger than {MOST_BODY_BYTES:,} bytes: send less at once")


def _routing_error(scope: Scope, error: HTTPException) -> QuireError:
    if error.status_code == 404:
        return NotFound(f"no such URL ({_short(scope['method'])} {_short(scope['path'])}): GET /openapi.json lists them",
                        code="unknown_url")
    if error.status_code == 405:
        return BadMethod(f"{_short(scope['path'])} does not take {_short(scope['method'])}")
    return InvalidRequest("this request is not understood", code="bad_request")


def _allowed(error: HTTPException) -> Headers:
    """What a 405 must name."""
    return [(b"allow", value.encode("latin-1")) for name, value in (error.headers or {}).items() if name.lower() == "allow"]


def _short(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text[:100])
