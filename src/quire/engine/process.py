"""The engine in a process of its own, and what connects it: commands and events over ZeroMQ on Unix sockets in a fresh
folder of mode 0700, a heartbeat in a shared page, and a life line.

life line   a pair of connected sockets, one end held by each process and by nobody else. It carries one message, the
            engine's last word, and its end of file tells each side at once that the other is gone, however it went
the child   is a program of its own (worker.py), so a script that makes an engine at its top level is not run a second
            time. It ends with this process: by the life line, and on Linux by the system's signal too, which comes even
            while it is in a kernel. That signal is sent when the *thread* ends that started the child, so one is kept
"""
import asyncio
import codecs
import contextlib
import dataclasses
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import zmq

import quire
from quire.core import wire
from quire.core.errors import EngineDead, QuireError
from quire.core.messages import Command, Lose, Ready, Stop, Tell
from quire.core.plan import Plan
from quire.engine.pulse import Page
from quire.engine.sockets import COMMANDS, EVENTS, PULSE, private_folder, receiving_end, sending_end

GUARDS = ("signal", "line")     # how the child notices that this process has ended; tests take them away
PROGRAM = ("-m", "quire.engine.worker")                     # what the interpreter runs; tests have one without a model
LAST_CHARS = 4096               # of the child's stderr that are kept to tell why it ended
READ_SECONDS = 0.01             # that events are taken in before other work of the loop gets its turn
POLL_SECONDS = 0.005            # while waiting for the child to end
BURY_SECONDS, BURY_TRIES = 0.03, 6      # for what the child sent before it ended, and for its exit code

_quiet = re.compile(r"(rank \d+: )?(DEBUG|INFO|WARNING) ").match       # lines of the child's log that tell of no end

log = logging.getLogger("quire.engine")


class EngineProcess:
    """A Link, used on the event loop that `open` was called on; `send` may be called from any thread.

    word        what came over the life line; errors its last lines on stderr, which also go to this process's stderr
    """

    def __init__(self, plan: Plan, guards: tuple[str, ...] = GUARDS, program: tuple[str, ...] = PROGRAM):
        self.plan, self.guards, self.program = plan, guards, program
        self.process: subprocess.Popen[bytes] | None = None
        self.is_met = False
        self.is_loaded = False
        self.is_asked = False                   # to end
        self.is_lost = False
        self.word, self.errors = b"", ""
        self.decode_errors = codecs.getincrementaldecoder("utf-8")("replace").decode
        self.lock = threading.Lock()
        self.released = threading.Event()

    def open(self, tell: Tell, lose: Lose) -> None:
        self.tell, self.lose, self.loop = tell, lose, asyncio.get_running_loop()
        self.folder = private_folder()
        self.context = zmq.Context(io_threads=1)
        self.events = receiving_end(self.context, self.folder / EVENTS)
        self.commands = sending_end(self.context, self.folder / COMMANDS)
        self.page = Page(self.folder / PULSE)
        self.page.write()
        self.line, theirs = socket.socketpair()
        with theirs:
            self._spawn(theirs)
        self.line.setblocking(False)
        self.loop.add_reader(self.line, self._read_line)
        self.loop.add_reader(self.stderr, self._read_errors)
        self.loop.add_reader(int(self.events.getsockopt(zmq.FD)), self._read_events)
        self.loop.call_soon(self._read_events)
        plan = dataclasses.replace(self.plan, api_keys=())          # no concern of the engine
        self.commands.send(wire.encode(wire.Open(plan.to_wire())), zmq.NOBLOCK)

    def send(self, command: Command) -> None:
        frame = wire.encode(command)
        with self.lock:
            if not self.is_lost and not self.commands.closed:
                self.commands.send(frame, zmq.NOBLOCK)      # never full: there is no limit on what waits

    def beat_age(self) -> float:
        return 0.0 if self.is_lost else self.page.age()

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    async def close(self, seconds: float) -> None:
        """While it loads it does not listen, and has nothing to lose."""
        if self.process is None:
            return
        if not self.is_asked:
            self.is_asked = True
            self.send(Stop())
        until = time.monotonic() + (seconds if self.is_loaded else 0.0)
        while self.process.poll() is None and time.monotonic() < until:
            await asyncio.sleep(POLL_SECONDS)
        self.kill()
        self.process.wait()
        self._release()

    # ---- beginning and end

    def _spawn(self, line: socket.socket) -> None:
        """From a thread that lives as long as the child."""
        started: list[subprocess.Popen[bytes] | OSError] = []
        is_done = threading.Event()
        command = [sys.executable, *self.program, str(line.fileno()), str(os.getpid()), str(self.folder),
                   ",".join(self.guards)]

        def keep() -> None:
            try:
                started.append(subprocess.Popen(command, pass_fds=(line.fileno(),), stdin=subprocess.DEVNULL,
                                                stderr=subprocess.PIPE, env=child_environment()))
            except OSError as error:
                started.append(error)
            is_done.set()
            self.released.wait()

        self.keeper = threading.Thread(target=keep, name="quire-engine-parent", daemon=True)
        self.keeper.start()
        is_done.wait()
        if isinstance(started[0], OSError):
            self._release()
            raise EngineDead(f"the engine's process cannot be started: {started[0]}")
        self.process = started[0]
        assert self.process.stderr is not None
        self.stderr = self.process.stderr.fileno()
        os.set_blocking(self.stderr, False)

    def _release(self) -> None:
        """Whatever `open` took."""
        self.released.set()
        self.keeper.join()
        with self.lock:
            if self.commands.closed:
                return
            self.is_lost = True
            self.loop.remove_reader(self.line)
            self.loop.remove_reader(int(self.events.getsockopt(zmq.FD)))
            if self.process is not None:
                self.loop.remove_reader(self.stderr)
            self.line.close()
            self.page.close()
            self.context.destroy(linger=0)
        if self.process is not None and self.process.stderr is not None:
            self._read_errors()
            self.process.stderr.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _bury(self, tries: int) -> None:
        """The life line has ended. What the child sent before comes first; how it ended is worth a little waiting."""
        if self.is_asked or self.is_lost:
            return
        self._read_events()
        self._read_errors()
        if self.process is not None and self.process.poll() is None and not self.word and tries:
            self.loop.call_later(BURY_SECONDS, self._bury, tries - 1)
            return
        cause = self._cause()
        self.kill()
        self._release()
        self.lose(cause)

    def _cause(self) -> QuireError:
        """Its last word if it had one, else how it ended and its last line that is none of a quiet day."""
        if self.word:
            with contextlib.suppress(wire.WireError):
                word: wire.Fatal = wire.decode(self.word)
                return word.error_object()
        how = how_it_ended(self.process.poll() if self.process is not None else None)
        last = next((line.strip() for line in reversed(self.errors.splitlines()) if line.strip() and not _quiet(line)), "")
        return EngineDead(f"the engine's process {how}" + (f"; its last line was: {last}" if last else ""))

    # ---- reading

    def _read_line(self) -> None:
        try:
            part = self.line.recv(1 << 16)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            part = b""
        self.word += part
        if not part:
            self.loop.remove_reader(self.line)
            self.loop.call_later(BURY_SECONDS, self._bury, BURY_TRIES)

    def _read_errors(self) -> None:
        """The child's stderr, passed on."""
        with contextlib.suppress(OSError, ValueError):
            while part := os.read(self.stderr, 1 << 16):
                text = self.decode_errors(part)
                self.errors = (self.errors + text)[-LAST_CHARS:]
                sys.stderr.write(text)
                sys.stderr.flush()
            self.loop.remove_reader(self.stderr)        # its end

    def _read_events(self) -> None:
        """The socket's descriptor tells of changes, not of what is there: so all is read, or the rest is asked for."""
        until = time.monotonic() + READ_SECONDS
        while time.monotonic() < until:
            try:
                frame = self.events.recv(zmq.NOBLOCK)
            except zmq.ZMQError:                        # nothing more, or closed
                return
            if not self.is_asked:
                self._take(frame)
        self.loop.call_soon(self._read_events)

    def _take(self, frame: bytes) -> None:
        """Whatever goes wrong with one event, the next ones are still to be read."""
        try:
            event = wire.decode(frame)
            if not self.is_met:
                self._meet()
            self.is_loaded = self.is_loaded or isinstance(event, Ready)
            self.tell(event)
        except Exception:
            log.exception("an event of the engine is lost")

    def _meet(self) -> None:
        """The child is connected both ways: no name in the file system is needed any more, so nothing stays behind however
        anyone ends."""
        self.is_met = True
        shutil.rmtree(self.folder, ignore_errors=True)


def how_it_ended(code: int | None) -> str:
    if code is None:
        return "has closed its connection"
    if code >= 0:
        return f"has ended with exit code {code}"
    names = {known.value: known.name for known in signal.Signals}
    return f"was killed by {names.get(-code, f'signal {-code}')}"


def child_environment() -> dict[str, str]:
    """The child finds the same quire, and takes nothing from the folder it is started in. Torch's own threads would take turns
    with those of our kernels."""
    here = str(Path(quire.__file__).parents[1])
    paths = [*filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    if here not in paths and here not in _site_folders():
        paths.append(here)
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONSAFEPATH": "1", "OMP_NUM_THREADS": "1"}


def _site_folders() -> list[str]:
    return [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
