"""A server as a process of its own, with an engine without a model in another: python -m tests.server.program PLAN [WORKER]

PLAN is Plan.to_wire() as JSON; WORKER is the engine's program, else that with the fake device. The address is the first line
on stdout when requests are taken.
"""
import json
import sys
from pathlib import Path

from quire.cli.main import fail
from quire.core.errors import QuireError
from quire.core.plan import Plan
from quire.engine.process import GUARDS, EngineProcess
from quire.server import run

FAKE = Path(__file__).parents[1] / "engine" / "fake_worker.py"


def main(wire: str, worker: str = str(FAKE)) -> int:
    run.link_of = lambda plan: EngineProcess(plan, GUARDS, (worker,))
    try:
        run.serve(Plan.from_wire(json.loads(wire)), on_ready=lambda url, _: print(url, flush=True))
    except QuireError as error:
        return fail(error.message, error.exit_code)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
