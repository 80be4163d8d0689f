"""Every making of the ops against the reference, over the same random calls; and the reference against the definitions.

QUIRE_CPU_ISA forces an instruction set: tests/kernels/test_isas.py runs this file once for each.
"""
from collections.abc import Callable

import numpy as np
import pytest
import torch

from quire.batch import Batch
from quire.kernels import reference, table
from quire.kernels.groups import quantize
from quire.kernels.reference import ReferenceOps
from quire.kernels.shapes import CACHE_DTYPES
from quire.kernels.table import DTYPES, Ops, ops_for
from tests.conftest import FULL
from tests.kernels.cases import CHECKS, Draw, Story, apart, assert_close, assert_same, dense, in_pieces, zero_layer

Argmax = Callable[[torch.Tensor], tuple[torch.Tensor, np.ndarray]]
SEEDS = range(60 if FULL else 4)
CPU = torch.device("cpu")
dtypes = pytest.mark.parametrize("dtype", DTYPES, ids=lambda d: str(d)[6:])


@dtypes
@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__[6:])
def test_the_ops_mean_what_the_reference_means(check: Callable[[Ops, Draw], None], dtype: torch.dtype) -> None:
    for seed in SEEDS:
        check(ops_for(CPU, dtype), Draw(seed, dtype))


@dtypes
@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__[6:])
def test_the_reference_passes_the_same_checks(check: Callable[[Ops, Draw], None], dtype: torch.dtype) -> None:
    for seed in SEEDS[:2]:
        check(ReferenceOps(dtype), Draw(seed, dtype))


@dtypes
def test_special_values_go_through_as_in_torch(dtype: torch.dtype) -> None:
    """But infinity through gelu: torch's own answer depends on its instruction set."""
    ops, reference = ops_for(CPU, dtype), ReferenceOps(dtype)
    inf, nan = float("inf"), float("nan")
    row = torch.tensor([0.0, -0.0, inf, -inf, nan, 1e-8, -1e-8, 6e-5, 65504.0, -65504.0, 1e30, -100.0, 100.0]).to(dtype)
    row = row.repeat(3)[None]
    finite = row[~row.isinf()][None]
    for name, x in (("relu", row), ("gelu", finite), ("gelu_tanh", finite)):
        got, want = getattr(ops, name)(x), getattr(reference, name)(x)
        torch.testing.assert_close(got, want, equal_nan=True, msg=lambda text, name=name: f"{name}: {text}")
    assert ops.gelu(row)[0, 2] == ops.gelu_tanh(row)[0, 2] == inf
    pairs = torch.cat((torch.ones_like(row), row), dim=1)
    torch.testing.assert_close(ops.silu_mul(pairs), reference.silu_mul(pairs), equal_nan=True)
    torch.testing.assert_close(ops.add(row, row), row + row, equal_nan=True)


@dtypes
def test_every_16_bit_pattern_survives_a_round_trip(dtype: torch.dtype) -> None:
    """Loading to float32 and rounding back changes nothing but which not-a-number it is."""
    if dtype is torch.float32:
        x = torch.arange(-2 ** 31, 2 ** 31, 65521).to(torch.int32).view(torch.float32)[None]
    else:
        x = torch.arange(-2 ** 15, 2 ** 15).to(torch.int16).view(dtype)[None]
    got = ops_for(CPU, dtype).add(x, torch.zeros_like(x))
    torch.testing.assert_close(got, x, rtol=0, atol=0, equal_nan=True)


@dtypes
def test_rounding_is_to_nearest_even_as_in_torch(dtype: torch.dtype) -> None:
    """Sums of two values of the type cover ties, subnormals and overflow."""
    draw = Draw(1, torch.float32)
    power = 2.0 ** draw.integers(-26, 17, 40000).float()
    a, b = ((draw.normal(1, 40000) * power).to(dtype), (draw.normal(1, 40000) * power.roll(1)).to(dtype))
    torch.testing.assert_close(ops_for(CPU, dtype).add(a, b), a + b, rtol=0, atol=0, equal_nan=True)


@dtypes
def test_gelu_and_silu_are_exact_over_their_range(dtype: torch.dtype) -> None:
    x = torch.linspace(-30, 30, 20011).to(dtype)[None]
    ops, wide = ops_for(CPU, dtype), x.double()
    assert_close(ops.gelu(x), torch.nn.functional.gelu(wide).to(dtype), dtype, 0.05)
    assert_close(ops.gelu_tanh(x), torch.nn.functional.gelu(wide, approximate="tanh").to(dtype), dtype, 0.05)
    pairs = torch.cat((x, torch.ones_like(x)), dim=1)
    assert_close(ops.silu_mul(pairs), torch.nn.functional.silu(wide).to(dtype), dtype, 0.05)


@dtypes
@pytest.mark.parametrize("k", [1, 2, 3, 7, 15, 16, 17, 31, 33, 65, 129])
def test_nothing_beside_a_row_is_read(k: int, dtype: torch.dtype) -> None:
    """Rows among not-a-numbers, at every kind of tail; the last output columns too."""
    ops, draw = ops_for(CPU, dtype), Draw(k, dtype)
    for t, n in ((1, 1), (2, 33), (5, 31), (13, 65)):
        x, weight = apart(draw.normal(t, k), 3, 3), apart(draw.normal(n, k), 3, 3)
        got = ops.linear_f32(x, ops.pack(weight))
        torch.testing.assert_close(got.double(), x.double() @ weight.double().t(), atol=1e-4, rtol=1e-4)
        for row in (ops.rms_norm(x, torch.ones(k, dtype=dtype), 1e-6), ops.gelu(x), ops.add(x, x)):
            assert not row.isnan().any()


MAKINGS = [pytest.param(table.argmax_rows, id="table"), pytest.param(reference.argmax_rows, id="reference_passes")]
ODD = [float("nan"), float("inf"), -float("inf")]


def rows_of(draw: Draw, cols: int) -> torch.Tensor:
    """Many equal numbers, a best one in any place of a large row, both zeros, large ones whose sum overflows."""
    rows = torch.stack([draw.integers(-3, 4, cols).float(), draw.normal(1, cols)[0], torch.full((cols,), -0.0),
                        torch.full((cols,), 3e38), torch.full((cols,), -3e38), draw.normal(1, cols)[0]])
    rows[2, cols // 2:] = 0.0
    rows[5, draw.size(0, cols - 1)] = 100.0
    return apart(rows, 1, 3)


@pytest.mark.parametrize("argmax_rows", MAKINGS)
@pytest.mark.parametrize("cols", [1, 2, 15, 16, 17, 63, 64, 65, 255, 1023, 1024, 1025, 4133, 151_936])
def test_the_best_of_a_row_is_the_first_of_equal_ones(argmax_rows: Argmax, cols: int) -> None:
    rows = rows_of(Draw(cols, torch.float32), cols)
    best, is_finite = argmax_rows(rows)
    assert best.tolist() == np.argmax(rows.numpy(), -1).tolist() and best.dtype == torch.int64
    assert is_finite.all() and is_finite.shape == (len(rows),)


@pytest.mark.parametrize("argmax_rows", MAKINGS)
@pytest.mark.parametrize("cols", [1, 16, 70, 1500])
def test_one_number_that_is_none_is_seen_wherever_it_is(argmax_rows: Argmax, cols: int) -> None:
    draw = Draw(cols, torch.float32)
    for number in ODD:
        for place in {0, cols - 1, cols // 2, *draw.integers(0, cols, 20).tolist()}:
            rows = draw.normal(3, cols)
            rows[1, place] = number
            best, is_finite = argmax_rows(rows)
            assert is_finite.tolist() == [True, False, True]
            assert best[[0, 2]].tolist() == rows[[0, 2]].argmax(-1).tolist() and 0 <= best[1] < cols


@pytest.mark.parametrize("argmax_rows", MAKINGS)
def test_barred_ids_are_never_the_best(argmax_rows: Argmax) -> None:
    """Sampling sets them to minus infinity; rows of nothing else have a best one, too."""
    rows = torch.full((2, 2000), -torch.inf)
    rows[0, 1999] = -1e30
    assert argmax_rows(rows)[0].tolist() == [1999, 0]


@pytest.mark.parametrize("name", ["linear", "embedding", "silu_mul"])
def test_offsets_beyond_32_bits(name: str) -> None:
    """Two rows 2^31 + 40 elements apart: 4 GB of addresses, two pages of memory."""
    ops, stride, cols = ops_for(CPU, torch.bfloat16), 2 ** 31 + 40, 64
    far = torch.empty(stride + cols, dtype=torch.bfloat16).as_strided((2, cols), (stride, 1))
    near = far.copy_(Draw(3, torch.bfloat16).normal(2, cols)).clone()
    index = torch.tensor([1, 0, 1])
    weight = ops.pack(Draw(4, torch.bfloat16).normal(20, cols))
    calls = {"linear": lambda x: ops.linear(x, weight), "embedding": lambda x: ops.embedding(index, x),
             "silu_mul": ops.silu_mul}
    assert torch.equal(calls[name](far), calls[name](near))


def test_no_rows_is_no_work() -> None:
    ops = ops_for(CPU, torch.float32)
    none = apart(torch.empty(0, 8), 0, 0)
    assert ops.linear(none, ops.pack(torch.ones(5, 8))).shape == (0, 5)
    assert ops.rms_norm(none, torch.ones(8), 1e-5).shape == (0, 8)
    assert ops.silu_mul(none).shape == (0, 4)
    starts, nobody = torch.zeros(1, dtype=torch.int32), torch.zeros(0, dtype=torch.int32)
    batch = Batch(*[nobody.long()] * 3, starts, nobody, torch.zeros(0, 4, dtype=torch.int32), nobody.long())
    assert ops.attention(torch.empty(0, 2, 8), zero_layer(4, 2, 16, 8, torch.float32), batch, 1.0).shape == (0, 16)


@pytest.mark.parametrize("kept", CACHE_DTYPES, ids=lambda d: str(d)[6:])
@pytest.mark.parametrize("head_dim", [64, 80, 96, 128, 256])
def test_usual_sizes_of_a_head(head_dim: int, kept: torch.dtype) -> None:
    """Of a model in bfloat16, as models come, grouped in usual ways."""
    draw = Draw(head_dim, torch.bfloat16)
    for heads, kv_heads, block_size in ((4, 4, 16), (8, 1, 32), (7, 1, 16)):
        story = Story.of(draw, [70, 3], heads, kv_heads, head_dim, kept=kept)
        for seq, got in enumerate(in_pieces(ops_for(CPU, torch.bfloat16), story, draw, block_size)):
            assert_close(got, dense(story, seq).bfloat16(), torch.bfloat16, 2, kept)


@pytest.mark.parametrize("kept", CACHE_DTYPES, ids=lambda d: str(d)[6:])
@pytest.mark.parametrize("head_dim", [1, 15, 33, 64])
@pytest.mark.parametrize("block_size", [5, 16, 32])
def test_what_was_written_is_read_back(block_size: int, head_dim: int, kept: torch.dtype) -> None:
    """unpack_kv undoes the layout of the C++ ops, which only they and it know."""
    ops, draw = ops_for(CPU, torch.float32), Draw(5, torch.float32)
    layer, slots = zero_layer(3, 2, block_size, head_dim, kept), torch.arange(3 * block_size)
    k, v = draw.normal(len(slots), 2, head_dim), draw.normal(len(slots), 2, head_dim)
    q = torch.zeros(len(slots), 2, head_dim)
    for part in draw.random.sample(range(len(slots)), len(slots)):              # one slot at a time, in any order
        one = slice(part, part + 1)
        ops.rope_and_write(q[one], k[one], v[one], slots[one], None, layer, slots[one])
    for got, x in zip(ops.unpack_kv(layer), (k, v), strict=True):
        want = torch.mul(*_whole(x)) if kept is torch.int8 else x.to(kept).float()
        assert_same(got, want.unflatten(0, (3, block_size)).transpose(1, 2))


def _whole(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    whole, scale = quantize(x)
    return whole, scale[..., None]


def test_a_row_that_is_not_finite_shows_in_int8() -> None:
    ops, layer = ops_for(CPU, torch.float32), zero_layer(1, 1, 16, 8, torch.int8)
    q, first = torch.ones(1, 1, 8), torch.zeros(1, dtype=torch.int64)
    batch = Batch(first, first, first, torch.tensor([0, 1], dtype=torch.int32), torch.tensor([1], dtype=torch.int32),
                  torch.zeros(1, 1, dtype=torch.int32), first)
    for value in (float("nan"), float("inf")):
        for broken in (0, 1):
            kv = [torch.ones(1, 1, 8), torch.ones(1, 1, 8)]
            kv[broken][0, 0, 3] = value
            for one in (ops, ReferenceOps(torch.float32)):
                one.rope_and_write(q, *kv, first, None, layer, first)
                assert one.attention(q, layer, batch, 1.0).isnan().all()
