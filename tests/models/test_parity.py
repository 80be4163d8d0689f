"""Logits against transformers, for every family and rope scaling."""
import copy
import random
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from quire.batch import Batch

from ..conftest import FULL
from .drive import load, random_chunks, run
from .references import CONFIGS, EVEN, LENGTH, Reference

CLOSE = 1e-4                    # of the largest logit, in float32
# In bfloat16 weights and results are rounded to 8 bits, which these wide layers amplify. So much of the logits, root
# mean square, and little more than what transformers loses in bfloat16 itself.
CLOSE_BF16, THEIR_LOSS = 0.2, 1.2
# The same at EVEN: absolute, and of the logits, root mean square.
EVEN_CLOSE, EVEN_CLOSE_BF16 = 1e-4, 0.03


def distance(ours: Tensor, theirs: Tensor) -> float:
    return float((ours - theirs).abs().max() / theirs.abs().max())


def a_text(seed: int, length: int = LENGTH, vocab: int = 199) -> list[int]:
    rng = random.Random(seed)
    return [rng.randrange(3, vocab) for _ in range(length)]


@pytest.mark.parametrize("name", CONFIGS)
def test_float32(name: str, reference: Callable[[str], Reference]) -> None:
    """A whole prompt, and the same in chunks followed by single positions."""
    theirs = reference(name)
    model, ids = load(theirs.folder, LENGTH), a_text(1)
    expected = theirs.logits(ids)
    assert len(set(expected.argmax(-1).tolist())) > 50, "too few distinct ids: the test would see little"
    assert distance(run(model, ids, [LENGTH]), expected) < CLOSE
    assert distance(run(model, ids, random_chunks(random.Random(2), LENGTH, 30)), expected) < CLOSE


def loss(ours: Tensor, theirs: Tensor) -> float:
    return float((ours - theirs).square().mean().sqrt() / theirs.square().mean().sqrt())


@pytest.mark.parametrize("name", ["llama3", "qwen2", "qwen3", "opt", "opt_350m"])
def test_bfloat16(name: str, reference: Callable[[str], Reference]) -> None:
    theirs, ids = reference(name), a_text(3, 128)
    expected = theirs.logits(ids)
    ours = loss(run(load(theirs.folder, LENGTH, torch.bfloat16), ids, [104] + [1] * 24), expected)
    narrow = copy.deepcopy(theirs.model).to(torch.bfloat16)
    with torch.inference_mode():
        their_loss = loss(narrow(torch.tensor([ids])).logits[0].float(), expected)
    assert ours < CLOSE_BF16
    assert ours < THEIR_LOSS * their_loss


@pytest.mark.parametrize("name", CONFIGS if FULL else ["llama3", "mistral_window", "qwen2", "qwen3", "opt_350m"])
def test_both_dtypes_where_all_is_drawn_alike(name: str, reference: Callable[..., Reference]) -> None:
    theirs, ids = reference(name, EVEN), a_text(7)
    expected = theirs.logits(ids)
    assert expected.std() > 0.5 and len(set(expected.argmax(-1).tolist())) > 30, "the test would see little"
    chunks = random_chunks(random.Random(8), LENGTH, 30)
    assert (run(load(theirs.folder, LENGTH), ids, chunks) - expected).abs().max() < EVEN_CLOSE
    assert loss(run(load(theirs.folder, LENGTH, torch.bfloat16), ids, chunks), expected) < EVEN_CLOSE_BF16


def shift(batch: Batch) -> None:
    """Rotary positions are relative, so a shift shows only between what was computed before and after it."""
    if batch.positions[0]:
        batch.positions += 1


@pytest.mark.parametrize("name", ["llama3", "opt", "qwen3"])
def test_a_position_shifted_by_one_is_seen(name: str, reference: Callable[[str], Reference]) -> None:
    theirs, ids = reference(name), a_text(4, 100)
    model = load(theirs.folder, LENGTH)
    assert distance(run(model, ids, [50, 50], change=shift), theirs.logits(ids)) > 100 * CLOSE


@pytest.mark.parametrize("name", ["llama2", "llama3", "rope_yarn"])
def test_a_wrong_theta_is_seen(name: str, reference: Callable[[str], Reference]) -> None:
    theirs, ids = reference(name), a_text(5, 100)
    config = theirs.folder / "config.json"
    text = config.read_text()
    theta = theirs.model.config.rope_parameters["rope_theta"]
    try:
        config.write_text(text.replace(f'"rope_theta": {theta}', f'"rope_theta": {1.1 * theta}'))
        assert config.read_text() != text
        model = load(theirs.folder, LENGTH)
    finally:
        config.write_text(text)
    assert distance(run(model, ids, [100]), theirs.logits(ids)) > 100 * CLOSE


@pytest.mark.parametrize("name", ["qwen2", "opt", "llama_biases"])
def test_a_missing_k_bias_is_not_seen_and_a_missing_q_bias_is(name: str, reference: Callable[[str], Reference]) -> None:
    """K's bias adds the same to all scores of a query, unless rotation turns it differently for each position."""
    theirs, ids = reference(name), a_text(6, 100)
    for part, is_seen in ((0, True), (1, name != "opt")):
        model = load(theirs.folder, LENGTH)
        for layer in model.layers:
            attention = layer.attention         # type: ignore[attr-defined]
            q, k, _ = (heads * attention.head_dim for heads in attention.heads)
            attention.qkv.bias[(0, q)[part]:(q, q + k)[part]] = 0
        assert (distance(run(model, ids, [100]), theirs.logits(ids)) > 100 * CLOSE) is is_seen
