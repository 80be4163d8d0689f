"""Deltas, put together: the RequestOutput of LLM and AsyncLLMEngine."""
import time
from typing import Any

from quire.core.outputs import CompletionOutput, FlatLogprobs, RequestOutput, RequestStateStats
from quire.engine.answer import Answer, Delta


class Whole:
    """All of an answer so far. is_delta: outputs hold what came since the last one instead."""

    def __init__(self, request_id: str, prompt: str | None, answer: Answer, is_delta: bool = False):
        self.request_id, self.prompt, self.answer, self.is_delta = request_id, prompt, answer, is_delta
        self.arrival_time = time.time() - (time.monotonic() - answer.timings.arrival)
        self.deltas = [Delta(i) for i in range(answer.sampling.n)]

    def add(self, delta: Delta) -> None:
        self.deltas[delta.index].append(delta)

    def output(self, is_finished: bool = True) -> RequestOutput:
        """Its ids and texts do not grow with what comes later; the prompt is shared."""
        answer = self.answer
        output = RequestOutput(
            self.request_id, self.prompt, answer.prompt_token_ids, self._shaped(answer.prompt_logprobs),
            [self._completion(delta) for delta in self.deltas if self._is_shown(delta)], is_finished,
            self._metrics(), num_cached_tokens=answer.num_cached_tokens)
        if self.is_delta:
            self.deltas = [Delta(i) for i in range(answer.sampling.n)]
        return output

    def _is_shown(self, delta: Delta) -> bool:
        return not self.is_delta or bool(delta.token_ids or delta.text or delta.finish_reason)

    def _completion(self, delta: Delta) -> CompletionOutput:
        wants_logprobs = self.answer.params.logprobs is not None
        logprobs = self._shaped(list(delta.logprobs or ())) if wants_logprobs else None
        total = self.answer.choices[delta.index].cumulative_logprob if wants_logprobs else None
        return CompletionOutput(delta.index, delta.text, list(delta.token_ids), total, logprobs,
                                finish_reason=delta.finish_reason, stop_reason=delta.stop_reason)

    def _shaped(self, positions: Any) -> Any:
        """A list of dicts, or columns where those were asked for."""
        return FlatLogprobs.of(positions) if positions is not None and self.answer.params.flat_logprobs else positions

    def _metrics(self) -> RequestStateStats:
        answer, timings = self.answer, self.answer.timings
        latency = timings.first_token - timings.arrival if timings.first_token else 0.0
        return RequestStateStats(answer.num_generated, answer.preemptions, self.arrival_time, timings.arrival,
                                 timings.started, timings.first_token, timings.last_token, latency)
