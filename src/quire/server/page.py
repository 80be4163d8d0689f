"""GET /docs: a page that shows what /openapi.json says and sends requests. It loads nothing from anywhere but this server.

The page is one fixed file that knows nothing of this server, and its policy lets it run its own script and no other. Where a
key is asked for, a browser gets it with the status 401: it asks for the key, and with that fetches what it shows.
"""
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from quire.server.cors import header
from quire.server.replies import Headers, Receive, Reply, Scope, Send
from quire.server.service import Service

PATH = "/docs"
PAGE = (Path(__file__).parent / "web" / "docs.html").read_bytes()


def _hashed(tag: bytes) -> str:
    (inside,) = re.findall(rb"<%b>(.*?)</%b>" % (tag, tag), PAGE, re.DOTALL)
    return f"'sha256-{b64encode(sha256(inside).digest()).decode()}'"


POLICY = (f"default-src 'none'; script-src {_hashed(b'script')}; style-src {_hashed(b'style')}; connect-src 'self'; "
          "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
HEADERS: Headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-security-policy", POLICY.encode()),
                    (b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer")]
LOCKED = Reply(401, PAGE, [*HEADERS, (b"www-authenticate", b"Bearer")])


def is_wanted(scope: Scope) -> bool:
    """By a browser, that is: whoever takes anything gets JSON as from everywhere."""
    return bool(scope["path"] == PATH and scope["method"] == "GET" and "text/html" in header(scope, b"accept"))


class ShowPage:
    def __init__(self, service: Service):
        """The same for all."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Reply(200, PAGE, HEADERS).send(send)
