"""chat and complete against a server of canned answers."""
import io

import pytest

from quire.cli.main import main
from quire.cli.remote import Remote
from quire.cli.talk import speak, stats_line
from quire.core.errors import ConfigError, NetworkError
from tests.cli.openai_server import canned_server


@pytest.fixture
def server():
    with canned_server() as canned:
        yield canned


@pytest.fixture
def typed(monkeypatch):
    def say(*lines):
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    return say


def test_one_message(server, capsys):
    assert main(["chat", "--url", server.url, "-q", "Hi"]) == 0
    assert capsys.readouterr().out == "Hello!\n"
    path, key, body = server.requests[-1]
    assert path == "/v1/chat/completions" and key == "" and body["model"] == "first" and body["stream"] is True
    assert body["messages"] == [{"role": "user", "content": "Hi"}] and "max_tokens" not in body


@pytest.mark.parametrize("suffix", ["", "/", "/v1", "/v1/"])
def test_the_address_may_end_with_v1(server, suffix, capsys):
    assert main(["complete", "--url", server.url + suffix, "-q", "Once"]) == 0
    assert server.requests[-1][0] == "/v1/completions" and server.requests[-1][2]["prompt"] == "Once"


def test_flags_become_fields(server, capsys):
    assert main(["chat", "second", "--url", server.url, "-q", "Hi", "--system-prompt", "Be brief.", "--max-tokens", "5",
                 "--temperature", "0.5", "--api-key", "k"]) == 0
    _, key, body = server.requests[-1]
    assert key == "Bearer k" and body["model"] == "second" and (body["max_tokens"], body["temperature"]) == (5, 0.5)
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}


def test_the_key_may_come_from_the_environment(server, monkeypatch, capsys):
    monkeypatch.setenv("OPENAI_API_KEY", "from env")
    assert main(["chat", "--url", server.url, "--model-name", "m", "-q", "Hi"]) == 0
    assert [key for _, key, _ in server.requests] == ["Bearer from env"] and server.requests[0][2]["model"] == "m"


def test_a_conversation_remembers_until_it_is_cleared(server, typed, capsys):
    typed("one", "", "two", "/clear", "three")
    assert main(["chat", "--url", server.url, "--system-prompt", "S"]) == 0
    asked = [[m["content"] for m in body["messages"]] for _, _, body in server.requests if body]
    assert asked == [["S", "one"], ["S", "one", "Hello!", "two"], ["S", "three"]]
    assert capsys.readouterr().out == "Hello!\n" * 3


def test_each_line_is_a_text_of_its_own(server, typed, capsys):
    typed("a", "b")
    assert main(["complete", "--url", server.url]) == 0
    assert [body["prompt"] for _, _, body in server.requests if body] == ["a", "b"]


def test_figures_are_on_stderr(server, capsys):
    assert main(["chat", "--url", server.url, "-q", "Hi", "--stats"]) == 0
    out, err = capsys.readouterr()
    assert out == "Hello!\n" and "[3 tokens, first after" in err and "a second]" in err


def test_the_pace_is_that_of_the_tokens_after_the_first():
    assert stats_line(11, 1.0, 3.0) == "[11 tokens, first after 1.00 s, then 5.0 a second]"
    assert "0.0 a second" in stats_line(1, 1.0, 1.0) and "0.0 a second" in stats_line(0, 0.0, 0.0)


def test_ctrl_c_ends_the_answer_and_the_request(capsys):
    class Slow:
        model, num_tokens, left = "m", 2, False

    def pieces():
        try:
            yield "a"
            raise KeyboardInterrupt
        finally:
            Slow.left = True
    assert speak(Slow(), pieces(), False) == "a" and Slow.left


@pytest.mark.parametrize(("refusal", "word"), [
    ((401, {"error": {"message": "wrong key"}}), "wrong key"), ((401, {"error": "Unauthorized"}), "Unauthorized"),
    ((500, b"oops"), "no reason"),
    ((404, {"error": {"message": "no model x"}}), "no model x"), ((503, {"detail": "x"}), "503"),
])
def test_a_refusal_is_the_last_line(server, refusal, word, capsys):
    server.refusal = refusal
    assert main(["chat", "--url", server.url, "-q", "Hi"]) == 7
    err = capsys.readouterr().err
    assert word in err.splitlines()[-1] and str(refusal[0]) in err and "Traceback" not in err


def test_what_a_model_thinks_is_shown_as_it_writes_it(server, capsys):
    server.pieces = [{"role": "assistant", "content": ""}, {"reasoning": "h", "reasoning_content": "h"}, {"reasoning": "m"}, {},
                     {"content": "Yes"}, {"content": "."}]
    assert main(["chat", "--url", server.url, "-q", "Hi"]) == 0
    assert capsys.readouterr().out == "<think>\nhm\n</think>\n\nYes.\n"


def test_an_answer_that_breaks_off_is_told(server, capsys):
    server.closes_at = 1
    assert main(["chat", "--url", server.url, "-q", "Hi"]) == 7
    out, err = capsys.readouterr()
    assert out.startswith("Hel") and "before the answer was complete" in err


def test_an_error_in_the_stream_is_told(server, capsys):
    server.error_at = 2
    assert main(["complete", "--url", server.url, "-q", "Hi"]) == 7
    assert "the engine has ended" in capsys.readouterr().err


def test_no_server_there(server):
    url = server.url
    with canned_server() as other:
        url = other.url
    with pytest.raises(NetworkError, match="quire serve"):
        Remote(url, "")


def test_a_server_without_models(server):
    server.models = []
    with pytest.raises(NetworkError, match="serves no model"):
        Remote(server.url, "")


@pytest.mark.parametrize("url", ["ftp://x", "http://", "://"])
def test_what_is_no_address(url):
    with pytest.raises(ConfigError, match="no address"):
        Remote(url, "", "m")
