"""Logprobs that a whole engine tells, of drawn ids and of prompts, against a forward pass of transformers over the finished
text: requests batched continuously, in chunks, with hits and preemptions."""
import copy
from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch

from quire.core.types import Logprobs, Sampling

from ..conftest import FULL
from ..whole import engine, finish
from .references import CONFIGS, LENGTH, Reference
from .test_generation import some_prompts

CLOSE = 1e-5                    # absolute, to a reference in float64
STDS = (0.1, 0.1)              # of wider layers float32 loses more than that by itself
BEST = 4


def check(told: Sequence[Logprobs], ids: Sequence[int], true: np.ndarray) -> None:
    """true (positions, vocab): the logprobs before each of the ids."""
    columns, values, ranks = (np.concatenate([getattr(t, name) for t in told]) for name in ("ids", "values", "ranks"))
    assert columns.shape == values.shape == (len(ids), 1 + BEST) and columns[:, 0].tolist() == list(ids)
    mine = np.take_along_axis(true, columns.astype(np.int64), 1)
    assert np.abs(values - mine).max() < CLOSE
    best = values[:, 1:]
    assert (np.diff(best) <= 0).all() and np.abs(best - -np.sort(-true)[:, :BEST]).max() < CLOSE
    assert all(len(set(row)) == BEST for row in columns[:, 1:].tolist())
    for shift in (CLOSE, -CLOSE):                       # so near to it another id may count as better or not
        counted = 1 + (true > mine[:, :1] + shift).sum(1)
        assert ((counted <= ranks) if shift > 0 else (ranks <= counted)).all()


@pytest.mark.parametrize("name", CONFIGS if FULL else ["llama3", "qwen3", "opt"])
def test_logprobs_are_those_of_the_reference(name: str, reference: Callable[..., Reference]) -> None:
    theirs = reference(name, STDS)
    exact = Reference(name, theirs.folder, copy.deepcopy(theirs.model).double())
    prompts = some_prompts(12, seed=9)
    with engine(theirs.folder, max_model_len=LENGTH, num_blocks=40, block_size=8, max_num_seqs=9,
                max_num_batched_tokens=64, chunk=48, dtype="float32") as one:
        ids = [one.add(prompt, Sampling(16, temperature=float(i % 2), seed=i, num_logprobs=BEST,
                                        num_prompt_logprobs=BEST if i % 3 == 0 else None))[0]
               for i, prompt in enumerate(prompts)]
        news, counts = finish(one), one.scheduler.counts
    assert counts["hits"] and counts["preemptions"], "the run shows nothing about the cache or preemption"
    for request, prompt in zip(ids, prompts, strict=True):
        output = [token for n in news[request] for token in n.tokens]
        true = exact.logits(prompt + output, torch.float64).log_softmax(-1).numpy()
        check([n.logprobs for n in news[request] if n.logprobs], output, true[len(prompt) - 1:-1])
        if (told := [n.prompt_logprobs for n in news[request] if n.prompt_logprobs]):
            check(told, prompt[1:], true[:len(prompt) - 1])
