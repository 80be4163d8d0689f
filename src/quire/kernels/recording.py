"""A forward pass as one call a step: noted once, and made again by a Program of the C++ module.

To record, the pass is run in its ordinary way over made-up batches, while the module notes the calls of its ops and makes
none of them. A first run tells how long each result lives, so that all find places in an arena, sized for the largest step.
Then two runs with batches of different sizes: what is the same both times is constant; what is not must be a size of the
batch or the address of one of its fields, and is filled in at each step. So neither models nor ops know of recordings, and
no list says which argument of which op varies.

What a pass must keep to; Unrecordable says what does not:
  - torch makes views and empty results and computes nothing, and no number inside a tensor reaches Python
  - nothing else depends on the step; a pass takes the same way every time
  - what belongs to Python between two calls goes through `in_turn`
"""
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from quire.batch import Batch
from quire.core.errors import QuireError
from quire.kernels.shapes import BadShape, Shapes

Pass = Callable[[Batch], Tensor]        # to hidden states, as a model's forward
Act = Callable[[Tensor], Tensor]
ALIGNMENT = 64                  # bytes; what torch gives its own tensors


class Unrecordable(QuireError):
    """A pass that must be run op by op, and why."""


class Sizes(NamedTuple):
    tokens: int
    rows: int
    seqs: int
    width: int


MADE_UP = Sizes(29, 17, 7, 3), Sizes(31, 19, 11, 5)     # no number is there twice
FIRST_SIZE = 7                                          # inputs of a step: the addresses of Batch's fields, then its Sizes


class Place(NamedTuple):
    """A tensor in the arena, as many rows of it as the step has of `size`."""
    address: int
    cols: int
    dtype: torch.dtype
    size: int                   # index in Sizes


class Arena:
    """Memory for the results of a pass, with room for `capacity` rows of each. What no tensor looks at any more is given to
    others: the calls are made one after the other, so whoever read it has done so.

    sizes       of the results, in the order in which they are made; bytes
    life        of the take: i where result i is made, ~i where the last tensor over it is gone
    memory      none before `lay_out`; a take before it only tells sizes and lives
    """

    def __init__(self, capacity: int):
        self.capacity = capacity
        self.sizes, self.offsets = list[int](), list[int]()
        self.memory: np.ndarray | None = None
        self.restart()

    def restart(self) -> None:
        """Every take makes the same results in the same order."""
        self.num_made, self.starts, self.life = 0, list[int](), list[int]()

    def empty(self, rows: int, cols: int, dtype: torch.dtype) -> Tensor:
        i, row = self.num_made, cols * dtype.itemsize
        size = -(-self.capacity * row // ALIGNMENT) * ALIGNMENT
        if self.memory is None:
            self.sizes.append(size)
            lease = np.empty(rows * row, np.uint8)
        elif self.sizes[i:i + 1] == [size]:
            lease = self.memory[self.offsets[i]:self.offsets[i] + size]
        else:
            raise Unrecordable("it makes results of other sizes each time")
        self.num_made += 1
        self.starts.append(lease.ctypes.data)
        self.life.append(i)
        weakref.finalize(lease, self.life.append, ~i).atexit = False        # the storage holds the lease, views the storage
        return torch.frombuffer(lease, dtype=dtype, count=rows * cols)

    def lay_out(self) -> None:
        self.offsets, size = laid_out(self.life, self.sizes)
        memory = np.empty(size + ALIGNMENT, np.uint8)
        skipped = -memory.ctypes.data % ALIGNMENT
        self.memory = memory[skipped:skipped + size]

    def whole(self, place: Place) -> Tensor:
        """All rows there is room for."""
        assert self.memory is not None
        offset, count = place.address - self.memory.ctypes.data, self.capacity * place.cols
        return torch.frombuffer(self.memory, dtype=place.dtype, count=count, offset=offset).view(-1, place.cols)


def laid_out(life: Sequence[int], sizes: Sequence[int]) -> tuple[list[int], int]:
    """Where each result goes, the lowest place that is free as long as it lives; and the size of all."""
    offsets, alive = [0] * len(sizes), list[int]()
    for event in life:
        if event < 0:
            alive.remove(~event)
            continue
        for i in sorted(alive, key=offsets.__getitem__):
            if offsets[i] - offsets[event] >= sizes[event]:
                break
            offsets[event] = offsets[i] + sizes[i]
        alive.append(event)
    return offsets, max(map(sum, zip(offsets, sizes, strict=True)), default=0)


class _Watch(TorchDispatchMode):         # type: ignore[no-untyped-call]
    """Results come from the arena, views pass, and nothing else."""

    def __init__(self, arena: Arena, sizes: Sizes):
        super().__init__()              # type: ignore[no-untyped-call]
        self.arena, self.sizes = arena, sizes

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Torch asks, and would load its compiler at the first call only to keep it away from here."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func is torch.ops.aten.empty.memory_format:
            shape, dtype = args[0], kwargs.get("dtype", torch.get_default_dtype())
            if not shape or shape[0] not in self.sizes[:2]:
                raise Unrecordable(f"it makes a tensor of shape {tuple(shape)}, which has the rows of no step")
            return self.arena.empty(shape[0], int(np.prod(shape[1:])), dtype).view(*shape)
        if not func.is_view:
            raise Unrecordable(f"torch computes {func} in it")
        return func(*args, **kwargs)


class _Closed(TorchFunctionMode):
    """Ways out of torch that a dispatch mode does not see."""
    EXITS = (Tensor.numpy, Tensor.tolist, Tensor.__dlpack__)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func in self.EXITS:
            raise Unrecordable(f"it takes numbers out of a tensor ({func.__name__})")
        return func(*args, **(kwargs or {}))


class _Take:
    """One run of the pass, noted."""

    def __init__(self, native: ModuleType, shapes: Shapes, forward: Pass, arena: Arena, sizes: Sizes):
        self.arena, self.sizes = arena, sizes
        self.batch = _made_up(sizes)                    # kept: the addresses of the other take must be others
        self.inputs = inputs_of(shapes, self.batch)
        self.tape = native.Tape()
        self.acts: list[Act] = []
        self.cuts: list[tuple[int, Place]] = []         # after so many calls, Python does something with what lies there
        with self._noting():
            result = forward(self.batch)
            self.result, self.life = self._place(result), tuple(arena.life)
        self.calls: list[tuple[str, list[int]]] = self.tape.calls()

    @contextmanager
    def _noting(self) -> Iterator[None]:
        self.arena.restart()
        token = _taking.set(self)
        self.tape.start()
        try:
            with torch.no_grad(), _Watch(self.arena, self.sizes), _Closed():
                yield
        finally:
            self.tape.stop()
            _taking.reset(token)

    def cut(self, act: Act, x: Tensor) -> None:
        self.acts.append(act)
        self.cuts.append((len(self.tape), self._place(x)))

    def _place(self, x: Tensor) -> Place:
        if x.dim() != 2 or x.shape[0] not in self.sizes or not x.is_contiguous() or x.data_ptr() not in self.arena.starts:
            raise Unrecordable(f"a {tuple(x.shape)} tensor leaves it that is no result of an op")
        return Place(x.data_ptr(), x.shape[1], x.dtype, self.sizes.index(x.shape[0]))


_taking: ContextVar[_Take | None] = ContextVar("taking", default=None)


def in_turn(act: Act, x: Tensor) -> Tensor:
    """act(x), which works in x's memory: now, or at this place of every replay of the pass that is being recorded."""
    take = _taking.get()
    if take is None:
        return act(x)
    take.cut(act, x)
    return x


def _made_up(sizes: Sizes) -> Batch:
    """Nobody reads the numbers."""
    tokens, rows, seqs, width = sizes
    return Batch(
        ids=torch.zeros(tokens, dtype=torch.int64), positions=torch.zeros(tokens, dtype=torch.int64),
        slots=torch.full((tokens,), -1), query_starts=torch.zeros(seqs + 1, dtype=torch.int32),
        lengths=torch.zeros(seqs, dtype=torch.int32), tables=torch.zeros(seqs, width, dtype=torch.int32),
        logit_rows=torch.zeros(rows, dtype=torch.int64))


def inputs_of(shapes: Shapes, batch: Batch) -> tuple[int, ...]:
    """What varies from step to step, checked."""
    ids, positions, slots, wanted = batch.ids, batch.positions, batch.slots, batch.logit_rows
    tokens, rows = shapes.indices("batch.ids", ids), shapes.indices("batch.logit_rows", wanted)
    shapes.indices("batch.positions", positions, tokens)
    shapes.indices("batch.slots", slots, tokens)
    _, _, _, starts, lengths, tables, seqs, width = shapes.batch(batch)
    return (ids.data_ptr(), positions.data_ptr(), slots.data_ptr(), starts, lengths, tables, wanted.data_ptr(), tokens,
            rows, seqs, width)


class Recording:
    """Addresses are constant: weights and cache must stay where they are, and are kept alive by whoever owns the pass.
    Invariant: one step at a time, since the arena and the words of the program are that step's."""

    def __init__(self, native: ModuleType, shapes: Shapes, forward: Pass, capacity: int):
        self.shapes = shapes
        self.arena = Arena(max(capacity, *map(max, MADE_UP)))
        trial = _Take(native, shapes, forward, self.arena, MADE_UP[0])
        self.arena.lay_out()
        first, second = (_Take(native, shapes, forward, self.arena, sizes) for sizes in MADE_UP)
        self.program = _program(native, first, second)
        if not trial.life == first.life == second.life or first.cuts != second.cuts or first.result != second.result:
            raise Unrecordable("its results live otherwise each time")
        self.acts = [(act, self.arena.whole(place), FIRST_SIZE + place.size)
                     for act, (_, place) in zip(first.acts, first.cuts, strict=True)]
        self.hidden, self.num_hidden = self.arena.whole(first.result), FIRST_SIZE + first.result.size

    @property
    def capacity(self) -> int:
        """Most tokens of a step."""
        return self.arena.capacity

    def __call__(self, batch: Batch) -> Tensor:
        """The same bits as the pass itself. A copy: the arena's are those of the next step before all is done with this
        one's, as where a step is repeated for each of its works."""
        inputs, run = self._inputs(batch), self.program.run
        for i, (act, x, size) in enumerate(self.acts):
            run(i, inputs)
            act(x[:inputs[size]])
        run(len(self.acts), inputs)
        return self.hidden[:inputs[self.num_hidden]].clone()

    def _inputs(self, batch: Batch) -> tuple[int, ...]:
        inputs = inputs_of(self.shapes, batch)
        if max(inputs[FIRST_SIZE:FIRST_SIZE + 2]) > self.capacity:
            raise BadShape(f"{inputs[FIRST_SIZE]} tokens in a step recorded for {self.capacity}")
        return inputs

    def times(self, batch: Batch) -> list[tuple[str, float]]:
        """Op by op, in order, the seconds that each takes: where the time of a pass goes."""
        found: list[tuple[str, float]] = self.program.times(self._inputs(batch))
        return found


def _program(native: ModuleType, first: _Take, second: _Take) -> Any:
    if [name for name, _ in first.calls] != [name for name, _ in second.calls]:
        raise Unrecordable("it calls other ops each time")
    sources = {pair: i for i, pair in enumerate(zip(first.inputs, second.inputs, strict=True))}
    cuts = [count for count, _ in first.cuts]
    program = native.Program()
    for i, ((name, words), (_, others)) in enumerate(zip(first.calls, second.calls, strict=True)):
        for _ in range(cuts.count(i)):
            program.cut()
        pairs = list(zip(words, others, strict=True))
        for argument, pair in enumerate(pairs):
            if pair[0] != pair[1] and pair not in sources:
                raise Unrecordable(f"argument {argument} of {name} changes with the step, and is no size or field of it")
        program.add(name, words, [(j, sources[pair]) for j, pair in enumerate(pairs) if pair in sources])
    for _ in range(cuts.count(len(first.calls))):
        program.cut()
    return program
