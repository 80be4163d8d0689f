"""The HTTP side of a running server: uvicorn with our protocol, and what happens from its first answer to its last."""
import asyncio
import contextlib
import socket
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

import uvicorn

from quire.core.plan import Plan
from quire.engine.client import Client
from quire.server.app import make_app
from quire.server.calls import Calls
from quire.server.log import set_up, tell_stats
from quire.server.protocol import Protocol as HttpProtocol
from quire.text.template import ChatTemplate
from quire.text.tokenizer import Tokenizer

KEEP_ALIVE_SECONDS = 75
LAST_WORDS_SECONDS = 0.5        # for events that tell of an end to leave
TICK_SECONDS = 1.0


class Asked(Protocol):
    """What signals ask for: to end when all is done, and to end now."""
    first: asyncio.Event
    second: asyncio.Event


async def run(client: Client, plan: Plan, tokenizer: Tokenizer, sock: socket.socket, ending: Asked,
              on_ready: Callable[[], None]) -> None:
    """Until the end. Raises what ended the engine, unless it was asked to end."""
    set_up(plan)
    app = make_app(client, plan, tokenizer, ChatTemplate.of(tokenizer, plan.chat_template))
    calls: Calls = app.state.service.calls
    server = Server(app, sock)
    await server.begin()
    background = [] if plan.disable_log_stats else [asyncio.create_task(tell_stats(client, plan))]
    try:
        await first_of(asyncio.wrap_future(client.ready), asyncio.wrap_future(client.death), ending.first.wait())
        if client.is_ready:
            on_ready()
        await first_of(asyncio.wrap_future(client.death), ending.first.wait())
        if client.cause is None:
            await drain(client, calls, plan.drain_seconds, ending)
        await _at_most(calls.idle.wait(), LAST_WORDS_SECONDS)
    finally:
        for task in background:
            task.cancel()
        await server.end()
    if client.cause is not None:
        raise client.cause


async def drain(client: Client, calls: Calls, seconds: float, ending: Asked) -> None:
    """Who is served goes on, until the time is up or somebody asks again; whoever is not through then is told."""
    client.drain()
    await first_of(_at_most(calls.idle.wait(), seconds), ending.second.wait(), asyncio.wrap_future(client.death))
    client.shut()


async def first_of(*waits: "Coroutine[Any, Any, Any] | asyncio.Future[Any]") -> None:
    """Whatever came of it, for the client's state tells; the others are given up."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _at_most(wait: Coroutine[Any, Any, Any], seconds: float) -> None:
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(wait, seconds)


class Server(uvicorn.Server):
    """uvicorn's, without its signals, its loop and its log: it begins and ends when it is told to."""

    def __init__(self, app: Any, sock: socket.socket):
        super().__init__(uvicorn.Config(
            app, http=HttpProtocol, ws="none", lifespan="off", interface="asgi3", log_config=None, access_log=False,
            server_header=False, proxy_headers=False, timeout_keep_alive=KEEP_ALIVE_SECONDS))
        self.sock = sock

    async def begin(self) -> None:
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        await self.on_tick(0)
        await self.startup(sockets=[self.sock])
        self.ticks = asyncio.create_task(self._tick())

    async def _tick(self) -> None:
        """uvicorn keeps the Date header fresh on every tenth tick."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            await self.on_tick(0)

    async def end(self) -> None:
        """Connections that are idle close at once, others when their answer is through, and what is left is dropped."""
        self.ticks.cancel()
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=LAST_WORDS_SECONDS)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
