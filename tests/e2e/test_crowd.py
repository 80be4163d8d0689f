"""Many streams at once: each ends with the text that it has alone, whoever hangs up beside it, and nothing is left behind."""
import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import httpx
import openai
import pytest

from tests.conftest import FULL
from tests.e2e.command import LIMIT_SECONDS, Command, served

STREAMS = 500 if FULL else 60
TOPICS = ["machine learning", "Docker", "photosynthesis", "the Moon", "Python", "a KV cache", "gravity", "bread", "chess",
          "Rome"]
ASKS = ["What is {}?", "Explain {}.", "Tell me about {}.", "Explain {} in simple terms.", "Give me three facts about {}."]


def question(i: int) -> str:
    return ASKS[i % len(ASKS)].format(TOPICS[i // len(ASKS) % len(TOPICS)])


@pytest.fixture(scope="module")
def command() -> Iterator[Command]:
    with served("--max-num-seqs", "64") as running:
        yield running


async def ask(client: openai.AsyncOpenAI, i: int, leaves_after: int | None = None) -> str | None:
    """The text, or None where the client hung up on purpose."""
    stream = await client.chat.completions.create(
        model="quire-8m", messages=[{"role": "user", "content": question(i)}], stream=True, max_tokens=48,
        temperature=0.8, seed=i, timeout=10 * LIMIT_SECONDS)
    parts: list[str] = []
    reason = None
    async for chunk in stream:
        parts.append(chunk.choices[0].delta.content or "")
        reason = chunk.choices[0].finish_reason
        if leaves_after is not None and len(parts) > leaves_after and not reason:
            await stream.close()
            return None
    assert reason in ("stop", "length"), (i, reason)
    return "".join(parts)


async def crowd(url: str) -> tuple[list[str], list[str | None]]:
    """(what some said alone, one after the other; what all said together)."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0, http_client=httpx.AsyncClient(
            limits=limits, timeout=10 * LIMIT_SECONDS, verify=False)) as client:
        alone = [await ask(client, i) or "" for i in range(len(TOPICS) * len(ASKS))]
        rng = random.Random(5)
        leaving = {i: rng.randint(1, 8) for i in rng.sample(range(STREAMS), STREAMS // 10)}
        together = await asyncio.gather(*(ask(client, i % 50, leaving.get(i)) for i in range(STREAMS)))
    return alone, list(together)


def resident(pid: int) -> int:
    """Bytes of anonymous memory of a process and its children."""
    total = 0
    for task in (pid, *children(pid)):
        for line in Path(f"/proc/{task}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                total += int(line.split()[1]) * 1024
    return total


def children(pid: int) -> list[int]:
    found = []
    for path in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (path / "children").read_text().split()]
    return [*found, *(grand for child in found for grand in children(child))]


def test_a_crowd(command: Command) -> None:
    alone, together = asyncio.run(crowd(command.url))
    command.until_idle()
    kept = [(i, text) for i, text in enumerate(together) if text is not None]
    assert len(kept) < STREAMS, "nobody hung up"
    assert len(kept) >= STREAMS - STREAMS // 10
    for i, text in kept:
        assert text == alone[i % 50], question(i % 50)
    assert len(set(alone)) > 25, "all say the same: the comparison shows nothing"
    before = resident(command.process.pid)
    asyncio.run(crowd(command.url))
    command.until_idle()
    grown = resident(command.process.pid) - before
    assert grown < 24 << 20, f"{grown / 2 ** 20:.1f} MiB more after the same work again"
    assert command.metric("vllm:request_success_total") > STREAMS
