"""KVCache: P1 (nothing is lost, nothing has two owners) and P3 (a name is never wrong), whatever happens when."""
import hashlib
import os

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from quire.core import types
from quire.core.types import Request, Sampling
from quire.schedule import kv_cache
from quire.schedule.kv_cache import KVCache
from tests.conftest import FULL
from tests.schedule.workloads import workload

# Whoever plants faults needs no small example.
PHASES = [phase for phase in Phase if phase is not Phase.shrink or "QUIRE_TEST_PLANTED" not in os.environ]
SMALL = st.lists(st.integers(0, 2), min_size=1, max_size=9)


class Blocks(RuleBasedStateMachine):
    """Requests come, find, fill, name, leave and start again; `holds` is the truth of what is in each block."""

    @initialize(num_blocks=st.integers(3, 12), block_size=st.integers(1, 3), is_named=st.sampled_from([True, False]))
    def begin(self, num_blocks, block_size, is_named):
        self.kv = KVCache(num_blocks, block_size, is_named)
        self.live: list[Request] = []
        self.holds: dict[int, tuple] = {}           # block -> salt, generation and ids of the prefix that it ends

    @rule(tokens=SMALL, salt=st.sampled_from(["", "s"]), may_read=st.booleans(), spare=st.integers(0, 2))
    def come(self, tokens, salt, may_read, spare):
        request = Request(len(self.live), tokens, Sampling(1), salt=salt, may_read_cache=may_read)
        self.attach(request, spare)

    def attach(self, request, spare):
        """Everything found must hold the very ids, of the same salt, computed since the last reset."""
        kv = self.kv
        kv.attach(request)
        assert not request.cached or (kv.is_named and request.may_read_cache)
        for i, block in enumerate(request.blocks):
            assert self.holds[block] == self.content(request, i)
        free = kv.num_free
        if kv.grow(request, len(request.tokens), spare):
            assert kv.num_free >= spare
            self.live.append(request)
        else:
            assert kv.num_free == free, "a failed grow changed something"
            kv.release(request)
            request.reset()

    def content(self, request, i):
        return request.salt, request.generation, tuple(request.tokens[:(i + 1) * self.kv.block_size])

    def fill(self, request):
        request.scheduled = len(request.tokens)
        for i in range(request.cached // self.kv.block_size, len(request.tokens) // self.kv.block_size):
            self.holds[request.blocks[i]] = self.content(request, i)

    @rule(data=st.data(), more=st.lists(st.integers(0, 2), max_size=4))
    def go_on(self, data, more):
        if self.live:
            request = data.draw(st.sampled_from(self.live))
            if self.kv.grow(request, len(request.tokens) + len(more)):
                request.tokens.extend(more)
                self.fill(request)
                named = self.kv.commit(request, len(request.tokens))
                assert all(block in request.blocks for block in named)

    @rule(data=st.data(), spare=st.integers(0, 2))
    def start_again(self, data, spare):
        if self.live:
            request = data.draw(st.sampled_from(self.live))
            self.live.remove(request)
            self.kv.release(request)
            request.reset()
            self.attach(request, spare)

    @rule(data=st.data())
    def leave(self, data):
        if self.live:
            request = data.draw(st.sampled_from(self.live))
            self.live.remove(request)
            self.kv.release(request)

    @rule(blocks=st.sets(st.integers(0, 11), max_size=3))
    def fail(self, blocks):
        self.kv.forget(blocks)

    @rule()
    def reset(self):
        self.kv.reset_prefix_cache()
        assert not self.kv.block_of

    @invariant()
    def holds_together(self):
        if hasattr(self, "kv"):
            self.kv.check(self.live)

    def teardown(self):
        if hasattr(self, "kv"):
            for request in self.live:
                self.kv.release(request)
            self.kv.check([])
            assert self.kv.num_free == self.kv.num_blocks, "blocks were lost"


TestBlocks = Blocks.TestCase
TestBlocks.settings = settings(max_examples=1000 if FULL else 40, stateful_step_count=40, deadline=None,
                               derandomize=True, phases=PHASES)


def hold(kv: KVCache, request: Request, length: int) -> None:
    """As if the first positions of a request had been computed."""
    kv.attach(request)
    assert kv.grow(request, length)
    request.scheduled = length
    kv.commit(request, length)


def test_the_tail_is_evicted_first():
    kv = KVCache(num_blocks=4, block_size=2)
    first = Request(0, [1, 2, 3, 4, 5, 6, 7], Sampling(1))
    hold(kv, first, 7)
    kv.release(first)
    for taken, left in ((1, 3), (2, 2), (3, 1), (4, 0)):
        other = Request(1, [9], Sampling(1))
        kv.grow(other, 2 * taken)
        kv.release(other)
        again = Request(2, list(first.tokens), Sampling(1))
        kv.attach(again)
        assert len(again.blocks) == left
        kv.release(again)
    assert kv.counts["evictions"] == 3


def test_a_second_release_of_the_same_blocks_is_an_error():
    kv = KVCache(num_blocks=4, block_size=2)
    request = Request(0, [1, 2, 3], Sampling(1))
    kv.grow(request, 3)
    blocks = list(request.blocks)
    kv.release(request)
    request.blocks = blocks
    with pytest.raises(RuntimeError, match="nobody holds it"):
        kv.release(request)


def test_nothing_computed_before_a_reset_is_found_after_it():
    """Nor what a request that was running at the reset names later, though it began before."""
    kv, tokens = KVCache(num_blocks=20, block_size=2), [1, 2, 3, 4, 5, 6]
    ended, runs = Request(0, tokens[:3], Sampling(1)), Request(1, list(tokens), Sampling(1))
    hold(kv, ended, 3)
    kv.release(ended)
    hold(kv, runs, 4)
    kv.reset_prefix_cache()
    assert kv.grow(runs, 6)
    runs.scheduled = 6
    assert len(kv.commit(runs, 6)) == 1
    for blocks in (0, 2):
        later = Request(2, list(tokens), Sampling(1))
        kv.attach(later)
        assert len(later.blocks) == blocks
        kv.release(later)
        later.reset()
        hold(kv, later, 5)
        kv.release(later)
    kv.release(runs)
    runs.reset()
    kv.attach(runs)
    assert len(runs.blocks) == 2, "a restart belongs to the generation in which it happens"


def test_without_names_nothing_is_found_and_nothing_hashed():
    kv = KVCache(num_blocks=20, block_size=2, is_named=False)
    for number in range(2):
        request = Request(number, [1, 2, 3, 4, 5], Sampling(1))
        hold(kv, request, 5)
        assert not request.cached and not request.digests
    assert not kv.block_of


WORDS = st.sampled_from(["", "s", "a"])
Content = st.tuples(WORDS, WORDS, st.lists(st.integers(0, 1), max_size=8))


@settings(max_examples=2000 if FULL else 200, deadline=None, derandomize=True, phases=PHASES)
@example(("s", "", [0, 1]), ("", "s", [0, 1]), 2)
@example(("", "", [0, 1, 0, 1]), ("", "", [0, 1]), 2)
@given(Content, Content, st.integers(1, 4))
def test_a_name_says_all_and_nothing_else(one, other, block_size):
    """Two blocks have one name just when salt, adapter and all ids up to their ends are the same."""
    kv, names = KVCache(8, block_size), {}
    for salt, adapter, tokens in (one, other):
        request = Request(0, tokens, Sampling(1), salt=salt, adapter=adapter)
        for i in range(len(tokens) // block_size):
            content = salt, adapter, tuple(tokens[:(i + 1) * block_size])
            assert names.setdefault(kv._digest(request, i), content) == content
    assert len(set(names.values())) == len(names) and all(len(name) == 32 for name in names)


class Cut:
    """sha256, all but 4 bits of it thrown away."""

    def __init__(self, message):
        self.message = message

    def digest(self):
        return bytes([hashlib.sha256(self.message).digest()[0] & 15])


@pytest.fixture
def names_of_4_bits(monkeypatch):
    monkeypatch.setattr(kv_cache, "sha256", Cut)
    monkeypatch.setattr(types, "sha256", Cut)


@pytest.mark.usefixtures("names_of_4_bits")
class TestBlocksOfFewNames(Blocks.TestCase):
    settings = TestBlocks.settings


def run_workloads() -> int:
    """Positions found, over some workloads compared with naive generation on the checking device."""
    return sum(workload.__wrapped__(seed)["hits"] for seed in range(1000 if FULL else 50))


def test_a_collision_is_never_served(names_of_4_bits):
    """Hits are fewer, as 16 names are all there are, but none is wrong."""
    assert run_workloads() > 100


def test_names_that_are_not_compared_are_seen(names_of_4_bits, monkeypatch):
    monkeypatch.setattr(kv_cache, "is_same", lambda *_: True)
    with pytest.raises(AssertionError, match="read a slot that does not hold"):
        run_workloads()


@pytest.mark.parametrize("rest", [{"salt": "s"}, {"adapter": "a"}, {"tokens": [1, 3, 5]}, "reset", {}])
def test_with_one_name_for_all_the_content_decides(monkeypatch, rest):
    monkeypatch.setattr(Cut, "digest", lambda self: b"0")
    monkeypatch.setattr(kv_cache, "sha256", Cut)
    kv, runs = KVCache(num_blocks=8, block_size=2), Request(0, [1, 2, 5], Sampling(1))
    kv.attach(runs)
    if rest == "reset":                                 # what runs goes on naming, in the old generation
        kv.reset_prefix_cache()
    kv.grow(runs, 2)
    kv.commit(runs, 2)
    later = Request(1, **{"tokens": [1, 2, 5], "sampling": Sampling(1), **({} if rest == "reset" else rest)})
    kv.attach(later)
    assert later.blocks == ([] if rest else runs.blocks)


def test_a_chain_is_found_though_its_beginning_was_named_anew():
    """Who follows an evicted block stays known by its content, not by that block's object; and who does not, not."""
    kv = KVCache(num_blocks=8, block_size=2)
    first, second = (Request(n, [1, 2, 3, 4, 5], Sampling(1)) for n in range(2))
    hold(kv, first, 2)                                  # names 1 2
    kv.attach(second)
    kv.grow(second, 4)
    kv.commit(second, 4)                                # finds it, and names 3 4
    kv.forget(first.blocks)
    third, other = Request(2, [1, 2, 9], Sampling(1)), Request(3, [3, 4, 3, 4, 9], Sampling(1))
    hold(kv, third, 2)                                  # 1 2 again
    hold(kv, other, 2)
    for tokens, blocks in (first.tokens, [third.blocks[0], second.blocks[1]]), (other.tokens, other.blocks[:1]):
        again = Request(4, list(tokens), Sampling(1))
        kv.attach(again)
        assert again.blocks == blocks
