"""Presets of sampling for different kinds of work."""
from vllm import LLM, SamplingParams

PRESETS = {
    "deterministic": SamplingParams(temperature=0.0, top_p=1.0, max_tokens=32, logprobs=1),
    "creative": SamplingParams(temperature=1.0, top_p=0.95, top_k=50, max_tokens=32, logprobs=50),
    "balanced": SamplingParams(temperature=0.7, top_p=0.9, frequency_penalty=0.1, presence_penalty=0.1, max_tokens=32),
    "code": SamplingParams(temperature=0.2, top_p=0.95, max_tokens=64, stop=["```\n", "\n\n\n"]),
    "chat": SamplingParams(temperature=0.7, top_p=0.9, repetition_penalty=1.1, max_tokens=64, stop=["User:", "Human:"]),
    "stopped": SamplingParams(temperature=0.0, max_tokens=64, stop=["e"]),
}


class TextGenerator:
    def __init__(self, model: str):
        self.llm = LLM(model=model, max_model_len=1024, max_logprobs=50)

    def generate(self, prompt: str, preset: str = "balanced"):
        return self.llm.generate([prompt], PRESETS[preset])[0].outputs[0]


generator = TextGenerator("meta-llama/Llama-3.1-8B-Instruct")
for name in PRESETS:
    answer = generator.generate("Write a few words about the sea:", name)
    print(name, "text", repr(answer.text), sep="|")
    print(name, "end", answer.finish_reason, repr(answer.stop_reason), sep="|")
    if answer.logprobs:
        ranks = [position[token].rank for token, position in zip(answer.token_ids, answer.logprobs, strict=True)]
        print(name, "worst rank", max(ranks), sep="|")
print("again", "text", repr(generator.generate("Write a few words about the sea:", "deterministic").text), sep="|")
