"""Decides what runs next. There is no prefill and no decode: every request has positions that it still wants.

Laws
  Nothing waits for a token to plan. A step in flight is counted by the most ids it may add (for slots and positions)
  and the fewest (for the end); the ids themselves are beside the row on the device when the next step needs them.
  Steps run in order on the device. So blocks and positions freed now may be given away in the very next step.
  Within a layer all K/V writes of a step precede all its reads. So a block may be named, and found, as soon as the
  step that fills it is planned, even by a request in the same step.
  Work is placed in the order of the line, and victims are taken from its end. So nobody who already has work in the
  step being planned is ever preempted. Nobody overtakes, but those who wait for a sibling are passed.
  Every request that add() accepts ends exactly once.
  Whatever is raised while one request is planned or folded in ends that one. So in a placing what may raise comes
  before what changes the step.
Costs are O(new work). What is O(prompt) happens once for each admission (lookup, Start.tokens) or end (release).
"""
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from quire.core.messages import BARRED
from quire.core.types import (
    PROMPT_LOGPROBS,
    TOKEN,
    VECTOR,
    Limits,
    Logprobs,
    News,
    Request,
    RequestRefused,
    Start,
    Step,
    StepOutput,
    Work,
)
from quire.schedule.door import refusal
from quire.schedule.flights import Flights, Trace, Who
from quire.schedule.kv_cache import KVCache, Miscounted
from quire.schedule.order import Line
from quire.schedule.share import share_of, up_to_the_end, wants_of
from quire.schedule.stats import Stats


@dataclass(slots=True)
class Round:
    """A step being planned. Invariant: budget plus the counts of `work` is Limits.step_tokens."""
    budget: int
    is_open: bool = True            # may requests be admitted?
    starts: list[Start] = field(default_factory=list)
    work: list[Work] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)


class Scheduler:
    """add, abort, schedule, update.

    requests    all that are alive; each is in `waiting` or `parked` (no row) or in `running` (a row)
    parked      id of a live request -> siblings passed by while its prompt is not yet scheduled, in their order
    rows        free rows. Any other row is a running request's, or in `ended`, or named as ended by a step in flight
    stuck       who found no room at the head of the line, and kv.releases at that time
    counts      positions, queried, hits, preemptions, preemptions in flight, restarts: since the beginning
    """

    def __init__(self, kv: KVCache, limits: Limits, clock: Callable[[], float] = time.monotonic):
        self.kv, self.limits, self.clock = kv, limits, clock
        self.requests: dict[int, Request] = {}
        self.waiting, self.running = Line(), Line()
        self.parked: dict[int, list[Request]] = {}
        self.rows = list(range(limits.rows))
        self.ended: list[int] = []
        self.flights = Flights()
        self.num_steps = 0
        self.stuck = (-1, -1)
        self.news: list[News] = []
        self.counts: Counter[str] = Counter()

    def add(self, request: Request) -> None:
        if reason := refusal(request, self.limits, self.kv):
            raise RequestRefused(reason)
        if request.id in self.requests:
            raise RequestRefused(f"a request with id {request.id} is alive already: choose another id")
        if not (self.kv.is_named and request.reads_cache):
            request.leader = None                           # it would find nothing, so it need not wait
        self.requests[request.id] = request
        self.waiting.push(request)

    def abort(self, request_id: int, reason: str = "abort") -> None:
        """At any moment. Whoever has ended already has had its news, so then nothing happens."""
        if request := self.requests.get(request_id):
            self._end(request, reason)

    def end_all(self, error: str) -> None:
        """The device is lost: whoever is alive hears of it. Nothing is planned after this."""
        for request in list(self.requests.values()):
            self._end(request, "error", error)
        self.ended.clear()

    def schedule(self) -> Step | None:
        """Plan the next step, most urgent first, running before waiting."""
        now = Round(self.limits.step_tokens)
        for request in (*self.running, None):
            while now.is_open and (head := self.waiting.first()) and (not request or head.priority < request.priority):
                try:
                    self._admit(head, now)
                except Exception as error:
                    self._fail(head, error)
            if request and request.row is not None:
                try:
                    self._place(request, now)
                except Exception as error:
                    self._fail(request, error)
        if not (now.work or self.ended):
            return None
        self.num_steps += 1
        self.counts["positions"] += self.limits.step_tokens - now.budget
        self.flights.begin(self.num_steps, now.traces)
        ended, self.ended = tuple(self.ended), []
        return Step(self.num_steps, tuple(now.starts), tuple(now.work), ended)

    def update(self, step: Step, output: StepOutput) -> None:
        """Fold a result back in. Failures first, so that nobody keeps an id that was computed from them."""
        if output.failed:
            self._contain(step, output.failed, output.barred)
        self.flights.end(step.number)
        self.rows.extend(step.ended)
        for w in step.work:
            request = self.requests.get(w.request_id)
            if request is not None and request.epoch == w.epoch and w.wants:
                try:
                    self._fold(request, w, output)
                except Exception as error:
                    self._fail(request, error)

    def take_news(self) -> list[News]:
        news, self.news = self.news, []
        return news

    def stats(self) -> Stats:
        kv, counts, num_running = self.kv, self.counts, len(self.running)
        return Stats(
            num_running, len(self.requests) - num_running, kv.num_blocks, kv.num_blocks - kv.num_free, self.num_steps,
            counts["positions"], counts["queried"], counts["hits"], kv.counts["evictions"], counts["preemptions"],
            counts["restarts"])

    def check(self) -> None:
        waiting, running = list(self.waiting), list(self.running)
        parked = [r for siblings in self.parked.values() for r in siblings]
        assert all(r.row is None for r in waiting + parked) and all(r.row is not None for r in running)
        assert len(waiting + parked + running) == len(self.requests)
        assert {*waiting, *parked, *running} == {*self.requests.values()}
        for leader, siblings in self.parked.items():
            assert leader in self.requests
            assert all(r.leader is self.requests[leader] and not r.may_start for r in siblings)
        taken = [r.row for r in running] + self.rows + self.ended
        assert len(taken) == len(set(taken)) and set(taken) <= set(range(self.limits.rows))
        assert self.flights or len(taken) == self.limits.rows
        self.waiting.check()
        self.running.check()
        for request in self.requests.values():
            request.check()
        self.kv.check(self.requests.values())

    # ---- planning

    def _admit(self, request: Request, now: Round) -> None:
        """Give the head of the line a row and its first work. If it cannot have them, the door stays closed for this
        step: nobody overtakes. But who waits for a sibling steps aside."""
        if not request.may_start:
            self._park(request)
            return
        now.is_open = self._may_enter(request, now) and self._make_room(request)
        if not now.is_open:
            return
        self.waiting.remove(request)
        self.running.push(request)
        request.row = self.rows.pop()
        if request.epoch == 0:
            self._count_first_start(request)
        start = Start.of(request)
        if request.cached:
            now.traces.append(Trace((request.id, request.epoch), tuple(request.blocks[:request.committed]), ()))
        self._place(request, now)
        now.starts.append(start)

    def _may_enter(self, request: Request, now: Round) -> bool:
        """Cheap for whoever is stuck: the cache is not asked again until blocks have come free."""
        least = request.wanted if request.whole else 1
        return now.budget >= least and bool(self.rows) and self.stuck != (request.id, self.kv.releases)

    def _make_room(self, request: Request) -> bool:
        """Take blocks for all that is known of it, lest two half-read prompts fight for the rest, and leave some to
        those who run. Who is less urgent than the request gives way."""
        self.kv.attach(request)
        while not self.kv.grow(request, len(request.tokens), spare=self.limits.watermark if self.running else 0):
            victim = self.running.last()
            if victim is None or victim.priority <= request.priority:
                self.kv.release(request)
                request.reset()
                self.stuck = request.id, self.kv.releases
                return False
            self._preempt(victim)
        return True

    def _count_first_start(self, request: Request) -> None:
        request.started_at, request.first_cached = self.clock(), request.scheduled
        if self.kv.is_named and request.reads_cache:
            self.counts["queried"] += len(request.tokens)
            self.counts["hits"] += request.scheduled

    def _place(self, request: Request, now: Round) -> None:
        """Hand out the next positions of a running request, and blocks for them, at the cost of the end of the line."""
        count, drafts = share_of(request, now.budget, self.limits)
        if not count:
            return
        start, reaches_end = request.scheduled, count == request.wanted
        if not self._make_slots(request, start + count + drafts):
            now.is_open = False
            if request.row is None:
                return
        wants = wants_of(request, start, count, reaches_end)
        if reaches_end:
            request.pending += 1 + drafts
            request.in_flight += 1
        request.scheduled += count + drafts
        if named := self.kv.commit(request, min(request.scheduled, len(request.tokens))):
            now.traces.append(Trace((request.id, request.epoch), (), tuple(named)))
        if self.parked and request.scheduled >= request.prompt_len:
            self._unpark(request)
        assert request.row is not None
        new_blocks = (tuple(request.blocks[request.sent:]),)
        now.work.append(Work(request.id, request.row, request.epoch, start, count + drafts, drafts, new_blocks, wants))
        now.budget -= count + drafts
        request.sent = len(request.blocks)

    def _make_slots(self, request: Request, length: int) -> bool:
        """Room for so many positions, but never for the last id, which is not computed. False if somebody had to leave
        for it, perhaps the request itself."""
        length, is_calm = min(length, request.limit - 1), True
        while not self.kv.grow(request, length):
            is_calm, victim = False, self.running.last()
            assert victim is not None
            self._preempt(victim)
            if victim is request:
                break
        return is_calm

    # ---- folding results

    def _fold(self, request: Request, w: Work, output: StepOutput) -> None:
        tokens: list[int] = []
        logprobs: Logprobs | None = None
        prompt_logprobs: Logprobs | None = None
        vector: Any = None
        finished = ""
        if w.wants & PROMPT_LOGPROBS:                       # after a restart some come a second time
            prompt_logprobs = output.prompt_logprobs[request.id][request.told - w.start:]
            request.told += len(prompt_logprobs)
        if w.wants & VECTOR:
            vector, finished = output.vectors[request.id], "vector"
        if w.wants & TOKEN:
            tokens, finished = self._accept(request, w, output.tokens[request.id])
            if request.sampling.num_logprobs is not None and tokens:
                logprobs = output.logprobs[request.id][:len(tokens)]
        if tokens or prompt_logprobs or finished:
            news = News(request.id, tokens, finished, "", logprobs, prompt_logprobs, vector,
                        request.first_cached, request.preemptions, request.started_at)
            if finished:
                self._leave(request, finished)
            self.news.append(news)

    def _accept(self, request: Request, w: Work, ids: list[int]) -> tuple[list[int], str]:
        """Replace what the work might have brought by what it did bring. Returns ids taken and why it ends."""
        request.pending -= 1 + w.drafts
        request.in_flight -= 1
        request.scheduled -= 1 + w.drafts - len(ids)
        if not ids:                                         # not yet: its last position is stored, and computed again
            request.cached = max(request.cached, len(request.tokens))
        taken, finished = up_to_the_end(request, ids)
        request.tokens.extend(taken)
        self.kv.commit(request, len(request.tokens) - 1)    # the newest id has no K/V yet
        return taken, finished

    def _contain(self, step: Step, failed: dict[int, str], barred: set[int]) -> None:
        """Void all that rests on failed works: their blocks lose their names, and whoever found one of those blocks
        starts again, as does whoever found a block filled by such a one. They are all in flight: a block is found at
        the earliest in the step that fills it."""
        broken: dict[Who, None] = dict.fromkeys((w.request_id, w.epoch) for w in step.work if w.request_id in failed)
        spoiled, blocks = self.flights.resting_on(broken)
        self.kv.forget(blocks)
        for who in reversed(spoiled):
            request = self.requests.get(who[0])
            if request is None or request.epoch != who[1]:
                continue
            if who in broken:
                self._end(request, BARRED if request.id in barred else "error", failed[request.id])
            else:
                self.counts["restarts"] += 1
                self._restart(request)

    def _fail(self, request: Request, error: Exception) -> None:
        """Raised while it was planned or folded in. Names that it gave to blocks may be promises that no step keeps."""
        if isinstance(error, Miscounted):
            raise error
        self.kv.forget(request.blocks[request.cached // self.kv.block_size:])
        self._end(request, "error", f"{type(error).__name__}: {error}")

    # ---- without a row

    def _park(self, request: Request) -> None:
        """Siblings wait for the first to have its prompt scheduled; meanwhile the line goes on without them."""
        assert request.leader is not None
        self.waiting.remove(request)
        self.parked.setdefault(request.leader.id, []).append(request)

    def _unpark(self, leader: Request) -> None:
        for request in reversed(self.parked.pop(leader.id, ())):
            self.waiting.push(request, front=True)

    def _preempt(self, request: Request) -> None:
        self.counts["preemptions"] += 1
        self.counts["preemptions in flight"] += request.in_flight > 0
        request.preemptions += 1
        self._restart(request)

    def _restart(self, request: Request) -> None:
        """Back to the front of its line; what it knew of the output stays, the rest is computed again."""
        self.running.remove(request)
        self._give_back(request)
        request.epoch += 1
        self.waiting.push(request, front=True)

    def _end(self, request: Request, reason: str, error: str = "") -> None:
        """From outside; whoever finishes by itself has more to tell."""
        self._leave(request, reason)
        self.news.append(News(request.id, (), reason, error, None, None, None,
                              request.first_cached, request.preemptions, request.started_at))

    def _leave(self, request: Request, reason: str) -> None:
        del self.requests[request.id]
        if request.row is not None:
            self.running.remove(request)
        elif request in (siblings := self.parked.get(request.leader.id, []) if request.leader else []):
            siblings.remove(request)
        else:
            self.waiting.remove(request)
        self._give_back(request)
        request.finished = reason
        self._unpark(request)

    def _give_back(self, request: Request) -> None:
        self.kv.release(request)
        if request.row is not None:                         # the device has heard of it with its first work
            (self.ended if request.sent else self.rows).append(request.row)
        request.reset()
