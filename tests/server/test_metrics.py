"""/metrics: what dashboards look for, counted right, and never a series more than there should be."""
import math
import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from quire.core.messages import Snapshot
from quire.engine.stats import Figures
from quire.server.metrics import Histogram, tokens_up_to
from quire.server.older_metrics import of_wrappers
from quire.server.rates import SAMPLE_SECONDS, WINDOW_SECONDS, Rates
from tests.server.served import chat, serving
from tests.server.test_stream import ENDLESS, request

# Under these names guides and dashboards look for them.
NAMES = """vllm:num_requests_running vllm:num_requests_waiting vllm:kv_cache_usage_perc vllm:gpu_cache_usage_perc
    vllm:prefix_cache_queries_total vllm:prefix_cache_hits_total vllm:prompt_tokens_total vllm:generation_tokens_total
    vllm:num_preemptions_total vllm:time_to_first_token_seconds_bucket vllm:inter_token_latency_seconds_bucket
    vllm:time_per_output_token_seconds_bucket vllm:e2e_request_latency_seconds_sum vllm:request_queue_time_seconds_count
    vllm:request_prompt_tokens_bucket vllm:request_generation_tokens_bucket vllm:request_inference_time_seconds_bucket
    vllm:request_prefill_time_seconds_bucket vllm:request_decode_time_seconds_bucket vllm:request_params_n_bucket
    vllm:request_params_max_tokens_bucket vllm:avg_prompt_throughput_toks_per_s vllm:avg_generation_throughput_toks_per_s
    vllm:structured_output_mask_seconds_bucket vllm:structured_output_compile_seconds_total
    vllm:structured_output_compiled_total vllm:structured_output_cache_hits_total vllm:engine_beat_age_seconds
    vllm:cpu_cache_usage_perc vllm:num_requests_swapped vllm:gpu_prefix_cache_hit_rate vllm:cpu_prefix_cache_hit_rate
    vllm:gpu_prefix_cache_queries_total vllm:gpu_prefix_cache_hits_total""".split()
# What the wrappers of guides count, with the labels that they have there.
OF_WRAPPERS = {"vllm_active_requests": {"model": "tiny"}, "vllm_tokens_generated_total": {"model": "tiny"},
               "vllm_requests_total": {"model": "tiny", "status": "success"},
               "vllm_request_duration_seconds_count": {"model": "tiny"}}
PLAIN = "process_resident_memory_bytes process_open_fds python_info".split()


@pytest.fixture(scope="module")
def served():
    with serving(served_names=("tiny", "alias")) as running:
        yield running


def samples(served) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = text_string_to_metric_families(served.get("/metrics").text)
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def value(served, name: str, **labels: str) -> float:
    wanted = tuple(sorted({"model_name": "tiny", "engine": "0", **labels}.items()))
    return samples(served)[name, wanted]


def test_every_name_is_there_with_its_labels(served):
    found = samples(served)
    for name in NAMES:
        labels = [dict(pairs) for other, pairs in found if other == name]
        assert labels and all(pairs["model_name"] == "tiny" and pairs["engine"] == "0" for pairs in labels), name
    for name, labels in OF_WRAPPERS.items():
        assert (name, tuple(sorted(labels.items()))) in found
    for name in PLAIN:
        assert any(other == name for other, _ in found), name
    for reason in ("stop", "length", "abort", "error"):
        value(served, "vllm:request_success_total", finished_reason=reason)
    ((_, config),) = [pair for pair in found if pair[0] == "vllm:cache_config_info"]
    assert dict(config)["block_size"] == "4" and dict(config)["num_gpu_blocks"] == "4096"


def test_the_media_type_is_prometheus(served):
    assert served.get("/metrics").headers["content-type"].startswith("text/plain; version=0.0.4")


def test_an_engine_that_hangs_is_seen_while_it_hangs(served, monkeypatch):
    """Nothing is told by the engine itself, which would be silent then."""
    assert 0 <= value(served, "vllm:engine_beat_age_seconds") < served.client.stall_seconds
    monkeypatch.setattr(served.client.link, "beat_age", lambda: 3.5)
    assert value(served, "vllm:engine_beat_age_seconds") == 3.5


def test_requests_are_counted(served):
    names = ("vllm:prompt_tokens_total", "vllm:generation_tokens_total", "vllm:time_to_first_token_seconds_count",
             "vllm:e2e_request_latency_seconds_count", "vllm:inter_token_latency_seconds_count",
             "vllm:request_prompt_tokens_sum", "vllm:request_generation_tokens_sum")
    before = {name: value(served, name) for name in names}
    stops = value(served, "vllm:request_success_total", finished_reason="stop")
    usage = served.post("/v1/chat/completions", chat("say:abcde", model="alias")).json()["usage"]
    after = {name: value(served, name) - before[name] for name in names}
    assert after["vllm:prompt_tokens_total"] == after["vllm:request_prompt_tokens_sum"] == usage["prompt_tokens"]
    assert after["vllm:generation_tokens_total"] == after["vllm:request_generation_tokens_sum"] == 6
    assert after["vllm:time_to_first_token_seconds_count"] == after["vllm:e2e_request_latency_seconds_count"] == 1
    assert after["vllm:inter_token_latency_seconds_count"] == 5
    assert value(served, "vllm:request_success_total", finished_reason="stop") == stops + 1


def test_older_names_count_the_same(served):
    def of(name: str, **labels: str) -> float:
        return samples(served)[name, tuple(sorted({"model": "tiny", **labels}.items()))]

    def ends() -> list[float]:
        return [of("vllm_requests_total", status=status) for status in ("success", "error", "aborted")]

    success, *others = ends()
    for _ in range(2):
        served.post("/v1/completions", {"prompt": "Twice. say:the same and long enough for blocks", "n": 2})
    assert ends() == [success + 4, *others]
    assert of("vllm_tokens_generated_total") == value(served, "vllm:generation_tokens_total") > 0
    assert of("vllm_request_duration_seconds_count") == value(served, "vllm:e2e_request_latency_seconds_count")
    hits, queries = (value(served, f"vllm:gpu_prefix_cache_{name}_total") for name in ("hits", "queries"))
    assert (hits, queries) == tuple(value(served, f"vllm:prefix_cache_{name}_total") for name in ("hits", "queries"))
    assert value(served, "vllm:gpu_prefix_cache_hit_rate") == hits / queries > 0


def test_ends_are_told_by_their_status():
    figures = Figures(1, 2, 10, {"stop": 3, "length": 1, "error": 2, "abort": 1}, 0, 0, Snapshot())
    families = {family.name: family for family in of_wrappers(figures, "m", [("+Inf", 0.0)], 0.0)}
    ends = {s.labels["status"]: s.value for s in families["vllm_requests"].samples}
    assert ends == {"success": 4, "error": 2, "aborted": 1}


def test_gauges_show_what_runs():
    with serving({"delay": 0.01}, max_num_seqs=2) as running, running.connect() as one, running.connect() as two:
        one.sendall(request(ENDLESS | {"n": 2, "temperature": 1.0}))
        two.sendall(request(ENDLESS))
        running.until(lambda: value(running, "vllm:num_requests_running") == 2)
        running.until(lambda: value(running, "vllm:num_requests_waiting") == 1)
        assert samples(running)["vllm_active_requests", (("model", "tiny"),)] == 3
        usage = value(running, "vllm:kv_cache_usage_perc")
        assert 0 < usage < 1 and math.isclose(usage, value(running, "vllm:gpu_cache_usage_perc"), rel_tol=0.5)
        running.until(lambda: value(running, "vllm:avg_generation_throughput_toks_per_s") > 0)


def test_the_prefix_cache_is_counted(served):
    before = value(served, "vllm:prefix_cache_hits_total")
    usages = [served.post("/v1/completions", {"prompt": "say:something long enough for blocks"}).json()["usage"]
              for _ in range(2)]
    cached = [usage["prompt_tokens_details"]["cached_tokens"] for usage in usages]
    assert cached[0] == 0 < cached[1] == value(served, "vllm:prefix_cache_hits_total") - before


def test_nothing_that_a_client_chooses_makes_a_series(served):
    def series() -> set[tuple[str, tuple[tuple[str, str], ...]]]:
        return set(samples(served))

    def strange(i: int) -> None:
        with served.http() as client:
            client.request(f"METHOD{i}", f"/path/{i}")
            client.get(f"/v1/models/name{i}", headers={"x-request-id": f"id{i}", "user-agent": f"agent{i}"})
            client.post("/v1/chat/completions", json=chat("say:x", user=f"user{i}", model=f"model{i}", cache_salt=f"salt{i}"))
            client.post("/v1/chat/completions", json=chat("say:x", user=f"user{i}", request_id=f"r{i}", cache_salt=f"salt{i}"))

    for method in ("PROPFIND", "MKCOL"):
        with served.http() as client:
            client.request(method, "/health")
    assert "PROPFIND" not in served.get("/metrics").text
    strange(0)
    before = series()
    for i in range(1, 30):
        strange(i)
    assert series() == before
    assert not re.search(r"path/|METHOD|agent1|user1|salt1|model1", served.get("/metrics").text)


def test_http_answers_are_counted_by_route(served):
    def count(**labels: str) -> float:
        return samples(served).get(("http_requests_total", tuple(sorted(labels.items()))), 0.0)

    labels = {"handler": "/v1/models/{name:path}", "method": "GET", "status": "4xx"}
    before = count(**labels)
    served.get("/v1/models/a/b")
    assert count(**labels) == before + 1
    assert count(handler="none", method="GET", status="4xx") == 0
    served.get("/nope")
    assert count(handler="none", method="GET", status="4xx") == 1


# ---- the parts

def test_a_histogram_puts_a_value_on_a_bound_below_it():
    histogram = Histogram([1.0, 2.0])
    for number in (0.5, 1.0, 1.5, 9.0):
        histogram.add(number)
    histogram.add(2.0, times=3)
    assert histogram.buckets() == [("1.0", 2.0), ("2.0", 6.0), ("+Inf", 7.0)] and histogram.sum == 18.0


def test_tokens_that_come_together_share_the_time(served):
    before = value(served, "vllm:inter_token_latency_seconds_count"), value(served, "vllm:inter_token_latency_seconds_sum")
    served.call(lambda: served.client.watchers[0].next_tokens(1.0, 4))
    assert value(served, "vllm:inter_token_latency_seconds_count") == before[0] + 4
    assert value(served, "vllm:inter_token_latency_seconds_sum") == pytest.approx(before[1] + 1.0)


def test_buckets_of_tokens_end_with_the_context():
    assert tokens_up_to(256) == [1, 2, 5, 10, 20, 50, 100, 200]


def test_rates_are_those_of_the_last_seconds():
    now = [0.0]
    rates = Rates(lambda: now[0])

    def at(seconds: float, prompt: int, generated: int) -> tuple[float, float]:
        now[0] = seconds
        return tuple(rates.at(Figures(0, 0, 0, {}, prompt, generated, Snapshot())))

    assert at(2.0, 20, 40) == (10.0, 20.0)
    assert at(4.0, 20, 40) == (5.0, 10.0)
    assert at(2.0 + WINDOW_SECONDS, 20, 140) == (0.0, 10.0)         # what came before the window is no part of it
    assert at(500.0, 20, 140) == (0.0, 0.0)
    assert len(rates.samples) < WINDOW_SECONDS / SAMPLE_SECONDS + 2
