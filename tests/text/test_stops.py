"""P8: for any split of the text, what leaves is the text before the first stop string, and never a part of one."""
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.core.errors import InvalidRequest
from quire.text.stops import StopStrings
from tests.text.examples import examples

letters = st.text(alphabet="ab", max_size=24)
stop_lists = st.lists(st.text(alphabet="ab", min_size=1, max_size=5), min_size=1, max_size=4)


def run(stops: list[str], pieces: list[str], include: bool = False) -> tuple[str, str | None]:
    scanner = StopStrings(stops, include)
    sent = ""
    for piece in pieces:
        text, found = scanner.push(piece)
        sent += text
        if found is not None:
            return sent, found
    return sent + scanner.flush(), None


def meaning(stops: list[str], text: str, include: bool) -> tuple[str, str | None]:
    """Letter by letter: the first to be complete, and of those the longest."""
    for end in range(1, len(text) + 1):
        found = [stop for stop in stops if text[:end].endswith(stop)]
        if found:
            stop = max(found, key=len)
            return text[:end] if include else text[:end - len(stop)], stop
    return text, None


def cut(text: str, places: list[int]) -> list[str]:
    bounds = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    return [text[a:b] for a, b in pairwise(bounds)]


@examples(500)
@given(stops=stop_lists, text=letters, places=st.lists(st.integers(0, 30), max_size=8), include=st.booleans())
def test_any_split_gives_the_text_before_the_first_stop(stops, text, places, include):
    assert run(stops, cut(text, places), include) == meaning(stops, text, include)


@examples(300)
@given(stops=stop_lists, text=letters)
def test_what_leaves_can_never_have_to_be_taken_back(stops, text):
    scanner, sent = StopStrings(stops), ""
    for i, letter in enumerate(text):
        out, found = scanner.push(letter)
        sent += out
        assert (text + "?").startswith(sent)
        if found is not None:
            break
        held = text[len(sent):i + 1]
        assert len(held) < max(map(len, stops))
        assert not held or any(stop.startswith(held) for stop in stops)     # nothing is held without need


def test_one_stop_in_two_pieces():
    assert run(["</s>"], ["hello<", "/s", ">more"]) == ("hello", "</s>")
    assert run(["</s>"], ["hello<", "/b", ">more"]) == ("hello</b>more", None)


def test_the_stop_may_be_included():
    assert run(["END"], ["the E", "ND of"], include=True) == ("the END", "END")


def test_of_several_the_first_to_be_complete_wins():
    assert run(["long stop", "stop"], ["a long stop"]) == ("a ", "long stop")       # both complete at the same letter
    assert run(["b", "abc"], ["xabc"]) == ("xa", "b")
    assert run(["abc", "ab"], ["x", "a", "b", "c"]) == ("x", "ab")


def test_the_end_of_the_text_lets_go_what_was_held():
    assert run(["###"], ["a##"]) == ("a##", None)


def test_no_stops_hold_nothing():
    assert run([], ["a", "b"]) == ("ab", None)


def test_an_empty_stop_is_refused():
    with pytest.raises(InvalidRequest, match="empty stop string"):
        StopStrings(["a", ""])


def test_planted_fault_a_scanner_without_memory_is_caught(monkeypatch):
    monkeypatch.setattr("quire.text.stops._Scanner.find", lambda self, text, end: (text[:end].find(self.stop) + len(self.stop))
                        if self.stop in text[:end] else None)
    assert run(["</s>"], ["hello<", "/s", ">more"]) != ("hello", "</s>")
