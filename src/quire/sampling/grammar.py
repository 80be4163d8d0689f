"""Structured output: ids that would lead out of a row's grammar are barred."""
import os
import time
from bisect import bisect_left
from collections.abc import Callable
from concurrent.futures import Future, wait
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from quire.core.lazy import lazy
from quire.core.types import MASK_SECONDS, Masking, RequestRefused, Start
from quire.grammar.compiler import Compiler
from quire.grammar.match import Matcher, fill
from quire.grammar.vocabulary import Vocabulary
from quire.sampling.feature import Lines

llguidance = lazy("llguidance")

PATIENCE_SECONDS = 0.002        # that a step waits for grammars that are being compiled
MOST_THREADS = 8


def no_vocabulary() -> Vocabulary:
    raise RequestRefused("there is no tokenizer here, so grammars cannot be followed")


class Grammars:
    """making      row -> its Start and the grammar that is on its way
    matchers    row -> its place in the grammar; a row is in one of the two
    """

    def __init__(self, max_rows: int, vocab: int, device: torch.device):
        self.vocab, self.device = vocab, device
        self.compiler = Compiler(no_vocabulary)
        self.making: dict[int, tuple[Start, Future[Any]]] = {}
        self.matchers: dict[int, Matcher] = {}
        self.num_steps, self.seconds = [0] * (len(MASK_SECONDS) + 1), 0.0

    def read_with(self, make_vocabulary: Callable[[], Vocabulary]) -> None:
        """Called on a thread of its own when the first grammar comes."""
        self.compiler = Compiler(make_vocabulary)

    def start(self, row: int, start: Start) -> bool:
        if not start.grammar:
            return False
        self.making[row] = start, self.compiler.begin(start.grammar.text)
        return True

    def end(self, row: int) -> None:
        self.making.pop(row, None)
        self.matchers.pop(row, None)

    def late(self, rows: set[int]) -> set[int]:
        """Those of the rows whose grammars are not ready, after a moment's patience."""
        if not (asked := self.making.keys() & rows):
            return set()
        open_ones = wait([self.making[row][1] for row in asked], PATIENCE_SECONDS).not_done
        return {row for row in asked if self.making[row][1] in open_ones}

    def apply(self, logits: Tensor, lines: Lines) -> None:
        began = time.perf_counter()
        words = fill([self._matcher(row) for row in lines.rows.tolist()], self._executor)
        at = lines.at
        logits[at] = logits[at].masked_fill_(_is_barred(torch.from_numpy(words.view(np.uint8)).to(self.device), self.vocab),
                                             -torch.inf)
        seconds = time.perf_counter() - began
        self.num_steps[bisect_left(MASK_SECONDS, seconds)] += 1
        self.seconds += seconds

    def append(self, lines: Lines, ids: Tensor) -> None:
        for row, token in zip(lines.rows.tolist(), ids.tolist(), strict=True):
            self.matchers[row].advance(token)

    @property
    def costs(self) -> Masking:
        compiler = self.compiler
        return Masking(tuple(self.num_steps), self.seconds, compiler.num_compiled, compiler.compile_seconds, compiler.num_hits)

    def _matcher(self, row: int) -> Matcher:
        """Walked over the ids that were known when the row began: after a restart these are output too."""
        if (made := self.making.get(row)) is not None:
            start, future = made
            assert start.grammar
            engine, vocabulary = future.result().deep_copy(), self.compiler.vocabulary.result()
            self.matchers[row] = Matcher(engine, vocabulary, start.grammar, start.tokens[start.prompt_len:])
            del self.making[row]
        return self.matchers[row]

    @cached_property
    def _executor(self) -> Any:
        return llguidance.LLExecutor(num_threads=min(MOST_THREADS, os.cpu_count() or 1))


def _is_barred(words: Tensor, vocab: int) -> Tensor:
    """(L, bytes) uint8, a bit for each id that may be drawn -> (L, V) bool."""
    shifts = torch.arange(8, dtype=torch.uint8, device=words.device)
    return ((words[:, :, None] >> shifts) & 1).view(words.shape[0], -1)[:, :vocab] == 0
