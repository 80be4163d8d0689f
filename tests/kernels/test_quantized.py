"""Quantized weights: the C++ ops give the reference's bits, on every instruction set (test_isas.py runs this file once for
each), and the reference gives what its numbers and scales say."""
from collections.abc import Callable, Iterator, Sequence

import pytest
import torch
from torch import Tensor

from quire.core.quantization import GROUP, MOST_INPUTS, matrix_bytes
from quire.kernels.quantized import dequantize, quantize, to_int8
from quire.kernels.reference import Packed, ReferenceOps
from quire.kernels.shapes import BadShape
from quire.kernels.table import DTYPES, Ops, has_native, native_reason, ops_for, set_threads
from tests.conftest import FULL
from tests.kernels.cases import Draw, apart, assert_same, into

CPU, F32 = torch.device("cpu"), torch.float32
natives = pytest.mark.skipif(not has_native(), reason=native_reason())
dtypes = pytest.mark.parametrize("dtype", DTYPES, ids=lambda d: str(d)[6:])
schemes = pytest.mark.parametrize("scheme", ["int8", "int4"])
makings = pytest.mark.parametrize("make", [ReferenceOps, lambda dtype: ops_for(CPU, dtype)], ids=["reference", "table"])
Make = Callable[[torch.dtype], Ops]


@pytest.fixture(autouse=True)
def default_threads() -> Iterator[None]:
    yield
    set_threads(0)


def both(x: Tensor, weight: Tensor | Sequence[Tensor], scheme: str, bias: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """The result of the table's ops, and of the reference."""
    ops, reference = ops_for(CPU, x.dtype), ReferenceOps(x.dtype)
    return (ops.linear(x, ops.pack(weight, scheme), bias), reference.linear(x, reference.pack(weight, scheme), bias))


def values(packed: Packed) -> Tensor:
    """What a reference's packed weight stands for, in float64."""
    assert packed.scales is not None
    return dequantize(packed.data, packed.scales, packed.num_in).double()


# ---- the same bits as the reference

@dtypes
@schemes
def test_any_shape(scheme: str, dtype: torch.dtype) -> None:
    for seed in range(60 if FULL else 8):
        draw = Draw(seed, dtype)
        t, n, k = draw.size(0, 40), draw.size(1, 200), draw.size(1, 300)
        x, weight = draw.rows(t, k, scale=draw.random.choice([1e-3, 1.0, 50.0])), draw.rows(n, k, scale=k ** -0.5)
        bias = draw.normal(n) if draw.random.random() < 0.5 else None
        ops, reference = ops_for(CPU, dtype), ReferenceOps(dtype)
        packed, known = ops.pack(weight, scheme), reference.pack(weight, scheme)
        got = into(lambda out=None: ops.linear(x, packed, bias, out=out), t, n, dtype)      # noqa: B023
        assert_same(got, reference.linear(x, known, bias))
        got = into(lambda out=None: ops.linear_f32(x, packed, out=out), t, n, F32)          # noqa: B023
        assert_same(got, reference.linear_f32(x, known))


@dtypes
@schemes
def test_sizes_beyond_a_tile_a_panel_and_a_batch_of_rows(scheme: str, dtype: torch.dtype) -> None:
    draw = Draw(1, dtype)
    assert_same(*both(draw.normal(530, 1100), draw.normal(70, 1100, scale=0.03), scheme))


@schemes
def test_weights_of_any_distribution(scheme: str) -> None:
    """Heavy tails, groups far apart in size, one column of zeros, one of equal values, one of two values."""
    draw = Draw(2, F32)
    weight = draw.normal(96, 256) ** 5 * torch.logspace(-12, 6, 256) * torch.logspace(-6, 3, 96)[:, None]
    weight[3], weight[4], weight[5] = 0.0, 0.25, torch.tensor([-3.0, 1.0]).repeat(128)
    assert_same(*both(draw.normal(7, 256), weight, scheme))


def _worst(k: int) -> dict[str, Tensor]:
    ones, huge = torch.ones(k), torch.randn(k, generator=torch.Generator().manual_seed(0))
    huge[k // 2] = 6e4
    place = torch.arange(k)
    return {"zeros": 0 * ones, "equal": 0.3 * ones, "outlier": huge, "tiny": 6e-8 * ones, "large": 65504 * ones,
            "one": 1.0 * (place == k - 1), "ends": torch.where(place % 2 == 0, 1.0, -1.0),
            "nan": torch.where(place == 5, torch.nan, ones), "inf": torch.where(place == 7, -torch.inf, ones)}


@dtypes
@schemes
def test_worst_rows(scheme: str, dtype: torch.dtype) -> None:
    """Side by side: each as if it were alone, and what is not finite is so in its own row and nowhere else."""
    draw, rows = Draw(3, dtype), _worst(75)
    x, weight, bias = torch.stack([*rows.values()]).to(dtype), draw.normal(40, 75, scale=0.01), draw.normal(40)
    got, want = both(x, weight, scheme, bias)
    torch.testing.assert_close(got, want, rtol=0, atol=0, equal_nan=True)
    spoilt = torch.tensor([name in ("nan", "inf") for name in rows])
    assert bool(got[spoilt].isnan().all()) and bool(got[~spoilt].isfinite().all())
    assert_same(got[0], bias)


@dtypes
@schemes
def test_worst_columns(scheme: str, dtype: torch.dtype) -> None:
    draw, columns = Draw(4, dtype), _worst(75)
    weight = torch.stack([*columns.values()]).to(dtype)
    got, want = both(draw.normal(5, 75, scale=0.01), weight, scheme)
    torch.testing.assert_close(got, want, rtol=0, atol=0, equal_nan=True)
    spoilt = torch.tensor([name in ("nan", "inf") for name in columns])
    assert bool(got[:, spoilt].isnan().all()) and bool(got[:, ~spoilt].isfinite().all()) and not got[:, 0].any()


def test_the_largest_sums() -> None:
    """All numbers at their end, as many as are allowed: 32 bits hold it."""
    x = torch.ones(2, MOST_INPUTS)
    x[1] = -1
    got, want = both(x, torch.stack((x[0], x[1], x[0])), "int8")
    assert_same(got, want)
    expected = MOST_INPUTS * torch.tensor([[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0]])
    torch.testing.assert_close(got, expected)


# ---- what it means

@makings
def test_whole_numbers_are_exact(make: Make) -> None:
    """Where the numbers are already those that 8 and 4 bits hold, nothing is rounded."""
    random = torch.Generator().manual_seed(5)
    x = torch.randint(-127, 128, (9, 96), generator=random).float()
    x[:, ::GROUP] = 127
    for scheme, end in (("int8", 127), ("int4", 7)):
        weight = torch.randint(-end, end + 1, (50, 96), generator=random).float()
        weight[:, ::GROUP] = 127 if scheme == "int8" else -8
        ops = make(F32)
        assert_same(ops.linear(x, ops.pack(weight, scheme)), x @ weight.T)


@dtypes
@schemes
def test_the_reference_multiplies_what_it_stored(scheme: str, dtype: torch.dtype) -> None:
    """In float64, from numbers and scales."""
    draw, reference = Draw(6, dtype), ReferenceOps(dtype)
    x, weight = draw.normal(11, 1500), draw.normal(40, 1500)
    packed = reference.pack(weight, scheme)
    numbers, scales = to_int8(x.float())
    rounded = numbers.double() * scales.double()
    want = rounded @ values(packed).T
    torch.testing.assert_close(reference.linear_f32(x, packed).double(), want, rtol=1e-5, atol=1e-3)
    assert float((rounded - x.double()).abs().max() / x.double().abs().max()) <= 0.5 / 127 + 1e-6


@schemes
def test_rounding_costs_little(scheme: str) -> None:
    draw = Draw(7, F32)
    x, weight = draw.normal(64, 1024), draw.normal(256, 1024, scale=0.03)
    got, _ = both(x, weight, scheme)
    want = x @ weight.T
    assert float((got - want).norm() / want.norm()) < {"int8": 0.015, "int4": 0.09}[scheme]


def test_the_scale_of_a_group_is_better_than_the_plain_one() -> None:
    """Never worse than putting the largest number at an end, and a good deal better on the whole."""
    for power in (1, 3):
        weight = Draw(8, F32).normal(64, 512) ** power
        numbers, scales = quantize(weight, "int4")
        groups = weight.unflatten(1, (-1, GROUP))
        error = (dequantize(numbers, scales, 512).unflatten(1, (-1, GROUP)) - groups).square().sum(-1)
        for end in (7, 8):
            largest = groups.gather(-1, groups.abs().argmax(-1, keepdim=True))
            scale = (largest / -end).bfloat16().float()
            plain = ((groups / scale).round().clamp(-8, 7) * scale - groups).square().sum(-1)
            assert bool((error <= plain * 1.0001).all()) and float(error.sum()) < 0.95 * float(plain.sum())


# ---- batch invariance

@natives
@dtypes
@schemes
def test_a_row_alone_among_others_and_on_any_number_of_threads(scheme: str, dtype: torch.dtype) -> None:
    ops, draw = ops_for(CPU, dtype), Draw(9, dtype)
    x, packed = draw.normal(64, 515), ops.pack(draw.normal(331, 515, scale=0.05), scheme)
    set_threads(1)
    together = ops.linear(x, packed)
    for count in (2, 3):
        set_threads(count)
        assert_same(ops.linear(x, packed), together)
    for row in range(0, 64, 7):
        assert_same(ops.linear(x[row:row + 1], packed), together[row:row + 1])
    for count in range(2, 40):                                  # every size of a tile, and tiles of unequal size
        assert_same(ops.linear(x[64 - count:], packed), together[64 - count:])


# ---- packing

@makings
@dtypes
@pytest.mark.parametrize("scheme", ["none", "int8", "int4"])
def test_pieces_are_as_good_as_the_whole(make: Make, scheme: str, dtype: torch.dtype) -> None:
    ops, draw = make(dtype), Draw(10, dtype)
    pieces = [draw.rows(rows, 70) for rows in (1, 45, 32, 33, 3)] + [apart(draw.normal(20, 70), 4, 3)]
    whole, parts = ops.pack(torch.cat(pieces), scheme), ops.pack(pieces, scheme)
    assert (parts.num_out, parts.num_in, parts.scheme) == (134, 70, scheme)
    assert_same(ops.linear(pieces[1], parts), ops.linear(pieces[1], whole))
    assert_same(parts.data, whole.data)


@makings
@dtypes
@schemes
def test_nothing_else_is_kept(make: Make, scheme: str, dtype: torch.dtype) -> None:
    """What is planned for is what it takes."""
    packed = make(dtype).pack(Draw(11, dtype).normal(64, 96), scheme)
    scales = 0 if packed.scales is None else packed.scales.nbytes
    assert packed.data.untyped_storage().nbytes() + scales == matrix_bytes(scheme, 64, 96, dtype.itemsize)


@natives
@schemes
def test_threads_change_no_packed_bit(scheme: str) -> None:
    ops, weight = ops_for(CPU, F32), Draw(12, F32).normal(300, 200)
    set_threads(1)
    alone = ops.pack(weight, scheme)
    set_threads(3)
    assert_same(ops.pack(weight, scheme).data, alone.data)


@makings
@pytest.mark.parametrize("weight, scheme, words", [
    (torch.ones(2, 3), "int3", "a scheme of none, int8, int4"), ([], "none", "0 pieces"),
    ([torch.ones(2, 3), torch.ones(2, 4)], "int8", r"weight must be \(rows, 3\)"),
    (torch.ones(1, MOST_INPUTS + 1), "int8", "up to 131072 columns")])
def test_what_cannot_be_packed(make: Make, weight: Tensor | list[Tensor], scheme: str, words: str) -> None:
    with pytest.raises(BadShape, match=words):
        make(F32).pack(weight, scheme)


@makings
@schemes
def test_what_cannot_be_multiplied(make: Make, scheme: str) -> None:
    ops = make(F32)
    packed = ops.pack(torch.ones(4, 8), scheme)
    for x in (torch.ones(3, 7), torch.ones(3, 8).half(), torch.ones(8, 3).t()):
        with pytest.raises(BadShape, match="x must be"):
            ops.linear(x, packed)
    with pytest.raises(BadShape, match="bias"):
        ops.linear(torch.ones(3, 8), packed, torch.ones(5))
