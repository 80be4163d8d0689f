"""quire run-batch: what its flags may be. What becomes of a file is tested with the server's routes."""
import pytest

from quire.cli.main import main


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").write_text("")
    return tmp_path


GIVEN = ["-i", "in.jsonl", "-o", "out.jsonl"]


@pytest.mark.parametrize(("arguments", "word"), [
    ([], "run-batch needs -i FILE"), (["-i", "in.jsonl"], "run-batch needs -o FILE"),
    (["-i", "none.jsonl", "-o", "out.jsonl"], "none.jsonl: no such file"),
    (["-i", "https://a/b.jsonl", "-o", "out.jsonl"], "copy it here"), (["-i", "in.jsonl", "-o", "s3://a/b"], "copy it here"),
    (["-i", "in.jsonl", "-o", "in.jsonl"], "name another file"), (["-i", "in.jsonl", "-o", "."], "name another file"),
    (["-i", "in.jsonl", "-o", "no/out.jsonl"], "a folder that is there"),
    ([*GIVEN, "--port", "1"], "--port is a flag of serve"), ([*GIVEN, "--enable-metrics"], "quire serve has /metrics"),
    ([*GIVEN, "--model", "./none"], "no such folder"),
])
def test_what_cannot_be_is_refused_before_anything_is_loaded(files, capsys, arguments, word):
    assert main(["run-batch", *arguments]) in (2, 3)
    assert word in capsys.readouterr().err.splitlines()[-1] and not (files / "out.jsonl").exists()


def test_help_names_the_two_files(capsys):
    assert main(["run-batch", "--help"]) == 0
    shown = capsys.readouterr().out
    assert "-i, --input-file" in shown and "-o, --output-file" in shown
