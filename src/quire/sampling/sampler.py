"""Logits -> ids: an ordered list of features, then the draw. Everything on the device, all rows of a step at once.

A row pays only for what it wants: where no row wants anything but the best id, sampling is one argmax. What is drawn for a
row depends on its logits, its parameters and its history alone, to the bit (on GPU: but for the order of sums within it).
"""
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from quire.core.types import Logprobs, Masking, RequestRefused, Start
from quire.kernels.table import argmax_rows
from quire.sampling.bad_words import BadWords
from quire.sampling.bias import AllowedIds, LogitBias, MinTokens
from quire.sampling.draw import draw_whole, signed, uniforms
from quire.sampling.feature import Feature, Lines
from quire.sampling.grammar import Grammars
from quire.sampling.logprobs import logprobs_of
from quire.sampling.penalties import Penalties
from quire.sampling.truncation import Cuts, draw_cut

FEATURES = (AllowedIds, BadWords, MinTokens, Grammars, LogitBias, Penalties)    # in the order in which they change the logits
BARRING = (AllowedIds, BadWords, MinTokens, Grammars)   # those that could leave nothing to draw
GREEDY_BELOW = 1e-5     # temperatures
NO_LOGPROBS = -1
NOTHING_LEFT = ("allowed_token_ids, bad_words, min_tokens and the form asked for together bar every id, so nothing can be "
                "drawn: allow more ids or bar fewer")


@dataclass(slots=True)
class Sampled:
    ids: Tensor                                                         # (R,) int64, on the device
    logprobs: dict[int, Logprobs] = field(default_factory=dict)         # line -> of one position, where asked for


class Sampler:
    """Row-bound state, all of it in tensors of fixed size. Invariant: a row that has ended, or never began, wants nothing."""

    def __init__(self, max_rows: int, vocab: int, max_model_len: int, device: torch.device | str = "cpu"):
        self.vocab, self.device = vocab, torch.device(device)
        self.features: list[Feature] = [feature(max_rows, vocab, self.device) for feature in FEATURES]
        self.grammars = next(feature for feature in self.features if isinstance(feature, Grammars))
        self.wants = np.zeros((len(FEATURES), max_rows), bool)
        self.is_random = np.zeros(max_rows, bool)
        self.is_cut = np.zeros(max_rows, bool)
        self.num_logprobs = np.full(max_rows, NO_LOGPROBS, np.int64)
        self.seeds, self.indices, self.top_k = (self._zeros(max_rows, torch.int64) for _ in range(3))
        self.temperature, self.log_min_p = (self._zeros(max_rows, torch.float32) for _ in range(2))
        self.top_p = self._zeros(max_rows, torch.float64)

    def _zeros(self, rows: int, dtype: torch.dtype) -> Tensor:
        return torch.zeros(rows, dtype=dtype, device=self.device)

    # ---- rows

    def start(self, row: int, start: Start) -> None:
        """Raises if the request cannot be sampled; then the row wants nothing."""
        self.end(row)
        try:
            for number, feature in enumerate(self.features):
                self.wants[number, row] = feature.start(row, start)
        except Exception:
            self.end(row)
            raise
        s = start.sampling
        self.num_logprobs[row] = NO_LOGPROBS if s.num_logprobs is None else min(s.num_logprobs, self.vocab)
        if s.temperature >= GREEDY_BELOW:
            self._set_random(row, start)

    def _set_random(self, row: int, start: Start) -> None:
        s = start.sampling
        top_k = s.top_k if 0 < s.top_k < self.vocab else self.vocab
        self.is_random[row] = True
        self.is_cut[row] = top_k < self.vocab or s.top_p < 1 or s.min_p > 0
        self.temperature[row], self.top_k[row], self.top_p[row] = s.temperature, top_k, s.top_p
        self.log_min_p[row] = math.log(s.min_p) if s.min_p > 0 else -math.inf
        self.seeds[row], self.indices[row] = signed(s.seed), start.index

    def end(self, row: int) -> None:
        for number in np.flatnonzero(self.wants[:, row]).tolist():
            self.features[number].end(row)
        self.wants[:, row] = False
        self.is_random[row] = self.is_cut[row] = False
        self.num_logprobs[row] = NO_LOGPROBS

    # ---- steps

    def late(self, rows: Sequence[int]) -> set[int]:
        """Those of the rows that cannot be drawn yet: their grammars are still being made."""
        return self.grammars.late(set(rows)) if self.grammars.making else set()

    @property
    def masking(self) -> Masking | None:
        """None: no row has had a grammar yet."""
        return self.grammars.costs if self.grammars.compiler.pool else None

    def sample(self, logits: Tensor, rows: Sequence[int], positions: Sequence[int], best: Tensor | None = None) -> Sampled:
        """One id for each line of logits, (R, V) float32. rows: each at most once. positions: where the ids will stand, so
        prompt length + ids drawn so far. best: (R,) the greatest of each line, if whoever made them has looked already.
        Raises before anything has changed, so that the lines can be tried one by one."""
        step = Lines(np.arange(len(rows)), np.asarray(rows, np.int64), np.asarray(positions, np.int64), self.device)
        wanted = [(feature, step.only(wants)) for feature, wants in zip(self.features, self.wants[:, step.rows], strict=True)
                  if wants.any()]
        ids = self._draw(self._changed(logits, wanted), step, None) if wanted else self._draw(logits, step, best)
        told = self._logprobs(logits, ids, step.only(self.num_logprobs[step.rows] != NO_LOGPROBS))
        for feature, lines in wanted:
            feature.append(lines, ids[lines.at])
        return Sampled(ids, told)

    def prompt_logprobs(self, logits: Tensor, targets: Tensor, k: int) -> Logprobs:
        """Of the ids (P,) that stand behind the positions of these logits (P, V)."""
        return logprobs_of(logits, targets, min(k, self.vocab))

    def _changed(self, logits: Tensor, wanted: list[tuple[Feature, Lines]]) -> Tensor:
        logits = logits.clone()
        for feature, lines in wanted:
            feature.apply(logits, lines)
            if isinstance(feature, BARRING) and bool((logits[lines.at].amax(1) == -torch.inf).any()):
                raise RequestRefused(NOTHING_LEFT)
        return logits

    def _draw(self, logits: Tensor, step: Lines, best: Tensor | None) -> Tensor:
        is_random = self.is_random[step.rows]
        if best is None and not is_random.all():
            best = argmax_rows(logits)[0]                               # of equal ones the lowest id
        if best is not None and not is_random.any():
            return best
        ids = torch.empty(len(is_random), dtype=torch.int64, device=self.device) if best is None else best.clone()
        is_cut = self.is_cut[step.rows]
        for lines in (step.only(is_random & ~is_cut), step.only(is_cut)):
            if lines.places.size:
                ids[lines.at] = self._draw_random(logits, lines)
        return ids

    def _draw_random(self, logits: Tensor, lines: Lines) -> Tensor:
        """Of lines that are all cut, or all not."""
        row = lines.of
        uniform = uniforms(self.seeds[row], self.indices[row], torch.from_numpy(lines.positions).to(self.device))
        scaled = logits[lines.at] / self.temperature[row][:, None]
        if not self.is_cut[lines.rows[0]]:
            return draw_whole(scaled, uniform)
        return draw_cut(scaled, Cuts(self.top_k[row], self.top_p[row], self.log_min_p[row]), uniform)

    def _logprobs(self, logits: Tensor, ids: Tensor, lines: Lines) -> dict[int, Logprobs]:
        if not lines.places.size:
            return {}
        counts = self.num_logprobs[lines.rows].tolist()
        made = logprobs_of(logits[lines.at], ids[lines.at], max(counts))
        return {place: Logprobs(made.ids[i:i + 1, :1 + k], made.values[i:i + 1, :1 + k], made.ranks[i:i + 1])
                for i, (place, k) in enumerate(zip(lines.places.tolist(), counts, strict=True))}
