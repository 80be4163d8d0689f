"""The tools of a request: checked, and what follows from them for the prompt and for reading the answer."""
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from quire.core.errors import InvalidRequest
from quire.server.body import decode_part
from quire.server.service import Service
from quire.server.shapes import NULL, ChatRequest, NamedChoice, Tool

MOST_TOOLS = 512
MOST_DEPTH = 64                 # of values in values, in one tool
TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
INSIDE = ("items", "additionalProperties", "not")           # keywords that hold a schema; lists, and names, of schemas
LISTS, NAMES = ("anyOf", "oneOf", "allOf", "prefixItems"), ("properties", "$defs", "definitions")
_name = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Asked:
    """
    shown       what the template shows to the model; None: nothing
    schemas     name -> parameters of the tools that may be called; empty: the answer is not searched for calls
    """
    shown: list[dict[str, Any]] | None = None
    schemas: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def asked_tools(service: Service, request: ChatRequest) -> Asked:
    choice = request.tool_choice
    if request.tools == NULL:
        if isinstance(choice, NamedChoice) or choice == "required":
            raise InvalidRequest("tool_choice asks for a call, but there are no tools: send some", "tool_choice")
        return Asked()
    schemas = _check(decode_part(request.tools, list[Tool], "tools"))
    if isinstance(choice, NamedChoice):
        _check_named(choice, schemas)
    if choice == "none":
        return Asked(None if service.plan.exclude_tools_when_tool_choice_none or not service.shows_tools
                     else shown_tools(request.tools))
    if choice not in (None, "auto"):
        raise _unforced("tool_choice")
    _check_able(service)
    return Asked(shown_tools(request.tools), schemas)


def shown_tools(tools: msgspec.Raw) -> list[dict[str, Any]]:
    """As the client has written them."""
    made: list[dict[str, Any]] = msgspec.json.decode(tools)
    return [{"type": "function", **tool} for tool in made]


def _unforced(param: str) -> InvalidRequest:
    """What only a grammar could promise."""
    return InvalidRequest(f"{param}: this version cannot hold a model to a form, so it calls tools when it likes, and with "
                          "arguments that may not fit: use tool_choice auto, without strict, and check the call", param,
                          "unsupported_parameter")


def _check_named(choice: NamedChoice, schemas: Mapping[str, Any]) -> None:
    if choice.type != "function":
        raise InvalidRequest("tool_choice.type is unknown: it may be function", "tool_choice.type")
    if choice.function.name not in schemas:
        raise InvalidRequest("tool_choice names none of the tools: name one of them", "tool_choice")


def _check_able(service: Service) -> None:
    if not service.plan.enable_auto_tool_choice:
        raise InvalidRequest("tool_choice auto is turned off on this server (--no-enable-auto-tool-choice): send none",
                             "tool_choice", "unsupported_value")
    if not service.shows_tools:
        raise InvalidRequest("tools: the chat template of this model does not show them to it; start the server with another "
                             "--chat-template, or describe them in a message", "tools", "unsupported_parameter")
    if service.tools is None:
        raise InvalidRequest("tools: the form in which this model calls tools is not known; start the server with "
                             "--tool-call-parser NAME", "tools", "unsupported_parameter")


# ---- each of them

def _check(tools: list[Tool]) -> dict[str, Mapping[str, Any]]:
    """Name -> schema of the parameters."""
    if not tools:
        raise InvalidRequest("tools is empty: send at least one, or leave it out", "tools", "empty_array")
    if len(tools) > MOST_TOOLS:
        raise InvalidRequest(f"tools has {len(tools):,} elements: at most {MOST_TOOLS} are taken", "tools",
                             "array_above_max_length")
    schemas: dict[str, Mapping[str, Any]] = {}
    for i, tool in enumerate(tools):
        _check_tool(tool, f"tools[{i}]")
        if tool.function.name in schemas:
            path = f"tools[{i}].function.name"
            raise InvalidRequest(f"{path} is that of another tool: each needs its own", path)
        schemas[tool.function.name] = tool.function.parameters or {}
    return schemas


def _check_tool(tool: Tool, path: str) -> None:
    if tool.type != "function":
        raise InvalidRequest(f"{path}.type is unknown: it may be function", f"{path}.type", "unsupported_value")
    if not _name.fullmatch(tool.function.name):
        path = f"{path}.function.name"
        raise InvalidRequest(f"{path} must be 1 to 64 letters, digits, dashes or underscores", path)
    if tool.function.strict:
        raise _unforced(f"{path}.function.strict")
    path = f"{path}.function.parameters"
    schema = tool.function.parameters or {}
    _check_depth(schema, path)
    if schema.get("type", "object") != "object":
        raise InvalidRequest(f"{path} must be of type object: arguments have names", path)
    _check_types(schema, path)


def _check_depth(value: Any, path: str, depth: int = 0) -> None:
    if depth > MOST_DEPTH:
        raise InvalidRequest(f"{path} is nested too deeply: at most {MOST_DEPTH} levels are taken", path, "nested_too_deeply")
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _check_depth(inner, path, depth + 1)


def _check_types(schema: Any, path: str) -> None:
    """The one mistake that can be seen at a glance."""
    if not isinstance(schema, dict):
        return
    named = schema.get("type", [])
    if not all(isinstance(kind, str) and kind in TYPES for kind in (named if isinstance(named, list) else [named])):
        raise InvalidRequest(f"{path} has a type that JSON Schema does not know: it knows {', '.join(sorted(TYPES))}", path)
    for inner in inner_schemas(schema):
        _check_types(inner, path)


def inner_schemas(schema: Mapping[str, Any]) -> list[Any]:
    found = [schema[word] for word in INSIDE if word in schema]
    for word in LISTS:
        found += schema[word] if isinstance(schema.get(word), list) else []
    for word in NAMES:
        found += schema[word].values() if isinstance(schema.get(word), dict) else []
    return found
