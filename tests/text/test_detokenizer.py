"""P7: what leaves piece by piece is the text of all ids, for all ids; only whole characters leave."""
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.text.detokenizer import Detokenizer
from quire.text.tokenizer import Tokenizer
from tests.text.examples import examples
from tests.text.made import KINDS, kept, tokenizer

TEXTS = ["Hello world", "two  spaces ", "naïve 你好 😀 e\u0301", "a\nb\n\n c", "The dog. 12!", "привет, größer"]
ids_of = {kind: st.lists(st.integers(0, tokenizer(kind).vocab_size - 1), max_size=24) for kind in KINDS}
any_kind = st.sampled_from(sorted(KINDS))


def stream(made: Tokenizer, ids: Sequence[int], cuts: Sequence[int] = (), tail: Sequence[int] = (), **flags: bool) -> list[str]:
    """The pieces that leave when the ids come in the runs that `cuts` make; one by one without cuts."""
    bounds = sorted({0, len(ids), *(cut % (len(ids) + 1) for cut in cuts)}) if cuts else list(range(len(ids) + 1))
    detokenizer = Detokenizer(made, prompt_ids_tail=tail, **flags)
    pieces = [detokenizer.push(ids[a:b]) for a, b in pairwise(bounds)]
    return [*pieces, detokenizer.finish()]


@examples(300)
@given(data=st.data(), kind=any_kind, cuts=st.lists(st.integers(0, 30), max_size=4), skip=st.booleans(), spaces=st.booleans())
def test_pieces_joined_are_the_full_decode(data, kind, cuts, skip, spaces):
    ids = data.draw(ids_of[kind])
    pieces = stream(tokenizer(kind), ids, cuts, skip_special_tokens=skip, spaces_between_special_tokens=spaces)
    assert "".join(pieces) == tokenizer(kind).decode(ids, skip, spaces)


@examples(300)
@given(data=st.data(), kind=any_kind, skip=st.booleans())
def test_a_prompt_before_it_only_adds_its_unfinished_character(data, kind, skip):
    made = tokenizer(kind)
    prompt, ids = data.draw(ids_of[kind]), data.draw(ids_of[kind])
    shown = Detokenizer(made, skip)
    before = shown.push(prompt)                 # its whole characters
    assert before + "".join(stream(made, ids, tail=prompt, skip_special_tokens=skip)) == made.decode(prompt + ids, skip)


@pytest.mark.parametrize("kind", ["byte-level", "byte-fallback", "metaspace"])
@examples(200)
@given(text=st.text(max_size=20))
def test_no_replacement_character_for_one_that_becomes_whole(kind, text):
    made = tokenizer(kind)
    ids = made.encode(text, add_special_tokens=False)
    decoded = made.decode(ids)
    pieces = stream(made, ids)
    assert "".join(pieces) == decoded
    assert "".join(pieces).count("\ufffd") == decoded.count("\ufffd")
    if "\ufffd" not in text:
        assert not any("\ufffd" in piece for piece in pieces)


@pytest.mark.parametrize("kind", ["byte-level", "byte-fallback", "metaspace"])
@examples(200)
@given(text=st.text(max_size=30))
def test_decode_is_the_librarys(kind, text):
    made = tokenizer(kind)
    ids = made.encode(text, add_special_tokens=False)
    assert made.decode(ids) == kept(kind).decode(ids)
    assert made.decode(ids, skip_special_tokens=False) == kept(kind).decode(ids, skip_special_tokens=False)


@examples(200)
@given(ids=ids_of["byte-level"])
def test_decode_is_the_librarys_for_broken_bytes_too(ids):
    """Only byte-level: with byte fallback the library takes back what it has shown of a run of bytes that breaks later."""
    for skip in (True, False):
        assert tokenizer("byte-level").decode(ids, skip) == kept("byte-level").decode(ids, skip_special_tokens=skip)


@pytest.mark.parametrize("kind", ["unigram", "words"])
@examples(100)
@given(data=st.data())
def test_decode_is_the_librarys_for_whole_pieces(kind, data):
    ids = data.draw(ids_of[kind])
    for skip in (True, False):
        assert tokenizer(kind).decode(ids, skip) == kept(kind).decode(ids, skip_special_tokens=skip)


@pytest.mark.parametrize("kind", ["byte-level", "byte-fallback", "metaspace"])
@pytest.mark.parametrize("text", TEXTS)
def test_text_comes_back(kind, text):
    made = tokenizer(kind)
    ids = made.encode(text, add_special_tokens=False)
    assert made.decode(ids) == text
    if kind == "byte-level":
        assert b"".join(map(made.token_bytes, ids)) == text.encode()


def test_a_character_in_four_ids_leaves_with_the_last():
    made = tokenizer("byte-fallback")
    ids = [made.token_to_id(f"<0x{byte:02X}>") for byte in "😀".encode()]
    assert stream(made, ids) == ["", "", "", "😀", ""]
    assert stream(made, ids[:3]) == ["", "", "", "\ufffd"]
    assert stream(made, ids[2:], tail=ids[:2]) == ["", "😀", ""]        # begun in the prompt


def test_the_space_before_the_first_word_goes_only_at_the_beginning_of_all():
    made = tokenizer("byte-fallback")
    hello, bos = made.encode("Hello", add_special_tokens=False), made.bos_id or 1
    assert "".join(stream(made, hello)) == "Hello"
    assert "".join(stream(made, hello, tail=made.encode("Hello"))) == " Hello"
    assert "".join(stream(made, hello, tail=[bos])) == "Hello"
    assert "".join(stream(made, hello, tail=[bos], skip_special_tokens=False)) == " Hello"


def test_special_tokens_are_hidden_or_shown():
    made = tokenizer("byte-level")
    ids = [*made.encode("hi", add_special_tokens=False), made.token_to_id("<|im_end|>"), made.token_to_id("<think>")]
    assert "".join(stream(made, ids)) == "hi<think>"
    assert "".join(stream(made, ids, skip_special_tokens=False)) == "hi<|im_end|><think>"


def test_spaces_between_special_tokens():
    made = tokenizer("words")
    a, b, hello = (made.token_to_id(word) for word in ("<a>", "<b>", "hello"))
    ids = [hello, a, b, hello]
    assert "".join(stream(made, ids, skip_special_tokens=False)) == "hello <a> <b> hello"
    assert "".join(stream(made, ids, skip_special_tokens=False, spaces_between_special_tokens=False)) == "hello <a><b> hello"


def test_ids_beyond_the_vocabulary_spell_nothing():
    made = tokenizer("byte-level")
    assert "".join(stream(made, [made.vocab_size, made.vocab_size + 5])) == ""
