"""Where the start-up time goes: one line a phase, with a bar that begins where the phase did."""
import time
from collections.abc import Callable

WIDTH = 24                      # characters of the whole start-up


class Waterfall:
    """Phases in order. `begin` ends the one before."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self.clock = clock
        self.phases: list[tuple[str, float, float]] = []        # name, begin, end
        self.current = ("", clock())

    def begin(self, name: str) -> None:
        self.end()
        self.current = (name, self.clock())

    def end(self) -> None:
        name, began = self.current
        if name:
            self.phases.append((name, began, self.clock()))
        self.current = ("", self.clock())

    def lines(self) -> list[str]:
        if not self.phases:
            return []
        first, last = self.phases[0][1], self.phases[-1][2]
        scale = WIDTH / max(last - first, 1e-9)
        rows = []
        for name, began, ended in self.phases:
            left = min(WIDTH - 1, int((began - first) * scale))
            bar = " " * left + "#" * max(1, round((ended - began) * scale))
            rows.append(f"  {name:<18} {ended - began:7.2f} s  {bar[:WIDTH]}")
        return [*rows, f"  {'ready after':<18} {last - first:7.2f} s"]
