"""Grammars of answers with calls: what they let pass is read as such calls, for every form; what they bar is named by hand.

Two vocabularies: one in which every mark is spelled out, one in which marks of the bundled model are tokens of their own.
"""
import json
import random
from functools import cache

import jsonschema
import pytest

from quire.core.errors import InvalidRequest
from quire.core.structured import StructuredOutputsParams
from quire.core.types import Grammar
from quire.engine.tool_grammar import MOST_CALLS, Thoughts, forced_calls, free_calls
from quire.grammar.compile import limits, llguidance, refusal, text_of
from quire.grammar.match import Matcher
from quire.runner.vocabulary import vocabulary_of
from quire.text.reasoning import PARSERS as REASONING
from quire.text.router import Router
from quire.text.tokenizer import Tokenizer
from quire.text.tools.forced import ANY_OBJECT, forced
from quire.text.tools.found import join
from quire.text.tools.table import PARSERS
from tests.e2e.command import BUNDLED
from tests.grammar.made import walk
from tests.server.model import EOS, VOCAB
from tests.server.model import tokenizer as plain

LOOK = {"type": "object", "properties": {"word": {"$ref": "#/$defs/Word"},
                                         "most": {"type": "integer", "minimum": 0, "maximum": 9}},
        "required": ["word"], "$defs": {"Word": {"enum": ["</tool_call>", "é", "::=\nroot ::="]}}}
TOOLS = {"look": LOOK, "stop": {}}
NATIVE = sorted(name for name, entry in PARSERS.items() if entry.written == entry.format)
QWEN = REASONING["qwen3"]


@cache
def bundled() -> Tokenizer:
    return Tokenizer.load(BUNDLED / "quire-8m")


@cache
def vocabulary(tokenizer):
    return (vocabulary_of(tokenizer, VOCAB, (EOS,)) if tokenizer is plain() else
            vocabulary_of(tokenizer, tokenizer.vocab_size, (tokenizer.eos_id,)))


def matcher(asked: StructuredOutputsParams, tokenizer=None):
    words = vocabulary(tokenizer or plain())
    text = text_of(asked)
    assert not refusal(text)
    engine = llguidance.LLMatcher(words.engine, text, log_level=0, limits=limits())
    assert not engine.is_error(), engine.get_error()
    return Matcher(engine, words, Grammar(text))


def passes(asked: StructuredOutputsParams, text: str, tokenizer=None) -> str:
    """no, so far, or whole."""
    tokenizer = tokenizer or plain()
    ids = tokenizer.encode(text, add_special_tokens=False, allow_special=True)
    engine = matcher(asked, tokenizer).engine
    if engine.try_consume_tokens(ids) < len(ids):
        return "no"
    return "whole" if engine.is_accepting() else "so far"


def read(form, text: str, reasoning=None, is_open=False):
    router = Router(reasoning, is_open, form.format, TOOLS)
    return join([router.feed(text), router.finish()])


def hermes(name: str = "look", arguments: str = '{"word": "é"}') -> str:
    return f'<tool_call>\n{{"name": "{name}", "arguments": {arguments}}}\n</tool_call>'


# ---- forced

@pytest.mark.parametrize("choice", ["required", "look"])
@pytest.mark.parametrize("name", ["", *PARSERS])
def test_whatever_passes_is_calls_that_keep_to_their_schemas(name, choice):
    form = forced(choice, TOOLS, name)
    for tokenizer in (plain(), bundled()):
        for seed in range(3):
            text = walk_of(forced_calls(form, tokenizer), seed, tokenizer)
            found = read(form, text)
            assert found.calls and not found.content and (choice == "required" or len(found.calls) == 1), text
            for call in found.calls:
                assert call.name in TOOLS if choice == "required" else call.name == "look"
                jsonschema.validate(json.loads(call.arguments), TOOLS[call.name])
                assert call.name == "look" or json.loads(call.arguments) == {}


def walk_of(asked, seed, tokenizer):
    return walk(matcher(asked, tokenizer), 2 * seed, 4000).decode()


def test_how_many_calls():
    one, most = hermes(), MOST_CALLS
    several, single = (forced_calls(forced("required", TOOLS, "hermes", is_single), plain()) for is_single in (False, True))
    assert passes(several, "\n".join([one] * most)) == "whole" and passes(several, "\n".join([one] * (most + 1))) == "no"
    assert passes(single, one) == "whole" and passes(single, f"{one}\n") == "no"
    named = forced_calls(forced("look", TOOLS, "hermes"), plain())
    assert passes(named, one) == "whole" and passes(named, f"{one}\n") == passes(named, hermes("stop", "{}")) == "no"


@pytest.mark.parametrize("text", ["", "So", "<think>", "<tool_call>{", hermes("nobody", "{}"), hermes(arguments="{}"),
                                  hermes("stop", '{"a": 1}'), hermes(arguments='{"word": "x"}'), f"{hermes()} ok"])
def test_nothing_else_passes(text):
    for tokenizer in (plain(), bundled()):
        assert passes(forced_calls(forced("required", TOOLS, "hermes"), tokenizer), text, tokenizer) != "whole"


# ---- thoughts

@pytest.mark.parametrize("name", REASONING)
@pytest.mark.parametrize("make", [forced_calls, free_calls])
def test_thoughts_stand_before_calls(name, make):
    marks, form = REASONING[name], forced("required", TOOLS, "hermes")
    for tokenizer in (plain(), bundled()):
        for end in marks.ends:
            for is_open in (True, False):
                asked = make(form, tokenizer, Thoughts(marks, is_open))
                text = ("" if is_open else marks.starts[0]) + f"\nhm é <x> {{\n{end}\n\n{hermes()}"
                assert passes(asked, text, tokenizer) == "whole"
                found = read(form, text, marks, is_open)
                assert found.reasoning == "hm é <x> {" and len(found.calls) == 1 and not found.content


def test_thoughts_must_end_and_need_not_be():
    form = forced("required", TOOLS, "hermes")
    for tokenizer in (plain(), bundled()):
        opened, may = (forced_calls(form, tokenizer, Thoughts(QWEN, is_open)) for is_open in (True, False))
        assert passes(opened, "hm", tokenizer) == passes(may, "<think>hm", tokenizer) == "so far"
        assert passes(may, "<think>hm</think>So", tokenizer) == passes(may, "hm", tokenizer) == "no"
        assert passes(may, hermes(), tokenizer) == "whole"
        assert passes(forced_calls(form, tokenizer), "<think>", tokenizer) == "no"


# ---- free

@pytest.mark.parametrize(("text", "result"), [
    ("", "whole"), ("Hello.\n", "whole"), ("a <tool_cal", "whole"), ("a <tool_call>", "so far"), ("a <tool_call>b", "no"),
    (f"I look.\n{hermes()}", "whole"), (f"{hermes()}\n{hermes('stop', '{}')} Done.", "whole"),
    (f"{hermes()}\n<tool_call>x", "no"), (hermes(arguments="{}"), "no"), (hermes("nobody", "{}"), "no"),
])
def test_what_is_free_and_what_is_not(text, result):
    for tokenizer in (plain(), bundled()):
        assert passes(free_calls(forced("required", TOOLS, "hermes"), tokenizer), text, tokenizer) == result


def test_a_mark_that_is_a_token_binds_when_it_is_spelled_out_too():
    """For whoever reads the answer sees the same."""
    asked, tokenizer = free_calls(forced("required", TOOLS, "hermes"), bundled()), bundled()
    ids = [i for piece in ("a <tool_", "call>b") for i in tokenizer.encode(piece, add_special_tokens=False)]
    assert tokenizer.token_to_id("<tool_call>") not in ids
    assert matcher(asked, tokenizer).engine.try_consume_tokens(ids) < len(ids)


@pytest.mark.parametrize("name", NATIVE)
def test_each_form_may_be_written_and_no_other_arguments(name):
    form = forced("required", TOOLS, name)
    asked = free_calls(form, plain())
    item = form.items[0]
    good, bad = (form.before + item.before + arguments + item.after + form.after
                 for arguments in ('{"word": "é"}', '{"word": "a"}'))
    assert passes(asked, good) == "whole" and passes(asked, bad) == "no"
    assert [call.name for call in read(form, good).calls] == ["look"]
    for mark in form.format.marks:
        assert passes(asked, "So " + mark) == "so far" and passes(asked, f"So {mark}!") == "no"
    if form.format.starts:
        assert passes(asked, "Hello {") == "whole" and passes(asked, " {x") == "no"


def test_tools_that_are_not_strict_take_any_object():
    asked = free_calls(forced("required", {"look": LOOK, "stop": ANY_OBJECT}, "hermes"), plain())
    assert passes(asked, hermes("stop", '{"a": [{}], "b": 1}')) == "whole" and passes(asked, hermes("stop", "1")) == "no"


def test_an_answer_of_a_schema_or_calls():
    answer = {"type": "object", "properties": {"a": {"const": 1}}, "required": ["a"], "additionalProperties": False}
    asked = free_calls(forced("required", TOOLS, "hermes"), plain(), Thoughts(QWEN, True), answer)
    for text, result in (('{"a": 1}', "whole"), (hermes(), "whole"), ('{"a": 2}', "no"), ("So", "no"), ("", "so far")):
        assert passes(asked, "hm</think>" + text) == result


# ---- refusals

def test_a_word_that_cannot_be_enforced_is_refused():
    with pytest.raises(InvalidRequest, match="uniqueItems"):
        forced_calls(forced("f", {"f": {"properties": {"a": {"uniqueItems": True}}}}, "hermes"), plain())


def test_random_arguments_pass_as_they_are_written():
    """Nothing valid is barred, in the order of the schema."""
    rng, asked = random.Random(5), forced_calls(forced("look", TOOLS, "hermes"), plain())
    for _ in range(20):
        arguments = {"word": rng.choice(LOOK["$defs"]["Word"]["enum"]), "most": rng.randint(0, 9)}
        assert passes(asked, hermes(arguments=json.dumps(arguments, ensure_ascii=False))) == "whole"


@pytest.mark.parametrize(("template", "is_habit"), [
    ("{{ '<think>\\n\\n</think>\\n\\n' }}", True), ("<think></think>", True), ("<think>\n\n</think>", True),
    ("'<think>\\n' + reasoning + '\\n</think>'", False), ("", False)])
def test_who_thinks_unasked_has_a_template_with_no_thoughts(template, is_habit):
    assert QWEN.is_habit(template) is is_habit
    assert QWEN.is_closed("<think>\n\n</think>\n\n") and not QWEN.is_closed("<think>\n")
