"""The loop: plan, submit, and when enough steps are in flight fold the oldest back in."""
from array import array
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count

from quire.core.types import Grammar, Masking, News, Request, RequestRefused, Sampling, Step, StepOutput
from quire.executor.protocol import Executor
from quire.schedule.scheduler import Scheduler
from quire.schedule.stats import Stats


class Engine:
    """depth 1 is plain, 2 hides the host behind the device, more fills a pipeline.

    invariant   at most `depth` steps are in flight, and their results are folded back in the order of submission
    owner       whoever builds it starts and stops the executor
    """

    def __init__(self, scheduler: Scheduler, executor: Executor, depth: int = 1):
        self.scheduler, self.executor, self.depth = scheduler, executor, depth
        self.in_flight: deque[tuple[Step, Callable[[], StepOutput]]] = deque()
        self.ids = count()
        self.masking: Masking | None = None

    def add(self, prompt: Sequence[int], sampling: Sampling, *, priority: int = 0, adapter: str = "",
            grammar: Grammar | None = None, salt: str = "", may_read_cache: bool = True, whole: bool = False) -> list[int]:
        """Admit n siblings of one prompt, or none (RequestRefused); returns their ids, that of index 0 first. Only the
        first brings the logprobs of the prompt."""
        _check(prompt, sampling)

        def sibling(index: int, sampling: Sampling, leader: Request | None) -> Request:
            return Request(next(self.ids), list(prompt), sampling, priority, adapter, grammar, salt, may_read_cache,
                           whole, index, leader)

        first = sibling(0, sampling, None)
        others = replace(sampling, num_prompt_logprobs=None)
        self.scheduler.add(first)
        ids = [first.id]
        for index in range(1, sampling.n):
            request = sibling(index, others, first)
            self.scheduler.add(request)                     # asks for no more than the first, so it is not refused
            ids.append(request.id)
        return ids

    def abort(self, request_id: int, reason: str = "abort") -> None:
        """At any moment; its news come with the next turn. Whoever has ended already has had them."""
        self.scheduler.abort(request_id, reason)

    def turn(self) -> list[News]:
        """One step planned and submitted, and the oldest folded in if enough are in flight or nothing was planned.

        An exception from the executor means that the device as a whole is lost, for what a single request does wrong
        comes as StepOutput.failed. It is let out, and then no request has been lost: `end_all` tells everyone. Nothing
        else may be called after it.
        """
        step = self.scheduler.schedule()
        if step:
            self.in_flight.append((step, self.executor.submit(step)))
        if self.in_flight and (len(self.in_flight) == self.depth or not step):
            oldest, answer = self.in_flight[0]
            output = answer()
            self.in_flight.popleft()
            self.masking = output.masking or self.masking
            self.scheduler.update(oldest, output)
        return self.scheduler.take_news()

    def end_all(self, error: str) -> list[News]:
        """The last news of all who are alive, after news not yet taken: for whoever supervises a turn that raised."""
        self.in_flight.clear()
        self.scheduler.end_all(error)
        return self.scheduler.take_news()

    def reset_prefix_cache(self) -> None:
        self.scheduler.kv.reset_prefix_cache()

    def free(self, weights: bool) -> None:
        """Give the KV cache back, and the weights too where asked. Only where nothing is alive."""
        self.reset_prefix_cache()
        self.executor.free(weights)

    def restore(self, weights: bool, kv: bool) -> None:
        self.executor.restore(weights, kv)

    def stats(self) -> Stats:
        return self.scheduler.stats()

    @property
    def is_busy(self) -> bool:
        """Is there anything to do or to tell? If not, a turn does nothing."""
        scheduler = self.scheduler
        return bool(self.in_flight or scheduler.requests or scheduler.ended or scheduler.news)


def _check(prompt: Sequence[int], sampling: Sampling) -> None:
    if sampling.n < 1:
        raise RequestRefused(f"n is {sampling.n}: ask for at least one answer")
    if sampling.vector and sampling.n > 1:
        raise RequestRefused(f"n is {sampling.n}, but a prompt has one vector: leave it at 1")
    if sampling.mean and not sampling.vector:
        raise RequestRefused("a mean is asked for, but no vector: ask for both")
    try:
        array("I", prompt)                                  # as ids are hashed
    except (OverflowError, TypeError) as error:
        raise RequestRefused(f"the prompt holds something that is no token id: send integers of the vocabulary "
                             f"({error})") from error
