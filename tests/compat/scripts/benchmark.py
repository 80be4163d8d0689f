"""Throughput and latency, measured from outside."""
import statistics
import time

from vllm import LLM, SamplingParams


class vLLMBenchmark:
    def __init__(self, model: str):
        self.llm = LLM(model=model, max_model_len=1024, enforce_eager=False)

    def warm_up(self, rounds: int = 2) -> None:
        for _ in range(rounds):
            self.llm.generate(["Warm up"], SamplingParams(max_tokens=4), use_tqdm=False)

    def benchmark_throughput(self, prompts: list[str], max_tokens: int) -> dict:
        params = SamplingParams(temperature=0.8, max_tokens=max_tokens, ignore_eos=True)
        start = time.perf_counter()
        outputs = self.llm.generate(prompts, params)
        seconds = time.perf_counter() - start
        tokens = sum(len(output.outputs[0].token_ids) for output in outputs)
        return {"requests": len(outputs), "tokens": tokens, "tokens_per_second": tokens / seconds}

    def benchmark_latency(self, prompt: str, rounds: int, max_tokens: int) -> dict:
        latencies = []
        for _ in range(rounds):
            start = time.perf_counter()
            self.llm.generate([prompt], SamplingParams(temperature=0.0, max_tokens=max_tokens), use_tqdm=False)
            latencies.append(time.perf_counter() - start)
        cuts = statistics.quantiles(latencies, n=100, method="inclusive")
        return {"mean": statistics.mean(latencies), "p50": cuts[49], "p95": cuts[94], "p99": cuts[98]}


benchmark = vLLMBenchmark("facebook/opt-125m")
benchmark.warm_up()
print(benchmark.benchmark_throughput([f"Story number {i}:" for i in range(16)], max_tokens=16))
print(benchmark.benchmark_latency("Once upon a time", rounds=8, max_tokens=8))
