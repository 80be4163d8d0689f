"""What a model may write when it has to call a tool: text around JSON of a schema, for a grammar to hold it to.

An answer is then `before`, one of the items, as many more as may be with `between` before each, and `after`. An item is text,
a value of its schema, and text. `format` reads what comes of it.
"""
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quire.text.tools.json_calls import Item
from quire.text.tools.table import PARSERS, PLAIN, JsonFormat

ANY_OBJECT: Mapping[str, Any] = {"type": "object"}


@dataclass(frozen=True, slots=True)
class Forced:
    before: str
    items: tuple[Item, ...]
    between: str
    after: str
    is_single: bool             # one call and no more
    format: JsonFormat


def forced(choice: str, tools: Mapping[str, Mapping[str, Any]], parser: str, is_single: bool = False) -> Forced:
    """`choice`: "required", which is any of the tools, or the name of one, which is called once. `tools`: name -> schema of its
    parameters, empty where it has none. `parser`: the name of the model's form; empty where none is known."""
    format = PARSERS[parser].written if parser else PLAIN
    names = list(tools) if choice == "required" else [choice]
    items = tuple(format.item(name, tools[name] or ANY_OBJECT) for name in names)
    frame = format.frame
    return Forced(frame.before, items, frame.between, frame.after, is_single or choice != "required", format)
