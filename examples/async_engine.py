"""The async engine: many requests of one event loop, each streamed on its own while all share every step of the model.

    python examples/async_engine.py
"""
import asyncio

from quire import AsyncEngineArgs, AsyncLLMEngine, RequestOutputKind, SamplingParams

PROMPTS = {"cat": "Once upon a time, there was a cat", "dog": "Once upon a time, there was a dog", "moon": "The moon is"}

# It may be made before any event loop runs.
engine = AsyncLLMEngine.from_engine_args(AsyncEngineArgs(max_num_seqs=8))
params = SamplingParams(temperature=0, max_tokens=12, output_kind=RequestOutputKind.DELTA)


async def answer(name: str, prompt: str) -> str:
    text = ""
    async for output in engine.generate(prompt, params, request_id=name):
        piece = output.outputs[0].text                  # DELTA: what is new; CUMULATIVE, the default: all so far
        print(f"{name}: {piece!r}")
        text += piece
    return text


async def main() -> None:
    answers = await asyncio.gather(*(answer(*each) for each in PROMPTS.items()))
    for prompt, text in zip(PROMPTS.values(), answers, strict=True):
        print(prompt + text)


asyncio.run(main())
engine.shutdown()
