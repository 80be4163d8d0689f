"""From news to deltas: text, stop strings, reasons, logprobs. Driven by hand, without an engine."""
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quire.core.errors import EngineDead, InvalidRequest, RequestFailed
from quire.core.types import Logprobs, News
from quire.engine.admit import Admission, Bounds
from quire.engine.answer import Answer
from tests.engine.fakes import EOS, params, plan, spec, tokenizer


def answer(prompt=b"say:", **given) -> Answer:
    chosen = plan(max_logprobs=300)
    admission = Admission(Bounds.of(chosen, spec(), tokenizer()), tokenizer(), 0)
    admitted = admission.admit(list(prompt), params(**{"max_tokens": 100, "ignore_eos": False, **given}))
    return Answer("x", admitted.prompt, admitted.params, admitted.sampling, tokenizer(), admission.bounds.eos_ids, 5.0)


def feed(given: Answer, *parts, reason="length", index=0):
    """Deltas of these parts (bytes or ids), the last with a reason, as far as they go."""
    deltas = []
    for number, part in enumerate(parts, 1):
        news = News(0, list(part), reason if number == len(parts) else "")
        delta = given.take(index, news, 6.0 + number)
        if delta is not None:
            deltas.append(delta)
            if delta.finish_reason:
                break
    return deltas


def text(deltas):
    return "".join(d.text for d in deltas)


def ids(deltas):
    return [i for d in deltas for i in d.token_ids]


def test_text_leaves_in_whole_characters():
    deltas = feed(answer(), "é".encode()[:1], "é".encode()[1:], b"x")
    assert [d.text for d in deltas] == ["", "é", "x"] and ids(deltas) == [*"éx".encode()]
    assert [d.finish_reason for d in deltas] == [None, None, "length"]


def test_an_unfinished_character_at_the_end_is_shown_as_such():
    assert text(feed(answer(), b"a", "é".encode()[:1])) == "a\ufffd"


def test_a_character_that_the_prompt_began_is_finished():
    assert text(feed(answer(prompt=b"a" + "é".encode()[:1]), "é".encode()[1:] + b"!")) == "é!"


@pytest.mark.parametrize(("given", "shown", "stop_reason"), [
    ({}, "ab", None),
    ({"include_stop_str_in_output": True, "skip_special_tokens": False}, "ab<|eos|>", None),
    ({"stop_token_ids": [EOS]}, "ab", None),
    ({"ignore_eos": True, "stop_token_ids": [EOS]}, "ab", EOS)])
def test_the_end_of_sequence(given, shown, stop_reason):
    deltas = feed(answer(**given), b"ab", [EOS], reason="stop")
    assert text(deltas) == shown and ids(deltas) == [*b"ab", EOS]
    assert (deltas[-1].finish_reason, deltas[-1].stop_reason) == ("stop", stop_reason)


@pytest.mark.parametrize(("include", "shown"), [(False, "ab"), (True, "abZ")])
def test_a_stop_token_is_an_id_but_no_text(include, shown):
    deltas = feed(answer(stop_token_ids=[ord("Z")], include_stop_str_in_output=include), b"ab", b"Z", reason="stop")
    assert text(deltas) == shown and ids(deltas) == [*b"abZ"] and deltas[-1].stop_reason == ord("Z")


@pytest.mark.parametrize(("include", "shown"), [(False, "one "), (True, "one STOP")])
def test_a_stop_string_cuts_text_and_keeps_the_ids_that_made_it(include, shown):
    given = answer(stop=["STOP", "never"], include_stop_str_in_output=include)
    deltas = feed(given, *[bytes([b]) for b in b"one STOP two"])
    assert text(deltas) == shown and ids(deltas) == [*b"one STOP"]
    assert (deltas[-1].finish_reason, deltas[-1].stop_reason) == ("stop", "STOP") and given.is_done
    assert given.take(0, News(0, [*b"more"]), 9.0) is None, "nothing comes after the end"


def test_a_stop_string_in_the_middle_of_one_piece_of_news():
    deltas = feed(answer(stop=["ST"]), b"oneSTtwo")
    assert text(deltas) == "one" and ids(deltas) == [*b"oneST"] and deltas[-1].stop_reason == "ST"


def test_a_held_back_beginning_leaves_at_the_end():
    assert text(feed(answer(stop=["STOP"]), b"ab", b"ST")) == "abST"


def test_a_stop_string_does_not_count_before_min_tokens():
    assert text(feed(answer(stop=["a"], min_tokens=3), b"a", b"a", b"a", b"b", b"a", b"c")) == "aaab"


@given(st.text(alphabet="abS", max_size=12), st.lists(st.integers(1, 4), max_size=12), st.sampled_from([["S"], ["ab"],
                                                                                                        ["aba", "bS"]]))
@settings(max_examples=200, deadline=None)
def test_stop_strings_however_the_text_is_cut(said, sizes, stops):
    """However news are cut, the text is that before the first stop, and no part of a stop leaves."""
    data, parts = said.encode(), []
    for size in sizes:
        parts.append(data[:size])
        data = data[size:]
    deltas = feed(answer(stop=stops, max_tokens=100), *parts, data)
    ends = [said.find(stop) + len(stop) for stop in stops if stop in said]
    first = min(ends, default=None)
    found = max((s for s in stops if first is not None and said[:first].endswith(s)), key=len, default="")
    assert text(deltas) == (said if first is None else said[:first - len(found)])
    assert deltas[-1].stop_reason == (found or None)


def test_without_detokenize_there_are_only_ids():
    deltas = feed(answer(detokenize=False, logprobs=0), b"ab")
    assert text(deltas) == "" and ids(deltas) == [*b"ab"]


def test_special_tokens_are_hidden_or_shown():
    assert text(feed(answer(), b"a", [258], b"b")) == "ab"
    assert text(feed(answer(skip_special_tokens=False), b"a", [258], b"b")) == "a<|user|>b"


def test_logprobs_say_what_stood_there_first_and_then_the_best():
    given = answer(logprobs=2)
    table = Logprobs(np.array([[97, 98, 97], [99, 98, 100]], np.int32), np.array([[-2, -1, -2], [-9, -1, -3]],
                                                                                 np.float32),
                     np.array([2, 7], np.int32))
    delta = given.take(0, News(0, [97, 99], "length", logprobs=table), 6.0)
    first, second = delta.logprobs
    assert list(first) == [97, 98] and (first[97].rank, first[97].decoded_token, first[97].logprob) == (2, "a", -2.0)
    assert list(second) == [99, 98, 100] and [p.rank for p in second.values()] == [7, 1, 2]
    assert given.choices[0].cumulative_logprob == -11.0


def test_an_id_that_shares_its_rank_keeps_it():
    table = Logprobs(np.array([[98, 97, 98]], np.int32), np.array([[-1, -1, -1]], np.float32), np.array([1], np.int32))
    (position,) = answer(logprobs=2).take(0, News(0, [98], logprobs=table), 6.0).logprobs
    assert [(token, p.rank) for token, p in position.items()] == [(98, 1), (97, 1)]


def test_logprobs_of_ids_that_a_stop_string_cuts_off_are_cut_too():
    given = answer(stop=["b"], logprobs=0)
    table = Logprobs(np.array([[97], [98], [99]], np.int32), -np.ones((3, 1), np.float32), np.ones(3, np.int32))
    delta = given.take(0, News(0, [*b"abc"], logprobs=table), 6.0)
    assert delta.token_ids == [*b"ab"] and len(delta.logprobs) == 2 and given.choices[0].cumulative_logprob == -2.0


def test_prompt_logprobs_come_in_parts_and_begin_with_none():
    given = answer(prompt_logprobs=1)
    for token in b"ay":
        table = Logprobs(np.array([[token, 5]], np.int32), np.array([[-2, -1]], np.float32), np.array([3], np.int32))
        assert given.take(0, News(0, prompt_logprobs=table), 6.0) is None
    assert given.prompt_logprobs[0] is None and [list(p) for p in given.prompt_logprobs[1:]] == [[97, 5], [121, 5]]


def test_siblings_end_one_by_one():
    given = answer(n=2, temperature=1.0)
    feed(given, b"a", index=1)
    assert not given.is_done and given.num_open == 1
    feed(given, b"b", index=0)
    assert given.is_done and given.num_generated == 2


def test_an_abort_ends_whoever_has_not_ended():
    given = answer(n=2, temperature=1.0, stop=["STOP"])
    feed(given, b"a", index=1)
    given.take(0, News(0, [*b"aST"]), 6.0)
    (delta,) = given.abort("abort")
    assert (delta.index, delta.text, delta.finish_reason) == (0, "ST", "abort") and given.is_done


@pytest.mark.parametrize(("reason", "kind"), [("refused", InvalidRequest), ("error", RequestFailed), ("dead",
                                                                                                      EngineDead)])
def test_failures_are_raised_and_their_cause_is_not_for_clients(reason, kind):
    with pytest.raises(kind) as caught:
        answer().take(0, News(0, (), reason, "/home/x/secret.py said 0xdeadbeef"), 6.0)
    if kind is not InvalidRequest:
        assert "secret" not in str(caught.value) and "secret" in str(caught.value.__cause__)


def test_times_and_counts():
    given = answer()
    given.take(0, News(0, [97], num_cached=3, started_at=5.5), 6.0)
    given.take(0, News(0, [97], "length", num_cached=3, num_preemptions=2, started_at=5.5), 7.5)
    times = given.timings
    assert (times.arrival, times.started, times.first_token, times.last_token) == (5.0, 5.5, 6.0, 7.5)
    assert (given.num_cached_tokens, given.preemptions, given.num_generated) == (3, 2, 2)
