"""Figures of one's own: an LLM whose requests are counted and timed, on a page that Prometheus reads.

`quire serve` has /metrics already; this is for programs that hold the model themselves.

    python examples/prometheus_wrapper.py               # PORT=8001 by default
"""
import os
from urllib.request import urlopen

from prometheus_client import Counter, Gauge, Histogram, start_http_server

from quire import LLM, SamplingParams

REQUESTS = Counter("my_requests_total", "Prompts, by how their answers ended", ["finish_reason"])
TOKENS = Counter("my_generated_tokens_total", "Tokens of all answers")
ACTIVE = Gauge("my_active_requests", "Prompts that are being answered now")
SECONDS = Histogram("my_batch_seconds", "Time of one batch", buckets=(0.1, 0.3, 1, 3, 10, 30))


class CountedLLM(LLM):
    def generate(self, prompts, *args, **options):
        with ACTIVE.track_inprogress(), SECONDS.time():
            outputs = super().generate(prompts, *args, **options)
        for output in outputs:
            REQUESTS.labels(output.outputs[0].finish_reason).inc()
            TOKENS.inc(len(output.outputs[0].token_ids))
        return outputs


server, _ = start_http_server(int(os.environ.get("PORT", "8001")), addr="127.0.0.1")
llm = CountedLLM()
for _ in range(3):
    llm.generate(["Once upon a time,", "The capital of France is"], SamplingParams(temperature=0, max_tokens=16))

page = f"http://127.0.0.1:{server.server_port}/metrics"
print(f"{page} says:")
print("\n".join(line for line in urlopen(page).read().decode().splitlines() if line.startswith("my_")))
