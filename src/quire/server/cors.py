"""Which web pages of other origins may call (CORS). Nobody, unless --allowed-origins says so."""
from urllib.parse import urlsplit

from quire.core.plan import Plan
from quire.server.replies import Forbidden, Headers, Malformed, Reply, Scope

MAX_AGE_SECONDS = 600
EXPOSED = b"x-request-id, x-quire-unknown-fields, retry-after, server-timing"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def header(scope: Scope, name: bytes) -> str:
    """The first one of this name; empty if there is none."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


class Cors:
    def __init__(self, plan: Plan):
        self.origins, self.methods = plan.allowed_origins, plan.allowed_methods
        self.headers = tuple(h.lower() for h in plan.allowed_headers)
        self.credentials = plan.allow_credentials
        self.is_private = not plan.api_keys and plan.host in LOOPBACK

    def is_allowed(self, origin: str) -> bool:
        return "*" in self.origins or origin in self.origins

    def preflight(self, scope: Scope) -> Reply | None:
        """The answer to a browser that asks first; None if this is something else. Needs no key, for browsers send none."""
        origin, method = header(scope, b"origin"), header(scope, b"access-control-request-method")
        if scope["method"] != "OPTIONS" or not origin or not method:
            return None
        asked = [h.strip().lower() for h in header(scope, b"access-control-request-headers").split(",") if h.strip()]
        if not self.is_allowed(origin):
            raise Malformed("this origin may not call this server: name it in --allowed-origins", code="cors")
        if not self._has(self.methods, method):
            raise Malformed("this method is not among --allowed-methods", code="cors")
        if not all(self._has(self.headers, name) for name in asked):
            raise Malformed("a header that is asked for is not among --allowed-headers", code="cors")
        return Reply(204, b"", [
            (b"access-control-allow-methods", method.encode("latin-1")),
            (b"access-control-allow-headers", ", ".join(asked).encode("latin-1")),
            (b"access-control-max-age", b"%d" % MAX_AGE_SECONDS)])

    def granted(self, scope: Scope) -> Headers:
        """What each answer to an allowed origin carries."""
        origin = header(scope, b"origin")
        if not origin or not self.is_allowed(origin):
            return []
        headers = [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"origin"),
                   (b"access-control-expose-headers", EXPOSED)]
        return [*headers, (b"access-control-allow-credentials", b"true")] if self.credentials else headers

    def check_rebinding(self, scope: Scope) -> None:
        """A page whose name was made to point at this machine is of the same origin for its browser. Where neither a key nor
        the network stands between, its name gives it away."""
        origin = header(scope, b"origin")
        if not self.is_private or not origin or self.is_allowed(origin):
            return
        name = _host(origin)
        if name and name not in LOOPBACK and name == _host("//" + header(scope, b"host")):
            raise Forbidden("a web page of another name may not call a server without a key: name its origin in "
                            "--allowed-origins, or set --api-key")

    @staticmethod
    def _has(allowed: tuple[str, ...], name: str) -> bool:
        return "*" in allowed or name in allowed


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
