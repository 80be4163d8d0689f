"""Names of metrics that guides, dashboards and autoscalers still ask for: what vLLM has dropped or renamed, and what the
wrappers of guides count themselves (those that begin with vllm_ and have the label model). The counts are the same as under the
modern names.
"""
from collections.abc import Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from quire.engine.stats import Figures
from quire.server.rates import Rate

SERIES = ("model_name", "engine")
STATUS = {"error": "error", "abort": "aborted"}         # of a sequence, by the reason of its end; else success


def older(figures: Figures, rates: Rate, labels: Sequence[str]) -> Iterator[Metric]:
    """labels: the values of SERIES."""
    hits, queries = figures.num_prefix_hits, figures.num_prefix_queries
    for name, help, value in (
            ("gpu_cache_usage_perc", "kv_cache_usage_perc under an older name", figures.kv_usage),
            ("cpu_cache_usage_perc", "always 0: nothing is swapped out", 0),
            ("num_requests_swapped", "always 0: nothing is swapped out", 0),
            ("gpu_prefix_cache_hit_rate", "share of prompt tokens that the cache had", hits / queries if queries else 0.0),
            ("cpu_prefix_cache_hit_rate", "always 0: there is one cache", 0),
            ("avg_prompt_throughput_toks_per_s", "prompt tokens a second, lately", rates.prompt),
            ("avg_generation_throughput_toks_per_s", "tokens generated a second, lately", rates.generated)):
        gauge = GaugeMetricFamily(f"vllm:{name}", help, labels=SERIES)
        gauge.add_metric(labels, value)
        yield gauge
    for name, help, value in (("gpu_prefix_cache_queries", "prefix_cache_queries under an older name", queries),
                              ("gpu_prefix_cache_hits", "prefix_cache_hits under an older name", hits)):
        counter = CounterMetricFamily(f"vllm:{name}", help, labels=SERIES)
        counter.add_metric(labels, value)
        yield counter


def of_wrappers(figures: Figures, model: str, buckets: Sequence[tuple[str, float]], seconds: float) -> Iterator[Metric]:
    """buckets, seconds: of the time from arrival to the end."""
    active = GaugeMetricFamily("vllm_active_requests", "sequences running and waiting", labels=["model"])
    active.add_metric([model], figures.num_running + figures.num_waiting)
    generated = CounterMetricFamily("vllm_tokens_generated", "tokens generated", labels=["model"])
    generated.add_metric([model], figures.num_generated_tokens)
    ended = dict.fromkeys(("success", *STATUS.values()), 0)
    for reason, count in figures.num_finished.items():
        ended[STATUS.get(reason, "success")] += count
    requests = CounterMetricFamily("vllm_requests", "sequences that have ended", labels=["model", "status"])
    for status, count in ended.items():
        requests.add_metric([model, status], count)
    duration = HistogramMetricFamily("vllm_request_duration_seconds", "from arrival to the end", labels=["model"])
    duration.add_metric([model], buckets, seconds)
    return iter((active, generated, requests, duration))
