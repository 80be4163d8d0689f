"""Work that takes long is done on another thread, so that others are served meanwhile; what is short is done at once.

There are few such threads: whoever finds all of them busy waits for one, first come, first served, and the loop goes on.
"""
import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

MOST_AT_ONCE = 5_000            # characters to encode, logprobs to write: some milliseconds
MOST_THREADS = 4                # they share the interpreter with the loop

T = TypeVar("T")
_threads = ThreadPoolExecutor(MOST_THREADS, "quire-aside")


async def aside(work: Callable[[], T], size: int) -> T:
    return work() if size < MOST_AT_ONCE else await on_thread(work)


async def on_thread(work: Callable[[], T]) -> T:
    """For what nobody can tell beforehand how long it takes."""
    return await asyncio.get_running_loop().run_in_executor(_threads, work)
