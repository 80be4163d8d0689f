"""Grammars over every kind of vocabulary: what is allowed spells what was asked for, byte by byte, and nothing else."""
import json
from types import SimpleNamespace

import pytest

from quire.core.errors import InvalidRequest
from quire.grammar.compile import llguidance, unforced
from quire.grammar.match import Matcher
from quire.runner.vocabulary import vocabulary_of
from quire.text.pieces import Manner
from tests.grammar.made import WIDER, allowed, grammar, matcher, vocabulary, walk
from tests.text.made import tokenizer

CHOICES = ["hello", "hello world", "the end", " the", "<s>", "<|im_end|>", "<think>", "naïve 你 😀", "[0, 1]"]
BYTES = ["byte-level", "byte-fallback", "metaspace"]


@pytest.mark.parametrize("kind", BYTES)
def test_what_is_allowed_goes_on_with_one_of_the_choices(kind):
    """Not all that could: where one text alone is left, it is written the model's own way."""
    words, tokens = vocabulary(kind), vocabulary(kind).tokens
    texts = [choice.encode() for choice in CHOICES]
    for seed in range(20):
        one, out = matcher(grammar(choice=CHOICES), kind), b""
        while True:
            (ids,) = allowed(one)
            ends = ids & set(words.eos_ids)
            assert bool(ends) == (out in texts)
            for i in ids - ends:
                assert i not in words.control_ids and tokens[i]
                assert any(text.startswith(out + tokens[i]) for text in texts)
            if not (rest := sorted(ids - ends)):
                break
            token = rest[seed % len(rest)]
            out += tokens[token]
            one.advance(token)
        assert out in texts


@pytest.mark.parametrize("kind", BYTES)
def test_text_of_control_tokens_is_text(kind):
    found = {walk(matcher(grammar(choice=["<s>", "<|im_end|>", "</think>"]), kind), seed) for seed in range(20)}
    assert found <= {b"<s>", b"<|im_end|>", b"</think>"}


def test_words_with_spaces_between_them_are_what_they_are_shown_as():
    words = vocabulary("words")
    assert words.tokens[tokenizer("words").token_to_id("hello")] == b" hello"
    assert not words.spells_all and vocabulary().spells_all
    for seed in range(4):
        assert walk(matcher(grammar(regex="( hello| world){3}"), "words"), seed).count(b" ") == 3
        assert walk(matcher(grammar(grammar='root ::= " hello" (" world")*'), "words"), 2).startswith(b" hello")


def test_json_over_words():
    """Of a vocabulary that has just the words for it, each glued to the one before."""
    words = vocabulary_of(pieces("[", "1", "2", "]", ","), 7, (0,))
    asked = grammar(json={"type": "array", "items": {"enum": [1, 2]}, "minItems": 3, "maxItems": 3, "x-vendor": 1})
    engine = llguidance.LLMatcher(words.engine, unforced(asked.text), log_level=0)
    found = json.loads(walk(Matcher(engine, words, asked), 2).decode())
    assert len(found) == 3 and set(found) <= {1, 2}


def pieces(*texts):
    """As a tokenizer shows itself to `vocabulary_of`; id 0 ends an answer."""
    return SimpleNamespace(manner=Manner(continuation="##", glue=b" "), special_ids={0}, added_ids={0}, eos_id=0,
                           spellings=SimpleNamespace(marks={}), encode_private=lambda text: [],
                           token_bytes=lambda i: ("<end>", *texts)[i].encode() if i <= len(texts) else b"",
                           id_to_piece=lambda i: ("<end>", *texts)[i])


def test_ids_without_bytes_are_never_allowed():
    words = vocabulary()
    assert words.tokens[-WIDER:] == [b""] * WIDER
    (ids,) = allowed(matcher(grammar(regex="(.|\n){0,9}")))
    assert max(ids) < len(words.tokens) - WIDER and len(ids) > 300


@pytest.mark.parametrize("kind", ["byte-level", "byte-fallback", "metaspace", "unigram"])
@pytest.mark.parametrize("text", ["hello", " hello", "the quick", "\n\n{", "  two", "<s>", "", "größer"])
def test_text_without_a_choice_is_spelled_exactly(kind, text):
    words = vocabulary(kind)
    ids = words.spell(text.encode())
    spelled = b"".join(words.tokens[i] for i in ids)
    assert spelled == text.encode() or (kind == "unigram" and text.encode().startswith(spelled))
    assert not set(ids) & words.control_ids


def test_bytes_that_are_no_text_are_spelled_too():
    assert b"".join(vocabulary().tokens[i] for i in vocabulary().spell(b"a\xff\xc3")) == b"a\xff\xc3"


def test_a_model_without_an_end_is_refused():
    with pytest.raises(InvalidRequest, match="ends an answer"):
        vocabulary_of(tokenizer("words"), 5, ())
