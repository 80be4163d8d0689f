"""Refusals of the common doors in the words of the route that a client used."""
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from quire.core.errors import InvalidRequest


@contextmanager
def renamed(names: Mapping[str, str]) -> Iterator[None]:
    try:
        yield
    except InvalidRequest as error:
        name = names.get(error.param or "")
        if name is None or name == error.param:
            raise
        message = re.sub(rf"\b{error.param}\b", name, error.message) if error.param != "prompt" else error.message
        raise InvalidRequest(message, name, error.code) from error
