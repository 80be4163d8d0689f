"""A recorded pass gives the bits of the pass itself, with one call a step; and says when it is not recorded."""
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from quire.batch import Batch
from quire.core.footprint import activation_bytes
from quire.core.model_spec import ModelSpec
from quire.core.types import TOKEN, Sampling, Start, Step, StepOutput, Work
from quire.kernels.table import has_native, native_reason
from quire.layers.norm import RMSNorm
from quire.models.llama import LlamaLayer
from quire.parallel.mesh import ALONE, Mesh
from quire.runner.runner import Runner

from ..tiny import tiny, tiny_plan
from .steps import BLOCK, Steps

pytestmark = pytest.mark.skipif(not has_native(), reason=native_reason())
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "llama": ("llama", {}), "qwen2": ("qwen2", {}), "qwen3": ("qwen3", {}), "opt": ("opt", {}),
    "opt-350m": ("opt", {"do_layer_norm_before": False, "word_embed_proj_dim": 48})}
TOKENS, NUM_BLOCKS, MAX_LEN = 50, 200, 40


def make_runner(folder: Path, mesh: Mesh = ALONE, **changes: Any) -> Runner:
    plan = tiny_plan(folder, **({"block_size": BLOCK, "num_blocks": NUM_BLOCKS, "max_num_batched_tokens": TOKENS} | changes))
    runner = Runner(plan, ModelSpec.read(folder), mesh)
    runner.load()
    return runner


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("forward"))


def same_bits(a: Tensor, b: Tensor) -> bool:
    return a.dtype == b.dtype and torch.equal(a.contiguous().view(torch.uint8), b.contiguous().view(torch.uint8))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
@pytest.mark.parametrize("name", MODELS)
def test_the_same_bits_as_op_by_op(name: str, dtype: str, tmp_path: Path) -> None:
    """In the hidden states and in all of the cache, over steps of every size."""
    family, config = MODELS[name]
    folder = tiny(tmp_path / name, family, **config)
    recorded, eager = make_runner(folder, dtype=dtype), make_runner(folder, dtype=dtype, enforce_eager=True)
    assert recorded.forward.unrecorded == "" and eager.forward.unrecorded == "--enforce-eager"
    steps = Steps(7, recorded.spec.vocab, NUM_BLOCKS, MAX_LEN)
    for num_tokens in random.Random(1).sample(range(1, TOKENS + 1), TOKENS):
        batch = steps.next(num_tokens)
        batch.check(NUM_BLOCKS, BLOCK, recorded.spec.vocab)
        with torch.inference_mode():
            assert same_bits(recorded.forward(batch), eager.forward(batch))
    for ours, theirs in zip(recorded.kv, eager.kv, strict=True):
        assert same_bits(ours.k, theirs.k) and same_bits(ours.v, theirs.v)


@pytest.mark.parametrize("name", MODELS)
def test_the_arena_is_no_larger_than_was_planned_for(name: str, tmp_path: Path) -> None:
    family, config = MODELS[name]
    runner = make_runner(tiny(tmp_path / name, family, **config))
    assert runner.forward.recording is not None and runner.forward.recording.arena.memory is not None
    assert 0 < runner.forward.recording.arena.memory.nbytes <= activation_bytes(runner.spec, TOKENS, 0, "float32")


def test_recording_leaves_no_trace(folder: Path) -> None:
    runner = make_runner(folder)
    assert runner.forward.recording is not None and runner.num_layers_run == 0
    assert not any(layer.k.any() or layer.v.any() for layer in runner.kv)


def test_what_was_handed_out_stays(folder: Path) -> None:
    """A step that failed is run again for each work before any of their hidden states are looked at."""
    runner, steps = make_runner(folder), Steps(3, 256, NUM_BLOCKS, MAX_LEN)
    batches = [replace(steps.next(9), logit_rows=torch.arange(9)) for _ in range(2)]
    first = runner.forward(batches[0])
    kept = first.clone()
    assert not torch.equal(runner.forward(batches[1]), kept) and torch.equal(first, kept)


class Counted:
    """Counts the calls of all functions of a module, or of a program."""

    def __init__(self, inner: Any):
        self.inner, self.calls = inner, list[str]()

    def __len__(self) -> int:
        return len(self.inner)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.inner, name)
        if not callable(value):
            return value

        def call(*args: Any) -> Any:
            self.calls.append(name)
            return value(*args)
        return call


def one_step(runner: Runner) -> StepOutput:
    start = Start(0, 0, 0, (1, 2, 3), 3, Sampling(4), 0, "", "", True, False, 0)
    return runner.execute(Step(1, (start,), (Work(0, 0, 0, 0, 3, 0, ((0,),), TOKEN),), ()))


AROUND = ["linear", "argmax_rows"]           # the logits, and what is drawn from them


def test_one_call_a_step_beside_logits_and_draw(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    native = Counted(import_module("quire._kernels"))
    recorded, eager = make_runner(folder), make_runner(folder, enforce_eager=True)
    assert recorded.forward.recording is not None
    program = recorded.forward.recording.program = Counted(recorded.forward.recording.program)
    monkeypatch.setattr("quire.kernels.cpu.native", native)
    tokens = one_step(recorded).tokens
    assert program.calls == ["run"] and native.calls == AROUND and recorded.num_layers_run == 2
    native.calls.clear()
    assert one_step(eager).tokens == tokens
    assert len(native.calls) == len(program) + len(AROUND) and eager.num_layers_run == 2


def test_more_tokens_than_it_was_recorded_for(folder: Path) -> None:
    """No plan allows them; they go op by op."""
    recorded, eager = make_runner(folder), make_runner(folder, enforce_eager=True)
    assert recorded.forward.recording is not None and recorded.forward.recording.capacity == TOKENS
    batch = Steps(0, 256, NUM_BLOCKS, MAX_LEN).next(TOKENS + 1)
    assert same_bits(recorded.forward(batch), eager.forward(batch))


@pytest.mark.parametrize("family", ["llama", "opt"])
def test_ranks_meet_between_two_stretches(family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one rank of two, whose neighbour is made up: as often, on as many rows, and with the same bits as op by op."""
    met = list[tuple[int, ...]]()

    def gather(mesh: Mesh, x: Tensor) -> list[Tensor]:
        met.append(tuple(x.shape))
        return [x.clone(), x * 0.5 + 1]

    monkeypatch.setattr(Mesh, "_gather", gather)
    folder = tiny(tmp_path / family, family)
    recorded, eager = (make_runner(folder, Mesh(1, 2), enforce_eager=is_eager) for is_eager in (False, True))
    assert recorded.forward.recording is not None and not met
    steps = Steps(5, 256, NUM_BLOCKS, MAX_LEN)
    for num_tokens in (1, TOKENS, 9):
        batch = steps.next(num_tokens)
        with torch.inference_mode():
            assert same_bits(recorded.forward(batch), eager.forward(batch))
        assert met == [(num_tokens, 64)] * 8
        met.clear()
    assert recorded.num_layers_run == eager.num_layers_run == 6


# ---- indices from outside

def changed(batch: Batch, name: str, index: tuple[int, ...], value: int) -> Batch:
    tensor = getattr(batch, name).clone()
    tensor[index] = value
    return replace(batch, **{name: tensor})


OUTSIDE = [("ids", (3,), 261, "ids"), ("ids", (0,), -1, "ids"), ("positions", (8,), 256, "positions"),
           ("slots", (5,), NUM_BLOCKS * BLOCK, "slots"), ("slots", (5,), -2, "slots"), ("tables", (0, 0), NUM_BLOCKS, "block"),
           ("tables", (0, 0), -1, "block"), ("logit_rows", (0,), 9, "rows"), ("lengths", (0,), 10 ** 6, "needs"),
           ("query_starts", (0,), 1, "query_starts"), ("query_starts", (-1,), 8, "query_starts"),
           ("lengths", (0,), 0, "tokens")]


@pytest.mark.parametrize(("name", "index", "value", "said"), OUTSIDE)
def test_an_index_outside_stops_the_step_before_anything_is_written(folder: Path, name: str, index: tuple[int, ...],
                                                                    value: int, said: str) -> None:
    runner, eager = make_runner(folder), make_runner(folder, enforce_eager=True)
    batch = replace(Steps(5, 256, NUM_BLOCKS, MAX_LEN).next(9), logit_rows=torch.arange(9))
    with pytest.raises(IndexError, match=said):
        runner.forward(changed(batch, name, index, value))
    assert runner.num_layers_run == 0 and not any(layer.k.any() or layer.v.any() for layer in runner.kv)
    assert same_bits(runner.forward(batch), eager.forward(batch))


# ---- models that cannot be recorded

def added(layer: LlamaLayer, x: Tensor | None, residual: Tensor, *rest: Any) -> Any:
    return layer.original(x, residual + 0, *rest)       # type: ignore[attr-defined]


def looked(layer: LlamaLayer, x: Tensor | None, residual: Tensor, *rest: Any) -> Any:
    rest[0].ids.tolist()
    return layer.original(x, residual, *rest)           # type: ignore[attr-defined]


@pytest.mark.parametrize(("change", "reason"), [(added, "torch computes aten.add"), (looked, "takes numbers out of a tensor")])
def test_a_model_with_a_computation_of_its_own_runs_op_by_op(folder: Path, change: Callable[..., Any], reason: str,
                                                             monkeypatch: pytest.MonkeyPatch,
                                                             caplog: pytest.LogCaptureFixture) -> None:
    eager = make_runner(folder, enforce_eager=True)
    monkeypatch.setattr(LlamaLayer, "original", LlamaLayer.__call__, raising=False)
    monkeypatch.setattr(LlamaLayer, "__call__", change)
    with caplog.at_level("INFO"):
        runner = make_runner(folder)
    assert runner.forward.recording is None and reason in runner.forward.unrecorded
    assert runner.forward.unrecorded in caplog.text and runner.num_layers_run == 0
    batch = Steps(5, 256, NUM_BLOCKS, MAX_LEN).next(9)
    assert same_bits(runner.forward(batch), eager.forward(batch)) and runner.num_layers_run == 2


# ---- the heartbeat

def test_layers_are_counted_while_the_step_runs(folder: Path) -> None:
    """By a thread that only looks on. Were the interpreter held for the whole step, it would see none but whole steps."""
    runner = make_runner(folder)
    batch = Steps(5, 256, NUM_BLOCKS, MAX_LEN).next(TOKENS)
    is_over, seen = threading.Event(), set[int]()

    def look() -> None:
        while not is_over.is_set():
            seen.add(runner.num_layers_run)

    watcher = threading.Thread(target=look)
    watcher.start()
    for _ in range(5000):
        runner.forward(batch)
        if any(count % 2 for count in seen.copy()):     # of the two layers, one
            break
    is_over.set()
    watcher.join()
    assert any(count % 2 for count in seen)


def test_norms_are_still_where_the_layers_look(folder: Path) -> None:
    """A recording holds addresses: weights that change in place are seen."""
    runner, eager = make_runner(folder), make_runner(folder, enforce_eager=True)
    batch = Steps(5, 256, NUM_BLOCKS, MAX_LEN).next(9)
    before = runner.forward(batch).clone()
    for one in (runner, eager):
        norm: RMSNorm = one.model.norm                  # type: ignore[attr-defined]
        norm.weight *= 2
    assert not torch.equal(runner.forward(batch), before) and same_bits(runner.forward(batch), eager.forward(batch))
