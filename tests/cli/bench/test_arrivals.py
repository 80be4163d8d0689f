"""Arrival times against the distributions that they are to have, by Kolmogorov and Smirnov."""
import math
import statistics
from random import Random

import pytest

from quire.cli.bench.arrivals import RAMPS, arrivals

NUM = 4000
CRITICAL = 1.63 / math.sqrt(NUM)        # of Kolmogorov and Smirnov's distance, at one in a hundred


def gaps(rate: float, burstiness: float, seed: int = 0, num: int = NUM) -> list[float]:
    times = arrivals(num, lambda way: rate, burstiness, Random(seed))
    return [later - earlier for earlier, later in zip([0.0, *times], times, strict=False)]


def distance(found: list[float], cdf) -> float:
    """The widest gap between the samples' distribution and a known one."""
    ordered = sorted(found)
    return max(max(abs((i + 1) / len(ordered) - cdf(x)), abs(i / len(ordered) - cdf(x))) for i, x in enumerate(ordered))


def exponential(rate: float):
    return lambda x: 1 - math.exp(-rate * x)


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("rate", [0.5, 10.0, 400.0])
def test_gaps_of_a_poisson_process_are_exponential(rate, seed):
    assert distance(gaps(rate, 1.0, seed), exponential(rate)) < CRITICAL


@pytest.mark.parametrize("burstiness", [0.5, 2.0])
def test_other_shapes_are_not(burstiness):
    assert distance(gaps(10.0, burstiness), exponential(10.0)) > 3 * CRITICAL


def test_gaps_of_shape_2_are_erlangs():
    def erlang(x: float) -> float:
        return 1 - math.exp(-20 * x) * (1 + 20 * x)
    assert distance(gaps(10.0, 2.0), erlang) < CRITICAL


def test_bursts_of_shape_one_half_are_a_squared_normal():
    """Gamma of shape 1/2 is chi-squared with one degree of freedom: erf of a root."""
    def chi(x: float) -> float:
        return math.erf(math.sqrt(x * 5.0))
    assert distance(gaps(10.0, 0.5), chi) < CRITICAL


@pytest.mark.parametrize("burstiness", [0.2, 1.0, 5.0])
def test_the_rate_is_the_same_whatever_the_shape(burstiness):
    """And the spread of gaps is what the shape says: the variation is one over its root."""
    found = gaps(8.0, burstiness)
    assert statistics.fmean(found) == pytest.approx(1 / 8, rel=0.12)
    assert statistics.stdev(found) / statistics.fmean(found) == pytest.approx(burstiness ** -0.5, rel=0.12)


def test_counts_of_a_poisson_process_vary_as_much_as_their_mean():
    times = arrivals(NUM, lambda way: 20.0, 1.0, Random(3))
    counts = [sum(s <= t < s + 1 for t in times) for s in range(int(times[-1]))]
    assert statistics.variance(counts) / statistics.fmean(counts) == pytest.approx(1.0, abs=0.25)


def test_an_infinite_rate_is_all_at_once():
    assert arrivals(3, lambda way: math.inf, 1.0, Random(0)) == [0.0, 0.0, 0.0]


def test_the_same_seed_gives_the_same_times():
    one, same, other = (arrivals(50, lambda way: 5.0, 0.7, Random(seed)) for seed in (1, 1, 2))
    assert one == same != other and one == sorted(one)


@pytest.mark.parametrize(("name", "middle"), [("linear", 50.5), ("exponential", 10.0)])
def test_a_ramp_goes_from_one_rate_to_the_other(name, middle):
    ramp = RAMPS[name]
    assert [ramp(1.0, 100.0, way) for way in (0.0, 0.5, 1.0)] == pytest.approx([1.0, middle, 100.0])
    times = arrivals(NUM, lambda way: ramp(1.0, 100.0, way), 1.0, Random(0))
    tenth = NUM // 10
    assert (times[tenth] - times[0]) > 3 * (times[-1] - times[-tenth])
