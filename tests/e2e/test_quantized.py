"""The bundled model in 8 and 4 bits: how much it loses, and that it still answers."""
import math
from collections.abc import Iterator
from itertools import islice

import pytest
from tokenizers import Tokenizer

from quire import LLM, SamplingParams
from tests.e2e.command import BUNDLED
from training.corpus import mixture
from training.corpus.render import text_of

MODEL = BUNDLED / "quire-8m"
DOCUMENTS, TOKENS = 4, 200              # of each family, and most of one
PROMPTS = ["What is machine learning?", "Count from 1 to 10", "Once upon a time,", "The capital of France is"]


def texts() -> list[list[int]]:
    """What the model was trained to say, drawn anew: some 4,600 tokens."""
    tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    documents = [d for name, (make, _) in mixture.MIX.items()
                 for d in islice(make(mixture.source(20260, name), DOCUMENTS), DOCUMENTS)]
    return [tokenizer.encode(text_of(d), add_special_tokens=False).ids[:TOKENS] for d in documents]


def perplexity(llm: LLM) -> float:
    outputs = llm.generate([{"prompt_token_ids": ids} for ids in texts()],
                           SamplingParams(temperature=0, max_tokens=1, prompt_logprobs=0), use_tqdm=False)
    found = [position[token].logprob for output in outputs
             for token, position in zip(output.prompt_token_ids[1:], output.prompt_logprobs[1:], strict=True)]
    assert len(found) > 3000 and all(map(math.isfinite, found))
    return math.exp(-sum(found) / len(found))


@pytest.fixture(scope="module")
def plain() -> Iterator[float]:
    with LLM(str(MODEL), max_model_len=512) as llm:
        yield perplexity(llm)


@pytest.mark.parametrize("scheme, most", [("int8", 1.005), ("int4", 1.05)])
def test_perplexity_and_answers(plain: float, scheme: str, most: float) -> None:
    with LLM(str(MODEL), max_model_len=512, quantization=scheme) as llm:
        assert perplexity(llm) < most * plain
        outputs = llm.generate(PROMPTS, SamplingParams(temperature=0, max_tokens=24, logprobs=1), use_tqdm=False)
        for output in outputs:
            (answer,) = output.outputs
            assert answer.text.strip() and answer.logprobs is not None
            assert all(math.isfinite(p.logprob) for position in answer.logprobs for p in position.values())
        again = llm.generate(PROMPTS[:1], SamplingParams(temperature=0, max_tokens=24), use_tqdm=False)
        assert again[0].outputs[0].token_ids == outputs[0].outputs[0].token_ids         # alone as in a batch
