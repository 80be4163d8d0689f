"""LLM on a tiny model: what a program that follows the guides writes, and what it gets."""
import gc
import os
import signal

import pytest

from quire import LLM, SamplingParams
from quire.core.errors import ConfigError, EngineDead, InvalidRequest, ModelError
from quire.engine import faults
from quire.executor.local import LocalExecutor
from tests.tiny import EOS, tiny

GREEDY = SamplingParams(temperature=0, max_tokens=8, ignore_eos=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tiny(tmp_path_factory.mktemp("tiny"))
    (made / "generation_config.json").write_text('{"temperature": 0.5, "top_k": 7, "max_new_tokens": 5, "eos_token_id": 257}')
    return made


@pytest.fixture(scope="module")
def llm(folder):
    with LLM(str(folder), max_num_seqs=8, num_kv_blocks=128, num_threads=1) as made:
        yield made


@pytest.fixture
def plant():
    yield lambda phase, hook: faults.planted.update({phase: hook})
    faults.planted.clear()


def ids(outputs):
    return [tuple(o.outputs[0].token_ids) for o in outputs]


def is_empty(llm):
    engine = llm.direct.loop.engine
    kv = engine.scheduler.kv
    return not engine.is_busy and not engine.scheduler.requests and kv.num_free == kv.num_blocks and not llm.direct.loop.ids


# ---- prompts and outputs

def test_outputs_come_in_the_order_of_the_prompts_and_echo_them(llm):
    prompts = [f"prompt {'x' * (20 - i)}" for i in range(12)]
    outputs = llm.generate(prompts, GREEDY)
    assert [o.prompt for o in outputs] == prompts and [o.prompt_token_ids for o in outputs] == [[*p.encode()] for p in prompts]
    assert all(o.finished and len(o.outputs) == 1 and o.outputs[0].finish_reason == "length" for o in outputs)
    numbers = [int(o.request_id) for o in outputs]
    assert numbers == list(range(numbers[0], numbers[0] + 12)) and is_empty(llm)


def test_every_form_of_a_prompt_is_the_same_prompt(llm):
    given = [*b"Hello"]
    want = ids(llm.generate("Hello", GREEDY))
    for form in (["Hello"], given, [given], {"prompt": "Hello"}, [{"prompt_token_ids": given}], ("Hello",),
                 {"prompt_token_ids": given, "prompt": "shown"}):
        assert ids(llm.generate(form, GREEDY)) == want, form
    assert llm.generate(given, GREEDY)[0].prompt is None
    assert llm.generate({"prompt_token_ids": given, "prompt": "shown"}, GREEDY)[0].prompt == "shown"
    assert llm.generate([], GREEDY) == []


@pytest.mark.parametrize("prompts", [
    5, None, b"x", [5, "x"], [None], {"x": 1}, {"prompt": 5}, {"prompt_token_ids": "ab"}, {}, "", [[]], ["a", ""],
    {"prompt": "a", "multi_modal_data": {"image": 1}}, {"prompt_embeds": [[0.0]]}, ["\ud800"]])
def test_what_is_no_prompt_is_refused_in_words_and_nothing_runs(llm, prompts):
    with pytest.raises(InvalidRequest):
        llm.generate(prompts, GREEDY)
    assert is_empty(llm)


@pytest.mark.parametrize(("prompt", "params", "words"), [
    ([5, -1], GREEDY, "the id -1"), ({"prompt_token_ids": [5, 999]}, GREEDY, "the id 999"),
    ("x", SamplingParams(allowed_token_ids=[EOS], min_tokens=2), "allowed_token_ids holds only ids that min_tokens")])
def test_what_no_vocabulary_can_serve_is_refused_in_words(llm, prompt, params, words):
    with pytest.raises(InvalidRequest, match=words):
        llm.generate(prompt, params)
    assert is_empty(llm)


def test_special_tokens_in_a_program_s_own_text_are_tokens(llm):
    assert llm.generate("a<|user|>b", GREEDY)[0].prompt_token_ids == [97, 258, 98]


def test_one_bad_prompt_among_good_ones_is_told_before_any_runs(llm):
    before = llm.direct.loop.engine.stats().num_positions
    with pytest.raises(InvalidRequest, match="max_tokens"):
        llm.generate(["good", "x" * 252], [GREEDY, GREEDY])
    assert llm.direct.loop.engine.stats().num_positions == before and is_empty(llm)
    assert len(ids(llm.generate("good", GREEDY))[0]) == 8


def test_together_is_as_alone_bit_for_bit(llm):
    prompts = [f"{i} {'y' * i}" for i in range(20)]
    wanted = SamplingParams(temperature=0, max_tokens=12, logprobs=3, ignore_eos=True)
    llm.reset_prefix_cache()
    together = llm.generate(prompts, wanted)
    for prompt, output in zip(prompts, together, strict=True):
        (alone,) = llm.generate(prompt, wanted)
        assert alone.outputs == output.outputs


def test_conversations_do_not_know_of_each_other(llm):
    """Two that take turns, with all that was said before, are as each of them alone."""
    def talk(names):
        said = dict.fromkeys(names, "")
        for turn in range(4):
            for name in names:
                said[name] += f"{name}{turn}"
                said[name] += llm.generate(said[name], SamplingParams(temperature=0, max_tokens=6))[0].outputs[0].text
        return said
    together = talk(["a", "b"])
    assert together == {**talk(["a"]), **talk(["b"])} and together["a"] != together["b"]


def test_text_is_that_of_the_ids(llm):
    output = llm.generate("Hello", GREEDY)[0].outputs[0]
    assert output.text == llm.get_tokenizer().decode(output.token_ids) and output.finished()


# ---- parameters

def test_one_params_for_each_prompt(llm):
    chosen = [SamplingParams(temperature=0, max_tokens=n, ignore_eos=True) for n in (1, 5, 3)]
    assert [len(i) for i in ids(llm.generate(["a", "b", "c"], chosen))] == [1, 5, 3]
    with pytest.raises(InvalidRequest, match="sampling_params has 3"):
        llm.generate(["a", "b"], chosen)


def test_without_params_those_of_the_model_hold(llm):
    params = llm.get_default_sampling_params()
    assert (params.temperature, params.top_k, params.max_tokens) == (0.5, 7, 5)
    assert len(ids(llm.generate("a"))[0]) <= 5


def test_16_tokens_when_nothing_is_said(llm):
    assert len(ids(llm.generate("a", SamplingParams(ignore_eos=True)))[0]) == 16


def test_seeds_decide(llm):
    def draw(seed):
        return ids(llm.generate("a", SamplingParams(seed=seed, max_tokens=20, ignore_eos=True)))
    assert draw(1) == draw(1) != draw(2)


def test_top_k_draws_from_the_best_ones_only(llm):
    def worst(**given):
        params = SamplingParams(temperature=1.0, top_p=0.95, seed=1, max_tokens=60, ignore_eos=True, logprobs=0, **given)
        got = llm.generate("a", params)[0].outputs[0]
        return max(position[token].rank for position, token in zip(got.logprobs, got.token_ids, strict=True))
    assert worst(top_k=5) <= 5 < worst(top_k=50) <= 50 < worst(top_k=0)


def test_siblings(llm):
    (output,) = llm.generate("a", SamplingParams(n=3, seed=4, max_tokens=10, ignore_eos=True))
    assert [o.index for o in output.outputs] == [0, 1, 2] and len({tuple(o.token_ids) for o in output.outputs}) == 3


def test_a_stop_string_cuts_the_text_and_is_named(llm):
    text = llm.generate("tell", SamplingParams(temperature=0, max_tokens=40, ignore_eos=True))[0].outputs[0].text
    stop = next(text[i:i + 2] for i in range(10, 30) if "\ufffd" not in text[i:i + 2] and text.index(text[i:i + 2]) == i)
    before = llm.direct.loop.engine.stats().num_positions
    (output,) = llm.generate("tell", SamplingParams(temperature=0, max_tokens=40, ignore_eos=True, stop=[stop, "none of it"]))
    got = output.outputs[0]
    assert llm.direct.loop.engine.stats().num_positions - before <= len("tell") + len(got.token_ids)
    assert got.text == text[:text.index(stop)] and (got.finish_reason, got.stop_reason) == ("stop", stop) and is_empty(llm)


def test_stop_ids_and_the_end_of_sequence(llm):
    biased = {"temperature": 0, "max_tokens": 9, "logit_bias": {EOS: 100}}
    for given, reason, stop_reason in (({}, "stop", None), ({"ignore_eos": True}, "length", None),
                                       ({"ignore_eos": True, "stop_token_ids": [EOS]}, "stop", EOS)):
        got = llm.generate("a", SamplingParams(**biased, **given))[0].outputs[0]
        assert (got.finish_reason, got.stop_reason) == (reason, stop_reason)
        assert got.text == "" and len(got.token_ids) == (9 if reason == "length" else 1)


def test_logprobs_are_those_of_the_ids_and_their_sum(llm):
    (output,) = llm.generate("Hello", SamplingParams(temperature=0, max_tokens=6, logprobs=2, prompt_logprobs=1,
                                                     ignore_eos=True))
    got = output.outputs[0]
    own = [position[token] for position, token in zip(got.logprobs, got.token_ids, strict=True)]
    assert all(p.rank == 1 for p in own), "greedy takes the best"
    assert got.cumulative_logprob == pytest.approx(sum(p.logprob for p in own))
    assert all(len(position) == 2 for position in got.logprobs) and own[0].decoded_token is not None
    assert len(output.prompt_logprobs) == 5 and output.prompt_logprobs[0] is None
    assert all(token in p for token, p in zip(b"ello", output.prompt_logprobs[1:], strict=True))
    assert output.num_cached_tokens == 0


def test_metrics_and_cached_tokens(llm):
    llm.reset_prefix_cache()
    prompt = "the same beginning, which is longer than a block"
    first, second = llm.generate(prompt, GREEDY)[0], llm.generate(prompt, GREEDY)[0]
    assert first.num_cached_tokens == 0 and second.num_cached_tokens == len(prompt) // 16 * 16 - (len(prompt) % 16 == 0)
    assert first.outputs == second.outputs
    times = second.metrics
    assert 0 < times.queued_ts <= times.scheduled_ts <= times.first_token_ts <= times.last_token_ts
    assert times.num_generation_tokens == 8 and times.first_token_latency > 0 and times.arrival_time > 1e9
    assert llm.reset_prefix_cache() is True
    assert llm.generate(prompt, GREEDY)[0].num_cached_tokens == 0


@pytest.mark.parametrize("given", [{"lora_request": object()}, {"mm_processor_kwargs": {"x": 1}}, {"priority": 3},
                                   {"tokenization_kwargs": {"truncation": True}}, {"sampling_params": {"max_tokens": 3}}])
def test_what_is_not_there_is_refused_in_words(llm, given):
    with pytest.raises(InvalidRequest):
        llm.generate("a", **{"sampling_params": GREEDY, **given})


# ---- chat

USER = {"role": "user", "content": "Hi"}


def test_a_chat_goes_through_the_template(llm):
    (output,) = llm.chat([USER], GREEDY)
    assert output.prompt == "<|bos|><|user|>Hi<|eos|><|assistant|>" and output.prompt_token_ids == [256, 258, *b"Hi", 257, 259]
    assert ids([output]) == ids(llm.generate([output.prompt_token_ids], GREEDY))


def test_several_conversations(llm):
    other = [{"role": "system", "content": "S"}, USER]
    outputs = llm.chat([[USER], other], [GREEDY, SamplingParams(temperature=0, max_tokens=2)])
    assert ids(outputs) == [*ids(llm.chat([USER], GREEDY)), ids(llm.chat(other, GREEDY))[0][:2]]


def test_what_a_user_types_is_never_a_special_token(llm):
    (output,) = llm.chat([{"role": "user", "content": "<|assistant|>x<|eos|>"}], GREEDY)
    assert [i for i in output.prompt_token_ids if i > 255] == [256, 258, 257, 259]


def test_options_of_a_chat(llm):
    assert llm.chat([USER], GREEDY, add_generation_prompt=False)[0].prompt == "<|bos|><|user|>Hi<|eos|>"
    last = {"role": "assistant", "content": "Well"}
    (output,) = llm.chat([USER, last], GREEDY, add_generation_prompt=False, continue_final_message=True)
    assert output.prompt == "<|bos|><|user|>Hi<|eos|><|assistant|>Well"
    with pytest.raises(InvalidRequest, match="continue_final_message"):
        llm.chat([USER, last], GREEDY, continue_final_message=True)
    template = "{{ who }}:{{ messages[0].content }}{% if tools %}{{ tools[0].function.name }}{% endif %}"
    tools = [{"type": "function", "function": {"name": "look", "parameters": {}}}]
    (output,) = llm.chat([USER], GREEDY, chat_template=template, chat_template_kwargs={"who": "me"}, tools=tools)
    assert output.prompt == "me:Hilook"


@pytest.mark.parametrize("messages", [[], "Hi", [5], [[USER], 5], None])
def test_what_is_no_chat_is_refused(llm, messages):
    with pytest.raises(InvalidRequest):
        llm.chat(messages, GREEDY)


def test_template_names_that_mean_something_else_are_refused(llm):
    with pytest.raises(InvalidRequest, match="tokenize"):
        llm.chat([USER], GREEDY, chat_template_kwargs={"tokenize": True})


# ---- when things go wrong

@pytest.mark.parametrize("phase", ["schedule", "detokenize"])
def test_one_request_s_failure_is_its_own(llm, plant, phase, caplog):
    prompts = ["a", "b", "c", "d"]
    want = ids(llm.generate(prompts, GREEDY))
    first = int(llm.generate("x", GREEDY)[0].request_id) + 1

    def hook(label):
        if label == str(first + 2):
            raise RuntimeError("planted")
    plant(phase, hook)
    outputs = llm.generate(prompts, GREEDY)
    assert [o.outputs[0].finish_reason for o in outputs] == ["length", "length", "error", "length"]
    assert ids(outputs)[:2] + ids(outputs)[3:] == want[:2] + want[3:]
    assert "planted" in caplog.text and is_empty(llm)


def test_ctrl_c_ends_the_call_and_leaves_nothing_in_the_engine(llm):
    class Bar:
        def __init__(self, **given):
            self.ended = 0

        def update(self, n):
            self.ended += n
            if self.ended == 2:
                os.kill(os.getpid(), signal.SIGINT)

        def close(self):
            pass
    want = ids(llm.generate("z", GREEDY))
    lengths = [SamplingParams(temperature=0, max_tokens=1 + i, ignore_eos=True) for i in range(30)]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)       # a shell's background job ignores it
    try:
        with pytest.raises(KeyboardInterrupt):
            llm.generate(["q"] * 30, lengths, use_tqdm=Bar)
        assert is_empty(llm) and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert ids(llm.generate("z", GREEDY)) == want


def test_whatever_a_bar_raises_leaves_nothing_in_the_engine(llm):
    class Bar:
        def __init__(self, **given):
            pass

        def update(self, n):
            raise ZeroDivisionError

        def close(self):
            pass
    with pytest.raises(ZeroDivisionError):
        llm.generate(["q"] * 5, GREEDY, use_tqdm=Bar)
    assert is_empty(llm)


def test_the_engine_s_end_is_told_now_and_later(folder):
    with LLM(str(folder), num_kv_blocks=64, num_threads=1) as llm:
        llm.generate("a", GREEDY)

        def fail(step):
            raise OSError("the device is gone")
        runner = llm.direct.loop.engine.executor.runner
        runner.execute = fail
        with pytest.raises(EngineDead, match="the device is gone"):
            llm.generate(["a", "b"], GREEDY)
        del runner.execute                      # even if the device came back: what it held is not known
        with pytest.raises(EngineDead, match="the device is gone"):
            llm.generate("a", GREEDY)


def test_a_closed_llm_says_so(folder):
    llm = LLM(str(folder), num_kv_blocks=64, num_threads=1)
    llm.close()
    llm.close()
    with pytest.raises(EngineDead, match="closed"):
        llm.generate("a", GREEDY)


@pytest.mark.parametrize("way", ["close", "with", "drop"])
def test_what_an_llm_took_is_given_back(folder, way, monkeypatch):
    stopped = []
    stop = LocalExecutor.stop
    monkeypatch.setattr(LocalExecutor, "stop", lambda self: stopped.append(self) or stop(self))
    llm = LLM(str(folder), num_kv_blocks=64, num_threads=1)
    executor = llm.direct.loop.engine.executor
    if way == "close":
        llm.close()
    elif way == "with":
        with llm:
            pass
    else:
        del llm
        gc.collect()
    assert stopped == [executor]


def test_what_cannot_be_made_is_one_typed_line(tmp_path, folder):
    for kind, given in ((ModelError, {"model": str(tmp_path / "nowhere")}), (ConfigError, {"model": str(folder),
                                                                                           "max_num_sekws": 3}),
                        (ConfigError, {"model": str(folder), "gpu_memory_utilization": 1.5})):
        with pytest.raises(kind) as caught:
            LLM(**given)
        assert "\n" not in str(caught.value)
