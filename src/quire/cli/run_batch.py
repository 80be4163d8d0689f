"""quire run-batch: a file of requests to a file of answers, through the routes of the server, without a port."""
import os
from collections.abc import Sequence
from pathlib import Path

from quire.cli import help
from quire.cli.serve import tell
from quire.core.errors import ConfigError
from quire.core.lazy import lazy
from quire.core.options import OPTIONS, Option, Options
from quire.core.settings import options_from_flags

planner, batch = lazy("quire.engine.resolve"), lazy("quire.server.batch")

ABOUT = ("Answers a file of requests, one JSON object in each line (custom_id, method, url, body, as OpenAI's batches have "
         "them), and writes a file of answers in the same order. A request that is refused has a line that says why. The "
         "model is loaded here, with the flags of serve.")
OWN = (Option("input_file", "text", "requests, one in each line", short=("-i",)),
       Option("output_file", "text", "where answers go, one in each line", short=("-o",)),
       Option("output_tmp_dir", "text", "taken, without effect: each answer is written at once", default="none"),
       Option("enable_metrics", "bool", "refused: there is no port here to ask for /metrics", default="off"))
# Options of serve that mean nothing where no port is open.
OF_PORT = ("host", "port", "uds", "api_key", "guard_metrics", "root_path", "allowed_origins", "allowed_methods",
           "allowed_headers", "allow_credentials", "drain_seconds")


def run(arguments: Sequence[str]) -> int:
    if (word := help.wanted(arguments)) is not None:
        print(help.show("run-batch", ABOUT, OWN, word))
        return 0
    options, own = options_from_flags(arguments, os.environ, OWN)
    source, target = files(own.get("input_file"), own.get("output_file"))
    check_applies(options, bool(own.get("enable_metrics")))
    plan = planner.resolve(options)
    for notice in plan.notices:
        tell(f"quire: {notice}")
    if "output_tmp_dir" in own:
        tell("quire: --output-tmp-dir has no effect: each answer is written to the output file at once")
    tally = batch.run_file(plan, source, target, lambda ready: tell(f"quire: {plan.served_names[0]} answers {source}"))
    tell(f"quire: {tally.num_answered} answered, {tally.num_refused} refused; see {target}")
    return 0


def files(source: str | None, target: str | None) -> tuple[Path, Path]:
    for flag, name in (("-i FILE", source), ("-o FILE", target)):
        if not name:
            raise ConfigError(f"run-batch needs {flag}: requests come from one file, answers go to another")
        if "://" in name:
            raise ConfigError(f"run-batch reads and writes files of this machine, not {name}: copy it here, for example with "
                              "curl")
    reads, writes = Path(source or "").expanduser(), Path(target or "").expanduser()
    if not reads.is_file():
        raise ConfigError(f"--input-file {source}: no such file", param="input_file")
    if not writes.parent.is_dir() or writes.is_dir() or (writes.exists() and writes.samefile(reads)):
        raise ConfigError(f"--output-file {target}: name another file, in a folder that is there", param="output_file")
    return reads, writes


def check_applies(options: Options, with_metrics: bool) -> None:
    """Nothing is accepted and ignored. What the environment says for a server beside this command is left to it."""
    if with_metrics:
        raise ConfigError("--enable-metrics: there is no port here to ask; quire serve has /metrics")
    for name in OF_PORT:
        if options.sources.get(name) == "flag":
            raise ConfigError(f"{OPTIONS[name].flag} is a flag of serve: no port is opened here", param=name)
