"""The schemas of request bodies, made of the records of shapes.py and of the bounds of limits.py.

Records whose fields depend on each other are alternatives here, each of them plain: a message by its role, a part by its
type, a form by its kind. What stands here is taken, and what does not is refused, but for the codes of refusals.py.
"""
from dataclasses import fields as fields_of
from typing import Any

import msgspec

from quire.core import structured as form
from quire.core.sampling_params import SamplingParams
from quire.server import limits
from quire.server.absent import ABSENT, OF_SHAPE
from quire.server.body import MOST_BYTES
from quire.server.completions import DEFAULT_MAX_TOKENS
from quire.server.conversation import TEXT_PARTS
from quire.server.limits import Schema, narrow
from quire.server.service import Service
from quire.server.shapes import (
    DRAWN,
    HARMLESS,
    BatchGenerateRequest,
    ChatRequest,
    CompletionRequest,
    DetokenizeRequest,
    EmbeddingRequest,
    GenerateRequest,
    JsonSchema,
    TokenizeRequest,
    Tool,
)
from quire.server.tokenize import OF_MESSAGES

REF = "#/components/schemas/"
BODIES = (ChatRequest, CompletionRequest, EmbeddingRequest, TokenizeRequest, DetokenizeRequest, GenerateRequest,
          BatchGenerateRequest)
PROMPTS = {"CompletionRequest": "prompt", "EmbeddingRequest": "input", "GenerateRequest": "prompt",
           "BatchGenerateRequest": "prompts"}
NULL: Schema = {"type": "null"}
NEVER = ("audio", "function_call", "format", "structures", "structural_tag")       # of records inside of a body
EMPTY: Schema = {"anyOf": [{"type": "array", "maxItems": 0}, NULL]}
_default = {field.name: field.default for field in fields_of(SamplingParams)}


def ref(name: str) -> Schema:
    return {"$ref": REF + name}


def body_schemas(service: Service) -> dict[str, Schema]:
    _, schemas = msgspec.json.schema_components((*BODIES, Tool, JsonSchema), ref_template=REF + "{name}")
    made = limits.limits_of(service.plan, service.client.bounds, tuple(service.tokenizer.names))
    for schema in schemas.values():
        schema.pop("title")
        for field, inner in schema["properties"].items():
            if field in NEVER:
                inner |= NULL
            elif field in made:
                narrow(inner, made[field])
        if service.plan.strict:
            schema["additionalProperties"] = False
    for shape in BODIES:
        _complete(service, shape.__name__, schemas[shape.__name__]["properties"])
    _depend(schemas)
    return schemas


def _complete(service: Service, name: str, properties: dict[str, Schema]) -> None:
    """What the fields of a body have beyond limits.py."""
    bounds = service.client.bounds
    if name in PROMPTS:
        properties[PROMPTS[name]] = limits.prompts(bounds, name)
    if "messages" in properties:
        narrow(properties["messages"], limits.MESSAGES)
    if "tools" in properties:
        properties["tools"] = {"anyOf": [{"type": "array", **limits.TOOLS, "items": ref("Tool")}, NULL], "default": None}
    if "truncate_prompt_tokens" in properties:
        properties["truncate_prompt_tokens"] = dict(limits.TRUNCATE)
    if "reasoning_effort" in properties and "reasoning_effort" not in service.template_source:
        properties["reasoning_effort"] = NULL
    if "tokens" in properties:
        narrow(properties["tokens"], {"items": {"minimum": 0, "maximum": service.tokenizer.vocab_size - 1}})
    _bound_texts(properties)
    _tell_defaults(service, name, properties)
    for field, absent in (ABSENT | OF_SHAPE.get(name, {})).items():
        if field not in properties:
            neutral = list({repr(value): value for value in absent.neutral if value != 1 or isinstance(value, int)}.values())
            properties[field] = {"enum": neutral, "deprecated": True, "x-not-available": True,
                                 "description": f"Not available: {absent.instead}."}


def _bound_texts(properties: dict[str, Schema]) -> None:
    for field, schema in properties.items():
        for each in schema.get("anyOf", [schema]):
            if each.get("type") == "string" and field not in MOST_BYTES and not {"enum", "pattern", "maxLength"} & each.keys():
                each["maxLength"] = limits.MOST_CHARS
        if field in HARMLESS:
            schema["description"] = "A label or a hint: the answer is the same whatever it says."


def _tell_defaults(service: Service, name: str, properties: dict[str, Schema]) -> None:
    if "temperature" not in properties:
        return
    said = {field: service.defaults.get(field, _default[field]) for field in DRAWN if field in properties}
    said["max_tokens"] = service.max_tokens
    if name != "ChatRequest" and service.max_tokens is None:
        said["max_tokens"] = DEFAULT_MAX_TOKENS
    for field, value in said.items():
        properties[field]["default"] = value
    if name == "CompletionRequest":                     # with echo
        narrow(properties["max_tokens"], {"minimum": 0})


# ---- records whose fields depend on each other

def _depend(schemas: dict[str, Schema]) -> None:
    alternatives = {"Message": _messages, "Part": _parts, "ResponseFormat": _formats, "StructuredOutputs": _forms,
                    "TokenizeRequest": _tokenized}
    for name, make in alternatives.items():
        schema = schemas[name]
        schemas[name] = {"description": schema.get("description", ""), "anyOf": [
            {**schema, "properties": schema["properties"] | changed, "required": required}
            for required, changed in make(schema["properties"])]}
    for name in ("Tool", "NamedChoice"):
        narrow(schemas[name]["properties"]["type"], {"enum": ["function"]})
    function = schemas["ToolFunction"]["properties"]
    for each in (function, schemas["ToolName"]["properties"]):
        narrow(each["name"], {"pattern": limits.NAME})
    for each in function["parameters"]["anyOf"]:
        if each["type"] == "object":
            each["properties"] = {"type": {"const": "object"}}


Alternatives = list[tuple[list[str], dict[str, Schema]]]


def _messages(fields: dict[str, Schema]) -> Alternatives:
    text: Schema = {"anyOf": [each for each in fields["content"]["anyOf"] if each != NULL]}
    nothing: Schema = {"anyOf": [{"type": "string", "maxLength": 0}, *EMPTY["anyOf"]]}
    some: Schema = {"type": "array", "minItems": 1, "items": ref("ToolCall")}
    common: dict[str, Schema] = {"tool_call_id": NULL, "refusal": NULL, "tool_calls": EMPTY, "content": text}
    said = common | {"role": {"const": "assistant"}, "tool_calls": fields["tool_calls"]}
    return [
        (["role", "content"], common | {"role": {"enum": ["developer", "system", "user"]}}),
        (["role", "content"], said | {"refusal": {"anyOf": [{"type": "string", "maxLength": 0}, NULL]}}),
        (["role", "refusal"], said | {"content": nothing, "refusal": {"type": "string"}}),
        (["role", "tool_calls"], said | {"content": NULL, "tool_calls": some, "refusal": fields["refusal"]}),
        (["role", "content", "tool_call_id"], common | {"role": {"const": "tool"}, "tool_call_id": {"type": "string"}}),
        (["role", "content", "name"], common | {"role": {"const": "function"}, "name": {"type": "string", "minLength": 1}})]


def _parts(fields: dict[str, Schema]) -> Alternatives:
    texts = sorted(kind for kind, own in TEXT_PARTS.items() if own == "text")
    return [(["type", "text"], {"type": {"enum": texts}, "text": {"type": "string"}, "refusal": NULL}),
            (["type", "refusal"], {"type": {"const": "refusal"}, "refusal": {"type": "string"}, "text": NULL})]


def _formats(fields: dict[str, Schema]) -> Alternatives:
    return [(["type"], {"type": {"enum": ["json_object", "text"]}, "json_schema": NULL}),
            (["type", "json_schema"], {"type": {"const": "json_schema"}, "json_schema": ref("JsonSchema")})]


def _forms(fields: dict[str, Schema]) -> Alternatives:
    """One of them."""
    kinds = [kind for kind in form.KINDS if kind not in NEVER]
    off: dict[str, Schema] = {"disable_any_whitespace": {"enum": [False, None]},
                              "disable_additional_properties": {"enum": [False, None]}, "whitespace_pattern": NULL}
    made: Alternatives = []
    for kind in kinds:
        own: Schema = {"anyOf": [each for each in fields[kind]["anyOf"] if each != NULL]}
        own = {"const": True} if kind == "json_object" else own
        made.append(([kind], dict.fromkeys(kinds, NULL) | {kind: own} | ({} if kind.startswith("json") else off)))
    return made


def _tokenized(fields: dict[str, Schema]) -> Alternatives:
    """A prompt, or messages."""
    messages: Any = next(each for each in fields["messages"]["anyOf"] if each != NULL)
    return [(["prompt"], {"prompt": {"type": "string"}, "messages": NULL, **dict.fromkeys(OF_MESSAGES, NULL)}),
            (["messages"], {"prompt": NULL, "messages": messages})]
