"""From a request to the streams of its prompts, and what is counted of them."""
import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import replace
from typing import Any

from quire.core.errors import CONFLICT, InvalidRequest
from quire.core.sampling_params import SamplingParams
from quire.core.structured import StructuredOutputsParams
from quire.engine.client import Client, Delta, Stream
from quire.server.replies import Headers, Scope
from quire.server.service import Service, log
from quire.server.shapes import DRAWN, MOST_SIBLINGS, MOST_STOPS, Drawn, EmbeddingRequest, Sampled


def check_common(request: Sampled) -> None:
    """What types do not tell, and no other door has."""
    if request.n is not None and request.n > MOST_SIBLINGS:
        raise InvalidRequest(f"n is {request.n}: at most {MOST_SIBLINGS} answers are given to one request", "n",
                             "integer_above_max_value")
    if request.best_of is not None and request.best_of != (1 if request.n is None else request.n):
        raise InvalidRequest("best_of is not n: answers are not ranked; leave it out", "best_of", "unsupported_parameter")
    check_stops(request.stop)
    if request.stream_options is not None and not request.stream:
        raise InvalidRequest("stream_options is given, but stream is not true: leave it out", "stream_options", CONFLICT)
    if request.stream and request.prompt_logprobs is not None:
        raise InvalidRequest("prompt_logprobs come with a whole answer only: leave it out, or do not stream", "prompt_logprobs",
                             CONFLICT)
    if request.truncation_side is not None and request.truncate_prompt_tokens is None:
        raise InvalidRequest("truncation_side is given without truncate_prompt_tokens", "truncation_side", CONFLICT)


def check_stops(stop: str | list[str] | None) -> None:
    if isinstance(stop, list) and len(stop) > MOST_STOPS:
        raise InvalidRequest(f"stop has {len(stop)} strings: at most {MOST_STOPS} are taken", "stop", "array_above_max_length")


def sampling_params(service: Service, request: Drawn, form: StructuredOutputsParams | None, **given: Any) -> SamplingParams:
    """The model's defaults, what the request says, and what the route has made of the rest."""
    said = {name: value for name in DRAWN if (value := getattr(request, name, None)) is not None}
    return SamplingParams(**(service.defaults | said | given), structured_outputs=form)


def truncate(ids: list[int], request: Sampled | EmbeddingRequest, max_model_len: int, max_tokens: int | None) -> list[int]:
    """Only where it was asked for. -1: to what leaves room for the output. What is kept by default is the end, to go on from
    there; for a vector the beginning."""
    most = request.truncate_prompt_tokens
    if most is None:
        return ids
    if most == -1:
        most = max(1, max_model_len - (1 if max_tokens is None else max_tokens))
    if most < 1:
        raise InvalidRequest(f"truncate_prompt_tokens is {most}: give 1 or more, or -1 for as many as fit",
                             "truncate_prompt_tokens", "integer_below_min_value")
    side = request.truncation_side or ("right" if isinstance(request, EmbeddingRequest) else "left")
    return ids[:most] if side == "right" else ids[-most:]


def check_admitted(client: Client, prompts: Sequence[Sequence[int]], params: SamplingParams, request: Sampled) -> None:
    """Refuses what Generation.start would. The seed of a request that brings none is not drawn for this."""
    unsent = replace(params, seed=params.seed or 0)
    for ids in prompts:
        client.admission.admit(ids, unsent, "", request.priority or 0, request.cache_salt)


class Generation:
    """The streams of one request. Choices are counted through: prompt after prompt, n of each."""

    def __init__(self, streams: Sequence[Stream], n: int, interval: int):
        self.streams, self.n, self.interval = streams, n, interval
        self.counts_output = True               # not where a token was drawn that nobody asked for
        self.num_reasoning: Callable[[], int] | None = None     # tokens, where that is known

    @classmethod
    def start(cls, client: Client, prompts: Sequence[Sequence[int]], params: SamplingParams, request: Sampled, scope: Scope,
              shown_ids: frozenset[int] = frozenset()) -> "Generation":
        """All of them or none."""
        streams: list[Stream] = []
        try:
            for ids in prompts:
                streams.append(client.generate(
                    ids, params, request_id=scope["quire.request_id"], priority=request.priority or 0,
                    cache_salt=request.cache_salt, arrival=scope["quire.arrival"], shown_ids=shown_ids))
        except BaseException:
            for stream in streams:
                stream.close()
            raise
        return cls(streams, params.n, request.stream_interval or 1)

    def close(self) -> None:
        for stream in self.streams:
            stream.close()

    @contextmanager
    def until_told(self, service: Service, answer_id: str) -> Iterator[None]:
        """Closed afterwards, however it ends, and told in the log where that is asked for."""
        try:
            yield
        finally:
            self.close()
            if service.plan.log_requests:
                self.tell(answer_id)

    def listen(self, listener: Callable[[Delta], bool]) -> None:
        """Deltas that `listener` takes do not come out of deltas(): see Live."""
        if len(self.streams) == 1 and self.interval == 1:
            self.streams[0].listen(listener)

    async def deltas(self) -> AsyncGenerator[Delta, None]:
        """As they come, of all choices."""
        if len(self.streams) == 1 and self.interval == 1:
            async for delta in self.streams[0]:
                yield delta
            return
        held: dict[int, Delta] = {}
        begun: set[int] = set()
        async with aclosing(self._merged()) as merged:
            async for delta in merged:
                if (waiting := held.pop(delta.index, None)) is not None:
                    waiting.append(delta)
                    delta = waiting
                if delta.finish_reason or delta.index not in begun or len(delta.token_ids) >= self.interval:
                    begun.add(delta.index)
                    yield delta
                else:
                    held[delta.index] = delta

    async def _merged(self) -> AsyncGenerator[Delta, None]:
        """One task for each stream, which hands over what it got and waits until it was taken."""
        queue: asyncio.Queue[Delta | BaseException | None] = asyncio.Queue(len(self.streams))
        tasks = [asyncio.create_task(self._pump(number, queue)) for number in range(len(self.streams))]
        open_streams = len(tasks)
        try:
            while open_streams:
                got = await queue.get()
                if isinstance(got, BaseException):
                    raise got
                if got is None:
                    open_streams -= 1
                else:
                    yield got
        finally:
            for task in tasks:
                task.cancel()

    async def _pump(self, number: int, queue: "asyncio.Queue[Delta | BaseException | None]") -> None:
        try:
            async for delta in self.streams[number]:
                delta.index += number * self.n
                await queue.put(delta)
            await queue.put(None)
        except Exception as error:
            await queue.put(error)

    # ---- what is counted

    @property
    def num_prompt_tokens(self) -> int:
        return sum(len(stream.prompt_token_ids) for stream in self.streams)

    @property
    def num_reported(self) -> int:
        """Logprobs in the whole answer, which take long to write where there are many."""
        params = self.streams[0].answer.params
        prompt, output = params.prompt_logprobs, params.logprobs
        count = 0 if prompt is None else self.num_prompt_tokens * (1 + prompt)
        return count + (0 if output is None else sum(s.num_generated_tokens for s in self.streams) * (1 + output))

    def usage(self, output: int | None = None) -> dict[str, Any]:
        """`output`: tokens, if not all that were generated are meant."""
        prompt = self.num_prompt_tokens
        if output is None:
            output = sum(stream.num_generated_tokens for stream in self.streams) if self.counts_output else 0
        usage = {"prompt_tokens": prompt, "total_tokens": prompt + output, "completion_tokens": output,
                 "prompt_tokens_details": {"cached_tokens": sum(stream.num_cached_tokens for stream in self.streams)}}
        if self.num_reasoning is not None:
            usage["completion_tokens_details"] = {"reasoning_tokens": self.num_reasoning()}
        return usage

    def timings(self) -> dict[str, float | int]:
        return timings(self.streams)

    def server_timing(self) -> Headers:
        """What is known so far, as browsers show it: nothing before the first token."""
        timings = self.timings()
        names = ("queue", "prefill", "decode") if timings["decode_ms"] else ("queue", "prefill")
        text = ", ".join(f"{name};dur={timings[f'{name}_ms']:g}" for name in (*names, "total"))
        return [(b"server-timing", text.encode())]

    def tell(self, answer_id: str) -> None:
        usage = self.usage()
        log.info("%s: %d prompt tokens, %d generated, %.0f ms", answer_id, usage["prompt_tokens"], usage["completion_tokens"],
                 self.timings()["total_ms"])


def timings(streams: Sequence[Stream]) -> dict[str, float | int]:
    """In milliseconds. Of several prompts: from the first that began to the last that ended."""
    all_of = [stream.timings for stream in streams]
    arrival, last = all_of[0].arrival, max(t.last_token for t in all_of)
    started = min((t.started for t in all_of if t.started), default=arrival)
    first = min((t.first_token for t in all_of if t.first_token), default=started)
    spans = {"queue_ms": started - arrival, "prefill_ms": first - started, "first_token_ms": first - arrival,
             "decode_ms": last - first, "total_ms": time.monotonic() - arrival}
    return {**{name: round(max(0.0, seconds) * 1000, 3) for name, seconds in spans.items()},
            "cached_tokens": sum(stream.num_cached_tokens for stream in streams),
            "preemptions": sum(stream.preemptions for stream in streams)}
