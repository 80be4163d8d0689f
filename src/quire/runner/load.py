"""A model, made and filled: from a Plan to something that can run."""
import logging
from collections.abc import Callable, Sequence
from functools import partial

from torch import Tensor

from quire.core.errors import ModelError
from quire.core.model_spec import ModelSpec
from quire.core.plan import Plan
from quire.kernels.table import Ops, has_native, native_reason, set_threads
from quire.models.base import Model
from quire.models.table import model_class
from quire.models.weights import Weight, find_weights, total_bytes
from quire.parallel.mesh import Mesh

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]       # bytes of weights taken in so far, and in all


def no_progress(done: int, total: int) -> None:
    """Nobody watches."""


def load_model(plan: Plan, spec: ModelSpec, ops: Ops, mesh: Mesh, progress: Progress = no_progress) -> Model:
    if spec.quantization is not None:
        scheme = spec.quantization.get("quant_method", "an unnamed scheme")
        raise ModelError(f"{plan.model_folder}: a checkpoint quantised by {scheme}, which this version does not read; "
                         "take the model's plain checkpoint")
    model = model_class(spec.architecture)(spec, ops, mesh, plan.max_model_len, plan.quantization)
    model.load(_watched(find_weights(plan.model_folder), progress))
    return model


def use_threads(count: int) -> None:
    """Of the CPU ops. Those of torch stay as they are where the ops are in C++, for it has little to do beside them: one in
    a process of ours (its starter sees to that), in a program of somebody else's what it has chosen."""
    set_threads(count)


def warn_of_slow_ops(plan: Plan) -> None:
    """Once, by one rank of an executor."""
    if plan.device == "cpu" and not has_native():
        log.warning("%s", native_reason())


def _watched(weights: Sequence[Weight], progress: Progress) -> list[Weight]:
    """The same weights; each tells when it is read."""
    total, done = total_bytes(weights), 0

    def read(weight: Weight) -> Tensor:
        nonlocal done
        done += weight.num_bytes
        progress(done, total)
        return weight.read()

    return [w._replace(read=partial(read, w)) for w in weights]
