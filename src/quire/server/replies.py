"""Answers that are whole before they are sent: JSON, and every error in OpenAI's one shape.

Invariant: an error's body has at most MOST_ERROR_BYTES and never tells of objects, paths, versions or other requests: what
goes wrong inside (status 500 and above) is told in a fixed sentence, and in full only to the log.
"""
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec

from quire.core.errors import OutOfTime, QuireError, Unavailable

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

MOST_ERROR_CHARS = 800
MOST_ERROR_BYTES = 4_000
RETRY_SECONDS = 2
JSON = (b"content-type", b"application/json")
CLOSE = (b"connection", b"close")

# What a client is told instead of the message, by code.
INSIDE = {
    "request_failed": "this request failed inside the engine; others go on. Try again, and if it fails again tell the "
                      "operator its x-request-id",
    "engine_dead": "the engine has ended, and the server ends too: try again when it has been started anew",
    "engine_stalled": "the engine does not answer, and the server ends: try again when it has been started anew",
}
BUG = "something went wrong inside the server; tell the operator the x-request-id of this answer"


class BadMethod(QuireError):
    status, type, code = 405, "invalid_request_error", "method_not_allowed"


class TooSlow(QuireError):
    status, type, code = 408, "invalid_request_error", "request_timeout"


class WrongMedia(QuireError):
    status, type, code = 415, "invalid_request_error", "unsupported_media_type"


class Forbidden(QuireError):
    status, type, code = 403, "invalid_request_error", "forbidden"


class Malformed(QuireError):
    """HTTP that is no HTTP."""
    status, type, code = 400, "invalid_request_error", "bad_request"


class BadHeaders(QuireError):
    """Too many, or too long."""
    status, type, code = 431, "invalid_request_error", "headers_too_large"


class ClientGone(Exception):
    """Nobody waits for the answer any more."""


class Reply(NamedTuple):
    status: int
    body: bytes
    headers: Headers

    async def send(self, send: Send) -> None:
        headers = [*self.headers, (b"content-length", b"%d" % len(self.body))]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def json_reply(content: Any, status: int = 200, headers: Headers | None = None) -> Reply:
    return Reply(status, msgspec.json.encode(content), [JSON, *(headers or [])])


def error_object(error: QuireError) -> dict[str, dict[str, str | None]]:
    """What a client is told, in an answer or in the middle of a stream."""
    message = error.message
    if error.code in INSIDE or (error.status >= 500 and not isinstance(error, (Unavailable, OutOfTime))):
        message = INSIDE.get(error.code, BUG)
    if len(message) > MOST_ERROR_CHARS:
        message = message[:MOST_ERROR_CHARS - 3] + "..."
    return {"error": {"message": message, "type": error.type, "param": error.param and error.param[:100], "code": error.code}}


def error_reply(error: QuireError, headers: Headers | None = None) -> Reply:
    extra = list(headers or [])
    if error.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        extra.append((b"retry-after", b"%d" % RETRY_SECONDS))
    if error.status == HTTPStatus.UNAUTHORIZED:
        extra.append((b"www-authenticate", b"Bearer"))
    if isinstance(error, (TooSlow, Malformed, BadHeaders, Unavailable)) or error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        extra.append(CLOSE)
    return json_reply(error_object(error), error.status, extra)
