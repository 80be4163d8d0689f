"""Figures against numpy, tables of statistics, and what confidence intervals promise."""
from fractions import Fraction
from itertools import accumulate
from math import comb
from random import Random

import numpy as np
import pytest

from quire.cli.bench import figures
from tests.conftest import FULL

SAMPLES = [Random(n).choices(range(1000), k=n) for n in (2, 3, 10, 101)]


@pytest.mark.parametrize("values", SAMPLES, ids=len)
@pytest.mark.parametrize("p", [1, 25, 50, 90, 99, 99.9])
def test_percentiles_are_numpys(values, p):
    assert figures.percentile(sorted(values), p) == pytest.approx(np.percentile(values, p))


@pytest.mark.parametrize("values", SAMPLES, ids=len)
def test_mean_and_deviation_are_numpys(values):
    found = figures.figure(values, "ms", [50], "request")
    assert (found["n"], found["unit"], found["of"]) == (len(values), "ms", "request")
    assert found["mean"] == pytest.approx(np.mean(values)) and found["std"] == pytest.approx(np.std(values, ddof=1))
    assert (found["min"], found["max"]) == (min(values), max(values))


@pytest.mark.parametrize(("freedom", "value"), [     # tables of Student's t, 97.5 %
    (1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (5, 2.5706), (9, 2.2622), (30, 2.0423), (120, 1.9799)])
def test_students_t(freedom, value):
    assert figures.t_quantile(freedom) == pytest.approx(value, abs=0.006)


def test_the_interval_of_a_mean_is_students():
    found = figures.figure([1.0, 2.0, 3.0], "s", [], "run")
    half = 4.3027 * 1.0 / 3 ** 0.5
    assert found["ci95"] == pytest.approx([2 - half, 2 + half])


@pytest.mark.parametrize(("n", "q", "ranks"), [      # tables of distribution-free intervals for a median
    (6, 0.5, (1, 6)), (10, 0.5, (2, 9)), (20, 0.5, (6, 15)), (100, 0.5, (40, 61)), (5, 0.5, (None, None))])
def test_ranks_of_an_interval(n, q, ranks):
    assert figures.interval_ranks(n, q) == ranks


@pytest.mark.parametrize("n", [2, 5, 30, 100, 367, 368, 700])
@pytest.mark.parametrize("q", [Fraction(1, 2), Fraction(9, 10), Fraction(99, 100), Fraction(1, 100)])
def test_ranks_are_the_tightest_that_exact_arithmetic_allows(n, q):
    masses = [comb(n, k) * q.numerator ** k * (q.denominator - q.numerator) ** (n - k) for k in range(n + 1)]
    below = [Fraction(mass, q.denominator ** n) for mass in accumulate(masses)]
    side = Fraction(25, 1000)
    low = max((r for r in range(1, n + 1) if below[r - 1] <= side), default=None)
    high = min((r for r in range(1, n + 1) if below[r - 1] >= 1 - side), default=None)
    assert figures.interval_ranks(n, float(q)) == (low, high)


@pytest.mark.parametrize("q", [0.5, 0.9])
def test_the_interval_of_a_percentile_holds_it_in_95_of_100(q):
    """Of an exponential distribution, whose quantiles are known. Both sides err in at most 2.5 % of cases."""
    rng, times = Random(7), 2000 if FULL else 400
    truth = -np.log(1 - q)
    above = below = 0
    for _ in range(times):
        low, high = figures.percentile_interval(sorted(rng.expovariate(1) for _ in range(60)), 100 * q)
        above += low is not None and low > truth
        below += high is not None and high < truth
    assert above <= 0.045 * times and below <= 0.045 * times and above + below > 0


@pytest.mark.parametrize("values", [[], [3.0]])
def test_one_sample_gives_no_number(values):
    found = figures.figure(values, "ms", [50, 99], "request")
    assert found == {"unit": "ms", "of": "request", "n": len(values),
                     "refused": f"n = {len(values)}: no number without a spread"}


def test_parts_of_one_request_are_one_sample():
    assert figures.figure([1.0, 2.0, 3.0], "ms", [50], "gap", is_alone=True)["n"] == 1
    assert "mean" not in figures.figure([1.0, 2.0, 3.0], "ms", [50], "gap", is_alone=True)


def test_a_percentile_that_nothing_bounds_is_no_number():
    five, two = (figures.figure(values, "ms", [50, 99], "x")["percentiles"] for values in ([1, 2, 3, 4, 5], [1, 2]))
    assert five["50"] == {"value": None, "ci95": [None, None]} and five["99"]["value"] is not None
    assert two["99"] == {"value": None, "ci95": [2, None]}       # surely above both


@pytest.mark.parametrize(("part", "whole", "interval"), [     # Wilson's, worked out by hand
    (0, 10, (0.0, 0.2775)), (5, 10, (0.2366, 0.7634)), (10, 10, (0.7225, 1.0)), (81, 263, (0.2553, 0.3662))])
def test_the_interval_of_a_share(part, whole, interval):
    found = figures.share(part, whole)
    assert found["ci95"] == pytest.approx(list(interval), abs=1e-4) and found["mean"] == part / whole


def test_a_share_of_one_is_no_number():
    assert "refused" in figures.share(1, 1) and "mean" not in figures.share(1, 1)


def test_rates_of_windows_add_up_to_the_whole():
    events = [(10 + i / 7, 3.0) for i in range(70)]
    found = figures.rates(events, 10.0, 20.0)
    assert len(found) == 10 and np.mean(found) == pytest.approx(70 * 3 / 10)
    assert figures.rates([(10.0, 5.0), (20.0, 5.0)], 10.0, 20.0)[::9] == [5.0, 5.0]     # both ends count
    assert figures.rates([(1.0, 1.0)], 1.0, 1.0) == []
