"""/openapi.json is exact: what it allows is taken, and what it forbids is refused, at every bound of every field; answers are
as it says. tests/fuzz does the same with thousands of bodies that nobody has thought of."""
import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from quire.server.app import ROUTES
from quire.server.bodies import BODIES
from quire.server.docs import ANSWERS
from quire.server.refusals import REFUSALS
from tests.conftest import FULL
from tests.server.served import Served, events, serving
from tests.server.test_promises import BASES, PATHS
from tests.server.test_tools import BOTH, OTHER, TOOL, plan

EACH = 1 if FULL else 5         # of so many bodies one is sent
ODD: tuple[Any, ...] = (None, True, -1, 0, 1, 1.5, "", "x", "left", "7", [], ["x"], [1], [-1], [[1]], [None], {},
                        {"a": "b"}, {"a": 1})
JSON = "application/json"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(**plan(strict=True, max_model_len=1024)) as running:
        yield running


@pytest.fixture(scope="module")
def document(served: Served) -> dict[str, Any]:
    return served.get("/openapi.json").json()


def validator(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    return jsonschema.Draft202012Validator(schema | {"components": document["components"]})


def at_the_bounds(schema: dict[str, Any]) -> Iterator[Any]:
    """Values that each keyword just allows, and just forbids."""
    for each in schema.get("anyOf", [schema]):
        for word, step in (("minimum", -1), ("maximum", 1), ("exclusiveMinimum", 0.25)):
            if word in each:
                yield from (each[word], each[word] + step)
        for word, step in (("minLength", -1), ("maxLength", 1)):
            if word in each:
                yield from ("a" * each[word], "a" * (each[word] + step))
        yield from each.get("enum", ())
        if each.get("maxItems", 10_000) < 10_000 and "$ref" not in each["items"]:
            one = next((value for value in at_the_bounds(each["items"]) if value != ""), "a")
            ones = [one + i if isinstance(one, int) else f"{one}{i}" for i in range(each["maxItems"] + 1)]
            yield from (ones, ones[:-1])


def bodies(document: dict[str, Any], shape: str) -> list[tuple[str, dict[str, Any]]]:
    schema = document["components"]["schemas"][shape]
    fields = schema["properties"] if "properties" in schema else {
        name: field for each in schema["anyOf"] for name, field in each["properties"].items()}
    return [(name, BASES[shape] | {name: value}) for name, field in fields.items() for value in (*ODD, *at_the_bounds(field))]


@pytest.mark.parametrize("shape", [shape.__name__ for shape in BODIES])
def test_a_body_is_taken_exactly_where_the_document_says_so(served: Served, document: dict[str, Any], shape: str) -> None:
    operation = document["paths"][PATHS[shape]]["post"]
    fits = validator(document, operation["requestBody"]["content"][JSON]["schema"]).is_valid
    answer = validator(document, operation["responses"]["200"]["content"][JSON]["schema"])
    seen = set()
    with served.http(headers={"content-type": JSON}) as client:
        for name, body in bodies(document, shape)[::EACH]:
            response = client.post(PATHS[shape], content=json.dumps(body).encode())
            is_fit = bool(fits(body))
            seen.add((is_fit, response.status_code))
            told = f"{name}={json.dumps(body[name])[:80]} fits: {is_fit}, {response.text[:200]}"
            assert response.status_code in (200, 400, 404), told
            if response.status_code == 200:
                assert is_fit, told
                if not body.get("stream"):
                    answer.validate(response.json())
            elif is_fit:
                error = response.json()["error"]
                param = error["param"] or ""
                assert any(error["code"] == row.code and re.fullmatch(row.param, param) for row in REFUSALS), told
    assert {(True, 200), (False, 400)} <= seen


TOLD = [
    ("/v1/chat/completions", {"messages": [{"role": "user", "content": f"say:<think>\nhm\n</think>\n\n{BOTH}"}],
                              "tools": [TOOL, OTHER], "logprobs": True, "top_logprobs": 2, "return_token_ids": True,
                              "return_prompt_text": True, "n": 2, "max_tokens": 200}),
    ("/v1/completions", {"prompt": ["say:a", "say:b"], "echo": True, "logprobs": 2, "return_token_ids": True})]


@pytest.mark.parametrize(("path", "body"), TOLD, ids=["chat", "completions"])
def test_a_long_answer_is_as_documented_whole_and_in_every_event(served, document, path, body):
    content = document["paths"][path]["post"]["responses"]["200"]["content"]
    validator(document, content[JSON]["schema"]).validate(served.post(path, body | {"prompt_logprobs": 2}).json())
    chunk = validator(document, content["text/event-stream"]["schema"]["properties"]["data"]["anyOf"][0]["contentSchema"])
    options = {"include_usage": True, "continuous_usage_stats": True}
    for more in ({}, {"stream_options": options}):
        *found, done = events(served.post(path, body | {"stream": True} | more).content)
        assert done == "[DONE]" and len(found) > 2
        for each in found:
            chunk.validate(each)


def test_every_other_answer_is_as_documented(served, document):
    for shape in ("ChatRequest", "CompletionRequest"):
        path, body = f"{PATHS[shape]}/render", BASES[shape]
        content = document["paths"][path]["post"]["responses"]["200"]["content"]
        validator(document, content[JSON]["schema"]).validate(served.post(path, body).json())
    for path, methods in document["paths"].items():
        if "get" in methods:
            content = methods["get"]["responses"]["200"]["content"]
            response = served.get(path.replace("{name}", "tiny"))
            media = response.headers["content-type"].partition(";")[0]
            assert response.status_code == 200 and media in content
            if media == JSON:
                validator(document, content[JSON]["schema"]).validate(response.json())


def test_every_route_stands_in_it_and_nothing_else(document):
    declared = {(route.path.replace(":path", ""), method) for route in ROUTES for method in route.methods.lower().split()}
    assert declared == {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert ANSWERS.keys() == {route.path for route in ROUTES}
    names = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names))


def test_every_reference_leads_somewhere_and_every_schema_is_one(document):
    schemas = document["components"]["schemas"]
    for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)):
        assert name in schemas
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_a_key_is_documented_where_one_is_asked_for(document):
    assert "security" not in document and "401" not in document["paths"]["/v1/models"]["get"]["responses"]
    with serving(api_keys=("k",)) as running:
        made = running.get("/openapi.json", authorization="Bearer k").json()
    assert made["security"] == [{"key": []}] and made["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    assert "401" in made["paths"]["/v1/models"]["get"]["responses"] and made["paths"]["/health"]["get"]["security"] == []


def test_only_a_strict_server_closes_its_bodies(document):
    assert document["components"]["schemas"]["ChatRequest"]["additionalProperties"] is False
    with serving() as running:
        assert "additionalProperties" not in running.get("/openapi.json").json()["components"]["schemas"]["ChatRequest"]
