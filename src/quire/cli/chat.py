"""quire chat: a conversation in the terminal, with a model in this process or on a server."""
from collections.abc import Sequence

from quire.cli import help
from quire.cli.talk import OWN, Source, limits, lines, open_source, speak
from quire.core.options import Option

ABOUT = ("Talk with a model. It runs in this process, with the flags of serve, or on the server that --url names. "
         "/clear forgets the conversation, Ctrl-C ends an answer, Ctrl-D the program. Lines from a pipe are messages, "
         "one after the other.")
CHAT = (*OWN, Option("system_prompt", "text", "what the model is told first", default="none"))


def run(arguments: Sequence[str]) -> int:
    if (word := help.wanted(arguments)) is not None:
        print(help.show("chat", ABOUT, CHAT, word))
        return 0
    source, values = open_source(arguments, CHAT)
    try:
        converse(source, values)
    finally:
        source.close()
    return 0


def converse(source: Source, values: dict[str, str]) -> None:
    system = values.get("system_prompt")
    start = [{"role": "system", "content": system}] if system else []
    messages = list(start)
    for text in [values["quick"]] if "quick" in values else lines("> "):
        if text.strip() == "/clear":
            messages = list(start)
            continue
        messages.append({"role": "user", "content": text})
        answer = speak(source, source.chat(messages, limits(values)), bool(values.get("stats")))
        messages.append({"role": "assistant", "content": answer})
