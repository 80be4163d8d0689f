"""What chat and complete share: flags, where answers come from, and printing them as they come."""
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from quire.cli.remote import Remote
from quire.core.errors import ConfigError
from quire.core.lazy import lazy
from quire.core.options import OPTIONS, SECTIONS, Option, Options
from quire.core.settings import options_from_flags

local = lazy("quire.cli.local")

OWN = (
    Option("url", "text", "a server to ask instead of running the model here", default="none"),
    Option("model_name", "text", "model to ask the server for", default="its first"),
    Option("api_key", "text", "key for the server", default="OPENAI_API_KEY"),
    Option("quick", "text", "one message, its answer, and the end", short=("-q",), default="none"),
    Option("max_tokens", "count", "most tokens of an answer", least=1, default="up to the end"),
    Option("temperature", "number", "0 always takes the likeliest token", least=0, most=2, default="the model's"),
    Option("stats", "bool", "time to the first token and tokens a second, after each answer", default="off"),
)


class Source(Protocol):
    """Whatever answers. A broken-off iteration ends the request."""
    model: str
    num_tokens: int                 # of the last answer

    def chat(self, messages: Sequence[Mapping[str, str]], limits: Mapping[str, Any]) -> Iterator[str]: ...
    def complete(self, prompt: str, limits: Mapping[str, Any]) -> Iterator[str]: ...
    def close(self) -> None: ...


def open_source(arguments: Sequence[str], own: Sequence[Option]) -> tuple[Source, dict[str, Any]]:
    """A server if --url names one, else this process; and the command's own values."""
    options, values = options_from_flags(arguments, os.environ, own)
    check_applies(options, "url" in values)
    if url := values.get("url"):
        key = values.get("api_key") or os.environ.get("OPENAI_API_KEY", "")
        source: Source = Remote(url, key, values.get("model_name") or options.model.model)
    else:
        source = local.Local(options)
    if sys.stderr.isatty():
        print(f"Using model: {source.model}", file=sys.stderr)
    return source, values


def check_applies(options: Options, is_remote: bool) -> None:
    """Nothing is accepted and ignored: flags of the server have no say here, and none but the model's name beside
    --url."""
    for name, source in options.sources.items():
        if source != "flag" or name == "model":
            continue
        if is_remote:
            raise ConfigError(f"{OPTIONS[name].flag} has no effect with --url: the model runs on that server",
                              param=name)
        if OPTIONS[name].group == SECTIONS["server"][1]:
            raise ConfigError(f"{OPTIONS[name].flag} is a flag of serve: nothing is served here", param=name)


def limits(values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of the request."""
    return {name: values[name] for name in ("max_tokens", "temperature") if name in values}


def speak(source: Source, pieces: Iterator[str], with_stats: bool) -> str:
    """Print an answer while it comes; gives all of it. Ctrl-C ends the answer, not the program."""
    began, first, spoken = time.monotonic(), 0.0, []
    try:
        for piece in pieces:
            first = first or (time.monotonic() if piece else 0.0)
            spoken.append(piece)
            print(piece, end="", flush=True)
    except KeyboardInterrupt:
        pieces.close() if hasattr(pieces, "close") else None
    print(flush=True)
    if with_stats:
        print(stats_line(source.num_tokens, first - began if first else 0.0, time.monotonic() - began), file=sys.stderr)
    return "".join(spoken)


def stats_line(num_tokens: int, first_seconds: float, seconds: float) -> str:
    """The pace is that of the tokens after the first."""
    pace = (num_tokens - 1) / (seconds - first_seconds) if num_tokens > 1 and seconds > first_seconds else 0.0
    return f"[{num_tokens} tokens, first after {first_seconds:.2f} s, then {pace:.1f} a second]"


def lines(prompt: str) -> Iterator[str]:
    """What a person types, or the lines of a pipe. Ctrl-D ends it; Ctrl-C at an empty prompt too."""
    is_terminal = sys.stdin.isatty()
    if is_terminal:
        import readline  # editing and history, which input() finds by itself

        readline.set_history_length(1000)
    while True:
        try:
            line = input(prompt if is_terminal else "")
        except EOFError:
            if is_terminal:
                print()
            return
        if line.strip():
            yield line
