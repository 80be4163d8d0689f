"""Answers of a Client's streams as the outputs that programs read."""
import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from typing import Generic, TypeVar

from quire.core.errors import OutOfTime
from quire.core.outputs import RequestOutput, RequestOutputKind
from quire.engine.client import Client
from quire.engine.stream import Live, Stream
from quire.engine.whole import Whole

POLL_SECONDS = 0.01             # while others end

T = TypeVar("T")


async def outputs_of(stream: Stream, request_id: str, text: str | None) -> AsyncGenerator[RequestOutput, None]:
    """As output_kind asks for them."""
    kind = stream.answer.params.output_kind
    whole = Whole(request_id, text, stream.answer, kind is RequestOutputKind.DELTA)
    async with stream:
        async for delta in stream:
            whole.add(delta)
            if kind is not RequestOutputKind.FINAL_ONLY or stream.is_read:
                yield whole.output(stream.is_read)


class Collector(Generic[T]):
    """Outputs of one request, asked for one by one: the last has finished=True. `begin` makes them, at the first call."""

    def __init__(self, request_id: str, begin: Callable[[], AsyncGenerator[T, None]]):
        self.request_id, self.outputs = request_id, begin()

    async def get(self) -> T:
        """The next one. Raises what ends the request, and StopAsyncIteration after the last."""
        return await anext(self.outputs)

    def __aiter__(self) -> AsyncGenerator[T, None]:
        return self.outputs

    async def close(self) -> None:
        """Its reader leaves: the request is aborted."""
        await self.outputs.aclose()


async def ended(client: Client, seconds: float = float("inf")) -> None:
    """Until all who are alive now have ended, whoever comes meanwhile. Raises OutOfTime."""
    until, those = time.monotonic() + seconds, list[Live](dict.fromkeys(client.live.values()))
    while not all(live.is_ended for live in those):
        if time.monotonic() > until:
            num = sum(not live.is_ended for live in those)
            raise OutOfTime(f"{num} requests have not ended within {seconds:g} s: wait longer, or abort them")
        await asyncio.sleep(POLL_SECONDS)
