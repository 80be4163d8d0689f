"""Line: by priority, then by arrival, at constant cost."""
import random

from quire.core.types import Request, Sampling
from quire.schedule.order import Line


def request(number: int, priority: int = 0) -> Request:
    return Request(number, [1], Sampling(1), priority)


def test_priority_comes_before_arrival():
    line = Line()
    for number, priority in enumerate([1, 0, 1, -5, 0]):
        line.push(request(number, priority))
    assert [r.id for r in line] == [3, 1, 4, 0, 2] and len(line) == 5
    assert line.first().id == 3 and line.last().id == 2


def test_the_front_is_the_front_of_its_own_priority():
    line = Line()
    for number in range(3):
        line.push(request(number))
    line.push(request(3, 1))
    line.push(request(4), front=True)
    line.push(request(5, 1), front=True)
    assert [r.id for r in line] == [4, 0, 1, 2, 5, 3]


def test_an_empty_line():
    line = Line()
    assert not line and not len(line) and line.first() is None and line.last() is None and list(line) == []


def test_any_order_of_coming_and_leaving():
    rng, line, truth = random.Random(0), Line(), []
    for number in range(2000):
        if truth and rng.random() < 0.5:
            leaving = rng.choice(truth)
            line.remove(leaving)
            truth.remove(leaving)
        else:
            coming, front = request(number, rng.randrange(4)), rng.random() < 0.3
            line.push(coming, front)
            truth.insert(0 if front else len(truth), coming)
        line.check()
        assert list(line) == sorted(truth, key=lambda r: r.priority) and len(line) == len(truth)
        assert bool(line) == bool(truth) and line.first() is next(iter(line), None)
