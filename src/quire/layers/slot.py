"""Where a tensor of a checkpoint goes. A layer declares its slots before anything is read, so a checkpoint that lacks
one, or has one of another shape, is refused before the first byte of weights is touched."""
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from torch import Tensor


@dataclass(frozen=True, slots=True)
class Slot:
    """shape: of the whole tensor in the checkpoint, whatever part of it this rank keeps. Invariant: put is called
    once."""
    shape: tuple[int, ...]
    put: Callable[[Tensor], object]


Slots = Iterator[tuple[str, Slot]]
Names = dict[str, tuple[str, ...]]      # the path of a part below its owner -> what the checkpoint calls it


def slots_of(owner: Any, names: Names, prefix: str = "") -> Slots:
    """names: the path of a part below its owner -> what the checkpoint calls it (several, where it merges them). A part
    that this model does without is None."""
    for path, in_checkpoint in names.items():
        part = attrgetter(path)(owner)
        if part is not None:
            yield from part.slots(*(prefix + name for name in in_checkpoint))
