"""What LLM.get_metrics tells: counts of requests that have ended, and how the engine stands, under the names that
dashboards know. Without a thread, a registry or a library."""
from bisect import bisect_left
from collections import Counter as Count
from collections.abc import Iterator, Sequence

from quire.core.messages import Snapshot
from quire.core.metrics import Counter, Gauge, Histogram, Metric
from quire.engine.stats import Record

SECONDS = tuple(digit * 10.0 ** power for power in range(-3, 4) for digit in (1, 2, 5))
TOKENS = tuple(float(digit * 10 ** power) for power in range(6) for digit in (1, 2, 5))
REASONS = ("stop", "length", "abort", "error", "repetition", "vector")


class Spread:
    """Of one number over requests."""

    def __init__(self, bounds: Sequence[float]):
        self.bounds, self.counts, self.sum = bounds, [0] * (len(bounds) + 1), 0.0

    def add(self, value: float | None) -> None:
        if value is not None:
            self.counts[bisect_left(self.bounds, value)] += 1
            self.sum += value

    def metric(self, name: str, labels: dict[str, str]) -> Histogram:
        buckets, total = dict[str, int](), 0
        for bound, count in zip([f"{bound:g}" for bound in self.bounds] + ["+Inf"], self.counts, strict=True):
            total += count
            buckets[bound] = total
        return Histogram(name, labels, total, self.sum, buckets)


class Tally:
    """labels   of every metric"""

    def __init__(self, model_name: str):
        self.labels = {"model_name": model_name, "engine": "0"}
        self.num_prompt_tokens = self.num_generated_tokens = 0
        self.reasons: Count[str] = Count()
        self.spreads = {
            "time_to_first_token_seconds": Spread(SECONDS), "e2e_request_latency_seconds": Spread(SECONDS),
            "request_queue_time_seconds": Spread(SECONDS), "request_time_per_output_token_seconds": Spread(SECONDS),
            "request_prompt_tokens": Spread(TOKENS), "request_generation_tokens": Spread(TOKENS)}

    def ended(self, record: Record) -> None:
        self.num_prompt_tokens += record.num_prompt_tokens
        self.num_generated_tokens += record.num_generated_tokens
        self.reasons.update(record.reasons)
        values = (record.first_token_seconds, record.seconds, record.queue_seconds, record.seconds_per_token,
                  record.num_prompt_tokens, record.num_generated_tokens)
        for spread, value in zip(self.spreads.values(), values, strict=True):
            spread.add(value)

    def metrics(self, now: Snapshot) -> list[Metric]:
        labels = self.labels
        gauges = {"num_requests_running": now.num_running, "num_requests_waiting": now.num_waiting,
                  "kv_cache_usage_perc": now.kv_usage}
        counts = {"prefix_cache_queries": now.num_queried, "prefix_cache_hits": now.num_hits,
                  "num_preemptions": now.num_preemptions, "prompt_tokens": self.num_prompt_tokens,
                  "generation_tokens": self.num_generated_tokens}
        return [*(Gauge(f"vllm:{name}", labels, float(value)) for name, value in gauges.items()),
                *(Counter(f"vllm:{name}", labels, value) for name, value in counts.items()), *self._successes(),
                *(spread.metric(f"vllm:{name}", labels) for name, spread in self.spreads.items())]

    def _successes(self) -> Iterator[Metric]:
        for reason in REASONS:
            yield Counter("vllm:request_success", {**self.labels, "finished_reason": reason}, self.reasons[reason])
