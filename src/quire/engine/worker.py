"""The program of an engine's process: python -m quire.engine.worker LINE PARENT FOLDER GUARDS; process.py starts it.

Its first command is an Open with the Plan. It ends when it is told to, when the engine cannot go on, and when its parent
is gone. Signals of the terminal and of a supervisor are for the parent, which drains and then ends this process.
"""
import ctypes
import logging
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import zmq

from quire.core import wire
from quire.core.errors import QuireError
from quire.core.lazy import lazy
from quire.core.messages import Command, Event, Progress
from quire.core.plan import Plan
from quire.engine.loop import run_engine
from quire.engine.pulse import Page, Pulse
from quire.engine.sockets import COMMANDS, EVENTS, PULSE, receiving_end, sending_end

build = lazy("quire.engine.build")      # torch takes a second to import: by then this process must end with its parent

PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 0.25             # between looks at the pulse
LINGER_MS = 1000                # for events to leave before the process ends

log = logging.getLogger("quire.engine")


class Sockets:
    """The engine's ends. Commands are read, and events sent, by the engine's thread alone."""

    def __init__(self, folder: Path):
        self.context = zmq.Context(io_threads=1)
        self.commands = receiving_end(self.context, folder / COMMANDS)
        self.events = sending_end(self.context, folder / EVENTS)

    def receive(self, seconds: float) -> Sequence[Command]:
        got: list[Command] = []
        if seconds and not self.commands.poll(int(seconds * 1000)):
            return got
        try:
            while True:
                got.append(wire.decode(self.commands.recv(zmq.NOBLOCK)))
        except zmq.Again:
            return got

    def tell(self, event: Event) -> None:
        self.events.send(wire.encode(event), zmq.NOBLOCK)

    def close(self) -> None:
        self.context.destroy(linger=LINGER_MS)


def main(arguments: Sequence[str]) -> int:
    line, parent, folder = socket.socket(fileno=int(arguments[0])), int(arguments[1]), Path(arguments[2])
    guards, pulse = arguments[3].split(","), Pulse()
    guard(parent, guards)
    watch(line, folder, pulse, "line" in guards)
    sockets = Sockets(folder)
    try:
        serve(sockets, pulse)
    except Exception as error:
        if not isinstance(error.__cause__ or error, QuireError):
            log.error("the engine ends", exc_info=error)
        sockets.close()
        with suppress(OSError):                 # the parent may be gone
            line.sendall(wire.encode(wire.Fatal.of(error)))
        return 1
    sockets.close()
    return 0


def serve(sockets: Sockets, pulse: Pulse) -> None:
    opening = wire.decode(sockets.commands.recv())
    if not isinstance(opening, wire.Open):
        raise TypeError(f"the first command is {type(opening).__name__}, not Open")
    sockets.tell(Progress(0, 0))                # now both sides are connected, and their names can go
    plan = Plan.from_wire(opening.plan)
    logging.basicConfig(level=plan.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    run_engine(lambda progress: build.build_engine(plan, progress), sockets.tell, sockets.receive, pulse)


def guard(parent: int, guards: Sequence[str]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if "signal" in guards:
        if sys.platform == "linux":
            ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(0)             # it ended before we asked to be told


def watch(line: socket.socket, folder: Path, pulse: Pulse, ends_with_line: bool) -> None:
    """On a thread of its own: end with the parent, and show the pulse. The engine's thread may be in a kernel."""
    page = Page(folder / PULSE)

    def look() -> None:
        poller = select.poll()
        if ends_with_line:
            poller.register(line, select.POLLIN)            # the parent never writes, so this is its end
        while not poller.poll(LOOK_SECONDS * 1000):
            if pulse.has_beaten():
                page.write()
        os._exit(0)

    threading.Thread(target=look, name="quire-watch", daemon=True).start()


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)                  # nothing is left to do; libraries' threads need not be waited for
