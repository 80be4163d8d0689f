"""What a narrower KV cache costs the bundled model: how likely it finds a text, against its own precision."""
import math
from pathlib import Path

import pytest
import torch

import quire
from quire.text.tokenizer import Tokenizer

from .drive import load, run

FOLDER = Path(quire.__file__).parent / "bundled" / "quire-8m"
TEXT = """The sun is a star in the middle of our solar system. It gives light and heat to the planets around it. The moon
goes around the earth in about a month, and the earth goes around the sun in a year. A river begins in the hills as a small
stream and grows on its way to the sea. Bread is made of flour, water, salt and yeast: the dough rests until it has risen,
then it is baked. My name is Anna, I live in Lisbon and I have two cats. What is the capital of France? The capital of
France is Paris. What did I tell you about me? You told me that your name is Anna and that you live in Lisbon. """
COST = 0.01                         # of the perplexity, at most


@pytest.fixture(scope="module")
def ids() -> list[int]:
    return Tokenizer.load(FOLDER).encode(TEXT * 2)


def perplexity(ids: list[int], dtype: torch.dtype, kept: torch.dtype) -> float:
    model = load(FOLDER, 1024, dtype)
    logits = run(model, ids, [len(ids) - 20] + [1] * 20, kept=kept)
    return math.exp(torch.nn.functional.cross_entropy(logits[:-1], torch.tensor(ids[1:])).item())


def test_int8_costs_less_than_one_percent(ids: list[int]) -> None:
    assert len(ids) > 250
    own, int8 = (perplexity(ids, torch.bfloat16, kept) for kept in (torch.bfloat16, torch.int8))
    assert int8 != own, "the cache was not int8"
    assert abs(int8 / own - 1) < COST


@pytest.mark.parametrize("kept", [torch.bfloat16, torch.float16, torch.int8], ids=lambda d: str(d)[6:])
def test_a_float32_model_with_a_narrower_cache(ids: list[int], kept: torch.dtype) -> None:
    own, narrow = (perplexity(ids[:120], torch.float32, dtype) for dtype in (torch.float32, kept))
    assert narrow != own and abs(narrow / own - 1) < COST
