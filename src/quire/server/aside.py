"""Work that takes long is done on another thread, so that others are served meanwhile; what is short is done at once."""
import asyncio
from collections.abc import Callable
from typing import TypeVar

MOST_AT_ONCE = 5_000            # characters to encode, logprobs to write: some milliseconds

T = TypeVar("T")


async def aside(work: Callable[[], T], size: int) -> T:
    return work() if size < MOST_AT_ONCE else await asyncio.to_thread(work)
