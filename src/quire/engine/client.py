"""The engine as a server or a program sees it: many streams at once, over a thread or a process.

    stream = client.generate(prompt_ids, params)
    async for delta in stream: ...

at the door     what can be refused is refused by generate() itself: InvalidRequest, Overloaded, Unavailable. Only what
                the engine alone can know comes from the stream
leaving         closing a stream, dropping it, or cancelling whoever waits for it aborts its request within one step
ids             request_id is a label: two live requests may have the same. abort(label) ends all that have it
failures        whatever is raised while one request's news are taken in ends that request only
the end         of the engine is told to every stream at once, as EngineDead or EngineStalled; `cause` says why
"""
import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from itertools import count
from threading import Lock
from typing import Any

from quire.core.errors import EngineDead, EngineStalled, OutOfTime, Overloaded, QuireError, RequestFailed, Unavailable
from quire.core.messages import Abort, Add, Batch, Command, Done, Event, Progress, Ready, Reset, Rest, Snapshot, Wake
from quire.core.model_spec import ModelSpec
from quire.core.plan import Plan
from quire.core.pooling_params import PoolingParams
from quire.core.sampling_params import SamplingParams
from quire.core.types import News
from quire.engine import faults
from quire.engine.admit import Admission, Admitted, Bounds
from quire.engine.answer import ENDED, Answer, Delta, Timings, caused
from quire.engine.link import Link
from quire.engine.rest import check_awake
from quire.engine.stats import Figures, Totals, Watcher, record_of
from quire.engine.stream import Live, Stream, on_loop, promise
from quire.text.tokenizer import Tokenizer

__all__ = ["Client", "Delta", "Stream", "Timings"]

STALL_SECONDS = 10.0            # without a beat: the engine hangs
LOADING_STALL_SECONDS = 300.0   # the same while it loads, when a beat is a tensor read or a library imported
WATCH_SECONDS = 1.0             # between looks at the heartbeat
CLOSE_SECONDS = 5.0             # that the engine gets to end by itself
MOST_LABEL_CHARS = 256          # of a user's own id that the engine keeps

log = logging.getLogger("quire.engine")


class Client:
    """live        id of each sibling in the engine -> its request
    labels      label -> requests that have it and have not ended, by their first ids
    state       new | loading | ready | draining | closed | dead
    cause       why the engine ended unasked
    ready, death    done when requests are taken, or with the error that prevents it; done with the cause of the end
    """

    def __init__(self, plan: Plan, spec: ModelSpec, tokenizer: Tokenizer, link: Link):
        self.plan, self.tokenizer, self.link = plan, tokenizer, link
        self.bounds = Bounds.of(plan, spec, tokenizer)
        self.admission = Admission(self.bounds, tokenizer, plan.seed)
        self.state, self.progress, self.snapshot = "new", Progress(0, 0), Snapshot(num_blocks=plan.num_blocks)
        self.cause: QuireError | None = None
        self.totals, self.watchers = Totals(), list[Watcher]()
        self.live: dict[int, Live] = {}
        self.labels: dict[str, dict[int, Live]] = {}
        self.lock, self.next_id = Lock(), 0
        self.tickets, self.numbers = dict[int, Future[None]](), count()
        self.asleep: set[str] = set()               # what the engine was told to be without
        self.ready: Future[Ready] = promise()
        self.death: Future[QuireError] = promise()
        self.idle: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self.watching: asyncio.AbstractEventLoop | None = None

    # ---- life

    def open(self) -> None:
        """Begin to load, and return at once."""
        self.state = "loading"
        self.link.open(self._hear, self._lose)

    async def start(self) -> None:
        """Open, watch the heartbeat, and wait until requests are taken. Raises what prevents it."""
        self.open()
        self.watch()
        await asyncio.wrap_future(self.ready)

    def watch(self) -> None:
        """Look at the heartbeat every now and then, on the loop that runs here, until the end."""
        loop = asyncio.get_running_loop()
        if self.watching is not loop:
            self.watching = loop
            loop.call_later(WATCH_SECONDS, self._look, loop, loop.time() + WATCH_SECONDS)

    @property
    def is_ready(self) -> bool:
        return self.state == "ready"

    @property
    def is_alive(self) -> bool:
        """Loading counts; an engine that hangs or has ended does not."""
        return self.state in ("loading", "ready", "draining") and self.beat_age() < self.stall_seconds

    @property
    def stall_seconds(self) -> float:
        return STALL_SECONDS if self.ready.done() else LOADING_STALL_SECONDS

    def beat_age(self) -> float:
        """Seconds since the engine's last sign of life."""
        return self.link.beat_age()

    def drain(self) -> None:
        """Take no new requests; those in the engine go on."""
        if self.state in ("new", "loading", "ready"):
            self.state = "draining"

    async def drained(self, seconds: float) -> bool:
        """Take no new requests, wait for those in the engine, at most so long, then end them. Did all end on their own?"""
        self.drain()
        self.idle = asyncio.get_running_loop(), asyncio.Event()
        try:
            if self.live:
                await asyncio.wait_for(self.idle[1].wait(), seconds)
        except asyncio.TimeoutError:
            self._fail_all(Unavailable("the server is going down and its time is up; send the request again later"))
            return False
        return True

    async def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """End the engine, and whatever is still in it. May be called twice."""
        self.shut()
        await self.link.close(seconds)

    def shut(self) -> None:
        if self.state != "dead":
            self.state = "closed"
        self.admission.door.close()
        self._fail_all(Unavailable("the server is going down; send the request again later"))
        if not self.ready.done():
            self.ready.set_exception(Unavailable("closed while it loaded"))

    # ---- requests

    async def look_ahead(self, params: SamplingParams) -> None:
        """To be waited for before `generate`, which would else do the same and keep the loop from others: what takes long to
        check."""
        await self.admission.look_ahead(params)

    def generate(self, prompt: Iterable[int], params: SamplingParams, *, request_id: str = "", priority: int = 0,
                 cache_salt: str | None = None, arrival: float | None = None, shown_ids: frozenset[int] = frozenset()
                 ) -> Stream:
        """Called on a running loop. arrival: when the request came, on the monotonic clock. shown_ids: special tokens that
        stand in the text though others are skipped."""
        return self._begin(lambda: self.admission.admit(prompt, params, request_id, priority, cache_salt), request_id, arrival,
                           shown_ids)

    def embed(self, prompt: Iterable[int], params: PoolingParams, *, request_id: str = "", priority: int = 0,
              cache_salt: str | None = None, arrival: float | None = None) -> Stream:
        """As `generate`; there is one delta, without a word, and then `answer.vector`: the hidden state as the model has it."""
        return self._begin(lambda: self.admission.pool(prompt, params, request_id, priority, cache_salt), request_id, arrival)

    def _begin(self, admit: Callable[[], Admitted], request_id: str, arrival: float | None,
               shown_ids: frozenset[int] = frozenset()) -> Stream:
        self.check_open(len(self.live) + 1)
        try:
            admitted = admit()
        except QuireError:
            raise
        except Exception as error:
            raise self._failure(error, request_id) from error
        self.check_open(len(self.live) + admitted.params.n)
        self.watch()
        live = self._enter(admitted, request_id, time.monotonic() if arrival is None else arrival, shown_ids)
        self.link.send(Add(live.base, admitted.prompt, admitted.sampling, admitted.priority, admitted.salt,
                           not admitted.params.skip_reading_prefix_cache, request_id[:MOST_LABEL_CHARS], admitted.grammar))
        return Stream(live, self._leave)

    def abort(self, request_id: str) -> int:
        """End all requests with this label; their streams get a last delta for each sibling. Returns how many."""
        found = list(self.labels.get(request_id, {}).values())
        for live in found:
            on_loop(live.loop, self._abort, live)
        return len(found)

    async def reset_prefix_cache(self) -> None:
        """Who begins after this finds nothing computed before."""
        await self._ask(Reset)

    async def rest(self, parts: tuple[str, ...], is_deep: bool = False) -> None:
        """Be without these of messages.PARTS. Whoever is alive is computed to the end first where it is memory."""
        self.asleep |= set(parts)
        await self._ask(lambda ticket: Rest(ticket, parts, is_deep))

    async def wake(self, parts: tuple[str, ...]) -> None:
        await self._ask(lambda ticket: Wake(ticket, parts))
        self.asleep -= set(parts)

    def abort_all(self) -> None:
        for live in dict.fromkeys(self.live.values()):
            on_loop(live.loop, self._abort, live)

    async def _ask(self, command: Callable[[int], Command]) -> None:
        """Until it is done."""
        number, done = next(self.numbers), promise()
        self.tickets[number] = done
        if self.cause is not None:
            raise self.dead()
        self.link.send(command(number))
        await asyncio.wrap_future(done)

    def figures(self) -> Figures:
        return self.totals.figures(self.snapshot)

    def check_open(self, wanted: int) -> None:
        if self.state == "dead":
            raise self.dead()
        if self.state in ("draining", "closed"):
            raise Unavailable("the server is going down and takes no new requests; send it to another, or again later")
        if self.state != "ready":
            raise Unavailable("the model is still loading; try again in a moment")
        check_awake(self.asleep, may_wait=True)
        if wanted > self.plan.max_queue:
            raise Overloaded(f"{len(self.live):,} requests are waiting or running, and {self.plan.max_queue:,} may; "
                             "try again in a moment, or start with a larger --max-queue")

    def _enter(self, admitted: Admitted, label: str, arrival: float, shown_ids: frozenset[int]) -> Live:
        answer = Answer(label, admitted.prompt, admitted.params, admitted.sampling, self.tokenizer, self.bounds.eos_ids,
                        arrival, shown_ids)
        with self.lock:
            live = Live(self.next_id, label, answer, asyncio.get_running_loop())
            self.next_id += admitted.sampling.n
            self.live.update(dict.fromkeys(live.ids, live))
            self.labels.setdefault(label, {})[live.base] = live
            self.totals.num_started += admitted.sampling.n
        if seconds := self.plan.request_seconds:
            live.deadline = live.loop.call_later(max(0.0, arrival + seconds - time.monotonic()), self._expire, live)
        return live

    # ---- what the engine says, on a thread of the link's choice

    def _hear(self, event: Event) -> None:
        if isinstance(event, Batch):
            if event.snapshot is not None:
                self.snapshot = event.snapshot
                self._tell_watchers("looked", event.snapshot)
            self._distribute(event.news)
        elif isinstance(event, Done):
            if (done := self.tickets.pop(event.ticket, None)) is not None:
                done.set_result(None)
        elif isinstance(event, Progress):
            self.progress = event
        elif isinstance(event, Ready) and self.state in ("loading", "draining"):
            self.state = "ready" if self.state == "loading" else self.state
            self.ready.set_result(event)

    def _distribute(self, news: list[News]) -> None:
        """Each to the loop that its stream was made on; nearly always there is one. Nobody waits on a closed one."""
        by_loop = defaultdict[asyncio.AbstractEventLoop, list[News]](list)
        for n in news:
            if (live := self.live.get(n.request_id)) is not None:
                by_loop[live.loop].append(n)
        for loop, part in by_loop.items():
            if loop.is_closed():
                for live in dict.fromkeys(self.live[n.request_id] for n in part):
                    self._leave(live)
            else:
                on_loop(loop, self._deliver, part)

    def _lose(self, error: QuireError) -> None:
        """The engine has ended unasked."""
        if self.state in ("dead", "closed"):
            return
        self.state, self.cause = "dead", error
        log.error("%s", error.message)
        if not self.ready.done():
            self.ready.set_exception(error)
        for done in self.tickets.values():
            done.set_exception(self.dead())
        self.tickets.clear()
        self._fail_all(self.dead())
        self.death.set_result(error)

    def _look(self, loop: asyncio.AbstractEventLoop, expected: float) -> None:
        """Does the heart beat? Not asked when this process itself was late: it slept, and so perhaps did the engine."""
        if self.state not in ("loading", "ready", "draining") or self.watching is not loop:
            return
        if (age := self.beat_age()) > self.stall_seconds and loop.time() < expected + WATCH_SECONDS:
            self.link.kill()
            self._lose(EngineStalled(f"the engine hangs: its loop has not moved for {age:.0f} seconds"))
        else:
            loop.call_later(WATCH_SECONDS, self._look, loop, loop.time() + WATCH_SECONDS)

    def dead(self) -> QuireError:
        kind = EngineStalled if isinstance(self.cause, EngineStalled) else EngineDead
        return caused(kind(ENDED), self.cause.message if self.cause else "")

    # ---- on the loop of the request

    def _deliver(self, news: list[News]) -> None:
        now = time.monotonic()
        for n in news:
            if (live := self.live.get(n.request_id)) is not None:
                try:
                    self._take(live, n, now)
                except QuireError as error:
                    if isinstance(error, RequestFailed):
                        log.error("request %.80r: %s", live.label, error.__cause__)
                    self._fail(live, error)
                except Exception as error:
                    self._fail(live, self._failure(error, live.label))

    def _take(self, live: Live, news: News, now: float) -> None:
        index = news.request_id - live.base
        is_first = bool(news.tokens) and not live.answer.timings.first_token
        delta = live.answer.take(index, news, now)
        if is_first:
            self.totals.num_prompt_tokens += len(live.answer.prompt_token_ids)
            self._tell_watchers("first_token", now - live.answer.timings.arrival)
        if news.vector is not None:
            self.totals.num_prompt_tokens += len(live.answer.prompt_token_ids)
        if news.tokens:
            self._count_tokens(live, index, len(news.tokens), now)
        if delta is None:
            return
        if faults.planted:
            faults.strike("send", live.label)
        live.put(delta)
        if delta.finish_reason:
            if not news.reason:                     # a stop string: the engine does not know
                self.link.send(Abort((news.request_id,)))
            self._end(live, [index], delta.finish_reason)

    def _count_tokens(self, live: Live, index: int, num_tokens: int, now: float) -> None:
        self.totals.num_generated_tokens += num_tokens
        if (before := live.heard_at.get(index)) is not None:
            self._tell_watchers("next_tokens", now - before, num_tokens)
        live.heard_at[index] = now

    def _end(self, live: Live, indices: Iterable[int], reason: str) -> None:
        """These siblings have ended; with the last of them the request has."""
        for index in indices:
            live.reasons[index] = reason
            self.live.pop(live.base + index, None)
            self.totals.num_finished[reason] += 1
        if not live.is_ended:
            return
        if live.deadline is not None:
            live.deadline.cancel()
        if (same := self.labels.get(live.label)) is not None:
            same.pop(live.base, None)
            if not same:
                self.labels.pop(live.label, None)
        reasons = tuple(live.reasons[i] for i in sorted(live.reasons))
        self._tell_watchers("ended", record_of(live.answer, reasons, time.monotonic()))
        if self.idle is not None and not self.live:
            on_loop(self.idle[0], self.idle[1].set)

    def _leave(self, live: Live) -> None:
        """Its reader wants no more of it."""
        if open_ids := live.open_ids:
            self.link.send(Abort(open_ids))
            self._end(live, [i - live.base for i in open_ids], "abort")

    def _abort(self, live: Live) -> None:
        if open_ids := live.open_ids:
            self.link.send(Abort(open_ids))
            for delta in live.answer.abort("abort"):
                live.put(delta)
            self._end(live, [i - live.base for i in open_ids], "abort")

    def _fail(self, live: Live, error: QuireError) -> None:
        if open_ids := live.open_ids:
            self.link.send(Abort(open_ids))
            self._end(live, [i - live.base for i in open_ids], "error")
            live.fail(error)

    def _expire(self, live: Live) -> None:
        self._fail(live, OutOfTime(f"the request was not through after {self.plan.request_seconds:g} s, which is all that one "
                                   "may take here: ask for fewer tokens, or again when there is less to do"))

    def _fail_all(self, error: QuireError) -> None:
        for live in dict.fromkeys(self.live.values()):
            if live.loop.is_closed():
                self._end(live, [i - live.base for i in live.open_ids], "error")
            else:
                on_loop(live.loop, self._fail, live, error)

    def _failure(self, error: Exception, label: str) -> RequestFailed:
        log.error("request %.80r failed: %s: %s", label, type(error).__name__, error)
        failed = RequestFailed("this request failed, others go on; the log says why")
        failed.__cause__ = error
        return failed

    def _tell_watchers(self, method: str, *what: Any) -> None:
        for watcher in self.watchers:
            try:
                getattr(watcher, method)(*what)
            except Exception:
                log.exception("a watcher fails")
