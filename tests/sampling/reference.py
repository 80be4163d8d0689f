"""What sampling means, slowly: numpy in float64, one row at a time, written apart from the sampler."""
import math
from collections import Counter
from typing import Any

import numpy as np

from quire.core.types import Sampling, Start


def processed(logits: np.ndarray, s: Sampling, prompt: list[int], output: list[int]) -> np.ndarray:
    """(V,) -> (V,): everything before the temperature."""
    x = logits.astype(np.float64).copy()
    if s.allowed_ids:
        x[[i for i in range(len(x)) if i not in s.allowed_ids]] = -np.inf
    for word in s.bad_words:
        *before, last = word
        if not before or output[-len(before):] == before:
            x[last] = -np.inf
    if len(output) < s.min_tokens:
        x[list(s.stop_ids)] = -np.inf
    for i, bias in s.logit_bias:
        x[i] += bias
    for i in {*prompt, *output}:
        x[i] = x[i] / s.repetition_penalty if x[i] > 0 else x[i] * s.repetition_penalty
    for i, count in Counter(output).items():
        x[i] -= s.frequency_penalty * count + s.presence_penalty
    return x


def drawable(x: np.ndarray, s: Sampling) -> dict[int, float]:
    """Ids that may be drawn, with their probabilities."""
    x = x / s.temperature
    p = np.exp(x - x.max())
    p /= p.sum()
    order = sorted(range(len(p)), key=lambda i: (-x[i], i))
    kept = [i for i in order if s.min_p == 0 or p[i] >= s.min_p * p[order[0]]]
    if s.top_k:
        kept = kept[:s.top_k]
    total, share, best = sum(p[i] for i in kept), 0.0, []
    for i in kept:
        if best and share >= s.top_p * total:
            break
        best.append(i)
        share += p[i]
    mass = sum(p[i] for i in best)
    return {i: p[i] / mass for i in best if p[i] > 0}


def log_softmax(x: np.ndarray) -> np.ndarray:
    x = x.astype(np.float64)
    return x - x.max() - math.log(np.exp(x - x.max()).sum())


def chi_square(counts: dict[int, int], expected: dict[int, float], draws: int) -> float:
    """How many standard deviations the counts are from what is expected: about normal (Wilson and Hilferty)."""
    assert counts.keys() <= expected.keys(), "drawn what may not be drawn"
    classes = {i: p * draws for i, p in expected.items()}
    rare = [i for i, n in classes.items() if n < 10]
    seen = {i: counts.get(i, 0) for i in classes if i not in rare} | {-1: sum(counts.get(i, 0) for i in rare)}
    want = {i: n for i, n in classes.items() if i not in rare} | {-1: sum(classes[i] for i in rare)}
    statistic = sum((seen[i] - want[i]) ** 2 / want[i] for i in want if want[i] > 0)
    degrees = max(1, sum(n > 0 for n in want.values()) - 1)
    return ((statistic / degrees) ** (1 / 3) - (1 - 2 / (9 * degrees))) / math.sqrt(2 / (9 * degrees))


def start_of(row: int, prompt: list[int], output: list[int] = (), index: int = 0, **fields: Any) -> Start:  # type: ignore[assignment]
    sampling = Sampling(**{"max_tokens": 1000, **fields})
    return Start(row, row, 0, (*prompt, *output), len(prompt), sampling, index, "", None, True, False, 0)
