"""A server as a process of its own, with the fake engine in a process of its own: python -m tests.server.program PLAN

PLAN is Plan.to_wire() as JSON. Its address is the first line on stdout when requests are taken.
"""
import json
import sys
from pathlib import Path

from quire.cli.main import fail
from quire.core.errors import QuireError
from quire.core.plan import Plan
from quire.engine.link import Link
from quire.engine.process import GUARDS, EngineProcess
from quire.server import run

WORKER = (str(Path(__file__).parents[1] / "engine" / "fake_worker.py"),)


def link_of(plan: Plan) -> Link:
    return EngineProcess(plan, GUARDS, WORKER)


def main(wire: str) -> int:
    run.link_of = link_of
    try:
        run.serve(Plan.from_wire(json.loads(wire)), on_ready=lambda url, _: print(url, flush=True))
    except QuireError as error:
        return fail(error.message, error.exit_code)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
