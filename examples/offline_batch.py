"""Offline batch: prompts in, answers out, in this process. No server, no download.

    python examples/offline_batch.py
"""
from quire import LLM, SamplingParams

PROMPTS = ["The capital of France is", "Once upon a time,", "What is machine learning?", "2 + 3 ="]

llm = LLM()                             # the bundled model; LLM("folder") or LLM("organisation/name") for another
params = SamplingParams(temperature=0, max_tokens=32, stop=["\n\n"])

# All prompts run together, each as far as it needs; the outputs come in the order of the prompts.
for output in llm.generate(PROMPTS, params):
    answer = output.outputs[0]
    print(f"{output.prompt!r} -> {answer.text!r} ({len(answer.token_ids)} tokens, {answer.finish_reason})")

# One prompt, three answers: what a seed has drawn once, it draws again.
drawn = SamplingParams(n=3, temperature=0.9, top_p=0.95, seed=7, max_tokens=32)
for answer in llm.generate("Once upon a time,", drawn)[0].outputs:
    print(f"[{answer.index}] {answer.text!r}")
