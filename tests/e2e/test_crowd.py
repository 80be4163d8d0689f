"""Many streams at once: each ends with the text that it has alone, whoever hangs up beside it, and nothing is left behind."""
import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import openai
import pytest

from tests.conftest import FULL
from tests.e2e.command import LIMIT_SECONDS, Command, served

STREAMS = 500 if FULL else 60
FIRST_MIB, AGAIN_MIB = 24, 8
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


@asynccontextmanager
async def client_of(command: Command) -> AsyncIterator[openai.AsyncOpenAI]:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with openai.AsyncOpenAI(base_url=f"{command.url}/v1", api_key="none", max_retries=0, http_client=httpx.AsyncClient(
            limits=limits, timeout=10 * LIMIT_SECONDS, verify=False)) as client:
        yield client


async def alone(command: Command) -> list[str]:
    """What each question is answered with, one after the other."""
    async with client_of(command) as client:
        return [await ask(client, i) or "" for i in range(len(TOPICS) * len(ASKS))]


async def crowd(command: Command, count: int) -> list[str | None]:
    """So many at once, a tenth of which hang up half-way; to the end, when nothing runs and every block is free."""
    async with client_of(command) as client:
        rng = random.Random(5)
        leaving = {i: rng.randint(1, 8) for i in rng.sample(range(count), count // 10)}
        texts = await asyncio.gather(*(ask(client, i % 50, leaving.get(i)) for i in range(count)))
    await asyncio.to_thread(command.until_idle)
    return list(texts)


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
    """Memory is taken after a crowd of a tenth: libraries are loaded, and the blocks of all questions have been touched. The
    first whole crowd may leave a process its own size, what connections took and malloc keeps; a second one nothing."""
    pid, single = command.process.pid, asyncio.run(alone(command))
    asyncio.run(crowd(command, STREAMS // 10))
    before = resident(pid)
    together = asyncio.run(crowd(command, STREAMS))
    after = resident(pid)
    kept = [(i, text) for i, text in enumerate(together) if text is not None]
    assert STREAMS - STREAMS // 10 <= len(kept) < STREAMS, "nobody hung up, or too many did"
    for i, text in kept:
        assert text == single[i % 50], question(i % 50)
    assert len(set(single)) > 25, "all say the same: the comparison shows nothing"
    asyncio.run(crowd(command, STREAMS))
    grown = [(size - earlier) / 2 ** 20 for size, earlier in ((after, before), (resident(pid), after))]
    assert grown[0] < FIRST_MIB and grown[1] < AGAIN_MIB, f"{grown} MiB more after the same work, and after it again"
    assert command.metric("vllm:request_success_total") > STREAMS
