"""The tests of the scheduler see planted faults: a sample of them, or all."""
import random
from collections import Counter

import pytest

from tests.conftest import FULL
from tests.faults.plant_schedule import FAULTS, ROOT, SURVIVED, TYPES, Fault, is_caught

CHOSEN = FAULTS if FULL else random.Random(1).sample(FAULTS, 4)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_a_fault_can_be_planted(fault):
    """The sources have not moved away from under it."""
    assert (ROOT / "src" / "quire" / fault.file).read_text().count(fault.old) == 1 and fault.new != fault.old


def test_faults_have_names_of_their_own():
    assert max(Counter(fault.what for fault in FAULTS).values()) == 1


@pytest.mark.parametrize("fault", CHOSEN, ids=lambda fault: fault.what)
def test_a_planted_fault_is_seen(fault):
    assert is_caught(fault) != SURVIVED


@pytest.mark.skipif(not FULL, reason="runs all tests of the scheduler once more")
def test_without_a_fault_nothing_is_seen():
    assert is_caught(Fault("nothing", TYPES, "class Limits:", "class Limits:")) == SURVIVED
