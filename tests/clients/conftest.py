"""One server for all clients, with a key; the clients run in an environment of their own and start it with another Python.

Without SERVER_PYTHON (`make test-clients` sets it) nothing here is collected: the packages are not there.
"""
import os
from collections.abc import Iterator

import pytest

from tests.e2e.command import SERVER_PYTHON, Command, served

KEY = "sk-of-the-clients"
MODEL = "quire-8m"

collect_ignore_glob = [] if SERVER_PYTHON in os.environ else ["test_*.py"]


@pytest.fixture(scope="session")
def server() -> Iterator[Command]:
    with served("--api-key", KEY) as running:
        yield running
        assert running.end() == 0, "\n".join(running.said)


@pytest.fixture(scope="session")
def base(server: Command) -> str:
    return f"{server.url}/v1"
