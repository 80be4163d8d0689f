"""Tensor parallel ranks, each a child process. Every rank gets every step; rank 0 answers.

Children are started as programs of their own, never by multiprocessing, so a script that makes an LLM at its top level
is not run a second time. They end with this process: by the system's signal, and by the end of their socket. A rank
that ends by itself takes the device with it: whoever waits for an answer hears a DeviceError that says which and how.
"""
import os
import secrets
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import quire
from quire.core import errors
from quire.core.errors import DeviceError, QuireError
from quire.core.plan import Plan
from quire.core.types import Step, StepOutput
from quire.executor import wire
from quire.runner.load import Progress, no_progress

STOP_SECONDS = 5.0              # that a child gets to end by itself
ERRORS = {name: value for name, value in vars(errors).items()
          if isinstance(value, type) and issubclass(value, QuireError)}


class Rank:
    """A child and the parent's end of its socket pair."""

    def __init__(self, index: int):
        self.index = index
        self.connection, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "quire.executor.worker", str(theirs.fileno()), str(os.getpid())],
                pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL, env=_environment())

    def end(self) -> str:
        """How it ended, once it has closed its socket."""
        try:
            code = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            return "it closed its connection"
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def stop(self) -> None:
        self.connection.close()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class ManyExecutor:
    """invariant   answers come in the order of steps, so `outputs` holds at most those that were asked for out of
    turn"""

    def __init__(self, plan: Plan, progress: Progress = no_progress):
        self.plan, self.progress = plan, progress
        self.ranks: list[Rank] = []
        self.outputs: dict[int, StepOutput] = {}
        self.num_layers_run = 0             # of rank 0, about a second old
        self.loss = ""                      # why the device is lost
        self.stopping = threading.Event()
        self.selector = selectors.DefaultSelector()

    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="quire-"))       # mode 0700
        meeting, secret = str(self.folder / "ranks"), secrets.token_bytes(32)
        try:
            self._spawn()
            for rank in self.ranks:
                init = wire.Init(self.plan.to_wire(), rank.index, len(self.ranks), meeting, secret)
                self._send(rank, wire.encode(init))
            self._meet()
        except BaseException:
            self.stop()
            raise

    def submit(self, step: Step) -> Callable[[], StepOutput]:
        self._tell_all(wire.Execute(step))
        return lambda: self._answer(step.number)

    def free(self, weights: bool) -> None:
        self._tell_all(wire.Free(weights))
        self._meet()

    def restore(self, weights: bool, kv: bool) -> None:
        self._tell_all(wire.Restore(weights, kv))
        self._meet()

    def stop(self) -> None:
        self.selector.close()
        for rank in self.ranks:
            rank.connection.close()         # all of them first: no rank then waits for another
        for rank in self.ranks:
            rank.stop()
        self.ranks = []
        self.stopping.set()                 # last: with its thread the ranks would be killed
        shutil.rmtree(self.folder, ignore_errors=True)

    def _spawn(self) -> None:
        """In a thread that lives as long as they do: the system's signal comes when the thread ends that started
        them."""
        is_done, problems = threading.Event(), list[OSError]()

        def keep() -> None:
            try:
                for i in range(self.plan.tensor_parallel_size):
                    self.ranks.append(rank := Rank(i))
                    self.selector.register(rank.connection, selectors.EVENT_READ, rank)
            except OSError as error:
                problems.append(error)
            is_done.set()
            self.stopping.wait()

        threading.Thread(target=keep, name="quire-ranks", daemon=True).start()
        is_done.wait()
        if problems:
            raise DeviceError(f"rank {len(self.ranks)} cannot be started: {problems[0]}")

    def _answer(self, number: int) -> StepOutput:
        while number not in self.outputs:
            self._hear()
        return self.outputs.pop(number)

    def _hear(self) -> wire.FromRank:
        """The next message of any rank, taken in."""
        if self.loss:
            raise DeviceError(self.loss)
        rank: Rank = self.selector.select()[0][0].data
        try:
            frame = wire.receive(rank.connection)
        except OSError:
            frame = b""
        if not frame:
            raise self._lost(rank)
        message = wire.decode_from_rank(frame)
        if isinstance(message, wire.Lost):
            raise self._told(rank, message)
        if isinstance(message, wire.Loading):
            self.progress(message.done, message.total)
        elif isinstance(message, wire.Alive):
            self.num_layers_run = message.num_layers_run
        elif isinstance(message, wire.Done):
            self.outputs[message.number] = message.output()
        return message

    def _told(self, rank: Rank, last: wire.Lost) -> QuireError:
        """A rank whose neighbour was killed only sees a connection break. Then the neighbour is the cause."""
        for other in self.ranks:
            if other is not rank and (other.process.poll() or 0) < 0:
                return self._lost(other)
        self.loss = last.message
        return ERRORS.get(last.error, DeviceError)(last.message)

    def _meet(self) -> None:
        """Wait until every rank is ready."""
        ready = 0
        while ready < len(self.ranks):
            ready += isinstance(self._hear(), wire.Ready)

    def _tell_all(self, message: wire.ToRank) -> None:
        frame = wire.encode(message)
        for rank in self.ranks:
            self._send(rank, frame)

    def _send(self, rank: Rank, frame: bytes) -> None:
        try:
            wire.send(rank.connection, frame)
        except OSError:
            raise self._lost(rank) from None

    def _lost(self, rank: Rank) -> DeviceError:
        self.loss = (f"rank {rank.index} of {len(self.ranks)} has ended ({rank.end()}), and with it all requests of "
                     "this engine; start it again")
        return DeviceError(self.loss)


def _environment() -> dict[str, str]:
    """The child finds the same quire, and takes nothing from the folder it is started in. Torch's own threads would take turns
    with those of our kernels."""
    here = str(Path(quire.__file__).parents[1])
    paths = [here, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONSAFEPATH": "1", "OMP_NUM_THREADS": "1"}
