"""P13: what top-k, top-p and min-p leave is what a slow reference leaves, by whatever way it is found."""
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from quire.core.types import Sampling
from quire.sampling import truncation
from quire.sampling.draw import signed, uniforms
from quire.sampling.truncation import Cuts, begin, best, draw_cut
from tests.sampling.reference import chi_square, drawable
from tests.text.examples import examples


def cuts_of(samplings: list[Sampling], vocab: int) -> Cuts:
    return Cuts(torch.tensor([s.top_k or vocab for s in samplings]),
                torch.tensor([s.top_p for s in samplings], dtype=torch.float64),
                torch.tensor([s.min_p for s in samplings]).log())


def kept(logits: torch.Tensor, s: Sampling, lengths: tuple[int, ...]) -> list[int]:
    """(V,) -> the ids that may be drawn, best first, found by the shortest of these lengths that is sure, or by all."""
    vocab = len(logits)
    for k in (*lengths, vocab):
        made = begin(logits[None], cuts_of([s], vocab), k)
        if made.is_sure[0]:
            p = torch.softmax(logits, 0)
            return [i for i in made.ids[0, :made.count[0]].tolist() if p[i] > 0]
    raise AssertionError("all of a row are always enough")


params = st.fixed_dictionaries({
    "top_k": st.sampled_from([0, 1, 2, 3, 7, 20, 64]), "top_p": st.sampled_from([1.0, 0.9, 0.5, 0.1, 0.999, 1e-6]),
    "min_p": st.sampled_from([0.0, 0.01, 0.2, 0.9, 1.0])})


@examples(200)
@given(params=params, seed=st.integers(0, 10 ** 6), vocab=st.sampled_from([3, 20, 64]), width=st.sampled_from([0.1, 1.0, 5.0]),
       lengths=st.sampled_from([(), (2,), (4, 16)]), ties=st.booleans())
def test_sets_are_those_of_the_reference(params, seed, vocab, width, lengths, ties):
    x = np.random.default_rng(seed).normal(size=vocab) * width
    x = (np.round(x) if ties else x).astype(np.float32)
    s = Sampling(max_tokens=1, temperature=1.0, **params)
    want = list(drawable(x, s))
    made = kept(torch.tensor(x), s, lengths)
    if made != want:        # a share that equals the limit but for rounding may fall on either side
        near = [drawable(x, replace(s, top_p=s.top_p * (1 + e), min_p=s.min_p * (1 + f)))
                for e in (-1e-6, 1e-6) for f in (-1e-6, 1e-6)]
        assert made in [list(d) for d in near]


@examples(200)
@given(st.lists(st.integers(-2, 2), min_size=1, max_size=12), st.integers(1, 14))
def test_best_orders_by_value_then_by_id(values, k):
    found, ids = best(torch.tensor([values], dtype=torch.float32), k)
    order = sorted(range(len(values)), key=lambda i: (-values[i], i))[:k]
    assert found[0].tolist() == [values[i] for i in order]
    last = found[0, -1]
    for place, i in enumerate(order):
        assert ids[0, place] == i or (k < len(values) and values[i] == last)       # those that equal the k-th are not sure


def rows(kind: str, vocab: int, count: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(5)
    logits = torch.randn(count, vocab, generator=generator) * {"peaked": 6.0, "flat": 0.01, "tied": 1.0}[kind]
    return logits.round() if kind == "tied" else logits


CUTS = [{"top_k": 50}, {"top_p": 0.9}, {"min_p": 0.05}, {"top_k": 2000, "top_p": 0.95},
        {"top_k": 200, "min_p": 0.5, "top_p": 0.3}]


@pytest.mark.parametrize("fields", CUTS)
@pytest.mark.parametrize("kind", ["peaked", "flat", "tied"])
def test_the_short_way_and_the_long_way_draw_the_same(monkeypatch, kind, fields):
    logits, uniform = rows(kind, 5000, 16), torch.rand(16, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    cuts = cuts_of([Sampling(max_tokens=1, **fields)] * 16, 5000)
    short = draw_cut(logits, cuts, uniform)
    monkeypatch.setattr(truncation, "LENGTHS", ())
    assert torch.equal(short, draw_cut(logits, cuts, uniform))


def test_planted_fault_a_beginning_that_is_always_sure_is_caught(monkeypatch):
    """Then flat and tied rows are drawn from too few ids."""
    real = truncation.begin

    def sure(logits, cuts, k):
        made = real(logits, cuts, k)
        made.is_sure[:] = True
        return made

    monkeypatch.setattr(truncation, "begin", sure)
    for kind, fields in (("flat", {"top_p": 0.9}), ("tied", {"top_k": 50})):
        with monkeypatch.context() as patch, pytest.raises(AssertionError):
            test_the_short_way_and_the_long_way_draw_the_same(patch, kind, fields)


@pytest.mark.parametrize("fields", CUTS)
def test_a_row_is_drawn_alike_in_any_batch(fields):
    logits = torch.cat([rows("peaked", 5000, 16), rows("flat", 5000, 16), rows("tied", 5000, 16)])
    uniform = torch.rand(48, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    samplings = [Sampling(max_tokens=1, **CUTS[i % len(CUTS)]) for i in range(47)] + [Sampling(max_tokens=1, **fields)]
    together = draw_cut(logits, cuts_of(samplings, 5000), uniform)
    for i in range(48):
        assert draw_cut(logits[i:i + 1].clone(), cuts_of(samplings[i:i + 1], 5000), uniform[i:i + 1])[0] == together[i]


@pytest.mark.parametrize("fields", [{"top_k": 5}, {"top_p": 0.7}, {"min_p": 0.1}, {"top_k": 9, "top_p": 0.8, "min_p": 0.02}])
def test_cut_draws_follow_the_probabilities(fields):
    draws, vocab = 100_000, 60
    x = (np.random.default_rng(1).normal(size=vocab) * 2).astype(np.float32)
    s = Sampling(max_tokens=1, temperature=1.0, **fields)
    logits, ones = torch.tensor(x).expand(10_000, -1).contiguous(), torch.ones(10_000, dtype=torch.int64)
    counts: Counter[int] = Counter()
    for first in range(0, draws, 10_000):
        uniform = uniforms(ones * signed(11), ones * 0, torch.arange(first, first + 10_000))
        counts.update(draw_cut(logits, cuts_of([s] * 10_000, vocab), uniform).tolist())
    assert abs(chi_square(counts, drawable(x, s), draws)) < 4
