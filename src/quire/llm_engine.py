"""LLMEngine: the engine turned by hand, for programs that have a loop of their own.

    engine = LLMEngine.from_engine_args(EngineArgs(model="..."))
    engine.add_request("0", "Hello", SamplingParams())
    while engine.has_unfinished_requests():
        for output in engine.step(): ...

No thread and no event loop. Two live requests may have one id; abort_request ends both.
"""
import weakref
from collections.abc import Iterable, Mapping
from typing import Any

from quire.core import log
from quire.core.errors import RequestFailed
from quire.core.messages import Abort
from quire.core.model_spec import ModelSpec
from quire.core.outputs import PoolingRequestOutput, RequestOutput, RequestOutputKind
from quire.core.plan import Plan
from quire.core.pooling_params import PoolingParams
from quire.core.progress import Meter
from quire.core.sampling_params import SamplingParams
from quire.engine.absent import absent_member
from quire.engine.admit import Admission, Bounds
from quire.engine.arguments import EngineArgs
from quire.engine.batch_run import BatchRun, Job
from quire.engine.build import build_engine
from quire.engine.engine import Engine
from quire.engine.local import Direct
from quire.engine.prompts import ids_of, read_prompt, refuse_absent, wants_special_tokens
from quire.engine.resolve import resolve
from quire.engine.vectors import pooling_of, shaped
from quire.text.tokenizer import Tokenizer

Output = RequestOutput | PoolingRequestOutput[Any]


class LLMEngine:
    """live     requests that have not ended, and what was asked of each"""

    def __init__(self, plan: Plan):
        self.plan = plan
        log.begin(plan)
        self.tokenizer = Tokenizer.load(plan.tokenizer_folder, plan.chat_template)
        self.bounds = Bounds.of(plan, ModelSpec.read(plan.model_folder), self.tokenizer)
        self.admission = Admission(self.bounds, self.tokenizer, plan.seed)
        self.live: dict[Job, SamplingParams | PoolingParams] = {}
        self.next_id = 0
        engine = build_engine(plan)
        engine.executor.start()
        self.run = BatchRun(Direct(engine), [])
        self._end = weakref.finalize(self, _stop, engine)

    @classmethod
    def from_engine_args(cls, engine_args: EngineArgs, usage_context: Any = None, stat_loggers: None = None,
                         enable_multiprocessing: bool = False) -> "LLMEngine":
        """usage_context makes no difference: nothing is reported. enable_multiprocessing neither: it all happens in step()."""
        refuse_absent(stat_loggers=stat_loggers)
        return cls(resolve(engine_args.options))

    def __getattr__(self, name: str) -> Any:
        raise absent_member(self, name)

    def add_request(self, request_id: str, prompt: Any, params: SamplingParams | PoolingParams,
                    arrival_time: float | None = None, lora_request: None = None,
                    tokenization_kwargs: Mapping[str, Any] | None = None, trace_headers: Mapping[str, str] | None = None,
                    priority: int = 0, prompt_text: str | None = None) -> str:
        """Checked here; computed by `step`."""
        refuse_absent(lora_request=lora_request, trace_headers=trace_headers, arrival_time=arrival_time)
        asked = read_prompt(prompt)
        ids = ids_of(asked, self.tokenizer, request_id, wants_special_tokens(tokenization_kwargs))
        if isinstance(params, PoolingParams):
            admitted = self.admission.pool(ids, params, request_id, priority, asked.salt)
        else:
            admitted = self.admission.admit(ids, params, request_id, priority, asked.salt)
        job = Job(self.next_id, request_id, asked.text or prompt_text, admitted, self.tokenizer, self.bounds.eos_ids)
        self.next_id += admitted.sampling.n
        self.live[job] = params = params.clone()
        job.whole.is_delta = params.output_kind is RequestOutputKind.DELTA
        self.run.enter(job)
        return request_id

    def step(self) -> list[Output]:
        """One turn. The outputs of requests that it brought something for, as their output_kind asks."""
        touched = self.run.turn(Meter(0, False)) if self.live else []
        return [output for job in touched if (output := self._output(job)) is not None]

    def _output(self, job: Job) -> Output | None:
        params, is_done = self.live[job], job.answer.is_done
        if is_done:
            del self.live[job]
        if isinstance(params, PoolingParams):
            if is_done and job.answer.vector is None:
                raise RequestFailed(f"request {job.answer.label} failed in the engine; the log says why")
            return pooling_of(job.answer, shaped(job.answer.vector, params)) if is_done else None
        return job.whole.output(is_done) if is_done or params.output_kind is not RequestOutputKind.FINAL_ONLY else None

    def abort_request(self, request_ids: str | Iterable[str]) -> None:
        """Nothing more is heard of them."""
        labels = {request_ids} if isinstance(request_ids, str) else set(request_ids)
        for job in [job for job in self.live if job.answer.label in labels]:
            self.run.direct.send(Abort(tuple(self.run.leave(job))))
            del self.live[job]

    def has_unfinished_requests(self) -> bool:
        return bool(self.live)

    def get_num_unfinished_requests(self) -> int:
        return len(self.live)

    def get_tokenizer(self) -> Tokenizer:
        return self.tokenizer

    def reset_prefix_cache(self) -> bool:
        self.run.direct.loop.engine.reset_prefix_cache()
        return True

    def close(self) -> None:
        """Give everything back. It also happens when nobody holds the engine any more."""
        self._end()


def _stop(engine: Engine) -> None:
    engine.executor.stop()
