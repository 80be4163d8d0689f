"""Refusals that no schema foretells: each that the document lists, brought about by a body that fits the document."""
import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from quire.core.errors import CONFLICT, TEMPLATE, UNENFORCED
from quire.server.refusals import REFUSALS
from tests.server.model import VOCAB
from tests.server.served import Served, chat, is_refusal, serving
from tests.server.test_tools import TEMPLATE as WITH_TOOLS
from tests.server.test_tools import TOOL, named, plan

C, P, E, B = "/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/batch_generate"
PICKY = WITH_TOOLS.replace("{{ bos_token }}", "{{ bos_token }}{% if messages[0].content == 'no' %}"
                           "{{ raise_exception('not that') }}{% endif %}", 1)


def deep(levels: int) -> dict[str, Any]:
    return json.loads('{"items":' * levels + "{}" + "}" * levels)


def tool(**function: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": "f", **function}}


def form(schema: Any) -> dict[str, Any]:
    return chat("x", response_format={"type": "json_schema", "json_schema": {"name": "it", "schema": schema}})


CASES: list[tuple[str, str, str, Any]] = [
    ("context_length_exceeded", "prompt", P, {"prompt": "x" * 5000}),
    ("context_length_exceeded", "prompts", B, {"prompts": ["x" * 5000]}),
    ("context_length_exceeded", "input", E, {"input": "x" * 5000}),
    ("context_length_exceeded", "messages", C, chat("x" * 5000)),
    ("context_length_exceeded", "max_tokens", C, chat("x", max_tokens=4095)),
    ("context_length_exceeded", "max_completion_tokens", C, chat("x", max_completion_tokens=4095)),
    ("context_length_exceeded", "min_tokens", C, chat("x", min_tokens=4095)),
    (CONFLICT, "n", C, chat("x", n=2, temperature=0)),
    (CONFLICT, "stream_options", C, chat("x", stream_options={})),
    (CONFLICT, "top_logprobs", C, chat("x", top_logprobs=1)),
    (CONFLICT, "max_tokens", C, chat("x", max_tokens=3, max_completion_tokens=4)),
    (CONFLICT, "min_tokens", P, {"prompt": "x", "min_tokens": 3, "max_tokens": 2}),
    (CONFLICT, "truncation_side", P, {"prompt": "x", "truncation_side": "left"}),
    (CONFLICT, "truncation_side", E, {"input": "x", "truncation_side": "left"}),
    (CONFLICT, "prompt_logprobs", P, {"prompt": "x", "prompt_logprobs": 1, "stream": True}),
    (CONFLICT, "allowed_token_ids", P, {"prompt": "x", "allowed_token_ids": [97], "bad_words": ["a"]}),
    (CONFLICT, "continue_final_message", C, chat("x", continue_final_message=True, add_generation_prompt=True)),
    (CONFLICT, "tool_choice", C, chat("x", tool_choice="required")),
    (CONFLICT, "tool_choice", C, chat("x", tools=[TOOL], tool_choice=named("nobody"))),
    (CONFLICT, "tools[1].function.name", C, chat("x", tools=[TOOL, TOOL])),
    (CONFLICT, "messages[0].tool_call_id", C, {"messages": [{"role": "tool", "content": "1", "tool_call_id": "a"}]}),
    (CONFLICT, "guided_json", C, chat("x", guided_regex="a", guided_choice=["a"])),
    (CONFLICT, "structured_outputs", C, chat("x", structured_outputs={"regex": "a"}, response_format={"type": "json_object"})),
    (CONFLICT, "guided_whitespace_pattern", C, chat("x", guided_whitespace_pattern=" ")),
    (UNENFORCED, "guided_regex", C, chat("x", guided_regex="[open")),
    (UNENFORCED, "guided_json", C, chat("x", guided_json="5")),
    (UNENFORCED, "structured_outputs.grammar", C, chat("x", structured_outputs={"grammar": "root ::= root"})),
    (UNENFORCED, "response_format.json_schema.schema", C, form({"type": "integer", "minimum": 5, "maximum": 1})),
    (UNENFORCED, "tools[0].function.parameters", C, chat("x", tools=[tool(parameters={"properties": {"a": {"type": "x"}}})])),
    ("unsupported_parameter", "best_of", P, {"prompt": "x", "best_of": 2}),
    ("unsupported_parameter", "guided_json", C, chat("x", guided_json={"type": "array", "uniqueItems": True})),
    (TEMPLATE, "messages", C, chat("no")),
    (TEMPLATE, "continue_final_message", C, {"messages": [{"role": "user", "content": "gone"}], "continue_final_message": True,
                                             "chat_template_kwargs": {"quiet": True}}),
    ("nested_too_deeply", "guided_json", C, chat("x", guided_json=deep(70))),
    ("nested_too_deeply", "tools[0].function.parameters", C, chat("x", tools=[tool(parameters={"a": deep(70)})])),
    ("array_above_max_length", "prompt", P, {"prompt": ["x"] * 1000, "n": 100}),
    ("array_above_max_length", "tools", C, chat("x", tools=[tool(description="x" * 600_000)])),
    ("array_above_max_length", "allowed_token_ids", P, {"prompt": "x", "allowed_token_ids": [100] * 40_000}),
    ("string_above_max_length", "user", C, chat("x", user="\0" * 20_000)),
    ("object_above_max_length", "chat_template_kwargs", C, chat("x", chat_template_kwargs={"a": "x" * 70_000})),
    ("integer_below_min_value", "max_tokens", P, {"prompt": "x", "max_tokens": 0}),
    ("invalid_value", "logit_bias", P, {"prompt": "x", "logit_bias": {str(VOCAB): 1}}),
    ("invalid_type", "top_k", P, {"prompt": "x", "top_k": 1.0}),
]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    template = PICKY.replace("{{ m.content }}", "{% if quiet is not defined %}{{ m.content }}{% endif %}", 1)
    with serving(**plan(chat_template=template, strict=True, reasoning_parser="")) as running:
        yield running


@pytest.fixture(scope="module")
def document(served: Served) -> dict[str, Any]:
    return served.get("/openapi.json").json()


def fits(document: dict[str, Any], path: str, body: Any) -> bool:
    schema = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return jsonschema.Draft202012Validator(schema | {"components": document["components"]}).is_valid(body)


@pytest.mark.parametrize(("code", "param", "path", "body"), CASES, ids=[f"{c[0]} {c[1]} {i}" for i, c in enumerate(CASES)])
def test_a_body_that_fits_is_refused_with_a_code_that_is_listed(served, document, code, param, path, body):
    assert fits(document, path, body)
    error = is_refusal(served.post(path, body), 400)
    assert (error["code"], error["param"]) == (code, param), error
    assert any(row.code == code and re.fullmatch(row.param, param) for row in REFUSALS)


@pytest.mark.parametrize("more", [{"tool_choice": "auto"}, {}])
def test_what_the_operator_has_turned_off(more):
    with serving(**plan(enable_auto_tool_choice=False)) as running:
        body = chat("x", tools=[TOOL], **more)
        assert fits(running.get("/openapi.json").json(), C, body)
        error = is_refusal(running.post(C, body), 400)
        assert (error["code"], error["param"]) == ("unsupported_value", "tool_choice")


def test_each_code_that_is_listed_has_a_case():
    """nothing_to_draw needs a real model: test_structured."""
    assert {row.code for row in REFUSALS} - {"unsupported_value", "nothing_to_draw"} == {case[0] for case in CASES}


def test_the_document_lists_them(document):
    assert [row["code"] for row in document["info"]["x-refusals"]] == [row.code for row in REFUSALS]
    for row in REFUSALS:
        assert f"| `{row.code}` | {row.why} |" in document["info"]["description"]
