"""P11: log-probabilities are those of a reference, the best are sorted, ranks fit, and a row has the same bits in any batch."""
import numpy as np
import pytest
import torch

from quire.sampling import logprobs
from quire.sampling.logprobs import logprobs_of, top
from quire.sampling.truncation import best
from tests.sampling.reference import log_softmax


def made(seed: int, count: int, vocab: int, ties: bool = False) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(count, vocab, generator=generator) * 3
    return (logits.bfloat16().float() if ties else logits), torch.randint(vocab, (count,), generator=generator)


def check(logits, chosen, k):
    found = logprobs_of(logits, chosen, k)
    assert (found.ids.dtype, found.values.dtype, found.ranks.dtype) == (np.int32, np.float32, np.int32)
    for i, row in enumerate(logits.numpy()):
        want, order = log_softmax(row), sorted(range(len(row)), key=lambda t: (-row[t], t))
        assert found.ids[i].tolist() == [int(chosen[i]), *order[:k]]
        assert np.abs(found.values[i] - want[found.ids[i]]).max() < 1e-5
        assert found.ranks[i] == order.index(int(chosen[i])) + 1
        assert (np.diff(found.values[i, 1:]) <= 0).all()


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("vocab, k", [(5, 0), (5, 5), (300, 3), (300, 20), (1000, 1000), (4096, 5)])
def test_they_are_those_of_the_reference(vocab, k, ties):
    check(*made(vocab + k, 5, vocab, ties), k)


@pytest.mark.parametrize("k", [1, 5, 40])
@pytest.mark.parametrize("seed", range(4))
def test_many_equal_ones_are_ordered_by_id(seed, k):
    """More than the margin is equal, so the long way has to be taken."""
    logits = torch.randint(-1, 2, (3, 300), generator=torch.Generator().manual_seed(seed)).float()
    check(logits, torch.tensor([0, 150, 299]), k)


@pytest.mark.parametrize("vocab", [100, 4096, 32_000, 50_257])
def test_the_same_bits_alone_and_in_a_batch_of_64(vocab):
    logits, chosen = made(9, 64, vocab)
    together = logprobs_of(logits, chosen, 5)
    for i in (0, 1, 30, 62, 63):
        alone = logprobs_of(logits[i:i + 1].clone(), chosen[i:i + 1], 5)
        assert alone.values.tobytes() == together.values[i:i + 1].tobytes()
        assert alone.ids.tobytes() == together.ids[i:i + 1].tobytes() and alone.ranks == together.ranks[i:i + 1]


@pytest.mark.parametrize("operation", [lambda x: torch.softmax(x, -1), lambda x: torch.log_softmax(x, -1),
                                       lambda x: torch.softmax(x, -1).cumsum(-1, dtype=torch.float64)])
@pytest.mark.parametrize("vocab", [3, 1000, 50_257, 151_936])
def test_what_the_sampler_builds_on_works_on_each_row_by_itself(vocab, operation):
    logits, _ = made(2, 32, vocab)
    together = operation(logits)
    for first, last in ((0, 1), (17, 18), (31, 32), (20, 27)):
        assert torch.equal(operation(logits[first:last].clone()), together[first:last])


def test_chunks_change_nothing(monkeypatch):
    logits, chosen = made(4, 20, 100)
    whole = logprobs_of(logits, chosen, 3)
    monkeypatch.setattr(logprobs, "CHUNK", 300)
    parts = logprobs_of(logits, chosen, 3)
    assert whole.values.tobytes() == parts.values.tobytes() and whole.ids.tobytes() == parts.ids.tobytes()
    assert len(whole) == 20 and len(whole[3:5]) == 2


def test_no_positions():
    assert len(logprobs_of(torch.zeros(0, 10), torch.zeros(0, dtype=torch.int64), 2)) == 0


def unkind(values: torch.Tensor, k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """As `best` may be: of those that equal the k-th it knows the last ones."""
    if k >= values.shape[1]:
        return best(values, k)
    ids = values.shape[1] - 1 - best(values.flip(1), k)[1]
    ids = ids.sort(1).values
    found, order = values.gather(1, ids).sort(dim=1, descending=True, stable=True)
    return found, ids.gather(1, order)


def test_it_does_not_matter_which_equal_ones_are_found_first(monkeypatch):
    logits = torch.zeros(2, 5000)
    logits[0, 4000:] = 1
    monkeypatch.setattr(logprobs, "best", unkind)
    assert top(logits, 3).tolist() == [[4000, 4001, 4002], [0, 1, 2]]


def test_planted_fault_without_the_long_way_ties_are_caught(monkeypatch):
    monkeypatch.setattr(torch.Tensor, "any", lambda self: torch.tensor(False))
    with pytest.raises(AssertionError):
        test_it_does_not_matter_which_equal_ones_are_found_first(monkeypatch)
