"""LLMEngine, turned by hand."""
import pytest

from quire import LLM, EngineArgs, LLMEngine, PoolingParams, RequestOutputKind, SamplingParams
from quire.core.errors import InvalidRequest
from tests.tiny import tiny


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def engine(folder):
    made = LLMEngine.from_engine_args(EngineArgs(model=str(folder), num_kv_blocks=128, num_threads=1))
    yield made
    made.close()


@pytest.fixture(scope="module")
def llm(folder):
    with LLM(str(folder), num_kv_blocks=128, num_threads=1) as made:
        yield made


def params(**given):
    return SamplingParams(**{"temperature": 0, "max_tokens": 8, "ignore_eos": True, **given})


def drain(engine):
    """All outputs by id."""
    found = {}
    while engine.has_unfinished_requests():
        for output in engine.step():
            found.setdefault(output.request_id, []).append(output)
    assert engine.step() == [] and not engine.run.owners
    return found


def test_requests_are_what_llm_makes_of_them(engine, llm):
    prompts = {"a": "Hello", "b": [1, 2, 3], "c": {"prompt": "other", "cache_salt": "s"}}
    for label, prompt in prompts.items():
        assert engine.add_request(label, prompt, params(logprobs=1)) == label
    assert engine.get_num_unfinished_requests() == 3
    found = drain(engine)
    want = llm.generate(list(prompts.values()), params(logprobs=1))
    assert [found[label][-1].outputs for label in prompts] == [o.outputs for o in want]
    assert all([o.finished for o in each] == [False] * (len(each) - 1) + [True] for each in found.values())
    assert len(found["a"]) == 8, "one output for each id"


def test_kinds_of_output(engine, llm):
    (want,) = llm.generate("Hello", params())
    for kind in RequestOutputKind:
        engine.add_request(kind.name, "Hello", params(output_kind=kind))
    found = drain(engine)
    assert [len(found[kind]) for kind in ("CUMULATIVE", "DELTA", "FINAL_ONLY")] == [8, 8, 1]
    assert [t for o in found["DELTA"] for t in o.outputs[0].token_ids] == want.outputs[0].token_ids
    assert found["FINAL_ONLY"][0].outputs == found["CUMULATIVE"][-1].outputs == want.outputs


def test_siblings_stops_and_vectors(engine, llm):
    text = llm.generate("Hello", params(max_tokens=30))[0].outputs[0].text
    stop = next(text[i:i + 2] for i in range(4, 25) if "\ufffd" not in text[i:i + 2] and text.index(text[i:i + 2]) == i)
    engine.add_request("n", "Hello", params(n=3, temperature=1.0, seed=1))
    engine.add_request("stop", "Hello", params(max_tokens=30, stop=stop))
    engine.add_request("vector", "Hello", PoolingParams())
    found = drain(engine)
    assert found["n"][-1].outputs == llm.generate("Hello", params(n=3, temperature=1.0, seed=1))[0].outputs
    assert found["stop"][-1].outputs[0].stop_reason == stop
    (vector,) = found["vector"]
    assert vector.outputs.data.tolist() == llm.embed("Hello")[0].outputs.embedding


def test_two_requests_with_one_id_and_an_abort(engine):
    for prompt in ("one", "two"):
        engine.add_request("same", prompt, params(max_tokens=100))
    engine.add_request("other", "three", params())
    engine.step()
    engine.abort_request(["same", "nobody"])
    assert engine.get_num_unfinished_requests() == 1 and drain(engine)["other"][-1].finished
    engine.run.direct.finish()
    kv = engine.run.direct.loop.engine.scheduler.kv
    assert kv.num_free == kv.num_blocks


def test_refusals(engine):
    for prompt, given in (("", params()), ("a", params(max_tokens=1000)), ("a", {"max_tokens": 1})):
        with pytest.raises(InvalidRequest):
            engine.add_request("bad", prompt, given)
    with pytest.raises(AttributeError, match="add_lora"):
        engine.add_lora(object())
    assert not engine.has_unfinished_requests() and engine.reset_prefix_cache()
    assert engine.get_tokenizer().encode("a") == [97]
