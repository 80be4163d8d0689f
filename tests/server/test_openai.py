"""The server as OpenAI's own client sees it, over real HTTP."""
import asyncio
from itertools import chain

import openai
import pytest

from tests.server.model import EOS
from tests.server.served import Served, chat, events, serving

TEXT = "Naïve café, größer Straße, 你好世界 😀 привет"


@pytest.fixture(scope="module")
def served():
    with serving(served_names=("tiny", "also/tiny")) as running:
        yield running


@pytest.fixture(scope="module")
def client(served: Served):
    with served.openai() as made:
        yield made


def say(client, text, **more):
    return client.chat.completions.create(model="tiny", messages=[{"role": "user", "content": f"say:{text}"}], **more)


def joined(stream) -> dict[int, str]:
    texts: dict[int, str] = {}
    for chunk in stream:
        for choice in chunk.choices:
            texts[choice.index] = texts.get(choice.index, "") + (choice.delta.content or "")
    return texts


# ---- chat

def test_an_answer(client):
    answer = say(client, TEXT)
    assert answer.object == "chat.completion" and answer.model == "tiny" and answer.id.startswith("chatcmpl-")
    (choice,) = answer.choices
    assert (choice.message.role, choice.message.content, choice.finish_reason) == ("assistant", TEXT, "stop")
    size = len(TEXT.encode())
    assert answer.usage.completion_tokens == size + 1           # and the end
    assert answer.usage.prompt_tokens == size + len("say:") + 4
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert answer.system_fingerprint.startswith("quire-")


def test_usage_and_timings_tell_of_the_cache(client):
    say(client, "the same thing again and again")
    answer = say(client, "the same thing again and again")
    assert answer.usage.prompt_tokens_details.cached_tokens >= 32
    timings = answer.timings
    assert timings["cached_tokens"] == answer.usage.prompt_tokens_details.cached_tokens and timings["preemptions"] == 0
    assert timings["total_ms"] >= timings["first_token_ms"] >= timings["prefill_ms"] >= 0
    assert timings.keys() == {"queue_ms", "prefill_ms", "first_token_ms", "decode_ms", "total_ms", "cached_tokens",
                              "preemptions"}


def test_a_stream(client):
    chunks = list(say(client, TEXT, stream=True))
    assert chunks[0].choices[0].delta.role == "assistant" and chunks[0].choices[0].delta.content == ""
    assert all(chunk.object == "chat.completion.chunk" and chunk.id == chunks[0].id and chunk.usage is None for chunk in chunks)
    assert joined(chunks) == {0: TEXT}
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert chunks[-1].timings["total_ms"] > 0


def test_no_character_is_ever_split(client):
    for chunk in say(client, TEXT * 2, stream=True):
        assert "\ufffd" not in (chunk.choices[0].delta.content or "")


def test_usage_of_a_stream_comes_last_and_only_where_it_was_asked_for(client):
    *chunks, last = say(client, "abc", stream=True, stream_options={"include_usage": True})
    assert last.choices == [] and last.usage.completion_tokens == 4 and last.timings["total_ms"] > 0
    assert all(chunk.usage is None for chunk in chunks)


def test_usage_may_come_with_every_chunk(client):
    options = {"include_usage": True, "continuous_usage_stats": True}
    chunks = list(say(client, "abc", stream=True, stream_options=options))
    counts = [chunk.usage.completion_tokens for chunk in chunks]
    assert counts == sorted(counts) and counts[-2:] == [4, 4] and counts[0] == 0


def test_max_tokens(client):
    for name in ("max_tokens", "max_completion_tokens"):
        answer = say(client, "abcdefgh", **{name: 3})
        assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("abc", "length")


def test_an_answer_may_be_as_long_as_the_context_has_room(client, served):
    answer = say(client, "", extra_body={"ignore_eos": True})
    assert answer.usage.total_tokens == served.plan.max_model_len and answer.choices[0].finish_reason == "length"


@pytest.mark.parametrize("stop", ["cde", ["xyz", "cde"], "é😀"])
def test_a_stop_string_is_never_seen(client, stop):
    text = "abcdefg" if stop != "é😀" else "abé😀fg"
    answer = say(client, text, stop=stop)
    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("ab", "stop")
    assert answer.choices[0].stop_reason in ("cde", "é😀")
    chunks = list(say(client, text, stop=stop, stream=True))
    assert joined(chunks) == {0: "ab"} and chunks[-1].choices[0].stop_reason in ("cde", "é😀")


def test_a_stop_string_may_be_kept(client):
    answer = say(client, "abcdef", stop="cd", extra_body={"include_stop_str_in_output": True})
    assert answer.choices[0].message.content == "abcd"


def test_a_stop_id(client):
    answer = say(client, "abcdef", extra_body={"stop_token_ids": [ord("d")]})
    assert (answer.choices[0].message.content, answer.choices[0].stop_reason) == ("abc", ord("d"))


def test_several_answers(client):
    answer = say(client, "abc", n=3)
    assert [(c.index, c.message.content) for c in answer.choices] == [(0, "abc"), (1, "abc"), (2, "abc")]
    assert answer.usage.completion_tokens == 12 and answer.usage.prompt_tokens == 11
    chunks = list(say(client, "abc", n=3, stream=True))
    assert joined(chunks) == {0: "abc", 1: "abc", 2: "abc"}
    firsts = [next(chunk.choices[0].delta for chunk in chunks if chunk.choices[0].index == i) for i in range(3)]
    assert all(delta.role == "assistant" for delta in firsts)
    assert sum(chunk.choices[0].finish_reason == "stop" for chunk in chunks) == 3


def draw(client, **more):
    messages = [{"role": "user", "content": "anything"}]
    return client.chat.completions.create(model="tiny", messages=messages, max_tokens=12, **more,
                                          extra_body={"ignore_eos": True, "return_token_ids": True})


def test_a_seed_gives_the_same_again(client):
    first, again, other = draw(client, seed=7), draw(client, seed=7), draw(client, seed=8)
    assert first.choices[0].token_ids == again.choices[0].token_ids != other.choices[0].token_ids
    without = {tuple(draw(client).choices[0].token_ids) for _ in range(3)}
    assert len(without) == 3


def test_temperature_0_is_greedy(client):
    assert len({tuple(draw(client, temperature=0).choices[0].token_ids) for _ in range(3)}) == 1


def test_siblings_differ(client):
    assert len({tuple(choice.token_ids) for choice in draw(client, n=4).choices}) == 4


def test_logprobs(client):
    answer = say(client, "aé", logprobs=True, top_logprobs=2)
    content = answer.choices[0].logprobs.content
    assert [bytes(entry.bytes) for entry in content] == [b"a", b"\xc3", b"\xa9", b"<|eos|>"]
    for entry in content:
        assert len(entry.top_logprobs) == 2 and entry.logprob <= 0
        assert entry.top_logprobs[0].logprob >= entry.top_logprobs[1].logprob >= entry.logprob
    pieces = [chunk.choices[0].logprobs.content for chunk in say(client, "aé", logprobs=True, top_logprobs=2, stream=True)
              if chunk.choices[0].logprobs]
    assert [*chain(*pieces)] == content


def test_logprobs_without_any_others(client):
    content = say(client, "ab", logprobs=True).choices[0].logprobs.content
    assert all(entry.top_logprobs == [] for entry in content) and len(content) == 3
    assert say(client, "ab").choices[0].logprobs is None


def test_tokens_may_be_told_as_ids(client):
    answer = say(client, "ab", logprobs=True, extra_body={"return_tokens_as_token_ids": True, "return_token_ids": True})
    assert [entry.token for entry in answer.choices[0].logprobs.content] == ["token_id:97", "token_id:98", f"token_id:{EOS}"]
    assert answer.choices[0].token_ids == [97, 98, EOS] and answer.prompt_token_ids[-1] == 259
    first, *rest = say(client, "ab", stream=True, extra_body={"return_token_ids": True})
    assert first.prompt_token_ids == answer.prompt_token_ids
    assert [*chain(*(getattr(chunk.choices[0], "token_ids", None) or [] for chunk in rest))] == [97, 98, EOS]


def test_prompt_logprobs(client):
    answer = say(client, "ab", extra_body={"prompt_logprobs": 1, "return_token_ids": True})
    assert answer.prompt_logprobs[0] is None and len(answer.prompt_logprobs) == answer.usage.prompt_tokens
    for token, position in zip(answer.prompt_token_ids[1:], answer.prompt_logprobs[1:], strict=True):
        assert position[str(token)].keys() == {"logprob", "rank", "decoded_token"}


def test_the_prompt_may_be_shown(client):
    answer = say(client, "ab", extra_body={"return_prompt_text": True})
    assert answer.prompt_text == "<|bos|><|user|>say:ab<|eos|><|assistant|>"


def test_an_answer_may_be_begun(client):
    messages = [{"role": "user", "content": "x"}, {"role": "assistant", "content": "so say:"}]
    options = {"continue_final_message": True, "add_generation_prompt": False, "return_prompt_text": True}
    for echo, text in ((False, ""), (True, "so say:")):
        answer = client.chat.completions.create(model="tiny", messages=messages, max_tokens=9,
                                                extra_body={**options, "echo": echo})
        assert answer.prompt_text.endswith("so say:") and answer.choices[0].message.content == text
        chunks = client.chat.completions.create(model="tiny", messages=messages, max_tokens=9, stream=True,
                                                extra_body={**options, "echo": echo})
        assert joined(chunks) == ({0: text})


def test_content_in_parts_and_all_roles(client):
    messages = [{"role": "developer", "content": "one"}, {"role": "system", "content": "two"},
                {"role": "user", "content": [{"type": "text", "text": "three"}, {"type": "text", "text": "say:four"}]}]
    answer = client.chat.completions.create(model="tiny", messages=messages, extra_body={"return_prompt_text": True})
    assert answer.choices[0].message.content == "four"
    assert answer.prompt_text == ("<|bos|><|system|>one<|eos|><|system|>two<|eos|><|user|>three\nsay:four<|eos|><|assistant|>")


def test_a_prompt_is_cut_only_where_it_was_asked_for(client):
    answer = say(client, "ab", extra_body={"truncate_prompt_tokens": 5, "return_token_ids": True, "max_tokens": 1})
    assert len(answer.prompt_token_ids) == 5 and answer.prompt_token_ids[-1] == 259
    answer = say(client, "ab", extra_body={"truncate_prompt_tokens": 5, "truncation_side": "right", "return_token_ids": True,
                                           "max_tokens": 1})
    assert answer.prompt_token_ids[0] == 256


def test_a_prompt_may_be_cut_to_what_leaves_room(client, served):
    prompt = "x" * 400
    answer = client.completions.create(model="tiny", prompt=prompt, max_tokens=56, extra_body={"truncate_prompt_tokens": -1})
    assert answer.usage.prompt_tokens == 200
    answer = say(client, prompt, max_completion_tokens=56, extra_body={"truncate_prompt_tokens": -1})
    assert answer.usage.prompt_tokens == 200


def test_tokens_may_come_several_at_once(served):
    body = chat("say:abcdefgh", stream=True, stream_interval=4)
    found = events(served.post("/v1/chat/completions", body).content)
    pieces = [e["choices"][0]["delta"].get("content") for e in found[1:-2]]
    assert "".join(pieces) == "abcdefgh" and len(pieces) <= 4


def test_harmless_fields_change_nothing(client):
    answer = say(client, "x", user="me", metadata={"a": "b"}, store=False, service_tier="auto", parallel_tool_calls=True,
                 modalities=["text"], safety_identifier="s", prompt_cache_key="k")
    assert answer.choices[0].message.content == "x"


# ---- completions

def test_a_completion(client):
    answer = client.completions.create(model="tiny", prompt=f"say:{TEXT}", max_tokens=100)
    assert answer.object == "text_completion" and answer.id.startswith("cmpl-")
    assert (answer.choices[0].text, answer.choices[0].finish_reason) == (TEXT, "stop")


def test_sixteen_tokens_where_nothing_is_said(client):
    answer = client.completions.create(model="tiny", prompt="say:abcdefghijklmnopqrstuvw")
    assert (answer.choices[0].text, answer.choices[0].finish_reason) == ("abcdefghijklmnop", "length")


@pytest.mark.parametrize("prompt", [["say:ab", "say:cd"], [list(b"say:ab"), list(b"say:cd")]], ids=["texts", "ids"])
def test_several_prompts(client, prompt):
    answer = client.completions.create(model="tiny", prompt=prompt, n=2)
    assert [(c.index, c.text) for c in answer.choices] == [(0, "ab"), (1, "ab"), (2, "cd"), (3, "cd")]
    assert answer.usage.prompt_tokens == 12 and answer.usage.completion_tokens == 12
    texts: dict[int, str] = {}
    for chunk in client.completions.create(model="tiny", prompt=prompt, n=2, stream=True):
        texts[chunk.choices[0].index] = texts.get(chunk.choices[0].index, "") + chunk.choices[0].text
    assert texts == {0: "ab", 1: "ab", 2: "cd", 3: "cd"}


def test_ids_as_a_prompt(client):
    assert client.completions.create(model="tiny", prompt=[*b"say:xy"]).choices[0].text == "xy"


def test_logprobs_of_a_completion(client):
    prompt, text = "say:é", "é"
    logprobs = client.completions.create(model="tiny", prompt=prompt, logprobs=2).choices[0].logprobs
    assert logprobs.tokens == ["\ufffd", "\ufffd", "<|eos|>"] and logprobs.text_offset == [0, 0, 1]
    assert len(logprobs.token_logprobs) == len(logprobs.top_logprobs) == 3
    for token, value, top in zip(logprobs.tokens, logprobs.token_logprobs, logprobs.top_logprobs, strict=True):
        assert value <= max(top.values()) and token in top
    echoed = client.completions.create(model="tiny", prompt=prompt, logprobs=2, echo=True).choices[0]
    assert echoed.text == prompt + text
    assert echoed.logprobs.token_logprobs[0] is None and echoed.logprobs.top_logprobs[0] is None
    assert echoed.logprobs.text_offset == [0, 1, 2, 3, 4, 4, 5, 5, 6]
    assert echoed.logprobs.token_logprobs[6:] == logprobs.token_logprobs


def test_logprobs_of_a_stream_are_the_same(client):
    options = {"model": "tiny", "prompt": ["say:aé", "say:b"], "logprobs": 1, "echo": True}
    whole = client.completions.create(**options).choices
    for choice in whole:
        pieces = [chunk.choices[0].logprobs for chunk in client.completions.create(**options, stream=True)
                  if chunk.choices[0].index == choice.index and chunk.choices[0].logprobs]
        for name in ("tokens", "token_logprobs", "top_logprobs", "text_offset"):
            assert [*chain(*(getattr(piece, name) for piece in pieces))] == getattr(choice.logprobs, name)


def test_only_the_prompt_may_come_back(client):
    answer = client.completions.create(model="tiny", prompt="say:abc", max_tokens=0, echo=True, logprobs=1)
    assert (answer.choices[0].text, answer.choices[0].finish_reason) == ("say:abc", "length")
    assert len(answer.choices[0].logprobs.tokens) == 7 and answer.usage.completion_tokens == 0


def test_the_prompt_may_come_back_with_both_kinds_of_logprobs(client):
    choice = client.completions.create(model="tiny", prompt="say:ab", echo=True, logprobs=1,
                                       extra_body={"prompt_logprobs": 3}).choices[0]
    assert len(choice.logprobs.tokens) == 9 and len(choice.prompt_logprobs) == 6
    assert all(len(top) <= 2 for top in choice.logprobs.top_logprobs[1:])
    assert all(len(position) >= 3 for position in choice.prompt_logprobs[1:])


def test_prompt_logprobs_of_a_completion(client):
    answer = client.completions.create(model="tiny", prompt="abc", extra_body={"prompt_logprobs": 1, "return_token_ids": True})
    choice = answer.choices[0]
    assert choice.prompt_token_ids == [97, 98, 99] and len(choice.prompt_logprobs) == 3 and choice.prompt_logprobs[0] is None


# ---- models and the rest

def test_models(client):
    assert [model.id for model in client.models.list()] == ["tiny", "also/tiny"]
    model = client.models.retrieve("also/tiny")
    assert model.max_model_len == 256 and model.root and model.owned_by == "quire"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("nope")


def test_the_answer_carries_the_name_that_was_asked_for(client):
    assert client.completions.create(model="also/tiny", prompt="say:x").model == "also/tiny"


def test_what_is_not_there(client):
    with pytest.raises(openai.NotFoundError) as unknown:
        client.completions.create(model="gpt-9", prompt="x")
    assert unknown.value.code == "model_not_found" and unknown.value.param == "model"
    with pytest.raises(openai.NotFoundError):
        client.moderations.create(input="x")
    with pytest.raises(openai.BadRequestError) as wrong:
        say(client, "x", tools=[{"type": "function", "function": {"name": "f"}}])
    assert wrong.value.param == "tools"


def test_a_key():
    with serving(api_keys=("right",)) as running:
        with running.openai("right") as client:
            assert client.models.list().data
        with running.openai("wrong") as client, pytest.raises(openai.AuthenticationError):
            client.models.list()


def test_a_hundred_streams_at_once(served):
    """All of them whole, each its own."""
    async def one(client: openai.AsyncOpenAI, number: int) -> str:
        stream = await client.chat.completions.create(
            model="tiny", messages=[{"role": "user", "content": f"say:I am number {number} 😀"}], stream=True)
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    async def all_of_them() -> list[str]:
        async with openai.AsyncOpenAI(base_url=f"{served.url}/v1", api_key="none", max_retries=0) as client:
            return await asyncio.gather(*(one(client, number) for number in range(100)))

    assert asyncio.run(all_of_them()) == [f"I am number {number} 😀" for number in range(100)]
    assert served.client.figures().num_running == 0
