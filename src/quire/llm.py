"""LLM: a model in this very process, for programs that have their prompts in hand.

    llm = LLM("folder or name", max_model_len=4096)
    for output in llm.generate(["Hello", "Good evening"], SamplingParams(max_tokens=20)):
        print(output.outputs[0].text)

Everything happens in the call, on the caller's thread: no thread, no event loop, no process but those of
tensor_parallel_size. So it works at the top of a script, in a notebook, and inside of a running event loop, which waits.
"""
import os
import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import count
from threading import Lock
from typing import Any, TypeVar

from quire.core import log
from quire.core.errors import EngineDead, QuireError
from quire.core.model_spec import ModelSpec
from quire.core.outputs import EmbeddingRequestOutput, RequestOutput
from quire.core.pooling_params import PoolingParams
from quire.core.progress import Meter
from quire.core.sampling_params import SamplingParams, params_from_defaults
from quire.core.settings import options_from_keywords
from quire.engine.admit import Admission, Admitted, Bounds
from quire.engine.batch_run import BatchRun, Job
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
from quire.engine.vectors import run_vectors
from quire.text.template import ChatTemplate
from quire.text.tokenizer import Tokenizer

Params = SamplingParams | Sequence[SamplingParams] | None
T = TypeVar("T")


class LLM:
    """plan     what was decided from the keywords, which are the server's flags with underscores

    Raises a QuireError in one line for whatever cannot be. May be used from several threads: one call waits for the other.
    """

    def __init__(self, model: str | None = None, **options: Any):
        self.plan = resolve(options_from_keywords({"model": model, **options}, os.environ))
        log.begin(self.plan)
        spec = ModelSpec.read(self.plan.model_folder)
        self.tokenizer = Tokenizer.load(self.plan.tokenizer_folder, self.plan.chat_template)
        self.bounds = Bounds.of(self.plan, spec, self.tokenizer)
        self.admission = Admission(self.bounds, self.tokenizer, self.plan.seed)
        self.lock, self.next_id, self.numbers = Lock(), 0, count()
        self.cause: QuireError | None = None
        engine = build_engine(self.plan)
        engine.executor.start()
        self.direct = Direct(engine)
        self._end = weakref.finalize(self, _stop, engine)       # at the latest when the program ends

    def close(self) -> None:
        """Give everything back. It also happens when nobody holds the LLM any more, and at the end of the program."""
        self.cause = self.cause or EngineDead("this LLM is closed: make another")
        self._end()

    def __enter__(self) -> "LLM":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def generate(self, prompts: Any, sampling_params: Params = None, *, use_tqdm: bool | Callable[..., Any] = True,
                 lora_request: None = None, priority: int | Sequence[int] | None = None,
                 tokenization_kwargs: Mapping[str, Any] | None = None, mm_processor_kwargs: None = None
                 ) -> list[RequestOutput]:
        """Of each prompt its output, in the order of the prompts. All are checked before any of them runs."""
        refuse_absent(lora_request=lora_request, mm_processor_kwargs=mm_processor_kwargs)
        adds_special = wants_special_tokens(tokenization_kwargs)
        return self._run(read_prompts(prompts), sampling_params, priority, use_tqdm, adds_special)

    def chat(self, messages: Any, sampling_params: Params = None, use_tqdm: bool | Callable[..., Any] = True,
             lora_request: None = None, priority: int | Sequence[int] | None = None, chat_template: str | None = None,
             chat_template_content_format: str = "auto", add_generation_prompt: bool = True,
             continue_final_message: bool = False, tools: Sequence[Mapping[str, Any]] | None = None,
             chat_template_kwargs: Mapping[str, Any] | None = None, tokenization_kwargs: None = None,
             mm_processor_kwargs: None = None) -> list[RequestOutput]:
        """One conversation (a list of messages) or several. How a template wants contents is always found out ("auto")."""
        is_auto = chat_template_content_format == "auto"
        refuse_absent(lora_request=lora_request, mm_processor_kwargs=mm_processor_kwargs,
                      tokenization_kwargs=tokenization_kwargs,
                      chat_template_content_format=None if is_auto else chat_template_content_format)
        template = self.template if chat_template is None else ChatTemplate.of(self.tokenizer, chat_template)
        values = {**self.plan.default_chat_template_kwargs, **(chat_template_kwargs or {})}
        template.check_names(values)
        prompts = []
        for conversation in read_conversations(messages):
            text = template.render_private(conversation, tools, add_generation_prompt, continue_final_message, **values)
            prompts.append(Prompt(template.spellings.show(text), self.tokenizer.encode_private(text)))
        return self._run(prompts, sampling_params, priority, use_tqdm, True)

    @cached_property
    def template(self) -> ChatTemplate:
        """Read at the first chat: a model with a broken one can still generate."""
        return ChatTemplate.of(self.tokenizer, self.plan.chat_template)

    def embed(self, prompts: Any, *, truncate_prompt_tokens: int | None = None, use_tqdm: bool | Callable[..., Any] = True,
              pooling_params: PoolingParams | Sequence[PoolingParams] | None = None, lora_request: None = None,
              tokenization_kwargs: Mapping[str, Any] | None = None) -> list[EmbeddingRequestOutput]:
        """Of each prompt its vector, of length 1. truncate_prompt_tokens: so many of the first ids; -1: as many as fit."""
        refuse_absent(lora_request=lora_request)
        adds_special, given = wants_special_tokens(tokenization_kwargs), read_prompts(prompts)
        chosen = spread("pooling_params", PoolingParams() if pooling_params is None else pooling_params, len(given))
        most = kept(truncate_prompt_tokens, self.bounds.longest_prompt)

        def job(prompt: Prompt, params: PoolingParams) -> Job:
            label = str(next(self.numbers))
            ids = ids_of(prompt, self.tokenizer, label, adds_special)[:most]
            return self._enter(label, prompt.text, self.admission.pool(ids, params, label, salt=prompt.salt))
        return self._turn(lambda: [job(*each) for each in zip(given, chosen, strict=True)],
                          lambda jobs, meter: run_vectors(self.direct, jobs, chosen, meter), use_tqdm)

    def get_tokenizer(self) -> Tokenizer:
        return self.tokenizer

    def get_default_sampling_params(self) -> SamplingParams:
        """The model's own defaults, from its generation_config.json."""
        return params_from_defaults(self.plan.generation_defaults)

    def reset_prefix_cache(self, reset_running_requests: bool = False, reset_connector: bool = False) -> bool:
        """Prompts after this find nothing computed before. Between calls nothing runs, so there is nothing else to reset."""
        with self.lock:
            self.direct.loop.engine.reset_prefix_cache()
        return True

    def get_world_size(self, include_dp: bool = True) -> int:
        return self.plan.tensor_parallel_size

    def _run(self, prompts: Sequence[Prompt], params: Params, priority: int | Sequence[int] | None,
             use_tqdm: bool | Callable[..., Any], adds_special: bool) -> list[RequestOutput]:
        chosen = spread("sampling_params", self.get_default_sampling_params() if params is None else params,
                        len(prompts))
        priorities = spread("priority", 0 if priority is None else priority, len(prompts))
        return self._turn(lambda: [self._job(*each, adds_special) for each in zip(prompts, chosen, priorities, strict=True)],
                          lambda jobs, meter: BatchRun(self.direct, jobs).run(meter), use_tqdm)

    def _turn(self, make: Callable[[], list[Job]], run: Callable[[list[Job], Meter], list[T]],
              use_tqdm: bool | Callable[..., Any]) -> list[T]:
        with self.lock:
            if self.cause is not None:
                raise self.cause
            jobs = make()
            with Meter(len(jobs), use_tqdm) as meter:
                try:
                    return run(jobs, meter)
                except EngineDead as error:
                    self.cause = error
                    raise

    def _job(self, prompt: Prompt, params: SamplingParams, priority: int, adds_special: bool) -> Job:
        label = str(next(self.numbers))
        ids = ids_of(prompt, self.tokenizer, label, adds_special)
        return self._enter(label, prompt.text, self.admission.admit(ids, params, label, priority, prompt.salt))

    def _enter(self, label: str, text: str | None, admitted: Admitted) -> Job:
        job = Job(self.next_id, label, text, admitted, self.tokenizer, self.bounds.eos_ids)
        self.next_id += admitted.sampling.n
        return job


def _stop(engine: Engine) -> None:
    engine.executor.stop()
