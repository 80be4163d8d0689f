"""Where tests plant exceptions, to see that one request's failure is its own.

`planted` is empty outside of tests. Forward, sampling and the making of batches have such places in the runner. "schedule" is
where the engine takes a request in; planning and folding need no such place, for tests replace the methods of the cache.
"""
from collections.abc import Callable

PHASES = ("validate", "tokenize", "schedule", "detokenize", "send")

planted: dict[str, Callable[[str], None]] = {}      # phase -> called with the request's label; may raise


def strike(phase: str, label: str) -> None:
    if planted and phase in planted:
        planted[phase](label)
