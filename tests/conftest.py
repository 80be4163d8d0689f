"""What all tests share. QUIRE_TEST_FULL=1 runs everything; else long tests run a sample."""
import os

import pytest

# What helpers assert is told as that of tests is, and holds under python -O too.
PARTS = ("clients", "core", "e2e", "engine", "executor", "schedule", "server")
pytest.register_assert_rewrite(*(f"tests.{part}" for part in PARTS))

FULL = os.environ.get("QUIRE_TEST_FULL") == "1"
