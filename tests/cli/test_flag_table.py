"""Every flag of vLLM's serve is known, and docs/flags.md says of each what the code does.

serve_flags.tsv lists the flags of release 0.32 with their defaults, as JSON.
"""
import json
from pathlib import Path

import pytest

from quire.cli.flag_table import page
from quire.core.errors import ConfigError
from quire.core.flags import flags_of
from quire.core.idle import ALWAYS, IDLE
from quire.core.options import OPTIONS
from quire.core.refused import ABSENT
from quire.core.settings import CONFIG, options_from_keywords
from quire.core.spellings import EXTRA_OPTIONS, SPELLINGS

HERE = Path(__file__)
DOCS = HERE.parents[2] / "docs" / "flags.md"
THEIRS = [line.split("\t") for line in (HERE.parent / "serve_flags.tsv").read_text().splitlines()]
MODEL = "model_tag"                     # the word that is the model
KNOWN = flags_of([*OPTIONS.values(), *EXTRA_OPTIONS.values(), CONFIG])
# Theirs are False; here they are on, and cannot be off.
ON = {"enable_prompt_tokens_details"}


def test_the_docs_are_what_the_code_says():
    assert DOCS.read_text() == page(), "run python -m quire.cli.flag_table > docs/flags.md"


def test_they_have_316():
    assert len(THEIRS) == 316


@pytest.mark.parametrize("names", [names for names, _ in THEIRS if names != MODEL])
def test_each_of_their_flags_is_one_thing_here_under_each_of_its_names(names):
    options = {KNOWN[name].option.name for name in names.split()}
    (name,) = options
    assert sum(name in table for table in (OPTIONS, SPELLINGS, ALWAYS, IDLE, ABSENT, ("config",))) == 1
    assert all(f"`{flag}`" in page() for flag in names.split())


@pytest.mark.parametrize(("names", "default"), [row for row in THEIRS if row[0] not in (MODEL, "--config")])
def test_what_they_take_by_default_is_taken_here(names, default):
    """So that a program which writes down all of them starts."""
    name, value = KNOWN[names.split()[0]].option.name, json.loads(default)
    if name in ON:
        with pytest.raises(ConfigError, match="cannot be off"):
            options_from_keywords({name: value}, {})
    else:
        options_from_keywords({name: value}, {})


@pytest.mark.parametrize("absent", ABSENT.values(), ids=lambda absent: absent.option.name)
def test_whatever_is_refused_has_a_reason_and_an_advice(absent):
    assert len(absent.capability) > 2 and len(absent.instead) > 5
