"""Preset for latency: few requests at once and small steps, so that nobody waits behind another's long prompt.

    python examples/latency.py

The same as flags: quire serve --max-num-seqs 4 --max-num-batched-tokens 256 --long-prefill-token-threshold 128
"""
from quire import LLM, SamplingParams

SYSTEM = {"role": "system", "content": "You are a friendly assistant. Answer every question in one short sentence."}
QUESTIONS = ["What is Python?", "What is deep learning?", "What are LLMs?"]

llm = LLM(
    max_num_seqs=4,                     # who runs shares the machine with three others at most; the rest waits
    max_num_batched_tokens=256,         # a step is short, so the next word of everybody is near
    long_prefill_token_threshold=128,   # of a long prompt at most so much in one step
)
params = SamplingParams(temperature=0, max_tokens=40)

# What all prompts begin with is computed once, before the first user comes.
llm.chat([SYSTEM, {"role": "user", "content": "Hello"}], SamplingParams(max_tokens=1))

for question in QUESTIONS:
    output = llm.chat([SYSTEM, {"role": "user", "content": question}], params)[0]
    times, answer = output.metrics, output.outputs[0]
    each = (times.last_token_ts - times.first_token_ts) / max(1, len(answer.token_ids) - 1)
    print(f"{question} {answer.text}")
    print(f"    first token after {times.first_token_latency * 1000:.0f} ms, then one each {each * 1000:.1f} ms; "
          f"{output.num_cached_tokens} of {len(output.prompt_token_ids)} tokens of the prompt were cached")
