"""One rank in this very process. A step is computed when its answer is asked for."""
from collections import deque
from collections.abc import Callable

import torch

from quire.core.model_spec import ModelSpec
from quire.core.plan import Plan
from quire.core.types import Step, StepOutput
from quire.parallel.mesh import Mesh
from quire.runner.load import Progress, no_progress, use_threads, warn_of_slow_ops
from quire.runner.runner import Runner


class LocalExecutor:
    """invariant   `queue` holds the steps submitted and not yet computed, oldest first"""

    def __init__(self, plan: Plan, progress: Progress = no_progress):
        self.plan, self.progress = plan, progress
        self.queue: deque[Step] = deque()
        self.outputs: dict[int, StepOutput] = {}
        self.runner: Runner

    def start(self) -> None:
        use_threads(self.plan.num_threads)
        warn_of_slow_ops(self.plan)
        mesh = Mesh(device=torch.device(self.plan.device))
        self.runner = Runner(self.plan, ModelSpec.read(self.plan.model_folder), mesh)
        self.runner.load(self.progress)

    def submit(self, step: Step) -> Callable[[], StepOutput]:
        self.queue.append(step)

        def answer() -> StepOutput:
            while step.number not in self.outputs:
                done = self.queue.popleft()
                self.outputs[done.number] = self.runner.execute(done)
            return self.outputs.pop(step.number)
        return answer

    def free(self, weights: bool) -> None:
        self.runner.free(weights)

    def restore(self, weights: bool, kv: bool) -> None:
        self.runner.restore(weights, kv, self.progress)

    def stop(self) -> None:
        self.queue.clear()
        runner = vars(self).pop("runner", None)     # weights and KV cache are freed with it
        if runner is not None and runner.sampler is not None:
            runner.sampler.grammars.compiler.close()

    @property
    def num_layers_run(self) -> int:
        """Grows while a step is computed."""
        return self.runner.num_layers_run
