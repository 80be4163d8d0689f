"""The engine in this process: on a thread of its own, or turned by whoever waits for its answers."""
import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence

from quire.core.errors import EngineDead, QuireError
from quire.core.messages import Batch, Command, Event, Lose, Stop, Tell
from quire.core.types import News
from quire.engine.engine import Engine
from quire.engine.loop import Loop, Make, run_engine
from quire.engine.pulse import Pulse

POLL_SECONDS = 0.005            # while waiting for the thread to end


class Stopped(Exception):
    """Asked to end while loading."""


class EngineThread:
    """A Link. The model is loaded on the thread that runs it: some settings of the libraries below belong to a thread."""

    def __init__(self, make: Make):
        self.make, self.pulse = make, Pulse()
        self.commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self.is_stopping = threading.Event()
        self.thread: threading.Thread | None = None

    def open(self, tell: Tell, lose: Lose) -> None:
        """A daemon, so that a program that forgets it ends nevertheless."""
        self.thread = threading.Thread(target=self._run, args=(tell, lose), name="quire-engine", daemon=True)
        self.thread.start()

    def send(self, command: Command) -> None:
        self.commands.put(command)

    def beat_age(self) -> float:
        return self.pulse.age()

    def kill(self) -> None:
        """A thread cannot be ended from outside: it is left to itself."""
        self.is_stopping.set()
        self.send(Stop())

    def stop(self, seconds: float) -> bool:
        """Waits here. Has it ended?"""
        self.kill()
        if self.thread is not None and self.thread is not threading.current_thread():
            self.thread.join(seconds)
        return not self.is_alive

    async def close(self, seconds: float) -> None:
        self.kill()
        until = time.monotonic() + seconds
        while self.is_alive and time.monotonic() < until:
            await asyncio.sleep(POLL_SECONDS)

    @property
    def is_alive(self) -> bool:
        return self.thread is not None and self.thread.is_alive()

    def _run(self, tell: Tell, lose: Lose) -> None:
        try:
            run_engine(self._make, tell, self._receive, self.pulse)
        except Stopped:
            pass
        except QuireError as error:
            lose(error)
        except Exception as error:
            lost = EngineDead(f"the engine has ended: {type(error).__name__}: {error}")
            lost.__cause__ = error
            lose(lost)

    def _make(self, progress: Callable[[int, int], None]) -> Engine:
        """Loading looks at each tensor whether anybody still wants it."""
        def watched(done: int, total: int) -> None:
            if self.is_stopping.is_set():
                raise Stopped
            progress(done, total)
        return self.make(watched)

    def _receive(self, seconds: float) -> Sequence[Command]:
        got: list[Command] = []
        try:
            got.append(self.commands.get(timeout=seconds) if seconds else self.commands.get_nowait())
            while True:
                got.append(self.commands.get_nowait())
        except queue.Empty:
            return got


class Direct:
    """No thread: a turn is made when somebody asks for news."""

    def __init__(self, engine: Engine):
        self.loop = Loop(engine, self._tell)
        self.heard: list[News] = []

    def send(self, command: Command) -> None:
        self.loop.obey(command)

    def turn(self) -> list[News]:
        """The news of one turn, and of commands obeyed since the last. Raises EngineDead if the engine cannot go on."""
        if self.loop.engine.is_busy:
            self.loop.turn()
        news, self.heard = self.heard, []
        return news

    def finish(self) -> None:
        """Turn until nothing is left in the engine or on the device. News that still come are for nobody."""
        while self.loop.engine.is_busy:
            self.turn()

    def _tell(self, event: Event) -> None:
        if isinstance(event, Batch):
            self.heard += event.news
