"""The command as a shell runs it: exit codes, the last line of stderr, and help that answers at once."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

from quire import __version__
from quire.cli.main import EXIT_CODES, main
from quire.core import errors
from tests.engine.folders import machine, make_folder

SOURCE = str(Path(__file__).parents[2] / "src")


def quire(*arguments, **env):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("QUIRE_", "VLLM_", "HF_"))}
    return subprocess.run([sys.executable, "-m", "quire.cli.main", *arguments], capture_output=True, text=True,
                          timeout=120,
                          env={**clean, "PYTHONPATH": SOURCE, **env})


def last_line(done) -> str:
    return done.stderr.splitlines()[-1]


def test_version():
    done = quire("--version")
    assert (done.returncode, done.stdout) == (0, f"quire {__version__}\n")


def test_python_m_quire_is_the_same():
    done = subprocess.run([sys.executable, "-m", "quire", "--version"], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "PYTHONPATH": SOURCE})
    assert done.stdout == f"quire {__version__}\n"


def test_help_fits_a_screen():
    done = quire("--help")
    assert done.returncode == 0 and len(done.stdout.splitlines()) <= 24 and "serve" in done.stdout


@pytest.mark.parametrize("command", ["serve", "chat", "complete", "run-batch", "explain", "doctor"])
def test_the_help_of_a_command_fits_a_screen(command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    assert main([command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert len(shown.splitlines()) <= 40 and f"usage: quire {command}" in shown
    assert all(len(line) <= 100 for line in shown.splitlines())


def test_no_command_shows_help_and_fails():
    done = quire()
    assert done.returncode == 2 and "usage: quire" in done.stderr and done.stdout == ""


@pytest.mark.parametrize(("arguments", "word"), [
    (["sevre"], "did you mean serve?"), (["org/model"], "quire serve org/model"),
    (["serve", "--prot", "1"], "did you mean --port?"),
    (["serve", "a", "b"], "unexpected argument 'b'"), (["doctor", "--port", "1"], "unknown flag --port"),
    (["chat", "--port", "1"], "--port is a flag of serve"),
    (["chat", "--url", "u", "--max-num-seqs", "3"], "has no effect with --url"),
    (["serve", "--help=zebra"], "finds nothing"),
])
def test_usage_errors_end_with_2(capsys, arguments, word):
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert word in err.splitlines()[-1] and err.splitlines()[-1].startswith("quire: error: ") and "Traceback" not in err


def test_a_usage_error_in_a_shell():
    done = quire("serve", "--max-model-lenn", "8")
    assert done.returncode == 2 and "did you mean --max-model-len?" in last_line(done)
    assert "Traceback" not in done.stderr


def test_a_missing_model_in_a_shell():
    done = quire("serve", "./no-such-model")
    assert done.returncode == 3 and last_line(done).startswith("quire: error: ") and "no such folder" in last_line(done)


def test_a_broken_config_of_a_model(tmp_path):
    folder = make_folder(tmp_path / "m")
    (folder / "config.json").write_text("{")
    done = quire("explain", str(folder))
    assert done.returncode == 3 and "config.json" in last_line(done)
    assert "Traceback" not in done.stderr


def test_what_does_not_fit_ends_with_4(tmp_path):
    done = quire("explain", str(make_folder(tmp_path / "m")), "--num-kv-blocks", "4", "--max-model-len", "512")
    assert done.returncode == 4 and "--kv-memory" in last_line(done)


def test_a_device_that_is_not_there_ends_with_5(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("quire.engine.resolve.Machine.probe", lambda **rest: machine())
    assert main(["explain", str(make_folder(tmp_path / "m")), "--device", "cuda"]) == 5
    assert "no GPU driver" in capsys.readouterr().err


@pytest.mark.parametrize("kind", [k for k in vars(errors).values() if isinstance(k, type)
                                  and issubclass(k, errors.QuireError)])
def test_every_error_ends_with_a_documented_code_and_one_line(kind, monkeypatch, capsys):
    def fail(arguments):
        raise kind("what,\nwhy, what to do")
    monkeypatch.setattr("quire.cli.doctor.run", fail)
    code = main(["doctor"])
    err = capsys.readouterr().err
    assert code == kind.exit_code and code in EXIT_CODES and code != 0
    assert err == "quire: error: what, why, what to do\n"


def test_a_fault_of_ours_ends_with_1_and_a_last_line(monkeypatch, capsys):
    monkeypatch.setattr("quire.cli.doctor.run", lambda arguments: {}["x"])
    assert main(["doctor"]) == 1
    err = capsys.readouterr().err
    assert "Traceback" in err and err.splitlines()[-1].startswith("quire: error: KeyError")


def test_ctrl_c_ends_without_a_word(monkeypatch, capsys):
    def interrupt(arguments):
        raise KeyboardInterrupt
    monkeypatch.setattr("quire.cli.doctor.run", interrupt)
    assert main(["doctor"]) == 130 and capsys.readouterr().err == ""


def test_a_reader_that_leaves_early_is_no_error():
    done = subprocess.run(f"{sys.executable} -m quire.cli.main serve --help=all | head -n 1", shell=True,
                          capture_output=True, text=True,
                          timeout=60, env={**os.environ, "PYTHONPATH": SOURCE})
    assert done.stdout.startswith("usage") and done.stderr == ""


@pytest.mark.parametrize("arguments", [["--help=all"], ["serve", "--help=all"], ["doctor", "--help"]])
def test_exit_codes_are_documented(arguments, capsys):
    assert main(arguments) == 0
    shown = capsys.readouterr().out
    assert all(f"  {code}  {meaning}" in shown for code,
               meaning in EXIT_CODES.items()) and set(EXIT_CODES) == set(range(9))
