"""Open and closed loops on a clock that jumps from one event to the next."""
import asyncio
import selectors

import pytest

from quire.cli.bench.datasets import Sample
from quire.cli.bench.load import Load

SAMPLES = [Sample("x", 1, 1)] * 6


class Jumping(asyncio.SelectorEventLoop):
    """Its time stands still while anything is to be done, and jumps to the next timer when nothing is."""

    def __init__(self):
        super().__init__(selectors.SelectSelector())
        self.now, select = 0.0, self._selector.select

        def jump(timeout=None):
            self.now += timeout or 0.0
            return select(0)
        self._selector.select = jump

    def time(self):
        return self.now


def run(service: float, arrivals, places=None, samples=SAMPLES):
    """Against a server that answers each request after `service` seconds."""
    loop = Jumping()

    async def send(number, sample, outcome):
        await asyncio.sleep(service)
        outcome.times, outcome.ended = [loop.now], loop.now
    load = Load(send, places, clock=loop.time)
    try:
        return load, loop.run_until_complete(load.run(samples, arrivals))
    finally:
        loop.close()


def test_an_open_loop_does_not_wait_for_answers():
    load, found = run(100.0, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
    assert [o.sent for o in found] == pytest.approx([0, 1, 2, 3, 4, 5]) and load.most == 6
    assert [o.e2el for o in found] == pytest.approx([100.0] * 6)


def test_who_waits_for_a_place_waits_in_its_latency():
    """One place, two seconds each, one arrival a second: the queue grows, and every latency says so."""
    load, found = run(2.0, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], places=1)
    assert load.most == 1
    assert [o.ttft for o in found] == pytest.approx([2, 3, 4, 5, 6, 7])
    assert [o.woken for o in found] == pytest.approx([o.due for o in found])
    assert [o.sent - o.due for o in found] == pytest.approx([0, 1, 2, 3, 4, 5])


def test_clients_of_a_closed_loop_ask_when_they_have_their_answer():
    load, found = run(2.0, None, places=2)
    assert load.most == 2 and [o.due for o in found] == pytest.approx([0, 0, 2, 2, 4, 4])
    assert [o.e2el for o in found] == pytest.approx([2.0] * 6)


def test_all_at_once():
    load, found = run(1.0, [0.0] * 6)
    assert load.most == 6 and {o.due for o in found} == {0.0}


def test_a_generator_that_is_late_does_not_move_what_is_due():
    loop = Jumping()

    async def send(number, sample, outcome):
        if number == 0:
            loop.now += 10.0                    # somebody else had the core
        outcome.times, outcome.ended = [loop.now], loop.now
    load = Load(send, clock=loop.time)
    try:
        found = loop.run_until_complete(load.run(SAMPLES[:3], [0.0, 1.0, 2.0]))
    finally:
        loop.close()
    assert [o.due for o in found] == [0.0, 1.0, 2.0] and [o.woken - o.due for o in found] == pytest.approx([0.0, 9.0, 8.0])
    assert [o.ttft for o in found] == pytest.approx([10.0, 9.0, 8.0])


def test_every_end_is_told_once():
    ends = []

    async def send(number, sample, outcome):
        outcome.error = "x" if number % 2 else ""
    load = Load(send, 2, on_end=ends.append)
    found = asyncio.run(load.run(SAMPLES, None))
    assert len(ends) == 6 and set(map(id, ends)) == set(map(id, found)) and load.under_way == 0
