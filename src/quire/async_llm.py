"""AsyncLLMEngine: a model on a thread of this process, for programs that run an event loop.

    engine = AsyncLLMEngine.from_engine_args(AsyncEngineArgs(model="..."))
    async for output in engine.generate("Hello", SamplingParams(), request_id="1"): ...
"""
import os
import weakref
from collections.abc import AsyncGenerator, Iterable, Mapping
from typing import Any

from quire.core import log
from quire.core.errors import QuireError
from quire.core.model_spec import ModelSpec
from quire.core.options import Options
from quire.core.outputs import RequestOutput
from quire.core.plan import Plan
from quire.core.sampling_params import RequestOutputKind, SamplingParams
from quire.core.settings import options_from_keywords
from quire.engine.build import build_engine
from quire.engine.client import Client
from quire.engine.local import EngineThread
from quire.engine.prompts import ids_of, read_prompt, refuse_absent, wants_special_tokens
from quire.engine.resolve import resolve
from quire.engine.whole import Whole
from quire.text.tokenizer import Tokenizer

STOP_SECONDS = 5.0              # that the engine's thread gets for the step at hand


class AsyncEngineArgs:
    """Keywords are the server's flags with underscores; each that is given is an attribute too."""

    def __init__(self, model: str | None = None, **options: Any):
        self.options: Options = options_from_keywords({"model": model, **options}, os.environ)
        self.__dict__.update(options, model=model)


class AsyncLLMEngine:
    """Loaded when it is made, which may be before any event loop runs, and usable from any loop after that."""

    def __init__(self, plan: Plan):
        self.plan = plan
        log.begin(plan)
        self._tokenizer = Tokenizer.load(plan.tokenizer_folder, plan.chat_template)
        self.link = EngineThread(lambda progress: build_engine(plan, progress))
        self.client = Client(plan, ModelSpec.read(plan.model_folder), self._tokenizer, self.link)
        self._end = weakref.finalize(self, _stop, self.client, self.link, STOP_SECONDS)
        self.client.open()
        self.client.ready.result()

    @classmethod
    def from_engine_args(cls, engine_args: AsyncEngineArgs, start_engine_loop: bool = True, usage_context: Any = None,
                         stat_loggers: None = None) -> "AsyncLLMEngine":
        """start_engine_loop and usage_context make no difference: the loop begins with the engine, and nothing is reported."""
        refuse_absent(stat_loggers=stat_loggers)
        return cls(resolve(engine_args.options))

    async def generate(self, prompt: Any, sampling_params: SamplingParams, request_id: str, *, priority: int = 0,
                       prompt_text: str | None = None, lora_request: None = None,
                       tokenization_kwargs: Mapping[str, Any] | None = None, trace_headers: Mapping[str,
                                                                                                    str] | None = None,
                       data_parallel_rank: None = None) -> AsyncGenerator[RequestOutput, None]:
        """Outputs as sampling_params.output_kind asks for them. request_id is a label: two live requests may have the same."""
        refuse_absent(lora_request=lora_request, data_parallel_rank=data_parallel_rank, trace_headers=trace_headers)
        asked = read_prompt(prompt)
        ids = ids_of(asked, self._tokenizer, request_id, wants_special_tokens(tokenization_kwargs))
        await self.client.look_ahead(sampling_params)
        stream = self.client.generate(ids, sampling_params, request_id=request_id, priority=priority,
                                      cache_salt=asked.salt)
        kind = stream.answer.params.output_kind
        whole = Whole(request_id, asked.text or prompt_text, stream.answer, kind is RequestOutputKind.DELTA)
        async with stream:
            async for delta in stream:
                whole.add(delta)
                if kind is not RequestOutputKind.FINAL_ONLY or stream.is_read:
                    yield whole.output(stream.is_read)

    async def abort(self, request_id: str | Iterable[str], internal: bool = False) -> None:
        """End all live requests with these labels; their generators give a last output with finish_reason "abort"."""
        for label in [request_id] if isinstance(request_id, str) else request_id:
            self.client.abort(label)

    async def reset_prefix_cache(self, reset_running_requests: bool = False, reset_connector: bool = False) -> bool:
        await self.client.reset_prefix_cache()
        return True

    async def check_health(self) -> None:
        """Raises what is wrong."""
        if self.client.cause is not None:
            raise self.client.cause

    async def do_log_stats(self) -> None:
        log.log.info("%s", self.client.figures().line())

    def get_tokenizer(self) -> Tokenizer:
        return self._tokenizer

    @property
    def tokenizer(self) -> Tokenizer:
        return self._tokenizer

    def get_num_unfinished_requests(self) -> int:
        return len(self.client.live)

    @property
    def is_running(self) -> bool:
        return self.client.is_alive

    @property
    def is_stopped(self) -> bool:
        return not self.is_running

    @property
    def errored(self) -> bool:
        return self.client.cause is not None

    @property
    def dead_error(self) -> QuireError:
        return self.client.cause or self.client.dead()

    def shutdown(self, timeout: float | None = None) -> None:
        """End it; streams that are still open get an error. It also happens when nobody holds the engine any more."""
        if self._end.detach():
            _stop(self.client, self.link, STOP_SECONDS if timeout is None else timeout)


def _stop(client: Client, link: EngineThread, seconds: float) -> None:
    client.shut()
    link.stop(seconds)
