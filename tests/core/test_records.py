"""Records of the Python classes: every field that guides know, in their order, with their defaults."""
from dataclasses import MISSING, fields

import pytest

import quire
from quire.core.errors import InvalidRequest
from quire.core.outputs import (
    ClassificationOutput,
    CompletionOutput,
    FlatLogprobs,
    Logprob,
    RequestError,
    RequestOutput,
    RequestStateStats,
)

# Class -> fields; what stands behind = is the default, else there is none.
RECORDS = {
    "RequestOutput": "request_id prompt prompt_token_ids prompt_logprobs outputs finished metrics=None lora_request=None "
                     "encoder_prompt=None encoder_prompt_token_ids=None num_cached_tokens=None num_cache_creation_tokens=None "
                     "prompt_token_id_logprobs=None kv_transfer_params=None ec_transfer_params=None",
    "PoolingRequestOutput": "request_id outputs prompt_token_ids num_cached_tokens finished error=None",
    "EmbeddingRequestOutput": "request_id outputs prompt_token_ids num_cached_tokens finished error=None",
    "ClassificationRequestOutput": "request_id outputs prompt_token_ids num_cached_tokens finished error=None",
    "ScoringRequestOutput": "request_id outputs prompt_token_ids num_cached_tokens finished error=None",
    "CompletionOutput": "index text token_ids cumulative_logprob logprobs routed_experts=None finish_reason=None "
                        "stop_reason=None lora_request=None sampling_mask=None spec_decode_metrics=None weight_versions=None",
    "PoolingOutput": "data", "EmbeddingOutput": "embedding", "ClassificationOutput": "probs", "ScoringOutput": "score",
    "Logprob": "logprob rank=None decoded_token=None",
    "FlatLogprobs": "start_indices=[] end_indices=[] token_ids=[] logprobs=[] ranks=[] decoded_tokens=[]",
    "BeamSearchOutput": "sequences",
    "BeamSearchSequence": "orig_prompt tokens logprobs lora_request=None cum_logprob=0.0 text=None finish_reason=None "
                          "stop_reason=None",
    "SamplingParams": "n=1 presence_penalty=0.0 frequency_penalty=0.0 repetition_penalty=1.0 temperature=1.0 watermarking=None "
                      "top_p=1.0 top_k=0 min_p=0.0 seed=None stop=None stop_token_ids=None ignore_eos=False max_tokens=16 "
                      "min_tokens=0 logprobs=None prompt_logprobs=None prompt_logprob_token_ids=None prompt_logprob_start=None "
                      "logprob_token_ids=None flat_logprobs=False detokenize=True skip_special_tokens=True "
                      "spaces_between_special_tokens=True include_stop_str_in_output=False output_kind=0 stream_interval=None "
                      "skip_clone=False output_text_buffer_length=0 structured_outputs=None logit_bias=None "
                      "allowed_token_ids=None extra_args=None bad_words=None skip_reading_prefix_cache=None "
                      "thinking_token_budget=None repetition_detection=None routed_experts_prompt_start=0 "
                      "trace_decode_token_ids=None",
    "BeamSearchParams": "beam_width max_tokens ignore_eos=False temperature=0.0 length_penalty=1.0 "
                        "include_stop_str_in_output=False structured_outputs=None skip_special_tokens=True watermarking=None",
    "PoolingParams": "use_activation=None dimensions=None step_tag_id=None returned_token_ids=None task=None "
                     "requires_token_ids=False skip_reading_prefix_cache=None late_interaction_params=None extra_kwargs=None "
                     "output_kind=2",
    "StructuredOutputsParams": "json=None regex=None choice=None grammar=None json_object=None disable_any_whitespace=False "
                               "disable_additional_properties=False whitespace_pattern=None structural_tag=None",
    "RepetitionDetectionParams": "max_pattern_size=0 min_pattern_size=0 min_count=0",
}
OURS = {"SamplingParams": {"guided_decoding"}, "PoolingParams": {"pooling"}, "StructuredOutputsParams": {"begins_after"}}
STATS = ("num_generation_tokens num_preemptions arrival_time queued_ts scheduled_ts first_token_ts last_token_ts "
         "first_token_latency is_corrupted is_watermarked is_watermark_skipped")


def told(field):
    if field.default is not MISSING:
        default = field.default
        return f"{field.name}={int(default) if isinstance(default, int) and not isinstance(default, bool) else default!r}"
    return field.name + (f"={field.default_factory()!r}" if field.default_factory is not MISSING else "")


@pytest.mark.parametrize("name", RECORDS)
def test_fields_are_those_of_guides(name):
    own = OURS.get(name, set())
    assert [told(f) for f in fields(getattr(quire, name)) if f.name not in own] == RECORDS[name].split()


def test_other_records():
    assert [f.name for f in fields(RequestStateStats)] == STATS.split()
    assert [told(f) for f in fields(RequestError)] == ["code", "message", "retryable=False"]
    assert ClassificationOutput([0.5, 0.5]).num_classes == 2 and {int(k): k.name for k in quire.RequestOutputKind} == {
        0: "CUMULATIVE", 1: "DELTA", 2: "FINAL_ONLY"}
    assert CompletionOutput(0, "a", [1], None, None, finish_reason="stop").finished()
    assert RequestOutput("0", None, [1], None, [], False).metrics is None


NAMES = ("AsyncEngineArgs AsyncLLMEngine ClassificationOutput ClassificationRequestOutput CompletionOutput EmbeddingOutput "
         "EmbeddingRequestOutput EngineArgs LLM LLMEngine ModelRegistry PoolingOutput PoolingParams PoolingRequestOutput "
         "PromptType RequestOutput SamplingParams ScoringOutput ScoringRequestOutput TextPrompt TokensPrompt __version__ "
         "__version_tuple__")


@pytest.mark.parametrize("name", NAMES.split())
def test_names_of_guides_are_there(name):
    assert getattr(quire, name) is not None and name in quire.__all__


def test_names_that_are_not_there_say_so():
    with pytest.raises(AttributeError, match="tensor_parallel_size"):
        quire.initialize_ray_cluster  # noqa: B018
    assert not hasattr(quire, "nothing") and quire.AsyncLLM is quire.AsyncLLMEngine
    assert "LlamaForCausalLM" in quire.ModelRegistry.get_supported_archs()
    with pytest.raises(InvalidRequest, match="models of one's own"):
        quire.ModelRegistry.register_model("Mine", object)


# ---- what fields mean

def test_flat_logprobs_read_as_the_positions_that_they_hold():
    positions = [{5: Logprob(-0.5, 1, "a"), 7: Logprob(-1.5, 2, "b")}, {9: Logprob(-0.1, 1, None)}]
    flat = FlatLogprobs.of([None, *positions])
    assert list(flat) == [{}, *positions] and len(flat) == 3 and flat[-1] == positions[1] and list(flat[1:]) == positions
    assert (flat.start_indices, flat.end_indices, flat.token_ids) == ([0, 0, 2], [0, 2, 3], [5, 7, 9])
    with pytest.raises(IndexError):
        flat[3]


@pytest.mark.parametrize(("given", "length"), [({}, 0), ({"stop": "abc"}, 2), ({"stop": ["a", "long"]}, 3),
                                               ({"stop": "abc", "include_stop_str_in_output": True}, 0)])
def test_how_much_text_is_held_back(given, length):
    params = quire.SamplingParams(**given)
    assert params.output_text_buffer_length == length == params.clone().output_text_buffer_length


@pytest.mark.parametrize("given", [{"max_pattern_size": 2}, {"max_pattern_size": 2, "min_count": 1}, {"min_count": -1},
                                   {"max_pattern_size": 1, "min_pattern_size": 2, "min_count": 2},
                                   {"max_pattern_size": 5_000, "min_count": 3}, {"max_pattern_size": "1"}])
def test_repetitions_that_cannot_be_looked_for(given):
    with pytest.raises(InvalidRequest, match=r"repetition_detection\."):
        quire.RepetitionDetectionParams(**given)
    with pytest.raises(InvalidRequest, match=r"repetition_detection"):
        quire.SamplingParams(repetition_detection=given)


def test_pooling_has_one_kind_of_output():
    with pytest.raises(InvalidRequest, match="FINAL_ONLY"):
        quire.PoolingParams(output_kind=quire.RequestOutputKind.DELTA)
