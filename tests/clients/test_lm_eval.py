"""lm-eval's own command line on local tasks; each figure is reckoned again from what the API says to a plain client."""
import json
import math
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.clients.conftest import KEY, MODEL
from tests.clients.lm_eval_run import TASKS, run_lm_eval
from tests.e2e.command import BUNDLED, Command

ITEMS = [json.loads(line) for line in (TASKS / "capitals.jsonl").read_text().splitlines()]
UNTIL = [".", "\n"]
NEAR = 1e-6


def lm_eval(server: Command, out: Path, kind: str, route: str, tasks: list[str], *flags: str, **model: Any) -> dict[str, Any]:
    arguments = {"model": MODEL, "base_url": f"{server.url}/v1/{route}", "max_length": 1024, "max_retries": 1, **model}
    return run_lm_eval(out, kind, arguments, tasks, *flags, OPENAI_API_KEY=KEY)


def post(server: Command, path: str, body: dict[str, Any]) -> dict[str, Any]:
    with server.http() as client:
        answer = client.post(path, json=body, headers={"authorization": f"Bearer {KEY}"})
    assert answer.status_code == httpx.codes.OK, answer.text
    return dict(answer.json())


def likelihood(server: Command, context: str, continuation: str) -> tuple[float, bool]:
    """(ln P of the continuation, whether it is what greedy decoding says): asked as text, cut by offsets, no token more."""
    (choice,) = post(server, "/v1/completions", {"prompt": context + continuation, "max_tokens": 0, "echo": True,
                                                 "logprobs": 1})["choices"]
    told = choice["logprobs"]
    assert choice["text"] == context + continuation == "".join(told["tokens"])
    of_continuation = [i for i, offset in enumerate(told["text_offset"]) if offset >= len(context)]
    assert told["text_offset"][of_continuation[0]] == len(context)
    greedy = all(told["token_logprobs"][i] == max(told["top_logprobs"][i].values()) for i in of_continuation)
    return sum(told["token_logprobs"][i] for i in of_continuation), greedy


def rolling(server: Command, text: str) -> float:
    """ln P of the text after the token that lm-eval puts before it, where there is none that begins: the one that ends."""
    tokens = json.loads((BUNDLED / MODEL / "tokenizer_config.json").read_text())
    first, ids = (post(server, "/tokenize", {"prompt": prompt, "add_special_tokens": False})["tokens"]
                  for prompt in (tokens["bos_token"] or tokens["eos_token"], text))
    assert len(first) == 1
    told = post(server, "/v1/completions", {"prompt": first + ids, "max_tokens": 0, "echo": True, "logprobs": 0})
    return float(sum(told["choices"][0]["logprobs"]["token_logprobs"][1:]))


@pytest.mark.parametrize("flags, way", [(["--batch_size", "4"], {}), ([], {"num_concurrent": 4, "tokenized_requests": False})],
                         ids=["ids-in-batches", "texts-at-once"])
def test_local_completions(server: Command, tmp_path: Path, flags: list[str], way: dict[str, Any]) -> None:
    tasks = ["quire_choice", "quire_target", "quire_rolling", "quire_said"]
    told = lm_eval(server, tmp_path, "local-completions", "completions", tasks, *flags, tokenizer=BUNDLED / MODEL, **way)
    assert {task: len(rows) for task, rows in told["samples"].items()} == dict.fromkeys(tasks, len(ITEMS))
    right = right_by_length = 0
    for item, sample in zip(ITEMS, told["samples"]["quire_choice"], strict=True):
        found = [likelihood(server, f"The capital of {item['country']} is", f" {choice}") for choice in item["choices"]]
        for (value, greedy), (told_value, told_greedy) in zip(found, sample["filtered_resps"], strict=True):
            assert math.isclose(value, float(told_value), rel_tol=NEAR) and str(greedy) == str(told_greedy)
        values = [value for value, _ in found]
        by_length = [value / len(choice) for value, choice in zip(values, item["choices"], strict=True)]
        right += values.index(max(values)) == item["answer"]
        right_by_length += by_length.index(max(by_length)) == item["answer"]
    choice = told["results"]["quire_choice"]
    assert (choice["acc"], choice["acc_norm"]) == pytest.approx((right / len(ITEMS), right_by_length / len(ITEMS)))
    check_target(server, told["results"]["quire_target"])
    texts = [f"{item['capital']} is the capital of {item['country']}." for item in ITEMS]
    a_byte = sum(rolling(server, text) for text in texts) / sum(len(text.encode()) for text in texts)
    assert told["results"]["quire_rolling"]["byte_perplexity"] == pytest.approx(math.exp(-a_byte), rel=NEAR)
    said = [post(server, "/v1/completions", {"prompt": f"The capital of {item['country']} is", "max_tokens": 24,
                                             "temperature": 0, "stop": UNTIL})["choices"][0]["text"] for item in ITEMS]
    check_said(told, "quire_said", said, [f" {item['capital']}" for item in ITEMS])


def check_target(server: Command, told: dict[str, float]) -> None:
    found = [likelihood(server, f"The capital of {item['country']} is", f" {item['capital']}") for item in ITEMS]
    assert told["perplexity"] == pytest.approx(math.exp(-sum(value for value, _ in found) / len(ITEMS)), rel=NEAR)
    assert told["acc"] == pytest.approx(sum(greedy for _, greedy in found) / len(ITEMS))


def check_said(told: dict[str, Any], task: str, said: list[str], wanted: list[str]) -> None:
    assert [sample["resps"][0][0] for sample in told["samples"][task]] == said and len(set(said)) > 1
    right = sum(text == want for text, want in zip(said, wanted, strict=True))
    assert told["results"][task]["exact_match"] == pytest.approx(right / len(ITEMS))


def test_local_chat_completions(server: Command, tmp_path: Path) -> None:
    told = lm_eval(server, tmp_path, "local-chat-completions", "chat/completions", ["quire_answered"],
                   "--apply_chat_template", num_concurrent=2)
    said = [post(server, "/v1/chat/completions", {
        "messages": [{"role": "user", "content": f"What is the capital of {item['country']}?"}], "max_tokens": 24,
        "temperature": 0, "stop": UNTIL})["choices"][0]["message"]["content"] for item in ITEMS]
    check_said(told, "quire_answered", said, [f"The capital of {item['country']} is {item['capital']}" for item in ITEMS])
