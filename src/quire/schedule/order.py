"""Who comes first."""
from bisect import insort
from collections import OrderedDict
from collections.abc import Iterator

from quire.core.types import Request


class Line:
    """Requests in order of priority (lower number first), then of arrival.

    invariant   `priorities` is sorted and names exactly the keys of `levels`; no level is empty
    cost        O(1), whoever leaves; plus O(priorities in use) when one of them is first or last used
    """

    def __init__(self) -> None:
        self.levels: dict[int, OrderedDict[Request, None]] = {}
        self.priorities: list[int] = []

    def push(self, request: Request, front: bool = False) -> None:
        if request.priority not in self.levels:
            self.levels[request.priority] = OrderedDict()
            insort(self.priorities, request.priority)
        level = self.levels[request.priority]
        level[request] = None
        if front:
            level.move_to_end(request, last=False)

    def remove(self, request: Request) -> None:
        level = self.levels[request.priority]
        del level[request]
        if not level:
            del self.levels[request.priority]
            self.priorities.remove(request.priority)

    def first(self) -> Request | None:
        return next(iter(self.levels[self.priorities[0]])) if self.priorities else None

    def last(self) -> Request | None:
        return next(reversed(self.levels[self.priorities[-1]])) if self.priorities else None

    def __iter__(self) -> Iterator[Request]:
        for priority in self.priorities:
            yield from self.levels[priority]

    def __len__(self) -> int:
        return sum(map(len, self.levels.values()))

    def __bool__(self) -> bool:
        return bool(self.priorities)

    def check(self) -> None:
        assert self.priorities == sorted(self.levels) and all(self.levels.values())
        assert all(r.priority == p for p, level in self.levels.items() for r in level)
