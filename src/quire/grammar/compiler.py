"""Grammars made ready for the rows of one device, each once: a bounded cache by the grammar's text.

Everything that takes long happens on threads of its own: reading the vocabulary at the first grammar, and compiling. Whoever
draws asks whether a grammar is ready, and goes on with other rows until it is. Used by one thread.
"""
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import sha256
from typing import Any

from quire.core.lazy import lazy
from quire.grammar.compile import limits, unforced
from quire.grammar.match import GrammarFailed
from quire.grammar.vocabulary import Vocabulary

llguidance = lazy("llguidance")

MOST_KEPT = 128                 # grammars; with LIMITS some ten kilobytes each, a few megabytes at the worst
NUM_THREADS = 2


class Compiler:
    """num_compiled, compile_seconds, num_hits     since the beginning"""

    def __init__(self, make_vocabulary: Callable[[], Vocabulary]):
        self.make_vocabulary = make_vocabulary
        self.pool: ThreadPoolExecutor | None = None
        self.kept: OrderedDict[bytes, Future[Any]] = OrderedDict()
        self.num_compiled, self.num_hits, self.compile_seconds = 0, 0, 0.0

    def begin(self, text: str) -> "Future[Any]":
        """A grammar that nobody has advanced: rows work on copies."""
        key = sha256(text.encode()).digest()
        if (found := self.kept.get(key)) is not None:
            self.kept.move_to_end(key)
            self.num_hits += 1
            return found
        if self.pool is None:
            self.pool = ThreadPoolExecutor(NUM_THREADS, "quire-grammar")
            self.vocabulary = self.pool.submit(self._read)
        made = self.kept[key] = self.pool.submit(self._compile, text)
        if len(self.kept) > MOST_KEPT:
            self.kept.popitem(last=False)
        return made

    def close(self) -> None:
        """Its threads end: at once, or with what they are compiling."""
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)

    def _read(self) -> Vocabulary:
        vocabulary = self.make_vocabulary()
        vocabulary.engine                               # noqa: B018  # made now, on this thread
        return vocabulary

    def _compile(self, text: str) -> Any:
        vocabulary = self.vocabulary.result()
        began = time.perf_counter()
        text = text if vocabulary.spells_all else unforced(text)
        made = llguidance.LLMatcher(vocabulary.engine, text, log_level=0, limits=limits())
        self.compile_seconds += time.perf_counter() - began
        self.num_compiled += 1
        if made.is_error():
            raise GrammarFailed(f"the grammar cannot be compiled: {made.get_error().strip()}")
        return made
