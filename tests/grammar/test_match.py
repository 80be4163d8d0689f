"""A matcher's place: where its ids have brought it, in whatever way they came."""
import pytest

from quire.grammar.match import GrammarFailed
from tests.grammar.made import allowed, grammar, matcher, vocabulary
from tests.text.made import tokenizer

SCHEMA = {"type": "object", "properties": {"a": {"type": "string", "maxLength": 9}}, "required": ["a"]}


def ids(text: str) -> list[int]:
    return tokenizer("byte-level").encode(text, add_special_tokens=False)


def test_replayed_is_advanced():
    """After each beginning of an output: the row starts again with known ids."""
    output = ids('{"a": "hello wor"}')
    advanced = matcher(grammar(json=SCHEMA))
    for count, token in enumerate(output):
        assert allowed(matcher(grammar(json=SCHEMA), output=tuple(output[:count]))) == allowed(advanced)
        advanced.advance(token)


def test_many_at_once_are_each_alone():
    ones = [matcher(grammar(json=SCHEMA), output=tuple(ids('{"a": "hello'))), matcher(grammar(regex="[a-f]{3}")),
            matcher(grammar(choice=["x"], begins_after="</think>")), matcher(grammar(choice=["yes", "no"]))]
    together = allowed(*ones)
    assert together == [allowed(one)[0] for one in ones]
    assert len(together[2]) == len(vocabulary().tokens)


@pytest.mark.parametrize("written", [["</", "think", ">"], ["a<", "/", "thi", "nk>"], ["x</think>"]])
def test_it_begins_after_a_text_however_that_is_cut(written):
    one = matcher(grammar(choice=["yes", "no"], begins_after="</think>"))
    for text in written:
        assert one.is_idle and len(allowed(one)[0]) == len(vocabulary().tokens)
        for token in ids(text):
            one.advance(token)
    assert not one.is_idle and len(allowed(one)[0]) < 9


def test_it_begins_after_a_token_of_its_own():
    one = matcher(grammar(choice=["yes"], begins_after="</think>"))
    one.advance(tokenizer("byte-level").token_to_id("</think>"))
    assert not one.is_idle


def test_the_end_comes_late_where_it_is_asked_to():
    ends = set(vocabulary().eos_ids)
    early, late = (matcher(grammar(regex="a{2,4}", ends_late=late), output=tuple(ids("a") * 2)) for late in (False, True))
    assert allowed(early)[0] & ends and not allowed(late)[0] & ends
    for _ in range(2):
        late.advance(ids("a")[0])
    assert allowed(late) == [ends]


def test_an_id_that_cannot_be_fails_at_the_next_mask_and_not_before():
    one = matcher(grammar(regex="[0-9]+"))
    one.advance(ids("x")[0])
    one.advance(ids("1")[0])
    with pytest.raises(GrammarFailed):
        allowed(one)


def test_a_limit_of_the_engine_fails_it():
    """Of a text that never ends, all that follows is known, and too much."""
    one = matcher(grammar(grammar='start: "a" start'))
    with pytest.raises(GrammarFailed, match="cannot be followed"):
        for _ in range(3):
            one.advance(ids("a")[0])
            allowed(one)
