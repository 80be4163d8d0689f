"""Reasoning, content and calls are told apart, however the text is cut, and nothing else is lost but marks and their spaces."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.text.detokenizer import Detokenizer
from quire.text.reasoning import PARSERS, detect
from quire.text.router import ReasoningTokens, Router
from quire.text.tools.found import MOST_BLANKS, Parts
from quire.text.tools.table import PARSERS as FORMS
from tests.text.calls import CALLS, WRITTEN, read, said
from tests.text.examples import examples
from tests.text.made import tokenizer
from tests.text.templates import DRAFT, MISTRAL, THINKING


@pytest.mark.parametrize(("text", "is_open", "reasoning", "content"), [
    ("<think>\nhm\n</think>\n\nYes.", False, "hm", "Yes."), ("\n<think>hm</think>Yes.", False, "hm", "Yes."),
    ("hm\n</think>\n\nYes.\n", True, "hm", "Yes.\n"), ("<think>\nhm</think>Yes.", True, "hm", "Yes."),
    ("hm, never\n", True, "hm, never\n", ""), ("<think>never </thin", False, "never </thin", ""),
    ("Yes: <think> is a tag </think>.", False, "", "Yes: <think> is a tag </think>."), ("  Yes.  ", False, "", "  Yes.  "),
    ("<think></think>\n", False, "", ""), ("", True, "", ""), ("", False, "", ""), ("<thinking>", False, "", "<thinking>"),
    ("a</think>b</think>c", True, "a", "b</think>c"), (" ", False, "", " "),
])
@pytest.mark.parametrize("tools", ["", "hermes", "pythonic"])
def test_reasoning(text, is_open, reasoning, content, tools):
    for pieces in ([text], list(text)):
        assert read(tools, pieces, "qwen3", is_open) == Parts(reasoning, content)


@pytest.mark.parametrize("name", PARSERS)
def test_every_entry_reads_its_own_marks(name):
    marks = PARSERS[name]
    for start in marks.starts:
        for end in marks.ends:
            text = f"{start}\nhm\n{end}\n\nYes."
            for pieces in ([text], list(text)):
                assert read("", pieces, name) == Parts("hm", "Yes.")


def test_calls_come_after_reasoning():
    text = f"<think>\nI will not <tool_call> yet.\n</think>\n\nSo:\n{WRITTEN['hermes'][0]}"
    for pieces in ([text], list(text)):
        found = read("hermes", pieces, "qwen3")
        assert (found.reasoning, found.content, said(found)) == ("I will not <tool_call> yet.", "So:", CALLS)


def test_calls_without_a_mark_may_follow_reasoning():
    found = read("pythonic", [f"hm</think>\n\n{WRITTEN['pythonic'][0]}"], "deepseek_r1", True)
    assert (found.reasoning, found.content, said(found)) == ("hm", "", CALLS)


PIECES = st.lists(st.sampled_from(["<think>", "</think>", "<thi", "nk>", "</", " ", "\n", "a", "é", "<tool_call>",
                                   "</tool_call>", '{"name": "f"}', "{", '"', "   \n"]), max_size=12)


@examples(300)
@given(PIECES, st.booleans(), st.sampled_from(["", "hermes", "llama3_json"]), st.sampled_from(["", "qwen3"]))
def test_any_text_in_any_pieces(pieces, is_open, tools, think):
    text, is_open = "".join(pieces), is_open and bool(think)
    whole = read(tools, [text], think, is_open)
    assert read(tools, pieces, think, is_open) == read(tools, list(text), think, is_open) == whole
    if not whole.calls and not is_open and not text.lstrip().startswith("<think>"):
        assert (whole.reasoning, whole.content) == ("", text)


@given(st.text("ab<tool_call>{\n ", max_size=11))
@examples(30)
def test_all_the_ways_to_cut_a_short_text(text):
    whole = read("hermes", [text], "qwen3")
    for ways in range(1 << max(0, len(text) - 1)):
        pieces, last = [], 0
        for i in range(1, len(text)):
            if ways >> (i - 1) & 1:
                pieces.append(text[last:i])
                last = i
        assert read("hermes", [*pieces, text[last:]], "qwen3") == whole


def test_text_leaves_as_soon_as_it_can():
    router = Router(PARSERS["qwen3"], False, None)
    assert [router.feed(piece).content for piece in ("He", "llo", " <th", "ink>")] == ["He", "llo", " <th", "ink>"]
    router = Router(PARSERS["qwen3"], True, None)
    assert [router.feed(piece).reasoning for piece in ("I", " see <", "b> </thi", "s")] == ["I", " see", " <b>", " </this"]


def test_arguments_leave_as_soon_as_they_can():
    router = Router(None, False, FORMS["hermes"].format)
    pieces = ['<tool_call>{"name": "f", "argu', 'ments": {"a": "x', "y", 'z"', "}}</tool_call>"]
    told = [[(call.name, call.arguments) for call in router.feed(piece).calls] for piece in pieces]
    assert told == [[], [("f", '{"a": "x')], [("", "y")], [("", 'z"')], [("", "}")]]


def test_only_so_many_spaces_are_held():
    found = read("hermes", ["a", " " * 1000, WRITTEN["hermes"][0]])
    assert found.content == "a" + " " * (1000 - MOST_BLANKS)
    assert read("hermes", ["a" + " " * 1000 + WRITTEN["hermes"][0]]).content == found.content


# ---- where the block was opened

@pytest.mark.parametrize(("name", "prompt", "is_open"), [
    ("qwen3", "<|im_start|>assistant\n", False), ("qwen3", "<|im_start|>assistant\n<think>\n", True),
    ("qwen3", "<think>\n\n</think>\n\n", False), ("deepseek_r1", "assistant:", True), ("deepseek_r1", "</think>\n", False),
])
def test_the_prompt_may_have_opened_the_block(name, prompt, is_open):
    assert PARSERS[name].is_open(prompt) is is_open


@pytest.mark.parametrize(("said_before", "is_open"), [("<think>so", True), ("<think>a</think>so", False), ("so", False)])
def test_a_message_that_goes_on_may_have_opened_it(said_before, is_open):
    assert PARSERS["qwen3"].is_open("<think>", said_before) is is_open
    assert PARSERS["deepseek_r1"].is_open("x", said_before) is is_open


def test_a_thought_that_goes_on_keeps_its_space():
    assert read("", [" and on</think>x"], "qwen3", True, goes_on=True) == Parts(" and on", "x")


@pytest.mark.parametrize(("template", "name"), [
    (DRAFT, "qwen3"), (THINKING, "qwen3"), (MISTRAL, ""), ("[THINK]", "mistral"), ("<think> <arg_key> </think>", "glm45"),
    ("<\uff5cAssistant\uff5c><think>\n", "deepseek_r1"), ("<\uff5cAssistant\uff5c> </think>", "deepseek_v3"),
])
def test_the_marks_are_found_in_the_template(template, name):
    assert detect(template) == name


# ---- ids

@pytest.mark.parametrize(("text", "is_open", "count"), [
    ("<think>a b c</think>d", False, len("a b c")), ("a b c</think>d", True, len("a b c")), ("abc", True, 3), ("abc", False, 0),
    ("<think>abc", False, 3),
])
def test_reasoning_tokens(text, is_open, count):
    """The marks are one id each and do not count; each other letter is an id here."""
    made = tokenizer("byte-level")
    ids = [i for part in text.replace("<think>", "|<think>|").replace("</think>", "|</think>|").split("|") if part
           for i in ([made.token_to_id(part)] if part.startswith("<") else [made.token_to_id(
               {" ": "Ġ"}.get(letter, letter)) for letter in part])]
    for step in (1, len(ids)):
        counter = ReasoningTokens(Detokenizer(made), PARSERS["qwen3"], is_open)
        for at in range(0, len(ids), step):
            counter.add(ids[at:at + step])
        assert counter.count == count


def test_special_tokens_that_somebody_reads_are_shown():
    made = tokenizer("byte-level")
    special = next(iter(sorted(made.special_ids)))
    piece = made.id_to_piece(special)
    assert made.special_ids_in([f"a{piece}b"]) == {special} and not made.special_ids_in(["a"])
    assert Detokenizer(made).push([special]) == ""
    assert Detokenizer(made, shown_ids=frozenset({special})).push([special]) == piece
