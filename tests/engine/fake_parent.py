"""A program with an engine's process below it, for tests that kill it: fake_parent.py PLAN GUARDS WHEN, where PLAN is a file
with a Plan as JSON and WHEN is ready or loading. It tells the engine's pid and the folder, and waits to be killed."""
import asyncio
import json
import sys
from pathlib import Path

from quire.core.model_spec import ModelSpec
from quire.core.plan import Plan
from quire.core.sampling_params import SamplingParams
from quire.engine.client import Client
from quire.engine.process import EngineProcess
from quire.text.tokenizer import Tokenizer

WORKER = (str(Path(__file__).with_name("fake_worker.py")),)


async def main(plan: Plan, guards: tuple[str, ...], when: str) -> None:
    link = EngineProcess(plan, guards, WORKER)
    client = Client(plan, ModelSpec.read(plan.model_folder), Tokenizer.load(plan.tokenizer_folder), link)
    if when == "ready":
        await client.start()
        streams = [client.generate([i, 1], SamplingParams(max_tokens=200, ignore_eos=True)) for i in range(4)]
        for stream in streams:
            await anext(stream)
    else:
        client.open()
        while not client.progress.total:
            await asyncio.sleep(0.01)
    print(link.pid, link.folder, flush=True)
    await asyncio.sleep(60)


asyncio.run(main(Plan.from_wire(json.loads(Path(sys.argv[1]).read_text())), tuple(filter(None, sys.argv[2].split(","))),
                 sys.argv[3]))
