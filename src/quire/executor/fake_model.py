"""A toy model without tensors: what it says of a prompt is the meaning that the fake device is compared with.

The state after a position is a hash of all before it, so one wrong id, position or slot changes all that follows.
Of a Sampling it honours max_tokens, temperature (0 or not), seed, stop_ids, min_tokens and both kinds of logprobs.
"""
import zlib
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from quire.core.types import Logprobs, Sampling

SAMPLE, DRAFT = 0, 1            # purposes of a draw
VECTOR_SIZE = 8

Script = Callable[[Sequence[int]], Sequence[int]]


def next_state(state: int, token: int) -> int:
    return hash((state, token))


def first_state(adapter: str) -> int:
    return zlib.crc32(adapter.encode())


def states_of(prompt: Sequence[int], adapter: str = "") -> list[int]:
    """The state after each position."""
    states = [first_state(adapter)]
    for token in prompt:
        states.append(next_state(states[-1], token))
    return states[1:]


def vector(state: int) -> npt.NDArray[np.float32]:
    return np.array([hash((state, i)) % 2001 / 1000 - 1 for i in range(VECTOR_SIZE)], dtype=np.float32)


class Matcher:
    """Toy grammar: a walk over 7 states whose allowed ids alternate in parity and skip a third; "" allows all."""

    def __init__(self, grammar: str, vocab: int):
        self.vocab = vocab
        self.states = [len(grammar) % 7] if grammar else []

    def allowed(self) -> Sequence[int]:
        if not self.states:
            return range(self.vocab)
        return rule(self.states[-1], len(self.states) % 2, self.vocab)

    def advance(self, token: int) -> None:
        assert token in self.allowed(), "an id that the grammar forbids reached the matcher"
        if self.states:
            self.states.append((3 * self.states[-1] + token) % 7)

    def rollback(self, count: int) -> None:
        if self.states and count:
            del self.states[-count:]

    def copy(self, without_last: int) -> "Matcher":
        other = Matcher("", self.vocab)
        other.states = self.states[:len(self.states) - without_last]
        return other


@cache
def rule(state: int, parity: int, vocab: int) -> Sequence[int]:
    return tuple(t for t in range(parity, vocab, 2) if (t + state) % 3)


class FakeModel:
    """vocab   ids that may be drawn: 0 .. vocab - 1
    script  if given: ids that it says after a prompt, where the grammar allows them; when they are used up it draws
    """

    def __init__(self, vocab: int = 16, script: Script | None = None):
        self.vocab, self.script = vocab, script

    def draw(self, state: int, sampling: Sampling, index: int, prompt: Sequence[int], position: int,
             allowed: Sequence[int], purpose: int = SAMPLE) -> int:
        """One id. Greedy: the logits alone decide; else the draw is keyed, so that chunks, batches and restarts change
        nothing."""
        done = position - len(prompt)
        if self.script and purpose == SAMPLE and done < len(said := self.script(prompt)) and said[done] in allowed:
            return said[done]
        key = (state, sampling.seed, index, position, purpose) if sampling.temperature else (state, purpose)
        first = hash(key) % len(allowed)
        if done < sampling.min_tokens:
            while allowed[first % len(allowed)] in sampling.stop_ids and first < 2 * len(allowed):
                first += 1
        return allowed[first % len(allowed)]

    def logprobs(self, states: Sequence[int], ids: Sequence[int], count: int) -> Logprobs:
        """Of ids that stand after these states. The best id is the one a greedy request draws, the next best the one
        after it in the vocabulary, and so on around; the logprob is minus the rank."""
        count = min(count, self.vocab)
        best = [hash((state, SAMPLE)) % self.vocab for state in states]
        rows = [[token, *((b + j) % self.vocab for j in range(count))] for token, b in zip(ids, best, strict=True)]
        table = np.array(rows, dtype=np.int32).reshape(len(rows), 1 + count)
        ranks = (table - np.array(best, dtype=np.int32).reshape(-1, 1)) % self.vocab + 1
        return Logprobs(table, -ranks.astype(np.float32), ranks[:, 0].astype(np.int32))

    def naive(self, prompt: Sequence[int], sampling: Sampling, index: int = 0, adapter: str = "", grammar: str = ""
              ) -> list[int]:
        """What a request means: one id after the other, no cache, no batch, no speculation."""
        out: list[int] = []
        matcher, state = Matcher(grammar, self.vocab), states_of(prompt, adapter)[-1]
        while len(out) < sampling.max_tokens and not (out and out[-1] in sampling.stop_ids):
            out.append(self.draw(state, sampling, index, prompt, len(prompt) + len(out), matcher.allowed()))
            matcher.advance(out[-1])
            state = next_state(state, out[-1])
        return out
