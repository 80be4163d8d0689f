"""POST /v1/completions."""
import time
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import msgspec

from quire.core.errors import InvalidRequest
from quire.core.sampling_params import SamplingParams
from quire.engine.client import Delta
from quire.server.aside import aside
from quire.server.body import decode, decode_part, read_body
from quire.server.chunks import Chunks, encode, send_stream
from quire.server.generation import Generation, check_common, sampling_params, truncate
from quire.server.logprobs import CompletionLogprobs, Spelled, prompt_logprobs
from quire.server.renamed import renamed
from quire.server.replies import Headers, Receive, Scope, Send, json_reply
from quire.server.service import Service
from quire.server.shapes import MOST_PROMPT_IDS, MOST_PROMPTS, CompletionRequest
from quire.server.stream import Events, json_text, one_line, while_connected
from quire.server.structured import form_names, structured_outputs

DEFAULT_MAX_TOKENS = 16
GOES_ON = b',"finish_reason":null,"stop_reason":null'        # of a choice
LOGPROBS = ("tokens", "token_logprobs", "top_logprobs", "text_offset")
T = TypeVar("T", str, list[int])


@dataclass
class Prompt:
    """text is None where ids were given."""
    ids: list[int]
    text: str | None = None


class Asked(NamedTuple):
    """A request, read and checked as far as it can be before the engine sees it."""
    request: CompletionRequest
    params: SamplingParams
    prompts: list[Prompt]
    answer_id: str
    model: str
    headers: Headers


class Completions:
    """The route. One for the server; each call has its own Turn."""

    def __init__(self, service: Service):
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        service, asked = self.service, await self.read(scope, receive)
        generation = Generation.start(service.client, [prompt.ids for prompt in asked.prompts], asked.params, asked.request,
                                      scope)
        turn = Turn(service, asked.request, asked.params, generation, asked.prompts, asked.answer_id, asked.model)
        with generation.until_told(service, asked.answer_id):
            async with while_connected(receive):
                if asked.request.stream:
                    await turn.stream(Events(scope, send, service.stalls, asked.headers))
                else:
                    await turn.send_whole(send, asked.headers)

    async def read(self, scope: Scope, receive: Receive) -> "Asked":
        service = self.service
        read = decode(await read_body(scope, receive), CompletionRequest, service.plan.strict)
        request = read.content
        model = service.model_name(request.model)
        check_common(request)
        answer_id = service.answer_id("cmpl", scope, request.request_id)
        with renamed(form_names(request)):
            params = self._params(request)
            await service.client.look_ahead(params)
        prompts = await self._prompts(request, params.max_tokens)
        self._check_number(len(prompts), params.n)
        return Asked(request, params, prompts, answer_id, model, read.headers)

    def _params(self, request: CompletionRequest) -> SamplingParams:
        """No tokens at all may be asked for where the prompt comes back: one is drawn then, and not shown."""
        most = request.max_tokens
        if most is None:
            most = DEFAULT_MAX_TOKENS if self.service.max_tokens is None else self.service.max_tokens
        if most == 0 and request.echo:
            most = 1
        given: dict[str, Any] = {"max_tokens": most, "logprobs": request.logprobs}
        if request.echo and request.logprobs is not None:
            given["prompt_logprobs"] = max(request.logprobs, request.prompt_logprobs or 0)
        return sampling_params(self.service, request, structured_outputs(request), **given)

    async def _prompts(self, request: CompletionRequest, max_tokens: int | None) -> list[Prompt]:
        given = read_prompts(request.prompt)
        texts = [prompt for prompt in given if isinstance(prompt, str)]
        encoded = iter(await self.service.encode(texts, request.add_special_tokens is not False))
        prompts = [Prompt(next(encoded), p) if isinstance(p, str) else Prompt(p) for p in given]
        for prompt in prompts:
            kept = truncate(prompt.ids, request, self.service.plan.max_model_len, max_tokens)
            if len(kept) < len(prompt.ids):
                prompt.ids, prompt.text = kept, None
        return prompts

    def _check_number(self, num_prompts: int, n: int) -> None:
        if num_prompts * n > self.service.plan.max_queue:
            raise InvalidRequest(f"{num_prompts} prompts with {n} answers each are more than this server ever holds at once, "
                                 f"which is {self.service.plan.max_queue}: send them in several requests", "prompt",
                                 "array_above_max_length")


def read_prompts(raw: msgspec.Raw, name: str = "prompt") -> list[str] | list[list[int]]:
    """Text, ids, or a list of either: known by what stands first, so that nothing is made of what is of another kind."""
    text = memoryview(raw).tobytes().strip()
    if text[:1] == b'"':
        return _checked([decode_part(text, str, name)], name)
    if text[:1] != b"[":
        raise InvalidRequest(f"{name} is neither text nor a list: send text or token ids", name, "invalid_type")
    inside = text[1:64].lstrip()[:1]
    if inside == b'"':
        return _checked(decode_part(text, list[str], name), name)
    if text.count(b",") > MOST_PROMPT_IDS:
        raise InvalidRequest(f"{name} has more than {MOST_PROMPT_IDS:,} ids: send less at once", name,
                             "array_above_max_length")
    if inside == b"[" and text.count(b"[") > 2 * MOST_PROMPTS:
        raise _too_many(name)
    if inside == b"[":
        return _checked(decode_part(text, list[list[int]], name), name)
    return _checked([decode_part(text, list[int], name)], name)


def check_number(num_prompts: int, name: str, max_queue: int) -> None:
    if num_prompts > max_queue:
        raise InvalidRequest(f"{name} has {num_prompts} elements, and this server never holds more than {max_queue} at once: "
                             "send them in several requests", name, "array_above_max_length")


def _checked(prompts: list[T], name: str) -> list[T]:
    if not prompts or not all(prompts):
        raise InvalidRequest(f"{name} is empty: send text or token ids", name, "empty_array")
    if len(prompts) > MOST_PROMPTS:
        raise _too_many(name)
    return prompts


def _too_many(name: str) -> InvalidRequest:
    return InvalidRequest(f"{name} has more than {MOST_PROMPTS:,} elements: send fewer at once", name,
                          "array_above_max_length")


class Turn:
    """One answer: n choices for each prompt, whole or in pieces."""

    def __init__(self, service: Service, request: CompletionRequest, params: SamplingParams, generation: Generation,
                 prompts: list[Prompt], answer_id: str, model: str):
        self.request, self.params, self.generation, self.prompts = request, params, generation, prompts
        self.tokenizer, self.num_choices = service.tokenizer, len(prompts) * params.n
        spelled = Spelled(service.tokenizer, bool(request.return_tokens_as_token_ids))
        skipped = service.tokenizer.special_ids if params.skip_special_tokens else frozenset[int]()
        self.logprobs = [CompletionLogprobs(spelled, params.logprobs or 0, skipped) for _ in range(self.num_choices)]
        self.says_more = request.logprobs is not None or bool(request.return_token_ids)    # in a chunk than its text
        self.shows_output = request.max_tokens != 0
        generation.counts_output = self.shows_output
        self.answer = {"id": answer_id, "object": "text_completion", "created": int(time.time()), "model": model,
                       "system_fingerprint": service.fingerprint}

    # ---- whole

    async def send_whole(self, send: Send, headers: Headers) -> None:
        choices = [Delta(i) for i in range(self.num_choices)]
        async with aclosing(self.generation.deltas()) as deltas:
            async for delta in deltas:
                choices[delta.index].append(self._hidden(delta))
        reply = await aside(lambda: json_reply(self._body(choices), headers=headers), self.generation.num_reported)
        reply.headers.extend(self.generation.server_timing())
        await reply.send(send)

    def _body(self, choices: list[Delta]) -> dict[str, Any]:
        return {**self.answer, "choices": [self._choice(choice) for choice in choices], "usage": self.generation.usage(),
                "timings": self.generation.timings()}

    def _choice(self, choice: Delta) -> dict[str, Any]:
        shown: dict[str, Any] = {"index": choice.index, "text": choice.text, "finish_reason": choice.finish_reason,
                                 "stop_reason": choice.stop_reason, "logprobs": None}
        if self.request.echo:
            shown["text"] = self._prompt_text(choice.index) + choice.text
        parts = [self._of_prompt(choice.index) if self.request.echo else None, self._said(choice)]
        if any(parts):
            shown["logprobs"] = {name: [x for part in parts if part for x in part[name]] for name in LOGPROBS}
        if self.request.prompt_logprobs is not None:
            shown["prompt_logprobs"] = prompt_logprobs(self._stream(choice.index).prompt_logprobs or [])
        if self.request.return_token_ids:
            shown |= {"token_ids": choice.token_ids, **self._prompt_ids(choice.index)}
        return shown

    # ---- in pieces

    async def stream(self, events: Events) -> None:
        self.chunks = Chunks(self.answer, self.generation, self.num_choices, self.request.stream_options,
                             b'"text":', b',"logprobs":null' + GOES_ON)
        await send_stream(events, self.chunks, self._first, self._pieces)

    async def _first(self, index: int) -> bytes:
        """The prompt, where it comes back."""
        ids = self._prompt_ids(index) if self.request.return_token_ids else {}
        if not self.request.echo:
            return self.chunks.chunk(index, _text("", None, ids)) if ids else b""
        return await aside(lambda: self.chunks.chunk(index, _text(self._prompt_text(index), self._of_prompt(index), ids)),
                           self.generation.num_reported)

    def _pieces(self, delta: Delta) -> bytes:
        """Ids without text, of a character that is not whole yet, say nothing by themselves."""
        delta = self._hidden(delta)
        if delta.text and not (self.says_more or delta.finish_reason):
            return self.chunks.plain(delta.index, delta.text)
        logprobs, ids = self._said(delta), {"token_ids": delta.token_ids} if self.request.return_token_ids else {}
        data = b""
        if delta.text or logprobs or (ids and delta.token_ids):
            data = self.chunks.chunk(delta.index, _text(delta.text, logprobs, ids))
        return data + (self.chunks.end(delta, b'"text":"","logprobs":null,') if delta.finish_reason else b"")

    # ---- parts

    def _hidden(self, delta: Delta) -> Delta:
        """Where only the prompt was asked for, the one token that was drawn is not shown."""
        return delta if self.shows_output else Delta(delta.index, finish_reason=delta.finish_reason and "length")

    def _said(self, delta: Delta) -> dict[str, Any] | None:
        if delta.logprobs is None or self.request.logprobs is None:
            return None
        return self.logprobs[delta.index].take(delta.token_ids, delta.logprobs)

    def _of_prompt(self, index: int) -> dict[str, Any] | None:
        if self.request.logprobs is None:
            return None
        stream = self._stream(index)
        return self.logprobs[index].take(stream.prompt_token_ids, stream.prompt_logprobs or [])

    def _prompt_text(self, index: int) -> str:
        prompt = self.prompts[index // self.params.n]
        return self.tokenizer.decode(prompt.ids) if prompt.text is None else prompt.text

    def _prompt_ids(self, index: int) -> dict[str, Any]:
        return {"prompt_token_ids": self.prompts[index // self.params.n].ids}

    def _stream(self, index: int) -> Any:
        return self.generation.streams[index // self.params.n]


def _text(text: str, logprobs: dict[str, Any] | None, ids: dict[str, Any]) -> bytes:
    more = b"," + encode(ids)[1:-1] if ids else b""
    return b"".join((b'"text":', json_text(text), b',"logprobs":', one_line(encode(logprobs)), GOES_ON, more))
