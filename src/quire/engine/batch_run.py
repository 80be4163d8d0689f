"""Many requests to their ends, turned by whoever waits: the heart of LLM.generate. No thread, no event loop."""
import logging
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from quire.core.errors import EngineDead, NothingToDraw, QuireError
from quire.core.messages import Abort, Add
from quire.core.outputs import RequestOutput
from quire.core.progress import Meter
from quire.core.types import News
from quire.engine.admit import Admitted
from quire.engine.answer import Answer
from quire.engine.local import Direct
from quire.engine.whole import Whole
from quire.text.tokenizer import Tokenizer

log = logging.getLogger("quire.engine")


class Job:
    """One request of the batch: the ids of its siblings begin with base."""

    def __init__(self, base: int, request_id: str, text: str | None, admitted: Admitted, tokenizer: Tokenizer,
                 eos_ids: frozenset[int]):
        self.base, self.admitted = base, admitted
        self.answer = Answer(request_id, admitted.prompt, admitted.params, admitted.sampling, tokenizer, eos_ids,
                             time.monotonic())
        self.whole = Whole(request_id, text, self.answer)

    @property
    def ids(self) -> range:
        return range(self.base, self.base + self.admitted.sampling.n)

    def add(self) -> Add:
        a = self.admitted
        return Add(self.base, a.prompt, a.sampling, a.priority, a.salt, not a.params.skip_reading_prefix_cache,
                   self.answer.label, a.grammar)


class BatchRun:
    """owners   id of each sibling that has not ended -> its job"""

    def __init__(self, direct: Direct, jobs: Sequence[Job]):
        self.direct, self.jobs = direct, jobs
        self.owners = {i: job for job in jobs for i in job.ids}

    def run(self, meter: Meter) -> list[RequestOutput]:
        """In the order of the jobs. Whatever ends it early leaves nothing of it in the engine."""
        try:
            with deferred_interrupt() as asked:
                for job in self.jobs:
                    self.direct.send(job.add())
                while self.owners:
                    self.turn(meter)
                    if asked.is_set():
                        raise KeyboardInterrupt
                self.direct.finish()
        except EngineDead:
            raise
        except BaseException:
            self.direct.send(Abort(tuple(self.owners)))
            self.direct.finish()
            raise
        return [job.whole.output() for job in self.jobs]

    def enter(self, job: Job) -> None:
        """One more, while others run."""
        self.owners.update(dict.fromkeys(job.ids, job))
        self.direct.send(job.add())

    def leave(self, job: Job) -> list[int]:
        """Its news are not taken any more. The ids of its siblings that have not ended."""
        return [i for i in job.ids if self.owners.pop(i, None)]

    def turn(self, meter: Meter) -> list[Job]:
        """Once. Jobs that there were news of."""
        touched = dict[Job, None]()
        for news in self.direct.turn():
            if (job := self.owners.get(news.request_id)) is not None:
                self._take(job, news, meter)
                touched[job] = None
        return list(touched)

    def _take(self, job: Job, news: News, meter: Meter) -> None:
        try:
            delta = job.answer.take(news.request_id - job.base, news, time.monotonic())
        except Exception as error:
            self._fail(job, error)
        else:
            if delta is not None:
                job.whole.add(delta)
                if delta.finish_reason:
                    self._end(news)
        if job.answer.is_done:
            meter.add(len(job.answer.prompt_token_ids), job.answer.num_generated)

    def _end(self, news: News) -> None:
        del self.owners[news.request_id]
        if not news.reason:                         # a stop string: the engine does not know
            self.direct.send(Abort((news.request_id,)))

    def _fail(self, job: Job, error: Exception) -> None:
        """Its failure is its own: the others go on, and its finish_reason tells. But not the engine's, and not a refusal."""
        if isinstance(error, QuireError) and error.status != 500 and not isinstance(error, NothingToDraw):
            raise error
        log.error("request %s failed: %s", job.answer.label, error.__cause__ or f"{type(error).__name__}: {error}")
        self.direct.send(Abort(tuple(self.leave(job))))
        for delta in job.answer.abort("error"):
            job.whole.add(delta)


@contextmanager
def deferred_interrupt() -> Iterator[threading.Event]:
    """Ctrl-C waits for the turn at hand, which would otherwise be cut in the middle; the second one does not wait."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread() or (
            signal.getsignal(signal.SIGINT) is not signal.default_int_handler):
        yield asked
        return

    def note(number: int, frame: FrameType | None) -> None:
        if asked.is_set():
            signal.default_int_handler(number, frame)
        asked.set()

    signal.signal(signal.SIGINT, note)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
