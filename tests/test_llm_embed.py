"""LLM.embed: a vector of each prompt, as its PoolingParams say."""
import pytest

from quire import LLM, PoolingParams, SamplingParams
from quire.core.errors import InvalidRequest
from tests.test_llm import is_empty
from tests.tiny import tiny


@pytest.fixture(scope="module")
def llm(tmp_path_factory):
    with LLM(str(tiny(tmp_path_factory.mktemp("tiny"))), max_num_seqs=8, num_kv_blocks=128, num_threads=1) as made:
        yield made


def length(vector):
    return sum(x * x for x in vector) ** 0.5


def test_embed_gives_a_unit_vector_of_each_prompt(llm):
    prompts = ["Hello", [72, 101, 108, 108, 111], "another, longer one"]
    outputs = llm.embed(prompts)
    assert [o.prompt_token_ids for o in outputs] == [[*b"Hello"], [*b"Hello"], [*b"another, longer one"]]
    assert outputs[0].outputs.embedding == outputs[1].outputs.embedding != outputs[2].outputs.embedding
    assert all(o.finished and o.outputs.hidden_size == 64 and abs(length(o.outputs.embedding) - 1) < 1e-6 for o in outputs)
    assert is_empty(llm)


def test_embed_as_pooling_params_say(llm):
    raw, mean, few = llm.embed(["Hello"] * 3, pooling_params=[
        PoolingParams(use_activation=False), PoolingParams(pooling="MEAN"), PoolingParams(dimensions=3)])
    plain = llm.embed("Hello")[0].outputs.embedding
    assert [x / length(raw.outputs.embedding) for x in raw.outputs.embedding] == pytest.approx(plain, abs=1e-6)
    assert few.outputs.embedding == pytest.approx([x / length(plain[:3]) for x in plain[:3]], abs=1e-6)
    assert mean.outputs.embedding != pytest.approx(plain, abs=1e-2)


def test_embed_cuts_only_where_asked(llm):
    assert llm.embed("Hello", truncate_prompt_tokens=3)[0].prompt_token_ids == [*b"Hel"]
    longest = llm.plan.max_model_len
    assert len(llm.embed("x" * 2 * longest, truncate_prompt_tokens=-1)[0].prompt_token_ids) == longest
    with pytest.raises(InvalidRequest, match=f"{longest + 1} tokens"):
        llm.embed("x" * (longest + 1))
    with pytest.raises(InvalidRequest, match="truncate_prompt_tokens is 0"):
        llm.embed("x", truncate_prompt_tokens=0)


@pytest.mark.parametrize(("given", "name"), [({"dimensions": 0}, "dimensions"), ({"pooling": "cls"}, "pooling"),
                                             ({"task": "classify"}, "task"), ({"use_activation": 1}, "use_activation")])
def test_pooling_params_refuse_what_is_not_to_be_had(given, name):
    with pytest.raises(InvalidRequest) as refused:
        PoolingParams(**given)
    assert refused.value.param == name


def test_embed_refuses_before_anything_runs(llm):
    with pytest.raises(InvalidRequest, match="64"):
        llm.embed(["a", "b"], pooling_params=PoolingParams(dimensions=65))
    with pytest.raises(InvalidRequest, match="PoolingParams"):
        llm.embed("a", pooling_params=SamplingParams())
    assert is_empty(llm)
