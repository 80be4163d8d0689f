"""When requests arrive, in seconds from the start of a run. The same seed gives the same times."""
import math
from collections.abc import Callable
from random import Random

RAMPS: dict[str, Callable[[float, float, float], float]] = {
    "linear": lambda first, last, way: first + (last - first) * way,
    "exponential": lambda first, last, way: first * (last / first) ** way,
}


def arrivals(num: int, rate_at: Callable[[float], float], burstiness: float, rng: Random) -> list[float]:
    """Gaps are gamma distributed with mean 1 / rate and shape `burstiness`: 1 is a Poisson process, less comes in bursts, more
    is more even. rate_at: requests a second when this share of them has come. An infinite rate: all at once."""
    found, now = [], 0.0
    for i in range(num):
        rate = rate_at(i / max(1, num - 1))
        now += rng.gammavariate(burstiness, 1 / (rate * burstiness)) if math.isfinite(rate) else 0.0
        found.append(now)
    return found
