"""Same bits, whatever the batch: logprobs of greedy answers and of prompts, alone and in company, whole and in chunks,
with a cold and a warm prefix cache, after preemption, and with two steps in flight. Holds on the C++ ops."""
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from quire.core.types import Logprobs, News, Sampling
from quire.kernels.table import has_native

from ..tiny import tiny
from ..whole import engine, finish

pytestmark = pytest.mark.skipif(not has_native(), reason="plain PyTorch is not batch-invariant")

ANSWER = Sampling(max_tokens=12, num_logprobs=3)
PROMPT = Sampling(max_tokens=2, num_logprobs=2, num_prompt_logprobs=2)
PROMPTS = [random.Random(seed).choices(range(256), k=length)
           for seed, length in enumerate([1, 15, 16, 17, 33, 64, 100, 40])]
SMALL: dict[str, Any] = {"num_blocks": 28, "block_size": 4, "chunk": 32, "max_num_batched_tokens": 64}
Bits = list[tuple[list[int], bytes, bytes]]


def bits(folder: Path, prompts: Sequence[Sequence[int]], sampling: Sampling, turns: int = 1,
         **changes: Any) -> tuple[Bits, Any]:
    """For each prompt its answer, and the bytes of its logprobs and of its prompt's; of the last of so many turns. Also
    what the scheduler counted."""
    with engine(folder, **{"max_model_len": 160, "max_num_seqs": 80, "num_blocks": 800, **changes}) as one:
        for _ in range(turns):
            ids = [one.add(prompt, sampling)[0] for prompt in prompts]
            news = finish(one)
        return [pack(news[request]) for request in ids], one.scheduler.counts


def pack(news: list[News]) -> tuple[list[int], bytes, bytes]:
    assert not news[-1].error
    tokens = [token for n in news for token in n.tokens]
    return tokens, bytes_of(n.logprobs for n in news), bytes_of(n.prompt_logprobs for n in news)


def bytes_of(told: Iterable[Logprobs | None]) -> bytes:
    """Position by position, so that it does not matter how they were told."""
    return b"".join(part for t in told if t is not None for row in range(len(t))
                    for part in (t.ids[row].tobytes(), t.values[row].tobytes()))


@pytest.fixture(scope="module", params=["float32", "bfloat16"])
def dtype(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, dtype: str) -> Path:
    return tiny(tmp_path_factory.mktemp("bits"), "qwen3", torch_dtype=dtype)


@pytest.fixture(scope="module")
def alone(folder: Path) -> Bits:
    """Each by itself, its prompt in one piece, nothing cached."""
    return [bits(folder, [prompt], ANSWER, prefix_caching=False)[0][0] for prompt in PROMPTS]


def test_the_bits_say_something(alone: Bits) -> None:
    assert len({token for tokens, _, _ in alone for token in tokens}) > 20
    assert all(len(values) == 12 * 4 * 8 for _, values, _ in alone)


def test_in_a_batch_of_64(folder: Path, alone: Bits) -> None:
    others = [random.Random(seed).choices(range(256), k=1 + seed % 50) for seed in range(100, 156)]
    mixed = others[:30] + PROMPTS + others[30:]
    found, _ = bits(folder, mixed, ANSWER, max_num_batched_tokens=4096, chunk=4096)
    assert found[30:38] == alone


@pytest.mark.parametrize("chunk", [1, 5, 16, 23, 64])
def test_chunked(folder: Path, alone: Bits, chunk: int) -> None:
    assert bits(folder, PROMPTS, ANSWER, chunk=chunk, max_num_batched_tokens=3 * chunk + 5)[0] == alone


def test_with_a_warm_cache(folder: Path, alone: Bits) -> None:
    found, counts = bits(folder, PROMPTS, ANSWER, turns=2)
    assert counts["hits"] > 10
    assert found == alone


@pytest.mark.parametrize("block_size", [8, 32])
def test_in_blocks_of_another_size(folder: Path, alone: Bits, block_size: int) -> None:
    assert bits(folder, PROMPTS, ANSWER, block_size=block_size, turns=2)[0] == alone


def test_after_preemption(folder: Path, alone: Bits) -> None:
    found, counts = bits(folder, PROMPTS, ANSWER, **SMALL)
    assert counts["preemptions"] > 1
    assert found == alone


@pytest.mark.parametrize("depth", [2, 4])
def test_with_steps_in_flight(folder: Path, alone: Bits, depth: int) -> None:
    found, counts = bits(folder, PROMPTS, ANSWER, depth=depth, **SMALL)
    assert counts["preemptions in flight"]
    assert found == alone


def test_logprobs_of_prompts(folder: Path) -> None:
    whole = [bits(folder, [prompt], PROMPT)[0][0] for prompt in PROMPTS]
    assert [len(told) for _, _, told in whole] == [(len(prompt) - 1) * 3 * 8 for prompt in PROMPTS]
    assert bits(folder, PROMPTS, PROMPT, chunk=7, max_num_batched_tokens=30)[0] == whole
    found, _ = bits(folder, PROMPTS, PROMPT, **SMALL, depth=2)
    assert found == whole


def test_random_draws(folder: Path) -> None:
    sampling = Sampling(12, temperature=1.0, top_p=0.95, presence_penalty=0.5, seed=7, num_logprobs=0)
    expected = [bits(folder, [prompt], sampling, prefix_caching=False)[0][0] for prompt in PROMPTS]
    assert bits(folder, PROMPTS, sampling, depth=2, **SMALL)[0] == expected
    assert bits(folder, PROMPTS, sampling, turns=2)[0] == expected


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_on_any_number_of_threads(folder: Path, alone: Bits, threads: int) -> None:
    assert bits(folder, PROMPTS, ANSWER, num_threads=threads)[0] == alone
