"""Three sizes of help."""
import pytest

from quire.cli import help
from quire.core.errors import ConfigError
from quire.core.options import OPTIONS, SECTIONS, Option
from quire.core.spellings import EXTRA_OPTIONS

OWN = (Option("mine", "text", "an option of the command"),)


def show(word, own=OWN):
    return help.show("serve", "About it.", own, word)


@pytest.mark.parametrize(("arguments", "word"), [
    (["--help"], ""), (["m", "-h"], ""), (["--help=all"], "all"), (["--help=Memory"], "Memory"), ([], None),
    (["--", "--help"], None),
    (["--host", "h"], None),
])
def test_who_asks_for_help(arguments, word):
    assert help.wanted(arguments) == word


def test_everything_shows_every_flag_with_its_help():
    shown = show("all")
    for option in (*OPTIONS.values(), *EXTRA_OPTIONS.values(), *OWN):
        if option.name != "model":
            assert option.flag in shown
            assert " ".join(option.help.split()[:3]) in shown


def test_a_group_by_its_name():
    shown = show("MEMORY")
    assert "--kv-memory" in shown and "--port" not in shown


@pytest.mark.parametrize(("word", "there", "absent"), [
    ("kv-memory", "--kv-memory", "--port"), ("--port", "--port", "--dtype"), ("vocabulary", "--max-logprobs", "--port"),
    ("enable_log_requests", "--log-requests", "--port"),
    ("mine", "--mine", "--port"),
])
def test_flags_by_a_word(word, there, absent):
    shown = show(word)
    assert there in shown and f"  {absent} " not in shown


def test_a_word_that_finds_nothing_names_the_groups():
    with pytest.raises(ConfigError, match="Memory"):
        show("zebra")


def test_every_group_is_named_on_the_first_screen():
    shown = show("")
    for _, group in SECTIONS.values():
        assert group.split()[0].lower() in shown


def test_defaults_are_those_of_the_plan():
    assert help.default_of(OPTIONS["port"]) == "8000" and help.default_of(OPTIONS["strict"]) == "off"
    assert all(help.default_of(o) for o in OPTIONS.values())


def test_an_option_whose_name_is_long_keeps_its_help_in_the_column():
    lines = help.describe(Option("x" * 40, "text", "its help"))
    assert len(lines) == 2 and lines[1].strip() == "its help"
