"""litellm, which many frameworks stand on: its prefixes `openai/` and `hosted_vllm/` name servers such as this one."""
import asyncio
import json
import os
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"     # or it asks the net for a list of prices as it is imported

import litellm
import pytest

from tests.clients.conftest import KEY, MODEL
from tests.clients.forms import CITIES, QUESTION, TOOL, Weather
from tests.e2e.command import Command

ASK: Any = [{"role": "user", "content": "Hello! What's your name?"}]
PREFIXES = ["openai", "hosted_vllm"]


@pytest.fixture
def way(base: str) -> dict[str, Any]:
    return {"api_base": base, "api_key": KEY, "num_retries": 0, "temperature": 0, "max_tokens": 40}


@pytest.fixture(scope="module")
def whole(server: Command) -> Any:
    """The same from the openai client."""
    with server.openai(KEY) as client:
        return client.chat.completions.create(model=MODEL, messages=ASK, temperature=0, max_tokens=40)


def figures(usage: Any) -> tuple[int, int, int]:
    return usage.prompt_tokens, usage.completion_tokens, usage.total_tokens


@pytest.mark.parametrize("prefix", PREFIXES)
def test_completion(way: dict[str, Any], whole: Any, prefix: str) -> None:
    answer = litellm.completion(model=f"{prefix}/{MODEL}", messages=ASK, **way)
    assert answer.choices[0].message.content == whole.choices[0].message.content != ""
    assert answer.choices[0].finish_reason == whole.choices[0].finish_reason
    assert figures(answer.usage) == figures(whole.usage)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_stream(way: dict[str, Any], whole: Any, prefix: str) -> None:
    chunks = list(litellm.completion(model=f"{prefix}/{MODEL}", messages=ASK, stream=True,
                                     stream_options={"include_usage": True}, **way))
    built = litellm.stream_chunk_builder(chunks, messages=ASK)
    assert built.choices[0].message.content == whole.choices[0].message.content
    assert sum(bool(c.choices and c.choices[0].delta.content) for c in chunks) > 3
    assert figures(built.usage) == figures(whole.usage)


def test_async(way: dict[str, Any], whole: Any) -> None:
    async def both() -> list[Any]:
        asked = (litellm.acompletion(model=f"openai/{MODEL}", messages=ASK, **way) for _ in range(2))
        return await asyncio.gather(*asked)
    assert [a.choices[0].message.content for a in asyncio.run(both())] == [whole.choices[0].message.content] * 2


@pytest.mark.parametrize("stream", [False, True])
def test_tools(way: dict[str, Any], stream: bool) -> None:
    way |= {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "get_weather"}}, "max_tokens": 200}
    answer = litellm.completion(model=f"openai/{MODEL}", messages=[{"role": "user", "content": QUESTION}], stream=stream, **way)
    if stream:
        answer = litellm.stream_chunk_builder(list(answer))
    (call,) = answer.choices[0].message.tool_calls
    assert call.function.name == "get_weather" and json.loads(call.function.arguments) in CITIES and call.id


def test_a_form(way: dict[str, Any]) -> None:
    answer = litellm.completion(model=f"openai/{MODEL}", messages=[{"role": "user", "content": QUESTION}],
                                response_format=Weather, **way | {"max_tokens": 200})
    Weather.model_validate_json(answer.choices[0].message.content)


def test_text_completion(server: Command, way: dict[str, Any]) -> None:
    prompt = "The capital of France is"
    answer = litellm.text_completion(model=f"text-completion-openai/{MODEL}", prompt=prompt, **way | {"max_tokens": 6})
    with server.openai(KEY) as client:
        want = client.completions.create(model=MODEL, prompt=prompt, temperature=0, max_tokens=6)
    assert answer.choices[0].text == want.choices[0].text != "" and figures(answer.usage) == figures(want.usage)


def test_embedding(server: Command, base: str) -> None:
    texts = ["The cat sleeps.", "Photosynthesis turns light into sugar."]
    with server.openai(KEY) as client:
        want = client.embeddings.create(model=MODEL, input=texts)
    answer = litellm.embedding(model=f"openai/{MODEL}", input=texts, api_base=base, api_key=KEY, encoding_format="float")
    for mine, theirs in zip(answer.data, want.data, strict=True):
        assert mine["embedding"] == pytest.approx(theirs.embedding, abs=1e-6)
    assert answer.usage.prompt_tokens == want.usage.prompt_tokens > 0


def test_errors(way: dict[str, Any]) -> None:
    with pytest.raises(litellm.NotFoundError):
        litellm.completion(model="openai/nobody", messages=ASK, **way)
    with pytest.raises(litellm.AuthenticationError):
        litellm.completion(model=f"openai/{MODEL}", messages=ASK, **way | {"api_key": "wrong"})
    with pytest.raises(litellm.BadRequestError, match="temperature"):
        litellm.completion(model=f"openai/{MODEL}", messages=ASK, **way | {"temperature": 7.5})
    with pytest.raises(litellm.ContextWindowExceededError):
        litellm.completion(model=f"openai/{MODEL}", messages=[{"role": "user", "content": "word " * 9000}], **way)
