"""Load: requests that are sent when they are due, whatever has become of those before.

Open loop      every request has its time (arrivals.py) and is sent at it; latency counts from that time. `places` limits how
               many are under way, as a gateway would: whoever waits for a place is late, and that counts too.
Closed loop    as many clients as places, each of which asks again when it has its answer; a request is due when its client
               is free.
"""
import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from time import perf_counter

from quire.cli.bench.datasets import Sample
from quire.cli.bench.stream import Outcome

Send = Callable[[int, Sample, Outcome], Awaitable[None]]


class Load:
    """run() gives the outcomes in the order of the samples. most: how many were under way at once."""

    def __init__(self, send: Send, places: int | None = None, clock: Callable[[], float] = perf_counter,
                 on_end: Callable[[Outcome], None] = lambda outcome: None):
        self.send, self.places, self.clock, self.on_end = send, places, clock, on_end
        self.began, self.under_way, self.most = 0.0, 0, 0

    async def run(self, samples: Sequence[Sample], arrivals: Sequence[float] | None) -> list[Outcome]:
        """arrivals: None for a closed loop."""
        outcomes = [Outcome(sample.prompt_tokens) for sample in samples]
        gate: AbstractAsyncContextManager[object] = asyncio.Semaphore(self.places) if self.places else nullcontext()
        self.began = self.clock()
        tasks = []
        for number, (sample, outcome) in enumerate(zip(samples, outcomes, strict=True)):
            if arrivals is not None:
                outcome.due = self.began + arrivals[number]
                await self._wait(outcome.due)
                outcome.woken = self.clock()
            tasks.append(asyncio.create_task(self._ask(number, sample, outcome, gate, is_closed=arrivals is None)))
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
        return outcomes

    async def _wait(self, until: float) -> None:
        """At least one turn of the loop also where it is late: else answers would be read late, too."""
        await asyncio.sleep(until - self.clock())
        while (left := until - self.clock()) > 0:       # some loops wake a little early
            await asyncio.sleep(left)

    async def _ask(self, number: int, sample: Sample, outcome: Outcome, gate: AbstractAsyncContextManager[object],
                   is_closed: bool) -> None:
        async with gate:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            outcome.sent = self.clock()
            if is_closed:
                outcome.due = outcome.woken = outcome.sent
            await self.send(number, sample, outcome)
            self.under_way -= 1
        self.on_end(outcome)
