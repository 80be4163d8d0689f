"""Every field that clients know is honoured, harmless, or refused by name: none is taken and forgotten.

The names are those of OpenAI's client as it is installed, and of vLLM's schemas as they were recorded (RECORDED).
"""
import msgspec
import pytest
from openai.types import completion_create_params
from openai.types.chat import completion_create_params as chat_create_params

from quire.server import shapes
from quire.server.absent import ABSENT
from quire.server.body import decode
from quire.server.shapes import DRAWN, HARMLESS, ChatRequest, CompletionRequest
from tests.server.served import chat, events, is_refusal, serving

# Of vLLM 0.32's ChatCompletionRequest and CompletionRequest, and OpenAI's older names.
RECORDED = {
    "both": """model frequency_penalty logit_bias logprobs max_tokens n presence_penalty response_format seed stop stream
        stream_options temperature top_p user use_beam_search top_k min_p repetition_penalty watermarking length_penalty
        stop_token_ids include_stop_str_in_output ignore_eos min_tokens skip_special_tokens spaces_between_special_tokens
        truncate_prompt_tokens truncation_side prompt_logprobs logprob_token_ids allowed_token_ids bad_words echo
        add_special_tokens structured_outputs priority request_id session_id return_tokens_as_token_ids return_token_ids
        routed_experts_prompt_start return_token_offsets mm_payload return_mm_kwargs cache_salt kv_transfer_params
        ec_transfer_params vllm_xargs repetition_detection stream_interval thinking_token_budget guided_json guided_regex
        guided_choice guided_grammar guided_decoding_backend guided_whitespace_pattern best_of logits_processors""",
    "chat": """messages top_logprobs max_completion_tokens tools tool_choice reasoning_effort include_reasoning
        parallel_tool_calls add_generation_prompt continue_final_message documents chat_template chat_template_kwargs
        media_io_kwargs mm_processor_kwargs return_prompt_text functions function_call""",
    "completions": "prompt suffix prompt_embeds",
}
SCHEMAS = {
    ChatRequest: set(RECORDED["both"].split()) | set(RECORDED["chat"].split())
    | chat_create_params.CompletionCreateParamsBase.__annotations__.keys() | {"stream"},
    CompletionRequest: set(RECORDED["both"].split()) | set(RECORDED["completions"].split())
    | completion_create_params.CompletionCreateParamsBase.__annotations__.keys() | {"stream"},
}

# Fields whose effect is seen in an answer: what is sent, and what must hold of the answer (text, choices, body).
SHOWN = {
    "model": ({"model": "tiny"}, lambda body: body["model"] == "tiny"),
    "messages": ({}, lambda body: text(body) == "abcab"),
    "prompt": ({}, lambda body: text(body) == "abcab"),
    "n": ({"n": 2}, lambda body: len(body["choices"]) == 2),
    "max_tokens": ({"max_tokens": 2}, lambda body: text(body) == "ab"),
    "max_completion_tokens": ({"max_completion_tokens": 2}, lambda body: text(body) == "ab"),
    "min_tokens": ({"min_tokens": 4, "stop": "b"}, lambda body: text(body) == "abca"),
    "stop": ({"stop": ["c"]}, lambda body: text(body) == "ab"),
    "stop_token_ids": ({"stop_token_ids": [99]}, lambda body: text(body) == "ab"),
    "include_stop_str_in_output": ({"stop": "c", "include_stop_str_in_output": True}, lambda body: text(body) == "abc"),
    "ignore_eos": ({"ignore_eos": True, "max_tokens": 9}, lambda body: body["usage"]["completion_tokens"] == 9),
    "skip_special_tokens": ({"skip_special_tokens": False, "ignore_eos": True, "max_tokens": 6},
                            lambda body: text(body) == "abcab<|eos|>"),
    "prompt_logprobs": ({"prompt_logprobs": 1}, lambda body: "prompt_logprobs" in str(body)),
    "truncate_prompt_tokens": ({"truncate_prompt_tokens": 3}, lambda body: body["usage"]["prompt_tokens"] == 3),
    "truncation_side": ({"truncate_prompt_tokens": 1, "truncation_side": "right"},
                        lambda body: body["usage"]["prompt_tokens"] == 1),
    "return_token_ids": ({"return_token_ids": True}, lambda body: body["choices"][0]["token_ids"][:2] == [97, 98]),
    "return_tokens_as_token_ids": ({"return_tokens_as_token_ids": True, "logprobs": 1},
                                   lambda body: "token_id:97" in str(body)),
    "request_id": ({"request_id": "mine"}, lambda body: body["id"].endswith("-mine")),
    "return_prompt_text": ({"return_prompt_text": True}, lambda body: body["prompt_text"].endswith("<|assistant|>")),
    "top_logprobs": ({"logprobs": True, "top_logprobs": 1},
                     lambda body: len(body["choices"][0]["logprobs"]["content"][0]["top_logprobs"]) == 1),
    "logprobs": ({"logprobs": 1}, lambda body: body["choices"][0]["logprobs"]),
    "add_generation_prompt": ({"add_generation_prompt": False, "return_prompt_text": True},
                              lambda body: body["prompt_text"].endswith("<|eos|>")),
}
# Honoured where others test it: what reaches the engine (below), streams, the cache, other templates, another policy.
ELSEWHERE = {"add_special_tokens", "echo", "stream", "stream_options", "stream_interval", "response_format", "best_of",
             "cache_salt", "priority", "chat_template_kwargs", "documents", "reasoning_effort", "continue_final_message",
             "tools", "tool_choice", "parallel_tool_calls", "include_reasoning",                    # test_tools
             "structured_outputs", "guided_json", "guided_regex", "guided_choice", "guided_grammar",
             "guided_decoding_backend", "guided_whitespace_pattern"}


def text(body):
    choice = body["choices"][0]
    return choice["text"] if "text" in choice else choice["message"]["content"]


def ask(served, shape, **fields):
    if shape is ChatRequest:
        if fields.get("logprobs") == 1:
            fields["logprobs"] = True
        return served.post("/v1/chat/completions", chat("say:abcab", **fields))
    return served.post("/v1/completions", {"prompt": "say:abcab", **fields})


@pytest.fixture(scope="module")
def served():
    with serving() as running:
        yield running


ALL = [(shape, name) for shape, names in SCHEMAS.items() for name in sorted(names)]


@pytest.mark.parametrize(("shape", "name"), ALL, ids=[f"{shape.__name__[:4]} {name}" for shape, name in ALL])
def test_a_known_field_is_honoured_harmless_or_refused(served, shape, name):
    taken = name in shape.__struct_fields__
    assert taken != (name in ABSENT), "it is either a field or absent"
    if not taken:
        error = is_refusal(ask(served, shape, **{name: [{"something": "that is asked for"}]}), 400)
        assert error["param"] == name and error["code"] == "unsupported_parameter"
        for neutral in ABSENT[name].neutral:
            assert ask(served, shape, **{name: neutral}).status_code == 200
    elif name in SHOWN:
        fields, holds = SHOWN[name]
        response = ask(served, shape, **fields)
        assert response.status_code == 200, response.text
        assert holds(response.json()), response.json()
    else:
        assert name in HARMLESS | ELSEWHERE | set(DRAWN)


def test_every_field_of_a_shape_is_known_to_somebody():
    """Nothing is invented here: what we take, some client sends."""
    for shape, names in SCHEMAS.items():
        assert set(shape.__struct_fields__) - names <= {"user", "metadata", "service_tier", "safety_identifier", "session_id",
                                                        "prompt_cache_key", "prompt_cache_retention", "prompt_cache_options"}


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/completions"])
def test_what_is_drawn_by_reaches_the_engine(served, monkeypatch, path):
    """Each of these, with a value that is not its default, arrives as it was sent."""
    given = {"n": 2, "min_tokens": 1, "temperature": 0.5, "top_p": 0.5, "top_k": 3, "min_p": 0.1, "presence_penalty": 0.5,
             "frequency_penalty": 0.25, "repetition_penalty": 1.5, "seed": 5, "stop": ["q"], "stop_token_ids": [7],
             "include_stop_str_in_output": True, "ignore_eos": True, "skip_special_tokens": False,
             "spaces_between_special_tokens": False, "logit_bias": {"5": 1.5}, "allowed_token_ids": [97, 98],
             "bad_words": ["z"], "prompt_logprobs": 1}
    assert given.keys() == set(DRAWN)
    seen = []
    admit = served.client.admission.admit
    monkeypatch.setattr(served.client.admission, "admit",
                        lambda ids, params, *rest: seen.append(params) or admit(ids, params, *rest))
    fields = {"messages": [{"role": "user", "content": "x"}]} if "chat" in path else {"prompt": "x"}
    response = served.post(path, {**fields, **given, "max_tokens": 3})
    assert response.status_code == 200, response.text
    (params,) = seen
    assert {name: getattr(params, name) for name in DRAWN} == given | {"logit_bias": {5: 1.5}} and params.max_tokens == 3


def test_defaults_are_those_of_the_model():
    defaults = {"temperature": 0.5, "top_k": 7, "max_new_tokens": 5}
    with serving(generation_defaults=defaults) as running:
        seen = []
        admit = running.client.admission.admit
        running.client.admission.admit = lambda ids, params, *rest: seen.append(params) or admit(ids, params, *rest)
        for shape in SCHEMAS:
            assert ask(running, shape, ignore_eos=True).json()["usage"]["completion_tokens"] == 5
            assert ask(running, shape, ignore_eos=True, max_tokens=3).json()["usage"]["completion_tokens"] == 3
        assert {(params.temperature, params.top_k) for params in seen} == {(0.5, 7)}


def test_a_salt_keeps_prompts_apart(served):
    def cached(**fields):
        body = ask(served, CompletionRequest, prompt="a prompt of several blocks", **fields).json()
        return body["usage"]["prompt_tokens_details"]["cached_tokens"]

    assert [cached(cache_salt="one"), cached(cache_salt="one"), cached(cache_salt="two")] == [0, 24, 0]


@pytest.mark.parametrize("given", [True, False])
def test_special_tokens_around_a_prompt_are_the_clients_choice(served, monkeypatch, given):
    added = []
    encode, private = served.client.tokenizer.encode, served.client.tokenizer.encode_private
    monkeypatch.setattr(served.client.tokenizer, "encode", lambda text, add_special_tokens=True, allow_special=False: (
        added.append(add_special_tokens) or encode(text, add_special_tokens, allow_special)))
    monkeypatch.setattr(served.client.tokenizer, "encode_private", lambda text, add_special_tokens=False: (
        added.append(add_special_tokens) or private(text, add_special_tokens)))
    ask(served, ChatRequest, add_special_tokens=given)
    assert added == [given]
    ask(served, CompletionRequest, add_special_tokens=given)
    assert set(added) == {given}
    added.clear()
    ask(served, ChatRequest)
    assert added == [False]
    ask(served, CompletionRequest)
    assert added[1] is True


def test_priority_where_the_policy_knows_it():
    with serving(priority_scheduling=True) as running:
        assert ask(running, ChatRequest, priority=3).status_code == 200


# ---- fields that nobody knows

def test_unknown_fields_are_named(served):
    response = ask(served, ChatRequest, mood="good", weather={"sun": True})
    assert response.headers["x-quire-unknown-fields"] == "mood, weather"
    body = chat("say:x") | {"stream_options": {"include_usage": True, "colour": 1}, "stream": True}
    body["messages"][0]["mood"] = "good"
    response = served.post("/v1/chat/completions", body)
    assert response.headers["x-quire-unknown-fields"] == "messages[0].mood, stream_options.colour"
    assert events(response.content)[-1] == "[DONE]"


def test_many_and_strange_unknown_fields_do_no_harm(served):
    names = {f"f{i}": 1 for i in range(100)}
    response = ask(served, ChatRequest, **names)
    named = response.headers["x-quire-unknown-fields"]
    assert named.endswith(", ...") and len(named) < 100
    response = ask(served, ChatRequest, **{"a\r\nset-cookie: x": 1, "b" * 1000: 1, "ü": 2})
    assert response.headers["x-quire-unknown-fields"] == "(unprintable), (unprintable), (unprintable)"
    assert "set-cookie" not in response.headers


def test_strict_refuses_them():
    with serving(strict=True) as running:
        error = is_refusal(ask(running, ChatRequest, mood="good"), 400)
        assert (error["param"], error["code"]) == ("mood", "unknown_parameter")
        body = chat("say:x")
        body["messages"][0]["mood"] = "good"
        assert is_refusal(running.post("/v1/chat/completions", body), 400)["param"] == "messages[0].mood"
        assert is_refusal(running.post("/tokenize", {"prompt": "x", "mood": 1}), 400)["param"] == "mood"
        assert ask(running, ChatRequest).status_code == 200


# ---- the tables themselves

def test_what_is_absent_says_what_to_do():
    for name, absent in ABSENT.items():
        assert absent.instead and (None in absent.neutral), name


def test_all_shapes_decode_what_they_declare():
    """A field whose type msgspec cannot take would only be found when somebody sends it."""
    values = [b"null", b"1", b"0.5", b"true", b'"x"', b"[]", b"{}", b'["x"]', b"[1]", b'{"a":"b"}', b'{"type":"text"}',
              b'"left"', b'"auto"', b'["text"]', b'"low"', b'"medium"', b'[{"role":"user","content":"x"}]']
    for shape in (*SCHEMAS, shapes.TokenizeRequest, shapes.DetokenizeRequest):
        for name in shape.__struct_fields__:
            taken = []
            for value in values:
                body = b'{"messages":[],"prompt":"x","tokens":[],"%b":%b}' % (name.encode(), value)
                try:
                    decode(body, shape, strict=False)
                    taken.append(value)
                except ValueError:
                    continue
            assert [value for value in taken if value != b"null"], f"{shape.__name__}.{name} takes nothing"


def test_the_document_has_every_field(served):
    made = served.get("/openapi.json").json()
    for shape in SCHEMAS:
        fields = made["components"]["schemas"][shape.__name__]["properties"]
        absent = {name for name, schema in fields.items() if schema.get("x-not-available")}
        assert fields.keys() - absent == set(shape.__struct_fields__) and absent == ABSENT.keys() - set(shape.__struct_fields__)
    assert msgspec.json.encode(made)
