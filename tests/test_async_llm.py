"""AsyncLLMEngine on a tiny model: streams of outputs, ids, aborts, and its end."""
import asyncio
import gc
import re
import threading
from itertools import pairwise

import pytest

from quire import (
    AsyncEngineArgs,
    AsyncLLMEngine,
    GuidedDecodingParams,
    SamplingParams,
    StructuredOutputsParams,
    async_llm,
)
from quire.core.errors import ConfigError, EngineDead, InvalidRequest, ModelError, RequestFailed, Unavailable
from quire.core.outputs import RequestOutputKind
from quire.engine import faults
from quire.engine.build import build_engine
from tests.engine.aio import on_loop, until
from tests.tiny import tiny


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny(tmp_path_factory.mktemp("tiny"))


def make(folder, **given):
    return AsyncLLMEngine.from_engine_args(AsyncEngineArgs(model=str(folder), num_kv_blocks=128, max_num_seqs=16, num_threads=1,
                                                           **given))


@pytest.fixture(scope="module")
def engine(folder):
    """Made before any event loop runs, and used from many."""
    made = make(folder)
    yield made
    made.shutdown()
    assert made.is_stopped and not [t for t in threading.enumerate() if t.name.startswith("quire")]


def params(**given):
    return SamplingParams(**{"temperature": 0, "max_tokens": 8, "ignore_eos": True, **given})


async def collect(stream):
    return [output async for output in stream]


async def last(stream):
    return (await collect(stream))[-1]


def is_empty(engine):
    return not engine.client.live and engine.client.snapshot.num_held_blocks == 0


@on_loop
async def test_outputs_grow_until_they_are_finished(engine):
    outputs = await collect(engine.generate("Hello", params(), request_id="req-1"))
    ids = [list(o.outputs[0].token_ids) for o in outputs]
    assert all(later[:len(earlier)] == earlier and len(later) > len(earlier) for earlier, later in pairwise(ids))
    assert [o.finished for o in outputs] == [False] * (len(outputs) - 1) + [True] and len(ids[-1]) == 8
    assert {o.request_id for o in outputs} == {"req-1"} and outputs[0].prompt == "Hello"
    assert outputs[-1].outputs[0].finish_reason == "length" and outputs[-1].metrics.num_generation_tokens == 8


@on_loop
async def test_an_answer_of_a_given_form(engine):
    asked = StructuredOutputsParams(regex="[ab]{2,5}")
    output = await last(engine.generate("Hello", params(structured_outputs=asked, max_tokens=20), request_id="form"))
    assert re.fullmatch("[ab]{2,5}", output.outputs[0].text) and output.outputs[0].finish_reason == "stop"
    older = params(guided_decoding=GuidedDecodingParams(choice=["yes", "no"]), max_tokens=20)
    assert (await last(engine.generate("Hello", older, request_id="older"))).outputs[0].text in ("yes", "no")
    with pytest.raises(InvalidRequest, match="unclosed"):
        await last(engine.generate("Hello", params(structured_outputs={"regex": "[a"}), request_id="wrong"))
    assert is_empty(engine)


@on_loop
async def test_kinds_of_output_are_the_same_answer(engine):
    whole = await last(engine.generate("Hello", params(logprobs=1), "a"))
    deltas = await collect(engine.generate("Hello", params(logprobs=1, output_kind=RequestOutputKind.DELTA), "b"))
    (final,) = await collect(engine.generate("Hello", params(logprobs=1, output_kind=RequestOutputKind.FINAL_ONLY), "c"))
    assert final.outputs == whole.outputs and final.finished
    parts = [o.outputs[0] for o in deltas]
    assert len(parts) > 1 and "".join(p.text for p in parts) == whole.outputs[0].text
    assert [t for p in parts for t in p.token_ids] == whole.outputs[0].token_ids
    assert [x for p in parts for x in p.logprobs] == whole.outputs[0].logprobs
    assert parts[-1].cumulative_logprob == whole.outputs[0].cumulative_logprob


@on_loop
async def test_siblings_finish_together(engine):
    outputs = await collect(engine.generate("Hello", params(n=3, temperature=1.0, seed=1), "n"))
    assert [len(o.token_ids) for o in outputs[-1].outputs] == [8, 8, 8] and [o.finished for o in outputs].count(True) == 1
    assert len({tuple(o.token_ids) for o in outputs[-1].outputs}) == 3


@on_loop
async def test_two_live_requests_with_one_id(engine):
    streams = [engine.generate(prompt, params(max_tokens=20), request_id="same") for prompt in ("one", "two")]
    together = await asyncio.gather(*map(last, streams))
    alone = [await last(engine.generate(prompt, params(max_tokens=20), request_id="x")) for prompt in ("one", "two")]
    assert [o.outputs for o in together] == [o.outputs for o in alone]


@on_loop
async def test_many_at_once_are_as_each_alone(engine):
    prompts = [[i, i + 1, i + 2] for i in range(40)]
    together = await asyncio.gather(*(last(engine.generate({"prompt_token_ids": p}, params(), str(i))) for i,
                                      p in enumerate(prompts)))
    for i in (0, 7, 39):
        assert (await last(engine.generate(prompts[i], params(), "alone"))).outputs == together[i].outputs


@on_loop
async def test_an_abort_gives_a_last_output(engine):
    stream = engine.generate("Hello", params(max_tokens=200), request_id="long")
    await anext(stream)
    await engine.abort("long")
    outputs = await collect(stream)
    assert outputs[-1].finished and outputs[-1].outputs[0].finish_reason == "abort"
    await until(lambda: is_empty(engine))


@on_loop
async def test_whoever_stops_listening_is_aborted(engine):
    async for _ in engine.generate("Hello", params(max_tokens=200), request_id="gone"):
        break
    gc.collect()
    task = asyncio.create_task(collect(engine.generate("Hello", params(max_tokens=200), request_id="cancelled")))
    await until(lambda: engine.get_num_unfinished_requests() == 1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await until(lambda: is_empty(engine))


@on_loop
async def test_refusals_come_from_the_first_step_of_the_generator(engine):
    for prompt, given in (("", {}), ("x" * 300, {}), ("a", {"max_tokens": 1000}), ({"prompt": "a",
                                                                                    "multi_modal_data": {"image": 1}}, {})):
        with pytest.raises(InvalidRequest):
            await anext(engine.generate(prompt, params(**given), "bad"))
    with pytest.raises(InvalidRequest, match="lora_request"):
        await anext(engine.generate("a", params(), "bad", lora_request=object()))
    assert is_empty(engine)


@on_loop
@pytest.mark.parametrize("phase", ["validate", "tokenize", "schedule", "detokenize", "send"])
async def test_a_failure_before_or_after_the_device_ends_that_request_only(engine, monkeypatch, phase):
    want = [(await last(engine.generate(text, params(logprobs=2), text))).outputs for text in "abc"]

    def hook(label):
        if label == "b":
            raise MemoryError("planted")
    monkeypatch.setitem(faults.planted, phase, hook)
    found = await asyncio.gather(*(last(engine.generate(text, params(logprobs=2), text)) for text in "abc"),
                                 return_exceptions=True)
    assert "planted" in f"{found[1]} {found[1].__cause__}" and isinstance(found[1], MemoryError | RequestFailed)
    assert [found[0].outputs, found[2].outputs] == [want[0], want[2]]
    await until(lambda: is_empty(engine))


@pytest.mark.parametrize("phase", ["fault_prepare", "fault_forward", "fault_prompts", "fault_sample"])
def test_a_failure_in_any_phase_of_a_step_ends_that_request_only(folder, monkeypatch, phase):
    """And the others' ids and logprobs stay what they were, to the bit."""
    built = []
    monkeypatch.setattr(async_llm, "build_engine", lambda *given: built.append(build_engine(*given)) or built[0])
    engine = make(folder)
    prompts = [[i, i + 1, i + 2] for i in range(8)]

    def hook(works):
        if any(work.request_id == 11 for work in works):            # the fourth of the second round
            raise MemoryError("planted")

    async def round_of_eight():
        return await asyncio.gather(*(last(engine.generate(p, params(logprobs=2), str(i))) for i, p in enumerate(prompts)),
                                    return_exceptions=True)

    async def both():
        first = await round_of_eight()
        setattr(built[0].executor.runner, phase, hook)
        return first, await round_of_eight()
    try:
        first, second = asyncio.run(both())
    finally:
        engine.shutdown()
    assert type(second[3]) is RequestFailed and "planted" in str(second[3].__cause__)
    for i in (0, 1, 2, 4, 5, 6, 7):
        assert second[i].outputs == first[i].outputs


@on_loop
async def test_the_prefix_cache(engine):
    prompt = "a prompt that is longer than one block of sixteen"
    await engine.reset_prefix_cache()
    cached = [(await last(engine.generate(prompt, params(), "x"))).num_cached_tokens for _ in range(2)]
    assert cached[0] == 0 and cached[1] > 0 and await engine.reset_prefix_cache() is True
    assert (await last(engine.generate(prompt, params(), "x"))).num_cached_tokens == 0


@on_loop
async def test_health(engine, caplog):
    await engine.check_health()
    assert engine.is_running and not engine.is_stopped and not engine.errored
    assert engine.get_tokenizer().encode("a") == [97] and engine.tokenizer is engine.get_tokenizer()
    with caplog.at_level("INFO"):
        await engine.do_log_stats()
    assert "KV cache" in caplog.text


def test_arguments_are_attributes_and_are_checked(folder):
    args = AsyncEngineArgs(model=str(folder), max_num_seqs=64, enable_chunked_prefill=True, quantization=None)
    assert (args.model, args.max_num_seqs) == (str(folder), 64)
    with pytest.raises(ConfigError, match="max_num_sekws"):
        AsyncEngineArgs(model=str(folder), max_num_sekws=1)


def test_what_prevents_loading_is_raised_where_it_is_made(tmp_path):
    before = set(threading.enumerate())
    with pytest.raises(ModelError):
        make(tmp_path / "nowhere")
    broken = tiny(tmp_path / "broken")
    (broken / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError):
        make(broken)
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
        assert not thread.is_alive()


def test_its_end(folder):
    engine = make(folder)

    async def use():
        stream = engine.generate("Hello", params(max_tokens=200), "x")
        await anext(stream)
        engine.shutdown()
        with pytest.raises(Unavailable):
            await collect(stream)
        with pytest.raises(Unavailable):
            await anext(engine.generate("Hello", params(), "y"))
    asyncio.run(use())
    assert engine.is_stopped
    engine.shutdown()


def test_an_engine_that_nobody_holds_ends(folder):
    engine = make(folder)
    thread = engine.link.thread
    asyncio.run(last_of(engine))
    del engine
    gc.collect()
    thread.join(10)
    assert not thread.is_alive()


async def last_of(engine):
    return await last(engine.generate("Hello", params(), "x"))


def test_the_engine_s_death(folder, monkeypatch):
    built = []
    monkeypatch.setattr(async_llm, "build_engine", lambda *given: built.append(build_engine(*given)) or built[0])
    engine = make(folder)

    def fail(step):
        raise OSError("the device is gone")

    async def use():
        stream = engine.generate("Hello", params(max_tokens=200), "x")
        await anext(stream)
        built[0].executor.runner.execute = fail
        with pytest.raises(EngineDead):
            await collect(stream)
        await until(lambda: engine.errored)
        with pytest.raises(EngineDead, match="the device is gone"):
            await engine.check_health()
        assert "the device is gone" in str(engine.dead_error) and not engine.is_running
    try:
        asyncio.run(use())
    finally:
        engine.shutdown()
