"""What supervisors, balancers and dashboards ask. Never waits for the engine, and never needs a key.

/livez                              200 while the engine's loop beats, also while it loads
/health /readyz /ready /ping        200 when requests are taken; 503 while it loads, drains, hangs, or is dead
/load, /version, /metrics           figures
"""
from quire import __version__
from quire.server.metrics import CONTENT_TYPE
from quire.server.replies import Receive, Reply, Scope, Send, json_reply
from quire.server.service import Service

NO_STORE = (b"cache-control", b"no-store")


class Alive:
    def __init__(self, service: Service):
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = self.service.client
        state = client.state if client.is_alive or client.state in ("closed", "dead") else "hung"
        await json_reply({"status": state}, 200 if client.is_alive else 503, [NO_STORE]).send(send)


class Taking:
    def __init__(self, service: Service):
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = self.service.client
        if client.is_ready and client.is_alive:
            await json_reply({"status": "ready"}, headers=[NO_STORE]).send(send)
            return
        state = "hung" if client.is_ready else client.state
        body = {"status": state, "loaded_bytes": client.progress.done, "total_bytes": client.progress.total}
        await json_reply(body, 503, [NO_STORE, (b"retry-after", b"1")]).send(send)


class Load:
    def __init__(self, service: Service):
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        figures = self.service.client.figures()
        await json_reply({"server_load": figures.num_running + figures.num_waiting}).send(send)


class Version:
    def __init__(self, service: Service):
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await json_reply({"version": __version__}).send(send)


class ShowMetrics:
    def __init__(self, service: Service):
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Reply(200, self.service.metrics.text(), [(b"content-type", CONTENT_TYPE), NO_STORE]).send(send)
