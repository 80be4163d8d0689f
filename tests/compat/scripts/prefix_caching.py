"""One long system prompt, several questions: its blocks are computed once."""
import time

from vllm import LLM, SamplingParams

SYSTEM_PROMPT = "You are an assistant of a library. " + "Be polite, be brief, and name the shelf where each book stands. " * 20

llm = LLM(model="meta-llama/Llama-3.1-8B-Instruct", enable_prefix_caching=True, max_model_len=4096)
sampling_params = SamplingParams(temperature=0.0, max_tokens=1)
for question in ("Where are the atlases?", "Where are the novels?", "When do you close?"):
    start = time.perf_counter()
    output = llm.generate([f"{SYSTEM_PROMPT}\n\nUser: {question}\nAssistant:"], sampling_params)[0]
    elapsed = time.perf_counter() - start
    print(question, len(output.prompt_token_ids), output.num_cached_tokens, f"{elapsed:.3f}", sep="|")
