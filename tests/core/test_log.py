"""Lines of a model in a program: shown where the program shows none itself, and left to it where it does."""
import logging
from contextlib import contextmanager

import pytest

from quire.core.log import begin, log
from quire.core.settings import options_from_keywords
from quire.engine.resolve import resolve
from tests.engine.folders import machine, make_folder
from tests.kept import Kept


@contextmanager
def program():
    """One that has set up nothing yet; its root logger. Inside of the test, for pytest adds handlers when it begins."""
    root, level = logging.getLogger(), log.level
    with pytest.MonkeyPatch.context() as patch:
        for logger in (root, log):
            patch.setattr(logger, "handlers", [])
        patch.setattr(log, "propagate", True)
        log.setLevel(logging.NOTSET)
        yield root
    log.setLevel(level)


@pytest.fixture
def plan(tmp_path):
    folder = make_folder(tmp_path / "m")
    return lambda **asked: resolve(options_from_keywords({"model": str(folder), **asked}, {}), machine())


def test_a_program_without_logging_is_told(plan, capsys):
    with program() as root:
        begin(plan(swap_space=4))
        begin(plan())
        told = capsys.readouterr().err.splitlines()
        assert [line.split(":")[1][:12] for line in told] == [" --swap-spac", " KV cache", " KV cache"]
        assert root.handlers == []


@pytest.mark.parametrize("is_first", [True, False])
def test_a_program_with_logging_has_it_to_itself(plan, capsys, is_first):
    kept = Kept()
    with program() as root:
        root.handlers += [kept] * is_first
        begin(plan())
        assert kept.lines == [] and ("KV cache" in capsys.readouterr().err) is not is_first
        root.handlers[:] = [kept]
        log.warning("hear, hear")
        assert kept.lines == ["hear, hear"] and capsys.readouterr().err == ""


def test_a_level_that_is_asked_for_holds(plan, capsys):
    with program() as root:
        kept = Kept()
        root.addHandler(kept)
        begin(plan(log_level="debug"))
        assert log.level == logging.DEBUG and "KV cache" in kept.lines[0]
        root.handlers.clear()
        begin(plan(log_level="warning"))
        assert capsys.readouterr().err == ""
