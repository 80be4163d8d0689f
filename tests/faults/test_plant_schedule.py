"""The tests of the scheduler see planted faults: a sample of them, or all."""
import random

import pytest

from tests.conftest import FULL
from tests.faults.plant_schedule import FAULTS, SURVIVED, TYPES, Fault, is_caught

CHOSEN = FAULTS if FULL else random.Random(1).sample(FAULTS, 4)


@pytest.mark.parametrize("fault", CHOSEN, ids=lambda fault: fault.what)
def test_a_planted_fault_is_seen(fault):
    assert is_caught(fault) != SURVIVED


@pytest.mark.skipif(not FULL, reason="runs all tests of the scheduler once more")
def test_without_a_fault_nothing_is_seen():
    assert is_caught(Fault("nothing", TYPES, "class Limits:", "class Limits:")) == SURVIVED
