"""One row's place in its grammar: what it has written moves it on, and it says what may be written next."""
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from quire.core.types import Grammar
from quire.grammar.vocabulary import Vocabulary

Words = npt.NDArray[np.uint32]      # a bit for each id, the lowest first

BITS = 32


class GrammarFailed(RuntimeError):
    """The engine of grammars gave up on this one, for a limit or a fault: one request ends."""


class Matcher:
    """is_idle     the text that the grammar begins after has not come yet: everything may be written

    Invariant: a matcher that was handed the ids of an output is where one is that was advanced by each of them.
    """

    def __init__(self, engine: Any, vocabulary: Vocabulary, grammar: Grammar, output: Iterable[int] = ()):
        self.engine, self.vocabulary, self.ends_late = engine, vocabulary, grammar.ends_late
        self.marker, self.tail = grammar.begins_after.encode(), b""
        self.is_idle = bool(self.marker)
        self.error = ""
        for token in output:
            self.advance(token)

    def advance(self, token: int) -> None:
        """Never raises, for all that was drawn with it is kept already; `check` tells what went wrong."""
        if self.is_idle:
            self._look_for_marker(token)
        elif not self.error and token not in self.vocabulary.eos_ids and not self.engine.consume_token(token):
            self.error = self.engine.get_error() or f"id {token} does not go on as the grammar asks"

    def check(self) -> None:
        """After a mask too: at an error the engine goes on, and allows nothing but the end."""
        if self.error or self.engine.is_error():
            self.error = self.error or self.engine.get_error()
            raise GrammarFailed(f"the grammar cannot be followed any further: {self.error.strip()}")

    def _look_for_marker(self, token: int) -> None:
        """What stands behind it in the same token, mostly a line end, is not looked at."""
        self.tail += self.vocabulary.tokens[token]
        self.is_idle = self.marker not in self.tail
        self.tail = self.tail[-len(self.marker) + 1:] if len(self.marker) > 1 else b""


def num_words(vocab: int) -> int:
    return -(-vocab // BITS)


def end_words(vocabulary: Vocabulary) -> Words:
    """The bits of the ids that end an answer."""
    words = np.zeros(num_words(len(vocabulary.tokens)), np.uint32)
    for i in vocabulary.eos_ids:
        words[i // BITS] |= np.uint32(1 << i % BITS)
    return words


def fill(matchers: list[Matcher], executor: Any) -> Words:
    """(L, words): what each of them may write next. Raises GrammarFailed if one of them cannot say."""
    vocabulary = matchers[0].vocabulary
    words = np.full((len(matchers), num_words(len(vocabulary.tokens))), 0xFFFFFFFF, np.uint32)
    asked = [(matcher.engine, line) for line, matcher in enumerate(matchers) if not matcher.is_idle]
    if len(asked) == 1:
        (engine, line), = asked
        engine.unsafe_compute_mask_ptr(words[line].ctypes.data, words[line].nbytes)
    elif asked:
        executor.unsafe_compute_mask_ptr(asked, words.ctypes.data, words[0].nbytes, len(words))
    ends = end_words(vocabulary)
    for line, matcher in enumerate(matchers):
        if matcher.is_idle:
            continue
        matcher.check()
        if matcher.ends_late and (rest := words[line] & ~ends).any():
            words[line] = rest
    return words
