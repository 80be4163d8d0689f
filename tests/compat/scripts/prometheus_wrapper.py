"""Metrics of one's own beside the engine."""
import os
import time

from prometheus_client import Counter, Gauge, Histogram, start_http_server
from vllm import LLM, SamplingParams

request_count = Counter("vllm_requests_total", "Requests", ["model", "status"])
request_duration = Histogram("vllm_request_duration_seconds", "Duration of requests", ["model"])
tokens_generated = Counter("vllm_tokens_generated_total", "Generated tokens", ["model"])
active_requests = Gauge("vllm_active_requests", "Requests that run", ["model"])
gpu_memory = Gauge("vllm_gpu_memory_bytes", "Memory in use", ["gpu_id"])


class MonitoredLLM:
    def __init__(self, model: str):
        self.model = model
        self.llm = LLM(model=model, max_model_len=1024, disable_log_stats=False)

    def generate(self, prompts: list[str], params: SamplingParams) -> list[str]:
        active_requests.labels(model=self.model).inc(len(prompts))
        start, status = time.time(), "success"
        try:
            outputs = self.llm.generate(prompts, params)
        except Exception:
            status = "error"
            raise
        finally:
            request_count.labels(model=self.model, status=status).inc(len(prompts))
            request_duration.labels(model=self.model).observe(time.time() - start)
            active_requests.labels(model=self.model).dec(len(prompts))
        tokens_generated.labels(model=self.model).inc(sum(len(output.outputs[0].token_ids) for output in outputs))
        return [output.outputs[0].text for output in outputs]


start_http_server(int(os.environ.get("METRICS_PORT", "8001")), "127.0.0.1")
llm = MonitoredLLM("meta-llama/Llama-3.1-8B-Instruct")
llm.generate(["Hello", "Good evening", "Good morning"], SamplingParams(max_tokens=5, ignore_eos=True))
try:
    llm.generate(["word " * 5_000], SamplingParams(max_tokens=5))
except ValueError as error:
    print("refused", error, sep="|")
input("Serving metrics; Enter ends.\n")
