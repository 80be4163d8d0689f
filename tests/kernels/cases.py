"""Random calls of every op, checked against the reference. Each check raises AssertionError where an op is wrong.

What an op may not read is filled with not-a-numbers: beside rows, behind outputs, in slots nobody wrote. What it may
not write is compared with the poison it was filled with.
"""
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from quire.batch import Batch, KVLayer
from quire.kernels.groups import quantize
from quire.kernels.reference import ReferenceOps
from quire.kernels.shapes import CACHE_DTYPES
from quire.kernels.table import Ops

# (absolute, relative) difference allowed beside one rounding, for values around one
TOLERANCE = {torch.float32: (2e-5, 2e-5), torch.bfloat16: (1e-2, 1e-2), torch.float16: (1.5e-3, 1.5e-3)}
INT8 = (2e-3, 2e-3)             # for what reads a cache of int8: q and the weights of v are 16 bits wide there


INTEGERS = {torch.float32: torch.int32, torch.bfloat16: torch.int16, torch.float16: torch.int16}


@dataclass
class Draw:
    """Random tensors of one dtype, from one seed."""
    seed: int
    dtype: torch.dtype

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.torch = torch.Generator().manual_seed(self.seed)

    def size(self, least: int, most: int) -> int:
        """Often at an edge or a power of two, where tails begin."""
        edges = [least, most, *(p + d for p in (8, 16, 32, 64, 128) for d in (-1, 0, 1) if least <= p + d <= most)]
        return self.random.choice(edges) if self.random.random() < 0.5 else self.random.randint(least, most)

    def normal(self, *shape: int, scale: float = 1.0) -> Tensor:
        return (torch.randn(*shape, generator=self.torch) * scale).to(self.dtype)

    def rows(self, *shape: int, scale: float = 1.0) -> Tensor:
        """Rows inside a wider tensor of not-a-numbers."""
        return apart(self.normal(*shape, scale=scale), self.random.randint(0, 9), self.random.randint(0, 9))

    def bits(self, *shape: int) -> Tensor:
        """Every kind of number: subnormal, infinite and not-a-number, too."""
        info = torch.iinfo(INTEGERS[self.dtype])
        return torch.randint(info.min, info.max, shape, generator=self.torch, dtype=INTEGERS[self.dtype]).view(self.dtype)

    def integers(self, low: int, high: int, count: int) -> Tensor:
        return torch.randint(low, high, (count,), generator=self.torch)


def apart(x: Tensor, before: int, after: int) -> Tensor:
    rows, cols = x.shape[0], x[0].numel() if x.shape[0] else 0
    wide = torch.full((rows, before + cols + after), float("nan"), dtype=x.dtype)
    view = wide[:, before:before + cols].unflatten(1, x.shape[1:]) if rows else x.clone()
    return view.copy_(x)


def poisoned(rows: int, cols: int, dtype: torch.dtype, pad: int = 5) -> tuple[Tensor, Callable[[], None]]:
    """An output of 0xFF bytes inside a wider one, and the check that nothing around it was written."""
    whole = torch.full((rows + 2, cols + 2 * pad), 0, dtype=dtype)
    whole.view(torch.uint8).fill_(0xFF)

    def check() -> None:
        around = whole.view(torch.uint8).clone()
        around[1:rows + 1, pad * dtype.itemsize:(pad + cols) * dtype.itemsize] = 0xFF
        assert bool((around == 0xFF).all()), "wrote outside its output"

    return whole[1:rows + 1, pad:pad + cols], check


def assert_close(got: Tensor, want: Tensor, dtype: torch.dtype, spread: float = 1.0,
                 kept: torch.dtype | None = None) -> None:
    """kept: what the cache between holds, if that is narrower."""
    absolute, relative = max(TOLERANCE[dtype], TOLERANCE.get(kept or dtype, INT8))
    assert got.dtype == want.dtype and got.shape == want.shape
    torch.testing.assert_close(got.float(), want.float(), atol=absolute * spread, rtol=relative)


def into(call: Callable[..., Tensor], rows: int, cols: int, dtype: torch.dtype) -> Tensor:
    """The result of a call, which must be the same with and without out=."""
    free = call()
    out, check = poisoned(rows, cols, dtype)
    assert call(out=out) is out
    check()
    assert_same(out, free)
    return free


def assert_same(a: Tensor, b: Tensor) -> None:
    """To the bit."""
    assert a.shape == b.shape and a.dtype == b.dtype
    a, b = (x.clone(memory_format=torch.contiguous_format).view(torch.uint8) for x in (a, b))
    assert torch.equal(a, b), "bits differ"


def check_linear(ops: Ops, draw: Draw) -> None:
    t, n, k = draw.size(0, 40), draw.size(1, 200), draw.size(1, 300)
    x, weight = draw.rows(t, k), draw.rows(n, k, scale=k ** -0.5)
    bias = draw.normal(n) if draw.random.random() < 0.5 else None
    reference, packed = ReferenceOps(draw.dtype), ops.pack(weight)
    known = reference.pack(weight)
    got = into(lambda out=None: ops.linear(x, packed, bias, out=out), t, n, draw.dtype)
    assert_close(got, reference.linear(x, known, bias), draw.dtype)
    wide = into(lambda out=None: ops.linear_f32(x, packed, out=out), t, n, torch.float32)
    assert_close(wide, reference.linear_f32(x, known), torch.float32)       # float32 throughout, whatever x is


def check_rows(ops: Ops, draw: Draw) -> None:
    t, v, h = draw.size(0, 40), draw.size(1, 60), draw.size(1, 150)
    weight, index = draw.rows(v, h), draw.integers(0, v, t)
    assert_same(into(lambda out=None: ops.embedding(index, weight, out=out), t, h, draw.dtype), weight[index])
    assert_same(into(lambda out=None: ops.gather(weight, index, out=out), t, h, draw.dtype), weight[index])
    bits = draw.bits(v, h)
    packed = ops.pack(apart(bits, 3, 5))
    got = into(lambda out=None: ops.embedding(index, packed, out=out), t, h, draw.dtype)
    assert_same(got.view(INTEGERS[draw.dtype]), bits[index].view(INTEGERS[draw.dtype]))
    a, b = draw.rows(t, h), draw.rows(t, h)
    assert_same(into(lambda out=None: ops.add(a, b, out=out), t, h, draw.dtype), a + b)


def check_norms(ops: Ops, draw: Draw) -> None:
    t, h, eps = draw.size(0, 20), draw.size(1, 300), draw.random.choice([1e-6, 1e-5, 0.3])
    reference, weight, bias = ReferenceOps(draw.dtype), draw.normal(h), draw.normal(h)
    x, other = draw.rows(t, h, scale=draw.random.choice([1e-3, 1.0, 30.0])), draw.rows(t, h)
    shift = None if draw.random.random() < 0.3 else bias
    scale = None if shift is None and draw.random.random() < 0.3 else weight
    got = into(lambda out=None: ops.rms_norm(x, weight, eps, out=out), t, h, draw.dtype)
    assert_close(got, reference.rms_norm(x, weight, eps), draw.dtype, 4)
    got = into(lambda out=None: ops.layer_norm(x, scale, shift, eps, out=out), t, h, draw.dtype)
    assert_close(got, reference.layer_norm(x, scale, shift, eps), draw.dtype, 4)
    for name, extra in (("rms_norm", (weight,)), ("layer_norm", (scale, shift))):
        residual = apart(other, 3, 2)
        got = getattr(ops, f"add_{name}")(x, residual, *extra, eps)
        assert_same(residual, other + x)
        assert_same(got, getattr(ops, name)(residual, *extra, eps))
        inside = apart(x, 1, 1)
        again = apart(other, 3, 2)
        assert getattr(ops, f"add_{name}")(inside, again, *extra, eps, out=inside) is inside
        assert_same(inside, got)


def check_head_norm(ops: Ops, draw: Draw) -> None:
    t, heads, d = draw.size(0, 12), draw.size(1, 6), draw.size(1, 130)
    x, weight = draw.rows(t, heads, d), draw.normal(d)
    want = ReferenceOps(draw.dtype).rms_norm(x, weight, 1e-6)
    assert_close(ops.rms_norm(x, weight, 1e-6), want, draw.dtype, 4)
    assert ops.rms_norm(x, weight, 1e-6, out=x) is x                        # in place, in a slice
    assert_close(x, want, draw.dtype, 4)


def check_pointwise(ops: Ops, draw: Draw) -> None:
    t, h = draw.size(0, 12), draw.size(1, 300)
    reference, x = ReferenceOps(draw.dtype), draw.rows(t, 2 * h, scale=draw.random.choice([0.5, 3.0, 20.0]))
    got = into(lambda out=None: ops.silu_mul(x, out=out), t, h, draw.dtype)
    assert_close(got, reference.silu_mul(x), draw.dtype)
    for name in ("relu", "gelu", "gelu_tanh"):
        got = into(lambda out=None, name=name: getattr(ops, name)(x, out=out), t, 2 * h, draw.dtype)
        assert_close(got, getattr(reference, name)(x), draw.dtype)


def zero_layer(num_blocks: int, kv_heads: int, block_size: int, head_dim: int, dtype: torch.dtype) -> KVLayer:
    shape = num_blocks, kv_heads, block_size, head_dim
    scales = torch.zeros(num_blocks, kv_heads, 2, block_size) if dtype is torch.int8 else None
    return KVLayer(torch.zeros(shape, dtype=dtype), torch.zeros(shape, dtype=dtype), scales)


def poison_layer(layer: KVLayer) -> None:
    """What nobody wrote is not a number."""
    if layer.scales is None:
        layer.k.fill_(float("nan"))
        layer.v.fill_(float("nan"))
    else:
        layer.scales.fill_(float("nan"))


def cos_sin_table(positions: int, rot: int, theta: float = 100.0) -> Tensor:
    angle = torch.arange(positions)[:, None] * theta ** (-torch.arange(0, rot, 2) / max(rot, 1))
    return torch.cat((angle.cos(), angle.sin()), dim=1).float()


def check_rope(ops: Ops, draw: Draw) -> None:
    t, kv_heads, d = draw.size(0, 20), draw.size(1, 3), draw.size(2, 130)
    block_size, kept = draw.random.choice([draw.size(1, 20), 16, 32]), draw.random.choice([draw.dtype, *CACHE_DTYPES])
    heads, rot = kv_heads * draw.size(1, 4), draw.random.randint(1, d // 2) * 2
    num_blocks = t // block_size + 2
    qkv = draw.rows(t, heads + 2 * kv_heads, d)
    slots = torch.randperm(num_blocks * block_size, generator=draw.torch)[:t]
    slots[torch.rand(t, generator=draw.torch) < 0.2] = -1
    table = None if draw.random.random() < 0.2 else cos_sin_table(50, rot)
    results = []
    for one in (ops, ReferenceOps(draw.dtype)):
        mine, layer = apart(qkv, 2, 3), zero_layer(num_blocks, kv_heads, block_size, d, kept)
        positions = torch.randint(0, 50, (t,), generator=torch.Generator().manual_seed(draw.seed))
        q, k, v = mine.split((heads, kv_heads, kv_heads), 1)
        one.rope_and_write(q, k, v, positions, table, layer, slots)
        assert_same(mine[:, heads:], qkv[:, heads:])                # k and v stay
        results.append((mine[:, :heads], *one.unpack_kv(layer)))
    for got, want in zip(*results, strict=True):                    # int8: k may be a number apart, of 127
        assert_close(got, want, draw.dtype, 20 if kept is torch.int8 else 1, kept)
    if table is None and t:
        assert_same(results[0][1], results[1][1])


# ---- attention ----------------------------------------------------------------------------------------------------


@dataclass
class Story:
    """Sequences with all their q, k, v, which steps may compute in any cut."""
    heads: int
    kv_heads: int
    head_dim: int
    q: list[Tensor]                 # for each sequence (length, heads, D)
    k: list[Tensor]
    v: list[Tensor]
    kept: torch.dtype               # what the cache holds
    window: int = 0
    soft_cap: float = 0.0

    @classmethod
    def of(cls, draw: Draw, lengths: list[int], heads: int, kv_heads: int, head_dim: int, scale: float = 1.0,
           kept: torch.dtype | None = None, window: int = 0, soft_cap: float = 0.0) -> "Story":
        q, k, v = ([draw.normal(n, h, head_dim, scale=scale) for n in lengths] for h in (heads, kv_heads, kv_heads))
        return cls(heads, kv_heads, head_dim, q, k, v, kept or draw.dtype, window, soft_cap)

    def alone(self, seq: int) -> "Story":
        return replace(self, q=[self.q[seq]], k=[self.k[seq]], v=[self.v[seq]])

    @property
    def scale(self) -> float:
        return self.head_dim ** -0.5


class Cache:
    """Blocks dealt at random; what nobody wrote is not a number."""

    def __init__(self, story: Story, draw: Draw, block_size: int):
        self.story, self.block_size, self.dtype = story, block_size, draw.dtype
        need = [-(-len(q) // block_size) for q in story.q]
        blocks = torch.randperm(sum(need) + 3, generator=draw.torch).tolist()
        self.layer = zero_layer(len(blocks), story.kv_heads, block_size, story.head_dim, story.kept)
        poison_layer(self.layer)
        self.tables = [[blocks.pop() for _ in range(n)] for n in need]

    def batch(self, work: list[tuple[int, int, int]]) -> tuple[Batch, Tensor, Tensor, Tensor]:
        """work: (sequence, first position, end). Returns the batch and its q, k, v."""
        def cat(of: list[Tensor]) -> Tensor:
            return torch.cat([of[s][a:b] for s, a, b in work])

        width = max(len(self.tables[s]) for s, _, _ in work)
        tables = torch.full((len(work), width), -7, dtype=torch.int32)       # what lies behind must not be read
        for row, (s, _, b) in enumerate(work):
            used = -(-b // self.block_size)
            tables[row, :used] = torch.tensor(self.tables[s][:used], dtype=torch.int32)
        places = [(s, p) for s, a, b in work for p in range(a, b)]
        slots = [self.tables[s][p // self.block_size] * self.block_size + p % self.block_size for s, p in places]
        starts = torch.tensor([0] + [b - a for _, a, b in work]).cumsum(0).int()
        lengths = torch.tensor([b for _, _, b in work], dtype=torch.int32)
        positions = torch.tensor([p for _, p in places])
        batch = Batch(positions * 0, positions, torch.tensor(slots), starts, lengths, tables, positions[:0])
        batch.check(self.layer.k.shape[0], self.block_size)
        return batch, cat(self.story.q), cat(self.story.k), cat(self.story.v)

    def step(self, ops: Ops, work: list[tuple[int, int, int]]) -> Tensor:
        batch, q, k, v = self.batch(work)
        ops.rope_and_write(q, k, v, batch.positions, None, self.layer, batch.slots)
        story = self.story
        out, check = poisoned(q.shape[0], story.heads * story.head_dim, self.dtype)
        ops.attention(q, self.layer, batch, story.scale, out=out, window=story.window, soft_cap=story.soft_cap)
        check()
        return out


def whole(ops: Ops, story: Story, draw: Draw, block_size: int) -> list[Tensor]:
    """Each sequence in one chunk, all in one step."""
    work = [(s, 0, len(q)) for s, q in enumerate(story.q)]
    return list(Cache(story, draw, block_size).step(ops, work).split([len(q) for q in story.q]))


def in_pieces(ops: Ops, story: Story, draw: Draw, block_size: int) -> list[Tensor]:
    """Cut at random into steps that mix chunks and single tokens."""
    cache, done = Cache(story, draw, block_size), [0] * len(story.q)
    results: list[list[Tensor]] = [[] for _ in story.q]
    while any(d < len(q) for d, q in zip(done, story.q, strict=True)):
        left = [s for s, q in enumerate(story.q) if done[s] < len(q)]
        chosen = draw.random.sample(left, draw.random.randint(1, len(left)))
        work = [(s, done[s], min(len(story.q[s]), done[s] + draw.random.choice([1, 1, 3, 17, 70]))) for s in chosen]
        for (s, a, b), part in zip(work, cache.step(ops, work).split([b - a for _, a, b in work]), strict=True):
            assert part.shape[0] == b - a
            results[s].append(part.clone())
            done[s] = b
    return [torch.cat(parts) for parts in results]


def dense(story: Story, seq: int) -> Tensor:
    """The definition, in float64, of what the cache holds."""
    q, k, v = story.q[seq].double(), _kept(story, story.k[seq]), _kept(story, story.v[seq])
    group = story.heads // story.kv_heads
    k, v = (x.repeat_interleave(group, 1).transpose(0, 1) for x in (k, v))              # (heads, n, D)
    score = q.transpose(0, 1) @ k.transpose(1, 2) * story.scale
    if story.soft_cap:
        score = story.soft_cap * (score / story.soft_cap).tanh()
    n = len(story.q[seq])
    hidden = torch.ones(n, n).triu(1).bool()
    if story.window:
        hidden |= torch.ones(n, n).tril(-story.window).bool()
    score = score.masked_fill(hidden, float("-inf"))
    return (score.softmax(-1) @ v).transpose(0, 1).reshape(n, -1)


def _kept(story: Story, x: Tensor) -> Tensor:
    if story.kept is not torch.int8:
        return x.to(story.kept).double()
    whole, scale = quantize(x)
    return whole.double() * scale[..., None].double()


def check_attention(ops: Ops, draw: Draw) -> None:
    kv_heads, head_dim, pick = draw.size(1, 3), draw.size(1, 130), draw.random
    lengths = [draw.size(1, 150) for _ in range(pick.randint(1, 3))]
    story = Story.of(draw, lengths, kv_heads * draw.size(1, 13), kv_heads, head_dim, pick.choice([0.3, 1.0, 2.5]),
                     window=pick.choice([0, 0, draw.size(1, 150)]), soft_cap=pick.choice([0.0, 0.0, 5.0, 30.0]))
    if pick.random() < 0.5:
        story = Story.of(draw, lengths, story.heads, kv_heads, head_dim, 0.7, pick.choice(CACHE_DTYPES), story.window)
    block_size = pick.choice([draw.size(1, 40), 16, 32, 48])
    for seq, got in enumerate(in_pieces(ops, story, draw, block_size)):
        assert_close(got, dense(story, seq).to(draw.dtype), draw.dtype, 2, story.kept)


CHECKS = (check_linear, check_rows, check_norms, check_head_norm, check_pointwise, check_rope, check_attention)
