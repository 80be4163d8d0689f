"""What the engine asks of the device side, whatever is behind it: one process or many, or a device that only checks."""
from collections.abc import Callable
from typing import Protocol

from quire.core.types import Step, StepOutput


class Executor(Protocol):
    """invariant   steps run in the order of submission, each exactly once: `ended`, then `starts`, then `work`"""

    def start(self) -> None:
        """Once, before the first step. Returns when steps can be taken."""

    def submit(self, step: Step) -> Callable[[], StepOutput]:
        """Returns soon. The answer may be asked for once, at any time later, in the order of submission; it waits until
        the step is done. What one request does wrong stands in StepOutput.failed; an exception, here or from the
        answer, means that the device is lost and no later step will be done."""

    def free(self, weights: bool) -> None:
        """Between steps, with no row alive: give the KV cache back, and the weights too where asked. No step is taken until
        both are there again."""

    def restore(self, weights: bool, kv: bool) -> None:
        """Have again what free() gave back: weights from their files, the cache empty. What is there already stays."""

    def stop(self) -> None:
        """Once, at any time after start(), also when the device is lost. Frees what start() took."""
