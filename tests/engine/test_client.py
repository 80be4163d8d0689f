"""Many streams over one engine: what they bring, how they end, and what is counted of them."""
import asyncio
import gc
import time
from collections import Counter

import pytest

from quire.core.errors import InvalidRequest, Overloaded, Unavailable
from quire.core.messages import Snapshot
from quire.core.types import Sampling
from quire.engine.client import Client
from quire.engine.local import EngineThread
from quire.engine.stats import Totals, Watcher
from tests.engine.aio import on_loop, until
from tests.engine.fakes import Gate, fake_engine, idle, params, plan, read, saying, serving, spec, tokenizer

PROMPT = list(b"once")


def naive(client, prompt, count):
    return client.engine.executor.model.naive(prompt, Sampling(count))


def positions(client):
    """Computed so far: what the engine did."""
    return client.engine.scheduler.counts["positions"]


# ---- what a stream brings

@on_loop
async def test_ids_and_text_of_the_model():
    async with serving(script=saying("upon a time")) as client:
        assert await read(client.generate(PROMPT, params(max_tokens=11))) == [("upon a time", [*b"upon a time"],
                                                                               "length")]


@on_loop
async def test_siblings_come_under_their_index():
    async with serving() as client:
        answers = await read(client.generate(PROMPT, params(n=3, temperature=1.0, max_tokens=12, seed=5)))
        model = client.engine.executor.model
        want = [model.naive(PROMPT, Sampling(12, n=3, temperature=1.0, seed=5), index) for index in range(3)]
        assert [ids for _, ids, _ in answers] == want and len(set(map(tuple, want))) == 3


@on_loop
async def test_what_is_known_of_a_request():
    async with serving() as client:
        long, before = list(range(40)), time.monotonic()
        await read(client.generate(long, params()))
        stream = client.generate(long, params(prompt_logprobs=None, logprobs=1), arrival=before)
        deltas = [delta async for delta in stream]
        assert stream.num_cached_tokens == 39 and stream.prompt_token_ids == long and stream.preemptions == 0
        times = stream.timings
        assert before == times.arrival <= times.started <= times.first_token <= times.last_token <= time.monotonic()
        assert all(len(d.logprobs) == len(d.token_ids) for d in deltas) and stream.num_generated_tokens == 8
        again = client.generate(long, params(prompt_logprobs=2))
        await read(again)
        assert again.num_cached_tokens == 0 and len(again.prompt_logprobs) == 40 and again.prompt_logprobs[0] is None
        assert next(iter(again.prompt_logprobs[7])) == 7


@on_loop
async def test_a_slow_reader_finds_what_came_put_together():
    async with serving() as client:
        stream = client.generate(PROMPT, params(n=2, temperature=1.0, max_tokens=30))
        await until(lambda: not client.live)
        deltas = [delta async for delta in stream]
        assert len(deltas) == 2 and [len(d.token_ids) for d in deltas] == [30, 30]
        assert {d.finish_reason for d in deltas} == {"length"}


@on_loop
async def test_200_streams_at_once_bring_what_each_brings_alone():
    async with serving({"max_num_batched_tokens": 256}) as client:
        prompts = [[i % 250, i // 250, 7] for i in range(200)]
        answers = await asyncio.gather(*(read(client.generate(p, params(max_tokens=10))) for p in prompts))
        assert [a[0][1] for a in answers] == [naive(client, p, 10) for p in prompts]
        await idle(client.engine)
        figures = client.figures()
        assert (figures.num_started, figures.num_finished, figures.num_running, figures.num_waiting) == (200,
                                                                                                         {"length": 200}, 0, 0)
        assert (figures.num_prompt_tokens, figures.num_generated_tokens) == (600, 2000)


# ---- stopping

@on_loop
async def test_a_stop_string_ends_the_engine_s_side_within_one_step():
    gate = Gate()
    async with serving(script=saying("abc STOP" + "x" * 200), gate=gate) as client:
        stream = client.generate(PROMPT, params(max_tokens=150, stop=["STOP"]))
        deltas = []
        for _ in range(8):
            gate.step()
            deltas.append(await anext(stream))
        assert "".join(d.text for d in deltas) == "abc " and deltas[-1].finish_reason == "stop"
        with pytest.raises(StopAsyncIteration):
            await anext(stream)
        gate.open()
        await idle(client.engine)
        assert positions(client) <= len(PROMPT) + 7 + 1, "the step that was under way is the last"


@on_loop
@pytest.mark.parametrize("way", ["close", "break", "cancel", "drop", "abort"])
async def test_whoever_leaves_is_aborted_within_one_step(way):
    gate = Gate()
    async with serving(gate=gate) as client:
        stream = client.generate(PROMPT, params(max_tokens=200), request_id="mine")
        gate.step()
        await anext(stream)
        if way == "close":
            await stream.aclose()
        elif way == "break":
            gate.step()
            async for _ in stream:
                break
            del stream
        elif way == "cancel":
            task = asyncio.create_task(read(stream))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        elif way == "drop":
            del stream
            gc.collect()
        else:
            assert client.abort("mine") == 1
            rest = [delta async for delta in stream]
            assert rest[-1].finish_reason == "abort"
        await until(lambda: not client.live)
        gate.open()
        await idle(client.engine)
        assert positions(client) <= len(PROMPT) + 2, "the step that was under way is the last"
        assert client.figures().num_finished == {"abort": 1} and not client.labels


@on_loop
async def test_an_unread_stream_that_is_held_goes_on():
    """The control of the test above: leaving is what ends it."""
    async with serving(delay=0.001) as client:
        stream = client.generate(PROMPT, params(max_tokens=50))
        await anext(stream)
        gc.collect()
        await until(lambda: not client.live)
        assert client.figures().num_finished == {"length": 1}


@on_loop
async def test_one_sibling_s_stop_string_leaves_the_others():
    async with serving() as client:
        ids = [client.engine.executor.model.naive(PROMPT, Sampling(20, n=2, temperature=1.0, seed=1),
                                                  i) for i in range(2)]
        only = next(t for t in ids[0] if 33 <= t < 127 and t not in ids[1])
        answers = await read(client.generate(PROMPT, params(max_tokens=20, n=2, temperature=1.0, seed=1,
                                                            stop=[chr(only)])))
        assert [a[2] for a in answers] == ["stop", "length"] and answers[1][1] == ids[1]


# ---- ids

@on_loop
async def test_two_live_requests_may_have_one_id():
    async with serving(delay=0.002) as client:
        first, second = (client.generate([i, 9, 9], params(max_tokens=20), request_id="same/../\0") for i in (1, 2))
        answers = await asyncio.gather(read(first), read(second))
        assert [a[0][1] for a in answers] == [naive(client, [i, 9, 9], 20) for i in (1, 2)]
        assert not client.labels


@on_loop
async def test_an_abort_ends_all_that_have_the_id_and_nobody_else():
    async with serving(delay=0.002) as client:
        streams = [client.generate([i, 9], params(max_tokens=100), request_id=name) for i, name in enumerate(["a", "a",
                                                                                                              "b"])]
        for stream in streams:
            await anext(stream)
        assert client.abort("a") == 2 and client.abort("nobody") == 0
        answers = await asyncio.gather(*map(read, streams))
        assert [a[0][2] for a in answers] == ["abort", "abort", "length"]


# ---- the door

@on_loop
async def test_refusals_come_before_the_stream_and_change_nothing():
    async with serving() as client:
        before = client.figures()
        for prompt, given in (([], {}), ([10 ** 6], {}), (PROMPT, {"max_tokens": 10 ** 6}), (PROMPT,
                                                                                             {"stop_token_ids": [999]})):
            with pytest.raises(InvalidRequest):
                client.generate(prompt, params(**given))
        assert client.figures() == before and not client.live and not client.labels


@on_loop
async def test_a_full_queue_refuses_and_takes_again_when_there_is_room():
    async with serving({"max_queue": 3}, delay=0.005) as client:
        first = client.generate(PROMPT, params(n=2, temperature=1.0))
        with pytest.raises(Overloaded, match="max-queue"):
            client.generate(PROMPT, params(n=2, temperature=1.0))
        second = client.generate(PROMPT, params())
        with pytest.raises(Overloaded):
            client.generate(PROMPT, params())
        await asyncio.gather(read(first), read(second))
        assert len(await read(client.generate(PROMPT, params(n=3, temperature=1.0)))) == 3


@on_loop
async def test_a_drain_lets_the_old_end_and_refuses_the_new():
    async with serving(delay=0.005) as client:
        stream = client.generate(PROMPT, params(max_tokens=30))
        task = asyncio.create_task(client.drained(20))
        await asyncio.sleep(0)
        with pytest.raises(Unavailable, match="going down"):
            client.generate(PROMPT, params())
        ((_, ids, reason),) = await read(stream)
        assert ids == naive(client, PROMPT, 30) and reason == "length" and await task is True


@on_loop
async def test_a_drain_that_runs_out_of_time_tells_who_is_left():
    async with serving(delay=0.01) as client:
        stream = client.generate(PROMPT, params(max_tokens=200))
        assert await client.drained(0.05) is False
        with pytest.raises(Unavailable, match="time is up"):
            await read(stream)
        await idle(client.engine)


@on_loop
async def test_an_empty_drain_is_at_once():
    async with serving() as client:
        assert await client.drained(0) is True


@on_loop
async def test_the_prefix_cache_can_be_forgotten():
    async with serving() as client:
        async def cached():
            stream = client.generate(list(range(40)), params())
            await read(stream)
            return stream.num_cached_tokens
        assert [await cached(), await cached()] == [0, 39]
        await client.reset_prefix_cache()
        assert await cached() == 0


@on_loop
async def test_salts_do_not_share():
    async with serving() as client:
        async def cached(salt):
            stream = client.generate(list(range(40)), params(), cache_salt=salt)
            await read(stream)
            return stream.num_cached_tokens
        assert [await cached(s) for s in (None, "a", "b", "a", None)] == [0, 0, 0, 39, 39]


@on_loop
async def test_who_does_not_want_to_read_the_cache_does_not():
    async with serving() as client:
        for given, want in (({}, 0), ({"skip_reading_prefix_cache": True}, 0), ({}, 39)):
            stream = client.generate(list(range(40)), params(**given))
            await read(stream)
            assert stream.num_cached_tokens == want


# ---- numbers

class Counting(Watcher):
    def __init__(self):
        self.first, self.gaps, self.records = [], [], []

    def first_token(self, seconds):
        self.first.append(seconds)

    def next_tokens(self, seconds, count):
        self.gaps.append((seconds, count))

    def ended(self, record):
        self.records.append(record)


@on_loop
async def test_watchers_hear_of_every_request_once():
    async with serving(delay=0.001) as client:
        watcher = Counting()
        client.watchers.append(watcher)
        await read(client.generate(PROMPT, params(n=2, temperature=1.0, max_tokens=5)))
        stream = client.generate(PROMPT, params(max_tokens=100))
        await anext(stream)
        await stream.aclose()
        whole, left = watcher.records
        assert (whole.reasons, whole.n, whole.num_generated_tokens, whole.max_tokens) == (("length", "length"), 2, 10,
                                                                                          5)
        assert left.reasons == ("abort",) and left.num_prompt_tokens == len(PROMPT)
        assert len(watcher.first) == 2 and sum(count for _, count in watcher.gaps) >= 8
        for record in watcher.records:
            assert record.arrival <= record.started <= record.first_token <= record.last_token <= record.ended
            assert min(record.queue_seconds, record.prefill_seconds, record.decode_seconds, record.seconds) >= 0
            assert record.first_token_seconds > 0


@on_loop
async def test_a_watcher_that_fails_harms_nobody(caplog):
    class Broken(Watcher):
        def first_token(self, seconds):
            raise ZeroDivisionError

    async with serving() as client:
        client.watchers.append(Broken())
        assert (await read(client.generate(PROMPT, params())))[0][2] == "length"
    assert "watcher" in caplog.text


@on_loop
async def test_started_is_finished_and_running_and_waiting_at_every_instant():
    async with serving({"max_num_seqs": 4}, delay=0.001) as client:
        seen = []

        async def look():
            while True:
                f = client.figures()
                assert f.num_started == sum(f.num_finished.values()) + f.num_running + f.num_waiting
                assert f.num_running >= 0 and f.num_waiting >= 0
                seen.append((f.num_running, f.num_waiting))
                await asyncio.sleep(0)
        watch = asyncio.create_task(look())
        await asyncio.gather(*(read(client.generate([i], params(max_tokens=1 + i % 9))) for i in range(40)))
        assert not watch.done(), "it looked to the end"
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        assert any(waiting for _, waiting in seen) and any(running for running, _ in seen)


def test_a_snapshot_that_is_behind_counts_nobody_twice():
    totals = Totals(num_started=5, num_finished=Counter(length=3, abort=1))
    for num_running, want in ((4, (1, 0)), (1, (1, 0)), (0, (0, 1))):
        figures = totals.figures(Snapshot(num_running=num_running, num_queried=4, num_hits=1))
        assert (figures.num_running, figures.num_waiting) == want and "hits 25.0 %" in figures.line()


def test_streams_of_two_loops_over_one_engine():
    """As a program that calls asyncio.run twice has them."""
    link = EngineThread(lambda progress: fake_engine(plan(), delay=0.001))
    client = Client(plan(), spec(), tokenizer(), link)
    client.open()                                       # before any loop runs
    client.ready.result(10)

    async def one():
        return await read(client.generate(PROMPT, params()))

    async def leave():
        kept.append(client.generate(PROMPT, params(max_tokens=240)))
        await anext(kept[0])
    first, kept = asyncio.run(one()), []
    asyncio.run(leave())                                # its loop is gone, though the stream is held
    assert asyncio.run(one()) == first
    asyncio.run(until(lambda: not client.live))
    assert client.figures().num_finished == {"length": 2, "abort": 1}
    client.shut()
    assert link.stop(10)
