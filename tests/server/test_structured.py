"""Structured output over HTTP, with a small real model: every way to ask for it, all that is refused, and what it costs."""
import json
import re
import time

import jsonschema
import openai
import pytest

from quire.core.structured import BACKENDS
from tests.server.served import chat, events, is_refusal, serving
from tests.server.test_metrics import value
from tests.server.test_real_model import Real
from tests.tiny import tiny

SCHEMA = {"type": "object", "properties": {"a": {"enum": ["x", "yy"]}, "b": {"type": "integer", "minimum": 0, "maximum": 99}},
          "required": ["a", "b"], "additionalProperties": False}
OPEN = {"type": "object", "properties": {"a": {"enum": [1]}}, "required": ["a"]}


def is_valid(text: str) -> bool:
    jsonschema.validate(json.loads(text), SCHEMA)
    return True


def schema_format(schema=SCHEMA, **more):
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "it", "schema": schema, **more}}}


WAYS = {
    "json_schema": (schema_format(strict=True), is_valid), "not strict": (schema_format(strict=False), is_valid),
    "structured json": ({"structured_outputs": {"json": SCHEMA}}, is_valid),
    "json as text": ({"structured_outputs": {"json": json.dumps(SCHEMA)}}, is_valid),
    "regex": ({"structured_outputs": {"regex": "[ab]{3}"}}, lambda t: re.fullmatch("[ab]{3}", t)),
    "choice": ({"structured_outputs": {"choice": ["yes", "no"]}}, lambda t: t in ("yes", "no")),
    "grammar": ({"structured_outputs": {"grammar": 'root ::= "x" [0-9]'}}, lambda t: re.fullmatch("x[0-9]", t)),
    "compact": ({"structured_outputs": {"json": SCHEMA, "disable_any_whitespace": True}},
                lambda t: is_valid(t) and not re.search(r"\s", t)),
    "closed": ({"structured_outputs": {"json": OPEN, "disable_additional_properties": True}},
               lambda t: json.loads(t) == {"a": 1}),
    "own blanks": ({"structured_outputs": {"json": SCHEMA, "whitespace_pattern": "_"}}, lambda t: is_valid(t.replace("_", ""))),
    "guided_json": ({"guided_json": SCHEMA}, is_valid), "guided text": ({"guided_json": json.dumps(SCHEMA)}, is_valid),
    "guided_regex": ({"guided_regex": "[ab]{3}"}, lambda t: re.fullmatch("[ab]{3}", t)),
    "guided_choice": ({"guided_choice": ["yes", "no"]}, lambda t: t in ("yes", "no")),
    "guided_grammar": ({"guided_grammar": 'start: "x"'}, lambda t: t == "x"),
    "guided blanks": ({"guided_json": SCHEMA, "guided_whitespace_pattern": "_"}, lambda t: is_valid(t.replace("_", ""))),
    **{f"by {name}": ({"guided_choice": ["yes"], "guided_decoding_backend": name}, lambda t: t == "yes") for name in BACKENDS},
}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tiny(tmp_path_factory.mktemp("model"))
    with serving(kind=Real, model_folder=folder, tokenizer_folder=folder, block_size=16, num_blocks=256, max_num_seqs=8,
                 depth=2) as running:
        yield running


def ask(served, **fields):
    return served.post("/v1/chat/completions", chat("Hi", **{"max_tokens": 200, "seed": 1, **fields}))


@pytest.mark.parametrize("way", WAYS)
def test_each_way_binds_the_answer(served, way):
    fields, holds = WAYS[way]
    choice = ask(served, **fields).json()["choices"][0]
    assert choice["finish_reason"] == "stop" and choice["stop_reason"] is None
    assert holds(choice["message"]["content"])
    answer = served.post("/v1/completions", {"prompt": ["Hi", "Ho"], "max_tokens": 200, "seed": 2, **fields}).json()
    assert all(holds(choice["text"]) and choice["finish_reason"] == "stop" for choice in answer["choices"])


def test_json_object(served):
    """Any object: it may go on for long, but whatever came is the beginning of one."""
    content = ask(served, response_format={"type": "json_object"}, max_tokens=60).json()["choices"][0]["message"]["content"]
    assert content.startswith("{")


def test_streamed_and_siblings(served):
    fields = {"structured_outputs": {"json": SCHEMA}, "n": 3, "temperature": 1.0}
    whole = [choice["message"]["content"] for choice in ask(served, **fields).json()["choices"]]
    assert all(map(is_valid, whole)) and len(set(whole)) == 3
    parts = ["", "", ""]
    for event in events(ask(served, **fields, stream=True).content)[:-1]:
        for choice in event["choices"]:
            parts[choice["index"]] += choice["delta"].get("content") or ""
    assert parts == whole


def test_the_end_is_the_grammars_own(served):
    choice = ask(served, structured_outputs={"regex": "ab"}, ignore_eos=True).json()["choices"][0]
    assert (choice["message"]["content"], choice["finish_reason"], choice["stop_reason"]) == ("ab", "stop", None)
    choice = ask(served, structured_outputs={"regex": "ab+"}, stop=["abbb"], ignore_eos=True).json()["choices"][0]
    assert (choice["message"]["content"], choice["stop_reason"]) == ("", "abbb")
    choice = ask(served, structured_outputs={"regex": "a*"}, ignore_eos=True, max_tokens=7).json()["choices"][0]
    assert (choice["message"]["content"], choice["finish_reason"]) == ("a" * 7, "length")


def test_openais_client_parses_it(served):
    with served.openai() as client:
        answer = client.chat.completions.create(model="tiny", messages=[{"role": "user", "content": "Hi"}], max_tokens=200,
                                                **schema_format(strict=True))
    assert is_valid(answer.choices[0].message.content)


def test_what_bars_itself_is_the_clients_fault_and_told(served):
    error = is_refusal(ask(served, structured_outputs={"regex": "[0-9]"}, allowed_token_ids=[97]), 400)
    assert error["code"] == "nothing_to_draw" and "allow more" in error["message"]
    assert ask(served).status_code == 200


def test_refusals_have_the_names_that_the_client_used(served):
    error = is_refusal(ask(served, guided_regex="[a"), 400)
    assert error["param"] == "guided_regex" and error["message"].startswith("guided_regex cannot be used: unclosed")
    error = is_refusal(ask(served, **schema_format({"type": "array", "items": {"uniqueItems": True}})), 400)
    assert (error["param"], error["code"]) == ("response_format.json_schema.schema", "unsupported_parameter")
    assert error["message"].startswith("response_format.json_schema.schema has the keyword 'uniqueItems' at 'items'")
    with served.openai() as client, pytest.raises(openai.BadRequestError, match="uniqueItems"):
        client.chat.completions.create(model="tiny", messages=[{"role": "user", "content": "Hi"}],
                                       **schema_format({"uniqueItems": True}))


def test_unknown_fields_inside_are_named(served):
    response = ask(served, structured_outputs={"regex": "a", "mood": 1})
    assert response.headers["x-quire-unknown-fields"] == "structured_outputs.mood"


def test_what_it_costs_is_counted(served):
    names = ("vllm:structured_output_compiled_total", "vllm:structured_output_cache_hits_total",
             "vllm:structured_output_mask_seconds_count")

    def counts():
        served.until(lambda: value(served, "vllm:num_requests_running") == 0)
        return [value(served, name) for name in names]

    before, now = None, counts()
    while before != now:                            # what the tests before this one cost may still be on its way
        time.sleep(0.3)
        before, now = now, counts()
    for _ in range(2):
        ask(served, structured_outputs={"regex": "a unique regex"})
    served.until(lambda: counts()[1] == before[1] + 1)
    compiled, hits, steps = counts()
    assert (compiled - before[0], hits - before[1]) == (1, 1) and steps - before[2] >= 2 * len("a unique regex")
    assert value(served, "vllm:structured_output_compile_seconds_total") > 0
    assert value(served, "vllm:structured_output_mask_seconds_sum") > 0
