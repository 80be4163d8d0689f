"""From samples to figures, none of which is ever a lone number: each has its n, its spread and how sure it is.

A figure is a plain dict, as the report holds it: unit, n, mean, std, ci95 (of the mean, by Student's t), min, max, and
percentiles, each with the 95 % interval that order statistics give whatever the distribution. A bound that so few samples
cannot give is None: the 99th percentile of 100 samples is open at the top. Below LEAST samples there is no spread, so there
is no number at all, but `refused`, which says so.
"""
import math
from collections.abc import Iterable, Sequence
from statistics import NormalDist, fmean, stdev
from typing import Any

Figure = dict[str, Any]
Interval = tuple[float | None, float | None]

LEAST = 2
ALPHA = 0.05
Z = NormalDist().inv_cdf(1 - ALPHA / 2)
WINDOWS = 10                    # equal parts of one run, whose rates are the samples of its throughput
FEW_T = {1: 12.7062, 2: 4.3027}     # where the series below is off by more than a hundredth
BEYOND = 10.0                   # standard deviations of a binomial, outside of which there is no mass that counts


def figure(values: Sequence[float], unit: str, percentiles: Sequence[float], of: str, is_alone: bool = False) -> Figure:
    """`of`: what one sample is. is_alone: all come from one request, whose parts are no samples of what others would see."""
    found: Figure = {"unit": unit, "of": of, "n": min(1, len(values)) if is_alone else len(values)}
    if found["n"] < LEAST:
        return {**found, "refused": f"n = {found['n']}: no number without a spread"}
    ordered = sorted(values)
    mean, spread = fmean(ordered), stdev(ordered)
    half = t_quantile(len(ordered) - 1) * spread / math.sqrt(len(ordered))
    return {**found, "mean": mean, "std": spread, "ci95": [mean - half, mean + half], "min": ordered[0], "max": ordered[-1],
            "percentiles": {f"{p:g}": bounded(ordered, p) for p in percentiles}}


def bounded(ordered: Sequence[float], p: float) -> dict[str, Any]:
    """A percentile and its interval. The value is None where the samples say nothing about it: with no bound on either side
    (five samples and the median), or where it surely lies beyond all of them (two samples and the 99th)."""
    value, (low, high) = percentile(ordered, p), percentile_interval(ordered, p)
    is_told = (low, high) != (None, None) and (low is None or low <= value) and (high is None or value <= high)
    return {"value": value if is_told else None, "ci95": [low, high]}


def percentile(ordered: Sequence[float], p: float) -> float:
    """Between the two nearest ranks on a straight line, as numpy does."""
    at = (len(ordered) - 1) * p / 100
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def percentile_interval(ordered: Sequence[float], p: float) -> Interval:
    low, high = interval_ranks(len(ordered), p / 100)
    return (ordered[low - 1] if low else None, ordered[high - 1] if high else None)


def interval_ranks(n: int, q: float) -> tuple[int | None, int | None]:
    """Ranks (from 1) of the samples between which the q-quantile lies with 95 %: how many samples lie below it is binomial,
    so neither side may be wrong with more than 2.5 %."""
    low, below = None, 0.0
    reach = BEYOND * math.sqrt(n * q * (1 - q)) + 1
    for k in range(max(0, math.floor(n * q - reach)), n):
        below += math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
                          + k * math.log(q) + (n - k) * math.log1p(-q))
        if below <= ALPHA / 2:
            low = k + 1
        if below >= 1 - ALPHA / 2:
            return low, k + 1
    return low, None


def t_quantile(freedom: int) -> float:
    """The 97.5th percentile of Student's t: Cornish and Fisher's series around the normal's."""
    if freedom in FEW_T:
        return FEW_T[freedom]
    z, v = Z, freedom
    return (z + (z**3 + z) / (4 * v) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
            + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
            + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * v**4))


def share(part: int, whole: int) -> Figure:
    """Of so many, how many: Wilson's interval, which stays within 0 and 1."""
    found: Figure = {"unit": "of 1", "of": "requests", "n": whole}
    if whole < LEAST:
        return {**found, "refused": f"n = {whole}: no number without a spread"}
    p, weight = part / whole, Z * Z / whole
    middle = (p + weight / 2) / (1 + weight)
    half = Z * math.sqrt(p * (1 - p) / whole + weight / whole / 4) / (1 + weight)
    return {**found, "mean": p, "std": math.sqrt(p * (1 - p)), "ci95": [max(0.0, middle - half), min(1.0, middle + half)]}


def rates(events: Iterable[tuple[float, float]], begin: float, end: float, windows: int = WINDOWS) -> list[float]:
    """Of (when, how much): how much a second, in each of the equal windows of a run. Their mean is the rate of the whole."""
    width = (end - begin) / windows
    if width <= 0:
        return []
    sums = [0.0] * windows
    for when, amount in events:
        sums[min(windows - 1, max(0, int((when - begin) / width)))] += amount
    return [total / width for total in sums]
