"""The ends of the ZeroMQ sockets between an engine's process and its parent, and the folder in which they meet."""
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import zmq

from quire.core.errors import EngineDead

COMMANDS, EVENTS, PULSE = "commands", "events", "pulse"     # files in the folder
MOST_PATH_BYTES = 100           # of a Unix socket; systems take from 103 to 107
RECONNECT_MS = 10               # between looks whether the other side is there


def sending_end(context: "zmq.Context[zmq.Socket[bytes]]", path: Path) -> "zmq.Socket[bytes]":
    """Whoever sends connects, so that what is sent before the other side is there waits. Without a limit."""
    end = context.socket(zmq.PUSH)
    end.setsockopt(zmq.SNDHWM, 0)
    end.setsockopt(zmq.RECONNECT_IVL, RECONNECT_MS)
    end.connect(f"ipc://{path}")
    return end


def receiving_end(context: "zmq.Context[zmq.Socket[bytes]]", path: Path) -> "zmq.Socket[bytes]":
    end = context.socket(zmq.PULL)
    end.setsockopt(zmq.RCVHWM, 0)
    end.bind(f"ipc://{path}")
    return end


def private_folder() -> Path:
    """Fresh, of mode 0700, with a path short enough for sockets in it."""
    bases: list[Callable[[], str]] = [tempfile.gettempdir, lambda: "/tmp"]
    for base in bases:
        folder = Path(tempfile.mkdtemp(prefix="quire-", dir=base()))
        if len(os.fsencode(folder / COMMANDS)) <= MOST_PATH_BYTES:
            return folder
        folder.rmdir()
    raise EngineDead(f"the temporary folder {tempfile.gettempdir()} has too long a name for sockets in it; set TMPDIR "
                     "to "
                     "another")
