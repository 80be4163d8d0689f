"""The engine's heartbeat: it beats with each turn of the loop and with each layer that is computed, so in long steps too.

What beats is a number that grows; nobody has to send anything while the engine is busy. Across processes the moment of
the last beat lies in a small shared page, so it can be read while the engine computes, and while it is stopped.
"""
import mmap
import time
from collections.abc import Callable
from pathlib import Path

PAGE_BYTES = mmap.PAGESIZE


class Pulse:
    """beats + also(): grows while the engine lives. Whoever asks for the age must ask again and again: a beat is
    noticed when somebody looks."""

    def __init__(self, also: Callable[[], int] = lambda: 0, clock: Callable[[], float] = time.monotonic):
        self.beats, self.also, self.clock = 0, also, clock
        self.seen, self.seen_at = -1, clock()

    def beat(self) -> None:
        self.beats += 1

    def has_beaten(self) -> bool:
        """Since it was last asked."""
        if (count := self.beats + self.also()) == self.seen:
            return False
        self.seen, self.seen_at = count, self.clock()
        return True

    def age(self) -> float:
        """Seconds since somebody who looked first saw the last beat."""
        return 0.0 if self.has_beaten() else self.clock() - self.seen_at


class Page:
    """One number in a file that two processes share: when the engine last beat, on the system's monotonic clock, in ns.
    Writing it is one store of eight bytes."""

    def __init__(self, path: Path):
        with path.open("a+b") as file:
            file.truncate(PAGE_BYTES)
            self.map = mmap.mmap(file.fileno(), PAGE_BYTES)
        self.view = memoryview(self.map).cast("Q")

    def write(self) -> None:
        self.view[0] = time.monotonic_ns()

    def age(self) -> float:
        """Seconds; 0 before the first beat."""
        return max(0.0, (time.monotonic_ns() - self.view[0]) / 1e9) if self.view[0] else 0.0

    def close(self) -> None:
        self.view.release()
        self.map.close()
