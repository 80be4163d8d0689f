"""The steps in flight, and who trusted whom in them: so that a failure harms nobody else."""
from itertools import chain
from typing import NamedTuple

Who = tuple[int, int]               # request id, epoch


class Trace(NamedTuple):
    """What one placing trusts and what it promises."""
    who: Who
    hits: tuple[int, ...]           # blocks found by name
    named: tuple[int, ...]          # blocks named by it


class Flights:
    """Step number -> traces of its placings in the order of placing, for the steps in flight, oldest first.

    invariant   whoever trusts a block that a step in flight fills has its own trace in that step or a later one, after
                the trace that named the block. So one pass from the oldest on finds all that rests on a failure
    """

    def __init__(self) -> None:
        self.traces: dict[int, list[Trace]] = {}

    def begin(self, number: int, traces: list[Trace]) -> None:
        self.traces[number] = traces

    def end(self, number: int) -> None:
        del self.traces[number]

    def resting_on(self, broken: dict[Who, None]) -> tuple[dict[Who, None], set[int]]:
        """The broken ones and all who found a block that these, or such as found one, were to fill; in the order in
        which they trusted. And all blocks that do not hold what their names say."""
        spoiled, blocks = broken.copy(), set[int]()
        for trace in chain.from_iterable(self.traces.values()):
            if trace.who in spoiled or not blocks.isdisjoint(trace.hits):
                spoiled[trace.who] = None
                blocks.update(trace.named)
        return spoiled, blocks

    def __bool__(self) -> bool:
        return bool(self.traces)
