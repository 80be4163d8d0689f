"""AsyncLLMEngine beside generating: vectors, collectors, draining, and what it says of the rest."""
import asyncio
import inspect

import pytest

from quire import LLM, AsyncEngineArgs, AsyncLLM, PoolingParams, SamplingParams
from quire.core.errors import AbsentMember, InvalidRequest, OutOfTime, Overloaded
from tests.engine.aio import on_loop, until
from tests.tiny import tiny

GREEDY = SamplingParams(temperature=0, max_tokens=8, ignore_eos=True)
LONG = SamplingParams(temperature=0, max_tokens=200, ignore_eos=True)
# Members that guides know -> names of what they take.
MEMBERS = {
    "abort": "request_id internal", "check_admission": "n request_id", "check_health": "", "do_log_stats": "",
    "encode": "prompt pooling_params request_id lora_request trace_headers priority tokenization_kwargs reasoning_ended",
    "from_engine_args": "engine_args start_engine_loop usage_context stat_loggers",
    "generate": "prompt sampling_params request_id prompt_text lora_request tokenization_kwargs trace_headers priority "
                "data_parallel_rank session_id kv_hints reasoning_ended reasoning_parser_kwargs",
    "get_num_queued_tokens": "", "get_num_unfinished_requests": "", "get_supported_tasks": "", "get_tokenizer": "",
    "is_paused": "", "is_sleeping": "", "is_tracing_enabled": "", "list_loras": "", "pause_generation": "mode clear_cache",
    "release_kv_cache_memory": "", "reset_encoder_cache": "", "reset_mm_cache": "",
    "reset_prefix_cache": "reset_running_requests reset_connector", "resume_generation": "", "shutdown": "timeout",
    "sleep": "level mode", "wait_for_requests_to_drain": "drain_timeout", "wake_up": "tags"}
ABSENT = ("add_lora checkpoint_prepare checkpoint_restore collective_rpc compute_weight_checksums finish_weight_update "
          "from_vllm_config get_kv_event_sources get_weight_version handle_fault init_weight_transfer_engine "
          "notify_kv_transfer_request_rejected pin_lora remove_lora scale_elastic_ep shutdown_weight_transfer_engine "
          "start_draft_weight_update start_profile start_weight_update stop_profile update_weight_version update_weights")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def engine(folder):
    made = AsyncLLM.from_engine_args(AsyncEngineArgs(model=str(folder), num_kv_blocks=128, num_threads=1, max_queue=50))
    yield made
    made.shutdown()


@pytest.mark.parametrize("name", MEMBERS)
def test_members_take_what_guides_give_them(name):
    taken = [p.name for p in inspect.signature(getattr(AsyncLLM, name)).parameters.values() if p.name != "self"]
    assert taken == MEMBERS[name].split()


@pytest.mark.parametrize("name", ABSENT.split())
def test_members_that_are_not_there_say_what_to_do(engine, name):
    with pytest.raises(AbsentMember, match=f"AsyncLLMEngine.{name} is not in this version: "):
        getattr(engine, name)


@on_loop
async def test_encode_gives_the_vector_of_embed(engine, folder):
    asked = PoolingParams(), PoolingParams(dimensions=3)
    with LLM(str(folder), num_kv_blocks=64, num_threads=1) as llm:
        want = [llm.embed("Hello", pooling_params=params)[0].outputs.embedding for params in asked]
    for params, vector in zip(asked, want, strict=True):
        (output,) = [o async for o in engine.encode("Hello", params, "v")]
        assert output.outputs.data.tolist() == vector and output.finished and output.request_id == "v"
    with pytest.raises(InvalidRequest, match="64"):
        await anext(engine.encode("Hello", PoolingParams(dimensions=65), "v"))


@on_loop
async def test_a_collector_gives_outputs_one_by_one(engine):
    want = [o async for o in engine.generate("Hello", GREEDY, "x")][-1]
    collector, got = await engine.add_request("y", "Hello", GREEDY), []
    while not got or not got[-1].finished:
        got.append(await collector.get())
    assert got[-1].outputs == want.outputs and collector.request_id == "y"
    with pytest.raises(StopAsyncIteration):
        await collector.get()
    vector = await (await engine.add_request("v", "Hello", PoolingParams())).get()
    assert vector.outputs.data.shape == (64,)
    left = await engine.add_request("z", "Hello", LONG)
    await left.get()
    num_aborted = engine.client.totals.num_finished["abort"]
    await left.close()
    assert not engine.client.live and engine.client.totals.num_finished["abort"] == num_aborted + 1


@on_loop
async def test_draining_waits_for_who_is_there(engine):
    stream = engine.generate("Hello", LONG, "x")
    await anext(stream)
    reading = asyncio.create_task(drain(stream))
    with pytest.raises(OutOfTime, match="1 requests"):
        await engine.wait_for_requests_to_drain(0)
    await engine.wait_for_requests_to_drain()
    assert (await reading)[-1].outputs[0].finish_reason == "length"
    await engine.wait_for_requests_to_drain(0)


async def drain(stream):
    return [output async for output in stream]


@on_loop
async def test_what_it_says_of_itself(engine):
    assert await engine.get_supported_tasks() == ("generate", "embed") and await engine.list_loras() == set()
    assert not await engine.is_tracing_enabled() and not await engine.is_sleeping() and not await engine.is_paused()
    engine.check_admission(50)
    with pytest.raises(Overloaded):
        engine.check_admission(51)
    await engine.pause_generation(mode="keep", clear_cache=False)
    waiting = asyncio.create_task(drain(engine.generate("Hello", GREEDY, "x")))
    await until(lambda: engine.get_num_queued_tokens() == 5)
    await engine.resume_generation()
    await waiting
    assert engine.get_num_queued_tokens() == 0


@on_loop
@pytest.mark.parametrize("name", ["session_id", "kv_hints", "reasoning_ended", "reasoning_parser_kwargs", "trace_headers"])
async def test_what_is_not_there_is_refused_in_words(engine, name):
    with pytest.raises(InvalidRequest, match=name):
        await anext(engine.generate("a", GREEDY, "x", **{name: {"a": "b"}}))
