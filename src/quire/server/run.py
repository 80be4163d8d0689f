"""A server from its plan to its end.

order       the port is taken first, then the engine begins to load, and only then is the HTTP side imported, which takes as
            long as the engine needs for its own imports. From then on probes are answered
SIGTERM     not ready at once, running requests finish, new ones are refused; a second one ends all now. SIGINT is the same
the end     returns when it was asked to end; raises what ended it otherwise, so that the command says it and exits non-zero
"""
import asyncio
import errno
import os
import resource
import signal
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import uvloop

from quire.core.errors import PortError
from quire.core.lazy import lazy
from quire.core.messages import Ready
from quire.core.model_spec import ModelSpec
from quire.core.plan import Plan
from quire.engine.client import Client
from quire.engine.link import Link
from quire.engine.local import EngineThread
from quire.engine.process import EngineProcess
from quire.text.tokenizer import Tokenizer

build = lazy("quire.engine.build")      # torch, which this process needs only if the engine runs in it
host = lazy("quire.server.host")        # FastAPI and uvicorn, which take a second

BACKLOG = 2048                          # connections that wait to be taken
WILDCARDS = ("0.0.0.0", "::", "")
OnReady = Callable[[str, Ready], None]  # hears the address when requests are taken, and how the engine got ready
MOST_FILES = 65_536                     # that are asked for: each connection is one
NICE = 5                                # how far the server steps back behind the engine's process


def serve(plan: Plan, on_ready: OnReady) -> None:
    raise_files()
    with listening(plan) as sock:
        uvloop.run(live(plan, sock, on_ready))


async def live(plan: Plan, sock: socket.socket, on_ready: OnReady) -> None:
    ending = Ending()
    tokenizer = Tokenizer.load(plan.tokenizer_folder, plan.chat_template)
    client = Client(plan, ModelSpec.read(plan.model_folder), tokenizer, link_of(plan))
    client.open()
    if not plan.single_process:
        step_back()
    try:
        client.watch()
        await host.run(client, plan, tokenizer, sock, ending, lambda: on_ready(address(plan, sock), client.ready.result()))
    finally:
        await client.close()
        ending.close()


def link_of(plan: Plan) -> Link:
    if plan.single_process:
        return EngineThread(lambda progress: build.build_engine(plan, progress))
    return EngineProcess(plan)


def raise_files() -> None:
    """Many systems let a program open 1,024 files unless it asks, which is fewer than the clients that may come at once."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def step_back() -> None:
    """Where cores are short, a step that waits for one holds up everybody's next token, and the server one answer's. After
    the engine's process was started, which would inherit it; threads that are begun later do."""
    with suppress(OSError, AttributeError):             # a system that knows no such thing does without
        os.nice(NICE)


class Ending:
    """What signals ask for: to end when all is done (first), and to end now (second)."""

    def __init__(self) -> None:
        self.first, self.second = asyncio.Event(), asyncio.Event()
        self.loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            self.loop.add_signal_handler(number, self.ask)

    def ask(self) -> None:
        (self.second if self.first.is_set() else self.first).set()

    def close(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            self.loop.remove_signal_handler(number)


@contextmanager
def listening(plan: Plan) -> Iterator[socket.socket]:
    """Whoever connects from now on waits until somebody answers."""
    path = Path(plan.uds) if plan.uds else None
    sock = _bind_path(path) if path else _bind_port(plan.host, plan.port)
    try:
        sock.listen(BACKLOG)
        sock.setblocking(False)
        yield sock
    finally:
        sock.close()
        if path:
            path.unlink(missing_ok=True)


def _bind_port(name: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(name or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise PortError(f"{name} is no address of this machine ({error.strerror}): give another --host", "host") from error
    family, kind, protocol, _, where = min(found, key=lambda each: each[0] != socket.AF_INET)
    sock = socket.socket(family, kind, protocol)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(where)
    except OSError as error:
        sock.close()
        why = "is taken by another program" if error.errno == errno.EADDRINUSE else f"cannot be taken ({error.strerror})"
        raise PortError(f"port {port} of {name or 'this machine'} {why}: give another --port, or 0 for any free one",
                        "port") from error
    return sock


def _bind_path(path: Path) -> socket.socket:
    """A socket that nobody listens on any more is left over from a server that was killed."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with suppress(OSError):
        if stat.S_ISSOCK(path.stat().st_mode) and sock.connect_ex(str(path)) == errno.ECONNREFUSED:
            path.unlink()
    sock.close()
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.bind(os.fspath(path))
    except OSError as error:
        sock.close()
        raise PortError(f"the socket {path} cannot be taken ({error.strerror}): give another --uds", "uds") from error
    return sock


def address(plan: Plan, sock: socket.socket) -> str:
    """As a client on this machine writes it."""
    if plan.uds:
        return f"unix:{plan.uds}"
    name = "127.0.0.1" if plan.host in WILDCARDS else plan.host
    return f"http://{f'[{name}]' if ':' in name else name}:{sock.getsockname()[1]}"
