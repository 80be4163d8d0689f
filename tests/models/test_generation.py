"""Greedy answers of a whole engine against transformers: prompts of all lengths batched continuously, in one run, with
chunks, a prefix cache that hits, and a KV cache so small that requests are preempted.

Our answer goes through transformers in one pass, and each of its ids must be the best one there. Ids within TIE of the
best count as ties; only a few may be.
"""
import random
from collections.abc import Callable

import pytest
import torch

from quire.core.types import Sampling

from ..conftest import FULL
from ..whole import engine, generate
from .references import CONFIGS, LENGTH, Reference

TIE = 1e-5                      # of the largest logit of the position
NUM_PROMPTS = 200 if FULL else 12
GREEDY = Sampling(max_tokens=24)


def some_prompts(count: int, seed: int, longest: int = 120, vocab: int = 199) -> list[list[int]]:
    """Of random lengths; a third begins like another, so that the prefix cache has something to find."""
    rng, prompts = random.Random(seed), list[list[int]]()
    for _ in range(count):
        length = rng.randint(1, longest)
        head = rng.choice(prompts)[:length * 3 // 4] if prompts and rng.random() < 1 / 3 else []
        prompts.append(head + [rng.randrange(3, vocab) for _ in range(length - len(head))])
    return prompts


def count_ties(reference: Reference, prompt: list[int], output: list[int]) -> int:
    """Asserts that transformers would have said the same."""
    logits = reference.logits(prompt + output)[len(prompt) - 1:-1]         # (len(output), vocab)
    best, said = logits.max(-1).values, logits[torch.arange(len(output)), torch.tensor(output)]
    assert (best - said <= TIE * logits.abs().amax(-1)).all(), f"not what transformers says after {prompt}: {output}"
    return int((said < best).sum())


@pytest.mark.parametrize("name", CONFIGS)
def test_greedy_is_transformers_greedy(name: str, reference: Callable[[str], Reference]) -> None:
    theirs, prompts = reference(name), some_prompts(NUM_PROMPTS, seed=7)
    with engine(theirs.folder, max_model_len=LENGTH, num_blocks=60, block_size=8, max_num_seqs=9,
                max_num_batched_tokens=64, chunk=48, dtype="float32") as one:
        outputs = generate(one, prompts, GREEDY)
        counts = one.scheduler.counts
    assert counts["hits"] and counts["preemptions"], "the run shows nothing about the cache or preemption"
    ties = sum(count_ties(theirs, prompt, output) for prompt, output in zip(prompts, outputs, strict=True))
    assert ties <= len(prompts) // 10
    assert all(len(output) == GREEDY.max_tokens for output in outputs)
    assert len({token for output in outputs for token in output}) > 40, "too few distinct ids to see much"


@pytest.mark.parametrize("name", CONFIGS if FULL else ["llama3", "qwen3", "opt_350m"])
def test_the_same_on_two_ranks(name: str, reference: Callable[[str], Reference]) -> None:
    theirs, prompts = reference(name), some_prompts(NUM_PROMPTS, seed=8)
    with engine(theirs.folder, depth=2, max_model_len=LENGTH, num_blocks=60, block_size=8, max_num_seqs=9,
                max_num_batched_tokens=64, chunk=48, dtype="float32", tensor_parallel_size=2) as one:
        outputs = generate(one, prompts, GREEDY)
    ties = sum(count_ties(theirs, prompt, output) for prompt, output in zip(prompts, outputs, strict=True))
    assert ties <= len(prompts) // 10
