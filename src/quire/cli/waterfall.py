"""Where the start-up time goes: one line a phase, with a bar that begins where the phase did.

Phases follow one another without a gap, the first from the moment when the system started this process, before any line
of ours ran. So they add up to the time until requests are taken, in what is printed too.
"""
import os
import time
from contextlib import suppress
from pathlib import Path

WIDTH = 24                      # characters of the whole start-up
START_FIELD = 19                # of /proc/self/stat, counted behind the name in brackets, in ticks since the system started


def process_start() -> float:
    """On the monotonic clock; a system that does not tell has started us just now."""
    now = time.monotonic()
    with suppress(OSError, ValueError, IndexError, AttributeError):
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[START_FIELD]) / os.sysconf("SC_CLK_TCK")
        return now - max(0.0, age)
    return now


class Waterfall:
    def __init__(self, began: float):
        self.began = began
        self.phases: list[tuple[str, float]] = []               # name, end

    def end(self, name: str, at: float | None = None) -> None:
        """The phase that began where the last one ended; `at` may be told later than it was, and by another process."""
        last = self.phases[-1][1] if self.phases else self.began
        self.phases.append((name, max(last, time.monotonic() if at is None else at)))

    def lines(self) -> list[str]:
        """Moments are rounded, not what lies between them."""
        ends = [round(end - self.began, 2) for _, end in self.phases]
        total = ends[-1] if ends else 0.0
        scale = WIDTH / max(total, 0.01)
        rows = []
        for (name, _), began, ended in zip(self.phases, [0.0, *ends], ends, strict=False):
            left = min(WIDTH - 1, int(began * scale))
            bar = " " * left + "#" * max(1, round((ended - began) * scale))
            rows.append(f"  {name:<18} {ended - began:7.2f} s  {bar[:WIDTH]}")
        return [*rows, f"  {'ready after':<18} {total:7.2f} s"]
