"""What LLM.get_metrics gives back: values by the names that Prometheus shows, without Prometheus."""
from dataclasses import dataclass


@dataclass
class Metric:
    name: str
    labels: dict[str, str]


@dataclass
class Counter(Metric):
    value: int


@dataclass
class Vector(Metric):
    values: list[int]


@dataclass
class Gauge(Metric):
    value: float


@dataclass
class Histogram(Metric):
    """buckets: upper bound -> how many were not above it; the last is +Inf."""
    count: int
    sum: float
    buckets: dict[str, int]
