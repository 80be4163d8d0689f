"""tool_choice and strict tools over HTTP, with a small real model that would never call anything by itself."""
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from tests.server.served import Served, is_refusal, serving
from tests.server.test_real_model import Real
from tests.server.test_tools import CALL, CHAT, TEMPLATE, ask, body, choice, named, plan, same, streamed
from tests.tiny import EOS, tiny

CITY = {"type": "object", "properties": {"city": {"enum": ["Paris", "Rome"]}, "days": {"type": "integer", "maximum": 9,
                                                                                      "minimum": 0}}, "required": ["city"]}
SCHEMAS = {"weather": CITY, "now": {}}
TOOLS = [{"type": "function", "function": {"name": "weather", "parameters": CITY}},
         {"type": "function", "function": {"name": "now"}}]
STRICT = [{"type": "function", "function": {**tool["function"], "strict": True}} for tool in TOOLS]
ANSWER = {"type": "object", "properties": {"a": {"enum": [1, 2]}}, "required": ["a"], "additionalProperties": False}
FORMAT = {"type": "json_schema", "json_schema": {"name": "it", "schema": ANSWER}}
WAYS = ["required", named("weather"), named("now")]
MORE: dict[str, Any] = {"max_tokens": 3000, "temperature": 1.0, "seed": 3}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tiny(tmp_path_factory.mktemp("model"), max_position_embeddings=4096)
    with serving(kind=Real, **plan(model_folder=folder, tokenizer_folder=folder, block_size=16, num_blocks=2048, max_num_seqs=8,
                                   reasoning_parser="", depth=2)) as running:
        yield running


@pytest.fixture(scope="module")
def fake() -> Iterator[Served]:
    with serving(**plan()) as running:
        yield running


def calls_of(found: dict[str, Any]) -> list[str]:
    """Names; arguments keep to their schemas."""
    calls = [call["function"] for call in found["message"].get("tool_calls", ())]
    for call in calls:
        jsonschema.Draft202012Validator(SCHEMAS[call["name"]]).validate(json.loads(call["arguments"]))
    return [call["name"] for call in calls]


def alike(whole: dict[str, Any], stream: dict[str, Any]) -> None:
    """Without reasoning, which is not counted then."""
    for answer in (whole, stream):
        answer["usage"]["completion_tokens_details"] = None
    for found in whole["choices"]:
        found["message"].setdefault("reasoning", None)
    same(whole, stream)


@pytest.mark.parametrize("way", WAYS, ids=["required", "weather", "now"])
def test_a_call_comes_whole_and_streamed(served: Served, way: Any) -> None:
    """Two requests that differ in nothing else: without it there is none."""
    whole = ask(served, "x", TOOLS, tool_choice=way, n=2, parallel_tool_calls=False, **MORE)
    for found in whole["choices"]:
        assert len(calls_of(found)) == 1 and found["message"]["content"] is None
        assert way == "required" or calls_of(found) == [way["function"]["name"]]
        assert (found["finish_reason"], found["stop_reason"]) == ("tool_calls" if way == "required" else "stop", None)
    alike(whole, streamed(served, "x", TOOLS, tool_choice=way, n=2, parallel_tool_calls=False, **MORE))
    assert not calls_of(choice(ask(served, "x", TOOLS, **{**MORE, "max_tokens": 40})))


def test_required_may_be_several_and_a_name_is_one(served: Served) -> None:
    ends_late = {"logit_bias": {str(EOS): -6}}
    counts = {len(calls_of(choice(ask(served, "x", TOOLS, tool_choice="required", **{**MORE, **ends_late, "seed": seed}))))
              for seed in range(6)}
    assert 0 not in counts and max(counts) > 1
    for way, more in (("required", {"parallel_tool_calls": False, **ends_late}), (named("now"), ends_late)):
        assert all(len(calls_of(choice(ask(served, "x", TOOLS, tool_choice=way, **{**MORE, "seed": seed}, **more)))) == 1
                   for seed in range(6))


def test_the_client_of_openai_gets_them(served: Served) -> None:
    asked: dict[str, Any] = body("x", STRICT, tool_choice="required", parallel_tool_calls=False, **MORE) | {"model": "tiny"}
    with served.openai() as client:
        answer = client.chat.completions.create(**asked).choices[0]
        with client.chat.completions.stream(**asked) as stream:
            final = stream.get_final_completion().choices[0]
    for made in (answer, final):
        (call,) = made.message.tool_calls or ()
        jsonschema.validate(json.loads(call.function.arguments), SCHEMAS[call.function.name])
        assert made.finish_reason == "tool_calls"


def test_an_answer_of_a_format_or_calls_of_strict_tools(served: Served) -> None:
    """As agents ask for both at once: each of them comes, and nothing else."""
    kinds = set()
    for seed in range(12):
        found = choice(ask(served, "x", STRICT, response_format=FORMAT, **{**MORE, "seed": seed}))
        if not calls_of(found):
            jsonschema.validate(json.loads(found["message"]["content"]), ANSWER)
        kinds.add(found["finish_reason"])
    assert kinds == {"tool_calls", "stop"}


def test_forms_of_other_models(tmp_path_factory: pytest.TempPathFactory) -> None:
    """One that writes no JSON by itself, and one whose form is not known: both call in plain JSON where they must."""
    folder = tiny(tmp_path_factory.mktemp("model"), max_position_embeddings=4096)
    for parser in ("qwen3_coder", ""):
        with serving(kind=Real, **plan(model_folder=folder, tokenizer_folder=folder, block_size=16, num_blocks=1024,
                                       tool_call_parser=parser)) as running:
            more = {"tool_choice": "required", "parallel_tool_calls": False, **MORE}
            whole = ask(running, "x", TOOLS, **more)
            assert len(calls_of(choice(whole))) == 1
            alike(whole, streamed(running, "x", TOOLS, **more))
            param = "tools[0].function.strict" if parser else "tools"
            assert is_refusal(running.post(CHAT, body("x", STRICT)), 400)["param"] == param


# ---- what is refused, and what is not

def bad(schema: Any, **more: Any) -> list[Any]:
    return [TOOLS[0], {"type": "function", "function": {"name": "odd", "parameters": schema, **more}}]


@pytest.mark.parametrize("way", [{"tool_choice": "required"}, {"tool_choice": named("odd")}, {"strict": True}],
                         ids=["required", "named", "strict"])
def test_a_keyword_that_cannot_be_enforced_is_named_with_its_tool(fake: Served, way: dict[str, Any]) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "array", "uniqueItems": True}}}
    strict = {"strict": True} if way.pop("strict", False) else {}
    error = is_refusal(fake.post(CHAT, body("x", bad(schema, **strict), **way)), 400)
    assert error["param"] == "tools[1].function.parameters" and error["code"] == "unsupported_parameter"
    assert "the tool odd" in error["message"] and "'uniqueItems' at 'properties.a'" in error["message"]
    assert fake.post(CHAT, body("x", bad(schema))).status_code == 200
    assert fake.post(CHAT, body("x", bad(schema), tool_choice="none")).status_code == 200


@pytest.mark.parametrize("schema", [
    {"properties": {"a": {"pattern": "(?=a)"}}}, {"properties": {"a": {"format": "odd"}}}, {"required": 5}, {"required": [[1]]},
    {"properties": 5}, {"$ref": "#/nowhere"}, {"properties": {"a": {"enum": []}}, "required": ["a"]},
])
def test_what_only_compiling_finds_is_refused_too(fake: Served, schema: dict[str, Any]) -> None:
    error = is_refusal(fake.post(CHAT, body("x", bad(schema), tool_choice=named("odd"))), 400)
    assert error["param"] == "tools[1].function.parameters" and "the tool odd" in error["message"]


@pytest.mark.parametrize("form", [{"response_format": FORMAT}, {"structured_outputs": {"regex": "a"}},
                                  {"guided_choice": ["a"]}])
@pytest.mark.parametrize("way", WAYS[:2], ids=["required", "named"])
def test_a_forced_call_and_another_form_exclude_each_other(fake: Served, form: dict[str, Any], way: Any) -> None:
    error = is_refusal(fake.post(CHAT, body("x", TOOLS, tool_choice=way, **form)), 400)
    assert error["param"] == "tool_choice" and "send one" in error["message"]


def test_strict_tools_and_a_form_that_is_no_json(fake: Served) -> None:
    error = is_refusal(fake.post(CHAT, body("x", STRICT, structured_outputs={"regex": "a"})), 400)
    assert (error["param"], error["code"]) == ("tools", "conflicting_parameters")
    schema = {"type": "json_schema", "json_schema": {"name": "it", "schema": {"uniqueItems": True}}}
    error = is_refusal(fake.post(CHAT, body("x", STRICT, response_format=schema)), 400)
    assert error["param"] == "response_format.json_schema.schema" and "uniqueItems" in error["message"]


def test_calls_can_be_forced_where_auto_is_turned_off() -> None:
    with serving(**plan(enable_auto_tool_choice=False)) as running:
        assert running.post(CHAT, body("x", TOOLS, tool_choice="required")).status_code == 200
        assert is_refusal(running.post(CHAT, body("x", TOOLS)), 400)["param"] == "tool_choice"
    with serving(**plan(chat_template=TEMPLATE.replace("tools", "none"))) as running:
        assert is_refusal(running.post(CHAT, body("x", TOOLS, tool_choice="required")), 400)["param"] == "tools"


def test_a_call_that_stands_alone_ends_as_openai_says(fake: Served) -> None:
    """The same text, read for auto and for none."""
    assert choice(ask(fake, CALL))["finish_reason"] == "tool_calls"
    assert choice(ask(fake, CALL, tool_choice="none"))["finish_reason"] == "stop"
