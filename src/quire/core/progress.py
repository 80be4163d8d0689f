"""A bar on a terminal that shows how far a list of requests is. Elsewhere it says nothing."""
import sys
import time
from collections.abc import Callable
from typing import Any, Protocol

WIDTH = 30
PERIOD = 0.1                    # seconds between drawings


class Bar(Protocol):
    """The part of tqdm's interface that is used."""

    def update(self, n: int) -> object: ...

    def close(self) -> object: ...


class TerminalBar:
    def __init__(self, total: int, desc: str, is_shown: bool):
        self.total, self.desc, self.is_shown = total, desc, is_shown
        self.done, self.postfix = 0, ""
        self.began = time.monotonic()
        self.drawn_at = 0.0

    def update(self, n: int) -> None:
        self.done += n
        if self.is_shown and (self.done == self.total or time.monotonic() - self.drawn_at >= PERIOD):
            self.drawn_at = time.monotonic()
            print("\r" + self.line(), end="\x1b[K", file=sys.stderr, flush=True)

    def close(self) -> None:
        if self.is_shown:
            print(file=sys.stderr)

    def line(self) -> str:
        full = WIDTH * self.done // max(1, self.total)
        return f"{self.desc} [{'#' * full}{'.' * (WIDTH - full)}] {self.done}/{self.total}{self.postfix}"


class Meter:
    """Of requests, and how fast tokens come. `wanted` is True, False, or something with tqdm's interface."""

    def __init__(self, total: int, wanted: bool | Callable[..., Any]):
        self.began, self.num_in, self.num_out = time.monotonic(), 0, 0
        self.bar: Bar
        if callable(wanted):
            self.bar = wanted(total=total, desc="Processed prompts", dynamic_ncols=True)
        else:
            self.bar = TerminalBar(total, "Processed prompts",
                                   wanted and sys.stderr is not None and sys.stderr.isatty())

    def add(self, num_in: int, num_out: int) -> None:
        """One request has ended, with so many tokens of prompt and answer."""
        self.num_in += num_in
        self.num_out += num_out
        seconds = max(time.monotonic() - self.began, 1e-9)
        speed = f"input: {self.num_in / seconds:.1f} tok/s, output: {self.num_out / seconds:.1f} tok/s"
        if isinstance(self.bar, TerminalBar):
            self.bar.postfix = f", {speed}"
        elif hasattr(self.bar, "set_postfix_str"):
            self.bar.set_postfix_str(speed, refresh=False)
        self.bar.update(1)

    def __enter__(self) -> "Meter":
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.close()
