"""The asynchronous engine: made at the top of the module, before any event loop runs; two requests by one name."""
import asyncio
from itertools import pairwise

from vllm import AsyncEngineArgs, AsyncLLMEngine, SamplingParams

engine_args = AsyncEngineArgs(
    model="meta-llama/Llama-3.1-8B-Instruct",
    max_num_batched_tokens=8192,
    max_num_seqs=64,
    max_model_len=2048,
    enable_chunked_prefill=True,
    disable_log_requests=True,
)
engine = AsyncLLMEngine.from_engine_args(engine_args)


async def generate_streaming(prompt: str, request_id: str) -> None:
    sampling_params = SamplingParams(temperature=0.0, max_tokens=24, ignore_eos=True)
    parts, final = [], None
    async for output in engine.generate(prompt, sampling_params, request_id=request_id):
        parts.append(output.outputs[0].text)
        final = output
    grows = all(later.startswith(earlier) for earlier, later in pairwise(parts))
    print(request_id, prompt, final.finished, grows, len(parts), len(final.outputs[0].token_ids), repr(parts[-1]), sep="|")


async def main() -> None:
    await asyncio.gather(
        generate_streaming("The capital of France is", "req-1"),
        generate_streaming("The capital of Germany is", "req-1"),
        generate_streaming("The capital of France is", "req-2"),
    )


if __name__ == "__main__":
    asyncio.run(main())
