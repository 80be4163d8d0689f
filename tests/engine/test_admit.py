"""From SamplingParams and a prompt to what the engine takes, or a refusal with numbers and advice."""
import numpy as np
import pytest

from quire.core.errors import InvalidRequest
from quire.core.sampling_params import SamplingParams
from quire.core.types import Sampling
from quire.engine.admit import Admission, Bounds
from tests.engine.fakes import EOS, VOCAB, plan, spec, tokenizer

PROMPT = [1, 2, 3]


def admission(**changes) -> Admission:
    chosen = plan(**changes)
    return Admission(Bounds.of(chosen, spec(), tokenizer()), tokenizer(), chosen.seed)


def sampling(changes=None, prompt=PROMPT, **given) -> Sampling:
    return admission(**(changes or {})).admit(prompt, SamplingParams(**given)).sampling


def refused(changes=None, prompt=PROMPT, given=None, **more) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        admission(**(changes or {})).admit(prompt, SamplingParams(**(given or {})), **more)
    return caught.value


def test_every_field_reaches_the_engine():
    got = sampling(n=2, temperature=0.5, top_p=0.9, top_k=7, min_p=0.1, presence_penalty=1, frequency_penalty=-1,
                   repetition_penalty=1.5, seed=5, stop_token_ids=[4], max_tokens=9, min_tokens=2, logit_bias={3: -2},
                   allowed_token_ids=[3, 4], logprobs=3, prompt_logprobs=0)
    assert got == Sampling(9, 2, 0.5, 0.9, 7, 0.1, 1.0, -1.0, 1.5, 5, frozenset({4, EOS}), 2, ((3, -2.0),), (3, 4), (),
                           3, 0)


def test_greedy_stays_greedy():
    assert sampling(temperature=0, top_p=0.1).temperature == 0


def test_eos_ends_unless_it_is_ignored():
    assert sampling().stop_ids == {EOS}
    assert sampling(ignore_eos=True).stop_ids == frozenset()
    assert sampling(ignore_eos=True, stop_token_ids=[EOS]).stop_ids == {EOS}


@pytest.mark.parametrize(("top_k", "kept"), [(-1, 0), (0, 0), (1, 1), (VOCAB - 1, VOCAB - 1), (VOCAB, 0), (10 ** 12,
                                                                                                           0)])
def test_a_top_k_that_keeps_all_is_none(top_k, kept):
    assert sampling(top_k=top_k).top_k == kept


def test_a_request_without_a_seed_gets_one_and_arrivals_decide_which():
    first, second = admission(), admission()
    seeds = [first.admit(PROMPT, SamplingParams()).sampling.seed for _ in range(3)]
    assert len(set(seeds)) == 3 and all(0 <= s < 2 ** 64 for s in seeds)
    assert [second.admit(PROMPT, SamplingParams()).sampling.seed for _ in range(3)] == seeds
    assert admission(seed=1).admit(PROMPT, SamplingParams()).sampling.seed not in seeds


def test_negative_seeds_are_64_bits_too():
    assert sampling(seed=-2).seed == 2 ** 64 - 2


def test_max_tokens_none_is_the_room_that_is_left():
    assert sampling({"max_model_len": 50}, max_tokens=None).max_tokens == 47
    assert sampling({"num_blocks": 5, "block_size": 4},
                    max_tokens=None).max_tokens == 18     # the last id is never stored


@pytest.mark.parametrize(("changes", "words"), [
    ({"max_model_len": 10}, ("3", "8", "11", "10", "max_tokens to 7", "--max-model-len")),
    ({"num_blocks": 2, "block_size": 4}, ("3", "8", "11", "8 positions", "max_tokens to 6", "--kv-memory"))])
def test_what_cannot_fit_is_refused_with_numbers_and_advice(changes, words):
    error = refused(changes, given={"max_tokens": 8})
    assert (error.param, error.code) == ("max_tokens", "context_length_exceeded")
    assert all(word in error.message for word in words), error.message
    sampling(changes, max_tokens=int(words[4].split()[-1]) if "to" in words[4] else 6)


@pytest.mark.parametrize(("length", "fits"), [(9, True), (10, False), (100_000, False)])
def test_a_prompt_leaves_room_for_one_token(length, fits):
    if fits:
        assert sampling({"max_model_len": 10}, [1] * length, max_tokens=None).max_tokens == 1
    else:
        error = refused({"max_model_len": 10}, [1] * length)
        assert (error.param, error.code) == ("prompt", "context_length_exceeded") and f"{length:,}" in error.message
        assert "this model's maximum context length is 10 tokens" in error.message      # by these words litellm knows it


def test_min_tokens_needs_room_too():
    assert refused({"max_model_len": 10}, given={"max_tokens": None, "min_tokens": 8}).param == "min_tokens"


@pytest.mark.parametrize("prompt", [[], [-1], [VOCAB], [2 ** 63], [2 ** 70], [1, "a"], [1.5], [None], [[1]], "ab"])
def test_a_prompt_holds_ids_of_the_vocabulary(prompt):
    assert refused(prompt=prompt).param == "prompt"


@pytest.mark.parametrize(("prompt", "words", "code"), [
    ([1, -1, VOCAB], "the id -1", "invalid_value"), ([1, VOCAB, -1], f"the id {VOCAB}", "invalid_value"),
    (np.array([3, -7]), "the id -7", "invalid_value"), ([2 ** 70], str(2 ** 70), "invalid_value"),
    ([1, "a"], "'a', which is no token id", "invalid_type"), ([1.5], "1.5, which", "invalid_type"),
    (np.ones((2, 2), int), "a ndarray, which", "invalid_type")])
def test_what_is_no_id_is_named(prompt, words, code):
    error = refused(prompt=prompt)
    assert words in error.message and error.code == code and f"from 0 to {VOCAB - 1}" in error.message


STOPS = {"allowed_token_ids": [EOS, 4], "stop_token_ids": [4]}


def test_allowed_ids_that_only_end_the_answer_cannot_fill_min_tokens():
    error = refused(given={**STOPS, "min_tokens": 1})
    assert (error.param, error.code) == ("allowed_token_ids", "conflicting_parameters") and "min_tokens" in error.message
    assert refused(given={"allowed_token_ids": [EOS], "min_tokens": 1}).param == "allowed_token_ids"
    sampling(**STOPS)
    sampling(**STOPS | {"min_tokens": 1, "allowed_token_ids": [EOS, 4, 5]})
    sampling(min_tokens=1, ignore_eos=True, allowed_token_ids=[EOS])


def test_allowed_ids_that_are_all_bad_words_leave_nothing():
    """A letter is one id; with a space before it, two."""
    assert refused(given={"allowed_token_ids": [97, 98], "bad_words": ["a", "b"]}).param == "allowed_token_ids"
    assert refused(given={"allowed_token_ids": [97, EOS], "bad_words": ["a"], "min_tokens": 1}).param == "allowed_token_ids"
    sampling(allowed_token_ids=[97, 98], bad_words=["a"])
    sampling(allowed_token_ids=[97, 98], bad_words=["ab"])


def test_a_prompt_may_be_any_sequence_and_becomes_a_list_of_its_own():
    given = np.array(PROMPT)
    got = admission().admit(given, SamplingParams()).prompt
    assert got == PROMPT and got is not given and type(got[0]) is int


@pytest.mark.parametrize(("name", "value"), [
    ("stop_token_ids", [VOCAB]), ("allowed_token_ids", [0, 10 ** 9]), ("logit_bias", {VOCAB: 1})])
def test_ids_are_within_the_logits(name, value):
    assert refused(given={name: value}).param == name


@pytest.mark.parametrize("name", ["logprobs", "prompt_logprobs"])
def test_logprobs_up_to_the_cap(name):
    field = f"num_{name}"
    assert getattr(sampling({"max_logprobs": 5}, **{name: 5}), field) == 5
    assert getattr(sampling({"max_logprobs": VOCAB}, **{name: -1}), field) == VOCAB
    assert getattr(sampling(), field) is None and getattr(sampling(**{name: 0}), field) == 0
    for asked in (6, -1):
        error = refused({"max_logprobs": 5}, given={name: asked})
        assert error.param == name and "--max-logprobs" in error.message


def test_bad_words_are_meant_with_and_without_a_space_before_them():
    words = sampling(bad_words=["ab", " ab"]).bad_words
    assert words == (tuple(b"ab"), tuple(b" ab"))


def test_priority_only_where_it_counts():
    assert admission(priority_scheduling=True).admit(PROMPT, SamplingParams(), priority=-3).priority == -3
    assert "--scheduling-policy" in refused(priority=1).message
    for odd in (2 ** 70, 1.5, "1"):
        assert refused({"priority_scheduling": True}, priority=odd).param == "priority"


@pytest.mark.parametrize(("salt", "fits"), [
    (None, True), ("tenant-1", True), ("a" * 128, True), ("", False), ("a" * 129, False), ("a/b", False), ("a\0",
                                                                                                           False), ("é",
                                                                                                                    False),
    (5, False)])
def test_salts(salt, fits):
    if fits:
        assert admission().admit(PROMPT, SamplingParams(), salt=salt).salt == (salt or "")
    else:
        assert refused(salt=salt).param == "cache_salt"


def test_params_are_checked_again_and_copied():
    params = SamplingParams()
    admitted = admission().admit(PROMPT, params)
    params.temperature = float("nan")
    assert admitted.params.temperature == 1.0
    with pytest.raises(InvalidRequest, match="temperature"):
        admission().admit(PROMPT, params)
    with pytest.raises(InvalidRequest, match="sampling_params"):
        admission().admit(PROMPT, {"max_tokens": 3})
