"""Coroutines as tests, each on a fresh loop that must be clean at its end."""
import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Any

LIMIT_SECONDS = 300             # a hang is a failure; no test waits for it when all is well


def on_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    @functools.wraps(test)
    def run(*positional: Any, **named: Any) -> None:
        async def whole() -> None:
            problems: list[dict[str, Any]] = []
            asyncio.get_running_loop().set_exception_handler(lambda loop, context: problems.append(context))
            await asyncio.wait_for(test(*positional, **named), LIMIT_SECONDS)
            assert not problems, problems
        asyncio.run(whole())
    return run


async def until(holds: Callable[[], Any], seconds: float = 60.0) -> None:
    """Wait for what other threads and processes bring about."""
    async def look() -> None:
        while not holds():
            await asyncio.sleep(0.002)
    await asyncio.wait_for(look(), seconds)
