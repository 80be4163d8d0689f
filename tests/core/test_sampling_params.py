"""What may stand in each field, at its limits and one beyond; and what is refused in words."""
import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quire.core.errors import InvalidRequest
from quire.core.sampling_params import (
    ABSENT,
    MOST_BAD_WORDS,
    MOST_BIASES,
    MOST_SIBLINGS,
    MOST_STOP_CHARS,
    MOST_STOPS,
    RequestOutputKind,
    SamplingParams,
    params_from_defaults,
)

ODD = [math.nan, math.inf, -math.inf, -1, 2 ** 31, 2 ** 63, 2 ** 64, 10 ** 400, "", "7", [], {}, object(), b"x", 1.5,
       True]


def refused(**given):
    with pytest.raises(InvalidRequest) as caught:
        SamplingParams(**{"temperature": 1.0, **given})
    return caught.value


def test_defaults_are_those_of_the_guides():
    params = SamplingParams()
    assert (params.n, params.temperature, params.top_p, params.top_k, params.max_tokens) == (1, 1.0, 1.0, 0, 16)
    assert (params.stop, params.stop_token_ids, params.bad_words, params.seed) == ([], [], [], None)
    assert params.output_kind is RequestOutputKind.CUMULATIVE and [int(k) for k in RequestOutputKind] == [0, 1, 2]


@pytest.mark.parametrize(("name", "good", "bad"), [
    ("n", [1, MOST_SIBLINGS], [0, -1, MOST_SIBLINGS + 1]),
    ("presence_penalty", [-2, 2], [-2.01, 2.01]),
    ("frequency_penalty", [-2, 2], [-2.01, 2.01]),
    ("repetition_penalty", [0.01, 1, 100], [0, -1, 1e308]),
    ("temperature", [0, 2], [-0.1, 2.1]),
    ("top_p", [1e-9, 1], [0, 1.1, -1]),
    ("top_k", [-1, 0, 1, 10 ** 12], [-2, 2 ** 63]),
    ("min_p", [0, 1], [-0.1, 1.1]),
    ("seed", [None, -1, 0, -2 ** 63, 2 ** 63 - 1], [2 ** 63, -2 ** 63 - 1]),
    ("max_tokens", [None, 1, 2 ** 63 - 1], [0, -1, 10 ** 26]),
    ("min_tokens", [0, 16], [-1, 17]),
    ("logprobs", [None, 0, 5, -1, True, False], [-2]),
    ("prompt_logprobs", [None, 0, 5, -1], [-2, -5]),
    ("stop", [None, "x", ["a", "b"], ["a"] * MOST_STOPS, "y" * MOST_STOP_CHARS],
     ["", [""], [1], ["a"] * (MOST_STOPS + 1), "y" * (MOST_STOP_CHARS + 1), ["\ud800"]]),
    ("stop_token_ids", [None, [], [0, 5]], [[-5], [2 ** 63], [1.5], ["1"], "12", [[1]], 7]),
    ("allowed_token_ids", [None, [3]], [[], [-1], "3"]),
    ("bad_words", [None, [], ["a"], [str(i) for i in range(MOST_BAD_WORDS)]],
     [[""], [1], [str(i) for i in range(MOST_BAD_WORDS + 1)]]),
    ("logit_bias", [None, {}, {5: 100}, {"5": -100.0}],
     [{5: 101}, {5: math.nan}, {-1: 1}, {"x": 1}, {"-1": 1}, {5: "much"}, [5], dict.fromkeys(range(MOST_BIASES + 1),
                                                                                             0)]),
    ("output_kind", [0, RequestOutputKind.DELTA], [3, "DELTA", None]),
    ("ignore_eos", [True, False], ["x", 1, None]),
    ("skip_reading_prefix_cache", [None, True, False], ["yes", 0]),
])
def test_a_field_at_its_limits(name, good, bad):
    for value in good:
        SamplingParams(**{name: value})
    for value in bad:
        assert refused(**{name: value}).param == name, value


@pytest.mark.parametrize("name", [f.name for f in fields(SamplingParams) if f.init])
@pytest.mark.parametrize("value", ODD, ids=lambda v: f"{type(v).__name__}-{v!s:.12}")
def test_whatever_is_given_is_taken_or_refused_in_words(name, value):
    """Nothing else than a refusal ever comes out, and it is short and shows no object."""
    try:
        SamplingParams(**{name: value})
    except InvalidRequest as refusal:
        text = str(refusal)
        assert refusal.param and refusal.param in text and len(text) < 300 and "0x" not in text


@pytest.mark.parametrize(("value", "code"), [
    (0, "integer_below_min_value"), (10 ** 26, "integer_above_max_value"), ("7", "invalid_type"), (1.5,
                                                                                                   "invalid_type")])
def test_refusals_carry_the_codes_of_the_api(value, code):
    assert refused(max_tokens=value).code == code


def test_a_refusal_is_a_value_error():
    with pytest.raises(ValueError, match="top_p"):
        SamplingParams(top_p=2)


@pytest.mark.parametrize("name", sorted(ABSENT))
def test_what_is_not_there_is_refused_in_words_and_its_neutral_value_is_not(name):
    for neutral in ABSENT[name][0]:
        SamplingParams(**{name: neutral})
    error = refused(**{name: {"json": {}}})
    assert error.code == "unsupported_parameter" and "does not have it" in error.message


@pytest.mark.parametrize("name", ["best_of", "use_beam_search", "logits_processors"])
def test_fields_that_no_version_has_any_more_are_unknown(name):
    with pytest.raises(TypeError, match=name):
        SamplingParams(**{name: 1})


@pytest.mark.parametrize("temperature", [0, 1e-300, 9e-6])
def test_hardly_any_temperature_is_greedy_and_nothing_else_matters(temperature):
    params = SamplingParams(temperature=temperature, top_p=0.5, top_k=7, min_p=0.1)
    assert (params.temperature, params.top_p, params.top_k, params.min_p) == (0.0, 1.0, 0, 0.0) and params.is_greedy


def test_a_small_temperature_is_raised_to_what_float32_can_bear():
    assert SamplingParams(temperature=0.001).temperature == 0.01


def test_greedy_siblings_would_all_be_the_same():
    assert refused(n=2, temperature=0).param == "n"


def test_stop_strings_need_text():
    assert refused(stop="x", detokenize=False).param == "stop"


def test_plain_forms():
    params = SamplingParams(stop="x", seed=-1, logprobs=True, stop_token_ids=[3, 1, 3], logit_bias={"7": 1},
                            max_tokens=np.int64(5))
    assert (params.stop, params.seed, params.logprobs, params.stop_token_ids) == (["x"], None, 1, [3, 1])
    assert params.logit_bias == {7: 1.0} and type(params.max_tokens) is int


def test_a_field_set_later_is_checked_when_the_params_are_used():
    params = SamplingParams()
    params.top_p = 7
    with pytest.raises(InvalidRequest, match="top_p"):
        params.clone()


def test_none_stands_for_defaults_in_from_optional():
    assert SamplingParams.from_optional(n=None, max_tokens=None, top_p=0.5) == SamplingParams(top_p=0.5)


def test_defaults_of_a_model():
    params = params_from_defaults({"temperature": 0.6, "top_k": 20, "max_new_tokens": 99})
    assert (params.temperature, params.top_k, params.max_tokens) == (0.6, 20, 99)
    with pytest.raises(InvalidRequest, match="max_lenght"):
        params_from_defaults({"max_lenght": 3})


@given(st.floats(), st.floats(), st.integers(), st.one_of(st.none(), st.integers()))
@settings(deadline=None)
def test_what_is_taken_is_in_range(temperature, top_p, top_k, seed):
    try:
        params = SamplingParams(temperature=temperature, top_p=top_p, top_k=top_k, seed=seed)
    except InvalidRequest:
        return
    assert params.temperature == 0 or 0.01 <= params.temperature <= 2
    assert 0 < params.top_p <= 1 and -1 <= params.top_k < 2 ** 63 and (params.seed is None or abs(params.seed) <= 2 ** 63)
