"""Beam search against transformers' own, against every answer there is, and against itself."""
import itertools
import math

import pytest
import torch
from transformers import AutoModelForCausalLM

from quire import LLM, BeamSearchParams, SamplingParams
from quire.core.errors import InvalidRequest
from tests.test_llm import is_empty
from tests.tiny import EOS, VOCAB, tiny

PROMPT = [*b"once upon"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny(tmp_path_factory.mktemp("tiny"), seed=3)


@pytest.fixture(scope="module")
def llm(folder):
    with LLM(str(folder), max_num_seqs=8, num_kv_blocks=256, num_threads=1) as made:
        yield made


@pytest.fixture(scope="module")
def reference(folder):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()


def search(llm, prompt=PROMPT, **given):
    (output,) = llm.beam_search([{"prompt_token_ids": prompt}], BeamSearchParams(**given))
    return output.sequences


def logprobs(reference, ids, temperature=1.0):
    with torch.inference_mode():
        return torch.log_softmax(reference(torch.tensor([ids])).logits[0, -1].double() / temperature, -1)


@pytest.mark.parametrize("length_penalty", [0.0, 1.0])
def test_beams_are_those_of_transformers(llm, reference, length_penalty):
    got = search(llm, beam_width=4, max_tokens=6, ignore_eos=True, length_penalty=length_penalty)
    with torch.inference_mode():
        want = reference.generate(
            torch.tensor([PROMPT]), num_beams=4, num_return_sequences=4, max_new_tokens=6, do_sample=False, eos_token_id=None,
            pad_token_id=0, length_penalty=length_penalty, return_dict_in_generate=True, output_scores=True)
    assert [s.tokens for s in got] == want.sequences.tolist()
    scores = [s.cum_logprob / 6 ** length_penalty for s in got]
    assert scores == pytest.approx(want.sequences_scores.tolist(), abs=1e-3)


@pytest.mark.parametrize(("length_penalty", "temperature"), [(1.0, 0.0), (0.0, 0.0), (-2.0, 1.0), (2.5, 0.5)])
def test_beams_that_may_end_are_those_of_a_search_over_everything(llm, reference, length_penalty, temperature):
    """Written again without a word of ours: all ids of all beams, sorted."""
    ends = set(llm.bounds.eos_ids) | {*range(40)}           # many, so that answers do end
    llm.bounds = llm.bounds._replace(eos_ids=frozenset(ends))
    width, most = 3, 5
    try:
        got = search(llm, beam_width=width, max_tokens=most, length_penalty=length_penalty, temperature=temperature,
                     include_stop_str_in_output=True)
    finally:
        llm.bounds = llm.bounds._replace(eos_ids=frozenset({EOS}))
    beams, ended = [((), 0.0)], []
    for _ in range(most):
        longer = []
        for tokens, total in beams:
            each = logprobs(reference, PROMPT + list(tokens), temperature or 1.0)
            for token in each.argsort(descending=True)[:width + len(ends)].tolist():
                (ended if token in ends else longer).append(((*tokens, token), total + each[token].item()))
        beams = sorted(longer, key=lambda b: -b[1])[:width]
    ended += beams
    want = sorted(ended, key=lambda b: -b[1] / len(b[0]) ** length_penalty)[:width]
    assert [tuple(s.tokens[len(PROMPT):]) for s in got] == [tokens for tokens, _ in want]
    assert [s.cum_logprob for s in got] == pytest.approx([total for _, total in want], abs=1e-4)
    assert [s.finish_reason for s in got] == ["stop" if tokens[-1] in ends else "length" for tokens, _ in want]


def test_beams_as_wide_as_the_vocabulary_find_the_best_of_all_answers(llm, reference):
    got = search(llm, beam_width=VOCAB, max_tokens=2, ignore_eos=True)
    first = logprobs(reference, PROMPT)
    with torch.inference_mode():
        second = torch.log_softmax(reference(torch.tensor([[*PROMPT, i] for i in range(VOCAB)])).logits[:, -1].double(), -1)
    best = (first[:, None] + second).flatten().topk(VOCAB)
    assert [s.tokens[-2:] for s in got][:20] == [[*divmod(i, VOCAB)] for i in best.indices.tolist()][:20]
    assert [s.cum_logprob for s in got] == pytest.approx(best.values.tolist(), abs=1e-4)


def test_one_beam_is_greedy_and_its_logprobs_add_up(llm):
    (best,) = search(llm, beam_width=1, max_tokens=8, ignore_eos=True)
    (greedy,) = llm.generate([PROMPT], SamplingParams(temperature=0, max_tokens=8, ignore_eos=True, logprobs=2))
    answer = best.tokens[len(PROMPT):]
    assert answer == greedy.outputs[0].token_ids and best.orig_prompt["prompt_token_ids"] == PROMPT
    own = [position[token].logprob for position, token in zip(best.logprobs, answer, strict=True)]
    assert math.isclose(sum(own), best.cum_logprob) and best.logprobs == greedy.outputs[0].logprobs
    assert best.text == llm.get_tokenizer().decode(best.tokens) and best.stop_reason is None


def test_the_end_of_an_answer_is_kept_only_where_asked(llm):
    llm.bounds = llm.bounds._replace(eos_ids=frozenset(range(VOCAB)))       # whatever is drawn ends it
    try:
        (cut,) = search(llm, beam_width=1, max_tokens=4)
        (kept,) = search(llm, beam_width=1, max_tokens=4, include_stop_str_in_output=True)
    finally:
        llm.bounds = llm.bounds._replace(eos_ids=frozenset({EOS}))
    assert cut.tokens == PROMPT and kept.tokens[:-1] == PROMPT and cut.cum_logprob == kept.cum_logprob < 0
    assert cut.finish_reason == "stop" and len(cut.logprobs) == 1


def test_prompts_together_and_in_turn_are_as_each_alone(llm):
    prompts, params = ["a", "some more", [1, 2, 3], {"prompt": "x" * 40}], BeamSearchParams(3, 5)
    alone = [llm.beam_search(prompt, params)[0] for prompt in prompts]
    for limit, uncached in itertools.product((None, 1, 3), (False, True)):
        if uncached:
            llm.reset_prefix_cache()
        assert llm.beam_search(prompts, params, concurrency_limit=limit) == alone
    assert is_empty(llm) and llm.beam_search([], params) == []


def test_beams_keep_to_the_salt_of_their_prompt(llm):
    llm.reset_prefix_cache()
    prompt, params = [*b"what is longer than one block of the cache"], BeamSearchParams(2, 3)
    llm.beam_search([{"prompt_token_ids": prompt, "cache_salt": "mine"}], params)
    cached = [llm.generate([{"prompt_token_ids": prompt, **salt}], SamplingParams(max_tokens=1))[0].num_cached_tokens
              for salt in ({}, {"cache_salt": "mine"})]
    assert cached == [0, 32]


def test_a_search_does_not_change_what_is_drawn_later(folder):
    def drawn(searches):
        with LLM(str(folder), num_kv_blocks=64, num_threads=1, seed=5) as llm:
            if searches:
                search(llm, beam_width=2, max_tokens=2)
            return llm.generate("a", SamplingParams(max_tokens=8))[0].outputs[0].token_ids
    assert drawn(False) == drawn(True)


@pytest.mark.parametrize("given", [
    {"beam_width": 0}, {"max_tokens": 0}, {"temperature": 2.5}, {"temperature": -1}, {"length_penalty": math.nan},
    {"ignore_eos": 1}, {"structured_outputs": {"regex": "a"}}, {"watermarking": True}, {"beam_width": "2"}])
def test_what_no_search_can_be_is_refused_in_words(given):
    with pytest.raises(InvalidRequest) as refused:
        BeamSearchParams(**{"beam_width": 2, "max_tokens": 3, **given})
    assert refused.value.param == next(iter(given))


def test_refusals_before_anything_runs(llm):
    for prompt, params, words in (("x" * 250, BeamSearchParams(2, 20), "max_tokens"), ("", BeamSearchParams(2, 2), "empty"),
                                  ("a", SamplingParams(), "BeamSearchParams")):
        with pytest.raises(InvalidRequest, match=words):
            llm.beam_search(["fine", prompt], params)
    with pytest.raises(InvalidRequest, match="lora_request"):
        llm.beam_search("a", BeamSearchParams(2, 2), lora_request=object())
    with pytest.raises(InvalidRequest, match="concurrency_limit"):
        llm.beam_search("a", BeamSearchParams(2, 2), concurrency_limit=0)
    assert is_empty(llm)
