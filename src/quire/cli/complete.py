"""quire complete: a model goes on with a text, in this process or on a server."""
from collections.abc import Sequence

from quire.cli import help
from quire.cli.talk import OWN, limits, lines, open_source, speak

ABOUT = ("A model goes on with your text. It runs in this process, with the flags of serve, or on the server that "
         "--url names. Without -q each line that you type, or that comes from a pipe, is a text of its own.")


def run(arguments: Sequence[str]) -> int:
    if (word := help.wanted(arguments)) is not None:
        print(help.show("complete", ABOUT, OWN, word))
        return 0
    source, values = open_source(arguments, OWN)
    try:
        for text in [values["quick"]] if "quick" in values else lines("> "):
            speak(source, source.complete(text, limits(values)), bool(values.get("stats")))
    finally:
        source.close()
    return 0
