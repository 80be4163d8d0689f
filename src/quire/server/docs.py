"""/openapi.json: the routes as FastAPI knows them, the bodies as shapes.py has them."""
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from quire import __version__
from quire.server.shapes import (
    BatchGenerateRequest,
    ChatRequest,
    CompletionRequest,
    DetokenizeRequest,
    EmbeddingRequest,
    GenerateRequest,
    TokenizeRequest,
    Tool,
)

REF = "#/components/schemas/"
BODIES = (ChatRequest, CompletionRequest, EmbeddingRequest, TokenizeRequest, DetokenizeRequest, GenerateRequest,
          BatchGenerateRequest)
_ids = {"type": "array", "items": {"type": "integer", "minimum": 0}}
PROMPT = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}, _ids, {"type": "array", "items": _ids}]}
PROMPTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("CompletionRequest", "prompt", PROMPT), ("EmbeddingRequest", "input", PROMPT),
    ("GenerateRequest", "prompt", {"anyOf": [{"type": "string"}, _ids]}), ("BatchGenerateRequest", "prompts", PROMPT))
ERROR: dict[str, Any] = {
    "type": "object", "required": ["error"], "properties": {"error": {
        "type": "object", "required": ["message", "type", "param", "code"], "properties": {
            "message": {"type": "string"}, "type": {"type": "string"}, "param": {"type": ["string", "null"]},
            "code": {"type": ["string", "null"]}}}}}
REFUSED = {"4XX": {"description": "refused; the message says why and what to do",
                   "content": {"application/json": {"schema": {"$ref": REF + "Error"}}}},
           "5XX": {"description": "not now, or a fault inside",
                   "content": {"application/json": {"schema": {"$ref": REF + "Error"}}}}}


def body_of(shape: type[msgspec.Struct]) -> dict[str, Any]:
    """What a route declares beside its path."""
    schema = {"$ref": REF + shape.__name__}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def document(app: FastAPI, servers: list[dict[str, Any]]) -> dict[str, Any]:
    made = get_openapi(title="Quire", version=__version__, routes=app.routes, servers=servers or None,
                       description="Language models over OpenAI's HTTP interface.")
    _, schemas = msgspec.json.schema_components((*BODIES, Tool), ref_template=REF + "{name}")
    for name, field, schema in PROMPTS:
        schemas[name]["properties"][field] = schema
    for name in ("ChatRequest", "TokenizeRequest"):
        schemas[name]["properties"]["tools"] = {"type": "array", "items": {"$ref": REF + "Tool"}}
    made.setdefault("components", {}).setdefault("schemas", {}).update(schemas, Error=ERROR)
    return made
