"""POST /v1/chat/completions."""
import time
from contextlib import aclosing
from typing import Any, NamedTuple

from quire.core.errors import CONFLICT, InvalidRequest
from quire.core.sampling_params import SamplingParams
from quire.core.structured import NAME, StructuredOutputsParams
from quire.engine.client import Delta
from quire.server.aside import aside
from quire.server.body import decode, read_body
from quire.server.chunks import Chunks, encode, send_stream
from quire.server.conversation import plain_messages, text_of
from quire.server.generation import Generation, check_common, sampling_params, truncate
from quire.server.logprobs import Spelled, chat_content, prompt_logprobs
from quire.server.renamed import renamed
from quire.server.replies import Headers, Receive, Scope, Send, json_reply
from quire.server.service import Service
from quire.server.shapes import ChatRequest, TokenizeRequest
from quire.server.speaker import Reading, Speaker, delta_of
from quire.server.stream import Events, one_line, while_connected
from quire.server.structured import form_names, structured_outputs
from quire.server.tools import AskedTools, asked_tools
from quire.text.router import ReasoningTokens
from quire.text.tools.found import Parts, join

SAYS_NO_MORE = b',"logprobs":null,"finish_reason":null'      # of a choice


def check(request: ChatRequest) -> None:
    check_common(request)
    if request.top_logprobs and not request.logprobs:
        raise InvalidRequest("top_logprobs is given, but logprobs is not true", "top_logprobs", CONFLICT)
    if request.top_logprobs is not None and request.top_logprobs < 0:
        raise InvalidRequest(f"top_logprobs is {request.top_logprobs}: give 0 or more", "top_logprobs",
                             "integer_below_min_value")
    most, older = request.max_completion_tokens, request.max_tokens
    if most is not None and older is not None and most != older:
        raise InvalidRequest("max_tokens and max_completion_tokens differ: they mean the same, so send one", "max_tokens",
                             CONFLICT)


def template_variables(service: Service, request: ChatRequest | TokenizeRequest) -> dict[str, Any]:
    """What the template is rendered with, beside the messages."""
    given = request.chat_template_kwargs or {}
    service.template.check_names(given)
    goes_on = bool(request.continue_final_message)
    if goes_on and request.add_generation_prompt:
        raise InvalidRequest("continue_final_message and add_generation_prompt exclude each other: send one",
                             "continue_final_message", CONFLICT)
    variables = {**service.plan.default_chat_template_kwargs, **given, "continue_final_message": goes_on,
                 "add_generation_prompt": not goes_on and request.add_generation_prompt is not False}
    if isinstance(request, ChatRequest):
        _add_effort(service, request, variables)
        if request.documents is not None:
            variables["documents"] = request.documents
    return variables


def _add_effort(service: Service, request: ChatRequest, variables: dict[str, Any]) -> None:
    if request.reasoning_effort is None:
        return
    if "reasoning_effort" not in service.template_source:
        raise InvalidRequest("reasoning_effort: this model has no such setting; leave it out", "reasoning_effort",
                             "unsupported_parameter")
    variables["reasoning_effort"] = request.reasoning_effort


class Asked(NamedTuple):
    """A request, read and checked as far as it can be before the engine sees it.

    ids, text   of the whole conversation; ids cut where that was asked for
    """
    request: ChatRequest
    params: SamplingParams
    ids: list[int]
    text: str
    reading: Reading
    echoed: str
    answer_id: str
    model: str
    headers: Headers


class Chat:
    """The route. One for the server; each call has its own Turn."""

    def __init__(self, service: Service):
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        service, asked = self.service, await self.read(scope, receive)
        request, params = asked.request, asked.params
        with renamed(names_of(request, asked.reading.tools)):
            generation = Generation.start(service.client, [asked.ids], params, request, scope, asked.reading.shown_ids)
        turn = Turn(service, request, params, generation, asked.reading, asked.answer_id, asked.model, asked.text, asked.echoed)
        with generation.until_told(service, asked.answer_id):
            async with while_connected(receive):
                if request.stream:
                    await turn.stream(Events(scope, send, service.stalls, asked.headers))
                else:
                    await turn.send_whole(send, asked.headers)

    async def read(self, scope: Scope, receive: Receive) -> "Asked":
        service = self.service
        read = decode(await read_body(scope, receive), ChatRequest, service.plan.strict)
        request = read.content
        model = service.model_name(request.model)
        check(request)
        answer_id = service.answer_id("chatcmpl", scope, request.request_id)
        messages = plain_messages(request.messages)
        tools = asked_tools(service, request)
        text, ids = await service.render(messages, bool(request.add_special_tokens), template_variables(service, request),
                                         tools.shown)
        reading = Reading.of(service, request, tools, text, messages)
        with renamed(names_of(request, tools)):
            params = self._params(request, tools.grammar(service, reading.thoughts, structured_outputs(request)))
            await self._look_ahead(params, tools)
            ids = truncate(ids, request, service.plan.max_model_len, params.max_tokens)
        echoed = text_of(messages[-1]["content"]) if request.echo and messages[-1]["role"] == "assistant" else ""
        return Asked(request, params, ids, text, reading, echoed, answer_id, model, read.headers)

    async def _look_ahead(self, params: SamplingParams, tools: AskedTools) -> None:
        try:
            await self.service.client.look_ahead(params)
        except InvalidRequest as error:
            raise await tools.blame(self.service, error) from None

    def _params(self, request: ChatRequest, form: StructuredOutputsParams | None) -> SamplingParams:
        most = request.max_tokens if request.max_completion_tokens is None else request.max_completion_tokens
        return sampling_params(self.service, request, form, max_tokens=self.service.max_tokens if most is None else most,
                               logprobs=(request.top_logprobs or 0) if request.logprobs else None)


def names_of(request: ChatRequest, tools: AskedTools) -> dict[str, str]:
    """What a client of this route calls things. Of tools a grammar was made that it knows nothing of."""
    most = "max_completion_tokens" if request.max_completion_tokens is not None else "max_tokens"
    return {"prompt": "messages", "max_tokens": most, "logprobs": "top_logprobs", **form_names(request),
            **({f"{NAME}.grammar": "tools"} if tools.form else {})}


class Turn:
    """One answer: n choices, whole or in pieces.

    echoed      what the answer goes on with, where that was asked for
    """

    def __init__(self, service: Service, request: ChatRequest, params: SamplingParams, generation: Generation,
                 reading: Reading, answer_id: str, model: str, prompt_text: str, echoed: str):
        self.request, self.params, self.generation = request, params, generation
        self.prompt_text, self.echoed = prompt_text, echoed
        self.speakers = [Speaker(reading, self._counter(reading)) for _ in range(params.n)]
        self.says_more = params.logprobs is not None or bool(request.return_token_ids)     # in a chunk than its text
        self.spelled = Spelled(service.tokenizer, bool(request.return_tokens_as_token_ids))
        self.answer = {"id": answer_id, "object": "chat.completion", "created": int(time.time()), "model": model,
                       "system_fingerprint": service.fingerprint}

    def _counter(self, reading: Reading) -> ReasoningTokens | None:
        """One for each choice, where somebody will be told; they count in `usage`."""
        options = self.request.stream_options
        if reading.reasoning is None or (self.request.stream and not (options and options.include_usage)):
            return None
        self.generation.num_reasoning = lambda: sum(each.counter.count for each in self.speakers if each.counter)
        return reading.counter(self.params, self.generation.streams[0].prompt_token_ids)

    # ---- whole

    async def send_whole(self, send: Send, headers: Headers) -> None:
        choices = [Delta(i) for i in range(self.params.n)]
        heard: list[list[Parts]] = [[] for _ in choices]
        async with aclosing(self.generation.deltas()) as deltas:
            async for delta in deltas:
                heard[delta.index].append(self.speakers[delta.index].hear(delta))
                choices[delta.index].append(delta)
        reply = await aside(lambda: json_reply(self._body(choices, heard), headers=headers), self.generation.num_reported)
        reply.headers.extend(self.generation.server_timing())
        await reply.send(send)

    def _body(self, choices: list[Delta], heard: list[list[Parts]]) -> dict[str, Any]:
        body: dict[str, Any] = {**self.answer, "choices": [*map(self._choice, choices, heard)],
                                "usage": self.generation.usage(), "timings": self.generation.timings(), **self._prompt()}
        if self.params.prompt_logprobs is not None:
            body["prompt_logprobs"] = prompt_logprobs(self.generation.streams[0].prompt_logprobs or [])
        return body

    def _choice(self, choice: Delta, heard: list[Parts]) -> dict[str, Any]:
        message = self.speakers[choice.index].message(join(heard), self.echoed)
        shown: dict[str, Any] = {"index": choice.index, "message": message, "logprobs": self._logprobs(choice),
                                 "finish_reason": choice.finish_reason, "stop_reason": choice.stop_reason}
        return shown | ({"token_ids": choice.token_ids} if self.request.return_token_ids else {})

    def _prompt(self) -> dict[str, Any]:
        ids = {"prompt_token_ids": self.generation.streams[0].prompt_token_ids} if self.request.return_token_ids else {}
        return ids | ({"prompt_text": self.prompt_text} if self.request.return_prompt_text else {})

    def _logprobs(self, delta: Delta) -> dict[str, Any] | None:
        if delta.logprobs is None or self.params.logprobs is None:
            return None
        return {"content": chat_content(delta.token_ids, delta.logprobs, self.params.logprobs, self.spelled)}

    # ---- in pieces

    async def stream(self, events: Events) -> None:
        self.answer["object"] = "chat.completion.chunk"
        self.chunks = Chunks(self.answer, self.generation, self.params.n, self.request.stream_options,
                             b'"delta":{"content":', b"}" + SAYS_NO_MORE)
        await send_stream(events, self.chunks, self._first, self._pieces)

    async def _first(self, index: int) -> bytes:
        """Who speaks, and what the answer goes on with."""
        prompt = self._prompt()
        extra = b"," + one_line(encode(prompt))[1:-1] if prompt else b""
        role = b'"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null'
        echoed = self.chunks.chunk(index, _told(Parts(content=self.echoed), b"null", b"")) if self.echoed else b""
        return self.chunks.chunk(index, role, extra) + echoed

    def _pieces(self, delta: Delta) -> bytes:
        """Ids without text, of a character that is not whole yet, say nothing by themselves."""
        speaker, ids, data = self.speakers[delta.index], b"", b""
        if speaker.is_plain and delta.text and not (self.says_more or delta.finish_reason):
            return self.chunks.plain(delta.index, delta.text)
        logprobs, parts = self._logprobs(delta), speaker.hear(delta)
        if self.request.return_token_ids and delta.token_ids:
            ids = b',"token_ids":' + encode(delta.token_ids)
        if parts or logprobs or ids:
            data = self.chunks.chunk(delta.index, _told(parts, one_line(encode(logprobs)), ids))
        return data + (self.chunks.end(delta, b'"delta":{},"logprobs":null,') if delta.finish_reason else b"")


def _told(parts: Parts, logprobs: bytes, ids: bytes) -> bytes:
    return b"".join((b'"delta":', delta_of(parts), b',"logprobs":', logprobs, b',"finish_reason":null', ids))
