"""What is asked: lengths, shared prefixes, files, and that the same seed asks the same."""
import json
from types import SimpleNamespace

import pytest

from quire.cli.bench import datasets, flags
from quire.cli.bench.speech import Ids, Pieces, Words
from quire.core.errors import ConfigError
from quire.core.hub import BUNDLED
from quire.text.tokenizer import Tokenizer


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.load(BUNDLED / "quire-8m")


def given(**asked) -> SimpleNamespace:
    return flags.values(flags.SERVE, {"num_prompts": 8, **asked})


def written(path, records, joint="\n"):
    path.write_text(joint.join(map(json.dumps, records)) if joint else json.dumps(records))
    return str(path)


def test_random_prompts_are_exactly_as_long_as_asked(tokenizer):
    for speech in (Pieces(tokenizer), Ids(tokenizer)):
        for sample in datasets.samples(given(random_input_len=37, random_output_len=5, random_prefix_len=11), speech):
            ids = sample.prompt if isinstance(sample.prompt, list) else tokenizer.encode(sample.prompt, False)
            assert (len(ids), sample.prompt_tokens, sample.output_tokens) == (48, 48, 5)


def test_words_stand_in_for_an_unknown_tokenizer():
    found = datasets.samples(given(random_input_len=9), Words())
    assert all(len(s.prompt.split()) == 9 for s in found) and not Words.is_exact


def test_lengths_vary_within_the_ratio():
    found = datasets.samples(given(num_prompts=300, random_input_len=100, random_output_len=10,
                                   random_range_ratio='{"input": 0.2, "output": 0.5}'), Words())
    assert {s.prompt_tokens for s in found} >= {80, 120} and all(80 <= s.prompt_tokens <= 120 for s in found)
    assert {s.output_tokens for s in found} == set(range(5, 16))


@pytest.mark.parametrize("text", ["1.0", "-0.1", "x", "[1]", '{"input": 2}'])
def test_ratios_that_cannot_be(text):
    with pytest.raises(ConfigError, match="random-range-ratio"):
        datasets.samples(given(random_range_ratio=text), Words())


@pytest.mark.parametrize("name", ["random", "prefix_repetition"])
def test_the_same_seed_asks_the_same(name):
    one, same, other = (datasets.samples(given(dataset_name=name, seed=seed), Words()) for seed in (5, 5, 6))
    assert one == same and one != other


def test_all_random_prompts_share_the_prefix():
    found = datasets.samples(given(random_prefix_len=6, random_input_len=4), Words())
    assert len({tuple(s.prompt.split()[:6]) for s in found}) == 1 and len({s.prompt for s in found}) == 8


def test_prefixes_are_shared_and_ends_are_not():
    found = datasets.samples(given(
        dataset_name="prefix_repetition", num_prompts=12, prefix_repetition_num_prefixes=3, prefix_repetition_prefix_len=7,
        prefix_repetition_suffix_len=5, prefix_repetition_output_len=4), Words())
    heads = [tuple(s.prompt.split()[:7]) for s in found]
    assert sorted(heads.count(head) for head in set(heads)) == [4, 4, 4] and len({s.prompt for s in found}) == 12
    assert {(s.prompt_tokens, s.output_tokens) for s in found} == {(12, 4)}
    assert heads != heads[:3] * 4                                # in no order


def conversation(question: str, answer: str):
    return {"conversations": [{"from": "human", "value": question}, {"from": "gpt", "value": answer}]}


def test_sharegpt(tmp_path):
    path = written(tmp_path / "s.json", [
        conversation("one two three four five", "a b c d e f"), conversation("too short", "a b c d"),
        {"conversations": [{"value": "nobody answers this one"}]}, "no conversation",
        conversation("word " * 2000, "too long a question"), conversation("six seven eight nine", "g h i j")], joint="")
    asked = given(dataset_name="sharegpt", dataset_path=path, no_oversample=True)
    found = datasets.samples(asked, Words())
    assert sorted((s.prompt, s.prompt_tokens, s.output_tokens) for s in found) == [
        ("one two three four five", 5, 6), ("six seven eight nine", 4, 4)]
    asked.sharegpt_output_len, asked.no_oversample = 9, False
    again = datasets.samples(asked, Words())
    assert len(again) == 8 and {s.output_tokens for s in again} == {9}


def test_custom_lines(tmp_path):
    path = written(tmp_path / "c.jsonl", [{"prompt": "a b c", "output_tokens": 3}, {"prompt": "d"}])
    asked = given(dataset_name="custom", dataset_path=path, disable_shuffle=True, num_prompts=2)
    assert [(s.prompt, s.output_tokens) for s in datasets.samples(asked, Words())] == [("a b c", 256), ("d", 256)]
    asked.custom_output_len = -1
    with pytest.raises(ConfigError, match=r"c.jsonl:2: no \"output_tokens\""):
        datasets.samples(asked, Words())


TRACE = [{"timestamp": 3000, "input_length": 40, "output_length": 2, "hash_ids": [1, 2, 9]},
         {"timestamp": 1000, "input_length": 36, "output_length": 3, "hash_ids": [1, 2, 5]},
         {"timestamp": 1500, "input_length": 20, "output_length": 4}]


def test_a_trace_keeps_times_lengths_and_shared_prefixes(tmp_path, tokenizer):
    path = written(tmp_path / "t.jsonl", TRACE)
    asked = given(dataset_name="timed_trace", dataset_path=path, timed_trace_sec_multiplier=0.001)
    second, third, first = datasets.samples(asked, Ids(tokenizer))
    assert [s.at for s in (second, third, first)] == [0.0, 0.5, 2.0]
    assert [len(s.prompt) for s in (second, third, first)] == [36, 20, 40]
    assert first.prompt[:32] == second.prompt[:32] and first.prompt[32:36] != second.prompt[32:36]
    assert [s.output_tokens for s in (second, third, first)] == [3, 4, 2]
    assert datasets.samples(asked, Ids(tokenizer)) == [second, third, first]


@pytest.mark.parametrize(("name", "text", "says"), [
    ("timed_trace", '{"timestamp": 1}', "input_length"), ("timed_trace", "{", "t:1 is not JSON"), ("custom", "[]", "t:1"),
    ("custom", '{"text": "x"}', "prompt"), ("sharegpt", "{}", "list of conversations"), ("sharegpt", "[", "t: "),
    ("sharegpt", "[]", "no request"), ("custom", "", "no request")])
def test_files_that_cannot_be(tmp_path, name, text, says):
    path = tmp_path / "t"
    path.write_text(text)
    with pytest.raises(ConfigError, match=says):
        datasets.samples(given(dataset_name=name, dataset_path=str(path)), Words())


@pytest.mark.parametrize("name", ["sharegpt", "custom", "timed_trace"])
def test_a_dataset_of_a_file_needs_the_file(name):
    with pytest.raises(ConfigError, match="--dataset-path"):
        datasets.samples(given(dataset_name=name), Words())
    with pytest.raises(ConfigError, match="No such file"):
        datasets.samples(given(dataset_name=name, dataset_path="/nowhere/t.json"), Words())


def test_warm_ups_have_the_lengths_but_never_the_text(tmp_path):
    asked = given(dataset_name="prefix_repetition", num_warmups=10)
    found = datasets.samples(asked, Words())
    warm = datasets.warmups(asked, Words(), found)
    assert [(s.prompt_tokens, s.output_tokens) for s in warm] == [(512, 128)] * 10
    assert not {s.prompt[:50] for s in warm} & {s.prompt[:50] for s in found}
