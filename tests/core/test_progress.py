"""The bar of LLM.generate."""
import sys

import pytest

from quire.core.progress import Meter, TerminalBar


@pytest.mark.parametrize(("is_terminal", "wanted", "is_shown"), [
    (True, True, True), (True, False, False), (False, True, False), (False, False, False)])
def test_it_is_shown_on_a_terminal_to_who_wants_it(is_terminal, wanted, is_shown, capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    with Meter(2, wanted) as meter:
        meter.add(5, 7)
        meter.add(5, 7)
    said = capsys.readouterr()
    assert said.out == "" and bool(said.err) == is_shown
    if is_shown:
        assert "2/2" in said.err and "tok/s" in said.err and said.err.endswith("\n")


def test_a_program_without_stderr(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    with Meter(1, True) as meter:
        meter.add(1, 1)


def test_the_line_shows_the_share():
    bar = TerminalBar(4, "Done", False)
    bar.update(1)
    assert bar.line().count("#") == 7 and bar.line().endswith("1/4")
    bar.update(3)
    assert bar.line().count("#") == 30
    assert TerminalBar(0, "Done", False).line().endswith("0/0")
