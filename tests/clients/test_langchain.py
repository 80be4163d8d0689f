"""langchain-openai, as its documentation has one use it with a server of one's own."""
import math
from typing import Any

import openai
import pytest
from langchain_core.exceptions import ContextOverflowError
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage, ToolMessage
from langchain_openai import ChatOpenAI, OpenAI, OpenAIEmbeddings

from tests.clients.conftest import KEY, MODEL
from tests.clients.forms import CITIES, QUESTION, TOOL, Weather
from tests.e2e.command import Command

NAME = "Hello! What's your name?"


def chat(base: str, **more: Any) -> ChatOpenAI:
    return ChatOpenAI(base_url=base, api_key=KEY, model=MODEL, temperature=0, max_retries=0, **{"max_tokens": 40, **more})


def said(server: Command, *messages: dict[str, str]) -> tuple[str, int, int]:
    """(text, prompt tokens, completion tokens), as the openai client has it."""
    with server.openai(KEY) as client:
        answer = client.chat.completions.create(model=MODEL, messages=list(messages), temperature=0, max_tokens=40)
    assert answer.usage
    return answer.choices[0].message.content or "", answer.usage.prompt_tokens, answer.usage.completion_tokens


def test_invoke(server: Command, base: str) -> None:
    answer = chat(base).invoke([SystemMessage("You are a helpful assistant."), HumanMessage(NAME)])
    text, prompt, completion = said(server, {"role": "system", "content": "You are a helpful assistant."},
                                    {"role": "user", "content": NAME})
    assert answer.content == text != "" and answer.response_metadata["model_name"] == MODEL
    assert answer.usage_metadata and answer.response_metadata["finish_reason"] in ("stop", "length")
    assert (answer.usage_metadata["input_tokens"], answer.usage_metadata["output_tokens"]) == (prompt, completion)


def test_stream(server: Command, base: str) -> None:
    chunks = list(chat(base, stream_usage=True).stream(NAME))
    whole: Any = sum(chunks[1:], start=chunks[0])
    text, prompt, completion = said(server, {"role": "user", "content": NAME})
    assert whole.content == text and len([c for c in chunks if c.content]) > 3
    assert isinstance(whole, AIMessageChunk) and whole.usage_metadata
    assert (whole.usage_metadata["input_tokens"], whole.usage_metadata["output_tokens"]) == (prompt, completion)


def test_batch(server: Command, base: str) -> None:
    asked = [NAME, "What is 2 plus 2?", "Tell me about Docker."]
    answers = chat(base).batch(asked)
    assert [a.content for a in answers] == [said(server, {"role": "user", "content": each})[0] for each in asked]
    assert len({a.content for a in answers}) > 1


@pytest.mark.parametrize("choice", ["any", "get_weather"])
def test_tools(base: str, choice: str) -> None:
    """Whole and streamed; and the conversation goes on with what the tool said."""
    bound = chat(base, max_tokens=200).bind_tools([TOOL], tool_choice=choice)
    answer = bound.invoke(QUESTION)
    chunks = list(bound.stream(QUESTION))
    streamed: Any = sum(chunks[1:], start=chunks[0])
    assert isinstance(answer, AIMessage) and answer.tool_calls and not answer.invalid_tool_calls
    for call, again in zip(answer.tool_calls, streamed.tool_calls, strict=True):
        assert call["name"] == again["name"] == "get_weather" and call["args"] == again["args"] in CITIES and call["id"]
    results = [ToolMessage('{"sky": "sunny"}', tool_call_id=call["id"]) for call in answer.tool_calls]
    after = chat(base).invoke([HumanMessage(QUESTION), answer, *results])
    assert after.usage_metadata and after.usage_metadata["input_tokens"] > answer.usage_metadata["output_tokens"]


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_with_structured_output(base: str, method: Any) -> None:
    asked = chat(base, max_tokens=200).with_structured_output(Weather, method=method, include_raw=True).invoke(QUESTION)
    assert isinstance(asked, dict) and asked["parsing_error"] is None and isinstance(asked["parsed"], Weather)
    assert bool(asked["raw"].tool_calls) == (method == "function_calling")


def test_completions(server: Command, base: str) -> None:
    prompt = "The capital of France is"
    text = OpenAI(base_url=base, api_key=KEY, model=MODEL, temperature=0, max_tokens=6, max_retries=0).invoke(prompt)
    with server.openai(KEY) as client:
        answer = client.completions.create(model=MODEL, prompt=prompt, temperature=0, max_tokens=6)
    assert text == answer.choices[0].text != ""


def test_embeddings(server: Command, base: str) -> None:
    """Texts go as they are: the ids that langchain would make itself are those of another model's tokenizer."""
    embeddings = OpenAIEmbeddings(base_url=base, api_key=KEY, model=MODEL, check_embedding_ctx_length=False, max_retries=0)
    texts = ["The cat sleeps.", "Photosynthesis turns light into sugar."]
    with server.openai(KEY) as client:
        want = [each.embedding for each in client.embeddings.create(model=MODEL, input=texts).data]
    found = [*embeddings.embed_documents(texts), embeddings.embed_query(texts[0])]
    for mine, theirs in zip(found, [*want, want[0]], strict=True):
        assert mine == pytest.approx(theirs, abs=1e-6) and math.isclose(math.hypot(*mine), 1, abs_tol=1e-5)
    assert want[0] != want[1]


def test_errors(base: str) -> None:
    with pytest.raises(openai.NotFoundError):
        ChatOpenAI(base_url=base, api_key=KEY, model="nobody", max_retries=0).invoke("Hi")
    with pytest.raises(openai.AuthenticationError):
        ChatOpenAI(base_url=base, api_key="wrong", model=MODEL, max_retries=0).invoke("Hi")
    with pytest.raises(openai.BadRequestError, match="max_completion_tokens"):
        chat(base, max_tokens=-1).invoke("Hi")
    with pytest.raises(ContextOverflowError):
        chat(base).invoke("word " * 9000)
