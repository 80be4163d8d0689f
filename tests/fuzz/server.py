"""The server that is fuzzed: all of it is real but the device, which answers at once. python -m tests.fuzz.server

Its address is the first line on stdout. A key is asked for, unknown fields are refused, and the template knows tools and
reasoning, so that as many bodies as possible come through.
"""
import sys
from collections.abc import Sequence

from quire.core.plan import Plan
from quire.engine.link import Link
from quire.engine.local import EngineThread
from quire.server import run
from tests.server.model import EOS, fake_engine, plan
from tests.server.test_tools import BOTH
from tests.server.test_tools import plan as with_tools

KEY = "fuzz"
CHOSEN = with_tools(strict=True, api_keys=(KEY,), priority_scheduling=True)


def answer(prompt: Sequence[int]) -> Sequence[int]:
    """Text, or where the last byte is odd also two calls of tools."""
    return [*(BOTH if prompt[-1] % 2 else "Yes.").encode(), EOS]


def link_of(chosen: Plan) -> Link:
    return EngineThread(lambda progress: fake_engine(chosen, answer))


def main() -> int:
    run.link_of = link_of
    run.serve(plan(**CHOSEN), on_ready=lambda url, _: print(url, flush=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
