"""Repetition against a plain look at all ids, after each of them."""
import random

import pytest

from quire.core.sampling_params import RepetitionDetectionParams
from quire.text.repetition import Repetition


def repeats(ids, params):
    return any(len(ids) >= size * params.min_count
               and all(ids[-size * (i + 1):len(ids) - size * i] == ids[-size:] for i in range(params.min_count))
               for size in range(max(1, params.min_pattern_size), params.max_pattern_size + 1))


@pytest.mark.parametrize("sizes", [(1, 0, 2), (1, 1, 4), (3, 0, 2), (3, 2, 3), (4, 4, 2)])
def test_it_sees_what_a_plain_look_sees(sizes):
    params, rng, found = RepetitionDetectionParams(*sizes), random.Random(0), set()
    for _ in range(200):
        seen, ids = Repetition(params), []
        for _ in range(30):
            ids.append(rng.randrange(2))
            is_found = seen.push(ids[-1])
            assert is_found is repeats(ids, params), ids
            found.add(is_found)
    assert found == {True, False}
