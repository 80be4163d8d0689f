"""AsyncLLMEngine: a model on a thread of this process, for programs that run an event loop.

    engine = AsyncLLMEngine.from_engine_args(AsyncEngineArgs(model="..."))
    async for output in engine.generate("Hello", SamplingParams(), request_id="1"): ...
"""
import weakref
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from typing import Any

from quire.core import checks, log
from quire.core.errors import QuireError
from quire.core.messages import KV_CACHE, SCHEDULING
from quire.core.model_spec import ModelSpec
from quire.core.outputs import PoolingOutput, PoolingRequestOutput, RequestOutput
from quire.core.plan import Plan
from quire.core.pooling_params import PoolingParams
from quire.core.sampling_params import SamplingParams
from quire.engine.absent import absent_member
from quire.engine.arguments import AsyncEngineArgs as AsyncEngineArgs
from quire.engine.build import build_engine
from quire.engine.client import Client
from quire.engine.collect import Collector, ended, outputs_of
from quire.engine.local import EngineThread
from quire.engine.prompts import ids_of, read_prompt, refuse_absent, wants_special_tokens
from quire.engine.resolve import resolve
from quire.engine.rest import check_mode, is_deep, parts_of_level, parts_to_wake
from quire.engine.vectors import pooling_of, shaped
from quire.text.tokenizer import Tokenizer

STOP_SECONDS = 5.0              # that the engine's thread gets for the step at hand
DRAIN_SECONDS = 300


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

    def __getattr__(self, name: str) -> Any:
        raise absent_member(self, name)

    # ---- requests

    async def generate(self, prompt: Any, sampling_params: SamplingParams, request_id: str, *, prompt_text: str | None = None,
                       lora_request: None = None, tokenization_kwargs: Mapping[str, Any] | None = None,
                       trace_headers: Mapping[str, str] | None = None, priority: int = 0, data_parallel_rank: None = None,
                       session_id: None = None, kv_hints: None = None, reasoning_ended: None = None,
                       reasoning_parser_kwargs: None = None) -> AsyncGenerator[RequestOutput, None]:
        """Outputs as sampling_params.output_kind asks for them. request_id is a label: two live requests may have the same."""
        refuse_absent(lora_request=lora_request, data_parallel_rank=data_parallel_rank, trace_headers=trace_headers,
                      session_id=session_id, kv_hints=kv_hints, reasoning_ended=reasoning_ended,
                      reasoning_parser_kwargs=reasoning_parser_kwargs)
        asked = read_prompt(prompt)
        ids = ids_of(asked, self._tokenizer, request_id, wants_special_tokens(tokenization_kwargs))
        await self.client.look_ahead(sampling_params)
        stream = self.client.generate(ids, sampling_params, request_id=request_id, priority=priority,
                                      cache_salt=asked.salt)
        async with aclosing(outputs_of(stream, request_id, asked.text or prompt_text)) as outputs:
            async for output in outputs:
                yield output

    async def encode(self, prompt: Any, pooling_params: PoolingParams, request_id: str, lora_request: None = None,
                     trace_headers: Mapping[str, str] | None = None, priority: int = 0,
                     tokenization_kwargs: Mapping[str, Any] | None = None, reasoning_ended: None = None
                     ) -> AsyncGenerator[PoolingRequestOutput[PoolingOutput], None]:
        """One output, with the vector that pooling_params ask for, as a tensor."""
        refuse_absent(lora_request=lora_request, trace_headers=trace_headers, reasoning_ended=reasoning_ended)
        asked = read_prompt(prompt)
        ids = ids_of(asked, self._tokenizer, request_id, wants_special_tokens(tokenization_kwargs))
        async with self.client.embed(ids, pooling_params, request_id=request_id, priority=priority,
                                     cache_salt=asked.salt) as stream:
            async for _ in stream:
                pass
            answer = stream.answer
        if answer.vector is not None:               # else it was aborted
            yield pooling_of(answer, shaped(answer.vector, pooling_params.clone()))

    async def add_request(self, request_id: str, prompt: Any, params: SamplingParams | PoolingParams,
                          arrival_time: float | None = None, lora_request: None = None,
                          tokenization_kwargs: Mapping[str, Any] | None = None, trace_headers: Mapping[str, str] | None = None,
                          priority: int = 0, data_parallel_rank: None = None, session_id: None = None,
                          prompt_text: str | None = None) -> Collector[Any]:
        """Whose get() gives the outputs one by one. It begins with the first of them, and then is its arrival."""
        refuse_absent(data_parallel_rank=data_parallel_rank, session_id=session_id, arrival_time=arrival_time)
        if isinstance(params, PoolingParams):
            return Collector(request_id, lambda: self.encode(prompt, params, request_id, lora_request, trace_headers, priority,
                                                             tokenization_kwargs))
        return Collector(request_id, lambda: self.generate(
            prompt, params, request_id, prompt_text=prompt_text, lora_request=lora_request, priority=priority,
            tokenization_kwargs=tokenization_kwargs, trace_headers=trace_headers))

    async def abort(self, request_id: str | Iterable[str], internal: bool = False) -> None:
        """End all live requests with these labels; their generators give a last output with finish_reason "abort"."""
        for label in [request_id] if isinstance(request_id, str) else request_id:
            self.client.abort(label)

    # ---- pausing and sleeping

    async def pause_generation(self, *, mode: str = "abort", clear_cache: bool = True) -> None:
        """No step is computed until resume_generation(); requests that come meanwhile wait. mode: what becomes of those that
        are alive: they are aborted, computed to their ends first (wait), or go on later (keep)."""
        await self._leave(check_mode(mode))
        await self.client.rest((SCHEDULING,))
        if checks.switch("clear_cache", clear_cache):
            await self.client.reset_prefix_cache()

    async def resume_generation(self) -> None:
        await self.client.wake(tuple(self.client.asleep & {SCHEDULING}))

    async def is_paused(self) -> bool:
        return SCHEDULING in self.client.asleep

    async def sleep(self, level: int = 1, mode: str = "abort") -> None:
        """Give memory back until `wake_up`: at level 1 the KV cache and the weights on a device, at 2 all weights; at 0 only
        pause. While memory is away, requests are refused."""
        parts = parts_of_level(level)
        mode = check_mode(mode, parts)
        self.client.asleep |= set(parts)            # nobody else enters
        await self._leave(mode)
        await self.client.rest(parts, is_deep(level, self.plan))

    async def wake_up(self, tags: list[str] | None = None) -> bool:
        """All, or what the tags name: weights, kv_cache, scheduling. Is all of it there now?"""
        await self.client.wake(parts_to_wake(tags, self.client.asleep))
        return not self.client.asleep

    async def is_sleeping(self) -> bool:
        return bool(self.client.asleep)

    async def release_kv_cache_memory(self) -> None:
        """Until wake_up(["kv_cache"]); requests that are alive are computed to their ends first."""
        self.client.asleep.add(KV_CACHE)
        await self._leave("wait")
        await self.client.rest((KV_CACHE,))

    async def wait_for_requests_to_drain(self, drain_timeout: int = DRAIN_SECONDS) -> None:
        """Until all who are alive now have ended. Raises OutOfTime."""
        await ended(self.client, drain_timeout)

    async def _leave(self, mode: str) -> None:
        if mode == "abort":
            self.client.abort_all()
        elif mode == "wait":
            await ended(self.client)

    # ---- the engine

    async def reset_prefix_cache(self, reset_running_requests: bool = False, reset_connector: bool = False) -> bool:
        await self.client.reset_prefix_cache()
        return True

    async def reset_mm_cache(self) -> None:
        """There are no images or sounds here, and so nothing to forget."""

    async def reset_encoder_cache(self) -> None:
        """Nor encoders."""

    async def check_health(self) -> None:
        """Raises what is wrong."""
        if self.client.cause is not None:
            raise self.client.cause

    def check_admission(self, n: int = 1, request_id: str | None = None) -> None:
        """Raises what would keep a request of n answers out now: Overloaded, Asleep, Unavailable."""
        self.client.check_open(len(self.client.live) + checks.whole("n", n, 1))

    async def do_log_stats(self) -> None:
        log.log.info("%s", self.client.figures().line())

    async def get_supported_tasks(self) -> tuple[str, ...]:
        return "generate", "embed"

    async def list_loras(self) -> set[int]:
        """There are none."""
        return set()

    async def is_tracing_enabled(self) -> bool:
        """It never is."""
        return False

    def get_tokenizer(self) -> Tokenizer:
        return self._tokenizer

    @property
    def tokenizer(self) -> Tokenizer:
        return self._tokenizer

    def get_num_unfinished_requests(self) -> int:
        return len(self.client.live)

    def get_num_queued_tokens(self) -> int:
        """Of prompts whose first id has not come."""
        lives = dict.fromkeys(self.client.live.values())
        return sum(len(live.answer.prompt_token_ids) for live in lives if not live.answer.timings.first_token)

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


AsyncLLM = AsyncLLMEngine


def _stop(client: Client, link: EngineThread, seconds: float) -> None:
    client.shut()
    link.stop(seconds)
