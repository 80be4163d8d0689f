"""Requests are gathered into batches whose size follows the load; the engine is the synchronous one, in an event loop."""
import asyncio
from dataclasses import dataclass, field

from vllm import LLM, SamplingParams


@dataclass
class Pending:
    prompt: str
    future: asyncio.Future = field(repr=False)


class AdaptiveBatchProcessor:
    def __init__(self, model: str, min_batch_size: int = 1, max_batch_size: int = 8, max_wait_time: float = 0.05):
        self.llm = LLM(model=model, max_num_seqs=max_batch_size, max_model_len=1024)
        self.min_batch_size, self.max_batch_size, self.max_wait_time = min_batch_size, max_batch_size, max_wait_time
        self.current_batch_size = min_batch_size
        self.queue: asyncio.Queue[Pending] = asyncio.Queue()
        self.sizes: list[int] = []

    async def submit(self, prompt: str) -> str:
        future = asyncio.get_running_loop().create_future()
        await self.queue.put(Pending(prompt, future))
        return await future

    async def collect(self) -> list[Pending]:
        batch = [await self.queue.get()]
        while len(batch) < self.current_batch_size:
            try:
                batch.append(await asyncio.wait_for(self.queue.get(), self.max_wait_time))
            except asyncio.TimeoutError:
                break
        return batch

    def adapt(self) -> None:
        grow = self.queue.qsize() > self.current_batch_size
        wanted = self.current_batch_size * 2 if grow else self.current_batch_size // 2
        self.current_batch_size = max(self.min_batch_size, min(self.max_batch_size, wanted))

    async def run(self) -> None:
        while True:
            batch = await self.collect()
            outputs = self.llm.generate([item.prompt for item in batch], SamplingParams(temperature=0.0, max_tokens=8))
            for item, output in zip(batch, outputs, strict=True):
                item.future.set_result(output.outputs[0].text)
            self.sizes.append(len(batch))
            self.adapt()


async def main() -> None:
    processor = AdaptiveBatchProcessor("facebook/opt-125m")
    worker = asyncio.create_task(processor.run())
    countries = ["France", "Germany", "Italy", "Japan", "Norway", "Peru", "Spain", "Egypt", "Chile", "Kenya"] * 2
    answers = await asyncio.gather(*(processor.submit(f"The capital of {country} is") for country in countries))
    for country, answer in zip(countries, answers, strict=True):
        print(country, repr(answer), sep="|")
    print("batches", *processor.sizes, sep="|")
    worker.cancel()


asyncio.run(main())
