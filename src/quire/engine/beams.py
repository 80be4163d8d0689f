"""Beam search: of each prompt the likeliest answers, found by keeping the best few at every step.

candidates  each beam is followed by the ids that are likeliest after it, 2 * beam_width of them, so that enough are left
            where some end the answer
steps       one request for one id of each beam; all that precedes it is found in the prefix cache
score       sum of the answer's logprobs / its length ** length_penalty, the id that ends it counted. Beams that go on are
            equally long, so among them the sums decide; equal ones by the order of their beams
the end     when max_tokens are reached, or no beam can still overtake the beam_width best answers that have ended
"""
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from quire.core.beam_search_params import BeamSearchParams
from quire.core.outputs import BeamSearchOutput, BeamSearchSequence, Logprob, Position
from quire.core.progress import Meter
from quire.core.prompts import TokensPrompt
from quire.engine.prompts import Prompt

Asked = tuple[list[int], str | None]                    # ids, and the salt of the prefix cache
Ask = Callable[[list[Asked]], list[Position]]           # what is likeliest after each of them


class Beam(NamedTuple):
    tokens: list[int]               # of the answer
    logprobs: list[Position]
    total: float
    score: float = 0.0              # once it has ended
    reason: str = ""

    def follow(self, token: int, position: Position) -> "Beam":
        return Beam([*self.tokens, token], [*self.logprobs, position], self.total + position[token].logprob)


class Search:
    """Of one prompt. Invariant: all `beams` are equally long, and best first."""

    def __init__(self, given: Prompt, prompt: list[int], params: BeamSearchParams, eos_ids: frozenset[int], vocab: int):
        self.given, self.prompt, self.params = given, prompt, params
        self.ends = frozenset() if params.ignore_eos else eos_ids
        self.num_candidates = min(vocab, max(2 * params.beam_width, params.beam_width + len(self.ends)))
        self.is_scaled = params.temperature not in (0.0, 1.0)
        self.num_asked = vocab if self.is_scaled else self.num_candidates       # a softmax is over everything
        self.beams, self.ended = [Beam([], [], 0.0)], list[Beam]()

    def asks(self) -> list[Asked]:
        return [(self.prompt + beam.tokens, self.given.salt) for beam in self.beams]

    def advance(self, found: Sequence[Position]) -> None:
        """What is likeliest after each beam."""
        open_beams = list[Beam]()
        for beam, position in zip(self.beams, found, strict=True):
            position = self._candidates(position)
            for token in position:
                longer = beam.follow(token, position)
                if token in self.ends:
                    self._end(longer, "stop")
                else:
                    open_beams.append(longer)
        open_beams.sort(key=lambda beam: -beam.total)
        self.beams = open_beams[:self.params.beam_width]
        if self.beams and len(self.beams[0].tokens) == self.params.max_tokens:
            for beam in self.beams:
                self._end(beam, "length")
            self.beams = []
        self.ended.sort(key=lambda beam: -beam.score)
        del self.ended[self.params.beam_width:]
        if self._is_decided():
            self.beams = []

    @property
    def is_over(self) -> bool:
        return not self.beams

    def output(self, text_of: Callable[[list[int], bool], str]) -> BeamSearchOutput:
        return BeamSearchOutput([self._sequence(beam, text_of) for beam in self.ended])

    def _candidates(self, position: Position) -> Position:
        """The best ones, at the temperature that was asked for."""
        if self.is_scaled:
            values = np.array([each.logprob for each in position.values()]) / self.params.temperature
            values -= values.max() + np.log(np.exp(values - values.max()).sum())
            position = {token: Logprob(float(value), each.rank, each.decoded_token)
                        for (token, each), value in zip(position.items(), values, strict=True)}
        return dict(list(position.items())[:self.num_candidates])

    def _end(self, beam: Beam, reason: str) -> None:
        self.ended.append(beam._replace(score=self._score(beam.total, len(beam.tokens)), reason=reason))

    def _score(self, total: float, length: int) -> float:
        return float(total / length ** self.params.length_penalty)

    def _is_decided(self) -> bool:
        """Sums only fall, and lengths lie between the next one and the last."""
        if not self.beams or len(self.ended) < self.params.beam_width:
            return False
        lengths = len(self.beams[0].tokens) + 1, self.params.max_tokens
        return self.ended[-1].score >= max(self._score(self.beams[0].total, length) for length in lengths)

    def _sequence(self, beam: Beam, text_of: Callable[[list[int], bool], str]) -> BeamSearchSequence:
        is_cut = beam.reason == "stop" and not self.params.include_stop_str_in_output
        tokens = self.prompt + beam.tokens[:-1 if is_cut else None]
        original = TokensPrompt(prompt_token_ids=self.prompt)
        if self.given.text is not None:
            original["prompt"] = self.given.text
        return BeamSearchSequence(original, tokens, beam.logprobs, cum_logprob=beam.total,
                                  text=text_of(tokens, self.params.skip_special_tokens), finish_reason=beam.reason)


def run_beams(searches: Sequence[Search], ask: Ask, meter: Meter, at_once: int) -> None:
    """To their ends, at most so many prompts at a time; each step asks for all of their beams together."""
    waiting, live = deque(searches), list[Search]()
    while waiting or live:
        while waiting and len(live) < at_once:
            live.append(waiting.popleft())
        found = iter(ask([asked for search in live for asked in search.asks()]))
        for search in live:
            search.advance([next(found) for _ in search.beams])
            if search.is_over:
                meter.add(len(search.prompt), sum(len(beam.tokens) for beam in search.ended))
        live = [search for search in live if not search.is_over]
