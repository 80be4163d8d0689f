"""instructor: a typed answer at the first try, for it may not try again."""
import asyncio
import json
from typing import Any

import instructor
import openai
import pytest
from pydantic import BaseModel, ConfigDict

from tests.clients.conftest import KEY, MODEL
from tests.clients.forms import QUESTION, Weather
from tests.e2e.command import Command

ASK: Any = {"model": MODEL, "messages": [{"role": "user", "content": QUESTION}], "max_retries": 0, "max_tokens": 300,
            "temperature": 0}


class Anything(BaseModel):
    """JSON mode promises an object, and nothing of what is in it."""
    model_config = ConfigDict(extra="allow")


@pytest.mark.parametrize("mode", [instructor.Mode.TOOLS, instructor.Mode.TOOLS_STRICT, instructor.Mode.JSON_SCHEMA])
def test_a_response_model(server: Command, mode: instructor.Mode) -> None:
    with server.openai(KEY) as client:
        ask = instructor.from_openai(client, mode=mode).chat.completions.create_with_completion
        found, raw = ask(response_model=Weather, **ASK)
    assert isinstance(found, Weather) and raw.usage.completion_tokens > 5
    told = raw.choices[0].message
    written = told.content if mode is instructor.Mode.JSON_SCHEMA else told.tool_calls[0].function.arguments
    assert Weather.model_validate_json(written).model_dump() == found.model_dump()


def test_json_mode(server: Command) -> None:
    with server.openai(KEY) as client:
        ask = instructor.from_openai(client, mode=instructor.Mode.JSON).chat.completions.create_with_completion
        found, raw = ask(response_model=Anything, **ASK | {"max_tokens": 1000})
    assert raw.choices[0].finish_reason == "stop" and json.loads(raw.choices[0].message.content) == found.model_dump()


def test_json_mode_within_a_schema(server: Command) -> None:
    """What JSON mode leaves open, response_format closes."""
    form = {"type": "json_schema", "json_schema": {"name": "weather", "schema": Weather.model_json_schema()}}
    with server.openai(KEY) as client:
        found = instructor.from_openai(client, mode=instructor.Mode.JSON).chat.completions.create(
            response_model=Weather, extra_body={"response_format": form}, **ASK)
    assert isinstance(found, Weather)


def test_partial_answers_grow(server: Command) -> None:
    with server.openai(KEY) as client:
        parts = list(instructor.from_openai(client, mode=instructor.Mode.TOOLS).chat.completions.create_partial(
            response_model=Weather, **ASK))
    assert len(parts) > 3 and Weather.model_validate(parts[-1].model_dump())


def test_async(server: Command) -> None:
    async def ask() -> Weather:
        async with openai.AsyncOpenAI(base_url=f"{server.url}/v1", api_key=KEY, max_retries=0) as client:
            return await instructor.from_openai(client, mode=instructor.Mode.TOOLS).chat.completions.create(
                response_model=Weather, **ASK)
    assert isinstance(asyncio.run(ask()), Weather)
