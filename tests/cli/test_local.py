"""chat and complete with a model in this process."""
import io

import pytest

from quire.cli.local import Local
from quire.cli.main import main
from quire.core.settings import options_from_keywords
from tests.tiny import tiny


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return str(tiny(tmp_path_factory.mktemp("model") / "tiny"))


@pytest.fixture
def local(folder):
    opened = Local(options_from_keywords({"model": folder}, {}))
    yield opened
    opened.close()


GREEDY = {"max_tokens": 12, "temperature": 0.0}


def test_pieces_add_up_to_the_answer_and_are_counted(local):
    pieces = list(local.complete("Once upon", GREEDY))
    assert "".join(pieces) and 1 <= local.num_tokens <= 12
    assert "".join(local.complete("Once upon", GREEDY)) == "".join(pieces)


def test_a_chat_goes_through_the_models_template(local):
    system = [{"role": "system", "content": "S"}, {"role": "user", "content": "Hi"}]
    answers = {"".join(local.chat(messages, GREEDY)) for messages in (system, system[1:])}
    assert len(answers) == 2


def test_leaving_early_ends_the_request_and_the_next_one_runs(local):
    pieces = local.complete("Once upon", {"max_tokens": 200, "temperature": 0.0})
    next(pieces)
    pieces.close()
    assert local.engine.get_num_unfinished_requests() == 0
    assert list(local.complete("Once upon", GREEDY))


def test_ctrl_c_while_waiting_ends_the_request(local, monkeypatch):
    whole, calls = local.loop.run_until_complete, []

    def interrupted(awaitable):
        calls.append(awaitable)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(awaitable)
    monkeypatch.setattr(local.loop, "run_until_complete", interrupted)
    pieces = local.complete("Once upon", {"max_tokens": 200, "temperature": 0.0})
    next(pieces)
    with pytest.raises(KeyboardInterrupt):
        list(pieces)
    assert local.engine.get_num_unfinished_requests() == 0


def test_one_message(folder, capsys):
    assert main(["chat", folder, "-q", "Hi", "--max-tokens", "5", "--temperature", "0", "--stats"]) == 0
    out, err = capsys.readouterr()
    assert out.endswith("\n") and "tokens, first after" in err


def test_lines_of_a_pipe(folder, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("one\none\n"))
    assert main(["complete", folder, "--max-tokens", "5", "--temperature", "0"]) == 0
    out = capsys.readouterr().out
    assert out == 2 * out[:len(out) // 2]


def test_a_model_that_is_not_there(capsys):
    assert main(["chat", "./missing", "-q", "Hi"]) == 3
    assert "no such folder" in capsys.readouterr().err
