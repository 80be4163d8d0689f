"""A model's forward pass over its own cache: one call a step where it can be recorded, else op by op."""
import logging

from torch import Tensor

from quire.batch import Batch, KVLayer
from quire.core.plan import Plan
from quire.kernels.recording import Recording, Unrecordable, in_turn
from quire.kernels.table import Ops, record
from quire.models.base import Model
from quire.parallel.mesh import Mesh

log = logging.getLogger(__name__)


class SeamedMesh(Mesh):
    """The mesh of a model that may be recorded: ranks meet in Python, between two stretches of a replay."""
    __slots__ = ()

    def all_reduce(self, x: Tensor) -> Tensor:
        return x if self.size == 1 else in_turn(super().all_reduce, x)


class Forward:
    """`unrecorded`: why the pass runs op by op; empty if it does not. The cache must stay where it is."""

    def __init__(self, plan: Plan, model: Model, ops: Ops, kv: list[KVLayer]):
        self.model, self.kv = model, kv
        self.recording: Recording | None = None
        self.unrecorded = "--enforce-eager" if plan.enforce_eager else ""
        if not plan.enforce_eager:
            self._record(ops, plan.max_num_batched_tokens)
        log.info("the forward pass runs %s", f"op by op: {self.unrecorded}" if self.unrecorded else "as one call a step")

    def _record(self, ops: Ops, capacity: int) -> None:
        before = self.model.num_layers_run
        try:
            self.recording = record(ops, lambda batch: self.model.forward(batch, self.kv), capacity)
        except Unrecordable as error:
            self.unrecorded = error.message
        finally:
            self.model.num_layers_run = before          # they were noted, not run

    def __call__(self, batch: Batch) -> Tensor:
        """Hidden states of the tokens batch.logit_rows: (R, H)."""
        if self.recording is None or batch.num_tokens > self.recording.capacity:
            return self.model.forward(batch, self.kv)
        return self.recording(batch)

    @property
    def num_layers_run(self) -> int:
        """Grows while a pass runs, too, for whoever looks on from another thread."""
        replayed = 0
        if self.recording is not None:
            program = self.recording.program
            replayed = len(self.kv) * program.num_calls_made // len(program)
        return self.model.num_layers_run + replayed
