"""Many streams at once, of a real server in a process of its own, against an engine that costs nothing."""
import resource
import sys

import pytest

from benchmarks import streams
from quire.core.types import Sampling
from tests.conftest import FULL
from tests.server.null import FIRST, LETTERS, NullEngine

STREAMS, TOKENS, INTERVAL = (5000, 16, 0.5) if FULL else (200, 16, 0.1)
SLOW = 4
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc of Linux")


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now

    def wait(self, seconds):
        self.now += seconds


def test_the_null_engine_says_one_id_at_each_tick():
    clock = Clock()
    engine = NullEngine(0.5, clock, clock.wait)
    first, second = engine.add([1], Sampling(max_tokens=3)) + engine.add([1], Sampling(max_tokens=9))
    told = {first: [], second: []}
    while clock.now < 102.2:
        for news in engine.turn():
            told[news.request_id].append((round(clock.now, 2), news.tokens, news.reason))
    assert [at for at, _, _ in told[second]] == [100.5, 101.0, 101.5, 102.0]
    assert [tokens[0] for _, tokens, _ in told[second]] == [FIRST + (201 + i) % LETTERS for i in range(4)]
    assert [reason for _, _, reason in told[first]] == ["", "", "length"]
    engine.abort(second)
    assert [news.reason for news in engine.turn()] == ["abort"] and not engine.is_busy


@linux
def test_many_streams_end_rightly_and_slow_readers_hold_nobody_up():
    """Every stream says all that it was to say; beside them some take nothing in until the others have ended. What the server
    keeps meanwhile is bounded."""
    streams.raise_files()
    with streams.server(INTERVAL) as (host, port, pid):
        before = streams.anonymous_bytes(pid)
        found = streams.read_streams(host, port, STREAMS, TOKENS, INTERVAL, SLOW)
        grown = streams.anonymous_bytes(pid) - before
        answer = streams.ask(host, port, "/health")
    streams.check(found, STREAMS, TOKENS)
    assert answer == 200
    assert grown < STREAMS * (48 << 10) + SLOW * (1 << 20) + (16 << 20), f"{grown / 2 ** 20:.1f} MiB"


@pytest.mark.parametrize(("found", "words"), [
    ([{"ended": 2, "ids": 6, "wrong": []}], None), ([{"ended": 1, "ids": 6, "wrong": []}], "1 of 2"),
    ([{"ended": 2, "ids": 5, "wrong": []}], "5 of 6"), ([{"ended": 2, "ids": 6, "wrong": ["429"]}], "429")])
def test_control_what_is_missing_is_seen(found, words):
    if words is None:
        streams.check(found, 2, 3)
    else:
        with pytest.raises(RuntimeError, match=words):
            streams.check(found, 2, 3)


def test_a_server_may_open_more_files_than_it_is_given():
    """With 256 to begin with, some 300 streams at once are answered."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        with streams.server(0.1) as (host, port, _):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            streams.check(streams.read_streams(host, port, 300, 4, 0.1, 0), 300, 4)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
