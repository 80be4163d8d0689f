"""Sleeping gives memory back to the system, and waking has the same bits again."""
import asyncio
import sys
import weakref
from pathlib import Path

import pytest

from quire import LLM, AsyncEngineArgs, AsyncLLMEngine, BeamSearchParams, SamplingParams
from quire.core.errors import Asleep, EngineDead, InvalidRequest, ModelError, Unavailable
from quire.core.messages import KV_CACHE, SCHEDULING, WEIGHTS
from tests.engine.aio import on_loop, until
from tests.test_llm import GREEDY, ids, is_empty
from tests.tiny import tiny

MB = 1 << 20
LARGE = {"hidden_size": 256, "intermediate_size": 4096, "vocab_size": 261}      # 27 MB of weights
BLOCKS, BLOCK_BYTES = 1000, 2 * 2 * 2 * 16 * 64 * 4                             # 33 MB of KV cache


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny(tmp_path_factory.mktemp("tiny"), **LARGE)


@pytest.fixture(scope="module")
def llm(folder):
    with LLM(str(folder), max_num_seqs=4, num_kv_blocks=BLOCKS, num_threads=1, enable_sleep_mode=True) as made:
        yield made


def runner_of(llm):
    return llm.direct.loop.engine.executor.runner


def own_bytes():
    """Of this process's own memory, in use; without pages of files."""
    return next(int(line.split()[1]) << 10 for line in Path("/proc/self/status").read_text().splitlines() if "RssAnon" in line)


def fill(llm):
    """The cache is memory only once it was written to."""
    for layer in runner_of(llm).kv:
        for part in (layer.k, layer.v):
            part.fill_(0)
    return [weakref.ref(part.untyped_storage()) for layer in runner_of(llm).kv for part in (layer.k, layer.v)]


def answers(llm):
    llm.reset_prefix_cache()
    wanted = SamplingParams(temperature=0, max_tokens=12, logprobs=2, ignore_eos=True)
    return [o.outputs for o in llm.generate(["Hello", "another one"], wanted)]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(("level", "gone"), [(1, 0.9 * BLOCKS * BLOCK_BYTES), (2, 0.9 * (BLOCKS * BLOCK_BYTES + 25 * MB))])
def test_memory_goes_and_comes_back_with_the_same_bits(llm, level, gone):
    before = answers(llm)
    storages, model = fill(llm), weakref.ref(runner_of(llm).model)
    full = own_bytes()
    llm.sleep(level)
    assert full - own_bytes() > gone
    assert not any(ref() for ref in storages) and (model() is None) is (level == 2)
    assert llm.wake_up() is True
    assert answers(llm) == before and is_empty(llm)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_whoever_asks_meanwhile_is_told(llm, level):
    llm.sleep(level=level)
    asks = (lambda: llm.generate("a", GREEDY), lambda: llm.chat([{"role": "user", "content": "a"}], GREEDY),
            lambda: llm.embed("a"), lambda: llm.score("a", "b"), lambda: llm.enqueue("a", GREEDY),
            lambda: llm.beam_search("a", BeamSearchParams(2, 2)), lambda: llm.apply_model(id))
    for ask in asks:
        with pytest.raises(Asleep, match=r"wake_up\(\) first"):
            ask()
    llm.sleep(level)                                    # again is nothing new
    assert llm.wake_up() and len(ids(llm.generate("a", GREEDY))[0]) == 8


def test_parts_wake_one_by_one(llm):
    want = ids(llm.generate("a", GREEDY))
    long = ids(llm.generate("x" * 40, GREEDY))
    assert llm.generate("x" * 40, GREEDY)[0].num_cached_tokens == 32
    llm.sleep(2)
    assert llm.wake_up(tags=["weights"]) is False and not hasattr(runner_of(llm), "kv")
    with pytest.raises(Asleep, match="without kv cache"):
        llm.generate("a", GREEDY)
    assert llm.wake_up(tags=["kv_cache"]) is True and ids(llm.generate("a", GREEDY)) == want
    (output,) = llm.generate("x" * 40, GREEDY)
    assert output.num_cached_tokens == 0 and ids([output]) == long, "what was cached is gone"
    llm.release_kv_cache_memory()
    assert not hasattr(runner_of(llm), "kv") and hasattr(runner_of(llm), "model")
    assert llm.wake_up(["kv_cache"]) is True and ids(llm.generate("a", GREEDY)) == want
    assert llm.generate("x" * 40, GREEDY)[0].num_cached_tokens == 0


@pytest.mark.parametrize(("given", "name"), [({"level": 3}, "level"), ({"level": "1"}, "level"), ({"mode": "now"}, "mode")])
def test_what_is_no_sleep_is_refused(llm, given, name):
    with pytest.raises(InvalidRequest) as refused:
        llm.sleep(**given)
    assert refused.value.param == name and llm.wake_up()
    with pytest.raises(InvalidRequest, match="tags holds 'weight'"):
        llm.wake_up(["weight"])


def test_what_becomes_of_the_queued(llm):
    reasons = {}
    for mode in ("abort", "wait", "keep"):
        llm.enqueue(["a", "b"], GREEDY)
        llm.sleep(1, mode)
        with pytest.raises(Asleep):
            llm.wait_for_completion()
        llm.wake_up()
        reasons[mode] = [o.outputs[0].finish_reason for o in llm.wait_for_completion()]
    assert reasons == {"abort": ["abort"] * 2, "wait": ["length"] * 2, "keep": ["length"] * 2}


def test_weights_that_cannot_be_read_again_are_told_and_may_come_back(tmp_path):
    folder = tiny(tmp_path / "model")
    with LLM(str(folder), num_kv_blocks=64, num_threads=1) as llm:
        want = ids(llm.generate("a", GREEDY))
        llm.sleep(2)
        (folder / "model.safetensors").rename(folder / "away")
        with pytest.raises(ModelError):
            llm.wake_up()
        with pytest.raises(Asleep):
            llm.generate("a", GREEDY)
        (folder / "away").rename(folder / "model.safetensors")
        assert llm.wake_up() and ids(llm.generate("a", GREEDY)) == want
    with pytest.raises(EngineDead, match="closed"):
        llm.sleep()


def test_ranks_sleep_and_wake_together(tmp_path):
    folder = tiny(tmp_path)
    with LLM(str(folder), num_kv_blocks=64, num_threads=1, tensor_parallel_size=2) as llm:
        want = ids(llm.generate("a", GREEDY))
        for level in (1, 2):
            llm.sleep(level)
            with pytest.raises(Asleep):
                llm.generate("a", GREEDY)
            assert llm.wake_up() and ids(llm.generate("a", GREEDY)) == want


# ---- with an event loop

@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    folder = tiny(tmp_path_factory.mktemp("async"))
    made = AsyncLLMEngine.from_engine_args(AsyncEngineArgs(model=str(folder), num_kv_blocks=128, num_threads=1))
    yield made
    made.shutdown()


LONG = SamplingParams(temperature=0, max_tokens=150, ignore_eos=True)


async def last(stream):
    return [output async for output in stream][-1]


@on_loop
@pytest.mark.parametrize("level", [1, 2])
async def test_an_engine_sleeps_and_wakes(engine, level):
    want = (await last(engine.generate("a", GREEDY, "x"))).outputs
    await engine.sleep(level)
    assert await engine.is_sleeping() and not await engine.is_paused()
    with pytest.raises(Asleep):
        await anext(engine.generate("a", GREEDY, "y"))
    with pytest.raises(Unavailable):
        engine.check_admission()
    assert await engine.wake_up(["weights"]) is False and await engine.wake_up() is True
    assert (await last(engine.generate("a", GREEDY, "x"))).outputs == want and not await engine.is_sleeping()


@on_loop
@pytest.mark.parametrize(("mode", "reason"), [("abort", "abort"), ("wait", "length")])
async def test_what_becomes_of_the_living_when_it_sleeps(engine, mode, reason):
    stream = engine.generate("a", LONG, "long")
    await anext(stream)
    ending = asyncio.create_task(last(stream))
    await engine.sleep(1, mode)
    assert (await ending).outputs[0].finish_reason == reason
    assert engine.link.thread.is_alive() and await engine.wake_up()
    with pytest.raises(InvalidRequest, match="keep"):
        await engine.sleep(1, "keep")


@on_loop
async def test_a_pause_keeps_who_is_alive_and_who_comes(engine):
    want = (await last(engine.generate("a", LONG, "x"))).outputs
    stream = engine.generate("a", LONG, "kept")
    await anext(stream)
    await engine.pause_generation(mode="keep")
    assert await engine.is_paused()
    ending = [asyncio.create_task(last(each)) for each in (stream, engine.generate("a", LONG, "new"))]
    await until(lambda: engine.get_num_unfinished_requests() == 2)
    num_tokens = engine.client.totals.num_generated_tokens
    for _ in range(20):
        await engine.reset_prefix_cache()               # the loop goes round, and nothing is computed
    assert engine.client.totals.num_generated_tokens == num_tokens
    await engine.resume_generation()
    assert [o.outputs for o in await asyncio.gather(*ending)] == [want, want]
    stream = engine.generate("a", LONG, "gone")
    await anext(stream)
    await engine.pause_generation()
    assert (await last(stream)).outputs[0].finish_reason == "abort"
    await engine.sleep(0)
    assert await engine.wake_up([SCHEDULING]) and not engine.client.asleep & {WEIGHTS, KV_CACHE}
