"""Vectors of texts: from a hidden state to what a client is given."""
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

from quire.core import checks
from quire.core.errors import InvalidRequest, RequestFailed, Unsupported
from quire.core.lazy import lazy
from quire.core.outputs import (
    EmbeddingOutput,
    EmbeddingRequestOutput,
    PoolingOutput,
    PoolingRequestOutput,
    ScoringOutput,
    ScoringRequestOutput,
)
from quire.core.pooling_params import PoolingParams
from quire.core.progress import Meter
from quire.engine.answer import Answer
from quire.engine.batch_run import BatchRun, Job
from quire.engine.local import Direct

torch = lazy("torch")
T = TypeVar("T")
# What else guides ask encode() for -> what a model needs for it.
TASKS = {
    "classify": "a model with a head for classes", "token_classify": "a model with a head for classes of tokens",
    "token_embed": "a model made for vectors of single tokens", "plugin": "a plugin's model",
    "embed&token_classify": "a model with a head for classes of tokens"}
# Of a text, and of its tokens.
INSTEAD = ("ask it in words, with SamplingParams(structured_outputs=StructuredOutputsParams(choice=[...])), or compare vectors "
           "with embed() and score()", "embed() gives the vector of a whole text")


def shaped(vector: Any, params: PoolingParams) -> np.ndarray:
    """float32: as many dimensions as were asked for, and of length 1, unless that was not wanted. Zeros stay zeros."""
    kept = np.asarray(vector, np.float64)[:params.dimensions]
    length = np.sqrt((kept * kept).sum()) if params.use_activation is not False else 1.0
    return (kept / (length or 1.0)).astype("<f4")


def run_vectors(direct: Direct, jobs: Sequence[Job], params: Sequence[PoolingParams], meter: Meter) -> list[np.ndarray]:
    """In the order of the jobs. A vector has no half, so a failure is raised, when all have ended."""
    BatchRun(direct, jobs).run(meter)
    if failed := [job for job in jobs if job.answer.vector is None]:
        raise RequestFailed(f"prompt {jobs.index(failed[0])} failed in the engine, {len(failed)} of {len(jobs)} did; the log "
                            "says why")
    return [shaped(job.answer.vector, each) for job, each in zip(jobs, params, strict=True)]


def embedding_of(answer: Answer, vector: np.ndarray) -> EmbeddingRequestOutput:
    return EmbeddingRequestOutput(answer.label, EmbeddingOutput(vector.tolist()), answer.prompt_token_ids,
                                  answer.num_cached_tokens, True)


def pooling_of(answer: Answer, vector: np.ndarray) -> PoolingRequestOutput[PoolingOutput]:
    return PoolingRequestOutput(answer.label, PoolingOutput(torch.from_numpy(vector)), answer.prompt_token_ids,
                                answer.num_cached_tokens, True)


def score_of(first: Answer, second: Answer, vectors: tuple[np.ndarray, np.ndarray]) -> ScoringRequestOutput:
    """How alike two texts are, from -1 to 1: the cosine of the angle between their vectors. Of zeros: 0."""
    one, other = (vector.astype(np.float64) for vector in vectors)
    lengths = float(np.sqrt((one * one).sum() * (other * other).sum()))
    score = float(one @ other) / lengths if lengths else 0.0
    return ScoringRequestOutput(f"{first.label}_{second.label}", ScoringOutput(score),
                                [*first.prompt_token_ids, *second.prompt_token_ids],
                                first.num_cached_tokens + second.num_cached_tokens, True)


def paired(first: Sequence[T], second: Sequence[T]) -> list[tuple[T, T]]:
    """One with each of several, or each with its own."""
    if len(first) not in (1, len(second)) or not second:
        raise InvalidRequest(f"data_1 has {len(first)} texts and data_2 has {len(second)}: give one and several, or as many of "
                             "each", "data_1")
    return list(zip(first if len(first) == len(second) else [first[0]] * len(second), second, strict=True))


def check_task(task: Any, architecture: str) -> None:
    """Every model here gives a vector of a text, and nothing else that is not text."""
    if task in (None, "embed"):
        return
    if task not in TASKS:
        raise checks.refuse("pooling_task", f"is {checks.shown(task)}: embed is known, or leave it out")
    raise no_task(task, architecture)


def no_task(task: str, architecture: str) -> Unsupported:
    instead = INSTEAD[task.startswith("token")]
    return Unsupported(f"{task} needs {TASKS[task]}, and {architecture} is none: {instead}", "pooling_task")
