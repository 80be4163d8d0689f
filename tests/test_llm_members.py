"""What LLM can beside generating and chatting; and what it says of the rest."""
import inspect
import math

import pytest
import torch

from quire import LLM, EngineArgs, FlatLogprobs, PoolingParams, RepetitionDetectionParams, RequestOutput, SamplingParams
from quire.core.errors import AbsentMember, InvalidRequest, Unsupported
from quire.core.metrics import Counter, Gauge, Histogram
from tests.test_llm import GREEDY, USER, ids, is_empty
from tests.tiny import tiny

# Members of LLM that guides know -> names of what they take, those by position first, then *, those by name alone.
MEMBERS = {
    "apply_model": "func", "beam_search": "prompts params lora_request use_tqdm concurrency_limit",
    "chat": "messages sampling_params use_tqdm lora_request priority chat_template chat_template_content_format "
            "add_generation_prompt continue_final_message tools chat_template_kwargs tokenization_kwargs mm_processor_kwargs",
    "classify": "prompts * pooling_params use_tqdm lora_request tokenization_kwargs",
    "embed": "prompts * use_tqdm pooling_params lora_request tokenization_kwargs",
    "encode": "prompts pooling_params * use_tqdm lora_request pooling_task tokenization_kwargs",
    "enqueue": "prompts sampling_params lora_request priority use_tqdm tokenization_kwargs mm_processor_kwargs",
    "enqueue_chat": "messages sampling_params lora_request priority use_tqdm chat_template chat_template_content_format "
                    "add_generation_prompt continue_final_message tools chat_template_kwargs tokenization_kwargs "
                    "mm_processor_kwargs",
    "from_engine_args": "engine_args",
    "generate": "prompts sampling_params * use_tqdm lora_request priority tokenization_kwargs mm_processor_kwargs",
    "get_default_sampling_params": "", "get_metrics": "", "get_tokenizer": "", "get_world_size": "include_dp",
    "release_kv_cache_memory": "", "reset_mm_cache": "", "reset_prefix_cache": "reset_running_requests reset_connector",
    "score": "data_1 data_2 * use_tqdm pooling_params lora_request tokenization_kwargs chat_template", "sleep": "level mode",
    "wait_for_completion": "output_type * use_tqdm", "wake_up": "tags",
}
ABSENT = ("collective_rpc finish_weight_update get_weight_version init_weight_transfer_engine shutdown_weight_transfer_engine "
          "start_draft_weight_update start_profile start_weight_update stop_profile update_weight_version update_weights "
          "llm_engine")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def llm(folder):
    with LLM.from_engine_args(EngineArgs(str(folder), max_num_seqs=8, num_kv_blocks=128, num_threads=1)) as made:
        yield made


@pytest.mark.parametrize("name", MEMBERS)
def test_members_take_what_guides_give_them(name):
    taken = [p for p in inspect.signature(getattr(LLM, name)).parameters.values() if p.name != "self"]
    by_place = [p.name for p in taken if p.kind is not p.KEYWORD_ONLY]
    first, _, second = MEMBERS[name].partition("*")
    assert by_place == first.split() and set(second.split()) <= {p.name for p in taken if p.kind is p.KEYWORD_ONLY}


@pytest.mark.parametrize("name", ABSENT.split())
def test_members_that_are_not_there_say_what_to_do(llm, name):
    with pytest.raises(AbsentMember, match=f"LLM.{name} is not in this version: ") as absent:
        getattr(llm, name)
    assert isinstance(absent.value, Unsupported) and "\n" not in str(absent.value) and not hasattr(llm, name)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        llm.nonsense  # noqa: B018


# ---- vectors

def test_encode_gives_the_vectors_of_embed_as_tensors(llm):
    found = llm.encode(["Hello", [1, 2]], pooling_task="embed")
    assert [o.outputs.data.tolist() for o in found] == [o.outputs.embedding for o in llm.embed(["Hello", [1, 2]])]
    assert found[0].outputs.data.dtype is torch.float32 and found[0].finished and found[1].prompt_token_ids == [1, 2]
    assert int(found[1].request_id) == int(found[0].request_id) + 1


@pytest.mark.parametrize("task", ["classify", "token_embed", "token_classify", "plugin", "embed&token_classify"])
def test_tasks_that_no_model_here_has_a_head_for(llm, task):
    with pytest.raises(Unsupported, match=f"^{task} needs .* and LlamaForCausalLM is none: .*embed"):
        llm.encode("a", pooling_task=task)
    with pytest.raises(InvalidRequest, match="pooling_task is 'other'"):
        llm.encode("a", pooling_task="other")


def test_classify_says_what_to_do(llm):
    with pytest.raises(Unsupported, match=r"needs a model with a head for classes, .*StructuredOutputsParams\(choice"):
        llm.classify(["a"])


def cosine(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True)) / math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))


@pytest.mark.parametrize("given", [{}, {"pooling": "mean"}, {"use_activation": False}, {"dimensions": 8}])
def test_scores_are_cosines_of_vectors(llm, given):
    params = PoolingParams(**given)
    first, second = "one text", ["another", "one text", [1, 2, 3]]
    vectors = [o.outputs.embedding for o in llm.embed([first, *second], pooling_params=params)]
    scores = llm.score(first, second, pooling_params=params)
    assert [o.outputs.score for o in scores] == pytest.approx([cosine(vectors[0], v) for v in vectors[1:]], abs=1e-6)
    assert scores[1].outputs.score == pytest.approx(1.0) and scores[2].prompt_token_ids == [*b"one text", 1, 2, 3]
    pairs = llm.score([first, "x"], ["another", "y"], pooling_params=params)
    assert pairs[0].outputs == scores[0].outputs and len(pairs) == 2 and "_" in pairs[0].request_id


def test_texts_that_make_no_pairs_are_refused(llm):
    for first, second in ((["a", "b"], ["c"]), (["a", "b"], ["c", "d", "e"]), ("a", [])):
        with pytest.raises(InvalidRequest, match="data_1 has"):
            llm.score(first, second)
    with pytest.raises(InvalidRequest, match="chat_template"):
        llm.score("a", "b", chat_template="x")
    assert is_empty(llm)


# ---- queued work

def test_what_is_queued_is_computed_when_it_is_waited_for(llm):
    steps = llm.direct.loop.engine.stats().num_steps
    labels = [*llm.enqueue(["a", "b"], GREEDY), *llm.enqueue_chat([USER], [GREEDY])]
    assert llm.direct.loop.engine.stats().num_steps == steps and len(set(labels)) == 3
    between = llm.generate("c", GREEDY)                             # does not take them along
    outputs = llm.wait_for_completion(RequestOutput)
    assert [o.request_id for o in outputs] == labels and all(o.finished for o in outputs) and len(between) == 1
    assert ids(outputs) == [*ids(llm.generate(["a", "b"], GREEDY)), *ids(llm.chat([USER], GREEDY))]
    assert llm.wait_for_completion() == []


def test_what_cannot_be_queued_queues_nothing(llm):
    with pytest.raises(InvalidRequest):
        llm.enqueue(["fine", ""], GREEDY)
    with pytest.raises(InvalidRequest, match="lora_request"):
        llm.enqueue_chat([USER], GREEDY, lora_request=object())
    with pytest.raises(InvalidRequest, match="output_type"):
        llm.wait_for_completion(int)
    assert llm.wait_for_completion() == []


# ---- metrics

def values(llm):
    found = {(m.name, m.labels.get("finished_reason")): m for m in llm.get_metrics()}
    assert all(m.labels["model_name"] == llm.plan.served_names[0] for m in found.values())
    return found


def test_metrics_count_what_was_done(llm):
    llm.reset_prefix_cache()
    before = values(llm)

    def grown(name, reason=None):
        return values(llm)[f"vllm:{name}", reason].value - before[f"vllm:{name}", reason].value
    llm.generate(["x" * 32, "abc"], GREEDY)
    llm.generate("x" * 32, SamplingParams(n=2, max_tokens=3, ignore_eos=True, seed=1))
    llm.embed("four")
    assert (grown("prompt_tokens"), grown("generation_tokens")) == (32 + 3 + 32 + 4, 8 + 8 + 2 * 3)
    assert (grown("request_success", "length"), grown("request_success", "vector")) == (4, 1)
    assert grown("prefix_cache_hits") > 0 and grown("num_preemptions") == 0
    after = values(llm)["vllm:request_prompt_tokens", None]
    assert isinstance(after, Histogram) and after.count - before["vllm:request_prompt_tokens", None].count == 4
    assert list(after.buckets.values()) == sorted(after.buckets.values()) and after.buckets["+Inf"] == after.count
    assert after.buckets["5"] - before["vllm:request_prompt_tokens", None].buckets["5"] == 2
    assert isinstance(values(llm)["vllm:kv_cache_usage_perc", None], Gauge)
    assert isinstance(values(llm)["vllm:num_preemptions", None], Counter)


# ---- parameters that only these classes have

def test_flat_logprobs_hold_the_same(llm):
    wanted = {"temperature": 0, "max_tokens": 5, "logprobs": 2, "prompt_logprobs": 1, "ignore_eos": True}
    (plain,), (flat,) = (llm.generate("Hello", SamplingParams(**wanted, flat_logprobs=on)) for on in (False, True))
    assert isinstance(flat.outputs[0].logprobs, FlatLogprobs) and list(flat.outputs[0].logprobs) == plain.outputs[0].logprobs
    assert list(flat.prompt_logprobs) == [{}, *plain.prompt_logprobs[1:]]


def test_an_answer_that_repeats_itself_ends(llm):
    only = SamplingParams(temperature=0, max_tokens=60, ignore_eos=True, allowed_token_ids=[97], min_tokens=9,
                          repetition_detection=RepetitionDetectionParams(2, 1, 4))
    (output,) = llm.generate("a", only)
    got = output.outputs[0]
    assert (got.finish_reason, got.stop_reason, got.text) == ("repetition", None, "a" * len(got.token_ids))
    assert len(got.token_ids) == 9 and is_empty(llm)


def test_a_function_sees_the_model(llm):
    assert llm.apply_model(lambda model: model.spec.layers) == [2] and llm.reset_mm_cache() is None
