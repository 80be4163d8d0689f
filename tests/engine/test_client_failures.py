"""What each of many streams over one engine does to the others when it fails, and what the engine's end does to all."""
import asyncio

import pytest

from quire.core.errors import EngineDead, EngineStalled, RequestFailed, Unavailable
from quire.engine import client as client_module
from quire.engine import faults
from quire.engine.client import Client
from quire.engine.local import EngineThread
from tests.engine.aio import on_loop, until
from tests.engine.fakes import Gate, idle, params, plan, read, serving, spec, tokenizer
from tests.engine.test_client import PROMPT, naive, positions


@pytest.fixture
def plant():
    yield lambda phase, hook: faults.planted.update({phase: hook})
    faults.planted.clear()


# ---- one request's failure is its own

@on_loop
@pytest.mark.parametrize("error", [RuntimeError("odd /home/x 0xdead"), MemoryError("no room")])
@pytest.mark.parametrize("phase", ["validate", "schedule", "detokenize", "send"])
async def test_a_failure_in_any_phase_ends_that_request_only(phase, error, plant):
    def hook(label):
        if label == "bad":
            raise error
    async with serving(delay=0.001) as client:
        prompts = [[i, 7, 7] for i in range(12)]
        want = [naive(client, p, 25) for p in prompts]
        plant(phase, hook)

        async def one(i):
            return await read(client.generate(prompts[i], params(max_tokens=25),
                                              request_id="bad" if i == 5 else f"good {i}"))
        answers = await asyncio.gather(*map(one, range(12)), return_exceptions=True)
        failed = answers.pop(5)
        assert type(failed) is RequestFailed and "/home" not in str(failed) and "0x" not in str(failed)
        assert str(error) in str(failed.__cause__)
        assert [a[0][1] for a in answers] == want[:5] + want[6:] and all(a[0][2] == "length" for a in answers)
        await idle(client.engine)
        assert client.figures().num_finished == {"length": 11} | ({"error": 1} if phase != "validate" else {})


@on_loop
async def test_a_failure_on_the_device_ends_that_request_only():
    async with serving(delay=0.001) as client:
        prompts = [[i, 7, 7] for i in range(6)]
        want = [naive(client, p, 25) for p in prompts]
        streams = [client.generate(p, params(max_tokens=25)) for p in prompts]
        client.engine.executor.failing.add(2)
        answers = await asyncio.gather(*map(read, streams), return_exceptions=True)
        assert type(answers[2]) is RequestFailed and "device says no" in str(answers[2].__cause__)
        assert [a[0][1] for i, a in enumerate(answers) if i != 2] == want[:2] + want[3:]
        await idle(client.engine)


@on_loop
async def test_a_sibling_that_fails_takes_its_own_request_with_it_and_no_other():
    async with serving(delay=0.001) as client:
        first = client.generate(PROMPT, params(n=3, temperature=1.0, max_tokens=50))
        second = client.generate([3, 3], params(max_tokens=50))
        client.engine.executor.failing.add(1)
        with pytest.raises(RequestFailed):
            await read(first)
        assert (await read(second))[0][1] == naive(client, [3, 3], 50)
        await idle(client.engine)


@on_loop
@pytest.mark.parametrize("phase", ["detokenize", "send"])
async def test_without_its_guard_others_miss_their_words(phase, plant, monkeypatch):
    """The control: what is raised leaves `_deliver`, and with it the news of those behind in the same step."""
    def hook(label):
        if label == "bad":
            raise MemoryError("no room")

    def let_out(client, live, error):
        raise error
    async with serving(delay=0.001) as client:
        streams = [client.generate([i, 7, 7], params(max_tokens=60 if i == 5 else 25), request_id="bad" if i == 5 else "good")
                   for i in range(12)]
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)    # which on_loop has, and looks at
        plant(phase, hook)
        monkeypatch.setattr(Client, "_fail", let_out)
        await until(lambda: client.engine.scheduler.num_steps >= 60 and not client.engine.is_busy)
        await asyncio.sleep(0)
        assert len(streams) == 12 and len(client.labels["good"]) >= 6, "they do not even hear of their end"
        monkeypatch.undo()


# ---- the engine's end

@on_loop
async def test_the_engine_s_end_is_told_to_every_stream_and_to_whoever_comes_later():
    def fail(step):
        raise OSError("the bus is gone at /dev/x")
    async with serving(delay=0.002) as client:
        streams = [client.generate([i, 7], params(max_tokens=100)) for i in range(16)]
        for stream in streams:
            await anext(stream)
        client.engine.executor._execute = fail
        answers = await asyncio.gather(*map(read, streams), return_exceptions=True)
        assert {type(a) for a in answers} == {EngineDead} and "/dev/x" not in str(answers[0])
        await asyncio.wrap_future(client.death)
        assert "the bus is gone" in client.cause.message and not client.is_alive and client.state == "dead"
        with pytest.raises(EngineDead):
            client.generate(PROMPT, params())
        with pytest.raises(EngineDead):
            await client.reset_prefix_cache()


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@on_loop
@pytest.mark.parametrize("beats", [False, True])
async def test_a_step_that_does_not_end_is_found_unless_layers_are_computed_in_it(beats):
    gate, clock = Gate(), Clock()
    async with serving(gate=gate) as client:
        device, loop = client.engine.executor, asyncio.get_running_loop()
        device.num_layers_run, client.link.pulse.clock = 0, clock
        stream = client.generate(PROMPT, params(max_tokens=1))
        await until(lambda: positions(client))              # the step is planned; the device waits at the gate
        await until(lambda: client.link.pulse.has_beaten() is False)
        for _ in range(10):
            clock.now += client_module.STALL_SECONDS * 0.9
            device.num_layers_run += beats
            client._look(loop, loop.time())
        if beats:
            gate.open()
            assert (await read(stream))[0][2] == "length" and client.is_alive
        else:
            with pytest.raises(EngineStalled):
                await read(stream)
            assert isinstance(client.cause, EngineStalled) and not client.is_alive and client.cause.exit_code == 8
            with pytest.raises(EngineStalled):
                client.generate(PROMPT, params())


@on_loop
async def test_a_process_that_slept_itself_does_not_judge_by_the_heartbeat(monkeypatch):
    """After Ctrl-Z, or a machine's sleep, both wake at once, and the engine had no time to beat."""
    async with serving() as client:
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(client.link, "beat_age", lambda: 3600.0)
        client._look(loop, loop.time() - 30)
        assert client.state == "ready"
        client._look(loop, loop.time())
        assert client.state == "dead" and isinstance(client.cause, EngineStalled)


@on_loop
async def test_nothing_is_taken_while_it_loads_and_what_prevents_loading_is_told():
    def make(progress):
        progress(1, 2)
        raise MemoryError("too big")
    client = Client(plan(), spec(), tokenizer(), EngineThread(make))
    with pytest.raises(Unavailable, match="loading"):
        client.generate(PROMPT, params())
    with pytest.raises(EngineDead, match="too big"):
        await client.start()
    assert client.progress == (1, 2) and client.state == "dead"
    await client.close()


@on_loop
async def test_whoever_is_still_in_it_when_it_closes_is_told():
    async with serving(delay=0.005) as client:
        stream = client.generate(PROMPT, params(max_tokens=200))
        await anext(stream)
        await client.close()
        with pytest.raises(Unavailable):
            await read(stream)
        with pytest.raises(Unavailable):
            client.generate(PROMPT, params())
        await client.close()
