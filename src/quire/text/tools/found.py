"""What parsers find in an answer: reasoning, content and calls of tools, as parts that can be put together again."""
import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from quire.text.tools.reader import Malformed

MOST_BLANKS = 64                # spaces that are held back until it is known whether they stand beside a mark


@dataclass(slots=True)
class Call:
    """A part of one. index: its number in the answer; id and name stand in its first part only."""
    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""         # JSON as the model has written it, which need be neither valid nor whole


@dataclass(slots=True)
class Parts:
    """What is new, in each voice. False where nothing is."""
    reasoning: str = ""
    content: str = ""
    calls: list[Call] = field(default_factory=list)     # one for each index, in rising order

    def __bool__(self) -> bool:
        return bool(self.reasoning or self.content or self.calls)


def join(parts: Iterable[Parts]) -> Parts:
    """Everything: of each call one part, whole."""
    parts = list(parts)
    pieces: dict[int, list[Call]] = {}
    for call in (call for part in parts for call in part.calls):
        pieces.setdefault(call.index, []).append(call)
    calls = [Call(index, of[0].id, of[0].name, "".join(call.arguments for call in of)) for index, of in pieces.items()]
    return Parts("".join(part.reasoning for part in parts), "".join(part.content for part in parts), calls)


class Voice:
    """Text without the spaces that stand beside a mark, for those belong to the form of the answer, not to what it says.

    is_beside   a mark is the last thing that was seen
    holds       a mark may come, so that the last spaces are held back, up to MOST_BLANKS
    """

    def __init__(self, is_beside: bool = False, holds: bool = True):
        self.is_beside, self.holds = is_beside, holds
        self.said: list[str] = []
        self.blanks = ""

    def say(self, text: str) -> None:
        if self.is_beside:
            text = text.lstrip()
            self.is_beside = not text
        if not text:
            return
        if self.holds:
            text = self.blanks + text
            solid = max(len(text.rstrip()), len(text) - MOST_BLANKS)
            text, self.blanks = text[:solid], text[solid:]
        self.said.append(text)

    def mark(self) -> None:
        self.blanks, self.is_beside = "", True

    def hold_no_more(self) -> None:
        """No mark comes: what was held belongs to the text."""
        self.said.append(self.blanks)
        self.blanks, self.holds = "", False

    def take(self) -> str:
        said, self.said = "".join(self.said), []
        return said


def call_id() -> str:
    return f"call_{secrets.token_hex(12)}"


class Found:
    """What there is since it was last taken.

    tools       name -> the schema of its parameters
    is_bare     what is read now has no mark that says that it is a call: only a tool that there is can be meant
    is_single   only the first call counts, as the client has asked for; others leave no trace
    """

    def __init__(self, tools: Mapping[str, Mapping[str, Any]] | None = None, is_single: bool = False,
                 make_id: Callable[[], str] = call_id, content: Voice | None = None, reasoning: Voice | None = None):
        self.tools, self.is_single, self.make_id = tools or {}, is_single, make_id
        self.content, self.reasoning = content or Voice(), reasoning or Voice()
        self.is_bare, self.num_calls = False, 0
        self.calls: list[tuple[Call, list[str]]] = []

    def begin(self, name: str, id: str = "") -> None:
        """A call, whose arguments follow."""
        if not name or (self.is_bare and name not in self.tools):
            raise Malformed
        self.content.mark()
        if not self.is_muted:
            self.calls.append((Call(self.num_calls, id or self.make_id(), name), []))
        self.num_calls += 1

    @property
    def is_muted(self) -> bool:
        return self.is_single and self.num_calls > 0

    def arguments(self, text: str) -> None:
        """Of the call that was begun last."""
        if not text or (self.is_single and self.num_calls > 1):
            return
        if not self.calls:
            self.calls.append((Call(self.num_calls - 1), []))
        self.calls[-1][1].append(text)

    def property(self, name: str, key: str) -> Mapping[str, Any]:
        """The schema of one parameter; empty where none is known."""
        properties = self.tools.get(name, {}).get("properties")
        schema = properties.get(key) if isinstance(properties, Mapping) else None
        return schema if isinstance(schema, Mapping) else {}

    def end(self) -> None:
        self.content.hold_no_more()
        self.reasoning.hold_no_more()

    def take(self) -> Parts:
        calls, self.calls = self.calls, []
        for call, arguments in calls:
            call.arguments = "".join(arguments)
        return Parts(self.reasoning.take(), self.content.take(), [call for call, _ in calls])


def quote(text: str) -> str:
    """As a string in JSON."""
    return json.dumps(text, ensure_ascii=False)
