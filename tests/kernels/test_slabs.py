"""Slabs: what is taken lies apart and in place, and memory goes back when the last tensor of a slab has gone."""
import gc
from itertools import pairwise

from quire.kernels import slabs
from quire.kernels.slabs import ALIGNMENT, Slabs


def test_what_is_taken_lies_apart(monkeypatch) -> None:
    monkeypatch.setattr(slabs, "SLAB", 1 << 16)
    prepared = list[tuple[int, int]]()
    made = Slabs(lambda address, size: prepared.append((address, size)))
    taken = [made.take(size) for size in (1, 64, 65, 4096, 30_000, 40_000, 1 << 17, 0, 7)]
    for i, tensor in enumerate(taken):
        tensor.fill_(i)
    spans = sorted((t.data_ptr(), t.data_ptr() + t.nbytes) for t in taken if t.nbytes)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert all(start % ALIGNMENT == 0 for start, _ in spans)
    assert all(bool((tensor == i).all()) for i, tensor in enumerate(taken))
    assert all(any(a <= start and end <= a + size for a, size in prepared) for start, end in spans)
    assert len(prepared) == 3                       # the first, one as 40,000 did not fit, and one for the largest


def test_a_slab_goes_with_its_last_tensor() -> None:
    made = Slabs(lambda address, size: None)
    first, second = made.take(100), made.take(100)
    assert second.data_ptr() - first.data_ptr() == 128
    del first
    assert made.newest() is not None                # the second still lies in it
    del second
    gc.collect()
    assert made.newest() is None
    made.take(5).fill_(1)                           # and a new one is begun
