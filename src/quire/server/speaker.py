"""What is told of an answer: its text, split into reasoning, content and calls of tools, as OpenAI's clients read them.

parallel_tool_calls false: a model may still make several calls. The first is told, the others leave no trace in the answer,
nor does the text of them; they count in usage, for they were generated.
"""
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import msgspec

from quire.core.sampling_params import SamplingParams
from quire.engine.answer import PROMPT_TAIL
from quire.engine.client import Delta
from quire.engine.tool_grammar import Thoughts
from quire.server.conversation import text_of
from quire.server.service import Service
from quire.server.shapes import ChatRequest
from quire.server.stream import json_text, one_line
from quire.server.tools import AskedTools
from quire.text.detokenizer import Detokenizer
from quire.text.reasoning import Reasoning
from quire.text.router import ReasoningTokens, Router
from quire.text.tokenizer import Tokenizer
from quire.text.tools.found import Call, Parts, call_id, join

encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Reading:
    """How the answers to one request are read.

    tools       those asked for, and the form of their calls; without one they are not searched for any
    reasoning   its marks; None: there are none to be looked for
    is_open     the prompt ends inside of a block of reasoning
    may_think   it is not closed there, and thoughts are wanted, by the client or by habit
    goes_on     it ends inside of a message
    """
    tools: AskedTools
    id_letters: int
    is_single: bool
    reasoning: Reasoning | None
    is_open: bool
    may_think: bool
    goes_on: bool
    hides_reasoning: bool
    tokenizer: Tokenizer

    @classmethod
    def of(cls, service: Service, request: ChatRequest, asked: AskedTools, prompt: str,
           messages: Sequence[Mapping[str, Any]]) -> "Reading":
        goes_on = bool(request.continue_final_message)
        reasoning = service.reasoning
        is_open = reasoning is not None and reasoning.is_open(prompt, text_of(messages[-1]["content"]) if goes_on else None)
        given = {**service.plan.default_chat_template_kwargs, **(request.chat_template_kwargs or {})}
        may_think = reasoning is not None and not reasoning.is_closed(prompt) and bool(
            given.get("enable_thinking", given.get("thinking", reasoning.is_habit(service.template_source))))
        return cls(asked, service.tools.id_letters if service.tools else 0, request.parallel_tool_calls is False,
                   None if goes_on and not is_open else reasoning, is_open, may_think, goes_on,
                   request.include_reasoning is False, service.tokenizer)

    @property
    def thoughts(self) -> Thoughts | None:
        """That may stand before the answer. Before a call that must come none are offered unless they are wanted: a model
        that would rather do something else would do it there."""
        if self.reasoning is None or not (self.is_open or self.may_think or not self.tools.is_forced):
            return None
        return Thoughts(self.reasoning, self.is_open)

    @cached_property
    def shown_ids(self) -> frozenset[int]:
        """Special tokens that the model writes around what it says: they must reach the router."""
        words = (*(self.tools.format.words if self.tools.format else ()), *(self.reasoning.words if self.reasoning else ()))
        return self.tokenizer.special_ids_in(words)

    def router(self) -> Router:
        make_id = partial(_short_id, self.id_letters) if self.id_letters else call_id
        tools = self.tools
        return Router(self.reasoning, self.is_open, tools.format, tools.schemas, self.is_single, make_id, self.goes_on)

    def counter(self, params: SamplingParams, prompt: Sequence[int]) -> ReasoningTokens | None:
        if self.reasoning is None:
            return None
        detokenizer = Detokenizer(self.tokenizer, params.skip_special_tokens, params.spaces_between_special_tokens,
                                  prompt[-PROMPT_TAIL:], self.shown_ids)
        return ReasoningTokens(detokenizer, self.reasoning, self.is_open)


def _short_id(letters: int) -> str:
    return secrets.token_hex(letters)[:letters]


class Speaker:
    """One choice. has_thought, has_called: so far."""

    def __init__(self, reading: Reading, counter: ReasoningTokens | None):
        self.reading, self.router, self.counter = reading, reading.router(), counter
        self.has_thought = self.has_called = False

    @property
    def is_plain(self) -> bool:
        """What comes is content as it is, and nobody counts it: it need not be heard."""
        router = self.router
        return router.is_plain and self.counter is None and not router.found.content.is_beside

    def hear(self, delta: Delta) -> Parts:
        """What is new. The reason of an end becomes "tool_calls" where the model has stopped to have tools called,
        but not where the client has named the tool."""
        parts = self.router.feed(delta.text)
        if self.counter is not None:
            self.counter.add(delta.token_ids)
        if delta.finish_reason:
            parts = join((parts, self.router.finish()))
        self.has_thought |= bool(parts.reasoning)
        self.has_called |= bool(parts.calls)
        if self.reading.hides_reasoning:
            parts.reasoning = ""
        if delta.finish_reason == "stop" and self.has_called and not self.reading.tools.is_named:
            delta.finish_reason = "tool_calls"
        return parts

    def message(self, parts: Parts, echoed: str) -> dict[str, Any]:
        """All of it. Both names of reasoning are there wherever the model may have any."""
        content = echoed + parts.content
        is_none = not content and (self.has_called or self.has_thought)
        message: dict[str, Any] = {"role": "assistant", "content": None if is_none else content, "refusal": None}
        if self.reading.reasoning is not None:
            message |= dict.fromkeys(("reasoning", "reasoning_content"), parts.reasoning or None)
        return message | ({"tool_calls": [_whole(call) for call in parts.calls]} if parts.calls else {})


def _whole(call: Call) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def delta_of(parts: Parts) -> bytes:
    """The delta of a chunk, as JSON in one line."""
    if not parts.reasoning and not parts.calls:
        return b'{"content":' + json_text(parts.content) + b"}"
    told: dict[str, Any] = {"content": parts.content} if parts.content else {}
    if parts.reasoning:
        told |= dict.fromkeys(("reasoning", "reasoning_content"), parts.reasoning)
    if parts.calls:
        told["tool_calls"] = [{"index": call.index, **(_whole(call) if call.name else {"function": {
            "arguments": call.arguments}})} for call in parts.calls]
    return one_line(encode(told))
