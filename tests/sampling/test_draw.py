"""The draw: its numbers are even and independent, it follows the probabilities and depends on nothing but its key and row."""
import math
from collections import Counter

import numpy as np
import pytest
import torch

from quire.sampling import draw
from quire.sampling.draw import ACCEPT, SAMPLE, choose, draw_whole, signed, uniforms
from tests.sampling.reference import chi_square

DRAWS = 100_000
SEEDS = [0, 1, 2, -1, 2 ** 63, 2 ** 64 - 1, 12345678901234567]


def numbers(seed: int = 7, index: int = 0, purpose: int = SAMPLE, count: int = DRAWS) -> torch.Tensor:
    ones = torch.ones(count, dtype=torch.int64)
    return uniforms(ones * signed(seed), ones * index, torch.arange(count), purpose)


@pytest.mark.parametrize("seed", SEEDS)
def test_numbers_are_even(seed):
    u = numbers(seed)
    assert u.dtype == torch.float64 and u.min() >= 0 and u.max() < 1
    counts = Counter((u * 64).long().tolist())
    assert abs(chi_square(counts, dict.fromkeys(range(64), 1 / 64), DRAWS)) < 4


def test_numbers_of_different_keys_are_independent():
    """Pairs fall evenly into a square, also of neighbours: the next position, index, seed or purpose."""
    base = numbers()
    for other in (numbers(seed=8), numbers(index=1), numbers(purpose=ACCEPT), base.roll(1), numbers(seed=7 + (1 << 40))):
        pairs = Counter(((base * 8).long() * 8 + (other * 8).long()).tolist())
        assert abs(chi_square(pairs, dict.fromkeys(range(64), 1 / 64), DRAWS)) < 4
        assert not torch.equal(base, other)


def test_the_key_is_mixed_as_written_down():
    """The same numbers from plain Python integers: no overflow is undefined, no shift drags the sign along."""
    mask = (1 << 64) - 1

    def mixed(x):
        x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & mask
        x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & mask
        return x ^ (x >> 31)

    for seed in SEEDS:
        for index, position, purpose in ((0, 0, 0), (3, 17, 1), (1, 10 ** 6, 3)):
            key = mixed((seed + 0x9E3779B97F4A7C15) & mask)
            for part in (index, position, purpose):
                key = mixed(((key ^ part) + 0x9E3779B97F4A7C15) & mask)
            made = uniforms(*(torch.tensor([n]) for n in (signed(seed), index, position)), purpose)
            assert made.item() == (key >> 11) / 2 ** 53


def test_a_draw_follows_the_probabilities():
    logits = torch.tensor(np.random.default_rng(3).normal(size=50) * 2, dtype=torch.float32)
    expected = dict(enumerate(torch.softmax(logits.double(), 0).tolist()))
    drawn = [draw_whole(logits.expand(2000, -1).contiguous(), part) for part in numbers().split(2000)]
    assert abs(chi_square(Counter(torch.cat(drawn).tolist()), expected, DRAWS)) < 4


def test_what_has_no_weight_is_never_drawn():
    """Not even where the number falls on the very end of the sums."""
    cumulative = torch.tensor([[0.0, 0.25, 0.25, 1.0, 1.0]] * 5, dtype=torch.float64)
    uniform = torch.tensor([0.0, 0.25, 0.5, math.nextafter(1, 0), 1.0], dtype=torch.float64)
    assert choose(cumulative, torch.full((5,), 4), uniform).tolist() == [1, 3, 3, 3, 3]
    assert choose(cumulative, torch.full((5,), 2), uniform).tolist() == [1] * 5
    for vocab in (5, 1500):
        logits = torch.full((5, vocab), -math.inf)
        logits[:, 1], logits[:, vocab - 2] = 2.0, 1.0
        assert set(draw_whole(logits, uniform).tolist()) == {1, vocab - 2}


@pytest.mark.parametrize("vocab", [1, 511, 512, 513, 1200])
def test_a_number_falls_where_the_sums_say(vocab):
    logits = torch.randn(50, vocab, generator=torch.Generator().manual_seed(vocab)) * 3
    uniform = numbers(count=50)
    for drawn, row, u in zip(draw_whole(logits, uniform).tolist(), torch.softmax(logits, -1).double(), uniform, strict=True):
        below = row.cumsum(0) / row.sum()
        assert (below[drawn - 1] if drawn else 0) - 1e-12 <= u <= below[drawn] + 1e-12


@pytest.mark.parametrize("vocab", [7, 1000, 20_000])
def test_a_row_is_drawn_alike_in_any_batch(vocab):
    logits, uniform = torch.randn(32, vocab, generator=torch.Generator().manual_seed(1)) * 3, numbers(count=32)
    together = draw_whole(logits, uniform)
    for i in (0, 1, 19, 31):
        assert draw_whole(logits[i:i + 1].clone(), uniform[i:i + 1])[0] == together[i]
    assert torch.equal(draw_whole(logits[10:20].clone(), uniform[10:20]), together[10:20])


@pytest.mark.parametrize("fault", ["position", "index", "seed", "purpose"])
def test_planted_fault_a_key_without_one_of_its_parts_is_caught(monkeypatch, fault):
    real = uniforms

    def deaf(seeds, indices, positions, purpose=SAMPLE):
        zero = torch.zeros_like(seeds)
        return real(zero if fault == "seed" else seeds, zero if fault == "index" else indices,
                    zero if fault == "position" else positions, 0 if fault == "purpose" else purpose)

    monkeypatch.setattr(draw, "uniforms", deaf)
    monkeypatch.setitem(globals(), "uniforms", deaf)
    with pytest.raises(AssertionError):
        test_numbers_of_different_keys_are_independent()
