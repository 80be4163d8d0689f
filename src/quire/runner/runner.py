"""One rank: executes steps. Two acts: forward over all works at once, then sampling for the rows that want something.

order       steps come in the order of their numbers. The ids that a row's next work needs are in the row, whether or
            not the side that plans has heard of them, so several steps may be in flight
failures    a work fails alone. Where an act that computes many works together raises without saying whose fault it is,
            it is run again for each of them alone, and whoever raises again has failed. Ranks of a mesh cannot do that
            where they wait for each other, in forward and the logits of prompts: there it is the end of the device
ranks       all make the same forward pass; rank 0 alone draws, and tells the others what it drew and who failed. So
            what only rank 0 can see go wrong is never acted upon before they agree
"""
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor

from quire.core.errors import DeviceError
from quire.core.model_spec import ModelSpec
from quire.core.plan import Plan
from quire.core.types import SUM, VECTOR, Logprobs, RequestRefused, Start, Step, StepOutput, Work
from quire.kernels.table import argmax_rows, ops_for
from quire.models.base import Model
from quire.parallel.mesh import ALONE, Mesh
from quire.runner.forward import Forward, SeamedMesh
from quire.runner.inputs import Acts, make_batch
from quire.runner.load import Progress, load_model, no_progress
from quire.runner.means import Means
from quire.runner.memory import give_back, make_kv
from quire.runner.rows import Rows
from quire.runner.vocabulary import read_vocabulary
from quire.sampling.sampler import Sampler

FAILED, LATE = -1, -2           # in place of a drawn id; late: it cannot be drawn yet, the next step tries again
PROMPT_SLICE = 256              # positions of a prompt whose logits exist at once


def no_fault(works: Sequence[Work]) -> None:
    """Where tests plant an exception."""


class Runner:
    def __init__(self, plan: Plan, spec: ModelSpec, mesh: Mesh = ALONE):
        self.plan, self.spec, self.mesh = plan, spec, mesh
        self.device, self.dtype = mesh.device, getattr(torch, plan.dtype)
        self.rows = Rows(plan.max_num_seqs, plan.max_model_len, plan.block_size, spec.vocab)
        self.sampler = None if mesh.rank else Sampler(plan.max_num_seqs, spec.vocab, plan.max_model_len, self.device)
        if self.sampler is not None:
            self.sampler.grammars.read_with(partial(read_vocabulary, plan, spec))
        self.means = Means()
        self.undrawable: dict[int, Exception] = {}      # row -> why its sampler refused it
        self.barred: set[int] = set()                   # rows that failed for what they asked for themselves
        self.model: Model
        self.fault_prepare = self.fault_forward = self.fault_prompts = self.fault_sample = no_fault

    def load(self, progress: Progress = no_progress) -> None:
        self.restore(weights=True, kv=True, progress=progress)

    def restore(self, weights: bool, kv: bool, progress: Progress = no_progress) -> None:
        """Make of these what is not there; and the pass, once both are."""
        ops, mesh, there = ops_for(self.device, self.dtype), self.mesh, vars(self)
        if weights and "model" not in there:
            seamed = SeamedMesh(mesh.rank, mesh.size, mesh.group, mesh.device)
            self.model = load_model(self.plan, self.spec, ops, seamed, progress)
        if kv and "kv" not in there:
            self.kv = make_kv(self.plan, self.spec, mesh)
        if "forward" not in there and "model" in there and "kv" in there:
            self.forward = Forward(self.plan, self.model, ops, self.kv)

    def free(self, weights: bool) -> None:
        """Between steps, with no row alive. The pass goes in any case: it has the addresses of both."""
        for part in ("forward", "kv", *["model"] * weights):
            vars(self).pop(part, None)
        give_back(self.device)

    @property
    def num_layers_run(self) -> int:
        """Grows while a step is computed: a heart that beats more often than once a step. 0 where something was freed."""
        forward: Forward | None = vars(self).get("forward")
        return 0 if forward is None else forward.num_layers_run

    @torch.inference_mode()
    def execute(self, step: Step) -> StepOutput:
        output = StepOutput()
        for row in step.ended:
            self._end(row)
        for start in step.starts:
            self._start(start)
        works = [w for w in step.work if self._take(w, output)]
        acts = self._attempt(self._forward, [Acts.of(works, self.rows)] if works else [], is_joint=True)
        acts = self._attempt(lambda part: self._tell_prompts(part, output), acts, is_joint=True)
        for part in acts:
            self._add_up(part)
        drawn = np.zeros(self.plan.max_num_seqs, np.int64)      # by row
        if self.sampler is not None:
            acts = self._attempt(lambda part: self._draw(part, drawn, output), acts)
        self._agree(step.work, drawn)
        for part in acts:
            self._keep(part, drawn, output)
        self._tell_failures(step.work, output)
        if self.sampler is not None:
            output.masking = self.sampler.masking
        return output

    # ---- rows

    def _start(self, start: Start) -> None:
        try:
            self.rows.start(start)
        except Exception as error:
            self._fail(start.row, error)
        try:
            if self.sampler is not None:
                self.sampler.start(start.row, start)
        except Exception as error:
            self.undrawable[start.row] = error

    def _end(self, row: int) -> None:
        self.rows.end(row)
        self.means.end(row)
        self.undrawable.pop(row, None)
        self.barred.discard(row)
        if self.sampler is not None:
            self.sampler.end(row)

    def _take(self, work: Work, output: StepOutput) -> bool:
        """Is there something to compute for it? A row that has failed, or has all its ids, only waits for its end."""
        rows = self.rows
        try:
            rows.take(work)
        except Exception as error:
            self._fail(work.row, error)
        if rows.errors[work.row]:
            return False
        if rows.length[work.row] >= rows.limit[work.row]:
            output.tokens[work.request_id] = []
            return False
        return True

    def _fail(self, row: int, error: Exception) -> None:
        self.rows.errors[row] = str(error) or type(error).__name__
        if isinstance(error, RequestRefused):
            self.barred.add(row)

    # ---- many at once, or one by one

    def _attempt(self, act: Callable[[Acts], None], parts: list[Acts], is_joint: bool = False) -> list[Acts]:
        """What went through of the parts, or of what they fell into. is_joint: the ranks wait for each other in it."""
        done = []
        for part in parts:
            try:
                act(part)
                done.append(part)
            except Exception as error:
                if isinstance(error, torch.AcceleratorError) or (is_joint and self.mesh.size > 1):
                    raise DeviceError(f"rank {self.mesh.rank} cannot go on: {type(error).__name__}: {error}") from error
                if len(part.works) > 1:
                    done += self._attempt(act, part.split())
                else:
                    self._fail(part.works[0].row, error)
        return done

    # ---- the first act

    def _forward(self, acts: Acts) -> None:
        self.fault_prepare(acts.works)
        batch = make_batch(acts, self.rows, self.device)
        self.fault_forward(acts.works)
        acts.hidden = self.forward(batch)
        if acts.draws.any():
            acts.logits = self.model.logits(self._pick(acts.hidden, acts.last_rows[acts.draws]))

    def _pick(self, hidden: Tensor, rows: np.ndarray) -> Tensor:
        """Most steps want all."""
        return hidden if rows.size == hidden.shape[0] else hidden[torch.from_numpy(rows).to(self.device)]

    # ---- logprobs of prompts: logits on all ranks, the rest on rank 0

    def _tell_prompts(self, acts: Acts, output: StepOutput) -> None:
        self.fault_prompts(acts.works)
        for i in np.flatnonzero(acts.num_prompt).tolist():
            work, told = acts.works[i], list[Logprobs]()
            for logits, targets in self._prompt_logits(acts, i):
                if self.sampler is not None and not self.rows.errors[work.row]:
                    self._tell_slice(work, logits, targets, told)
            if told:
                output.prompt_logprobs[work.request_id] = _joined(told)

    def _prompt_logits(self, acts: Acts, i: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Slice by slice, since all logits of a long prompt would not fit: logits, and the ids that stand there."""
        assert acts.hidden is not None
        row, first, count = int(acts.rows[i]), int(acts.hidden_starts[i]), int(acts.num_prompt[i])
        targets = self.rows.targets(row, int(self.rows.position[row]), count).to(self.device)
        for begin in range(0, count, PROMPT_SLICE):
            end = min(begin + PROMPT_SLICE, count)
            yield self.model.logits(acts.hidden[first + begin:first + end]), targets[begin:end]

    def _tell_slice(self, work: Work, logits: Tensor, targets: Tensor, told: list[Logprobs]) -> None:
        start = self.rows.starts[work.row]
        assert self.sampler is not None and start is not None
        try:
            if not argmax_rows(logits)[1].all():
                raise self._not_finite(work.row)
            told.append(self.sampler.prompt_logprobs(logits, targets, start.sampling.num_prompt_logprobs or 0))
        except Exception as error:
            self._fail(work.row, error)

    # ---- sums of hidden states, on rank 0

    def _add_up(self, acts: Acts) -> None:
        """Here, where each work passes once: the second act may be tried again."""
        if self.sampler is None or acts.hidden is None:
            return
        for i in np.flatnonzero(acts.wants & SUM).tolist():
            first, row = int(acts.hidden_starts[i]), acts.works[i].row
            try:
                self.means.add(row, acts.hidden[first:first + int(acts.counts[i])])
            except Exception as error:
                self._fail(row, error)

    # ---- the second act, on rank 0

    def _draw(self, acts: Acts, drawn: np.ndarray, output: StepOutput) -> None:
        """One id for each work that wants one, into `drawn`; hidden states for those that want them."""
        assert self.sampler is not None and acts.hidden is not None
        self.fault_sample(acts.works)
        self._tell_vectors(acts, output)
        if acts.logits is None:
            return
        at = np.flatnonzero(acts.draws)                         # (R,): the work behind each row of logits
        logits, (best, is_finite) = acts.logits, argmax_rows(acts.logits)
        sound = self._sound(acts, at, is_finite)
        if late := self.sampler.late(acts.rows[at[sound]].tolist()):
            drawn[list(late)] = LATE
            sound &= ~np.isin(acts.rows[at], list(late))
        if not sound.all():
            kept = torch.from_numpy(sound).to(self.device)
            logits, best = logits[kept], best[kept]
        rows = acts.rows[at[sound]]
        if not rows.size:
            return
        sampled = self.sampler.sample(logits, rows.tolist(), self.rows.length[rows].tolist(), best)
        drawn[rows] = sampled.ids.cpu().numpy()
        for j, logprobs in sampled.logprobs.items():
            output.logprobs[acts.works[at[sound][j]].request_id] = logprobs

    def _sound(self, acts: Acts, at: np.ndarray, is_finite: np.ndarray) -> np.ndarray:
        """(R,): which rows of logits can be drawn from. The others have failed."""
        sound = is_finite.copy()
        for j, i in enumerate(at):
            row = acts.works[i].row
            if not sound[j]:
                self._fail(row, self._not_finite(row))
            elif row in self.undrawable:
                self._fail(row, self.undrawable[row])
            sound[j] = not self.rows.errors[row]
        return sound

    def _not_finite(self, row: int) -> ArithmeticError:
        return ArithmeticError(f"the model's results for position {self.rows.length[row] - 1} are not finite (NaN or "
                               f"infinite): its weights are broken, or {self.plan.dtype} is too narrow for them "
                               "(--dtype float32 is not)")

    def _tell_vectors(self, acts: Acts, output: StepOutput) -> None:
        assert acts.hidden is not None
        for i in np.flatnonzero(acts.wants & VECTOR).tolist():
            work = acts.works[i]
            if self.rows.errors[work.row]:
                continue
            is_mean = bool(work.wants & SUM)
            vector = self.means.mean(work.row) if is_mean else acts.hidden[acts.last_rows[i]].float()
            if argmax_rows(vector[None])[1].all():
                output.vectors[work.request_id] = vector.cpu().numpy()
            else:
                self._fail(work.row, self._not_finite(work.row))

    # ---- what becomes of it, on all ranks

    def _agree(self, works: Sequence[Work], drawn: np.ndarray) -> None:
        """All ranks have drawn the same and know of the same failures."""
        if self.mesh.size == 1:
            return
        errors = self.rows.errors
        drawn[[w.row for w in works if errors[w.row]]] = FAILED
        drawn[:] = self.mesh.broadcast(torch.from_numpy(drawn).to(self.device)).cpu().numpy()
        for w in works:
            if drawn[w.row] == FAILED:
                errors[w.row] = errors[w.row] or "it failed on rank 0"

    def _keep(self, acts: Acts, drawn: np.ndarray, output: StepOutput) -> None:
        good = np.array([not self.rows.errors[w.row] for w in acts.works])
        self.rows.advance(acts.rows[good], acts.counts[good])
        drew = good & acts.draws & (drawn[acts.rows] != LATE)
        self._keep_late(acts, good & acts.draws & ~drew, output)
        self.rows.append(acts.rows[drew], drawn[acts.rows[drew]])
        for i in np.flatnonzero(drew).tolist():
            work = acts.works[i]
            output.tokens[work.request_id] = [int(drawn[work.row])]

    def _keep_late(self, acts: Acts, late: np.ndarray, output: StepOutput) -> None:
        """Their last position is computed again, for its logits; what it wrote stays."""
        self.rows.go_back(acts.rows[late])
        for i in np.flatnonzero(late).tolist():
            output.tokens[acts.works[i].request_id] = []

    def _tell_failures(self, works: Sequence[Work], output: StepOutput) -> None:
        for w in works:
            if error := self.rows.errors[w.row]:
                output.failed[w.request_id] = error
                if w.row in self.barred:
                    output.barred.add(w.request_id)
                for told in (output.tokens, output.logprobs, output.prompt_logprobs, output.vectors):
                    told.pop(w.request_id, None)


def _joined(parts: Sequence[Logprobs]) -> Logprobs:
    return Logprobs(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("ids", "values", "ranks")))
