"""Many prompts in one call, each with its own settings if need be. No guard around the top of the module."""
from vllm import LLM, SamplingParams

llm = LLM("meta-llama/Llama-3.1-8B-Instruct", max_num_seqs=8, trust_remote_code=True, swap_space=4)
prompts = [f"Question {i}: what is the capital of {country}?" for i, country in enumerate(
    ("France", "Germany", "Italy", "Japan", "Norway", "Peru", "Spain", "Egypt", "Chile", "Kenya", "Cuba", "India"))]

for output in llm.generate(prompts, SamplingParams(temperature=0.7, max_tokens=16, seed=1)):
    completion = output.outputs[0]
    print("shared", output.prompt, len(completion.token_ids), completion.finish_reason, sep="|")

# One object for each prompt: the lengths differ.
params_list = [SamplingParams(temperature=0.0, max_tokens=2 + i, ignore_eos=True) for i in range(len(prompts))]
for output in llm.generate(prompts, params_list):
    print("own", output.prompt, len(output.outputs[0].token_ids), output.outputs[0].finish_reason, sep="|")
