"""Calls of tools and reasoning over HTTP: the same whole and streamed, in the shape that OpenAI's client reads."""
import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from quire.text.tools.json_calls import JsonCalls
from quire.text.tools.table import PARSERS, Entry
from tests.server.model import EOS, SPECIAL
from tests.server.served import Served, events, is_refusal, serving

TEMPLATE = ("{{ bos_token }}{% if tools %}<|system|>{% for t in tools %}{{ t | tojson }}{% endfor %}{{ eos_token }}{% endif %}"
            "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% for c in m.tool_calls or [] %}"
            "[{{ c.function.name }}:{{ c.function.arguments | tojson }}]{% endfor %}{{ eos_token }}{% endfor %}"
            "{% if add_generation_prompt %}<|assistant|>{% if opened is defined %}<think>\n{% endif %}{% endif %}")
TOOL = {"type": "function", "function": {"name": "look", "description": "Looks it up", "parameters": {
    "type": "object", "properties": {"word": {"type": "string"}, "most": {"type": "integer"}}, "required": ["word"]}}}
OTHER = {"type": "function", "function": {"name": "stop"}}
CALL = '<tool_call>\n{"name": "look", "arguments": {"word": "</tool_call> é", "most": 3}}\n</tool_call>'
ARGUMENTS = {"word": "</tool_call> é", "most": 3}
STOP = '<tool_call>\n{"name": "stop", "arguments": {}}\n</tool_call>'
BOTH = f"I look.\n{CALL}\n{STOP}"
CHAT = "/v1/chat/completions"


def plan(**changes: Any) -> dict[str, Any]:
    return {"chat_template": TEMPLATE, "tool_call_parser": "hermes", "reasoning_parser": "qwen3", "max_model_len": 4096,
            "max_num_batched_tokens": 4096, "chunk": 4096, **changes}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(**plan()) as running:
        yield running


def body(text: str, tools: Sequence[Any] = (TOOL, OTHER), **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": f"say:{text}"}], **({"tools": list(tools)} if tools else {}), **more}


def ask(served: Served, text: str, tools: Sequence[Any] = (TOOL, OTHER), **more: Any) -> dict[str, Any]:
    response = served.post(CHAT, body(text, tools, **more))
    assert response.status_code == 200, response.text
    return response.json()


def choice(answer: dict[str, Any]) -> dict[str, Any]:
    return answer["choices"][0]


def streamed(served: Served, text: str, tools: Sequence[Any] = (TOOL, OTHER), **more: Any) -> dict[str, Any]:
    """The choices of a stream, put together as clients do, in the shape of a whole answer; and its usage."""
    response = served.post(CHAT, body(text, tools, stream=True, stream_options={"include_usage": True}, **more))
    assert response.status_code == 200, response.text
    choices: dict[int, Any] = {}
    *found, done = events(response.content)
    assert done == "[DONE]"
    for event in found:
        for part in event["choices"]:
            made = choices.setdefault(part["index"], {"message": {"content": "", "calls": []}, "finish_reason": None})
            assert made["finish_reason"] is None
            made["finish_reason"] = part["finish_reason"]
            add(made["message"], part["delta"])
    return {"choices": [choices[i] for i in sorted(choices)], "usage": found[-1]["usage"]}


def add(message: dict[str, Any], delta: dict[str, Any]) -> None:
    message["content"] += delta.get("content") or ""
    assert delta.get("reasoning") == delta.get("reasoning_content")
    message["reasoning"] = message.get("reasoning", "") + delta.get("reasoning", "")
    for part in delta.get("tool_calls", ()):
        if part["index"] == len(message["calls"]):
            assert part["type"] == "function" and part["id"].startswith("call_") and part["function"]["name"]
            message["calls"].append([part["function"]["name"], ""])
        else:
            assert part.keys() == {"index", "function"} and part["function"].keys() == {"arguments"}
        message["calls"][part["index"]][1] += part["function"]["arguments"]


def same(whole: dict[str, Any], stream: dict[str, Any]) -> None:
    assert len(whole["choices"]) == len(stream["choices"])
    for name in ("completion_tokens", "completion_tokens_details", "total_tokens"):
        assert whole["usage"][name] == stream["usage"][name]
    for one, other in zip(whole["choices"], stream["choices"], strict=True):
        message = one["message"]
        calls = [[call["function"]["name"], call["function"]["arguments"]] for call in message.get("tool_calls", ())]
        assert (message["content"] or "", message["reasoning"] or "", calls, one["finish_reason"]) == (
            other["message"]["content"], other["message"]["reasoning"], other["message"]["calls"], other["finish_reason"])


# ---- calls

def test_a_call_has_the_shape_of_openais(served: Served) -> None:
    found = choice(ask(served, CALL))
    (call,) = found["message"].pop("tool_calls")
    assert found["message"] == {"role": "assistant", "content": None, "refusal": None, "reasoning": None,
                                "reasoning_content": None}
    assert found["finish_reason"] == "tool_calls" and found["stop_reason"] is None
    assert call.keys() == {"id", "type", "function"} and call["type"] == "function" and call["id"].startswith("call_")
    assert call["function"].keys() == {"name", "arguments"} and call["function"]["name"] == "look"
    assert json.loads(call["function"]["arguments"]) == ARGUMENTS


TEXTS = [CALL, BOTH, "No call.", "", "<tool_call>no</tool_call>", '<tool_call>{"name": "look"', 
         f"<think>\nhm\n</think>\n\n{BOTH}", "<think>never ends", "é😀 <tool_c"]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("more", [{}, {"stream_interval": 7}, {"n": 2}, {"max_tokens": 60}, {"logprobs": True},
                                  {"include_reasoning": False}, {"parallel_tool_calls": False}, {"stop": ["hm"]}],
                         ids=lambda more: next(iter(more), "plain"))
def test_a_stream_is_the_whole_answer(served: Served, text: str, more: dict[str, Any]) -> None:
    interval = more.get("stream_interval")
    same(ask(served, text, **{k: v for k, v in more.items() if not interval}), streamed(served, text, **more))


def test_the_client_of_openai_reads_both(served: Served) -> None:
    asked: dict[str, Any] = body(BOTH) | {"model": "tiny"}
    with served.openai() as client:
        answer = client.chat.completions.create(**asked)
        with client.chat.completions.stream(**asked) as stream:
            final = stream.get_final_completion()
    for made in (answer, final):
        message = made.choices[0].message
        assert message.content == "I look." and made.choices[0].finish_reason == "tool_calls"
        assert [call.function.name for call in message.tool_calls or ()] == ["look", "stop"]
        assert json.loads((message.tool_calls or [])[0].function.arguments) == ARGUMENTS
        assert len({call.id for call in message.tool_calls or ()}) == 2


def test_what_is_no_call_is_content(served: Served) -> None:
    text = "<tool_call>{nothing}</tool_call>\n"
    found = choice(ask(served, text))
    assert found["message"]["content"] == text and "tool_calls" not in found["message"] and found["finish_reason"] == "stop"


def test_an_answer_that_is_cut_off_says_so(served: Served) -> None:
    found = choice(ask(served, CALL, max_tokens=60))
    assert found["finish_reason"] == "length"
    assert found["message"]["tool_calls"][0]["function"]["arguments"].startswith('{"wo')


def test_ids_are_of_the_length_that_a_template_takes() -> None:
    with serving(**plan(tool_call_parser="mistral")) as running:
        (call,) = choice(ask(running, '[TOOL_CALLS]look[ARGS]{"word": "a"}'))["message"]["tool_calls"]
    assert len(call["id"]) == 9 and call["id"].isalnum()


# ---- each field does something: two requests that differ in it

def test_tools_are_shown_and_calls_are_read(served: Served) -> None:
    bare, given = ask(served, CALL, ()), ask(served, CALL, return_prompt_text=True)
    assert choice(bare)["message"]["content"] == CALL and "tool_calls" not in choice(bare)["message"]
    assert bare["usage"]["prompt_tokens"] < given["usage"]["prompt_tokens"]
    assert given["prompt_text"].startswith(f"<|bos|><|system|>{json.dumps(TOOL)}{json.dumps(OTHER)}<|eos|>")


def test_tool_choice_none_reads_no_calls(served: Served) -> None:
    found = ask(served, CALL, tool_choice="none")
    assert choice(found)["message"]["content"] == CALL and choice(found)["finish_reason"] == "stop"
    assert found["usage"]["prompt_tokens"] == ask(served, CALL, tool_choice="auto")["usage"]["prompt_tokens"]


def test_only_one_call_where_they_may_not_be_parallel(served: Served) -> None:
    several, one = ask(served, BOTH), ask(served, BOTH, parallel_tool_calls=False)
    assert [len(choice(each)["message"]["tool_calls"]) for each in (several, one)] == [2, 1]
    assert choice(one)["message"]["content"] == "I look." and several["usage"]["completion_tokens"] == one["usage"][
        "completion_tokens"]


def test_reasoning_can_be_left_out(served: Served) -> None:
    text = "<think>\nhm\n</think>\n\nYes."
    full, hidden = ask(served, text), ask(served, text, include_reasoning=False)
    assert choice(full)["message"] == {"role": "assistant", "content": "Yes.", "refusal": None, "reasoning": "hm",
                                       "reasoning_content": "hm"}
    assert choice(hidden)["message"] == choice(full)["message"] | {"reasoning": None, "reasoning_content": None}
    assert full["usage"]["completion_tokens_details"] == hidden["usage"]["completion_tokens_details"]
    raw = served.post(CHAT, body(text, stream=True, include_reasoning=False)).content
    assert b"hm" not in raw and b"reasoning" not in raw


def test_history_is_shown_as_the_template_wants_it(served: Served) -> None:
    """Arguments come as the text of JSON, and the template sees an object."""
    messages = [{"role": "user", "content": "x"}, {"role": "assistant", "content": None, "tool_calls": [
        {"id": "a", "type": "function", "function": {"name": "look", "arguments": '{"most":1}'}}]},
        {"role": "tool", "tool_call_id": "a", "content": "say:3"}]
    found = served.post(CHAT, {"messages": messages, "tools": [TOOL], "return_prompt_text": True}).json()
    assert '[look:{"most": 1}]<|eos|><|tool|>say:3' in found["prompt_text"] and choice(found)["message"]["content"] == "3"


def test_tokens_of_messages_with_tools(served: Served) -> None:
    counts = [served.post("/tokenize", body("x", tools)).json()["count"] for tools in ((), (TOOL,))]
    assert counts[1] - counts[0] == len(json.dumps(TOOL)) + 2
    assert is_refusal(served.post("/tokenize", body("x", [1])), 400)["param"] == "tools[0]"


# ---- reasoning

@pytest.mark.parametrize(("text", "reasoning", "content", "count"), [
    ("<think>\nhm\n</think>\n\nYes.", "hm", "Yes.", 4), ("Yes.", None, "Yes.", 0), ("<think>hm", "hm", None, 3),
    ("", None, "", 0),
])
def test_reasoning(served: Served, text: str, reasoning: str, content: str, count: int) -> None:
    """The marks do not count; the token that ends the answer does, where it ends the block, too."""
    found = ask(served, text)
    message = choice(found)["message"]
    assert (message["reasoning"], message["reasoning_content"], message["content"]) == (reasoning, reasoning, content)
    assert found["usage"]["completion_tokens_details"]["reasoning_tokens"] == count
    assert choice(found)["finish_reason"] == "stop"


def test_reasoning_that_is_cut_off_is_all_there_is(served: Served) -> None:
    found = ask(served, "<think>" + "x" * 50, max_tokens=20)
    assert choice(found)["message"]["reasoning"] == "x" * 13 and choice(found)["message"]["content"] is None
    assert choice(found)["finish_reason"] == "length"
    assert found["usage"]["completion_tokens_details"]["reasoning_tokens"] == 13


def until_think(prompt: Sequence[int]) -> Sequence[int]:
    text = bytes(i for i in prompt if i < 256).removesuffix(b"<think>\n")
    return [*text[text.rfind(b"say:") + 4:], EOS]


def test_reasoning_that_the_prompt_has_opened() -> None:
    with serving({"script": until_think}, **plan()) as running:
        more = {"chat_template_kwargs": {"opened": True}}
        whole = ask(running, f"hm\n</think>\n\n{BOTH}", **more)
        assert choice(whole)["message"]["reasoning"] == "hm" and choice(whole)["message"]["content"] == "I look."
        same(whole, streamed(running, f"hm\n</think>\n\n{BOTH}", **more))
        assert choice(ask(running, "hm", **more))["message"]["reasoning"] == "hm"
        assert choice(ask(running, "hm"))["message"]["content"] == "hm"


def test_a_model_without_marks_has_no_reasoning() -> None:
    with serving(**plan(reasoning_parser="")) as running:
        found = ask(running, "<think>hm</think>Yes.")
    assert choice(found)["message"] == {"role": "assistant", "content": "<think>hm</think>Yes.", "refusal": None}
    assert "completion_tokens_details" not in found["usage"]


# ---- marks that are special tokens

def test_marks_that_are_hidden_from_clients_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Special tokens stand in no text, but those that mark calls reach whoever looks for them; others stay hidden."""
    monkeypatch.setitem(PARSERS, "odd", Entry(JsonCalls("<|user|>", "<|system|>")))
    ids = {text: 256 + i for i, text in enumerate(SPECIAL)}
    said = [*b"So", ids["<|assistant|>"], ids["<|user|>"], *b'{"name": "look"}', ids["<|system|>"], EOS]
    with serving({"script": lambda prompt: said}, **plan(tool_call_parser="odd")) as running:
        for read in (ask, streamed):
            message = choice(read(running, ""))["message"]
            assert message["content"] == "So" and len(message.get("tool_calls") or message["calls"]) == 1
        assert choice(ask(running, "", ()))["message"]["content"] == 'So{"name": "look"}'
        assert choice(ask(running, "", (), skip_special_tokens=False))["message"]["content"].startswith("So<|assistant|>")


# ---- what is refused

def named(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name}}


def tool(**changes: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": "f", **changes}}


def deep(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    for _ in range(levels):
        schema = {"items": schema}
    return {"properties": {"a": schema}}


@pytest.mark.parametrize(("fields", "param", "code"), [
    ({"tools": []}, "tools", "empty_array"), ({"tools": {}}, "tools", "invalid_type"),
    ({"tools": [1]}, "tools[0]", "invalid_type"),
    ({"tools": [{"type": "function"}]}, "tools[0].function", "missing_required_parameter"),
    ({"tools": [{"type": "custom", "function": {"name": "f"}}]}, "tools[0].type", "unsupported_value"),
    ({"tools": [TOOL, tool(name="bad name!")]}, "tools[1].function.name", "invalid_value"),
    ({"tools": [tool(name="x" * 65)]}, "tools[0].function.name", "invalid_value"),
    ({"tools": [TOOL, OTHER, TOOL]}, "tools[2].function.name", "conflicting_parameters"),
    ({"tools": [tool(name=f"f{i}") for i in range(513)]}, "tools", "array_above_max_length"),
    ({"tools": [tool(description="x" * (600 << 10))]}, "tools", "array_above_max_length"),
    ({"tools": [tool(parameters={"type": "stsring"})]}, "tools[0].function.parameters", "invalid_value"),
    ({"tools": [tool(parameters={"type": "array"})]}, "tools[0].function.parameters", "invalid_value"),
    ({"tools": [tool(parameters={"properties": {"a": {"anyOf": [{"type": ["x"]}]}}})]}, "tools[0].function.parameters",
     "cannot_be_enforced"),
    ({"tools": [tool(parameters=[])]}, "tools[0].function.parameters", "invalid_type"),
    ({"tools": [tool(parameters=deep(70))]}, "tools[0].function.parameters", "nested_too_deeply"),
    ({"tools": [TOOL], "tool_choice": named("nobody")}, "tool_choice", "conflicting_parameters"),
    ({"tools": [TOOL], "tool_choice": {"type": "custom", "function": {"name": "look"}}}, "tool_choice.type", "invalid_value"),
    ({"tools": [TOOL], "tool_choice": "sometimes"}, "tool_choice", "invalid_value"),
    ({"tools": [TOOL], "tool_choice": {"type": "function"}}, "tool_choice.function", "missing_required_parameter"),
    ({"tool_choice": "required"}, "tool_choice", "conflicting_parameters"),
    ({"tool_choice": named("look")}, "tool_choice", "conflicting_parameters"),
    ({"parallel_tool_calls": 1}, "parallel_tool_calls", "invalid_type"),
    ({"functions": [{}]}, "functions", "unsupported_parameter"),
])
def test_what_cannot_be_is_refused(served: Served, fields: dict[str, Any], param: str, code: str) -> None:
    error = is_refusal(served.post(CHAT, body("x", ()) | fields), 400)
    assert (error["param"], error["code"]) == (param, code)


def test_tools_that_are_fine(served: Served) -> None:
    for given in (tool(parameters=None), tool(parameters=deep(50)), tool(strict=False, description=None),
                  {"function": {"name": "f"}},
                  tool(parameters={"type": "object", "properties": {"a": {"type": ["string", "null"]}}, "$defs": {"b": True}})):
        assert choice(ask(served, "x", [given]))["message"]["content"] == "x"


def test_unknown_names_inside_tools_are_told(served: Served) -> None:
    response = served.post(CHAT, body("x", [TOOL | {"mood": 1}]))
    assert response.headers["x-quire-unknown-fields"] == "tools[0].mood"


@pytest.mark.parametrize(("changes", "param"), [
    ({"tool_call_parser": ""}, "tools"), ({"chat_template": ""}, "tools"), ({"enable_auto_tool_choice": False}, "tool_choice"),
])
def test_a_server_that_cannot_read_calls_says_so(changes: dict[str, Any], param: str) -> None:
    with serving(**plan(**changes)) as running:
        assert is_refusal(running.post(CHAT, body("x")), 400)["param"] == param
        assert choice(ask(running, "x", tool_choice="none"))["message"]["content"] == "x"
        assert choice(ask(running, "x", ()))["message"]["content"] == "x"


def test_tools_can_be_kept_from_the_model_where_it_may_call_none() -> None:
    with serving(**plan(exclude_tools_when_tool_choice_none=True)) as running:
        counts = [ask(running, "x", tools, **more)["usage"]["prompt_tokens"]
                  for tools, more in (((), {}), ((TOOL,), {"tool_choice": "none"}), ((TOOL,), {}))]
    assert counts[0] == counts[1] < counts[2]
