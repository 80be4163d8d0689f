"""The program of an engine's process, with the fake device in place of a model. What it should do stands in the Plan's
default_chat_template_kwargs, which the engine has no use for: delay, die_after (steps), die_by, script, load_for (seconds)."""
import os
import signal
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from quire.core.errors import DoesNotFit
from quire.core.plan import Plan
from quire.core.types import Limits, Step, StepOutput
from quire.engine import worker
from quire.engine.engine import Engine
from quire.executor.fake import FakeDevice
from quire.executor.fake_model import FakeModel
from quire.schedule.kv_cache import KVCache
from quire.schedule.scheduler import Scheduler


class Dying(FakeDevice):
    """Ends, or stops beating, at its nth step."""

    def __init__(self, *positional: Any, orders: dict[str, Any], **named: Any):
        super().__init__(*positional, **named)
        self.orders = orders

    def start(self) -> None:
        if self.orders.get("die_by") == "loading":
            raise DoesNotFit("the model needs 3 GiB and there are 2: take a smaller one")
        super().start()

    def _execute(self, step: Step) -> StepOutput:
        if step.number == self.orders.get("die_after"):
            self._die(self.orders["die_by"])
        return super()._execute(step)

    def _die(self, way: str) -> None:
        said = ["the disk has run away"] * (way == "exit")
        quiet = ("INFO quire.x: all is well", "rank 1: WARNING quire.x: not so fast", "")
        print(*said, *quiet, sep="\n", file=sys.stderr, flush=True)
        if way == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif way == "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        elif way == "exit":
            os._exit(3)
        raise RuntimeError("the device is on fire")


def build_engine(plan: Plan, progress: Callable[[int, int], None]) -> Engine:
    orders = plan.default_chat_template_kwargs
    limits = Limits(plan.max_num_batched_tokens, plan.max_num_seqs, plan.max_model_len)
    text = orders.get("script")
    model = FakeModel(261, (lambda prompt: list(text.encode())) if text else None)
    progress(1, 2)
    time.sleep(orders.get("load_for", 0))
    device = Dying(plan.num_blocks, plan.block_size, model=model, delay=orders.get("delay", 0.0), orders=orders)
    progress(2, 2)
    return Engine(Scheduler(KVCache(plan.num_blocks, plan.block_size), limits), device, plan.depth)


if __name__ == "__main__":
    worker.build = SimpleNamespace(build_engine=build_engine)
    os._exit(worker.main(sys.argv[1:]))
