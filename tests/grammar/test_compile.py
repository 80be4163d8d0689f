"""What can be asked for becomes a grammar that means it, or is refused in words, soon."""
import re

import pytest

from quire.core.errors import InvalidRequest
from quire.core.structured import GuidedDecodingParams, StructuredOutputsParams
from quire.grammar.compile import MOST_RULES, NOBODY, _unanchored, refusal, text_of
from tests.grammar.made import grammar, matcher, walk

SEEDS = range(6)


def walks(**asked):
    return {walk(matcher(grammar(**asked)), seed).decode() for seed in SEEDS}


@pytest.mark.parametrize("regex", [r"[0-9]{3}-[a-c]{1,4}", r"^(ab|cd){2}$", r"é+x?\$?z", r"\d\d:\d\d", r"a\$"])
def test_a_regex_is_kept_to(regex):
    for text in walks(regex=regex.replace("+", "{1,5}")):
        assert re.fullmatch(regex, text)


@pytest.mark.parametrize(("regex", "plain"), [("^a$", "a"), (r"a\$", r"a\$"), (r"a\\$", r"a\\"), ("a", "a"), ("^", "")])
def test_anchors_at_the_ends_say_nothing(regex, plain):
    assert _unanchored(regex) == plain


def test_choices_are_texts_whatever_is_in_them():
    choices = ['say "no"', "back\\slash", "two\nlines", "tab\t", "größer 😀", "a.*", "/x/", "yes", "yes, please"]
    found = set()
    for seed in range(60):
        found.add(walk(matcher(grammar(choice=choices)), seed).decode())
    assert found <= set(choices) and len(found) > 5


@pytest.mark.parametrize("text", ['root ::= "a" digit+ "."\ndigit ::= [0-9]', 'start: "a" DIGIT+ "."\nDIGIT: /[0-9]/'])
def test_both_ways_to_write_a_grammar(text):
    short = text.replace("+", "{1,6}") if "start" in text else text.replace("digit+", "digit digit?")
    for said in walks(grammar=short):
        assert re.fullmatch(r"a[0-9]+\.", said)


def test_blanks_in_json_come_to_an_end_or_are_not_there():
    schema = {"type": "object", "properties": {"a": {"enum": [1]}}, "required": ["a"], "additionalProperties": False}
    for text in walks(json=schema):
        assert re.fullmatch(r'\{\s{0,32}"a"\s{0,32}:\s{0,32}1\s{0,32}\}', text)
    assert walks(json=schema, disable_any_whitespace=True) == {'{"a":1}'}
    assert walks(json=schema, whitespace_pattern=" ?") <= {f'{{{a}"a"{b}:{c}1{d}}}' for a in ("", " ") for b in ("", " ")
                                                          for c in ("", " ") for d in ("", " ")}


REFUSED = {"unclosed class": ({"regex": "[unclosed"}, "unclosed"), "look-around": ({"regex": "(?=a)b"}, "look-around"),
           "empty class": ({"regex": "[a&&b]"}, NOBODY), "no type": ({"json": {"type": "stsring"}}, "stsring"),
           "elsewhere": ({"json": {"$ref": "http://127.0.0.1/x"}}, "not fetch"), "endless": ({"json": {"$ref": "#"}}, NOBODY),
           "never": ({"json": {"type": "integer", "minimum": 5, "maximum": 1}}, "minimum"),
           "false": ({"json": False}, "nsatisfiable"),
           "oneOf": ({"json": {"oneOf": [{"type": "integer"}, {"type": "number"}]}}, "oneOf"),
           "format": ({"json": {"type": "string", "format": "mine"}}, "mine"),
           "endless rule": ({"grammar": "root ::= root"}, NOBODY), "left": ({"grammar": 'start: start "a"'}, NOBODY),
           "open": ({"grammar": 'start: ("a"'}, "line 1"), "unknown rule": ({"grammar": "start: other"}, "other"),
           "deep": ({"grammar": "start: " + "(" * 30_000 + '"a"' + ")" * 30_000}, "deep"),
           "deep regex": ({"regex": "(" * 8_000 + "a" + ")" * 8_000}, "")}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_in_words(name):
    asked, words = REFUSED[name]
    reason = refusal(text_of(StructuredOutputsParams(**asked)))
    assert reason and words in reason and len(reason) <= 300 and "\n" not in reason


@pytest.mark.parametrize("asked", [
    {"regex": "(a+)+b"}, {"regex": "((a{0,1000}){0,1000}){0,1000}"}, {"regex": ".*a.{40}b"}, {"regex": "(a|b|cd){0,100000}"},
    {"json": {"enum": [f"v{i}" for i in range(5000)]}},
    {"json": {"properties": {f"p{i}": {"type": "string"} for i in range(1000)}}},
    {"json": {"type": "string", "maxLength": 10**6}}, {"grammar": 'start: e\ne: e e | "a" | e "b" e'}])
def test_what_costs_others_dearly_is_taken_or_refused(asked):
    refusal(text_of(StructuredOutputsParams(**asked)))


def test_too_many_rules_are_refused_before_anything_follows_them():
    chain = "start: a0\n" + "\n".join(f'a{i}: a{i + 1} "x" | "y"' for i in range(MOST_RULES)) + f'\na{MOST_RULES}: "z"'
    with pytest.raises(InvalidRequest, match="rules"):
        text_of(StructuredOutputsParams(grammar=chain))


@pytest.mark.parametrize("asked", [{}, {"json": {}, "regex": "a"}, {"json_object": False}, {"choice": []}, {"choice": [1]},
                                   {"regex": ""}, {"regex": 5}, {"json": 7}, {"structural_tag": "{}"}, {"regex": "a" * 20_000},
                                   {"regex": "a", "whitespace_pattern": " "}, {"regex": "a", "disable_any_whitespace": True},
                                   {"json": {}, "whitespace_pattern": " ", "disable_any_whitespace": True},
                                   {"grammar": "\ud800"}, {"json": {}, "begins_after": ""}])
def test_what_is_asked_for_must_be_one_thing_of_its_type(asked):
    with pytest.raises(InvalidRequest, match="structured_outputs"):
        StructuredOutputsParams(**asked)


def test_older_names():
    older = GuidedDecodingParams(regex="a", backend="xgrammar:no-fallback", disable_fallback=True)
    assert older.params == StructuredOutputsParams(regex="a")
    with pytest.raises(InvalidRequest, match="mine"):
        GuidedDecodingParams(regex="a", backend="mine").params      # noqa: B018
