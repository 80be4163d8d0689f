"""Calls of tools and reasoning: the real `openai` client, the real command, the bundled model. What it says is its own affair;
that the stream is the whole answer, and the shape of both, is ours."""
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import openai
import pytest

from tests.e2e.command import Command, served

MODEL = "quire-8m"
WEATHER = {"type": "function", "function": {
    "name": "get_weather", "description": "Get the current weather for a city", "parameters": {
        "type": "object", "properties": {"city": {"type": "string", "description": "The city"}}, "required": ["city"]}}}
QUESTIONS = ["What's the weather in Paris?", "How is the weather in Berlin right now?", "Check the weather in Rome, please."]


@pytest.fixture(scope="module")
def command() -> Iterator[Command]:
    with served() as running:
        yield running


@pytest.fixture(scope="module")
def client(command: Command) -> Iterator[openai.OpenAI]:
    with command.openai() as made:
        yield made


def ask(question: str, **more: Any) -> dict[str, Any]:
    return {"model": MODEL, "messages": [{"role": "user", "content": question}], "temperature": 0, "max_tokens": 120, **more}


def told(message: Any) -> tuple[str, str, list[tuple[str, str]]]:
    calls = [(call.function.name, call.function.arguments) for call in message.tool_calls or ()]
    return message.content or "", getattr(message, "reasoning_content", None) or "", calls


def both(client: openai.OpenAI, request: dict[str, Any]) -> Any:
    """The first choice of the whole answer, which is what the client makes of the stream."""
    choice = client.chat.completions.create(**request).choices[0]
    with client.chat.completions.stream(**request) as stream:
        final = stream.get_final_completion().choices[0]
    assert told(final.message) == told(choice.message) and final.finish_reason == choice.finish_reason
    return choice


def test_calls(client: openai.OpenAI) -> None:
    called = 0
    for question in QUESTIONS:
        choice = both(client, ask(question, tools=[WEATHER]))
        content, _, calls = told(choice.message)
        assert content or calls
        called += bool(calls)
        assert not calls or choice.finish_reason == "tool_calls"
        for name, arguments in calls:
            assert name == "get_weather" and isinstance(json.loads(arguments), dict)
            assert choice.message.tool_calls[0].id.startswith("call_")
        plain = client.chat.completions.create(**ask(question, tools=[WEATHER], tool_choice="none")).choices[0]
        assert bool(calls) == ("<tool_call>" in (plain.message.content or "")) and not plain.message.tool_calls
    assert called, "the bundled model calls the only tool there is for none of the easiest questions"


CLOCK = {"type": "function", "function": {"name": "get_time", "parameters": {
    "type": "object", "properties": {"zone": {"enum": ["UTC", "CET"]}, "seconds": {"type": "boolean"}}, "required": ["zone"]}}}
TOOLS = {"get_weather": WEATHER, "get_time": CLOCK}


def named(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name}}


def valid(choice: Any) -> list[str]:
    """Names of the calls, whose arguments keep to the schemas, as another program sees it."""
    for call in choice.message.tool_calls or ():
        schema = TOOLS[call.function.name]["function"]["parameters"]
        jsonschema.Draft202012Validator(schema).validate(json.loads(call.function.arguments))
    return [call.function.name for call in choice.message.tool_calls or ()]


@pytest.mark.parametrize("way", ["required", named("get_weather"), named("get_time")], ids=["required", "weather", "time"])
def test_a_call_that_must_come(client: openai.OpenAI, way: Any) -> None:
    """Where the same request without tool_choice brings none."""
    request = ask("Tell me a story.", tools=list(TOOLS.values()), temperature=0.5, seed=5, n=2, max_tokens=400)
    plain = client.chat.completions.create(**request | {"max_tokens": 40})
    assert not any(choice.message.tool_calls for choice in plain.choices)
    for more in ({}, {"parallel_tool_calls": False}):
        both(client, request | {"tool_choice": way} | more)
        for choice in client.chat.completions.create(**request, **more, tool_choice=way).choices:
            names = valid(choice)
            assert names and not choice.message.content and choice.message.tool_calls[0].id.startswith("call_")
            assert choice.finish_reason == ("tool_calls" if way == "required" else "stop")
            assert way == "required" or names == [way["function"]["name"]]
            assert len(names) == 1 or not more


def test_a_call_that_must_come_after_thoughts(client: openai.OpenAI) -> None:
    """They may be there, and are none of the call."""
    choice = both(client, ask(QUESTIONS[0], tools=list(TOOLS.values()), tool_choice="required", max_tokens=300, extra_body={
        "chat_template_kwargs": {"enable_thinking": True}}))
    assert choice.finish_reason == "length" or valid(choice)


def test_strict_tools_are_called_as_they_are_or_not_at_all(client: openai.OpenAI) -> None:
    strict = [{"type": "function", "function": {**tool["function"], "strict": True}} for tool in TOOLS.values()]
    called, silent = 0, 0
    for question in [*QUESTIONS, "Hello, how are you?", "What is 2 plus 2?"]:
        names = valid(both(client, ask(question, tools=strict)))
        called, silent = called + bool(names), silent + (not names)
    assert called and silent


def test_the_conversation_goes_on_with_what_the_tool_said(client: openai.OpenAI) -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'}}
    request = ask(QUESTIONS[0], tools=[WEATHER])
    request["messages"] += [{"role": "assistant", "content": None, "tool_calls": [call]},
                            {"role": "tool", "tool_call_id": "call_1", "content": '{"temperature": 21, "sky": "sunny"}'}]
    content, _, calls = told(both(client, request).message)
    assert content or calls


def test_reasoning(client: openai.OpenAI, command: Command) -> None:
    request = ask("What is 17 plus 25?", extra_body={"chat_template_kwargs": {"enable_thinking": True}})
    choice = both(client, request)
    content, reasoning, _ = told(choice.message)
    assert "<think>" not in content + reasoning and content + reasoning
    usage = client.chat.completions.create(**request).usage
    assert usage and usage.completion_tokens_details
    assert bool(reasoning) == bool(usage.completion_tokens_details.reasoning_tokens)
    assert any("tool calls are read as hermes, reasoning as qwen3" in line for line in command.said)
