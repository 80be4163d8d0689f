"""A device without tensors that checks everything it is told: an Executor for tests and the simulator.

A slot of its KV store holds (position, state of the toy model): each read compares every slot of the context with the
truth, so one wrong, stale or foreign slot among those that a request reads is found. A failed Work leaves POISON in its
slots; whoever reads poison computes garbage and writes poison, as a real device would, until the scheduler finds out.
"""
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from quire.core.types import PROMPT_LOGPROBS, SUM, TOKEN, VECTOR, Start, Step, StepOutput, Work
from quire.executor.fake_model import DRAFT, SAMPLE, FakeModel, Matcher, first_state, next_state, vector

Truth = tuple[int, int]         # position, state after it
EMPTY: Truth = (-1, 0)
POISON: Truth = (-2, 0)


@dataclass(slots=True)
class Row:
    """What the device keeps of a live request.

    invariant   position < len(ids) <= len(truth) + 1; truth[p] belongs in p's slot
    """
    start: Start
    prompt: tuple[int, ...]
    ids: list[int]
    limit: int                      # most ids it can ever have
    matcher: Matcher
    fresh: list[int]                # ids of the previous step that the matcher has not seen
    truth: list[Truth] = field(default_factory=list)
    position: int = 0               # the true one
    table: list[int] = field(default_factory=list)
    drafts: list[int] = field(default_factory=list)
    ahead: int = 0                  # drafts that the matcher walked over for their masks
    is_spoiled: bool = False
    error: str = ""

    def extend(self, ids: Sequence[int]) -> None:
        for token in ids:
            self.truth.append((len(self.truth), next_state(self.state_before(len(self.truth)), token)))

    def state_before(self, position: int) -> int:
        return self.truth[position - 1][1] if position else first_state(self.start.adapter)


@dataclass(slots=True)
class Act:
    """One Work, made ready: positions row.position .. end, the last ones of which are `drafts`."""
    work: Work
    row: Row
    end: int
    drafts: list[int]
    masks: list[Sequence[int]] = field(default_factory=list)


class FakeDevice:
    """Executor for any depth: steps are kept as submitted and executed in order, as late as possible.

    model           what is said; the default draws from 16 ids
    rows .. drafts  as in Limits: more than that is an error
    failure_rate    share of works that fail; works of the requests in `failing` always do
    late_rate       share of works that bring no id yet, as while a grammar is being compiled
    delay           seconds that each step with work takes; `sleep` waits for them
    counts          positions, idle positions (of rows that had all their ids already), accepted, rejected, late,
                    garbage
    """

    def __init__(self, num_blocks: int, block_size: int, *, model: FakeModel | None = None, seed: int = 0,
                 rows: int = 1 << 30, step_tokens: int = 1 << 30, drafts: int = 0, failure_rate: float = 0.0,
                 late_rate: float = 0.0, delay: float = 0.0, sleep: Callable[[float], None] = time.sleep):
        self.num_slots = num_blocks * block_size
        self.slots = [EMPTY] * self.num_slots
        self.block_size, self.max_rows, self.step_tokens, self.max_drafts = block_size, rows, step_tokens, drafts
        self.model, self.rng, self.failure_rate = model or FakeModel(), random.Random(seed), failure_rate
        self.late_rate, self.delay, self.sleep = late_rate, delay, sleep
        self.failing: set[int] = set()
        self.rows: dict[int, Row] = {}
        self.writer: dict[int, Row] = {}
        self.queue: deque[Step] = deque()
        self.outputs: dict[int, StepOutput] = {}
        self.number = 0
        self.is_started = False
        self.counts: Counter[str] = Counter()
        self.blocks_used: set[int] = set()

    def start(self) -> None:
        assert not self.is_started
        self.is_started = True

    def stop(self) -> None:
        assert self.is_started
        self.is_started = False

    def free(self, weights: bool) -> None:
        assert not self.rows and not self.queue, "freed while something is alive"
        self.slots = []

    def restore(self, weights: bool, kv: bool) -> None:
        if kv and not self.slots:
            self.slots = [EMPTY] * self.num_slots

    def submit(self, step: Step) -> Callable[[], StepOutput]:
        assert self.is_started, "not started, or stopped already"
        assert step.work or step.ended, "a step that does nothing"
        assert sum(w.count for w in step.work) <= self.step_tokens, "more positions than a step takes"
        self.queue.append(step)

        def answer() -> StepOutput:
            while step.number not in self.outputs:
                done = self.queue.popleft()
                self.outputs[done.number] = self._execute(done)
            return self.outputs.pop(step.number)
        return answer

    def _execute(self, step: Step) -> StepOutput:
        assert step.number == self.number + 1, "steps out of order"
        self.number = step.number
        if self.delay and step.work:
            self.sleep(self.delay)
        for number in step.ended:
            del self.rows[number]
        for start in step.starts:
            self._start(start)
        assert len({w.row for w in step.work}) == len(step.work), "two works for one row"
        assert {s.row for s in step.starts} <= {w.row for w in step.work}, "a start without work"
        acts = [self._prepare(w) for w in step.work]
        for act in acts:
            self._write(act)
        for act in acts:
            self._read(act)
        output = StepOutput()
        for act in acts:
            self._answer(act, output)
        return output

    def _start(self, start: Start) -> None:
        assert start.row not in self.rows and 0 <= start.row < self.max_rows, "the row is taken"
        assert start.reads_cache or not start.cached, "who may not read the cache has read it"
        assert not (start.sampling.mean and start.cached), "positions of a mean were taken from the cache"
        assert all(0 <= token < self.model.vocab for token in start.tokens), "an id outside of the vocabulary"
        ids = list(start.tokens)
        row = self.rows[start.row] = Row(
            start, start.tokens[:start.prompt_len], ids, start.prompt_len + start.sampling.max_tokens,
            Matcher(start.grammar.text if start.grammar else "", self.model.vocab), ids[start.prompt_len:])
        row.extend(ids)
        row.position = min(start.cached, len(ids) - 1)

    def _prepare(self, w: Work) -> Act:
        row = self.rows[w.row]
        assert (row.start.request_id, row.start.epoch) == (w.request_id, w.epoch), "not this row's request"
        (new_blocks,) = w.new_blocks
        cached = row.start.cached // self.block_size
        for block in new_blocks:
            if len(row.table) >= cached:
                self.writer[block] = row
                self.blocks_used.add(block)
            row.table.append(block)
        left, fed = row.limit - len(row.ids), w.count - w.drafts
        if left < 1:                                        # it has all its ids, but that news is still on its way
            self.counts["idle positions"] += fed
            return Act(w, row, row.position, [])
        assert w.start >= row.position, "positions were passed over"
        assert 1 <= fed <= len(row.ids) - row.position, "positions whose ids nobody knows"
        assert w.start == row.position or w.start + fed > row.start.prompt_len, "only drafts make a start uncertain"
        reaches_end = row.position + fed == len(row.ids)
        assert bool(w.wants & (TOKEN | VECTOR)) == reaches_end, "wants an end that is not here"
        assert not row.start.whole or reaches_end, "a whole request was cut"
        assert bool(w.wants & SUM) == row.start.sampling.mean, "positions are left out of a mean, or added unasked"
        drafts = row.drafts[:min(w.drafts, left - 1)]
        self.counts["positions"] += fed
        return Act(w, row, row.position + fed + len(drafts), drafts)

    def _write(self, act: Act) -> None:
        row = act.row
        row.extend(act.drafts)
        if row.start.request_id in self.failing or self.rng.random() < self.failure_rate:
            row.error = row.error or "the device says no"
        row.is_spoiled |= bool(row.error)
        for p in range(max(row.position, row.start.cached), act.end):
            assert self.writer[row.table[p // self.block_size]] is row, "wrote into a block that is not its own"
            self._store(row, p)

    def _store(self, row: Row, p: int) -> None:
        self.slots[row.table[p // self.block_size] * self.block_size + p % self.block_size] = (
            POISON if row.is_spoiled else row.truth[p])

    def _read(self, act: Act) -> None:
        """Acts come in the order of placing, so whoever reads another row's poison of this step comes after it."""
        row, seen = act.row, list[Truth]()
        for block in row.table[:-(-act.end // self.block_size)]:
            seen += self.slots[block * self.block_size:(block + 1) * self.block_size]
        seen = seen[:act.end]
        if POISON in seen:
            row.is_spoiled = True
            self.counts["garbage"] += not row.error
            for p in range(max(row.position, row.start.cached), act.end):
                self._store(row, p)
        else:
            assert seen == row.truth[:act.end], "read a slot that does not hold this position of this request"

    def _answer(self, act: Act, output: StepOutput) -> None:
        """The second act, after forward: masks, ids, drafts for the next step. Who failed goes on with garbage."""
        row, w = act.row, act.work
        if w.wants & PROMPT_LOGPROBS:
            self._tell_prompt_logprobs(act, output)
        if w.wants & VECTOR:
            output.vectors[w.request_id] = vector(self._state(row, act.end))
        if w.wants & TOKEN and self.late_rate and self.rng.random() < self.late_rate:
            self._wait(act, output)
        elif w.wants & TOKEN:
            self._mask(act)
            row.fresh = output.tokens[w.request_id] = self._sample(act)
            if (count := row.start.sampling.num_logprobs) is not None:
                before = [self._state(row, len(row.ids) + j) for j in range(len(row.fresh))]
                output.logprobs[w.request_id] = self.model.logprobs(before, row.fresh, count)
            self._keep(act)
        else:
            row.position = act.end
        if row.error:
            output.failed[w.request_id] = row.error
            for part in (output.prompt_logprobs, output.logprobs, output.vectors, output.tokens):
                part.pop(w.request_id, None)

    def _wait(self, act: Act, output: StepOutput) -> None:
        """No id yet. The last known position is computed again, and not written."""
        row = act.row
        output.tokens[act.work.request_id] = []
        if row.limit > len(row.ids):
            del row.truth[len(row.ids):]
            row.position, row.drafts = len(row.ids) - 1, []
            row.start = row.start._replace(cached=max(row.start.cached, len(row.ids)))
            self.counts["late"] += 1

    def _state(self, row: Row, position: int) -> int:
        """Before this position, as the row sees it."""
        return self.rng.getrandbits(60) if row.is_spoiled else row.state_before(position)

    def _tell_prompt_logprobs(self, act: Act, output: StepOutput) -> None:
        row, w = act.row, act.work
        count = row.start.sampling.num_prompt_logprobs
        assert count is not None, "nobody asked for logprobs of the prompt"
        positions = range(w.start + 1, min(w.start + w.count, row.start.prompt_len - 1) + 1)
        assert positions, "no position of the prompt is left"
        output.prompt_logprobs[w.request_id] = self.model.logprobs(
            [self._state(row, p) for p in positions], [row.ids[p] for p in positions], count)

    def _mask(self, act: Act) -> None:
        """Take the previous step's ids: step back over the drafts that it was walked over, advance by what came true;
        then walk over this step's drafts as far as they are allowed. One mask for each id that may be drawn."""
        row, matcher = act.row, act.row.matcher
        matcher.rollback(row.ahead)
        for token in row.fresh:
            matcher.advance(token)
        act.masks, row.ahead = [matcher.allowed()], 0
        for token in act.drafts:
            if token not in act.masks[-1]:
                break
            matcher.advance(token)
            row.ahead += 1
            act.masks.append(matcher.allowed())

    def _sample(self, act: Act) -> list[int]:
        row, out, start = act.row, list[int](), act.row.start
        if row.limit == len(row.ids):
            return out
        base = len(row.ids)
        for j, mask in enumerate(act.masks):
            out.append(self.model.draw(self._state(row, base + j), start.sampling, start.index, row.prompt, base + j,
                                       mask))
            if j < len(act.drafts) and out[-1] != act.drafts[j]:
                break
        self.counts["accepted"] += len(out) - 1
        self.counts["rejected"] += len(act.drafts) - (len(out) - 1)
        return out

    def _keep(self, act: Act) -> None:
        row = act.row
        del row.truth[len(row.ids):]
        row.extend(row.fresh)
        row.ids += row.fresh
        row.position = len(row.ids) - 1
        row.drafts = self._propose(row)

    def _propose(self, row: Row) -> list[int]:
        """A drafter that is right three times in four; a wrong guess may break the grammar."""
        state, out, start = row.truth[-1][1], list[int](), row.start
        matcher = row.matcher.copy(row.ahead)
        for token in row.fresh:
            matcher.advance(token)
        for _ in range(self.rng.randint(0, self.max_drafts)):
            position, is_right = len(row.ids) + len(out), self.rng.random() < 0.75
            allowed = matcher.allowed() if is_right else range(self.model.vocab)
            out.append(self.model.draw(state, start.sampling, start.index, row.prompt, position, allowed,
                                       SAMPLE if is_right else DRAFT))
            if out[-1] not in matcher.allowed():
                break
            matcher.advance(out[-1])
            state = next_state(state, out[-1])
        return out
