"""/v1/embeddings: each field is honoured, harmless or refused by name; and the numbers are those of a real model."""
import base64
import math

import numpy as np
import pytest
import torch
from openai.types import embedding_create_params
from transformers import AutoModelForCausalLM

from quire.server.absent import ABSENT, OF_SHAPE
from quire.server.shapes import HARMLESS, EmbeddingRequest
from tests.server.served import is_refusal, serving
from tests.server.test_real_model import Real
from tests.tiny import tiny

# Of vLLM's EmbeddingCompletionRequest and EmbeddingChatRequest as they were recorded, of PoolingParams, and OpenAI's.
RECORDED = set("""input model user encoding_format dimensions use_activation embed_dtype endianness add_special_tokens
    truncate_prompt_tokens truncation_side padding request_id priority mm_processor_kwargs cache_salt messages
    add_generation_prompt continue_final_message chat_template chat_template_kwargs media_io_kwargs task""".split())
KNOWN = RECORDED | embedding_create_params.EmbeddingCreateParams.__annotations__.keys()
TEXTS = ["Once upon a time", "x", "A much longer text, which needs several chunks and several blocks of the cache to be read."]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def served(folder):
    with serving(kind=Real, model_folder=folder, tokenizer_folder=folder, block_size=16, num_blocks=64, max_num_seqs=8,
                 max_num_batched_tokens=64, chunk=20, max_queue=16) as running:
        yield running


@pytest.fixture(scope="module")
def states(folder):
    """Of all positions of a text, as transformers has them: (T, H)."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").base_model
    with torch.inference_mode():
        return [model(torch.tensor([[*text.encode()]])).last_hidden_state[0].double().numpy() for text in TEXTS]


def embed(served, given=TEXTS[0], **fields):
    response = served.post("/v1/embeddings", {"input": given, **fields})
    assert response.status_code == 200, response.text
    return response.json()


def vectors(body):
    assert [each["index"] for each in body["data"]] == list(range(len(body["data"])))
    return np.array([each["embedding"] for each in body["data"]])


def unit(vector):
    return vector / np.linalg.norm(vector)


# ---- numbers

def test_vectors_are_the_last_hidden_states(served, states):
    body = embed(served, TEXTS)
    assert np.abs(vectors(body) - [unit(each[-1]) for each in states]).max() < 1e-5
    count = sum(map(len, TEXTS))
    assert body["object"] == "list" and body["model"] == "tiny" and body["data"][0]["object"] == "embedding"
    assert body["usage"]["prompt_tokens"] == body["usage"]["total_tokens"] == count


@pytest.mark.parametrize("name", ["mean", "MEAN"])
def test_means_are_over_all_positions_and_none_of_them_from_the_cache(served, states, name):
    embed(served, TEXTS)
    body = embed(served, TEXTS, pooling=name)
    assert np.abs(vectors(body) - [unit(each.mean(0)) for each in states]).max() < 1e-5
    assert body["usage"]["prompt_tokens_details"]["cached_tokens"] == 0
    assert (vectors(embed(served, TEXTS[2], pooling=name)) == vectors(body)[2]).all()


def test_timings_are_those_of_the_other_routes(served):
    body, other = embed(served, TEXTS), served.post("/v1/completions", {"prompt": "x"}).json()
    timings = body["timings"]
    assert timings.keys() == other["timings"].keys()
    assert timings["total_ms"] >= timings["first_token_ms"] >= timings["prefill_ms"] > 0 and timings["preemptions"] == 0
    assert timings["cached_tokens"] == body["usage"]["prompt_tokens_details"]["cached_tokens"]


def test_every_form_of_input_is_the_same_text(served):
    ids = [[*text.encode()] for text in TEXTS[:2]]
    wanted = vectors(embed(served, TEXTS[:2]))
    assert (vectors(embed(served, ids)) == wanted).all()
    assert (vectors(embed(served, ids[0])) == vectors(embed(served))).all() and (vectors(embed(served))[0] == wanted[0]).all()


def test_dimensions_are_the_first_ones_made_a_unit_again(served, states):
    vector = vectors(embed(served, dimensions=5))[0]
    assert np.abs(vector - unit(states[0][-1][:5])).max() < 1e-5 and vector.shape == (5,)
    assert vectors(embed(served, dimensions=64)).shape == (1, 64)


def test_base64_holds_the_same_bits(served):
    packed = embed(served, TEXTS, encoding_format="base64")
    shown = vectors(embed(served, TEXTS, encoding_format="float"))
    for each, vector in zip(packed["data"], shown, strict=True):
        assert (np.frombuffer(base64.b64decode(each["embedding"]), "<f4") == vector).all()


def test_the_real_client_reads_both_forms(served):
    with served.openai() as client:
        plain = client.embeddings.create(model="tiny", input=TEXTS, encoding_format="float")
        packed = client.embeddings.create(model="tiny", input=TEXTS)        # it asks for base64 by itself
    assert [each.embedding for each in plain.data] == [each.embedding for each in packed.data]
    assert math.isclose(sum(x * x for x in plain.data[1].embedding), 1, rel_tol=1e-5)


# ---- fields

HELD = {
    "input": ({}, lambda body: len(body["data"]) == 1),
    "model": ({"model": "tiny"}, lambda body: body["model"] == "tiny"),
    "encoding_format": ({"encoding_format": "base64"}, lambda body: isinstance(body["data"][0]["embedding"], str)),
    "dimensions": ({"dimensions": 3}, lambda body: len(body["data"][0]["embedding"]) == 3),
    "use_activation": ({"use_activation": False}, lambda body: abs(np.linalg.norm(vectors(body)) - 1) > 0.1),
    "truncate_prompt_tokens": ({"truncate_prompt_tokens": 4}, lambda body: body["usage"]["prompt_tokens"] == 4),
    "truncation_side": ({"truncate_prompt_tokens": 4, "truncation_side": "left"},
                        lambda body: body["usage"]["prompt_tokens"] == 4),
    "request_id": ({"request_id": "mine"}, lambda body: body["id"] == "embd-mine"),
}
ELSEWHERE = {"add_special_tokens", "priority", "cache_salt"}


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_a_known_field_is_honoured_harmless_or_refused(served, name):
    absent = (ABSENT | OF_SHAPE["EmbeddingRequest"]).get(name)
    assert (name in EmbeddingRequest.__struct_fields__) != (absent is not None)
    if absent is not None:
        error = is_refusal(served.post("/v1/embeddings", {"input": "x", name: [{"something": 1}]}), 400)
        assert error["param"] == name and error["code"] == "unsupported_parameter"
        for neutral in absent.neutral:
            embed(served, **{name: neutral})
    elif name in HELD:
        fields, holds = HELD[name]
        assert holds(embed(served, **fields))
    else:
        assert name in HARMLESS | ELSEWHERE


def test_only_pooling_is_a_name_of_ours():
    assert set(EmbeddingRequest.__struct_fields__) - KNOWN == {"pooling"}


def test_a_text_is_cut_at_its_end_unless_asked_otherwise(served):
    text = TEXTS[0]
    assert (vectors(embed(served, truncate_prompt_tokens=4)) == vectors(embed(served, text[:4]))).all()
    left = embed(served, truncate_prompt_tokens=4, truncation_side="left")
    assert np.abs(vectors(left) - vectors(embed(served, text[-4:]))).max() < 1e-6
    assert embed(served, "y" * 300, truncate_prompt_tokens=-1)["usage"]["prompt_tokens"] == 256


def test_a_salt_keeps_texts_apart(served):
    def cached(salt):
        return embed(served, "s" * 40, cache_salt=salt)["usage"]["prompt_tokens_details"]["cached_tokens"]
    assert [cached("one"), cached("one"), cached("two")] == [0, 32, 0]


def test_special_tokens_are_the_clients_choice(served, monkeypatch):
    added, encode = [], served.client.tokenizer.encode
    monkeypatch.setattr(served.client.tokenizer, "encode", lambda text, add_special_tokens=True, allow_special=False: (
        added.append(add_special_tokens) or encode(text, add_special_tokens, allow_special)))
    embed(served, add_special_tokens=False)
    embed(served)
    assert added == [False, True]


@pytest.mark.parametrize(("fields", "param", "code"), [
    ({"input": ""}, "input", "empty_array"), ({"input": []}, "input", "empty_array"),
    ({"input": [[1], []]}, "input", "empty_array"), ({"input": 7}, "input", "invalid_type"),
    ({"input": [261]}, "input", "invalid_value"), ({"input": [-1]}, "input", "invalid_value"),
    ({"input": "x" * 257}, "input", "context_length_exceeded"), ({"input": ["x"] * 17}, "input", "array_above_max_length"),
    ({"input": ["x"] * 1025}, "input", "array_above_max_length"), ({}, "input", "missing_required_parameter"),
    ({"input": "x", "dimensions": 65}, "dimensions", "integer_above_max_value"),
    ({"input": "x", "dimensions": 0}, "dimensions", "integer_below_min_value"),
    ({"input": "x", "encoding_format": "bytes"}, "encoding_format", "invalid_value"),
    ({"input": "x", "pooling": "cls"}, "pooling", "invalid_value"),
    ({"input": "x", "truncate_prompt_tokens": 0}, "truncate_prompt_tokens", "integer_below_min_value"),
    ({"input": "x", "truncation_side": "left"}, "truncation_side", "conflicting_parameters"),
    ({"input": "x", "priority": 1}, "priority", "invalid_value"),
    ({"input": "x", "cache_salt": "a b"}, "cache_salt", "invalid_value"),
    ({"input": "x", "request_id": "a b"}, "request_id", "invalid_value"),
])
def test_refusals_name_the_field(served, fields, param, code):
    error = is_refusal(served.post("/v1/embeddings", fields), 400)
    assert (error["param"], error["code"]) == (param, code)


def test_more_ids_than_anybody_sends_are_refused_before_they_are_read(served):
    error = is_refusal(served.post("/v1/embeddings", b'{"input":[' + b"1," * 1_000_001 + b"1]}"), 400)
    assert error["param"] == "input" and error["code"] == "array_above_max_length"


def test_a_model_that_is_not_there(served):
    is_refusal(served.post("/v1/embeddings", {"input": "x", "model": "nope"}), 404)


def test_a_text_as_long_as_the_context_has_a_vector(served):
    """Nothing is drawn, so no place is kept for it."""
    assert embed(served, "x" * 256)["usage"]["prompt_tokens"] == 256


def test_nothing_is_left_behind(served):
    embed(served, TEXTS)
    served.until(lambda: not served.client.live)
    before = served.client.figures().num_prompt_tokens
    embed(served, "x" * 9)
    figures = served.client.figures()
    assert figures.num_prompt_tokens == before + 9 and figures.num_finished["vector"] > 0
    assert 'finished_reason="vector"' in served.get("/metrics").text
