"""quire bench: which measurement runs."""
from collections.abc import Sequence
from typing import NamedTuple

from quire.cli import help
from quire.cli.bench import flags
from quire.core.errors import ConfigError
from quire.core.flags import nearest
from quire.core.lazy import lazy

serve, offline, startup = lazy("quire.cli.bench.serve"), lazy("quire.cli.bench.offline"), lazy("quire.cli.bench.startup")

ABOUT = ("Measures, and never says a number without how many samples it has and how far they spread. Every command prints a "
         "table, and writes the report (--output-json FILE) and a picture (--plot FILE.png).")


class Measurement(NamedTuple):
    module: object
    function: str
    flags: list[flags.Flag]
    takes_model: bool
    help: str
    about: str


MEASUREMENTS = {
    "serve": Measurement(
        serve, "run", flags.SERVE, False, "a server under load, this or any other that speaks OpenAI's API",
        "Loads a server with requests and tells what its clients see: time to the first token (TTFT), per token after it "
        "(TPOT), between chunks (ITL), to the end (E2EL); throughput; and the share of requests that keeps limits. Latency "
        "counts from when a request was due."),
    "throughput": Measurement(
        offline, "throughput", flags.THROUGHPUT, True, "a model in this process, many requests at once",
        "Runs all requests of a dataset through LLM.generate, several times, and tells requests and tokens a second. The "
        "cache of prefixes is emptied before each time."),
    "latency": Measurement(
        offline, "latency", flags.LATENCY, True, "a model in this process, one batch after the other",
        "Runs one batch of random prompts again and again and tells how long it takes. The cache of prefixes is emptied before "
        "each time."),
    "startup": Measurement(
        startup, "run", flags.STARTUP, True, "from the command to the first token",
        "Starts quire serve again and again and tells the time until it takes requests, and until the first token of the first "
        "answer: with the model's files in the system's cache (warm) and, on Linux, dropped from it before (cold)."),
}


def run(arguments: Sequence[str]) -> int:
    name, *rest = arguments or ("--help",)
    if name.startswith("-"):
        if help.wanted([name]) is None:
            raise ConfigError(f"quire bench {name}: first comes what is measured: {', '.join(MEASUREMENTS)}")
        print(overview())
        return 0 if arguments else 2
    if name not in MEASUREMENTS:
        raise ConfigError(f"no measurement {name!r}{nearest(name, MEASUREMENTS)}; there are {', '.join(MEASUREMENTS)}")
    chosen = MEASUREMENTS[name]
    if (word := help.wanted(rest)) is not None:
        print(flags.usage(name, chosen.about, chosen.flags, word, chosen.takes_model))
        return 0
    return int(getattr(chosen.module, chosen.function)(rest))


def overview() -> str:
    return "\n".join(["usage: quire bench serve|throughput|latency|startup [flags]", "", *help.wrapped(ABOUT), "",
                      *(f"  {name:<12}{each.help}" for name, each in MEASUREMENTS.items()), "",
                      "quire bench serve --help: its flags.   Exit codes are those of quire --help=all."])
