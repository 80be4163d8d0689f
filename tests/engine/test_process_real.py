"""The engine in its own process with a real model in it, as the server runs it."""
import asyncio

import pytest

from quire.core.errors import ModelError
from quire.core.messages import Add
from quire.core.model_spec import ModelSpec
from quire.core.types import Sampling
from quire.engine.build import build_engine
from quire.engine.client import Client
from quire.engine.local import Direct
from quire.engine.process import EngineProcess
from quire.text.tokenizer import Tokenizer
from tests.engine.aio import on_loop
from tests.engine.fakes import params, read
from tests.tiny import tiny, tiny_plan


def client_of(chosen):
    return Client(chosen, ModelSpec.read(chosen.model_folder), Tokenizer.load(chosen.tokenizer_folder), EngineProcess(chosen))


@on_loop
async def test_the_real_program_says_what_the_model_says_in_this_process(tmp_path):
    chosen = tiny_plan(tiny(tmp_path / "tiny"), num_threads=1)
    here = Direct(build_engine(chosen))
    here.loop.engine.executor.start()
    client = client_of(chosen)
    await client.start()
    try:
        prompts = [[i, 7, 7] for i in range(6)]
        answers = await asyncio.gather(*(read(client.generate(p, params(logprobs=1))) for p in prompts))
        stream = client.generate([1] * 40, params(prompt_logprobs=1))
        await read(stream)
        assert len(stream.prompt_logprobs) == 40
        want = []
        for number, prompt in enumerate(prompts):
            here.send(Add(number, prompt, Sampling(8)))
            want.append([])
            while here.loop.engine.is_busy:
                want[-1] += [t for news in here.turn() for t in news.tokens]
        assert [a[0][1] for a in answers] == want and client.progress.done == client.progress.total > 0
    finally:
        await client.close()
        here.loop.engine.executor.stop()


@on_loop
async def test_a_broken_model_is_told_by_name(tmp_path):
    broken = tiny(tmp_path / "broken")
    (broken / "model.safetensors").write_bytes(b"nothing")
    chosen = tiny_plan(broken)
    client = client_of(chosen)
    with pytest.raises(ModelError, match=r"model\.safetensors"):
        await client.start()
    await client.close()
