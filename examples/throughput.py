"""Preset for throughput: as many requests at once as memory allows, and large steps. For work that nobody waits for.

    python examples/throughput.py

The same as flags: quire serve --max-num-seqs 256 --max-num-batched-tokens 8192 --max-model-len 512
"""
import time

from quire import LLM, SamplingParams

llm = LLM(
    max_num_seqs=256,               # requests that run together: a step reads the weights once for all of them
    max_num_batched_tokens=8192,    # positions of one step: prompts go in by large pieces
    max_model_len=512,              # what a request may need at most: the less, the more of them fit
)
prompts = [f"Write a short story about the number {i}." for i in range(64)]
params = SamplingParams(temperature=0, max_tokens=16, ignore_eos=True)


def tokens_per_second(batches: list[list[str]]) -> float:
    begin = time.perf_counter()
    outputs = [output for batch in batches for output in llm.generate(batch, params)]
    return sum(len(output.outputs[0].token_ids) for output in outputs) / (time.perf_counter() - begin)


print(f"up to {llm.plan.max_num_seqs} requests and {llm.plan.max_num_batched_tokens} positions in a step")
print(f"one by one:   {tokens_per_second([[prompt] for prompt in prompts[:8]]):8.0f} tokens a second")
print(f"all together: {tokens_per_second([prompts]):8.0f} tokens a second")
