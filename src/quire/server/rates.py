"""Tokens a second over the last ten seconds, from totals that only grow."""
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from quire.engine.stats import Figures

WINDOW_SECONDS = 10.0
SAMPLE_SECONDS = 1.0


class Rate(NamedTuple):
    prompt: float
    generated: float


class Rates:
    """Whoever asks adds a sample; the oldest kept is the youngest that is at least a window old, if there is one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self.clock = clock
        self.samples: deque[tuple[float, int, int]] = deque([(clock(), 0, 0)])

    def at(self, figures: Figures) -> Rate:
        now = self.clock()
        while len(self.samples) > 1 and now - self.samples[1][0] >= WINDOW_SECONDS:
            self.samples.popleft()
        began, prompt, generated = self.samples[0]
        if now - self.samples[-1][0] >= SAMPLE_SECONDS:
            self.samples.append((now, figures.num_prompt_tokens, figures.num_generated_tokens))
        seconds = max(now - began, SAMPLE_SECONDS)
        return Rate((figures.num_prompt_tokens - prompt) / seconds, (figures.num_generated_tokens - generated) / seconds)
