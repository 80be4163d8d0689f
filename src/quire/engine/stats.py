"""What is counted of requests where clients are answered, and what of the engine they see: all that /metrics tells.

The numbers of requests come from one table on this side, so at every moment started == finished + running + waiting.
"""
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from quire.core.messages import Snapshot
from quire.engine.answer import Answer


class Record(NamedTuple):
    """A request that has ended. Times are on the monotonic clock, in seconds; 0.0: it never came so far."""
    num_prompt_tokens: int
    num_cached_tokens: int
    num_generated_tokens: int       # of all siblings
    n: int
    max_tokens: int
    reasons: tuple[str, ...]        # of each sibling: stop | length | abort | error
    preemptions: int
    arrival: float
    started: float                  # it first got a row
    first_token: float
    last_token: float
    ended: float

    @property
    def queue_seconds(self) -> float:
        return max(0.0, (self.started or self.ended) - self.arrival)

    @property
    def prefill_seconds(self) -> float:
        return max(0.0, self.first_token - self.started) if self.first_token and self.started else 0.0

    @property
    def decode_seconds(self) -> float:
        return self.last_token - self.first_token

    @property
    def first_token_seconds(self) -> float | None:
        return self.first_token - self.arrival if self.first_token else None

    @property
    def seconds(self) -> float:
        return self.ended - self.arrival

    @property
    def seconds_per_token(self) -> float | None:
        """After the first of each sibling."""
        steps = self.num_generated_tokens / self.n - 1
        return self.decode_seconds / steps if steps > 0 else None


class Watcher:
    """Whoever wants to hear as it happens, for histograms; each method may be overridden. Called where deltas are made,
    so it must be quick; what it raises is logged and harms nobody."""

    def first_token(self, seconds: float) -> None:
        """From arrival to the first id of a request."""

    def next_tokens(self, seconds: float, count: int) -> None:
        """Between two pieces of news of one sibling, the later with so many ids."""

    def ended(self, record: Record) -> None:
        """A request has ended, in whatever way."""

    def looked(self, snapshot: Snapshot) -> None:
        """A new snapshot of the engine."""


@dataclass(slots=True)
class Figures:
    """At one moment. Sequences: each of n siblings counts."""
    num_running: int
    num_waiting: int
    num_started: int
    num_finished: dict[str, int]    # by reason
    num_prompt_tokens: int          # of requests whose first id has come
    num_generated_tokens: int
    snapshot: Snapshot

    @property
    def kv_usage(self) -> float:
        return self.snapshot.kv_usage

    @property
    def num_preemptions(self) -> int:
        return self.snapshot.num_preemptions

    @property
    def num_prefix_queries(self) -> int:
        return self.snapshot.num_queried

    @property
    def num_prefix_hits(self) -> int:
        return self.snapshot.num_hits

    def line(self) -> str:
        """For a log."""
        hits = 100 * self.num_prefix_hits / self.num_prefix_queries if self.num_prefix_queries else 0.0
        return (f"running {self.num_running}, waiting {self.num_waiting}, KV cache {100 * self.kv_usage:.1f} % in "
                "use, prefix cache "
                f"hits {hits:.1f} %, tokens {self.num_prompt_tokens:,} in and {self.num_generated_tokens:,} out")


@dataclass(slots=True)
class Totals:
    """Since the beginning."""
    num_started: int = 0
    num_finished: Counter[str] = field(default_factory=Counter)
    num_prompt_tokens: int = 0
    num_generated_tokens: int = 0

    def figures(self, snapshot: Snapshot) -> Figures:
        """Whoever is alive and not known to run waits."""
        num_live = self.num_started - self.num_finished.total()
        num_running = min(snapshot.num_running, num_live)
        return Figures(num_running, num_live - num_running, self.num_started, dict(self.num_finished),
                       self.num_prompt_tokens, self.num_generated_tokens, snapshot)


def record_of(answer: Answer, reasons: tuple[str, ...], now: float) -> Record:
    timings = answer.timings
    return Record(len(answer.prompt_token_ids), answer.num_cached_tokens, answer.num_generated, answer.sampling.n,
                  answer.sampling.max_tokens, reasons, answer.preemptions, timings.arrival, timings.started,
                  timings.first_token, timings.last_token, now)
