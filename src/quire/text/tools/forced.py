"""What a model may write when it has to call a tool: text around JSON of a schema, for a grammar to hold it to.

An answer is then `before`, one of the items, as many more as may be with `between` before each, and `after`. An item is text,
a value of its schema, and text. `format` reads what comes of it.
"""
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quire.text.tools.json_calls import Item
from quire.text.tools.table import PARSERS, PLAIN, JsonFormat

ANY_OBJECT: Mapping[str, Any] = {"type": "object", "additionalProperties": True}
JOINING = frozenset({"allOf", "anyOf", "oneOf", "$ref"})        # words with which a schema gets properties from elsewhere


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
    items = tuple(format.item(name, arguments(tools[name])) for name in names)
    frame = format.frame
    return Forced(frame.before, items, frame.between, frame.after, is_single or choice != "required", format)


def arguments(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of an object with no other properties than those that are named, where it does not speak of others: a tool
    has the parameters that it has."""
    named, required = parameters.get("properties"), parameters.get("required")
    texts = {name for name in required if isinstance(name, str)} if isinstance(required, list) else set[str]()
    is_open = JOINING & parameters.keys() or texts - (named.keys() if isinstance(named, dict) else set())
    return {"type": "object", **({} if is_open else {"additionalProperties": False}), **parameters}
