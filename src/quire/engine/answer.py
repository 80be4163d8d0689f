"""News of the engine -> what a client reads: text, cut at stop strings; logprobs with their texts; times.

An Answer belongs to one request, a Choice to one of its n siblings. Nothing here waits or sends: whoever drives the
engine hands the news in. A Choice that ends while its news have no reason was ended here, by a stop string or since it repeats
itself: its caller aborts it.
"""
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from quire.core.errors import EngineDead, InvalidRequest, NothingToDraw, QuireError, RequestFailed
from quire.core.messages import BARRED, DEAD, REFUSED
from quire.core.outputs import Logprob, Position
from quire.core.sampling_params import SamplingParams
from quire.core.types import Logprobs, News, Sampling
from quire.engine import faults
from quire.text.detokenizer import Detokenizer
from quire.text.repetition import Repetition
from quire.text.stops import StopStrings
from quire.text.tokenizer import Tokenizer

ENDED = "the engine has ended with this request in it; send it again when the server is ready"
PROMPT_TAIL = 16                # ids of the prompt that decide how the first ids of the answer are written


@dataclass(slots=True)
class Delta:
    """What is new of one sibling."""
    index: int
    text: str = ""
    token_ids: list[int] = field(default_factory=list)
    logprobs: list[Position] | None = None          # of each of token_ids
    finish_reason: str | None = None                # stop | length | vector | abort | repetition; on the last one only
    stop_reason: int | str | None = None            # the stop string or id that was found

    def append(self, other: "Delta") -> None:
        """What came later of the same sibling."""
        self.text += other.text
        self.token_ids += other.token_ids
        if other.logprobs is not None:
            self.logprobs = self.logprobs if self.logprobs is not None else []
            self.logprobs += other.logprobs
        self.finish_reason, self.stop_reason = other.finish_reason, other.stop_reason


@dataclass(slots=True)
class Timings:
    """On the monotonic clock, in seconds; 0.0: not yet."""
    arrival: float
    started: float = 0.0            # it first got a row
    first_token: float = 0.0        # or the vector
    last_token: float = 0.0


class Choice:
    """One sibling: its ids become text.

    num_tokens, cumulative_logprob    so far
    """

    def __init__(self, index: int, params: SamplingParams, tokenizer: Tokenizer, prompt: Sequence[int],
                 eos_ids: frozenset[int], shown_ids: frozenset[int]):
        self.index, self.params, self.eos_ids = index, params, eos_ids
        self.detokenizer = Detokenizer(tokenizer, params.skip_special_tokens, params.spaces_between_special_tokens,
                                       list(prompt[-PROMPT_TAIL:]), shown_ids) if params.detokenize else None
        self.stops = StopStrings(params.stop or [], params.include_stop_str_in_output) if params.stop else None
        asked = params.repetition_detection
        self.repetition = Repetition(asked) if asked is not None and asked.max_pattern_size else None
        self.num_tokens, self.cumulative_logprob, self.is_done = 0, 0.0, False

    def take(self, news: News, logprobs: list[Position] | None) -> Delta:
        delta = Delta(self.index)
        if self.stops is not None or self.repetition is not None:
            self._take_each(news, delta)
        else:                                               # nothing that it says can end the answer
            delta.token_ids += news.tokens
            self.num_tokens += len(news.tokens)
            if self.detokenizer is not None:
                delta.text = self.detokenizer.push(self._shown(news) if news.reason else news.tokens)
        if news.reason and delta.finish_reason is None:
            self._end(news.reason, delta)
        if logprobs is not None:
            delta.logprobs = logprobs[:len(delta.token_ids)]
            self.cumulative_logprob += sum(next(iter(position.values())).logprob for position in delta.logprobs)
        self.is_done = delta.finish_reason is not None
        return delta

    def _take_each(self, news: News, delta: Delta) -> None:
        """One id after the other, up to that with whose text the answer is at its end."""
        num_shown = len(self._shown(news))
        for number, token in enumerate(news.tokens):
            delta.token_ids.append(token)
            self.num_tokens += 1
            if self.detokenizer and self._pass(self.detokenizer.push([token] if number < num_shown else []), delta):
                return
            if self.repetition and self.repetition.push(token) and self.num_tokens >= self.params.min_tokens:
                return self._end("repetition", delta)

    def _shown(self, news: News) -> Sequence[int]:
        """Without the id that ends the answer."""
        return news.tokens[:-1] if news.reason == "stop" and not self.params.include_stop_str_in_output else news.tokens

    def _pass(self, text: str, delta: Delta) -> bool:
        """Stop strings are not looked for before min_tokens are through."""
        if self.stops is None or self.num_tokens <= self.params.min_tokens:
            delta.text += text
            return False
        text, found = self.stops.push(text)
        delta.text += text
        if found is not None:
            delta.finish_reason, delta.stop_reason = "stop", found
        return found is not None

    def _end(self, reason: str, delta: Delta) -> None:
        if self.detokenizer is not None and self._pass(self.detokenizer.finish(), delta):
            return
        if self.stops is not None:
            delta.text += self.stops.flush()
        delta.finish_reason = reason
        last = delta.token_ids[-1] if reason == "stop" and delta.token_ids else None
        ends_anyway = self.params.ignore_eos and self.params.structured_outputs is None
        if last is not None and (ends_anyway or last not in self.eos_ids):
            delta.stop_reason = last


class Answer:
    """One request with its n siblings.

    shown_ids           special tokens that stand in the text in any case
    prompt_logprobs     as far as they are known; None where none were asked for
    num_open            siblings that have not ended
    vector              where one was asked for, when it has come
    """

    def __init__(self, label: str, prompt: list[int], params: SamplingParams, sampling: Sampling, tokenizer: Tokenizer,
                 eos_ids: frozenset[int], arrival: float, shown_ids: frozenset[int] = frozenset()):
        self.label, self.prompt_token_ids, self.params, self.sampling = label, prompt, params, sampling
        self.choices = [Choice(i, params, tokenizer, prompt, eos_ids, shown_ids) for i in range(sampling.n)]
        self.text_of: Callable[[int], str | None] = tokenizer.token_text if params.detokenize else lambda token: None
        self.timings = Timings(arrival)
        self.prompt_logprobs: list[Position | None] | None = None if sampling.num_prompt_logprobs is None else [None]
        self.num_cached_tokens = 0
        self.preemptions = 0
        self.num_open = sampling.n
        self.vector: Any = None

    @property
    def num_generated(self) -> int:
        return sum(choice.num_tokens for choice in self.choices)

    @property
    def is_done(self) -> bool:
        return self.num_open == 0

    def take(self, index: int, news: News, now: float) -> Delta | None:
        """What is new, or None. Raises when the request has failed: then none of its siblings goes on."""
        choice = self.choices[index]
        if choice.is_done:
            return None
        if faults.planted:
            faults.strike("detokenize", self.label)
        self._keep(index, news, now)
        if news.reason and (failure := failure_of(news)):
            raise failure
        logprobs = None if news.logprobs is None else positions_of(news.logprobs, self.text_of)
        delta = choice.take(news, logprobs)
        self.num_open -= choice.is_done
        return delta if delta.token_ids or delta.text or choice.is_done else None

    def abort(self, reason: str) -> list[Delta]:
        """The last deltas of all who have not ended."""
        ended = [choice.take(News(0, reason=reason), None) for choice in self.choices if not choice.is_done]
        self.num_open = 0
        return ended

    def _keep(self, index: int, news: News, now: float) -> None:
        timings = self.timings
        if index == 0:
            self.num_cached_tokens = news.num_cached
            timings.started = timings.started or news.started_at
        if news.reason:
            self.preemptions += news.num_preemptions
        if news.tokens or news.vector is not None:
            timings.first_token = timings.first_token or now
            timings.last_token = now
        if news.vector is not None:
            self.vector = news.vector
        if news.prompt_logprobs is not None and self.prompt_logprobs is not None:
            self.prompt_logprobs += positions_of(news.prompt_logprobs, self.text_of)


def failure_of(news: News) -> QuireError | None:
    """What the client is told. The engine's own words may name files and objects: they are the cause, which is for logs."""
    if news.reason == REFUSED:
        return InvalidRequest(news.error)
    if news.reason == BARRED:
        return NothingToDraw(news.error)
    if news.reason == DEAD:
        return caused(EngineDead(ENDED), news.error)
    if news.reason == "error":
        return caused(RequestFailed("this request failed in the engine, others go on; the log says why"), news.error)
    return None


def caused(error: QuireError, cause: str) -> QuireError:
    error.__cause__ = RuntimeError(cause)
    return error


def positions_of(logprobs: Logprobs, text_of: Callable[[int], str | None]) -> list[Position]:
    """What stands at each position first, with its rank; then the best ones, whose ranks are their places."""
    positions = []
    for ids, values, rank in zip(logprobs.ids.tolist(), logprobs.values.tolist(), logprobs.ranks.tolist(), strict=True):
        position = {ids[0]: Logprob(values[0], rank, text_of(ids[0]))}
        for place in range(1, len(ids)):
            if ids[place] not in position:
                position[ids[place]] = Logprob(values[place], place, text_of(ids[place]))
        positions.append(position)
    return positions
