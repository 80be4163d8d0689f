"""How many examples hypothesis tries: all of them with QUIRE_TEST_FULL=1, else a third."""
from hypothesis import settings

from tests.conftest import FULL


def examples(count: int) -> settings:
    return settings(max_examples=count if FULL else count // 3, deadline=None)
