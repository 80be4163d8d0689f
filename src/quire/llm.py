"""LLM: a model in this very process, for programs that have their prompts in hand.

    llm = LLM("folder or name", max_model_len=4096)
    for output in llm.generate(["Hello", "Good evening"], SamplingParams(max_tokens=20)):
        print(output.outputs[0].text)

Everything happens in the call, on the caller's thread: no thread, no event loop, no process but those of
tensor_parallel_size. So it works at the top of a script, in a notebook, and inside of a running event loop, which waits.
"""
import time
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import count
from threading import Lock
from typing import Any, TypeVar

from quire.core import checks, log
from quire.core.beam_search_params import BeamSearchParams
from quire.core.errors import EngineDead, InvalidRequest, QuireError, RequestFailed, Unsupported
from quire.core.messages import KV_CACHE, Rest, Snapshot, Wake
from quire.core.metrics import Metric
from quire.core.model_spec import ModelSpec
from quire.core.outputs import (
    BeamSearchOutput,
    ClassificationRequestOutput,
    EmbeddingRequestOutput,
    PoolingOutput,
    PoolingRequestOutput,
    Position,
    RequestOutput,
    ScoringRequestOutput,
)
from quire.core.pooling_params import PoolingParams
from quire.core.progress import Meter
from quire.core.sampling_params import SamplingParams, params_from_defaults
from quire.engine.absent import absent_member
from quire.engine.admit import Admission, Admitted, Bounds
from quire.engine.answer import Answer
from quire.engine.arguments import EngineArgs
from quire.engine.batch_run import BatchRun, Job
from quire.engine.beams import Asked, Search, run_beams
from quire.engine.build import build_engine
from quire.engine.engine import Engine
from quire.engine.local import Direct
from quire.engine.prompts import (
    Prompt,
    ids_of,
    kept,
    read_conversations,
    read_prompts,
    refuse_absent,
    spread,
    wants_special_tokens,
)
from quire.engine.resolve import resolve
from quire.engine.rest import check_awake, check_mode, is_deep, parts_of_level, parts_to_wake
from quire.engine.stats import record_of
from quire.engine.tally import Tally
from quire.engine.vectors import check_task, embedding_of, no_task, paired, pooling_of, run_vectors, score_of
from quire.text.template import ChatTemplate
from quire.text.tokenizer import Tokenizer

Params = SamplingParams | Sequence[SamplingParams] | None
Pooling = PoolingParams | Sequence[PoolingParams] | None
Bar = bool | Callable[..., Any]
J = TypeVar("J")
T = TypeVar("T")
ONE_ID = SamplingParams(temperature=0, max_tokens=1, ignore_eos=True, logprobs=0, seed=0)


class LLM:
    """plan     what was decided from the keywords, which are the server's flags with underscores
    queued   what `enqueue` took and `wait_for_completion` has not given back

    Raises a QuireError in one line for whatever cannot be. May be used from several threads: one call waits for the other.
    """

    def __init__(self, model: str | None = None, **options: Any):
        self.plan = resolve(EngineArgs(model, **options).options)
        log.begin(self.plan)
        spec = ModelSpec.read(self.plan.model_folder)
        self.tokenizer = Tokenizer.load(self.plan.tokenizer_folder, self.plan.chat_template)
        self.bounds = Bounds.of(self.plan, spec, self.tokenizer)
        self.admission = Admission(self.bounds, self.tokenizer, self.plan.seed)
        self.lock, self.next_id, self.numbers = Lock(), 0, count()
        self.queued, self.tally = list[Job](), Tally(self.plan.served_names[0])
        self.cause: QuireError | None = None
        engine = build_engine(self.plan)
        engine.executor.start()
        self.direct = Direct(engine)
        self._end = weakref.finalize(self, _stop, engine)       # at the latest when the program ends

    @classmethod
    def from_engine_args(cls, engine_args: EngineArgs) -> "LLM":
        return cls(**engine_args.given)

    def close(self) -> None:
        """Give everything back. It also happens when nobody holds the LLM any more, and at the end of the program."""
        self.cause = self.cause or EngineDead("this LLM is closed: make another")
        self._end()

    def __enter__(self) -> "LLM":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        raise absent_member(self, name)

    # ---- text

    def generate(self, prompts: Any, sampling_params: Params = None, *, use_tqdm: Bar = True, lora_request: None = None,
                 priority: int | Sequence[int] | None = None, tokenization_kwargs: Mapping[str, Any] | None = None,
                 mm_processor_kwargs: None = None) -> list[RequestOutput]:
        """Of each prompt its output, in the order of the prompts. All are checked before any of them runs."""
        refuse_absent(lora_request=lora_request, mm_processor_kwargs=mm_processor_kwargs)
        make = self._jobs(read_prompts(prompts), sampling_params, priority, wants_special_tokens(tokenization_kwargs))
        return self._turn(make, self._complete, use_tqdm)

    def chat(self, messages: Any, sampling_params: Params = None, use_tqdm: Bar = True, lora_request: None = None,
             priority: int | Sequence[int] | None = None, chat_template: str | None = None,
             chat_template_content_format: str = "auto", add_generation_prompt: bool = True,
             continue_final_message: bool = False, tools: Sequence[Mapping[str, Any]] | None = None,
             chat_template_kwargs: Mapping[str, Any] | None = None, tokenization_kwargs: None = None,
             mm_processor_kwargs: None = None) -> list[RequestOutput]:
        """One conversation (a list of messages) or several. How a template wants contents is always found out ("auto")."""
        is_auto = chat_template_content_format == "auto"
        refuse_absent(lora_request=lora_request, mm_processor_kwargs=mm_processor_kwargs,
                      tokenization_kwargs=tokenization_kwargs,
                      chat_template_content_format=None if is_auto else chat_template_content_format)
        prompts = self._render(messages, chat_template, chat_template_kwargs, tools=tools,
                               add_generation_prompt=add_generation_prompt, continue_final_message=continue_final_message)
        return self._turn(self._jobs(prompts, sampling_params, priority), self._complete, use_tqdm)

    def enqueue(self, prompts: Any, sampling_params: Params = None, lora_request: None = None,
                priority: int | Sequence[int] | None = None, use_tqdm: Bar = True,
                tokenization_kwargs: Mapping[str, Any] | None = None, mm_processor_kwargs: None = None) -> list[str]:
        """Checked now, computed by `wait_for_completion`; the ids of its outputs. use_tqdm: here is nothing to wait for."""
        refuse_absent(lora_request=lora_request, mm_processor_kwargs=mm_processor_kwargs)
        return self._queue(self._jobs(read_prompts(prompts), sampling_params, priority,
                                      wants_special_tokens(tokenization_kwargs)))

    def enqueue_chat(self, messages: Any, sampling_params: Params = None, lora_request: None = None,
                     priority: int | Sequence[int] | None = None, use_tqdm: Bar = True, chat_template: str | None = None,
                     chat_template_content_format: str = "auto", add_generation_prompt: bool = True,
                     continue_final_message: bool = False, tools: Sequence[Mapping[str, Any]] | None = None,
                     chat_template_kwargs: Mapping[str, Any] | None = None, tokenization_kwargs: None = None,
                     mm_processor_kwargs: None = None) -> list[str]:
        """As `enqueue`, of what `chat` takes."""
        is_auto = chat_template_content_format == "auto"
        refuse_absent(lora_request=lora_request, mm_processor_kwargs=mm_processor_kwargs,
                      tokenization_kwargs=tokenization_kwargs,
                      chat_template_content_format=None if is_auto else chat_template_content_format)
        return self._queue(self._jobs(self._render(
            messages, chat_template, chat_template_kwargs, tools=tools, add_generation_prompt=add_generation_prompt,
            continue_final_message=continue_final_message), sampling_params, priority))

    def wait_for_completion(self, output_type: type[Any] | tuple[type[Any], ...] | None = None, *, use_tqdm: Bar = True
                            ) -> list[RequestOutput]:
        """Outputs of all that was queued, in that order. output_type: what they must be, a RequestOutput."""
        if output_type is not None and not issubclass(RequestOutput, output_type):
            raise InvalidRequest("output_type is another, but all that can be queued gives a RequestOutput", "output_type")

        def take() -> list[Job]:
            taken, self.queued = self.queued, []
            return taken
        return self._turn(take, self._complete, use_tqdm)

    def beam_search(self, prompts: Any, params: BeamSearchParams, lora_request: None = None, use_tqdm: Bar = False,
                    concurrency_limit: int | None = None) -> list[BeamSearchOutput]:
        """Of each prompt its likeliest answers, best first. concurrency_limit: so many prompts at a time."""
        refuse_absent(lora_request=lora_request)
        if not isinstance(params, BeamSearchParams):
            raise InvalidRequest(f"params is {checks.shown(params)}: give BeamSearchParams", "params", "invalid_type")
        given, params = read_prompts(prompts), params.clone()
        at_once = len(given) if concurrency_limit is None else checks.whole("concurrency_limit", concurrency_limit, 1)

        def search(prompt: Prompt) -> Search:
            ids = ids_of(prompt, self.tokenizer, "")
            room = replace(ONE_ID, max_tokens=params.max_tokens)
            checked = self.admission.admit(ids, room, salt=prompt.salt).prompt
            return Search(prompt, checked, params, self.bounds.eos_ids, self.bounds.vocab)

        def run(searches: list[Search], meter: Meter) -> list[BeamSearchOutput]:
            if searches:
                run_beams(searches, partial(self._candidates, max(each.num_asked for each in searches)), meter, at_once)
            return [each.output(self.tokenizer.decode) for each in searches]
        return self._turn(lambda: [search(prompt) for prompt in given], run, use_tqdm)

    # ---- vectors

    def embed(self, prompts: Any, *, truncate_prompt_tokens: int | None = None, use_tqdm: Bar = True,
              pooling_params: Pooling = None, lora_request: None = None,
              tokenization_kwargs: Mapping[str, Any] | None = None) -> list[EmbeddingRequestOutput]:
        """Of each prompt its vector, of length 1. truncate_prompt_tokens: so many of the first ids; -1: as many as fit."""
        refuse_absent(lora_request=lora_request)
        most = kept(truncate_prompt_tokens, self.bounds.longest_prompt)
        found = self._vectors(read_prompts(prompts), pooling_params, use_tqdm, tokenization_kwargs, most)
        return [embedding_of(*each) for each in found]

    def encode(self, prompts: Any, pooling_params: Pooling = None, *, use_tqdm: Bar = True, lora_request: None = None,
               pooling_task: str | None = None, tokenization_kwargs: Mapping[str, Any] | None = None
               ) -> list[PoolingRequestOutput[PoolingOutput]]:
        """The vectors of `embed` as tensors. pooling_task: embed is what there is."""
        refuse_absent(lora_request=lora_request)
        check_task(pooling_task, self.plan.architecture)
        found = self._vectors(read_prompts(prompts), pooling_params, use_tqdm, tokenization_kwargs)
        return [pooling_of(*each) for each in found]

    def classify(self, prompts: Any, *, pooling_params: Pooling = None, use_tqdm: Bar = True, lora_request: None = None,
                 tokenization_kwargs: Mapping[str, Any] | None = None) -> list[ClassificationRequestOutput]:
        """Raises Unsupported: no model here has classes."""
        raise no_task("classify", self.plan.architecture)

    def score(self, data_1: Any, data_2: Any, /, *, use_tqdm: Bar = True, pooling_params: PoolingParams | None = None,
              lora_request: None = None, tokenization_kwargs: Mapping[str, Any] | None = None,
              chat_template: str | None = None) -> list[ScoringRequestOutput]:
        """How alike texts are: one and each of several, or each of one list and its fellow of the other. The cosine of the
        angle between their vectors, from -1 to 1; no model here judges pairs by itself."""
        refuse_absent(lora_request=lora_request, chat_template=chat_template)
        first, second = read_prompts(data_1), read_prompts(data_2)
        pairs = paired(range(len(first)), range(len(first), len(first) + len(second)))
        found = self._vectors([*first, *second], pooling_params, use_tqdm, tokenization_kwargs)
        return [score_of(found[i][0], found[j][0], (found[i][1], found[j][1])) for i, j in pairs]

    # ---- the engine

    def get_tokenizer(self) -> Tokenizer:
        return self.tokenizer

    def get_default_sampling_params(self) -> SamplingParams:
        """The model's own defaults, from its generation_config.json."""
        return params_from_defaults(self.plan.generation_defaults)

    def get_metrics(self) -> list[Metric]:
        """Counts since the beginning, and how the engine stands."""
        engine = self.direct.loop.engine
        return self.tally.metrics(Snapshot(*engine.stats(), engine.masking))

    def get_world_size(self, include_dp: bool = True) -> int:
        return self.plan.tensor_parallel_size

    def apply_model(self, func: Callable[[Any], T]) -> list[T]:
        """What a function says of the model, of every rank. It runs here, so the model must be in this process."""
        if self.plan.tensor_parallel_size > 1:
            raise Unsupported("apply_model needs the model in this process, and its ranks are processes of their own: "
                              "make the LLM with tensor_parallel_size=1")
        with self.lock:
            self._check_open()
            return [func(self.direct.loop.engine.executor.runner.model)]    # type: ignore[attr-defined]

    def reset_prefix_cache(self, reset_running_requests: bool = False, reset_connector: bool = False) -> bool:
        """Prompts after this find nothing computed before. Between calls nothing runs, so there is nothing else to reset."""
        with self.lock:
            self.direct.loop.engine.reset_prefix_cache()
        return True

    def reset_mm_cache(self) -> None:
        """There are no images or sounds here, and so nothing to forget."""

    def sleep(self, level: int = 1, mode: str = "abort") -> None:
        """Give memory back until `wake_up`: at level 1 the KV cache and the weights on a device, at 2 all weights; at 0 only
        stop. mode: what becomes of the queued: they are aborted, or computed first (wait); or stay (keep)."""
        parts, mode = parts_of_level(level), check_mode(mode)
        queued = [job for job in self.queued if mode != "keep" and not job.answer.is_done]
        if mode == "wait" and queued:
            self._turn(lambda: queued, self._complete, False)
        with self.lock:
            self._check_alive()
            for job in queued:
                for delta in job.answer.abort("abort"):
                    job.whole.add(delta)
            self._count(queued if mode == "abort" else ())
            self.direct.send(Rest(0, parts, is_deep(level, self.plan)))

    def wake_up(self, tags: list[str] | None = None) -> bool:
        """Have again what sleeping gave back: all, or what the tags name (weights, kv_cache, scheduling). Is all there now?"""
        with self.lock:
            self._check_alive()
            self.direct.send(Wake(0, parts_to_wake(tags, self.direct.loop.asleep)))
            return not self.direct.loop.asleep

    def release_kv_cache_memory(self) -> None:
        """Until wake_up(["kv_cache"])."""
        with self.lock:
            self._check_alive()
            self.direct.send(Rest(0, (KV_CACHE,)))

    # ---- behind it

    @cached_property
    def template(self) -> ChatTemplate:
        """Read at the first chat: a model with a broken one can still generate."""
        return ChatTemplate.of(self.tokenizer, self.plan.chat_template)

    def _render(self, messages: Any, chat_template: str | None, kwargs: Mapping[str, Any] | None, **how: Any) -> list[Prompt]:
        template = self.template if chat_template is None else ChatTemplate.of(self.tokenizer, chat_template)
        values = {**self.plan.default_chat_template_kwargs, **(kwargs or {})}
        template.check_names(values)
        texts = [template.render_private(each, **how, **values) for each in read_conversations(messages)]
        return [Prompt(template.spellings.show(text), self.tokenizer.encode_private(text)) for text in texts]

    def _jobs(self, prompts: Sequence[Prompt], params: Params, priority: int | Sequence[int] | None,
              adds_special: bool = True) -> Callable[[], list[Job]]:
        """To be made under the lock, all or none."""
        chosen = spread("sampling_params", self.get_default_sampling_params() if params is None else params,
                        len(prompts))
        priorities = spread("priority", 0 if priority is None else priority, len(prompts))

        def job(prompt: Prompt, params: SamplingParams, priority: int) -> Job:
            label = str(next(self.numbers))
            ids = ids_of(prompt, self.tokenizer, label, adds_special)
            return self._enter(label, prompt.text, self.admission.admit(ids, params, label, priority, prompt.salt))
        return lambda: [job(*each) for each in zip(prompts, chosen, priorities, strict=True)]

    def _vectors(self, prompts: Sequence[Prompt], params: Pooling, use_tqdm: Bar,
                 tokenization_kwargs: Mapping[str, Any] | None, most: int | None = None) -> list[tuple[Answer, Any]]:
        """Of each prompt its answer and its vector. most: ids that are kept."""
        adds_special = wants_special_tokens(tokenization_kwargs)
        chosen = spread("pooling_params", PoolingParams() if params is None else params, len(prompts))

        def job(prompt: Prompt, params: PoolingParams) -> Job:
            label = str(next(self.numbers))
            ids = ids_of(prompt, self.tokenizer, label, adds_special)[:most]
            return self._enter(label, prompt.text, self.admission.pool(ids, params, label, salt=prompt.salt))

        def run(jobs: list[Job], meter: Meter) -> list[tuple[Answer, Any]]:
            vectors = run_vectors(self.direct, jobs, chosen, meter)
            self._count(jobs)
            return [(job.answer, vector) for job, vector in zip(jobs, vectors, strict=True)]
        return self._turn(lambda: [job(*each) for each in zip(prompts, chosen, strict=True)], run, use_tqdm)

    def _candidates(self, num: int, asked: list[Asked]) -> list[Position]:
        """After each of these ids, the likeliest ones. A search may look at more than a client may be told."""
        jobs = []
        for ids, salt in asked:
            admitted = self.admission.admit(ids, ONE_ID, salt=salt)
            jobs.append(self._enter("", None, admitted._replace(sampling=replace(admitted.sampling, num_logprobs=num))))
        BatchRun(self.direct, jobs).run(Meter(len(jobs), False))
        found = [job.whole.deltas[0].logprobs for job in jobs]
        if not all(found):
            raise RequestFailed("a step of the search failed in the engine; the log says why")
        return [positions[0] for positions in found if positions]

    def _complete(self, jobs: list[Job], meter: Meter) -> list[RequestOutput]:
        """Those that have ended already, since they were aborted, stay as they are."""
        still = [job for job in jobs if not job.answer.is_done]
        BatchRun(self.direct, still).run(meter)
        self._count(still)
        return [job.whole.output() for job in jobs]

    def _count(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            reasons = tuple(delta.finish_reason or "error" for delta in job.whole.deltas)
            self.tally.ended(record_of(job.answer, reasons, time.monotonic()))

    def _queue(self, make: Callable[[], list[Job]]) -> list[str]:
        with self.lock:
            self._check_open()
            jobs = make()
            self.queued += jobs
        return [job.answer.label for job in jobs]

    def _turn(self, make: Callable[[], list[J]], run: Callable[[list[J], Meter], list[T]], use_tqdm: Bar) -> list[T]:
        with self.lock:
            self._check_open()
            jobs = make()
            with Meter(len(jobs), use_tqdm) as meter:
                try:
                    return run(jobs, meter)
                except EngineDead as error:
                    self.cause = error
                    raise

    def _check_alive(self) -> None:
        if self.cause is not None:
            raise self.cause

    def _check_open(self) -> None:
        self._check_alive()
        check_awake(self.direct.loop.asleep)

    def _enter(self, label: str, text: str | None, admitted: Admitted) -> Job:
        job = Job(self.next_id, label, text, admitted, self.tokenizer, self.bounds.eos_ids)
        self.next_id += admitted.sampling.n
        return job


def _stop(engine: Engine) -> None:
    engine.executor.stop()
