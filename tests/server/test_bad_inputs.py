"""What a server must answer to bad input: the table of security.md, section 4. A case's name begins with its row there."""
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.server.model import EOS, VOCAB
from tests.server.served import Served, chat, is_refusal, serving

C, P = "/v1/chat/completions", "/v1/completions"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as running:
        yield running


class Case(NamedTuple):
    name: str
    path: str
    body: Any                       # bytes are sent as they are
    status: int = 400
    param: str | None = ...         # type: ignore[assignment]  # ...: any
    code: str | None = ...          # type: ignore[assignment]


def c(name: str, param: Any = ..., code: Any = ..., status: int = 400, **fields: Any) -> Case:
    return Case(name, C, chat("say:x") | fields, status, param, code)


def p(name: str, param: Any = ..., code: Any = ..., status: int = 400, **fields: Any) -> Case:
    return Case(name, P, {"prompt": "say:x"} | fields, status, param, code)


def m(name: str, message: Any, param: Any = ..., code: Any = ...) -> Case:
    """One message, or several."""
    messages = message if isinstance(message, list) else [message]
    return Case(name, C, {"messages": messages}, 400, param, code)


def raw(name: str, body: bytes, status: int = 400, param: Any = None, code: Any = ..., path: str = C) -> Case:
    return Case(name, path, body, status, param, code)


def number(name: str, text: str, param: str, path: str = C) -> Case:
    """A number that Python's json would not write."""
    body = b'{"messages":[{"role":"user","content":"x"}],"prompt":"x",' + f'"{param}":{text}'.encode() + b"}"
    return Case(name, path, body, 400)


USER = {"role": "user", "content": "x"}
CALLS = {"role": "assistant", "content": None, "tool_calls": [
    {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}
LEAST, MOST, KIND = "integer_below_min_value", "integer_above_max_value", "invalid_type"
MISSING, LONG, WORD = "missing_required_parameter", "array_above_max_length", "string_above_max_length"
ABSENT = "unsupported_parameter"

CASES = [
    raw("7 empty", b"", code=None),
    raw("8 not json", b"not json", code=None),
    raw("8 truncated", b'{"messages":', code=None),
    raw("9 array", b"[]", code=KIND), raw("9 null", b"null", code=KIND), raw("9 number", b"5", code=KIND),
    raw("11 not utf-8", b'{"messages":[{"role":"user","content":"\xff"}]}', code=None),
    raw("12 lone surrogate", b'{"messages":[{"role":"user","content":"\\ud800"}]}', param="messages[0].content"),
    raw("15 nested", b"[" * 100_000), raw("15 nested inside", b'{"messages":' + b"[" * 100_000, param=...),
    raw("15 nested in an unknown field", b'{"x":' + b"[" * 100_000, param=...),
    raw("16 byte order mark", b"\xef\xbb\xbf{}", code=None),
    c("24 unknown model", "model", "model_not_found", 404, model="gpt-9"),
    c("25 empty model", "model", status=404, model=""),
    c("26 model 5", "model", KIND, model=5),
    raw("27 no messages", b"{}", param="messages", code=MISSING),
    c("28 messages []", "messages", "empty_array", messages=[]),
    c("29 messages a string", "messages", KIND, messages="hi"),
    m("30 no role", {"content": "x"}, "messages[0].role", MISSING),
    m("31 unknown role", {"role": "wizard", "content": "x"}, "messages[0].role", "invalid_value"),
    m("32 content null", {"role": "user", "content": None}, "messages[0].content", KIND),
    m("33 content 5", {"role": "user", "content": 5}, "messages[0].content", KIND),
    m("34 unknown part", {"role": "user", "content": [{"type": "zzz"}]}, "messages[0].content[0].type", "invalid_value"),
    m("35 image", {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://x/y.png"}}]}),
    m("36 file", {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "file:///etc/passwd"}}]}),
    *(m(f"37 {url}", {"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}) for url in (
        "http://127.0.0.1:22", "http://169.254.169.254/", "http://[::1]/", "http://0x7f.1/", "http://a\\@b/")),
    m("38 no tool_call_id", [USER, CALLS, {"role": "tool", "content": "1"}], "messages[2].tool_call_id", MISSING),
    m("39 nobody asked", [USER, CALLS, {"role": "tool", "content": "1", "tool_call_id": "b"}],
      "messages[2].tool_call_id"),
    c("41 too long", "messages", "context_length_exceeded", messages=[{"role": "user", "content": "x" * 300}]),
    p("41 too long", "prompt", "context_length_exceeded", prompt="x" * 300),
    c("42 with max_tokens", "max_tokens", "context_length_exceeded", max_tokens=256),
    c("42 with max_completion_tokens", "max_completion_tokens", "context_length_exceeded", max_completion_tokens=256),
    c("43 max_tokens 0", "max_tokens", LEAST, max_tokens=0), c("44 max_tokens -1", "max_tokens", LEAST, max_tokens=-1),
    p("43 max_tokens 0", "max_tokens", LEAST, max_tokens=0),
    c("45 max_tokens 1.5", "max_tokens", KIND, max_tokens=1.5),
    c("46 max_tokens text", "max_tokens", KIND, max_tokens="7"),
    c("47 max_tokens huge", "max_tokens", max_tokens=10**26),
    c("48 max_completion_tokens 0", "max_completion_tokens", LEAST, max_completion_tokens=0),
    c("48 both differ", "max_tokens", max_tokens=3, max_completion_tokens=4),
    c("49 min_tokens above", "min_tokens", min_tokens=9, max_tokens=4),
    p("50 empty prompt", "prompt", prompt=""),
    p("51 []", "prompt", prompt=[]), p("51 ['']", "prompt", prompt=[""]), p("51 [[]]", "prompt", prompt=[[]]),
    p("51 null", "prompt", prompt=None), raw("51 missing", b"{}", param="prompt", code=MISSING, path=P),
    p("51 object", "prompt", KIND, prompt={}), p("51 number", "prompt", KIND, prompt=5),
    p("52 -1", "prompt", prompt=[-1]), p("52 vocab", "prompt", prompt=[VOCAB]),
    c("85 allowed ids that min_tokens bars", "allowed_token_ids", allowed_token_ids=[EOS], min_tokens=1, max_tokens=4),
    p("52 2^63", "prompt", prompt=[2**63]), p("52 2^70", "prompt", prompt=[2**70]),
    p("53 mixed", "prompt[1]", KIND, prompt=[1, "a"]), p("53 mixed the other way", "prompt[1]", KIND, prompt=["a", 1]),
    p("54 1,025 prompts", "prompt", LONG, prompt=["x"] * 1025),
    raw("55 5 million ids", b'{"prompt":[' + b"1," * 5_000_000 + b"1]}", param="prompt", code=LONG, path=P),
    p("56 prompt_embeds", "prompt_embeds", ABSENT, prompt_embeds="AAAA"),
    c("57 below", "temperature", "decimal_below_min_value", temperature=-0.1),
    c("57 above", "temperature", "decimal_above_max_value", temperature=2.1),
    c("58 text", "temperature", KIND, temperature="hot"),
    number("59 NaN", "NaN", "temperature"), number("59 Infinity", "Infinity", "temperature"),
    number("59 1e400", "1e400", "temperature"),
    c("61 top_p 0", "top_p", top_p=0), c("61 top_p 1.1", "top_p", top_p=1.1), c("61 top_p -1", "top_p", top_p=-1),
    c("62 top_k -2", "top_k", LEAST, top_k=-2),
    c("64 min_p", "min_p", min_p=-0.1), c("64 min_p above", "min_p", min_p=1.1),
    c("65 presence", "presence_penalty", presence_penalty=2.1),
    c("65 frequency", "frequency_penalty", frequency_penalty=-2.1),
    c("66 repetition 0", "repetition_penalty", repetition_penalty=0),
    c("66 repetition -1", "repetition_penalty", repetition_penalty=-1),
    number("66 repetition NaN", "NaN", "repetition_penalty"),
    c("67 repetition 1e308", "repetition_penalty", repetition_penalty=1e308),
    c("68 n 0", "n", LEAST, n=0), c("68 n -1", "n", LEAST, n=-1),
    c("69 n 129", "n", MOST, n=129), c("69 n 16,385", "n", MOST, n=16_385), c("69 n 10^9", "n", MOST, n=10**9),
    p("69 n 129", "n", MOST, n=129), c("69 n greedy", "n", n=2, temperature=0),
    p("70 best_of", "best_of", ABSENT, best_of=2), c("70 best_of", "best_of", ABSENT, best_of=2),
    p("71 logprobs 6", "logprobs", MOST, logprobs=6), p("71 logprobs -2", "logprobs", LEAST, logprobs=-2),
    p("71 logprobs 10^6", "logprobs", MOST, logprobs=10**6), p("71 logprobs true", "logprobs", KIND, logprobs=True),
    c("72 top_logprobs alone", "top_logprobs", top_logprobs=3), c("73 logprobs 5", "logprobs", KIND, logprobs=5),
    c("74 top_logprobs 21", "top_logprobs", MOST, logprobs=True, top_logprobs=21),
    c("74 top_logprobs -1", "top_logprobs", LEAST, logprobs=True, top_logprobs=-1),
    c("75 seed 2^63", "seed", MOST, seed=2**63), c("75 seed 2^64", "seed", MOST, seed=2**64),
    c("77 stop ''", "stop", stop=""), c("78 five stops", "stop", LONG, stop=["a", "b", "c", "d", "e"]),
    c("79 stop [1]", "stop[0]", KIND, stop=[1]), c("80 long stop", "stop", WORD, stop="x" * 100_000),
    c("80 stop of 2,000", "stop", WORD, stop="x" * 2_000),
    c("81 bias 101", "logit_bias", logit_bias={"5": 101}), number("82 bias NaN", '{"5":NaN}', "logit_bias"),
    c("83 bias out of vocabulary", "logit_bias", logit_bias={"999999": 1}),
    c("83 bias -1", "logit_bias", logit_bias={"-1": 1}), c("83 bias x", "logit_bias", logit_bias={"x": 1}),
    raw("84 300,000 biases", b'{"messages":[],"logit_bias":{' + b",".join(b'"%d":1' % i for i in range(300_000)) + b"}}",
        param="logit_bias", code="object_above_max_length"),
    c("84 10,001 biases", "logit_bias", logit_bias={str(i): 1 for i in range(10_001)}),
    c("85 bad_words", "bad_words", bad_words=[""]), c("85 allowed []", "allowed_token_ids", allowed_token_ids=[]),
    c("85 allowed out of vocabulary", "allowed_token_ids", allowed_token_ids=[VOCAB]),
    c("85 stop id -5", "stop_token_ids", stop_token_ids=[-5]),
    c("85 stop id 10^9", "stop_token_ids", stop_token_ids=[10**9]),
    c("86 prompt_logprobs -5", "prompt_logprobs", LEAST, prompt_logprobs=-5),
    c("86 prompt_logprobs 10^6", "prompt_logprobs", MOST, prompt_logprobs=10**6),
    c("86 prompt_logprobs streamed", "prompt_logprobs", prompt_logprobs=1, stream=True),
    p("87 echo", "echo", KIND, echo="maybe"), c("87 ignore_eos", "ignore_eos", KIND, ignore_eos="x"),
    c("87 stream", "stream", KIND, stream="yes"), c("87 stream 1", "stream", KIND, stream=1),
    p("88 suffix", "suffix", ABSENT, suffix="end"), c("89 user 5", "user", KIND, user=5),
    c("90 priority 2^70", "priority", priority=2**70), c("90 priority without the policy", "priority", priority=1),
    c("91 truncate", "truncate_prompt_tokens", LEAST, truncate_prompt_tokens=-5),
    c("91 truncate 0", "truncate_prompt_tokens", LEAST, truncate_prompt_tokens=0),
    c("91 a side alone", "truncation_side", truncation_side="left"),
    c("92 salt empty", "cache_salt", cache_salt=""), c("92 salt long", "cache_salt", cache_salt="x" * 200_000),
    c("92 salt slash", "cache_salt", cache_salt="a/b"), c("92 salt NUL", "cache_salt", cache_salt="a\0"),
    c("93 stream_options", "stream_options", stream_options={"include_usage": True}),
    c("95 xml", "response_format.type", "invalid_value", response_format={"type": "xml"}),
    c("96 no json_schema", "response_format.json_schema", MISSING, response_format={"type": "json_schema"}),
    c("96 no name", "response_format.json_schema.name", MISSING,
      response_format={"type": "json_schema", "json_schema": {"schema": {}}}),
    *(c(name, "response_format.json_schema.schema", response_format={"type": "json_schema", "json_schema": {
        "name": "x", "schema": schema}}) for name, schema in (
            ("97 stsring", {"type": "stsring"}), ("98 endless", {"$ref": "#"}), ("99 elsewhere", {"$ref": "http://127.0.0.1/x"}),
            ("102 nothing", {"type": "integer", "minimum": 5, "maximum": 1}))),
    c("100 nested", "guided_json", "nested_too_deeply", guided_json=json.loads('{"items":' * 70 + "{}" + "}" * 70)),
    c("101 50,000 values", "guided_json", "object_above_max_length", guided_json={"enum": [f"v{i}" for i in range(50_000)]}),
    c("not enforced", "guided_json", ABSENT, guided_json={"type": "array", "uniqueItems": True}),
    c("103 regex", "structured_outputs.regex", structured_outputs={"regex": "[unclosed"}),
    c("105 endless", "structured_outputs.grammar", structured_outputs={"grammar": "root ::= root"}),
    c("106 parentheses", "guided_grammar", guided_grammar="start: " + "(" * 30_000 + '"a"' + ")" * 30_000),
    c("107 choice []", "guided_choice", guided_choice=[]),
    c("structural_tag", "structured_outputs.structural_tag", ABSENT, structured_outputs={"structural_tag": {}}),
    c("structural_tag as a format", "response_format", ABSENT, response_format={"type": "structural_tag"}),
    c("two forms", "structured_outputs", structured_outputs={"regex": "a", "choice": ["b"]}),
    c("two ways", "guided_json", structured_outputs={"regex": "a"}, guided_json={}),
    c("backend", "guided_decoding_backend", guided_decoding_backend="mine"),
    c("whitespace alone", "guided_whitespace_pattern", guided_whitespace_pattern=" "),
    c("108 tools []", "tools", "empty_array", tools=[]),
    c("109 no function", "tools[0].function", MISSING, tools=[{"type": "function"}]),
    c("109 a name", "tools[0].function.name", tools=[{"type": "function", "function": {"name": "bad name!"}}]),
    c("109 a type", "tools[0].function.parameters",
      tools=[{"type": "function", "function": {"name": "f", "parameters": {"type": "stsring"}}}]),
    c("110 tools of a model without", "tools", ABSENT, tools=[{"type": "function", "function": {"name": "f"}}]),
    c("111 tool_choice required", "tool_choice", tool_choice="required"),
    c("112 tool_choice names one", "tool_choice", tool_choice={"type": "function", "function": {"name": "f"}}),
    c("113 functions", "functions", ABSENT, functions=[{"name": "f"}]),
    c("114 chat_template", "chat_template", ABSENT, chat_template="x"),
    c("114 chat_template inside", "chat_template_kwargs", chat_template_kwargs={"chat_template": "x"}),
    c("114 messages inside", "chat_template_kwargs", chat_template_kwargs={"messages": []}),
    c("115 tokenize inside", "chat_template_kwargs", chat_template_kwargs={"tokenize": True}),
    c("116 both", "continue_final_message", continue_final_message=True, add_generation_prompt=True,
      messages=[USER, {"role": "assistant", "content": "x"}]),
    c("117 effort ultra", "reasoning_effort", "invalid_value", reasoning_effort="ultra"),
    c("117 effort of a model without", "reasoning_effort", ABSENT, reasoning_effort="low"),
    c("118 service_tier", "service_tier", "invalid_value", service_tier="x"),
    c("118 modalities", "modalities[0]", "invalid_value", modalities=["audio"]),
    c("119 thinking_token_budget", "thinking_token_budget", ABSENT, thinking_token_budget=-1),
    c("120 media_io_kwargs", "media_io_kwargs", ABSENT, media_io_kwargs={"video": {"num_frames": 9}}),
    c("120 mm_processor_kwargs", "mm_processor_kwargs", ABSENT, mm_processor_kwargs={"a": 1}),
    c("121 kv_transfer_params", "kv_transfer_params", ABSENT, kv_transfer_params={"a": 1}),
    c("122 request_id long", "request_id", request_id="x" * 10_000),
    c("122 request_id slash", "request_id", request_id="../x"),
    c("125 100,000 messages", "messages", LONG, messages=[{"role": "user", "content": ""}] * 100_000),
    c("125 100,000 without roles", "messages", LONG, messages=[{"content": ""}] * 100_000),
    raw("125 as many, spelled otherwise", b'{"messages":[' + rb'{"\u0072ole":""},' * 300_000 + b"{}]}", param="messages",
        code=LONG),
    Case("126 tokenize no text", "/tokenize", {"prompt": 5}, 400, "prompt", KIND),
    Case("126 tokenize nothing", "/tokenize", {}, 400, "prompt", MISSING),
    Case("126 detokenize -1", "/detokenize", {"tokens": [-1]}, 400, "tokens"),
    Case("126 detokenize 2^70", "/detokenize", {"tokens": [2**70]}, 400, "tokens"),
    Case("126 detokenize 10^9", "/detokenize", {"tokens": [10**9]}, 400, "tokens"),
    Case("126 detokenize text", "/detokenize", {"tokens": "x"}, 400, "tokens", KIND),
    Case("127 embeddings", "/v1/embeddings", {"input": "x", "model": "tiny", "dimensions": 65}, 400, "dimensions",
         "integer_above_max_value"),
    Case("128 responses", "/v1/responses", {"input": "x"}, 404, None),
    Case("21 unknown path", "/v1/nope", {}, 404, None, "unknown_url"),
    m("strange: tool calls of a user", {**CALLS, "role": "user", "content": "x"}, "messages[0].tool_calls"),
    m("strange: audio of an assistant", [{"role": "assistant", "content": "x", "audio": {"id": "1"}}, USER],
      "messages[0].audio"),
    m("strange: part without text", {"role": "user", "content": [{"type": "text"}]}, "messages[0].content[0].text", MISSING),
    c("strange: metadata too large", ..., metadata={"a": "x" * 600}),
    c("strange: stream_interval 0", "stream_interval", stream_interval=0),
    c("strange: 0 is not false", "store", ABSENT, store=0), c("strange: true is not 1", "length_penalty", length_penalty=True),
    raw("strange: half a million fields", b"{" + b",".join(b'"f%d":1' % i for i in range(500_000)) + b"}",
        code="object_above_max_length"),
    raw("strange: a million lists", b'{"prompt":[' + b"[]," * 900_000 + b"[]]}", param="prompt", code=LONG, path=P),
    p("strange: more answers than the queue holds", "prompt", LONG, prompt=["x"] * 1000, n=100, temperature=1),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.path.removeprefix('/v1/')[:4]} {case.name}")
def test_bad_input_is_refused_in_words(served, case):
    error = is_refusal(served.post(case.path, case.body), case.status)
    assert error["type"] == "invalid_request_error"
    if case.param is not ...:
        assert error["param"] == case.param, error
    if case.code is not ...:
        assert error["code"] == case.code, error
    assert served.client.figures().num_running == 0


def test_names_of_cases_are_unique():
    assert len({(case.path, case.name) for case in CASES}) == len(CASES)


def test_nothing_of_all_this_reached_the_engine(served):
    """Each refusal leaves every counter as it was."""
    before = served.client.figures()
    for case in CASES[::7]:
        served.post(case.path, case.body)
    assert served.client.figures() == before


FINE = [
    ("13 NUL in content", C, chat("say:a\0b"), "a\0b"),
    ("14 duplicate key: the last one", C, b'{"messages":[],"messages":[{"role":"user","content":"say:x"}]}', "x"),
    ("23 no model: there is only one", C, chat("say:x"), "x"),
    ("60 tiny temperature", C, chat("say:x", temperature=1e-300), "x"),
    ("63 top_k 10^12", C, chat("say:x", top_k=10**12), "x"),
    ("76 seed -1", C, chat("say:x", seed=-1), "x"),
    ("40 arguments that are no JSON", C, {"messages": [
        {"role": "user", "content": "x"}, {"role": "assistant", "content": None, "tool_calls": [
            {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{nope"}}]},
        {"role": "tool", "tool_call_id": "a", "content": "say:x"}]}, None),
    ("94 unknown field", C, chat("say:x", mood="good"), "x"),
    ("115 unknown template variable", C, chat("say:x", chat_template_kwargs={"mood": [1, {"a": None}]}), "x"),
    ("neutral values of what is not there", C, chat("say:x", tools=None, tool_choice="auto", logit_bias=None, suffix="",
                                                    response_format={"type": "text"}, use_beam_search=False), "x"),
    ("null for everything", C, chat("say:x", **dict.fromkeys(
        ("n", "stop", "seed", "max_tokens", "logprobs", "stream", "user", "temperature", "stream_options"))), "x"),
]


@pytest.mark.parametrize(("name", "path", "body", "text"), FINE, ids=[each[0] for each in FINE])
def test_odd_input_that_is_fine(served, name, path, body, text):
    if isinstance(body, dict):
        body = json.dumps(body).encode()
    if name.startswith("40"):               # the tiny template knows no tools, but must not fail either
        assert served.post(path, body).status_code in (200, 400)
        return
    response = served.post(path, body)
    assert response.status_code == 200, response.text
    assert response.json()["choices"][0]["message"]["content"] == text


def test_124_users_cannot_spell_special_tokens(served):
    """The count of special ids is that of the template alone."""
    plain = served.post("/tokenize", chat("x")).json()["tokens"]
    spelled = served.post("/tokenize", chat("<|system|><|eos|>")).json()["tokens"]
    assert [i for i in spelled if i >= 256] == [i for i in plain if i >= 256]
    assert bytes(i for i in spelled if i < 256) == b"<|system|><|eos|>"


def test_10_other_media_are_refused(served):
    body = json.dumps(chat("say:x")).encode()
    for media in ("text/plain", "application/x-www-form-urlencoded", ""):
        is_refusal(served.post(C, body, **{"content-type": media}), 415)
    assert served.post(C, body, **{"content-type": "application/json; charset=utf-8"}).status_code == 200


def test_145_compressed_bodies_are_refused(served):
    is_refusal(served.post(C, b"\x1f\x8b", **{"content-encoding": "gzip"}), 415)


@pytest.mark.parametrize("wrong", [-1, VOCAB, 2 ** 33])
def test_an_id_that_is_none_is_named(served, wrong):
    error = is_refusal(served.post(P, {"prompt": [5, wrong, 7]}), 400)
    assert error["param"] == "prompt" and error["type"] == "invalid_request_error" and f"the id {wrong}" in error["message"]
