"""/tokenize, /detokenize, /version, /load, the log, and the body reader by itself."""
import asyncio
import logging

import pytest

from quire import __version__
from quire.core.errors import DeviceError, EngineDead, EngineStalled, InvalidRequest, QuireError, RequestFailed
from quire.core.log import Fallback
from quire.server import log
from quire.server.body import decode, read_body
from quire.server.completions import read_prompts
from quire.server.replies import ClientGone, error_object, error_reply
from quire.server.shapes import ChatRequest, CompletionRequest
from tests.kept import Kept
from tests.server.model import BOS, EOS
from tests.server.served import chat, is_refusal, serving


@pytest.fixture(scope="module")
def served():
    with serving(served_names=("tiny", "a/b")) as running:
        yield running


def test_text_to_ids_and_back(served):
    text = "héllo <|eos|>"
    found = served.post("/tokenize", {"prompt": text, "model": "tiny"}).json()
    assert found["tokens"] == [*"héllo ".encode(), EOS] and found["count"] == len(found["tokens"])
    assert found["max_model_len"] == 256 and found["token_strs"] is None
    assert served.post("/detokenize", {"tokens": found["tokens"]}).json() == {"prompt": text}


def test_pieces_are_shown_where_asked(served):
    assert served.post("/tokenize", {"prompt": "a b", "return_token_strs": True}).json()["token_strs"] == ["a", "Ġ", "b"]


def test_messages_to_ids(served):
    tokens = served.post("/tokenize", chat("hi")).json()["tokens"]
    assert tokens == [BOS, 258, *b"hi", EOS, 259]
    answer = served.post("/v1/chat/completions", chat("hi", return_token_ids=True, max_tokens=1)).json()
    assert answer["prompt_token_ids"] == tokens
    assert served.post("/tokenize", chat("hi", add_generation_prompt=False)).json()["tokens"] == tokens[:-1]


def test_a_long_text_is_taken_elsewhere_and_comes_back_the_same(served):
    text = "words and more " * 1000
    assert served.post("/tokenize", {"prompt": text}).json()["tokens"] == list(text.encode())
    assert served.post("/tokenize", chat(text)).json()["count"] == len(text) + 4


def test_a_model_that_is_not_there(served):
    for path, body in (("/tokenize", {"prompt": "x"}), ("/detokenize", {"tokens": [1]})):
        assert is_refusal(served.post(path, body | {"model": "nope"}), 404)["code"] == "model_not_found"


def test_a_name_with_a_slash(served):
    assert served.get("/v1/models/a/b").json()["id"] == served.get("/v1/models/a%2Fb").json()["id"] == "a/b"
    assert is_refusal(served.get("/v1/models/nope"), 404) == {
        "message": "this model does not exist here: GET /v1/models lists those that do", "type": "invalid_request_error",
        "param": "model", "code": "model_not_found"}


def test_version_and_load(served):
    assert served.get("/version").json() == {"version": __version__}
    assert served.get("/load").json() == {"server_load": 0}


def test_the_document_names_every_route(served):
    made = served.get("/openapi.json").json()
    assert made["paths"].keys() >= {"/v1/chat/completions", "/v1/completions", "/v1/models", "/metrics", "/livez"}
    for path, shape, field in (
            ("/v1/completions", "CompletionRequest", "prompt"), ("/v1/completions/render", "CompletionRequest", "prompt"),
            ("/v1/embeddings", "EmbeddingRequest", "input"), ("/generate", "GenerateRequest", "prompt"),
            ("/batch_generate", "BatchGenerateRequest", "prompts")):
        body = made["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert body == {"$ref": f"#/components/schemas/{shape}"}
        schema = made["components"]["schemas"][shape]
        assert "anyOf" in schema["properties"][field] and schema["required"] == [field]


# ---- the log

def test_the_root_logger_is_the_users(served):
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    log.set_up(served.plan)
    assert (root.level, list(root.handlers)) == before
    assert logging.getLogger("quire").handlers and not logging.getLogger("quire").propagate


def test_what_only_stands_in_gives_way(served):
    """As it is left by a model that the program has in itself."""
    logger = logging.getLogger("quire")
    before, logger.handlers = logger.handlers, [Fallback()]
    try:
        log.set_up(served.plan)
        assert [type(handler) for handler in logger.handlers] == [Fallback, logging.StreamHandler]
    finally:
        logger.handlers = before


def test_a_second_set_up_adds_nothing(served):
    log.set_up(served.plan)
    before = list(logging.getLogger("quire").handlers)
    log.set_up(served.plan)
    assert logging.getLogger("quire").handlers == before


def test_requests_are_logged_only_where_asked():
    for wanted in (False, True):
        with serving(log_requests=wanted) as running:
            kept = Kept()
            logging.getLogger("quire.server").addHandler(kept)
            try:
                running.post("/v1/completions", {"prompt": "say:secret"})
                running.until(lambda: running.client.figures().num_finished)
            finally:
                logging.getLogger("quire.server").removeHandler(kept)
            assert len(kept.lines) == wanted and "secret" not in str(kept.lines)


def test_the_line_of_figures(served):
    served.post("/v1/completions", {"prompt": "say:x"})
    line = log.stats_line(served.client, served.plan, log.Rates())
    for part in ("Avg prompt throughput: ", "Avg generation throughput: ", "Running: 0 reqs", "Waiting: 0 reqs",
                 "CPU KV cache usage: ", "Prefix cache hit rate: "):
        assert part in line


def test_the_line_comes_while_something_happens(served, monkeypatch):
    monkeypatch.setattr(log, "STATS_SECONDS", 0.005)
    kept = Kept()
    logging.getLogger("quire.server").addHandler(kept)

    async def some_time() -> None:
        task = asyncio.create_task(log.tell_stats(served.client, served.plan))
        while not kept.lines:
            await asyncio.sleep(0.001)
        count = len(set(kept.lines))
        await asyncio.sleep(0.05)
        assert len(kept.lines) <= count + 2         # nothing new happens, so nothing more is said
        task.cancel()
    try:
        logging.getLogger("quire.server").setLevel("INFO")
        asyncio.run(asyncio.wait_for(some_time(), 10))
    finally:
        logging.getLogger("quire.server").removeHandler(kept)


# ---- the body

def receiving(*messages):
    waiting = list(messages)

    async def receive():
        return waiting.pop(0)
    return receive


SCOPE = {"headers": [(b"content-type", b"application/json")]}


def test_a_body_in_pieces():
    parts = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.request", "body": b"}"}]
    assert asyncio.run(read_body(SCOPE, receiving(*parts))) == b"{}"


def test_a_client_that_leaves_in_the_middle():
    parts = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    with pytest.raises(ClientGone):
        asyncio.run(read_body(SCOPE, receiving(*parts)))


def test_what_is_absent_is_refused_before_it_is_decoded():
    """A value of megabytes is not looked into."""
    with pytest.raises(InvalidRequest) as refused:
        decode(b'{"messages":[],"tools":[' + b"[]," * 1_000_000 + b"[]]}", ChatRequest, strict=False)
    assert refused.value.param == "tools"


@pytest.mark.parametrize(("raw", "prompts"), [
    (b'"a"', ["a"]), (b'["a", "b"]', ["a", "b"]), (b"[1, 2]", [[1, 2]]), (b'[ [1], [2, 3] ]', [[1], [2, 3]]),
    (b'[\n"a"]', ["a"])])
def test_prompts_are_known_by_what_stands_first(raw, prompts):
    request = decode(b'{"prompt":' + raw + b"}", CompletionRequest, strict=True).content
    assert read_prompts(request.prompt) == prompts


@pytest.mark.parametrize("kind", [QuireError, RequestFailed, EngineDead, EngineStalled, DeviceError])
def test_what_goes_wrong_inside_is_told_without_details(kind):
    told = error_object(kind("<Secret object at 0x7f00> in /home/user/site-packages/x.py, version 1.2.3"))["error"]
    for leak in ("Secret", "0x", "/home", "1.2.3"):
        assert leak not in told["message"]
    assert len(told["message"]) > 20


def test_an_error_is_bounded():
    error = InvalidRequest("x" * 100_000, "y" * 100_000)
    assert len(error_reply(error).body) < 4_000
    assert error_object(error)["error"]["message"].endswith("...")
