"""Times that follow from a stream whose chunks come at known times, and what is no token."""
import json

import pytest

from quire.cli.bench.serve import is_good, limits
from quire.cli.bench.stream import Answer, Events, Outcome, reason_of
from quire.core.errors import ConfigError


def event(value) -> bytes:
    return b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) + b"\n\n"


def says(text: str, **rest) -> bytes:
    return event({"choices": [{"text": text, **rest}]})


def delta(**fields) -> bytes:
    return event({"choices": [{"delta": fields}]})


USAGE = event({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 4}})
DONE = event(b"[DONE]")


def taken(*parts: tuple[float, bytes], due: float = 0.0, status: int = 200, body: bytes = b"") -> Outcome:
    outcome = Outcome(5, due=due, sent=due)
    answer = Answer(outcome)
    for now, received in parts:
        answer.take(received, now)
    answer.finish(status, body)
    return outcome


def test_known_times():
    found = taken((1.0, says("a")), (1.5, says("b")), (3.0, says("c") + USAGE + DONE), due=0.25)
    assert not found.error
    assert (found.ttft, found.e2el, found.itls) == (0.75, 2.75, [0.5, 1.5])
    assert found.tpot == pytest.approx(2.0 / 3)          # four tokens by usage, in three chunks
    assert (found.input_tokens, found.output_tokens) == (9, 4)


def test_latency_counts_from_when_it_was_due():
    outcome = Outcome(1, due=1.0, woken=4.0, sent=5.0)
    Answer(outcome).take(says("a") + DONE, 6.0)
    assert (outcome.ttft, outcome.e2el) == (5.0, 5.0)


def test_without_usage_chunks_are_counted():
    found = taken((1.0, says("a")), (2.0, says("b", finish_reason="length")))
    assert (found.input_tokens, found.output_tokens, found.tpot, found.completion_tokens) == (5, 2, 1.0, None)


def test_a_role_or_a_reason_alone_is_no_token():
    found = taken((1.0, delta(role="assistant", content="")), (2.0, delta(reasoning="hm")), (3.0, delta(content="x")),
                  (4.0, delta(tool_calls=[{"index": 0}])), (5.0, event({"choices": [{"delta": {}, "finish_reason": "stop"}]})),
                  (6.0, DONE))
    assert found.times == [2.0, 3.0, 4.0] and found.finish_reason == "stop" and found.ended == 6.0


def test_an_answer_of_one_token_has_no_time_per_token():
    assert taken((1.0, says("a") + DONE)).tpot is None


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_bytes_may_be_cut_anywhere(size, newline):
    stream = (b": hello\n\nevent: x\ndata: {\"a\":\ndata: 1}\n\ndata:two\n\n\n\ndata: [DONE]\n\n").replace(b"\n", newline)
    events = Events()
    found = [data for i in range(0, len(stream), size) for data in events.feed(stream[i:i + size])]
    assert found == [b'{"a":\n1}', b"two", b"[DONE]"]


@pytest.mark.parametrize(("parts", "status", "body", "error"), [
    ([], 429, b'{"error": {"message": "the queue\\nis full"}}', "status 429: the queue is full"),
    ([], 500, b"<html>oh</html>", "status 500: <html>oh</html>"), ([], 422, b'{"detail": "no"}', "status 422: no"),
    ([], 503, b"", "status 503: no reason is given"),
    ([says("a")], 200, b"", "the connection was closed before the answer was complete"),
    ([DONE], 200, b"", "an answer without a token"), ([], 200, b"{}", "closed before"),
    ([event({"error": {"message": "it died"}}), DONE], 200, b"", "an error in the stream: it died"),
    ([event(b"{"), DONE], 200, b"", "no chunk"), ([event({"choices": 3})], 200, b"", "no chunk"),
])
def test_what_is_no_answer(parts, status, body, error):
    assert error in taken(*((1.0, part) for part in parts), status=status, body=body).error


def test_fields_nobody_knows_do_not_matter():
    found = taken((1.0, event({"choices": [{"text": "a", "x": [1]}], "usage": None, "y": {}})), (2.0, DONE))
    assert not found.error and found.times == [1.0]


def test_reasons_are_one_short_line():
    assert len(reason_of({"error": "x" * 5000})) == 300 and "\n" not in reason_of(b"a\nb")


# ---- goodput

def ended(ttft: float, *gaps: float) -> Outcome:
    at, parts = ttft, [(ttft, says("a"))]
    for gap in gaps:
        at += gap
        parts.append((at, says("a")))
    return taken(*parts, (at, DONE))


@pytest.mark.parametrize(("words", "outcome", "is_kept"), [
    (["ttft:100"], ended(0.09, 9.0), True), (["ttft:100"], ended(0.11), False),
    (["tpot:50"], ended(9.0, 0.04, 0.055), True), (["itl:50"], ended(9.0, 0.04, 0.055), False),
    (["tpot:50", "itl:50"], ended(9.0), True), (["e2el:200"], ended(0.1, 0.09), True), (["e2el:200"], ended(0.1, 0.11), False),
    (["ttft:200", "e2el:100"], ended(0.15), False),
])
def test_a_good_request_keeps_every_limit(words, outcome, is_kept):
    assert is_good(outcome, limits(words)) is is_kept


@pytest.mark.parametrize("word", ["ttft", "ttft:", "ttft:x", "ttft:0", "speed:3", "ttft:-1"])
def test_limits_that_cannot_be(word):
    with pytest.raises(ConfigError, match=f"--goodput {word}: write"):
        limits([word])
