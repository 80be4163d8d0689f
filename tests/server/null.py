"""An engine without a model: every request gets one id at each tick of the clock. It runs in a process of its own, behind the
very sockets and records of the real one, so what is left of the cost is the server's.

Ticks lie `interval` seconds apart on the system's monotonic clock (default_chat_template_kwargs of the Plan), counted from its
zero, so that every process knows when an id was due. The id is a letter that tells the number of the tick, modulo LETTERS.
"""
import os
import sys
import time
from collections.abc import Callable, Sequence
from itertools import count
from types import SimpleNamespace
from typing import Any

from quire.core.messages import Snapshot
from quire.core.plan import Plan
from quire.core.types import Grammar, News, Sampling
from quire.engine import worker

FIRST, LETTERS = ord("A"), 26
EMPTY = 0.001                           # seconds that a turn waits where nothing is due


class NullEngine:
    """What Loop and run_engine ask of an Engine. left: ids that each request still gets."""
    masking = None

    def __init__(self, interval: float, clock: Callable[[], float] = time.monotonic,
                 wait: Callable[[float], None] = time.sleep):
        self.interval, self.clock, self.wait = interval, clock, wait
        self.executor = SimpleNamespace(start=lambda: None, stop=lambda: None)
        self.ids, self.left, self.told = count(), dict[int, int](), list[News]()
        self.tick = int(clock() / interval)             # the last one that was told

    @property
    def is_busy(self) -> bool:
        return bool(self.left or self.told)

    def add(self, prompt: Sequence[int], sampling: Sampling, *, priority: int = 0, salt: str = "", may_read_cache: bool = True,
            grammar: Grammar | None = None) -> list[int]:
        ids = [next(self.ids) for _ in range(sampling.n)]
        self.left.update(dict.fromkeys(ids, sampling.max_tokens))
        return ids

    def abort(self, request_id: int) -> None:
        if self.left.pop(request_id, None) is not None:
            self.told.append(News(request_id, (), "abort"))

    def turn(self) -> list[News]:
        """Waits for the next tick, but not long, for commands may come."""
        news, self.told = self.told, []
        if (tick := int(self.clock() / self.interval)) == self.tick:
            self.wait(min(EMPTY, self.interval))
            return news
        self.tick = tick
        token = (FIRST + tick % LETTERS,)
        for request_id, left in self.left.items():
            news.append(News(request_id, token, "" if left > 1 else "length"))
            self.left[request_id] = left - 1
        self.left = {request_id: left for request_id, left in self.left.items() if left}
        return news

    def end_all(self, error: str) -> list[News]:
        ended = [News(request_id, (), "error", error) for request_id in self.left]
        self.left.clear()
        return ended

    def reset_prefix_cache(self) -> None:
        pass

    def stats(self) -> tuple[Any, ...]:
        return tuple(Snapshot(num_running=len(self.left)))[:-1]


def build_engine(plan: Plan, progress: Callable[[int, int], None]) -> NullEngine:
    return NullEngine(plan.default_chat_template_kwargs["interval"])


if __name__ == "__main__":
    worker.build = SimpleNamespace(build_engine=build_engine)           # type: ignore[assignment]
    os._exit(worker.main(sys.argv[1:]))
