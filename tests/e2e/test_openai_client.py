"""The real `openai` client against the real command and the bundled model."""
from collections.abc import Iterator

import openai
import pytest

from tests.e2e.command import Command, served

QUESTION = [{"role": "user", "content": "Hello! What's your name?"}]
MODEL = "quire-8m"


@pytest.fixture(scope="module")
def command() -> Iterator[Command]:
    with served() as running:
        yield running
        assert running.end() == 0, "\n".join(running.said)


@pytest.fixture
def client(command: Command) -> Iterator[openai.OpenAI]:
    with command.openai() as made:
        yield made


def test_chat(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model=MODEL, messages=QUESTION, temperature=0)
    assert "Quire" in (answer.choices[0].message.content or "")
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage and answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_stream_says_the_same(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model=MODEL, messages=QUESTION, temperature=0)
    chunks = list(client.chat.completions.create(model=MODEL, messages=QUESTION, temperature=0, stream=True,
                                                 stream_options={"include_usage": True}))
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == whole.choices[0].message.content and len(chunks) > 5
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].usage == whole.usage or chunks[-1].usage.completion_tokens == whole.usage.completion_tokens
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"


def test_completions(client: openai.OpenAI) -> None:
    answer = client.completions.create(model=MODEL, prompt="The capital of France is", temperature=0, max_tokens=4)
    assert answer.choices[0].text.startswith(" Paris")
    assert answer.choices[0].finish_reason == "length" and answer.usage and answer.usage.completion_tokens == 4


def test_logprobs(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model=MODEL, messages=QUESTION, temperature=0, logprobs=True, top_logprobs=3)
    assert answer.choices[0].logprobs and answer.choices[0].logprobs.content
    for entry in answer.choices[0].logprobs.content:
        assert len(entry.top_logprobs) == 3 and entry.logprob == max(t.logprob for t in entry.top_logprobs) <= 0
    plain = client.completions.create(model=MODEL, prompt="Once upon a time,", temperature=0, max_tokens=5, logprobs=2)
    assert plain.choices[0].logprobs and len(plain.choices[0].logprobs.tokens or []) == 5
    assert "".join(plain.choices[0].logprobs.tokens or []) == plain.choices[0].text


def test_embeddings(client: openai.OpenAI) -> None:
    """As the client asks for them, in base64; of length 1, shortened or not."""
    texts = ["The cat sleeps.", "The cat sleeps", "Photosynthesis turns light into sugar."]
    answer = client.embeddings.create(model=MODEL, input=texts)
    alone = client.embeddings.create(model=MODEL, input=texts[2], dimensions=16)
    assert [len(each.embedding) for each in answer.data] == [len(answer.data[0].embedding)] * 3
    for each in (*answer.data, *alone.data):
        assert abs(sum(x * x for x in each.embedding) - 1) < 1e-5
    scale = sum(x * x for x in answer.data[2].embedding[:16]) ** 0.5
    assert max(abs(a - b / scale) for a, b in zip(alone.data[0].embedding, answer.data[2].embedding, strict=False)) < 1e-5
    assert answer.usage.prompt_tokens == answer.usage.total_tokens > 0


def test_three_choices(client: openai.OpenAI) -> None:
    answer = client.completions.create(model=MODEL, prompt="Once upon a time,", n=3, seed=7, temperature=1.0, max_tokens=24)
    assert [c.index for c in answer.choices] == [0, 1, 2] and len({c.text for c in answer.choices}) == 3


def test_stop(client: openai.OpenAI) -> None:
    ask = {"model": MODEL, "messages": [{"role": "user", "content": "Tell me about photosynthesis."}], "temperature": 0}
    whole = client.chat.completions.create(**ask).choices[0].message.content or ""
    middle = whole[len(whole) // 2:len(whole) // 2 + 5]         # it lies across tokens, wherever they are cut
    cut = client.chat.completions.create(**ask, stop=[middle])
    assert cut.choices[0].message.content == whole[:whole.index(middle)] != "" and cut.choices[0].finish_reason == "stop"
    assert "stop_reason" not in cut.choices[0].model_extra or cut.choices[0].model_extra["stop_reason"] == middle


def test_seed(client: openai.OpenAI) -> None:
    def told(seed: int) -> str:
        return client.completions.create(model=MODEL, prompt="Once upon a time,", seed=seed, temperature=1.0,
                                         max_tokens=24).choices[0].text
    assert told(1) == told(1) != told(2)


def test_an_unknown_model_is_not_found(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="nobody", messages=QUESTION)
