"""One request on the client's side: what it has heard and nobody has read yet (Live); what its reader holds (Stream).

The client holds a Live as long as the engine has the request; the reader alone holds the Stream. So a Stream that
nobody holds any more tells that its reader has left, without a word.
"""
import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import suppress
from types import TracebackType
from typing import Any

from quire.core.errors import QuireError
from quire.core.outputs import Position
from quire.engine.answer import Answer, Delta, Timings


def on_loop(loop: asyncio.AbstractEventLoop, act: Callable[..., object], *arguments: Any) -> None:
    """Now if this is its thread, else soon."""
    try:
        is_here = asyncio.get_running_loop() is loop
    except RuntimeError:
        is_here = False
    if is_here:
        act(*arguments)
    else:
        with suppress(RuntimeError):            # it was closed: nobody waits there
            loop.call_soon_threadsafe(act, *arguments)


def promise() -> Future[Any]:
    """A future that whoever waits for it cannot cancel."""
    future: Future[Any] = Future()
    future.set_running_or_notify_cancel()
    return future


class Live:
    """reasons     index of each sibling that has ended -> why
    pending     what is not read yet: at most one delta of each sibling, as a slow reader gets them put together
    listener    takes a delta where it is made, so that nobody is woken for it, and says whether it did. Asked only while the
                reader waits, so the order is kept; the last delta of a sibling always goes to the reader
    heard_at    index -> when its last ids came
    """

    def __init__(self, base: int, label: str, answer: Answer, loop: asyncio.AbstractEventLoop):
        self.base, self.label, self.answer, self.loop = base, label, answer, loop
        self.reasons: dict[int, str] = {}
        self.pending: dict[int, Delta] = {}
        self.heard_at: dict[int, float] = {}
        self.error: QuireError | None = None
        self.waiter: asyncio.Future[None] | None = None
        self.deadline: asyncio.TimerHandle | None = None
        self.listener: Callable[[Delta], bool] | None = None

    @property
    def ids(self) -> range:
        return range(self.base, self.base + self.answer.sampling.n)

    @property
    def open_ids(self) -> tuple[int, ...]:
        """Of siblings that have not ended."""
        return tuple(i for i in self.ids if i - self.base not in self.reasons)

    @property
    def is_ended(self) -> bool:
        """Every sibling."""
        return len(self.reasons) == self.answer.sampling.n

    def put(self, delta: Delta) -> None:
        is_awaited = self.waiter is not None and not self.waiter.done()     # the reader has had everything
        if is_awaited and self.listener is not None and not delta.finish_reason and self.listener(delta):
            return
        if (waiting := self.pending.get(delta.index)) is not None:
            waiting.append(delta)
        else:
            self.pending[delta.index] = delta
        self.wake()

    def fail(self, error: QuireError) -> None:
        self.error = error
        self.wake()

    def wake(self) -> None:
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    async def next(self) -> Delta:
        while not self.pending:
            if self.error is not None:
                raise self.error
            if self.is_ended:
                raise StopAsyncIteration
            self.waiter = self.loop.create_future()
            try:
                await self.waiter
            finally:
                self.waiter = None
        return self.pending.pop(next(iter(self.pending)))


class Stream(AsyncIterator[Delta]):
    """Deltas of one request, of all its siblings, as they come; and what is known of the request so far."""

    def __init__(self, live: Live, leave: Callable[[Live], None]):
        self._live, self._leave = live, leave

    @property
    def prompt_token_ids(self) -> list[int]:
        return self._live.answer.prompt_token_ids

    @property
    def num_cached_tokens(self) -> int:
        return self._live.answer.num_cached_tokens

    @property
    def prompt_logprobs(self) -> list[Position | None] | None:
        """None first, for nothing precedes the first id; whole when the first delta has come."""
        return self._live.answer.prompt_logprobs

    @property
    def timings(self) -> Timings:
        return self._live.answer.timings

    @property
    def preemptions(self) -> int:
        """Of siblings that have ended."""
        return self._live.answer.preemptions

    @property
    def num_generated_tokens(self) -> int:
        return self._live.answer.num_generated

    @property
    def answer(self) -> Answer:
        return self._live.answer

    def listen(self, listener: Callable[[Delta], bool]) -> None:
        """See Live. On the loop that the stream was made on, where it is also called."""
        self._live.listener = listener

    @property
    def is_read(self) -> bool:
        """Every sibling has ended, and every delta is read."""
        return not self._live.pending and self._live.is_ended

    async def __anext__(self) -> Delta:
        """Cancelling it is leaving, as it is for a generator."""
        try:
            return await self._live.next()
        except asyncio.CancelledError:
            self.close()
            raise

    def close(self) -> None:
        """Whoever has not ended is aborted within one step. On the loop that the stream was made on."""
        self._leave(self._live)

    async def aclose(self) -> None:
        self.close()

    async def __aenter__(self) -> "Stream":
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None,
                        trace: TracebackType | None) -> None:
        self.close()

    def __del__(self) -> None:
        """The collector may run on any thread, in the middle of anything: so this only asks the loop to do it."""
        live = self._live
        if not live.is_ended and not live.loop.is_closed():
            live.loop.call_soon_threadsafe(self._leave, live)
