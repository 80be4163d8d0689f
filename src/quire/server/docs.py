"""/openapi.json: every route with its body, its answers and its refusals, exact for the server that is asked.

Bodies come from the records that requests are decoded into (bodies.py), bounds from the model and the plan (limits.py), answers
from answers.py. tests/fuzz sends thousands of bodies of both kinds and holds each answer against this document.
"""
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from quire import __version__
from quire.server import answers
from quire.server.bodies import BODIES, body_schemas, ref
from quire.server.guard import MOST_BODY_BYTES
from quire.server.limits import Schema
from quire.server.refusals import REFUSALS
from quire.server.service import Service

JSON, EVENTS, PLAIN, HTML = "application/json", "text/event-stream", "text/plain", "text/html"
ABOUT = """Language models over OpenAI's HTTP interface.

Every error has one shape, `{"error": {"message", "type", "param", "code"}}`, and every answer an `x-request-id`. A body that
fits its schema may still be refused, with the status 400 and one of these codes:

| code | why |
|---|---|
"""
STATUSES = {
    400: "Refused: the message says why, `param` names the field, and what to do instead.",
    401: "The key is missing, or none of this server's.",
    403: "A web page of another origin may not call this server.",
    404: "There is no such model.",
    408: "Headers or body were not complete in time.",
    413: f"The body is larger than {MOST_BODY_BYTES:,} bytes.",
    415: "The body is not plain JSON, or not called so in Content-Type.",
    429: "The queue is full: come back after Retry-After.",
    431: "The headers are too many or too long.",
    500: "A fault inside of the server, which its log tells of.",
    503: "The model is loading, or the server is going down: come back after Retry-After.",
    504: "The answer took longer than this server allows (--request-seconds)."}
ANYWHERE, GUARDED, WITH_BODY, WITH_ENGINE = (400, 408, 431, 500), (413,), (404, 415), (429, 503, 504)


class Answers(NamedTuple):
    """of      JSON of this, or the media type of other text
    events  each event of a stream, where one may be asked for
    later   what a probe says with the status 503
    """
    of: Any
    events: type[msgspec.Struct] | None = None
    later: type[msgspec.Struct] | None = None


_taking = Answers(answers.Ready, later=answers.NotReady)
ANSWERS = {
    "/v1/chat/completions": Answers(answers.ChatAnswer, answers.ChatChunk),
    "/v1/completions": Answers(answers.TextAnswer, answers.TextChunk),
    "/v1/chat/completions/render": Answers(answers.Rendered), "/v1/completions/render": Answers(list[answers.Rendered]),
    "/v1/embeddings": Answers(answers.Embeddings), "/v1/models": Answers(answers.ModelList),
    "/v1/models/{name:path}": Answers(answers.ModelCard), "/tokenize": Answers(answers.Tokens),
    "/detokenize": Answers(answers.Text), "/generate": Answers(answers.Generated),
    "/batch_generate": Answers(answers.BatchGenerated), "/model_info": Answers(answers.ModelFacts),
    "/health": _taking, "/readyz": _taking, "/ready": _taking, "/ping": _taking,
    "/livez": Answers(answers.Life, later=answers.Life), "/load": Answers(answers.ServerLoad),
    "/version": Answers(answers.VersionNumber), "/metrics": Answers(PLAIN), "/docs": Answers(HTML)}
EXAMPLES: dict[str, Schema] = {
    "ChatRequest": {"messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 64, "stream": True},
    "CompletionRequest": {"prompt": "Once upon a time", "max_tokens": 32, "stream": True},
    "EmbeddingRequest": {"input": ["one text", "another"]},
    "TokenizeRequest": {"prompt": "one text", "return_token_strs": True},
    "DetokenizeRequest": {"tokens": [1, 2, 3]}, "GenerateRequest": {"prompt": "Once upon a time", "max_tokens": 20},
    "BatchGenerateRequest": {"prompts": ["Once upon a time", "The end"], "max_tokens": 20}}
NO_ENGINE = ("/tokenize", "/detokenize")


class Declared(NamedTuple):
    methods: str
    path: str
    answer: type            # of an ASGI callable, made from the Service
    summary: str
    body: type[msgspec.Struct] | None = None


def document(service: Service, routes: Iterable[Declared], public: frozenset[str]) -> dict[str, Any]:
    plan, paths = service.plan, {}
    for declared in routes:
        is_public = declared.path in public
        paths[declared.path.replace(":path}", "}")] = {
            method.lower(): _operation(service, declared, method, is_public) for method in declared.methods.split()}
    wanted = [kind for each in ANSWERS.values() for kind in (each.of, each.events, each.later)
              if not isinstance(kind, (str, type(None)))]
    _, schemas = msgspec.json.schema_components((*wanted, answers.Error), ref_template=ref("{name}")["$ref"])
    for schema in schemas.values():
        schema.pop("title")
    schemas |= {name: schema for name, schema in body_schemas(service).items() if name not in schemas}
    made: dict[str, Any] = {
        "openapi": "3.1.0", "info": {"title": "Quire", "version": __version__, "description": _about(),
                                     "x-refusals": [refusal._asdict() for refusal in REFUSALS]},
        "paths": paths, "components": {"schemas": schemas}}
    if plan.root_path:
        made["servers"] = [{"url": plan.root_path}]
    if plan.api_keys:
        made["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        made["security"] = [{"key": []}]
    return made


def _about() -> str:
    return ABOUT + "".join(f"| `{refusal.code}` | {refusal.why} |\n" for refusal in REFUSALS)


def _operation(service: Service, declared: Declared, method: str, is_public: bool) -> Schema:
    path = declared.path
    name = path.removeprefix("/v1").partition("{")[0].strip("/").replace("/", "_")
    made: Schema = {"operationId": f"{method.lower()}_{name}" + ("_one" if "{" in path else ""), "summary": declared.summary,
                    "responses": _responses(service, declared, is_public)}
    if "{name" in path:
        made["parameters"] = [{"name": "name", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1},
                               "example": service.plan.served_names[0]}]
    if declared.body is not None:
        example = EXAMPLES[declared.body.__name__]
        made["requestBody"] = {"required": True, "content": {JSON: {"schema": ref(declared.body.__name__), "example": example}}}
    if is_public and service.plan.api_keys:
        made["security"] = []
    return made


def _responses(service: Service, declared: Declared, is_public: bool) -> Schema:
    plan, told = service.plan, ANSWERS[declared.path]
    statuses = {*ANYWHERE, *(() if is_public else GUARDED), *(WITH_BODY if declared.body else ()),
                *(WITH_ENGINE if declared.body and declared.path not in NO_ENGINE else ()),
                *((404,) if "{" in declared.path else ()), *((401,) if plan.api_keys and not is_public else ()),
                *((403,) if not plan.api_keys else ())}
    text: Schema = {"schema": {"type": "string"}}
    content = {told.of: text} if isinstance(told.of, str) else {JSON: {"schema": _schema_of(told.of)}}
    if told.events is not None:
        content[EVENTS] = {"schema": _event_of(told.events)}
    made = {"200": _response("The answer; with stream true, events: `data: ` and JSON each, the last `data: [DONE]`."
                             if told.events else "The answer.", content, unknown=declared.body is not None)}
    for status in sorted(statuses):
        made[str(status)] = _response(STATUSES[status], {JSON: {"schema": ref("Error")}}, retry=status in (429, 503))
    if told.of == HTML and "401" in made:
        made["401"]["content"][HTML] = text
    if told.later is not None:
        made["503"] = _response("Not now.", {JSON: {"schema": _schema_of(told.later)}})
    return made


def _schema_of(kind: Any) -> Schema:
    (schema,), _ = msgspec.json.schema_components((kind,), ref_template=ref("{name}")["$ref"])
    return dict(schema)


def _event_of(kind: type[msgspec.Struct]) -> Schema:
    """Of one event: before version 3.2 OpenAPI has no other place for it."""
    chunk: Schema = {"type": "string", "contentMediaType": JSON, "contentSchema": {"anyOf": [_schema_of(kind), ref("Error")]}}
    return {"type": "object", "required": ["data"], "properties": {"data": {"anyOf": [chunk, {"const": "[DONE]"}]}}}


def _response(description: str, content: Schema, retry: bool = False, unknown: bool = False) -> Schema:
    text: Schema = {"schema": {"type": "string"}}
    headers: Schema = {"x-request-id": {**text, "required": True, "description": "The client's own, or a fresh one."}}
    if retry:
        headers["retry-after"] = {**text, "required": True, "description": "Seconds."}
    if unknown:
        headers["x-quire-unknown-fields"] = {**text, "description": "Fields of the body that nobody knows, and were not used."}
    return {"description": description, "headers": headers, "content": content}


__all__ = ["ANSWERS", "BODIES", "Declared", "document"]
