"""What comes back to one request: server-sent events as they arrive, and the times that follow from them.

Times are seconds of one clock, taken where bytes are read from the socket. Latency counts from when the request was due, not
from when it was sent: a generator or a limit that holds requests back must not make the server look fast.
"""
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

DONE = b"[DONE]"
LONGEST_REASON = 300                # characters of a refusal that are told


class Delta(msgspec.Struct):
    content: Any = None
    reasoning: Any = None
    reasoning_content: Any = None
    tool_calls: Any = None


class Choice(msgspec.Struct):
    text: Any = None
    delta: Delta | None = None
    finish_reason: Any = None

    def says(self) -> bool:
        """A first chunk with nothing but a role, or a last one with nothing but a reason, is no token."""
        d = self.delta
        return bool(self.text or (d and (d.content or d.reasoning or d.reasoning_content or d.tool_calls)))


class Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class Event(msgspec.Struct):
    """The fields that matter; a server may send any others."""
    choices: list[Choice] | None = None
    usage: Usage | None = None
    error: Any = None


read_event = msgspec.json.Decoder(Event).decode


class Events:
    """Bytes, cut anywhere -> the data of whole events."""

    def __init__(self) -> None:
        self.rest, self.data = b"", b""

    def feed(self, received: bytes) -> Iterator[bytes]:
        *lines, self.rest = (self.rest + received).split(b"\n")
        for line in lines:
            line = line.removesuffix(b"\r")
            if line.startswith(b"data:"):
                said = line[5:].removeprefix(b" ")
                self.data = self.data + b"\n" + said if self.data else said
            elif not line and self.data:
                yield self.data
                self.data = b""


@dataclass(slots=True)
class Outcome:
    """One request. Invariant: without an error it ended whole, with at least one token."""
    prompt_tokens_asked: int
    due: float = 0.0                # when it should have been sent
    woken: float = 0.0              # when the generator got to it
    sent: float = 0.0               # when a place was free for it, too
    ended: float = 0.0
    times: list[float] = field(default_factory=list)    # of the chunks that say something
    prompt_tokens: int | None = None                    # as the server counts; None: it did not say
    completion_tokens: int | None = None
    finish_reason: str = ""
    error: str = ""
    is_done: bool = False

    @property
    def output_tokens(self) -> int:
        """A chunk counts as one token where the server does not say."""
        return len(self.times) if self.completion_tokens is None else self.completion_tokens

    @property
    def input_tokens(self) -> int:
        return self.prompt_tokens_asked if self.prompt_tokens is None else self.prompt_tokens

    @property
    def ttft(self) -> float:
        return self.times[0] - self.due

    @property
    def e2el(self) -> float:
        return self.ended - self.due

    @property
    def tpot(self) -> float | None:
        """Per token after the first; an answer of one token has none."""
        return (self.times[-1] - self.times[0]) / (self.output_tokens - 1) if self.output_tokens > 1 else None

    @property
    def itls(self) -> list[float]:
        """Between chunks, which are tokens where each has one."""
        return [later - earlier for earlier, later in zip(self.times, self.times[1:], strict=False)]


class Answer:
    """Takes the bytes of one response into its Outcome."""

    def __init__(self, outcome: Outcome):
        self.outcome, self.events = outcome, Events()

    def take(self, received: bytes, now: float) -> None:
        for data in self.events.feed(received):
            self._take_event(data, now)

    def _take_event(self, data: bytes, now: float) -> None:
        outcome = self.outcome
        outcome.ended = now
        if data == DONE:
            outcome.is_done = True
            return
        try:
            event = read_event(data)
        except msgspec.MsgspecError as error:
            outcome.error = outcome.error or f"an event that is no chunk: {error}"
            return
        if event.error:
            outcome.error = outcome.error or f"an error in the stream: {reason_of({'error': event.error})}"
        if event.usage:
            outcome.prompt_tokens, outcome.completion_tokens = event.usage.prompt_tokens, event.usage.completion_tokens
        choices = event.choices or ()
        if any(choice.says() for choice in choices):
            outcome.times.append(now)
        for choice in choices:
            outcome.finish_reason = choice.finish_reason or outcome.finish_reason

    def finish(self, status: int, body: bytes) -> None:
        """The response has ended; what is missing is an error."""
        outcome = self.outcome
        if status != 200:
            outcome.error = f"status {status}: {reason_of(body)}"
        elif not outcome.error and not (outcome.is_done or outcome.finish_reason):
            outcome.error = "the connection was closed before the answer was complete"
        elif not outcome.error and not outcome.times:
            outcome.error = "an answer without a token"


def reason_of(body: Any) -> str:
    """OpenAI's error object, FastAPI's detail, or whatever there is; one line."""
    if isinstance(body, bytes):
        try:
            body = msgspec.json.decode(body)
        except msgspec.MsgspecError:
            body = body.decode("utf-8", "replace")
    if isinstance(body, dict):
        error = body.get("error") or body.get("detail") or body.get("message") or body
        body = error.get("message") or error if isinstance(error, dict) else error
    return " ".join(str(body).split())[:LONGEST_REASON] or "no reason is given"
