"""/metrics: what the engine's client counts, under the names that dashboards know.

Invariant: the number of series is fixed when the server starts, but for the few that HTTP answers add, whose labels come
from our own routes, from a list of methods and from classes of status. Nothing that a client chooses is ever a label.
"""
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from quire.core.plan import Plan
from quire.core.types import MASK_SECONDS, Masking
from quire.engine.client import Client
from quire.engine.stats import Figures, Record, Watcher
from quire.server.older_metrics import of_wrappers, older
from quire.server.rates import Rates
from quire.server.replies import Scope

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
REASONS = ("stop", "length", "abort", "error", "repetition", "vector")
FIRST_TOKEN = (0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 20.0, 40.0, 80.0,
               160.0, 640.0, 2560.0)
EACH_TOKEN = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
              20.0, 40.0, 80.0)
WHOLE = (0.01, 0.03, 0.1, 0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 120.0, 240.0, 480.0,
         960.0, 1920.0, 7680.0)
HTTP = (0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0)
SIBLINGS = (1.0, 2.0, 5.0, 10.0, 20.0)
NO_MASKING = Masking((0,) * (len(MASK_SECONDS) + 1), 0.0, 0, 0.0, 0)
PREEMPTIONS = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 10.0, 20.0)


def tokens_up_to(most: int) -> list[float]:
    """1, 2, 5, 10, ... and not more than the context."""
    steps = [float(digit * 10 ** power) for power in range(9) for digit in (1, 2, 5)]
    return [step for step in steps if step <= most]


class Histogram:
    """Adding is a search among some twenty numbers: it happens for every token."""

    def __init__(self, bounds: Sequence[float]):
        self.bounds, self.counts, self.sum = list(bounds), [0] * (len(bounds) + 1), 0.0

    def add(self, value: float, times: int = 1) -> None:
        self.counts[bisect_left(self.bounds, value)] += times
        self.sum += value * times

    def buckets(self) -> list[tuple[str, float]]:
        total, out = 0, []
        for bound, count in zip([*map(str, self.bounds), "+Inf"], self.counts, strict=True):
            total += count
            out.append((bound, float(total)))
        return out


class Metrics(Watcher, Collector):
    def __init__(self, client: Client, plan: Plan):
        self.client, self.plan, self.rates = client, plan, Rates()
        self.labels = [plan.served_names[0], "0"]
        tokens = tokens_up_to(plan.max_model_len)
        self.first, self.between = Histogram(FIRST_TOKEN), Histogram(EACH_TOKEN)
        # Name after "vllm:", what it tells, how a Record gives it (None: it has none), the counts so far
        self.of_records = [
            ("time_to_first_token_seconds", "from arrival to the first token", self.first),
            ("inter_token_latency_seconds", "between tokens of one answer", self.between),
            ("time_per_output_token_seconds", "the same under an older name", self.between),
            *((name, help, Histogram(bounds)) for name, help, bounds in (
                ("e2e_request_latency_seconds", "from arrival to the end", WHOLE),
                ("request_queue_time_seconds", "waiting for a row", WHOLE),
                ("request_inference_time_seconds", "from the row to the end", WHOLE),
                ("request_prefill_time_seconds", "from the row to the first token", WHOLE),
                ("request_decode_time_seconds", "from the first token to the last", WHOLE),
                ("request_time_per_output_token_seconds", "mean over one answer", EACH_TOKEN),
                ("request_prompt_tokens", "tokens of the prompt", tokens),
                ("request_generation_tokens", "tokens of all n answers", tokens),
                ("request_prefill_kv_computed_tokens", "tokens of the prompt that no cache had", tokens),
                ("request_params_n", "answers asked for", SIBLINGS),
                ("request_params_max_tokens", "most tokens of each", tokens),
                ("request_num_preemptions", "times that it had to start again", PREEMPTIONS)))]
        self.by_name = {name: histogram for name, _, histogram in self.of_records}
        self.num_cached_tokens = 0
        self.answers: Counter[tuple[str, str, str]] = Counter()
        self.durations: dict[tuple[str, str], Histogram] = {}
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(self)
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def text(self) -> bytes:
        return generate_latest(self.registry)

    # ---- heard as it happens

    def first_token(self, seconds: float) -> None:
        self.first.add(seconds)

    def next_tokens(self, seconds: float, count: int) -> None:
        self.between.add(seconds / count, count)

    def ended(self, record: Record) -> None:
        self.num_cached_tokens += record.num_cached_tokens
        served = record.ended - record.started if record.started else None
        values = {
            "e2e_request_latency_seconds": record.seconds, "request_queue_time_seconds": record.queue_seconds,
            "request_inference_time_seconds": served, "request_prefill_time_seconds": record.prefill_seconds,
            "request_decode_time_seconds": record.decode_seconds, "request_prompt_tokens": record.num_prompt_tokens,
            "request_time_per_output_token_seconds": record.seconds_per_token,
            "request_generation_tokens": record.num_generated_tokens,
            "request_prefill_kv_computed_tokens": record.num_prompt_tokens - record.num_cached_tokens,
            "request_params_n": record.n, "request_params_max_tokens": record.max_tokens,
            "request_num_preemptions": record.preemptions}
        for name, value in values.items():
            if value is not None:
                self.by_name[name].add(value)

    def answered(self, scope: Scope, status: int, seconds: float) -> None:
        """An HTTP call has ended; status 0: without an answer."""
        route = getattr(scope.get("route"), "path", "none")
        method = scope["method"] if scope["method"] in METHODS else "other"
        self.answers[route, method, f"{status // 100}xx" if status else "none"] += 1
        self.durations.setdefault((route, method), Histogram(HTTP)).add(seconds)

    # ---- told when asked

    def collect(self) -> Iterator[Metric]:
        figures = self.client.figures()
        yield from self._gauges(figures)
        yield from self._counters(figures)
        for name, help, histogram in self.of_records:
            family = HistogramMetricFamily(f"vllm:{name}", help, labels=["model_name", "engine"])
            family.add_metric(self.labels, histogram.buckets(), histogram.sum)
            yield family
        yield from self._http()
        yield from older(figures, self.rates.at(figures), self.labels)
        whole = self.by_name["e2e_request_latency_seconds"]
        yield from of_wrappers(figures, self.labels[0], whole.buckets(), whole.sum)

    def _gauges(self, figures: Figures) -> Iterable[Metric]:
        values = {
            "vllm:num_requests_running": ("sequences that have a row", figures.num_running),
            "vllm:num_requests_waiting": ("sequences that wait for one", figures.num_waiting),
            "vllm:kv_cache_usage_perc": ("share of KV blocks in use, 0..1", figures.kv_usage),
            "vllm:engine_beat_age_seconds": ("since the engine's last sign of life: a layer of a step, or a look around while "
                                             "idle", self.client.beat_age())}
        for name, (help, value) in values.items():
            yield self._gauge(name, help, value)
        yield self._cache_config()

    def _gauge(self, name: str, help: str, value: float) -> Metric:
        family = GaugeMetricFamily(name, help, labels=["model_name", "engine"])
        family.add_metric(self.labels, value)
        return family

    def _cache_config(self) -> Metric:
        plan = self.plan
        settings = {
            "block_size": plan.block_size, "cache_dtype": plan.kv_dtype, "enable_prefix_caching": plan.prefix_caching,
            "num_gpu_blocks": plan.num_blocks, "kv_cache_size_tokens": plan.num_blocks * plan.block_size,
            "kv_cache_memory_bytes": plan.kv_bytes}
        family = GaugeMetricFamily("vllm:cache_config_info", "settings of the KV cache", labels=["engine", *settings])
        family.add_metric(["0", *map(str, settings.values())], 1)
        return family

    def _counters(self, figures: Figures) -> Iterable[Metric]:
        values = {
            "prefix_cache_queries": ("prompt tokens looked up", figures.num_prefix_queries),
            "prefix_cache_hits": ("prompt tokens found", figures.num_prefix_hits),
            "num_preemptions": ("requests that had to start again", figures.num_preemptions),
            "prompt_tokens": ("prompt tokens processed", figures.num_prompt_tokens),
            "prompt_tokens_cached": ("prompt tokens of ended requests that the cache had", self.num_cached_tokens),
            "generation_tokens": ("tokens generated", figures.num_generated_tokens)}
        yield from self._counts(values)
        yield from self._grammars(figures)
        ended = CounterMetricFamily("vllm:request_success", "sequences that have ended",
                                    labels=["model_name", "engine", "finished_reason"])
        for reason in REASONS:
            ended.add_metric([*self.labels, reason], figures.num_finished.get(reason, 0))
        yield ended

    def _counts(self, values: Mapping[str, tuple[str, float]]) -> Iterable[Metric]:
        for name, (help, value) in values.items():
            family = CounterMetricFamily(f"vllm:{name}", help, labels=["model_name", "engine"])
            family.add_metric(self.labels, value)
            yield family

    def _grammars(self, figures: Figures) -> Iterable[Metric]:
        masking = figures.snapshot.masking or NO_MASKING
        counts = {
            "structured_output_compiled": ("grammars compiled where ids are drawn", masking.num_compiled),
            "structured_output_compile_seconds": ("that it took", masking.compile_seconds),
            "structured_output_cache_hits": ("requests whose grammar was there already", masking.num_hits)}
        yield from self._counts(counts)
        steps = HistogramMetricFamily("vllm:structured_output_mask_seconds", "of a step, to find out which ids grammars allow",
                                      labels=["model_name", "engine"])
        bounds = [*map(str, MASK_SECONDS), "+Inf"]
        steps.add_metric(self.labels, list(zip(bounds, map(float, accumulate(masking.steps)), strict=True)), masking.seconds)
        yield steps

    def _http(self) -> Iterable[Metric]:
        answers = CounterMetricFamily("http_requests", "answers by route", labels=["handler", "method", "status"])
        for labels, count in self.answers.items():
            answers.add_metric(list(labels), count)
        durations = HistogramMetricFamily("http_request_duration_seconds", "until the last byte", labels=["handler", "method"])
        for route, histogram in self.durations.items():
            durations.add_metric(list(route), histogram.buckets(), histogram.sum)
        return answers, durations
