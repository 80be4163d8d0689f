"""Model folders without weights, one small and one that is much for a CPU."""
import pytest

from tests.engine.folders import BIG, make_folder


@pytest.fixture
def folder(tmp_path):
    return make_folder(tmp_path / "m")


@pytest.fixture
def big(tmp_path):
    return make_folder(tmp_path / "big", {"w": ("BF16", [1000, 1_000_000])}, **BIG)
