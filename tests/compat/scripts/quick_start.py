"""First steps: a small model, four prompts."""
from vllm import LLM, SamplingParams


def main():
    prompts = ["Hello, my name is", "The capital of France is", "The sun is", "Once upon a time"]
    sampling_params = SamplingParams(temperature=0.8, top_p=0.95, max_tokens=20)

    llm = LLM(model="facebook/opt-125m", max_model_len=512, gpu_memory_utilization=0.3)
    outputs = llm.generate(prompts, sampling_params)

    for output in outputs:
        generated_text = output.outputs[0].text
        print(f"Prompt: {output.prompt!r}, Generated: {generated_text!r}")


if __name__ == "__main__":
    main()
