"""The C++ ops give the same bits for a row whatever stands beside it, however it was cut, on any number of threads."""
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from quire.kernels.shapes import CACHE_DTYPES
from quire.kernels.table import DTYPES, Ops, has_native, native_reason, ops_for, set_threads
from tests.conftest import FULL
from tests.kernels.cases import Cache, Draw, Story, assert_same, cos_sin_table, dense, in_pieces, whole, zero_layer

pytestmark = pytest.mark.skipif(not has_native(), reason=native_reason())
CPU = torch.device("cpu")
ROWS = 64
KEY_RANGE = 1024                # kKeyRange of csrc/kernels.h
dtypes = pytest.mark.parametrize("dtype", DTYPES, ids=lambda d: str(d)[6:])


@pytest.fixture(autouse=True)
def default_threads() -> Iterator[None]:
    yield
    set_threads(0)


def _row_ops(ops: Ops, draw: Draw) -> dict[str, tuple[Callable[[Tensor], Tensor], int]]:
    """Ops of one matrix whose rows are independent, and its columns. Large enough that the threads share the work."""
    n, k, h = 331, 515, 517
    packed, bias = ops.pack(draw.normal(n, k, scale=0.05)), draw.normal(n)
    weight, shift = draw.normal(h), draw.normal(h)
    return {
        "linear": (lambda x: ops.linear(x, packed, bias), k),
        "linear_f32": (lambda x: ops.linear_f32(x, packed), k),
        "rms_norm": (lambda x: ops.rms_norm(x, weight, 1e-5), h),
        "head_norm": (lambda x: ops.rms_norm(x.unflatten(1, (11, 47)), weight[:47], 1e-5).flatten(1), h),
        "layer_norm": (lambda x: ops.layer_norm(x, weight, shift, 1e-5), h),
        "add_rms_norm": (lambda x: ops.add_rms_norm(x, x.clone(), weight, 1e-5), h),
        "add_layer_norm": (lambda x: ops.add_layer_norm(x, x.clone(), weight, shift, 1e-5), h),
        "silu_mul": (ops.silu_mul, 2 * h),
        "relu": (ops.relu, h), "gelu": (ops.gelu, h), "gelu_tanh": (ops.gelu_tanh, h),
        "add": (lambda x: ops.add(x, x), h),
    }


NAMES = list(_row_ops(ops_for(CPU, torch.float32), Draw(0, torch.float32)))


@dtypes
@pytest.mark.parametrize("name", NAMES)
def test_a_row_alone_and_among_others(name: str, dtype: torch.dtype) -> None:
    op, cols = _row_ops(ops_for(CPU, dtype), Draw(7, dtype))[name]
    x = Draw(8, dtype).normal(ROWS, cols)
    together = op(x)
    assert not together.isnan().any()
    for row in range(ROWS):
        assert_same(op(x[row:row + 1]), together[row:row + 1])
    for count in range(2, 40):                                  # every size of a tile, and tiles of unequal size
        assert_same(op(x[ROWS - count:]), together[ROWS - count:])


@dtypes
@pytest.mark.parametrize("name", NAMES)
def test_any_number_of_threads(name: str, dtype: torch.dtype) -> None:
    op, cols = _row_ops(ops_for(CPU, dtype), Draw(9, dtype))[name]
    x = Draw(10, dtype).normal(ROWS, cols)
    set_threads(1)
    alone = op(x)
    for count in (2, 3, 5):
        set_threads(count)
        for _ in range(3):
            assert_same(op(x), alone)


@dtypes
def test_more_rows_than_are_packed_at_once(dtype: torch.dtype) -> None:
    ops, draw = ops_for(CPU, dtype), Draw(11, dtype)
    packed, x = ops.pack(draw.normal(70, 33)), draw.normal(1100, 33)
    together = ops.linear(x, packed)
    for first, last in ((0, 1), (503, 505), (504, 505), (600, 1100)):
        assert_same(ops.linear(x[first:last], packed), together[first:last])


@dtypes
@pytest.mark.parametrize("seed", range(12 if FULL else 3))
@pytest.mark.parametrize("kept", ["its own", "int8", "window"])
def test_attention_however_the_sequences_are_cut(dtype: torch.dtype, seed: int, kept: str) -> None:
    """In one chunk; in random chunks and single tokens mixed; in blocks of another size; on 1 and 3 threads."""
    ops, draw = ops_for(CPU, dtype), Draw(seed, dtype)
    kv_heads, head_dim = draw.size(1, 3), draw.random.choice([16, 20, 64, 80, 128, 129])
    lengths = [draw.size(1, 200) for _ in range(4)]
    story = Story.of(draw, lengths, kv_heads * draw.size(1, 7), kv_heads, head_dim,
                     kept=torch.int8 if kept == "int8" else dtype, window=draw.size(1, 90) if kept == "window" else 0)
    set_threads(1)
    want = whole(ops, story, draw, 16)
    for threads, block_size in ((1, 16), (3, 32), (3, 7), (1, 64), (3, 100)):
        set_threads(threads)
        for got, expected in zip(in_pieces(ops, story, draw, block_size), want, strict=True):
            assert not got.isnan().any()
            assert_same(got, expected)


@dtypes
def test_a_sequence_alone_and_among_others(dtype: torch.dtype) -> None:
    ops, draw = ops_for(CPU, dtype), Draw(21, dtype)
    story = Story.of(draw, [130, 1, 64, 65, 77], 6, 2, 32)
    together = whole(ops, story, draw, 16)
    for s, want in enumerate(together):
        assert_same(whole(ops, story.alone(s), draw, 16)[0], want)


@pytest.mark.parametrize("kept", CACHE_DTYPES, ids=lambda d: str(d)[6:])
@pytest.mark.parametrize("window", [0, 1500])
def test_ranges_of_a_long_context_are_merged_the_same(kept: torch.dtype, window: int) -> None:
    """A chunk walks them one after the other; for single tokens, and for a few, each is a task of its own."""
    ops, draw, length = ops_for(CPU, torch.float32), Draw(23, torch.float32), 2 * KEY_RANGE + 50
    story = Story.of(draw, [length], 6, 2, 20, 2.0, kept, window)
    set_threads(1)
    [want] = whole(ops, story, draw, 16)
    assert (want - dense(story, 0)).square().mean().sqrt() < (1e-6 if kept is torch.float32 else 0.01)
    for threads in (1, 3):
        set_threads(threads)
        cache, done = Cache(story, draw, 32), 0
        for count in (KEY_RANGE - 3, 1, 1, 1, 1, 2, 5, KEY_RANGE - 8, 1, 1, 1, 8, 1, 38):
            assert_same(cache.step(ops, [(0, done, done + count)]), want[done:done + count])
            done += count
        assert done == length


@dtypes
@pytest.mark.parametrize("last", [1, 2, 15, 16, 63, 64, 65])
def test_what_later_tokens_hold_reaches_nobody(dtype: torch.dtype, last: int) -> None:
    """Not-a-numbers in the rest of the chunk, from the other half of a pair on; and in what left the window."""
    ops, draw = ops_for(CPU, dtype), Draw(24, dtype)
    story = Story.of(draw, [100], 4, 2, 24)
    [want] = whole(ops, story, draw, 16)
    for x in (story.k[0], story.v[0]):
        x[last:] = float("nan")
    [got] = whole(ops, story, draw, 16)
    assert_same(got[:last], want[:last])
    assert got[last:].isnan().all()
    for x in (story.k[0], story.v[0]):
        x[:last], x[last:] = float("nan"), 1.0
    [got] = whole(ops, replace(story, window=9), draw, 16)
    assert got[:last + 8].isnan().all() and (got[last + 8:] == 1).all()


@dtypes
def test_rope_of_a_token_alone_and_among_others(dtype: torch.dtype) -> None:
    ops, draw = ops_for(CPU, dtype), Draw(22, dtype)
    tokens, heads, d = 400, 6, 72
    table, layers = cos_sin_table(tokens, 48), [zero_layer(tokens // 16, 2, 16, d, dtype) for _ in range(2)]
    q, k, v = draw.normal(tokens, heads, d), draw.normal(tokens, 2, d), draw.normal(tokens, 2, d)
    places, alone = torch.arange(tokens), q.clone()
    ops.rope_and_write(q, k, v, places, table, layers[0], places)
    for t in range(tokens):
        one = slice(t, t + 1)
        ops.rope_and_write(alone[one], k[one], v[one], places[one], table, layers[1], places[one])
    for a, b in ((q, alone), (layers[0].k, layers[1].k), (layers[0].v, layers[1].v)):
        assert_same(a, b)
