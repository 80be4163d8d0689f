"""Every field of every request record keeps its promise: two requests that differ in nothing else get different answers, or
the field is refused by name.

The fields are read off the records themselves, those inside of others too: a field without a promise here fails. HARMLESS
fields promise the opposite, and the document says so of them. What the server's records do not have, test_fields has.
"""
import json
import re
from collections.abc import Callable, Iterator
from shutil import copytree
from typing import Any, NamedTuple, get_args

import msgspec
import pytest

from quire.server.bodies import BODIES
from quire.server.shapes import HARMLESS, INNER, INNERMOST, JsonSchema, Tool
from tests.server.model import BOS, EOS, folder
from tests.server.served import Served, chat, events, is_refusal, serving
from tests.server.test_real_model import Real
from tests.server.test_tools import BOTH, CALL, OTHER, TEMPLATE, TOOL, named
from tests.server.test_tools import plan as with_tools
from tests.tiny import tiny

PATHS = {"ChatRequest": "/v1/chat/completions", "CompletionRequest": "/v1/completions", "EmbeddingRequest": "/v1/embeddings",
         "TokenizeRequest": "/tokenize", "DetokenizeRequest": "/detokenize", "GenerateRequest": "/generate",
         "BatchGenerateRequest": "/batch_generate"}
TEXT = "say:abcab"
BASES: dict[str, dict[str, Any]] = {
    "ChatRequest": chat(TEXT, seed=1), "CompletionRequest": {"prompt": TEXT, "seed": 1}, "EmbeddingRequest": {"input": TEXT},
    "TokenizeRequest": {"prompt": TEXT}, "DetokenizeRequest": {"tokens": [97]}, "GenerateRequest": {"prompt": TEXT, "seed": 1},
    "BatchGenerateRequest": {"prompts": [TEXT], "seed": 1}}
SCHEMA = {"type": "object", "properties": {"a": {"enum": [1]}}, "required": ["a"]}
Answer = Any
Holds = Callable[[Answer, Answer], Any]


class Promise(NamedTuple):
    """value   of the field in one request; `other` in the other one, where ... leaves it out
    base       what both have beside what every body of this shape has
    real    asked of a small real model, for the fake one draws by a script
    spaced  asked of a model whose vocabulary puts spaces between tokens; it says two special ones
    holds      of the two answers; None: they differ
    """
    value: Any
    base: dict[str, Any] = {}       # noqa: RUF012
    other: Any = ...
    real: bool = False
    spaced: bool = False
    holds: Holds | None = None


class Refused(NamedTuple):
    """By name."""
    value: Any
    base: dict[str, Any] = {}       # noqa: RUF012


def on_real(value: Any, other: Any = ..., **base: Any) -> Promise:
    return Promise(value, {"max_tokens": 12, "seed": 1, "ignore_eos": True, **base}, other, real=True)


def form(value: Any, **base: Any) -> Promise:
    return Promise(value, {"max_tokens": 60, "seed": 1, **base}, real=True)


def text_of(answer: Answer) -> str:
    choice = answer["choices"][0]
    return str(choice["text"] if "text" in choice else choice["message"]["content"])


def cached(answer: Answer) -> int:
    return int(answer["usage"]["prompt_tokens_details"]["cached_tokens"])


def pieces(answer: Answer) -> list[int]:
    """Ids in each chunk of a stream."""
    return [len(choice["token_ids"]) for event in answer if event != "[DONE]" for choice in event["choices"]
            if choice.get("token_ids")]


USAGE = {"stream": True, "stream_options": {"include_usage": True}}


def salted(salt: str) -> Promise:
    return Promise(salt, holds=lambda with_it, without: cached(with_it) == 0 < cached(without))


LABELLED = Promise("mine", holds=lambda *answers: [answer["id"].endswith("-mine") for answer in answers] == [True, False])
WITH_ASSISTANT = {"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "say:ab"}]}

COMMON: dict[str, Promise | Refused] = {
    "model": Promise("also"), "max_tokens": Promise(2), "min_tokens": Promise(4, {"stop": "b"}), "stop": Promise(["c"]),
    "ignore_eos": Promise(True, {"max_tokens": 9}), "n": Promise(2), "stop_token_ids": Promise([99]),
    "include_stop_str_in_output": Promise(True, {"stop": "c"}), "prompt_logprobs": Promise(1),
    "temperature": on_real(0, 2), "seed": on_real(2, 1), "top_p": on_real(1e-6, temperature=2),
    "top_k": on_real(1, temperature=2), "min_p": on_real(1, temperature=2), "presence_penalty": on_real(-2, temperature=0.3),
    "frequency_penalty": on_real(-2, temperature=0.3), "repetition_penalty": on_real(0.01, temperature=1),
    "logit_bias": on_real({"97": 100}), "allowed_token_ids": on_real([97]),
    "bad_words": on_real(["a"], allowed_token_ids=[97, 98], temperature=2),
    "skip_special_tokens": on_real(False, allowed_token_ids=[256]),
    "spaces_between_special_tokens": Promise(False, {"skip_special_tokens": False}, spaced=True),
    "add_special_tokens": Promise(True, other=False), "truncate_prompt_tokens": Promise(3),
    "truncation_side": Promise("right", {"truncate_prompt_tokens": 3, "return_token_ids": True}, "left"),
    "priority": Refused(1), "echo": Promise(True), "return_token_ids": Promise(True),
    "return_tokens_as_token_ids": Promise(True, {"logprobs": 1}), "logprobs": Promise(1), "stream": Promise(True),
    "stream_options": Promise({"include_usage": True}, {"stream": True}, {}),
    "stream_interval": Promise(3, {"stream": True, "return_token_ids": True},
                               holds=lambda with_it, without: max(pieces(with_it)[1:]) >= 3 > max(pieces(without)[1:])),
    "request_id": LABELLED, "best_of": Refused(2), "guided_decoding_backend": Refused("mine"),
    "response_format": form({"type": "json_object"}), "structured_outputs": form({"choice": ["yes"]}),
    "guided_json": form({"enum": [1]}), "guided_regex": form("a"), "guided_choice": form(["yes"]),
    "guided_grammar": form('start: "x"'),
    "guided_whitespace_pattern": form("_+", guided_json=SCHEMA, logit_bias={"95": 100, "32": 100})}
OWN: dict[str, dict[str, Promise | Refused]] = {
    "ChatRequest": {
        "cache_salt": salted("a"),
        "messages": Promise(chat("say:x")["messages"], other=chat("say:y")["messages"]), "max_completion_tokens": Promise(2),
        "logprobs": Promise(True), "top_logprobs": Promise(1, {"logprobs": True}),
        "return_tokens_as_token_ids": Promise(True, {"logprobs": True}), "echo": Promise(True, WITH_ASSISTANT),
        "add_generation_prompt": Promise(False, {"return_prompt_text": True}), "return_prompt_text": Promise(True),
        "continue_final_message": Promise(True, WITH_ASSISTANT | {"return_prompt_text": True}),
        "chat_template_kwargs": Promise({"opened": True}, {"return_prompt_text": True}),
        "documents": Promise([{"text": "known"}], {"return_prompt_text": True}),
        "reasoning_effort": Promise("high", {"return_prompt_text": True}, "low"),
        "include_reasoning": Promise(False, chat("say:<think>\nhm\n</think>\n\nyes")),
        "tools": Promise([TOOL], {"return_prompt_text": True}),
        "tool_choice": Promise("none", chat(f"say:{CALL}", tools=[TOOL])),
        "parallel_tool_calls": Promise(False, chat(f"say:{BOTH}", tools=[TOOL, OTHER]))},
    "CompletionRequest": {"prompt": Promise("say:x", other="say:y"), "cache_salt": salted("b")},
    "GenerateRequest": {"prompt": Promise("say:x", other="say:y"), "model": Refused("nope")},
    "BatchGenerateRequest": {"prompts": Promise(["say:x"], other=["say:y"]), "model": Refused("nope")},
    "EmbeddingRequest": {
        "input": Promise("x", other="y"), "cache_salt": salted("c"), "encoding_format": Promise("base64"),
        "dimensions": Promise(3, real=True),
        "use_activation": Promise(False), "pooling": Promise("mean", real=True), "truncation_side": Promise(
            "left", {"truncate_prompt_tokens": 3}, "right")},
    "TokenizeRequest": {
        "prompt": Promise("x", other="y"), "messages": Promise(chat("x")["messages"], {"prompt": None}, chat("y")["messages"]),
        "model": Refused("nope"), "add_generation_prompt": Promise(False, chat("x", prompt=None)),
        "continue_final_message": Promise(True, WITH_ASSISTANT | {"prompt": None}), "return_token_strs": Promise(True),
        "tools": Promise([TOOL], chat("x", prompt=None)),
        "chat_template_kwargs": Promise({"opened": True}, chat("x", prompt=None))},
    "DetokenizeRequest": {"tokens": Promise([97], other=[98]), "model": Refused("nope")}}


def shown(messages: list[Any], field: str = "return_prompt_text") -> dict[str, Any]:
    return {"messages": messages, field: True}


USER = {"role": "user", "content": "x"}
CALLED = {"id": "a", "type": "function", "function": {"name": "look", "arguments": "{}"}}
TOLD = {"role": "tool", "content": "1", "tool_call_id": "a"}


def message(**changed: Any) -> dict[str, Any]:
    return shown([USER | changed])


def calling(**changed: Any) -> dict[str, Any]:
    return shown([{"role": "assistant", "content": None, "tool_calls": [CALLED | changed]}, TOLD])


def function(**changed: Any) -> dict[str, Any]:
    return {"tools": [{"type": "function", "function": TOOL["function"] | changed}], "return_prompt_text": True}


def structured(**fields: Any) -> dict[str, Any]:
    return {"structured_outputs": fields, "max_tokens": 60, "seed": 1}


def schema(**fields: Any) -> dict[str, Any]:
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "it", **fields}}, "max_tokens": 60, "seed": 1}


BLANKS = {"95": 100, "32": 100}
CHOICE = {"tools": [TOOL], "tool_choice": named("look")}


class Inner(NamedTuple):
    """Two bodies of chats that differ in a field of a record inside. `refused`: the first is, at this field."""
    one: dict[str, Any]
    other: dict[str, Any]
    refused: str = ""
    real: bool = False
    is_harmless: bool = False
    holds: Holds | None = None


INNERS: dict[tuple[str, str], Inner] = {
    ("Message", "role"): Inner(message(role="user"), message(role="system")),
    ("Message", "content"): Inner(message(content="x"), message(content="y")),
    ("Message", "name"): Inner(message(name="Ann"), message()),
    ("Message", "tool_calls"): Inner(shown([USER, {"role": "assistant", "content": "y", "tool_calls": [CALLED]}]),
                                     shown([USER, {"role": "assistant", "content": "y"}])),
    ("Message", "tool_call_id"): Inner(message(tool_call_id="a"), message(), "messages[0].tool_call_id"),
    ("Message", "refusal"): Inner(shown([{"role": "assistant", "content": None, "refusal": "no"}, USER]),
                                  shown([{"role": "assistant", "content": None, "refusal": "never"}, USER])),
    ("Message", "reasoning"): Inner(message(role="assistant", reasoning="hm"), message(role="assistant")),
    ("Message", "reasoning_content"): Inner(message(role="assistant", reasoning_content="hm"), message(role="assistant")),
    ("Message", "audio"): Inner(message(audio={"id": "a"}), message(), "messages[0].audio"),
    ("Message", "function_call"): Inner(message(function_call={}), message(), "messages[0].function_call"),
    ("Part", "type"): Inner(message(content=[{"type": "image_url", "text": "x"}]), message(), "messages[0].content[0].type"),
    ("Part", "text"): Inner(message(content=[{"type": "text", "text": "x"}]), message(content=[{"type": "text", "text": "y"}])),
    ("Part", "refusal"): Inner(message(role="assistant", content=[{"type": "refusal", "refusal": "x"}]),
                               message(role="assistant", content=[{"type": "refusal", "refusal": "y"}])),
    ("ToolCall", "id"): Inner(calling(id="b"), calling(), "messages[1].tool_call_id"),
    ("ToolCall", "type"): Inner(calling(type="custom"), calling(), "messages[0].tool_calls[0].type"),
    ("ToolCall", "function"): Inner(calling(function={"name": "find", "arguments": "{}"}), calling()),
    ("ToolCallFunction", "name"): Inner(calling(function={"name": "find", "arguments": "{}"}), calling()),
    ("ToolCallFunction", "arguments"): Inner(calling(function={"name": "look", "arguments": '{"a":1}'}), calling()),
    ("Tool", "type"): Inner({"tools": [TOOL | {"type": "custom"}]}, {"tools": [TOOL]}, "tools[0].type"),
    ("Tool", "function"): Inner(function(name="find"), function()),
    ("ToolFunction", "name"): Inner(function(name="find"), function()),
    ("ToolFunction", "description"): Inner(function(description="Finds it"), function()),
    ("ToolFunction", "parameters"): Inner(function(parameters={"type": "object"}), function()),
    ("ToolFunction", "strict"): Inner(function(strict=True, parameters={"not": {}}), function(parameters={"not": {}}),
                                      "tools[0].function.parameters"),
    ("NamedChoice", "type"): Inner({"tools": [TOOL], "tool_choice": named("look") | {"type": "custom"}}, CHOICE,
                                   "tool_choice.type"),
    ("NamedChoice", "function"): Inner({"tools": [TOOL], "tool_choice": named("nobody")}, CHOICE, "tool_choice"),
    ("ToolName", "name"): Inner({"tools": [TOOL], "tool_choice": named("nobody")}, CHOICE, "tool_choice"),
    ("StreamOptions", "include_usage"): Inner(USAGE, {"stream": True, "stream_options": {}}),
    ("StreamOptions", "continuous_usage_stats"): Inner(
        {"stream": True, "stream_options": {"include_usage": True, "continuous_usage_stats": True}}, USAGE,
        holds=lambda one, other: one[0]["usage"] and not other[0]["usage"]),
    ("StreamOptions", "include_obfuscation"): Inner({"stream": True, "stream_options": {"include_obfuscation": True}},
                                                    {"stream": True, "stream_options": {}}, is_harmless=True),
    ("ResponseFormat", "type"): Inner({"response_format": {"type": "xml"}}, {}, "response_format.type"),
    ("ResponseFormat", "json_schema"): Inner(schema(schema={"enum": [1]}), schema(schema={"enum": [22]}), real=True),
    ("ResponseFormat", "format"): Inner({"response_format": {"type": "text", "format": {}}}, {}, "response_format.format"),
    ("ResponseFormat", "structures"): Inner({"response_format": {"type": "text", "structures": []}}, {},
                                            "response_format.structures"),
    ("JsonSchema", "name"): Inner({"response_format": {"type": "json_schema", "json_schema": {}}}, {},
                                  "response_format.json_schema.name"),
    ("JsonSchema", "schema"): Inner(schema(schema={"enum": [1]}), schema(schema={"enum": [22]}), real=True),
    ("JsonSchema", "description"): Inner(schema(schema={"enum": [1]}, description="x"), schema(schema={"enum": [1]}), real=True,
                                         is_harmless=True),
    ("JsonSchema", "strict"): Inner(schema(schema={"enum": [1]}, strict=False), schema(schema={"enum": [1]}), real=True,
                                    is_harmless=True),
    ("StructuredOutputs", "json"): Inner(structured(json={"enum": [1]}), structured(json={"enum": [22]}), real=True),
    ("StructuredOutputs", "regex"): Inner(structured(regex="a"), structured(regex="b"), real=True),
    ("StructuredOutputs", "choice"): Inner(structured(choice=["a"]), structured(choice=["b"]), real=True),
    ("StructuredOutputs", "grammar"): Inner(structured(grammar='start: "a"'), structured(grammar='start: "b"'), real=True),
    ("StructuredOutputs", "json_object"): Inner(structured(json_object=True), {"max_tokens": 60, "seed": 1}, real=True),
    ("StructuredOutputs", "disable_any_whitespace"): Inner(
        structured(json=SCHEMA, disable_any_whitespace=True) | {"logit_bias": BLANKS},
        structured(json=SCHEMA) | {"logit_bias": BLANKS}, real=True),
    ("StructuredOutputs", "disable_additional_properties"): Inner(
        structured(json=SCHEMA, disable_additional_properties=True) | {"logit_bias": {"44": 100}},
        structured(json=SCHEMA) | {"logit_bias": {"44": 100}}, real=True),
    ("StructuredOutputs", "whitespace_pattern"): Inner(
        structured(json=SCHEMA, whitespace_pattern="_+") | {"logit_bias": BLANKS},
        structured(json=SCHEMA) | {"logit_bias": BLANKS}, real=True),
    ("StructuredOutputs", "structural_tag"): Inner(structured(structural_tag={}), {}, "structured_outputs.structural_tag"),
}


@pytest.fixture(scope="module")
def fake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Its tokenizer puts a token before each text, so that it can be seen whether that was asked for."""
    made = tmp_path_factory.mktemp("fake") / "model"
    copytree(folder(), made)
    tokenizer = json.loads((made / "tokenizer.json").read_text())
    first = {"SpecialToken": {"id": "<|bos|>", "type_id": 0}}
    tokenizer["post_processor"] = {
        "type": "TemplateProcessing", "single": [first, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [first, {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {"<|bos|>": {"id": "<|bos|>", "ids": [256], "tokens": ["<|bos|>"]}}}
    (made / "tokenizer.json").write_text(json.dumps(tokenizer))
    template = TEMPLATE.replace("{{ m.content }}", "{{ m.name }}{{ m.reasoning_content }}{{ m.content }}", 1).replace(
        "{% if tools %}", "{{ documents }}{{ reasoning_effort }}{% if tools %}", 1)
    with serving({"delay": 0.004}, **with_tools(chat_template=template, served_names=("tiny", "also"), model_folder=made,
                                                tokenizer_folder=made)) as running:
        yield running


@pytest.fixture(scope="module")
def spaced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = tmp_path_factory.mktemp("spaced") / "model"
    copytree(folder(), made)
    tokenizer = json.loads((made / "tokenizer.json").read_text())
    tokenizer["decoder"] = {"type": "WordPiece", "prefix": "##", "cleanup": False}
    (made / "tokenizer.json").write_text(json.dumps(tokenizer))
    with serving({"script": lambda prompt: [BOS, BOS, EOS]}, model_folder=made, tokenizer_folder=made) as running:
        yield running


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = tiny(tmp_path_factory.mktemp("model"))
    with serving(kind=Real, model_folder=made, tokenizer_folder=made, block_size=16, num_blocks=512, max_num_seqs=8) as running:
        yield running


def ask(served: Served, path: str, body: dict[str, Any]) -> Answer:
    response = served.post(path, body)
    assert response.status_code == 200, response.text
    return events(response.content) if body.get("stream") else response.json()


def same(answer: Answer) -> str:
    """Without what differs from one request to the next."""
    return re.sub(r'"(id|created|cached_tokens|timings)": ("[^"]*"|\d+|\{[^}]*\})', "", json.dumps(answer))


def differ(served: Served, path: str, one: dict[str, Any], other: dict[str, Any], holds: Holds | None) -> bool:
    without = ask(served, path, other)
    again, with_it = ask(served, path, other), ask(served, path, one)
    if holds is not None:
        return bool(holds(with_it, again))
    if not other.get("stream"):
        assert same(without) == same(again), "the answers differ by themselves"
    return same(with_it) != same(again)


def promise_of(shape: str, field: str) -> Promise | Refused:
    found = OWN[shape].get(field, COMMON.get(field))
    assert found is not None, f"{shape}.{field} promises nothing"
    return found


FIELDS = [(shape.__name__, field) for shape in BODIES for field in shape.__struct_fields__ if field not in HARMLESS]
LABELS = [(shape.__name__, field) for shape in BODIES for field in shape.__struct_fields__ if field in HARMLESS]


@pytest.mark.parametrize(("shape", "field"), FIELDS, ids=[".".join(each) for each in FIELDS])
def test_a_field_is_honoured_or_refused(request: pytest.FixtureRequest, shape: str, field: str) -> None:
    promise = promise_of(shape, field)
    is_promise = isinstance(promise, Promise)
    name = "real" if is_promise and promise.real else "spaced" if is_promise and promise.spaced else "fake"
    served: Served = request.getfixturevalue(name)
    known = next(each.__struct_fields__ for each in BODIES if each.__name__ == shape)
    base = BASES[shape] | {name: value for name, value in promise.base.items() if name in known}
    if isinstance(promise, Refused):
        error = is_refusal(served.post(PATHS[shape], base | {field: promise.value}))
        assert error["param"] == field
        return
    other = base if promise.other is ... else base | {field: promise.other}
    assert differ(served, PATHS[shape], base | {field: promise.value}, other, promise.holds)


@pytest.mark.parametrize(("record", "field"), INNERS, ids=[".".join(each) for each in INNERS])
def test_a_field_inside_is_honoured_or_refused(request: pytest.FixtureRequest, record: str, field: str) -> None:
    promise, path = INNERS[record, field], PATHS["ChatRequest"]
    served: Served = request.getfixturevalue("real" if promise.real else "fake")
    one, other = BASES["ChatRequest"] | promise.one, BASES["ChatRequest"] | promise.other
    if promise.refused:
        assert is_refusal(served.post(path, one), 400)["param"] == promise.refused
        assert served.post(path, other).status_code == 200
    else:
        assert differ(served, path, one, other, promise.holds) != promise.is_harmless


@pytest.mark.parametrize(("shape", "field"), LABELS, ids=[".".join(each) for each in LABELS])
def test_a_harmless_field_changes_nothing_and_the_document_says_so(fake: Served, shape: str, field: str) -> None:
    document = fake.get("/openapi.json").json()
    assert "the same whatever it says" in document["components"]["schemas"][shape]["properties"][field]["description"]
    value = {"metadata": {"a": "b"}, "modalities": ["text"], "verbosity": "medium", "prediction": {"type": "content"},
             "service_tier": "auto", "prompt_cache_options": {}}.get(field, "me")
    assert not differ(fake, PATHS[shape], BASES[shape] | {field: value}, BASES[shape], None)


def records_in(kind: Any) -> Iterator[type[msgspec.Struct]]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
        for inner in kind.__annotations__.values():
            yield from records_in(inner)
    for inner in get_args(kind):
        yield from records_in(inner)


def test_every_record_inside_is_known_and_every_field_of_it_has_a_promise() -> None:
    found = {record for shape in BODIES for base in shape.__mro__[:-3] for kind in base.__annotations__.values()
             for record in records_in(kind)} | set(records_in(Tool)) | set(records_in(JsonSchema))
    assert found == {*INNER.values(), *(kind for inside in INNERMOST.values() for kind in inside.values())}
    assert {(record.__name__, field) for record in found for field in record.__struct_fields__} == INNERS.keys()


def test_a_field_without_a_promise_would_be_found() -> None:
    """A control."""
    with pytest.raises(AssertionError, match="promises nothing"):
        promise_of("ChatRequest", "mood")
