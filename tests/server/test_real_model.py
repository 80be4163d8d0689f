"""The same server over a real model, as small as can be: numbers that a fake device does not have."""
import math
from typing import Any

import pytest

from quire.engine.build import build_engine
from tests.server.served import Served, chat, events, serving
from tests.tiny import tiny

PROMPT = "Once upon a time"


class Real(Served):
    def _engine(self) -> Any:
        return build_engine(self.plan)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tiny(tmp_path_factory.mktemp("model"))
    with serving(kind=Real, model_folder=folder, tokenizer_folder=folder, block_size=16, num_blocks=64,
                 max_num_seqs=8) as running:
        yield running


def complete(served, **more):
    body = {"prompt": PROMPT, "max_tokens": 12, "temperature": 0, "ignore_eos": True, **more}
    response = served.post("/v1/completions", body)
    assert response.status_code == 200, response.text
    return response


def test_a_stream_says_what_the_whole_answer_says(served):
    whole = complete(served).json()["choices"][0]
    found = events(complete(served, stream=True).content)
    assert "".join(e["choices"][0]["text"] for e in found[:-1]) == whole["text"]
    assert found[-2]["choices"][0]["finish_reason"] == whole["finish_reason"] == "length"


def test_logprobs_are_those_of_a_distribution(served):
    logprobs = complete(served, logprobs=5).json()["choices"][0]["logprobs"]
    for token, value, best in zip(logprobs["tokens"], logprobs["token_logprobs"], logprobs["top_logprobs"], strict=True):
        assert value == max(best.values()) and best[token] == value            # greedy
        assert sorted(best.values(), reverse=True) == list(best.values())
        assert sum(map(math.exp, best.values())) <= 1 + 1e-6


def test_logprobs_of_an_answer_are_those_of_the_same_text_as_a_prompt(served):
    """What was drawn, told again when it stands in the prompt."""
    answer = complete(served, logprobs=1, return_token_ids=True).json()["choices"][0]
    ids = [*PROMPT.encode(), *answer["token_ids"]]
    echoed = complete(served, prompt=ids, max_tokens=0, echo=True, logprobs=1).json()["choices"][0]["logprobs"]
    assert echoed["token_logprobs"][len(PROMPT):] == pytest.approx(answer["logprobs"]["token_logprobs"], abs=1e-5)


def test_a_chat(served):
    body = chat("Hello", max_tokens=8, temperature=0, seed=1)
    answers = [served.post("/v1/chat/completions", body).json() for _ in range(2)]
    assert answers[0]["choices"] == answers[1]["choices"] and answers[1]["usage"]["completion_tokens"] <= 8


def test_the_cache_changes_nothing(served):
    prompt = "A prompt that is longer than a block or two of the cache. " * 2
    first, second = (complete(served, prompt=prompt, logprobs=2).json() for _ in range(2))
    assert first["usage"]["prompt_tokens_details"]["cached_tokens"] == 0
    assert second["usage"]["prompt_tokens_details"]["cached_tokens"] > 0
    assert first["choices"] == second["choices"]
