"""Passes of any shape: a replay gives the bits of the ops one by one, buffers are shared out rightly, and what cannot be
recorded is refused in words."""
import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from quire.batch import Batch
from quire.kernels import recording
from quire.kernels.recording import Unrecordable, in_turn, laid_out
from quire.kernels.reference import ReferenceOps
from quire.kernels.shapes import BadShape
from quire.kernels.table import Ops, has_native, native_reason, ops_for, record
from tests.conftest import FULL
from tests.kernels.cases import Draw, assert_same

pytestmark = pytest.mark.skipif(not has_native(), reason=native_reason())
CPU = torch.device("cpu")
F32 = torch.float32
VOCAB, COLS, MOST = 50, 24, 40


def batch_of(ids: list[int], rows: list[int]) -> Batch:
    count = len(ids)
    return Batch(ids=torch.tensor(ids), positions=torch.arange(count), slots=torch.full((count,), -1),
                 query_starts=torch.tensor([0, count], dtype=torch.int32), lengths=torch.tensor([count], dtype=torch.int32),
                 tables=torch.zeros(1, 1, dtype=torch.int32), logit_rows=torch.tensor(rows, dtype=torch.int64))


def random_batch(rng: random.Random, count: int) -> Batch:
    return batch_of(rng.choices(range(VOCAB), k=count), rng.choices(range(count), k=rng.randint(0, count)))


class Graph:
    """A random pass: each op takes what some earlier ones left, which then lives as long as it is still to be used."""

    def __init__(self, seed: int):
        rng = random.Random(seed)
        self.draw = Draw(seed, F32)
        self.table, self.weights = self.draw.normal(VOCAB, COLS), dict[int, Any]()
        self.ops: Ops = ops_for(CPU, F32)
        self.widths, self.acts = [COLS], list[tuple[str, int, int]]()
        for i in range(rng.randint(3, 25)):
            at = rng.randrange(max(0, len(self.widths) - 6), len(self.widths))
            alike = [j for j, width in enumerate(self.widths) if width == self.widths[at]]
            width = self.widths[at]
            kind = rng.choice(("relu", "gelu", "add", "linear", "silu_mul") if width % 2 == 0 else ("add", "linear"))
            if kind == "linear":
                width = rng.choice((8, COLS, 40, 64))
                self.weights[i] = self.ops.pack(self.draw.normal(width, self.widths[at], scale=0.3))
            elif kind == "silu_mul":
                width //= 2
            self.acts.append((kind, at, rng.choice(alike)))
            self.widths.append(width)
        self.last_use = {at: i for i, (_, at, other) in enumerate(self.acts) for at in (at, other)}

    def __call__(self, batch: Batch) -> Tensor:
        ops = self.ops
        values: dict[int, Tensor] = {0: ops.embedding(batch.ids, self.table)}
        for i, (kind, at, other) in enumerate(self.acts):
            x = values[at]
            if kind == "linear":
                y = ops.linear(x, self.weights[i])
            elif kind == "add":
                y = ops.add(x, values[other])
            else:
                y = getattr(ops, kind)(x)
            values[i + 1] = y
            for j in (at, other):
                if self.last_use.get(j) == i:
                    values.pop(j, None)
        return ops.gather(values[len(self.acts)], batch.logit_rows)


def check_graph(seed: int) -> None:
    graph, rng = Graph(seed), random.Random(seed)
    replay = record(graph.ops, graph, MOST)
    for count in (1, MOST, *(rng.randint(1, MOST) for _ in range(4))):
        batch = random_batch(rng, count)
        assert_same(replay(batch), graph(batch))


@pytest.mark.parametrize("seed", range(300 if FULL else 40))
def test_random_passes(seed: int) -> None:
    check_graph(seed)


def test_a_buffer_given_out_too_early_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault that the test above is there for: every result is given out again at once."""
    def careless(life: Sequence[int], sizes: Sequence[int]) -> tuple[list[int], int]:
        return laid_out([event for i in range(len(sizes)) for event in (i, ~i)], sizes)

    monkeypatch.setattr(recording, "laid_out", careless)
    num_wrong = 0
    for seed in range(10):
        try:
            check_graph(seed)
        except AssertionError:
            num_wrong += 1
    assert num_wrong > 5


def test_results_that_live_at_once_lie_apart() -> None:
    """And others below them where they fit."""
    assert laid_out([0, 1, ~0, 2, 3, ~3, 4], [4, 2, 3, 2, 1]) == ([0, 4, 0, 6, 3], 8)
    assert laid_out([], []) == ([], 0)
    rng = random.Random(0)
    for _ in range(200):
        sizes, life, alive = [rng.randint(1, 9) for _ in range(30)], list[int](), list[int]()
        for i in range(30):
            life.append(i)
            alive.append(i)
            while alive and rng.random() < 0.5:
                life.append(~alive.pop(rng.randrange(len(alive))))
        offsets, total = laid_out(life, sizes)
        held = dict[int, range]()
        for event in life:
            if event < 0:
                del held[~event]
                continue
            mine = range(offsets[event], offsets[event] + sizes[event])
            assert mine.stop <= total and all(mine.stop <= h.start or h.stop <= mine.start for h in held.values())
            held[event] = mine


def test_buffers_are_given_out_again() -> None:
    """A chain of a hundred ops needs two of them at a time."""
    ops = ops_for(CPU, F32)
    table = Draw(0, F32).normal(VOCAB, COLS)

    def chain(batch: Batch) -> Tensor:
        x = ops.embedding(batch.ids, table)
        for _ in range(100):
            x = ops.relu(x)
        return ops.gather(x, batch.logit_rows)

    replay = record(ops, chain, MOST)
    assert replay.arena.memory is not None and replay.arena.memory.nbytes == 2 * MOST * COLS * 4
    assert len(replay.program) == 102 and replay.arena.memory.ctypes.data % recording.ALIGNMENT == 0


# ---- what belongs to Python

def test_what_is_done_in_turn() -> None:
    """Between two calls, twice at one place, and behind the last one; on as many rows as the step has."""
    ops = ops_for(CPU, F32)
    table, seen = Draw(0, F32).normal(VOCAB, COLS), list[tuple[int, ...]]()

    def double(x: Tensor) -> Tensor:
        seen.append(tuple(x.shape))
        return x.mul_(2)

    def forward(batch: Batch) -> Tensor:
        x = in_turn(double, ops.embedding(batch.ids, table))
        x = in_turn(double, in_turn(double, ops.gelu(x)))
        return in_turn(double, ops.gather(x, batch.logit_rows))

    replay = record(ops, forward, MOST)
    assert not seen
    for ids in ([1], [4, 5, 6, 7]):
        batch = batch_of(ids, [0])
        got, shapes = replay(batch), [(len(ids), COLS)] * 3 + [(1, COLS)]
        assert seen == shapes
        assert_same(got, forward(batch))
        seen.clear()


# ---- what cannot be recorded

def refused(change: Callable[[Ops, Tensor, Batch], Tensor]) -> str:
    ops = ops_for(CPU, F32)
    table = Draw(0, F32).normal(VOCAB, COLS)
    with pytest.raises(Unrecordable) as caught:
        record(ops, lambda batch: ops.gather(change(ops, ops.embedding(batch.ids, table), batch), batch.logit_rows), MOST)
    assert_same(ops.relu(table), table.relu())         # the thread computes as before
    return caught.value.message


def by_size(ops: Ops, x: Tensor, batch: Batch) -> Tensor:
    return ops.relu(x) if x.shape[0] > 30 else ops.relu(ops.relu(x))


class Memory:
    """Makes something at its first call, and keeps it."""

    def __init__(self) -> None:
        self.kept: Tensor | None = None

    def __call__(self, ops: Ops, x: Tensor, batch: Batch) -> Tensor:
        if self.kept is None:
            self.kept = ops.silu_mul(x)
        return ops.relu(x)


class Keeper:
    """Holds on to every second result."""

    def __init__(self) -> None:
        self.kept, self.num_calls = list[Tensor](), 0

    def __call__(self, ops: Ops, x: Tensor, batch: Batch) -> Tensor:
        self.num_calls += 1
        if self.num_calls % 2:
            self.kept.append(x)
        return ops.relu(ops.relu(x))


def turn_of_another(ops: Ops, x: Tensor, batch: Batch) -> Tensor:
    in_turn(lambda y: y, x[:, :4])
    return x


REFUSED: dict[str, tuple[Callable[[Ops, Tensor, Batch], Tensor], str]] = {
    "an operator": (lambda ops, x, batch: x + 1, "torch computes aten.add"),
    "in place": (lambda ops, x, batch: x.mul_(2), "torch computes aten.mul_"),
    "a copy": (lambda ops, x, batch: x.t().contiguous().t(), "torch computes aten.clone"),
    "a reshape that copies": (lambda ops, x, batch: x.t().reshape(-1).view(-1, COLS), "torch computes aten.clone"),
    "a look": (lambda ops, x, batch: x if x.sum() > 0 else x[:1], "torch computes aten.sum"),
    "an item": (lambda ops, x, batch: x[:int(batch.lengths[0])], "torch computes aten._local_scalar_dense"),
    "a list": (lambda ops, x, batch: x[:batch.lengths.tolist()[0]], "takes numbers out of a tensor (tolist)"),
    "an array": (lambda ops, x, batch: x[:batch.lengths.numpy()[0]], "takes numbers out of a tensor (numpy)"),
    "a new tensor": (lambda ops, x, batch: ops.add(x, torch.zeros_like(x)), "torch computes aten.zeros_like"),
    "rows of its own": (lambda ops, x, batch: ops.relu(torch.empty(5, COLS)), "(5, 24), which has the rows of no step"),
    "more ops by size": (by_size, "it calls other ops each time"),
    "another op by size": (lambda ops, x, batch: (ops.relu if x.shape[0] > 30 else ops.gelu)(x), "argument 1 of pointwise"),
    "all in one row": (lambda ops, x, batch: ops.add(x.view(1, -1), x.view(1, -1), out=x.view(1, -1)).view(-1, COLS),
                       "argument 4 of pointwise"),
    "the last row": (lambda ops, x, batch: ops.relu(x[x.shape[0] - 1:], out=x[:1]), "argument 2 of pointwise"),
    "results kept": (Memory(), "it makes results of other sizes each time"),
    "lives that differ": (Keeper(), "its results live otherwise each time"),
    "a part in turn": (turn_of_another, "(29, 4) tensor leaves it"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_call_of_an_op_is_refused(name: str) -> None:
    change, said = REFUSED[name]
    assert said in refused(change)


def test_a_result_that_is_none_of_an_op() -> None:
    with pytest.raises(Unrecordable, match="no result of an op"):
        record(ops_for(CPU, F32), lambda batch: batch.ids.view(-1, 1), MOST)


def test_plain_pytorch_is_not_recorded() -> None:
    with pytest.raises(Unrecordable, match="plain PyTorch"):
        record(ReferenceOps(F32), lambda batch: batch.ids, MOST)


def test_torch_s_compiler_is_not_loaded() -> None:
    """It takes longer than all else at start."""
    code = ("import sys, torch; from tests.kernels.test_recording import simple; simple();"
            " print('torch._dynamo' in sys.modules, 'torch._inductor' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
                          cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.stdout == "False False\n", done.stderr


# ---- steps that cannot be

def simple() -> recording.Recording:
    ops, table = ops_for(CPU, F32), Draw(0, F32).normal(VOCAB, COLS)
    return record(ops, lambda batch: ops.gather(ops.embedding(batch.ids, table), batch.logit_rows), MOST)


def test_a_batch_is_checked() -> None:
    replay = simple()
    for field, value, said in (("ids", torch.zeros(3, dtype=torch.int32), "batch.ids"),
                               ("positions", torch.arange(2), "batch.positions"), ("slots", torch.arange(4), "batch.slots"),
                               ("logit_rows", torch.zeros(2), "batch.logit_rows"),
                               ("lengths", torch.arange(1), "batch.lengths")):
        batch = batch_of([1, 2, 3], [0])
        setattr(batch, field, value)
        with pytest.raises(BadShape, match=said):
            replay(batch)
    with pytest.raises(BadShape, match="41 tokens in a step recorded for 40"):
        replay(batch_of([1] * 41, [0]))
    with pytest.raises(BadShape, match="recorded for 40"):
        replay(batch_of([1], [0] * 41))
    with pytest.raises(IndexError, match=r"rows\[1\] is 3"):
        replay(batch_of([1, 2, 3], [0, 3]))
    assert replay(batch_of([1, 2, 3], [2])).shape == (1, COLS)


def test_the_ops_of_a_pass_are_timed() -> None:
    replay, batch = simple(), batch_of([3, 1, 2], [2])
    result = replay(batch)
    replay.hidden.fill_(-1)
    times = replay.times(batch)
    assert [name for name, _ in times] == ["embedding", "gather"] and all(seconds > 0 for _, seconds in times)
    assert_same(replay.hidden[:1], result)                  # it was computed
    with pytest.raises(BadShape, match="recorded for 40"):
        replay.times(batch_of([1] * 41, [0]))


def test_a_native_function_that_a_tape_cannot_note_is_caught() -> None:
    """Or replays would miss it."""
    native, weight, packed = import_module("quire._kernels"), torch.ones(8, 8), torch.empty(1 << 16, dtype=torch.uint8)

    def forward(batch: Batch) -> Tensor:
        native.pack(0, 0, [(weight.data_ptr(), 8, 8)], 8, 8, packed.data_ptr())
        return batch.ids

    with pytest.raises(RuntimeError, match="cannot note"):
        record(ops_for(CPU, F32), forward, MOST)


def test_other_threads_compute_while_one_records() -> None:
    ops, table, wrong = ops_for(CPU, F32), Draw(0, F32).normal(VOCAB, COLS), list[str]()

    def compute() -> None:
        got = ops.relu(table)
        if not torch.equal(got, table.relu()):
            wrong.append("noted, not made")

    def forward(batch: Batch) -> Tensor:
        other = threading.Thread(target=compute)
        other.start()
        other.join()
        return ops.gather(ops.embedding(batch.ids, table), batch.logit_rows)

    assert len(record(ops, forward, MOST).program) == 2 and not wrong
