"""What breaks a contract is refused with words, before anything is read or written."""
from collections.abc import Callable

import pytest
import torch

from quire.batch import Batch
from quire.kernels.reference import ReferenceOps
from quire.kernels.shapes import BadShape
from quire.kernels.table import Ops, has_native, ops_for
from tests.kernels.cases import cos_sin_table, zero_layer

CPU, F32 = torch.device("cpu"), torch.float32
MAKINGS = [pytest.param(ReferenceOps(F32), id="reference")]
if has_native():
    MAKINGS.append(pytest.param(ops_for(CPU, F32), id="native"))
makings = pytest.mark.parametrize("ops", MAKINGS)
natives = pytest.mark.parametrize("ops", MAKINGS[1:])

X, W = torch.ones(3, 8), torch.ones(8)


def _batch(starts: list[int], lengths: list[int], tables: list[list[int]]) -> Batch:
    tokens = torch.arange(starts[-1])
    numbers = (torch.tensor(x, dtype=torch.int32) for x in (starts, lengths, tables))
    return Batch(tokens, tokens, tokens, *numbers, tokens[:0])


def _attend(ops: Ops, batch: Batch, heads: int = 4, head_dim: int = 8, extra: int = 0) -> torch.Tensor:
    q = torch.ones(batch.num_tokens + extra, heads, head_dim)
    return ops.attention(q, zero_layer(4, 2, 16, head_dim, F32), batch, 1.0)


REFUSED: dict[str, tuple[str, Callable[[Ops], object]]] = {
    "dtype": ("x must be .* float32 .* it is .* bfloat16", lambda o: o.linear(X.bfloat16(), o.pack(torch.ones(4, 8)))),
    "columns": (r"x must be \(rows, 8\)", lambda o: o.linear(torch.ones(3, 7), o.pack(torch.ones(4, 8)))),
    "rows side by side": ("contiguous rows", lambda o: o.linear(torch.ones(8, 3).t(), o.pack(torch.ones(4, 8)))),
    "bias": (r"bias must be \(4,\)", lambda o: o.linear(X, o.pack(torch.ones(4, 8)), torch.ones(5))),
    "weight of a norm": (r"weight must be \(8,\)", lambda o: o.rms_norm(X, torch.ones(7), 1e-5)),
    "out": ("out must be", lambda o: o.rms_norm(X, W, 1e-5, out=torch.ones(3, 9))),
    "dtype of out": ("out must be", lambda o: o.linear_f32(X, o.pack(torch.ones(4, 8)), out=torch.ones(3, 4).half())),
    "ids": ("ids must be .* int64", lambda o: o.embedding(torch.ones(3, dtype=torch.int32), X)),
    "residual": ("must be", lambda o: o.add_rms_norm(X, torch.ones(2, 8), W, 1e-5)),
    "two shapes": ("b must be of shape", lambda o: o.add(X, torch.ones(3, 1))),
    "starts in another dtype": ("batch.query_starts", lambda o: _attend(o, _wrong_starts())),
}
OUTSIDE: dict[str, Callable[[Ops], object]] = {
    "id too high": lambda o: o.embedding(torch.tensor([0, 3]), X),
    "packed id too high": lambda o: o.embedding(torch.tensor([3]), o.pack(X)),
    "packed id below 0": lambda o: o.embedding(torch.tensor([-1]), o.pack(X)),
    "id below 0": lambda o: o.embedding(torch.tensor([-1]), X),
    "row too high": lambda o: o.gather(X, torch.tensor([3])),
    "position": lambda o: _rope(o, positions=[9, 0]),
    "slot too high": lambda o: _rope(o, slots=[0, 64]),
    "slot below -1": lambda o: _rope(o, slots=[0, -2]),
    "block": lambda o: _attend(o, _batch([0, 2], [2], [[4]])),
    "block below 0": lambda o: _attend(o, _batch([0, 2], [20], [[1, -1]])),
    "short table": lambda o: _attend(o, _batch([0, 2], [40], [[1, 2]])),
    "more tokens than positions": lambda o: _attend(o, _batch([0, 3], [2], [[1]])),
    "tokens of nobody": lambda o: _attend(o, _batch([0, 3], [3], [[1]]), extra=1),
}


def _wrong_starts() -> Batch:
    batch = _batch([0, 2], [2], [[0]])
    batch.query_starts = batch.query_starts.long()
    return batch


def _rope(ops: Ops, positions: tuple[int, ...] = (0, 1), slots: tuple[int, ...] = (0, 1)) -> None:
    layer = zero_layer(4, 2, 16, 8, F32)
    ops.rope_and_write(torch.ones(2, 4, 8), torch.ones(2, 2, 8), torch.ones(2, 2, 8), torch.tensor(positions),
                       cos_sin_table(9, 8), layer, torch.tensor(slots))


@makings
@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_tensor_is_refused_by_name(ops: Ops, case: str) -> None:
    words, call = REFUSED[case]
    with pytest.raises(BadShape, match=words):
        call(ops)


@makings
@pytest.mark.parametrize("case", OUTSIDE)
def test_an_index_outside_is_refused(ops: Ops, case: str) -> None:
    with pytest.raises(IndexError):
        OUTSIDE[case](ops)


@natives
def test_what_is_refused_says_where(ops: Ops) -> None:
    with pytest.raises(IndexError, match=r"ids\[1\] is 3, allowed are 0 \.\. 2"):
        OUTSIDE["id too high"](ops)
    with pytest.raises(IndexError, match="sequence 0: block 4 is outside the cache of 4"):
        OUTSIDE["block"](ops)
    with pytest.raises(IndexError, match="sequence 0: needs 3 blocks, its table has 2"):
        OUTSIDE["short table"](ops)


@natives
def test_nothing_is_written_when_an_index_is_outside(ops: Ops) -> None:
    layer = zero_layer(4, 2, 16, 8, F32)
    q = torch.ones(2, 4, 8)
    with pytest.raises(IndexError):
        places, slots = torch.tensor([5, 1]), torch.tensor([3, 99])
        ops.rope_and_write(q, q[:, :2], q[:, 2:], places, cos_sin_table(9, 8), layer, slots)
    assert bool((q == 1).all()) and not layer.k.any() and not layer.v.any()


@natives
@pytest.mark.parametrize("what", ["heads", "head_dim", "cache heads", "odd halves"])
def test_sizes_that_do_not_go_together(ops: Ops, what: str) -> None:
    first = torch.tensor([0])
    calls: dict[str, Callable[[], object]] = {
        "heads": lambda: _attend(ops, _batch([0, 2], [2], [[0]]), heads=3),
        "head_dim": lambda: _attend(ops, _batch([0, 1], [1], [[0]]), head_dim=600),
        "cache heads": lambda: ops.rope_and_write(torch.ones(1, 4, 8), torch.ones(1, 3, 8), torch.ones(1, 3, 8), first,
                                                  None, zero_layer(4, 2, 16, 8, F32), first),
        "odd halves": lambda: ops.silu_mul(torch.ones(2, 7)),
    }
    with pytest.raises(BadShape):
        calls[what]()


@natives
def test_facts_of_a_layer_follow_its_tensors(ops: Ops) -> None:
    """What was checked of a layer is kept on it; another tensor put in its place is checked anew."""
    layer, batch = zero_layer(4, 2, 16, 8, F32), _batch([0, 1], [1], [[3]])
    q = torch.ones(1, 4, 8)
    assert not ops.attention(q, layer, batch, 1.0).any()
    layer.v = torch.full_like(layer.v, 2.0)
    assert bool((ops.attention(q, layer, batch, 1.0) == 2).all())
    layer.k = torch.zeros(2, 2, 16, 8)
    with pytest.raises(BadShape, match=r"layer\.v"):
        ops.attention(q, layer, batch, 1.0)
    batch.tables = torch.tensor([[9]], dtype=torch.int32)
    layer.k = torch.zeros(4, 2, 16, 8)
    with pytest.raises(IndexError, match="block 9"):
        ops.attention(q, layer, batch, 1.0)
