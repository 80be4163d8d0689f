"""Vectors of texts: from a hidden state to what a client is given."""
from collections.abc import Sequence
from typing import Any

import numpy as np

from quire.core.errors import RequestFailed
from quire.core.outputs import EmbeddingOutput, EmbeddingRequestOutput
from quire.core.pooling_params import PoolingParams
from quire.core.progress import Meter
from quire.engine.batch_run import BatchRun, Job
from quire.engine.local import Direct


def shaped(vector: Any, params: PoolingParams) -> np.ndarray:
    """float32: as many dimensions as were asked for, and of length 1, unless that was not wanted. Zeros stay zeros."""
    kept = np.asarray(vector, np.float64)[:params.dimensions]
    length = np.sqrt((kept * kept).sum()) if params.use_activation is not False else 1.0
    return (kept / (length or 1.0)).astype("<f4")


def run_vectors(direct: Direct, jobs: Sequence[Job], params: Sequence[PoolingParams], meter: Meter
                ) -> list[EmbeddingRequestOutput]:
    """In the order of the jobs. A vector has no half, so a failure is raised, when all have ended."""
    BatchRun(direct, jobs).run(meter)
    if failed := [job for job in jobs if job.answer.vector is None]:
        raise RequestFailed(f"prompt {jobs.index(failed[0])} failed in the engine, {len(failed)} of {len(jobs)} did; the log "
                            "says why")
    return [EmbeddingRequestOutput(job.answer.label, EmbeddingOutput(shaped(job.answer.vector, each).tolist()),
                                   job.answer.prompt_token_ids, job.answer.num_cached_tokens)
            for job, each in zip(jobs, params, strict=True)]
