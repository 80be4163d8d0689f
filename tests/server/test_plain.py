"""/generate, /batch_generate and /model_info, and what the cards of models tell."""
import pytest

from quire.server.absent import OF_SHAPE
from quire.server.shapes import PLAIN
from tests.server.served import is_refusal, serving


@pytest.fixture(scope="module")
def served():
    with serving(generation_defaults={"temperature": 0.5, "max_new_tokens": 30}, tool_call_parser="hermes",
                 max_queue=8) as running:
        yield running


TIMINGS = {"queue_ms", "prefill_ms", "first_token_ms", "decode_ms", "total_ms", "cached_tokens", "preemptions"}


def post(served, path, body):
    response = served.post(path, body)
    assert response.status_code == 200, response.text
    answer = response.json()
    return answer, answer.pop("usage"), answer.pop("timings")


def generate(served, prompt="say:abcab", **fields):
    return post(served, "/generate", {"prompt": prompt, **fields})[0]


def test_a_text_is_gone_on_with(served):
    assert generate(served) == {"text": "abcab", "tokens_generated": 6, "finish_reason": "stop"}
    assert generate(served, [*b"say:abcab"]) == generate(served)
    assert generate(served, max_tokens=2) == {"text": "ab", "tokens_generated": 2, "finish_reason": "length"}
    assert generate(served, stop="c")["text"] == "ab"


def test_several_texts_come_back_in_their_order(served):
    body = {"prompts": ["say:one", "say:three", "say:two"], "max_tokens": 4, "model": "tiny"}
    assert post(served, "/batch_generate", body)[0] == {"results": [
        {"text": "one", "tokens": 4, "finish_reason": "stop"}, {"text": "thre", "tokens": 4, "finish_reason": "length"},
        {"text": "two", "tokens": 4, "finish_reason": "stop"}]}
    ids = {"prompts": [[*b"say:x"], [*b"say:y"]]}
    assert [each["text"] for each in served.post("/batch_generate", ids).json()["results"]] == ["x", "y"]


@pytest.mark.parametrize(("path", "prompts"), [("/generate", {"prompt": "say:abcab"}),
                                               ("/batch_generate", {"prompts": ["say:abcab", "say:c"]})])
def test_what_was_counted_is_told(served, path, prompts):
    served.post(path, prompts)
    answer, usage, timings = post(served, path, prompts)
    chats = [served.post("/v1/completions", {"prompt": text}).json() for text in prompts.get("prompts", [*prompts.values()])]
    for field in ("prompt_tokens", "completion_tokens", "total_tokens"):
        assert usage[field] == sum(other["usage"][field] for other in chats) > 0
    assert usage["completion_tokens"] == sum(each.get("tokens", each.get("tokens_generated"))
                                             for each in answer.get("results", [answer]))
    assert usage["prompt_tokens_details"] == {"cached_tokens": timings["cached_tokens"]} != {"cached_tokens": 0}
    assert timings.keys() == TIMINGS == chats[0]["timings"].keys()
    assert timings["total_ms"] >= timings["first_token_ms"] >= timings["prefill_ms"] > 0


@pytest.mark.parametrize("path", ["/generate", "/batch_generate"])
def test_every_field_reaches_the_engine(served, monkeypatch, path):
    given = {"max_tokens": 3, "min_tokens": 1, "temperature": 0.25, "top_p": 0.5, "top_k": 3, "min_p": 0.1,
             "presence_penalty": 0.5, "frequency_penalty": 0.25, "repetition_penalty": 1.5, "seed": 5, "stop": ["q"],
             "ignore_eos": True}
    assert given.keys() == set(PLAIN)
    seen, admit = [], served.client.admission.admit
    monkeypatch.setattr(served.client.admission, "admit",
                        lambda ids, params, *rest: seen.append(params) or admit(ids, params, *rest))
    prompt = {"prompt": "x"} if path == "/generate" else {"prompts": ["x"]}
    assert served.post(path, prompt | given).status_code == 200
    assert served.post(path, prompt).status_code == 200
    assert {field: getattr(seen[0], field) for field in PLAIN} == given
    assert (seen[1].temperature, seen[1].max_tokens) == (0.5, 30)           # the model's own


@pytest.mark.parametrize(("path", "body", "param", "code"), [
    ("/generate", {}, "prompt", "missing_required_parameter"), ("/generate", {"prompt": ""}, "prompt", "empty_array"),
    ("/generate", {"prompt": ["a", "b"]}, "prompt", "array_above_max_length"),
    ("/generate", {"prompt": 7}, "prompt", "invalid_type"),
    ("/generate", {"prompt": "x", "max_tokens": 0}, "max_tokens", "integer_below_min_value"),
    ("/generate", {"prompt": "x" * 300}, "prompt", "context_length_exceeded"),
    ("/generate", {"prompt": "x", "stop": [*"abcde"]}, "stop", "array_above_max_length"),
    ("/generate", {"prompt": "x", "temperature": "hot"}, "temperature", "invalid_type"),
    ("/batch_generate", {}, "prompts", "missing_required_parameter"),
    ("/batch_generate", {"prompts": []}, "prompts", "empty_array"),
    ("/batch_generate", {"prompts": ["x", "y" * 300]}, "prompts", "context_length_exceeded"),
    ("/batch_generate", {"prompts": ["x"] * 9}, "prompts", "array_above_max_length")])
def test_refusals_name_the_field(served, path, body, param, code):
    error = is_refusal(served.post(path, body), 400)
    assert (error["param"], error["code"]) == (param, code)
    served.until(lambda: not served.client.live)


@pytest.mark.parametrize("name", sorted(OF_SHAPE["GenerateRequest"]))
def test_what_only_the_other_routes_have_is_refused(served, name):
    assert is_refusal(served.post("/generate", {"prompt": "x", name: 2}), 400)["param"] == name
    for neutral in OF_SHAPE["GenerateRequest"][name].neutral:
        generate(served, **{name: neutral})


def test_unknown_fields_and_models(served):
    response = served.post("/generate", {"prompt": "say:x", "mood": "good"})
    assert response.headers["x-quire-unknown-fields"] == "mood" and response.json()["text"] == "x"
    is_refusal(served.post("/generate", {"prompt": "x", "model": "nope"}), 404)


# ---- what is served

FACTS = {
    "max_model_len": 256, "embedding_size": 64, "max_logprobs": 5,
    "capabilities": {"completions": True, "chat": True, "embeddings": True, "structured_outputs": True, "tool_calls": True,
                     "reasoning": False},
    "parsers": {"tool_calls": "hermes", "reasoning": None}, "default_sampling_params": {"temperature": 0.5, "max_tokens": 30}}


def test_the_card_tells_what_the_model_can_do(served):
    card = served.get("/v1/models/tiny").json()
    assert {name: card[name] for name in FACTS} == FACTS
    assert served.get("/v1/models").json()["data"] == [card]


def test_the_info_tells_how_it_runs(served):
    assert served.get("/model_info").json() == {
        "model_name": "tiny", "architecture": "LlamaForCausalLM", "dtype": "float32", "quantization": "none",
        "device": "cpu", "tensor_parallel_size": 1, **FACTS}


def test_probes_have_a_body(served):
    for path in ("/health", "/ready"):
        assert served.get(path).json() == {"status": "ready"}
