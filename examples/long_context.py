"""Preset for long context: room for whole documents, a cache of half the size, and long prompts in pieces.

    python examples/long_context.py

The same as flags: quire serve --max-model-len 4096 --max-num-seqs 4 --kv-cache-dtype int8 --max-num-batched-tokens 512
"""
from quire import LLM, SamplingParams

llm = LLM(
    max_model_len=4096,             # a prompt and its answer; "auto": as much as the model and the memory allow
    max_num_seqs=4,                 # few requests, each of which may be long
    kv_cache_dtype="int8",          # what is kept of each position takes half the memory
    max_num_batched_tokens=512,     # a long prompt is computed in pieces, between which others go on
)
params = SamplingParams(temperature=0, max_tokens=24)

# The bundled model is too small to find much in a long text, but a name it does.
diary = " ".join(f"On day {day} I walked {day % 7 + 2} miles and saw {day % 5 + 1} birds." for day in range(1, 41))
told = [{"role": "user", "content": f"My name is Anna. {diary}"}, {"role": "assistant", "content": "Nice to meet you, Anna."}]

# The document comes first and the question last: then the second question finds the document in the cache.
for question in ("What is my name?", "Do you remember who I am?"):
    output = llm.chat([*told, {"role": "user", "content": question}], params)[0]
    print(f"{question} {output.outputs[0].text}")
    print(f"    {len(output.prompt_token_ids)} tokens, {output.num_cached_tokens} of them cached, "
          f"first token after {output.metrics.first_token_latency:.2f} s")

# What cannot fit is refused in words before anything is computed; nothing is ever cut silently.
try:
    llm.generate(diary * 8, params)
except ValueError as error:
    print(error)
