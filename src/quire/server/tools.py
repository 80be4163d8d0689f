"""The tools of a request: checked, and what follows from them for the prompt, for what may be drawn and for reading the answer.

    tool_choice     arguments
    required        calls and nothing else; they keep to the schemas of the tools
    a name          one call of that tool, the same
    auto            calls where the model likes; those of tools with strict true keep to their schemas

Thoughts may stand before: where the prompt has begun them, the client wants them (enable_thinking), or the model has them by
habit and the prompt does not end them. An answer that max_tokens or a stop string ends early is cut off there, as any other.
"""
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from quire.core.errors import CONFLICT, UNENFORCED, InvalidRequest
from quire.core.sampling_params import SamplingParams
from quire.core.structured import NAME, StructuredOutputsParams
from quire.engine.tool_grammar import Thoughts, forced_calls, free_calls
from quire.grammar.schema import read_schema
from quire.server.body import decode_part
from quire.server.renamed import renamed
from quire.server.service import Service
from quire.server.shapes import NULL, ChatRequest, NamedChoice, Tool
from quire.text.tools.forced import ANY_OBJECT, Forced, arguments, forced
from quire.text.tools.table import Format

MOST_TOOLS = 512
MOST_DEPTH = 64                 # of values in values, in one tool
TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
INSIDE = ("items", "additionalProperties", "not")           # keywords that hold a schema; lists, and names, of schemas
LISTS, NAMES = ("anyOf", "oneOf", "allOf", "prefixItems"), ("properties", "$defs", "definitions")
_name = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class AskedTools:
    """
    shown       what the template shows to the model; None: nothing
    schemas     name -> parameters of the tools that may be called; empty: the answer is not searched for calls
    format      of the calls that it is searched for
    form        what the calls are held to; None: nothing
    is_forced   they must come
    is_named    the client knows which, so that its end is an end like others
    held        the tools whose schemas are kept to: where each stands, and its name
    """
    shown: list[dict[str, Any]] | None = None
    schemas: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    format: Format | None = None
    form: Forced | None = None
    is_forced: bool = False
    is_named: bool = False
    held: Sequence[tuple[str, str]] = ()

    def grammar(self, service: Service, thoughts: Thoughts | None, other: StructuredOutputsParams | None
                ) -> StructuredOutputsParams | None:
        """What the answer is held to, where the client has asked for `other`."""
        if self.form is None:
            return other
        if self.is_forced and other is not None:
            raise InvalidRequest("tool_choice asks for a call, and response_format, structured_outputs or guided_json for an "
                                 "answer: send one of them", "tool_choice", CONFLICT)
        if self.is_forced:
            return forced_calls(self.form, service.tokenizer, thoughts)
        return free_calls(self.form, service.tokenizer, thoughts, None if other is None else _schema_of(other))

    async def blame(self, service: Service, error: InvalidRequest) -> InvalidRequest:
        """All that was made of them is refused: whose schema is it?"""
        for param, name in self.held:
            alone = StructuredOutputsParams(json=dict(arguments(self.schemas[name])))
            try:
                with _told_of(param, name), renamed({f"{NAME}.json": param}):
                    await service.client.look_ahead(SamplingParams(structured_outputs=alone))
            except InvalidRequest as found:
                return found
        return error


def asked_tools(service: Service, request: ChatRequest) -> AskedTools:
    choice = request.tool_choice
    if request.tools == NULL:
        if isinstance(choice, NamedChoice) or choice == "required":
            raise InvalidRequest("tool_choice asks for a call, but there are no tools: send some", "tool_choice", CONFLICT)
        return AskedTools()
    tools = decode_part(request.tools, list[Tool], "tools")
    schemas = check_tools(tools)
    if isinstance(choice, NamedChoice):
        _check_named(choice, schemas)
    if choice == "none":
        return AskedTools(None if service.plan.exclude_tools_when_tool_choice_none or not service.shows_tools
                     else shown_tools(request.tools))
    _check_able(service, is_auto := choice in (None, "auto"))
    shown, is_single = shown_tools(request.tools), request.parallel_tool_calls is False
    if is_auto:
        format = service.tools.format if service.tools else None
        held = _held(tools, schemas, {tool.function.name for tool in tools if tool.function.strict})
        form = _strict_form(service, schemas, held, is_single) if held else None
        return AskedTools(shown, schemas, format, form, held=held)
    name = choice.function.name if isinstance(choice, NamedChoice) else ""
    held = _held(tools, schemas, {name} if name else schemas.keys())
    form = forced(name or "required", schemas, service.plan.tool_call_parser, is_single)
    return AskedTools(shown, schemas, form.format, form, True, bool(name), held)


def shown_tools(tools: msgspec.Raw) -> list[dict[str, Any]]:
    """As the client has written them."""
    made: list[dict[str, Any]] = msgspec.json.decode(tools)
    return [{"type": "function", **tool} for tool in made]


def _strict_form(service: Service, schemas: Mapping[str, Mapping[str, Any]], held: Sequence[tuple[str, str]],
                 is_single: bool) -> Forced:
    """Of the calls that the model may make: tools that are not strict take any object."""
    names, parser = {name for _, name in held}, service.plan.tool_call_parser
    form = forced("required", {name: schema if name in names else ANY_OBJECT for name, schema in schemas.items()}, parser,
                  is_single)
    if service.tools is None or form.format != service.tools.format:
        param = held[0][0].replace("parameters", "strict")
        raise InvalidRequest(f"{param}: this model writes arguments in a form other than JSON, {parser}, so they can be held "
                             "to a schema only where a call must come: use tool_choice required, or leave strict out", param,
                             "unsupported_parameter")
    return form


def _held(tools: list[Tool], schemas: Mapping[str, Mapping[str, Any]], names: Collection[str]) -> list[tuple[str, str]]:
    """Those of these names. Each word of their schemas can be enforced, or the one that cannot is told."""
    held = [(f"tools[{i}].function.parameters", name) for i, tool in enumerate(tools) if (name := tool.function.name) in names]
    for param, name in held:
        with _told_of(param, name):
            read_schema(dict(schemas[name]), param)
    return held


@contextmanager
def _told_of(param: str, name: str) -> Iterator[None]:
    try:
        yield
    except InvalidRequest as error:
        raise InvalidRequest(f"the tool {name}: {error.message}", param, error.code) from error


def _schema_of(other: StructuredOutputsParams) -> Mapping[str, Any]:
    """Of JSON, in whose place the model may call a tool."""
    if other.json_object:
        return {"type": "object"}
    if other.json is None or other.whitespace_pattern or other.disable_any_whitespace or other.disable_additional_properties:
        raise InvalidRequest("tools with strict true go together with a response_format, and with no other form of an answer: "
                             "leave one out", "tools", CONFLICT)
    return read_schema(other.json, f"{NAME}.json")


def _check_named(choice: NamedChoice, schemas: Mapping[str, Any]) -> None:
    if choice.type != "function":
        raise InvalidRequest("tool_choice.type is unknown: it may be function", "tool_choice.type")
    if choice.function.name not in schemas:
        raise InvalidRequest("tool_choice names none of the tools: name one of them", "tool_choice", CONFLICT)


def _check_able(service: Service, is_auto: bool) -> None:
    if is_auto and not service.plan.enable_auto_tool_choice:
        raise InvalidRequest("tool_choice auto is turned off on this server (--no-enable-auto-tool-choice): send none",
                             "tool_choice", "unsupported_value")
    if not service.shows_tools:
        raise InvalidRequest("tools: the chat template of this model does not show them to it; start the server with another "
                             "--chat-template, or describe them in a message", "tools", "unsupported_parameter")
    if is_auto and service.tools is None:
        raise InvalidRequest("tools: the form in which this model calls tools is not known; start the server with "
                             "--tool-call-parser NAME", "tools", "unsupported_parameter")


# ---- each of them

def check_tools(tools: list[Tool]) -> dict[str, Mapping[str, Any]]:
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
            raise InvalidRequest(f"{path} is that of another tool: each needs its own", path, CONFLICT)
        schemas[tool.function.name] = tool.function.parameters or {}
    return schemas


def _check_tool(tool: Tool, path: str) -> None:
    if tool.type != "function":
        raise InvalidRequest(f"{path}.type is unknown: it may be function", f"{path}.type", "unsupported_value")
    if not _name.fullmatch(tool.function.name):
        path = f"{path}.function.name"
        raise InvalidRequest(f"{path} must be 1 to 64 letters, digits, dashes or underscores", path)
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
        raise InvalidRequest(f"{path} has a type that JSON Schema does not know: it knows {', '.join(sorted(TYPES))}", path,
                             UNENFORCED)
    for inner in inner_schemas(schema):
        _check_types(inner, path)


def inner_schemas(schema: Mapping[str, Any]) -> list[Any]:
    found = [schema[word] for word in INSIDE if word in schema]
    for word in LISTS:
        found += schema[word] if isinstance(schema.get(word), list) else []
    for word in NAMES:
        found += schema[word].values() if isinstance(schema.get(word), dict) else []
    return found
