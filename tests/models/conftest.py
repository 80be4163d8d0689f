from collections.abc import Callable

import pytest

from .references import WIDE, Reference, make_reference


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Reference]:
    """By name and standard deviations, each made once."""
    made: dict[tuple[str, tuple[float, float]], Reference] = {}

    def get(name: str, stds: tuple[float, float] = WIDE) -> Reference:
        if (name, stds) not in made:
            made[name, stds] = make_reference(name, tmp_path_factory.mktemp(name), stds)
        return made[name, stds]

    return get
