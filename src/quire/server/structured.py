"""The ways in which clients ask for text of a given form -> the one that the engine knows.

    response_format     OpenAI's: text, json_object, json_schema
    structured_outputs  vLLM's
    guided_json ...     vLLM's older ones
"""
from typing import Any

from msgspec import structs

from quire.core.errors import CONFLICT, InvalidRequest
from quire.core.structured import KINDS, NAME, StructuredOutputsParams, check_backend
from quire.server.body import decode_part
from quire.server.shapes import NULL, JsonSchema, ResponseFormat, Sampled

GUIDED = {"json": "guided_json", "regex": "guided_regex", "choice": "guided_choice", "grammar": "guided_grammar"}
SCHEMA = "response_format.json_schema"


def structured_outputs(request: Sampled) -> StructuredOutputsParams | None:
    """Raises InvalidRequest, with the names of core/structured.py: see form_names."""
    check_backend(request.guided_decoding_backend, "guided_decoding_backend")
    asked = {"response_format": _of_format(request), NAME: _of_object(request), "guided_json": _of_guided(request)}
    given = [name for name, fields in asked.items() if fields is not None]
    if len(given) > 1:
        raise InvalidRequest(f"{given[0]} and {given[1]} both say what the answer must be: send one", given[1], CONFLICT)
    return StructuredOutputsParams(**asked[given[0]] or {}) if given else None


def form_names(request: Sampled) -> dict[str, str]:
    """Names of core/structured.py -> those that the client used."""
    if request.structured_outputs is not None:
        return {}
    if request.response_format is not None and request.response_format.type != "text":
        is_schema = request.response_format.type == "json_schema"
        return {f"{NAME}.json": f"{SCHEMA}.schema", f"{NAME}.json_object": SCHEMA if is_schema else "response_format"}
    return {f"{NAME}.{kind}": name for kind, name in GUIDED.items()} | {
        NAME: "guided_json", f"{NAME}.whitespace_pattern": "guided_whitespace_pattern"}


def _of_format(request: Sampled) -> dict[str, Any] | None:
    asked = request.response_format
    if asked is None:
        return None
    _check_alone(asked)
    if asked.type == "text":
        return None
    if asked.type == "json_object":
        return {"json_object": True}
    if asked.type == "structural_tag":
        raise InvalidRequest("response_format structural_tag is not available in this version: use structured_outputs with a "
                             "grammar", "response_format", "unsupported_parameter")
    if asked.type != "json_schema":
        raise InvalidRequest("response_format.type is unknown: it may be text, json_object or json_schema",
                             "response_format.type")
    if asked.json_schema == NULL:
        raise InvalidRequest(f"{SCHEMA} is missing: it is required", SCHEMA, "missing_required_parameter")
    schema = decode_part(bytes(asked.json_schema), JsonSchema, SCHEMA).schema
    return {"json_object": True} if schema is None else {"json": schema}


def _check_alone(asked: ResponseFormat) -> None:
    """What a response_format of another type has is not passed over."""
    for name, kind in (("json_schema", "json_schema"), ("format", "structural_tag"), ("structures", "structural_tag")):
        if asked.type != kind and getattr(asked, name) != NULL:
            raise InvalidRequest(f"response_format.{name} belongs to the type {kind}: leave it out", f"response_format.{name}",
                                 CONFLICT)


def _of_object(request: Sampled) -> dict[str, Any] | None:
    asked = request.structured_outputs
    if asked is None:
        return None
    fields = {name: value for name, value in structs.asdict(asked).items() if value is not None}
    if fields.pop("structural_tag") != NULL:
        fields["structural_tag"] = True             # refused whatever it is
    return fields


def _of_guided(request: Sampled) -> dict[str, Any] | None:
    fields = {kind: value for kind, name in GUIDED.items() if (value := getattr(request, name)) is not None}
    if request.guided_whitespace_pattern is not None:
        fields["whitespace_pattern"] = request.guided_whitespace_pattern
        if not fields.keys() & set(KINDS):
            raise InvalidRequest("guided_whitespace_pattern is given without guided_json", "guided_whitespace_pattern",
                                 CONFLICT)
    return fields or None
