"""The other ways of the real `openai` client: asynchronous, typed, raw; and what it makes of refusals, of giving up."""
import asyncio
import base64
import contextlib
import json
import struct
from collections.abc import Iterator
from typing import Any, Literal

import openai
import pytest
from pydantic import BaseModel, ConfigDict, Field

from tests.e2e.command import LIMIT_SECONDS, Command, served

MODEL, KEY, AT_ONCE = "quire-8m", "sk-of-the-ways", 2
ASK: Any = {"model": MODEL, "messages": [{"role": "user", "content": "Hello! What's your name?"}], "temperature": 0,
            "max_tokens": 40}
LONG = ASK | {"max_tokens": 3000, "extra_body": {"ignore_eos": True}}


class Weather(BaseModel):
    """So narrow that any answer within it ends, and none keeps to it by chance."""
    model_config = ConfigDict(extra="forbid")
    city: Literal["Paris", "Ulaanbaatar"]
    celsius: int = Field(ge=-40, le=50)
    is_sunny: bool


TOOL = {"type": "function", "function": {"name": "get_weather", "strict": True, "parameters": {
    "type": "object", "properties": {"city": {"type": "string", "enum": ["Paris", "Ulaanbaatar"]}}, "required": ["city"],
    "additionalProperties": False}}}
FORCED = {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "get_weather"}}, "max_tokens": 200}


@pytest.fixture(scope="module")
def command() -> Iterator[Command]:
    with served("--api-key", KEY, "--max-queue", str(AT_ONCE)) as running:
        yield running


@pytest.fixture(scope="module")
def client(command: Command) -> Iterator[openai.OpenAI]:
    with command.openai(KEY) as made:
        yield made


@pytest.fixture
def said(client: openai.OpenAI) -> str:
    return client.chat.completions.create(**ASK).choices[0].message.content or ""


def test_async(command: Command, said: str) -> None:
    """A whole answer beside a streamed one."""
    async def whole(client: openai.AsyncOpenAI) -> str | None:
        return (await client.chat.completions.create(**ASK)).choices[0].message.content

    async def streamed(client: openai.AsyncOpenAI) -> str:
        stream = await client.chat.completions.create(**ASK, stream=True)
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])

    async def both() -> list[Any]:
        async with openai.AsyncOpenAI(base_url=f"{command.url}/v1", api_key=KEY, max_retries=0) as client:
            return await asyncio.gather(whole(client), streamed(client))
    assert asyncio.run(both()) == [said, said] and said


def test_parse(client: openai.OpenAI) -> None:
    """Typed answers and arguments, whole and streamed."""
    request = ASK | {"max_tokens": 200}
    message = client.chat.completions.parse(**request, response_format=Weather).choices[0].message
    assert isinstance(message.parsed, Weather) and message.parsed == Weather.model_validate_json(message.content or "")
    with client.chat.completions.stream(**request, response_format=Weather) as stream:
        kinds = {event.type for event in stream}
        assert stream.get_final_completion().choices[0].message.parsed == message.parsed
    assert kinds >= {"chunk", "content.delta", "content.done"}
    (call,) = client.chat.completions.parse(**ASK | FORCED).choices[0].message.tool_calls or ()
    assert call.function.name == "get_weather"
    assert call.function.parsed_arguments == json.loads(call.function.arguments) in ({"city": "Paris"}, {"city": "Ulaanbaatar"})


def test_tools_in_pieces(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(**ASK | FORCED).choices[0].message.tool_calls[0].function
    deltas = [call for chunk in client.chat.completions.create(**ASK | FORCED, stream=True) for choice in chunk.choices
              for call in choice.delta.tool_calls or ()]
    assert [call.function.name for call in deltas if call.function.name] == [whole.name] and len(deltas) > 2
    assert "".join(call.function.arguments or "" for call in deltas) == whole.arguments
    assert [call.index for call in deltas] == [0] * len(deltas) and [bool(call.id) for call in deltas].count(True) == 1


def test_embeddings_as_numbers_and_as_base64(client: openai.OpenAI) -> None:
    texts = ["The cat sleeps.", "Photosynthesis turns light into sugar."]
    numbers = client.embeddings.create(model=MODEL, input=texts, encoding_format="float")
    coded = client.embeddings.create(model=MODEL, input=texts, encoding_format="base64")
    for mine, theirs in zip(numbers.data, coded.data, strict=True):
        data: Any = theirs.embedding
        assert isinstance(data, str)
        decoded = struct.unpack(f"<{len(mine.embedding)}f", base64.b64decode(data))
        assert list(decoded) == pytest.approx(mine.embedding, abs=1e-7)
    assert numbers.data[0].embedding != numbers.data[1].embedding and numbers.usage == coded.usage


def test_raw_and_streaming_responses(client: openai.OpenAI, said: str) -> None:
    raw = client.chat.completions.with_raw_response.create(**ASK, extra_headers={"x-request-id": "mine"})
    assert raw.status_code == 200 and raw.headers["x-request-id"] == "mine" and raw.parse().choices[0].message.content == said
    with client.chat.completions.with_streaming_response.create(**ASK, stream=True) as response:
        lines = [line for line in response.iter_lines() if line]
    assert response.headers["content-type"].startswith("text/event-stream")
    assert all(line.startswith("data: ") for line in lines) and lines[-1] == "data: [DONE]"
    assert said == "".join(choice["delta"].get("content") or "" for line in lines[:-1]
                           for choice in json.loads(line[6:])["choices"])


def test_models(client: openai.OpenAI) -> None:
    (card,) = client.models.list().data
    assert card == client.models.retrieve(MODEL) and card.id == MODEL and card.object == "model"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("nobody")


@pytest.mark.parametrize("more, error, param, code", [
    ({"temperature": 7.5}, openai.BadRequestError, "temperature", None),
    ({"max_tokens": 0}, openai.BadRequestError, "max_tokens", None),
    ({"max_tokens": 5000}, openai.BadRequestError, "max_tokens", "context_length_exceeded"),
    ({"response_format": {"type": "yaml"}}, openai.BadRequestError, "response_format", None),
    ({"stream": True, "n": 0}, openai.BadRequestError, "n", None),
    ({"model": "nobody"}, openai.NotFoundError, "model", "model_not_found")])
def test_refusals(client: openai.OpenAI, more: dict[str, Any], error: type[openai.APIStatusError], param: str,
                  code: str | None) -> None:
    with pytest.raises(error) as refused:
        client.chat.completions.create(**ASK | more)
    assert (refused.value.param or "").startswith(param) and refused.value.request_id
    assert code is None or refused.value.code == code


def test_a_wrong_key(command: Command) -> None:
    with command.openai("sk-other") as client, pytest.raises(openai.AuthenticationError) as refused:
        client.chat.completions.create(**ASK)
    assert refused.value.code == "invalid_api_key"


def test_a_full_server_and_streams_that_are_closed(command: Command, client: openai.OpenAI, said: str) -> None:
    """One too many is turned away, streamed or not; when the others hang up there is room again."""
    with contextlib.ExitStack() as stack:
        streams = [stack.enter_context(client.chat.completions.create(**LONG, stream=True)) for _ in range(AT_ONCE)]
        assert all(next(iter(stream)).choices for stream in streams)
        for how in ({}, {"stream": True}):
            with pytest.raises(openai.RateLimitError) as refused:
                client.chat.completions.create(**ASK, **how)
            assert int(refused.value.response.headers["retry-after"]) > 0
    command.until_idle()
    assert client.chat.completions.create(**ASK).choices[0].message.content == said


def test_patience_ends(command: Command, client: openai.OpenAI) -> None:
    """Of the client: what it asked for is dropped, or it would keep its place in the queue."""
    for _ in range(AT_ONCE + 1):
        with pytest.raises(openai.APITimeoutError):
            client.with_options(timeout=0.2).chat.completions.create(**LONG)
        command.until_idle()
    assert client.with_options(timeout=LIMIT_SECONDS).chat.completions.create(**ASK).choices
