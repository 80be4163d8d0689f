"""quire: which command runs, and how it ends. An error is one line, the last of stderr, and an exit code; never a
traceback for what the user can mend. Nothing heavy is imported here: `quire --help` answers at once.
"""
import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from quire import __version__
from quire.core.errors import ConfigError, QuireError
from quire.core.lazy import lazy

USAGE = "usage: quire COMMAND [MODEL] [flags]"
INTERRUPTED, BROKEN_PIPE = 130, 141         # 128 and the signal's number, as shells have it

serve, chat, complete = lazy("quire.cli.serve"), lazy("quire.cli.chat"), lazy("quire.cli.complete")
explain, doctor, traceback = lazy("quire.cli.explain"), lazy("quire.cli.doctor"), lazy("traceback")
bench = lazy("quire.cli.bench.main")
run_batch = lazy("quire.cli.run_batch")


class Command(NamedTuple):
    module: object              # its run(arguments) gives the exit code
    help: str


COMMANDS = {
    "serve": Command(serve, "serve a model to OpenAI's clients: quire serve MODEL"),
    "chat": Command(chat, "talk with a model in the terminal, here or on a server (--url)"),
    "complete": Command(complete, "let a model go on with a text"),
    "run-batch": Command(run_batch, "answer a file of requests, without a server"),
    "explain": Command(explain, "show what serve would do, and why; nothing is loaded"),
    "bench": Command(bench, "measure a server or a model: throughput, latency, start-up"),
    "doctor": Command(doctor, "what this machine has, what is missing, and what to do"),
}
EXIT_CODES = {
    0: "all well", 1: "a fault of Quire", 2: "a flag or option that cannot be",
    3: "the model is not there, not allowed or broken",
    4: "it does not fit the memory or the disk", 5: "the device", 6: "the port is taken", 7: "the network",
    8: "the engine stalled",
}


def main(arguments: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = dispatch(words)
        sys.stdout.flush()
        return code
    except QuireError as error:
        return fail(error.message, error.exit_code)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except Exception as error:      # the last line must name it, whatever it is
        traceback.print_exc()
        return fail(f"{type(error).__name__}: {error}; this is a fault of Quire, please report it", 1)


def fail(message: str, code: int) -> int:
    print(f"quire: error: {' '.join(message.split())}", file=sys.stderr, flush=True)
    return code


def dispatch(words: list[str]) -> int:
    if not words:
        print(overview(), file=sys.stderr)
        return 2
    name, *rest = words
    if name in ("-v", "-V", "--version"):
        print(f"quire {__version__}")
    elif name in ("-h", "--help", "help"):
        print(overview())
    elif name == "--help=all":
        print(f"{overview()}\n\n{exit_codes()}")
    elif name in COMMANDS:
        return int(COMMANDS[name].module.run(rest))         # type: ignore[attr-defined]
    else:
        raise ConfigError(f"no command {name!r}{_guess(name)}; quire --help lists them")
    return 0


def _guess(name: str) -> str:
    if os.path.isdir(name) or "/" in name:
        return f"; to serve that model: quire serve {name}"
    from difflib import get_close_matches  # only who mistypes pays for it

    close = get_close_matches(name, COMMANDS, 1)
    return f"; did you mean {close[0]}?" if close else ""


def overview() -> str:
    lines = [f"quire {__version__}: serves language models", "", USAGE, ""]
    lines += [f"  {name:<10} {command.help}" for name, command in COMMANDS.items()]
    lines += ["", "Without MODEL a small one that comes with Quire is taken.",
              "quire COMMAND --help: its flags.   quire --help=all: exit codes too.   quire --version"]
    return "\n".join(lines)


def exit_codes() -> str:
    return "\n".join(["exit codes:", *(f"  {code}  {meaning}" for code, meaning in EXIT_CODES.items())])


if __name__ == "__main__":
    sys.exit(main())
