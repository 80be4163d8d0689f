"""A file of requests in, a file of answers out, in order, and one line's trouble is its own."""
import json

import pytest

from quire.core.errors import EngineDead
from quire.engine.local import EngineThread
from quire.server import batch
from tests.server.model import fake_engine, plan
from tests.server.served import echo

CHAT = "/v1/chat/completions"


def line(custom_id, url=CHAT, **body):
    return json.dumps({"custom_id": custom_id, "method": "POST", "url": url, "body": {"model": "tiny", **body}})


def chat(custom_id, text, **more):
    return line(custom_id, messages=[{"role": "user", "content": text}], **more)


def make(plan, fake):
    if "error" in fake:
        raise fake["error"]
    return fake_engine(plan, **{"script": echo, **fake})


@pytest.fixture
def run(tmp_path, monkeypatch):
    """run_file with the fake device behind it; gives the tally and what was written."""
    def call(lines, chosen=None, **fake):
        chosen = chosen or plan()
        monkeypatch.setattr(batch, "link_of", lambda plan: EngineThread(lambda progress: make(plan, fake)))
        (tmp_path / "in.jsonl").write_text("\n".join(lines) + "\n")
        tally = batch.run_file(chosen, tmp_path / "in.jsonl", tmp_path / "out.jsonl", lambda ready: None)
        return tally, [json.loads(each) for each in (tmp_path / "out.jsonl").read_text().splitlines()]
    return call


def test_answers_come_in_the_order_of_the_requests(run):
    words = [f"word {i}" + "." * (40 if i % 3 == 0 else 0) for i in range(20)]
    tally, told = run([chat(f"r{i}", f"say:{word}") for i, word in enumerate(words)], plan(max_num_seqs=3))
    assert tally == (20, 0) and [each["custom_id"] for each in told] == [f"r{i}" for i in range(20)]
    assert [each["response"]["body"]["choices"][0]["message"]["content"] for each in told] == words
    assert all(each["error"] is None and each["response"]["status_code"] == 200 for each in told)
    assert len({each["id"] for each in told} | {each["response"]["request_id"] for each in told}) == 40


def test_every_route_that_answers_a_body_is_there(run):
    assert {CHAT, "/v1/completions", "/v1/embeddings"} <= set(batch.URLS) and "/health" not in batch.URLS
    _, told = run([line("c", "/v1/completions", prompt="say:yes"), line("e", "/v1/embeddings", input="a text"), "",
                   line("t", "/tokenize", prompt="abc")])
    assert told[0]["response"]["body"]["choices"][0]["text"] == "yes"
    assert len(told[1]["response"]["body"]["data"]) == 1 and told[2]["response"]["body"]["count"] >= 3


@pytest.mark.parametrize(("bad", "word"), [
    ("{", "line 2 is not JSON"), ("[]", "line 2 is no JSON object"), (json.dumps({"url": CHAT}), "custom_id"),
    (line("x", "/v1/audio/speech"), "url must be one of"), (line("x", "/health"), "url must be one of"),
    (json.dumps({"custom_id": "x", "url": CHAT, "body": 3}), "body must be an object"),
    (json.dumps({"custom_id": "x", "url": CHAT, "method": "GET", "body": {}}), "method must be POST"),
    (chat("x", "say:a", stream=True), "no stream"), (chat("x", "say:a", temperature=9), "temperature"),
    (line("x", messages=[{"role": "user", "content": "a"}], model="other"), "does not exist"),
])
def test_a_line_that_cannot_be_answered_says_why_and_the_others_go_on(run, bad, word):
    tally, told = run([chat("a", "say:one"), bad, chat("b", "say:two")])
    assert tally == (2, 1) and told[0]["error"] is told[2]["error"] is None
    assert word in told[1]["error"]["message"] and told[1]["error"] == told[1]["response"]["body"]["error"]
    assert told[1]["response"]["status_code"] in (400, 404)


def test_a_full_queue_is_waited_for(run):
    tally, _ = run([chat(str(i), "say:a longer answer", n=3, temperature=1.0) for i in range(8)],
                   plan(max_num_seqs=2, max_queue=4), delay=0.002)
    assert tally == (8, 0)


def test_keys_are_for_those_who_come_from_outside(run):
    assert run([chat("a", "say:one")], plan(api_keys=("secret",)))[0] == (1, 0)


def test_an_engine_that_dies_ends_the_run(run):
    with pytest.raises(EngineDead, match="broken"):
        run([chat("a", "say:one")], error=RuntimeError("broken"))


def test_one_request_that_fills_the_queue_by_itself_is_told_so(run):
    tally, told = run([chat("a", "say:one", n=4, temperature=1.0), chat("b", "say:two")], plan(max_num_seqs=2, max_queue=3))
    assert tally == (1, 1) and told[0]["error"] is not None
