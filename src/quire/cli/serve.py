"""quire serve: from flags to a server, with a line for each phase of the start and what to try next."""
import os
import sys
from collections.abc import Sequence

from quire.cli import help
from quire.cli.waterfall import Waterfall, process_start
from quire.core.lazy import lazy
from quire.core.messages import Ready
from quire.core.plan import Plan
from quire.core.settings import options_from_flags

planner, server = lazy("quire.engine.resolve"), lazy("quire.server.run")

ABOUT = ("Serves a model over HTTP to OpenAI's clients. MODEL is a folder, a Hugging Face id, or a bundled model's "
         "name; without it a small model that comes with Quire is served. quire explain with the same flags shows what "
         "would happen, and why.")


def run(arguments: Sequence[str]) -> int:
    if (word := help.wanted(arguments)) is not None:
        print(help.show("serve", ABOUT, (), word))
        return 0
    times = Waterfall(process_start())
    times.end("python")
    options, _ = options_from_flags(arguments, os.environ)
    plan = planner.resolve(options)
    for notice in plan.notices:
        tell(f"quire: {notice}")
    times.end("plan")
    server.serve(plan, on_ready=lambda url, ready: announce(plan, times, url, ready))
    return 0


def announce(plan: Plan, times: Waterfall, url: str, ready: Ready) -> None:
    """The model is loaded and requests are taken. What the HTTP side needs beyond the engine's phases is the last one."""
    for phase, end in ready.ends:
        times.end(phase, end)
    times.end("http")
    tell("\n".join([*times.lines(), f"quire: {plan.kv_line()}", f"quire: {parsers(plan)}", *next_steps(plan, url)]))


def parsers(plan: Plan) -> str:
    """How answers are read."""
    return (f"tool calls are read as {plan.tool_call_parser or 'none: no form is known'}, "
            f"reasoning as {plan.reasoning_parser or 'none'}")


def next_steps(plan: Plan, url: str) -> list[str]:
    """Commands to copy; those that would answer 401 say so by naming the key."""
    model = plan.served_names[0]
    if plan.uds:
        return [f"quire: {model} answers on {plan.uds}", f"  curl --unix-socket {plan.uds} http://localhost/v1/models"]
    key = " --api-key KEY" if plan.api_keys else ""
    header = ' -H "Authorization: Bearer KEY"' if plan.api_keys else ""
    body = f'{{"model": "{model}", "messages": [{{"role": "user", "content": "Hello"}}]}}'
    return [f"quire: {model} answers at {url}/v1; try next", f"  quire chat --url {url}{key}",
            f"  curl {url}/v1/chat/completions{header} -H 'Content-Type: application/json' -d '{body}'"]


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
