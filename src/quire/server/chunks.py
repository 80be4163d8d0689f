"""The events of a stream, from bytes prepared once for each answer: what is the same in all of them is encoded once."""
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import msgspec

from quire.core.errors import QuireError
from quire.engine.client import Delta
from quire.server.generation import Generation
from quire.server.service import log
from quire.server.shapes import StreamOptions
from quire.server.stream import DONE, Events, Pipe, event, json_text, one_line

encode = msgspec.json.Encoder().encode


class Chunks:
    """answer           what each chunk says of the whole: id, object, created, model, ...
    before, after    members of a choice that says only text, on both sides of it
    """

    def __init__(self, answer: dict[str, Any], generation: Generation, num_choices: int, options: StreamOptions | None,
                 before: bytes, after: bytes):
        self.answer, self.generation = answer, generation
        head = b"data: " + one_line(encode(answer))[:-1] + b',"choices":[{"index":'
        self.heads = [head + b"%d," % i for i in range(num_choices)]
        self.tells_usage = bool(options and options.include_usage)
        self.always_tells = self.tells_usage and bool(options and options.continuous_usage_stats)
        self.num_open, self.num_sent = num_choices, 0       # choices that go on; tokens of the chunks so far
        self.before, self.after = before, after
        self.plain_heads = [head + before for head in self.heads]
        self.plain_tail = after + b"}]" + (b',"usage":null' if self.tells_usage else b"") + b"}\n\n"

    def plain(self, index: int, text: str) -> bytes:
        """As `chunk`, of text alone: most chunks are, and what is the same in all of them is ready."""
        if self.always_tells:
            return self.chunk(index, b"".join((self.before, json_text(text), self.after)))
        return b"".join((self.plain_heads[index], json_text(text), self.plain_tail))

    def chunk(self, index: int, choice: bytes, extra: bytes = b"") -> bytes:
        """`choice` and `extra` are members of JSON objects, without the braces; extra begins with a comma."""
        return b"".join((self.heads[index], choice, b"}]", self._usage(), extra, b"}\n\n"))

    def end(self, delta: Delta, choice: bytes) -> bytes:
        """A choice has ended. The last chunk of the stream tells how long all took."""
        self.num_open -= 1
        reasons = encode({"finish_reason": delta.finish_reason, "stop_reason": delta.stop_reason})[1:-1]
        is_last = not self.num_open and not self.tells_usage
        timings = b',"timings":' + encode(self.generation.timings()) if is_last else b""
        return self.chunk(delta.index, choice + one_line(reasons), timings)

    def last(self) -> bytes:
        if not self.tells_usage:
            return b""
        return event({**self.answer, "choices": [], "usage": self.generation.usage(), "timings": self.generation.timings()})

    def _usage(self) -> bytes:
        if self.always_tells:
            return b',"usage":' + encode(self.generation.usage(self.num_sent))
        return b',"usage":null' if self.tells_usage else b""


def at_once(pipe: Pipe, chunks: Chunks, begun: set[int], of: Callable[[Delta], bytes]) -> Callable[[Delta], bool]:
    """Takes deltas in the middle of the engine's news: no task is woken for a chunk that there is room for."""
    def take(delta: Delta) -> bool:
        if delta.index not in begun or not pipe.is_free:
            return False
        chunks.num_sent += len(delta.token_ids)
        if data := of(delta):
            pipe.write(data)
        return True
    return take


async def send_stream(events: Events, chunks: Chunks, first: Callable[[int], Awaitable[bytes]], of: Callable[[Delta], bytes]
                      ) -> None:
    """`first` gives what a choice begins with. Nothing is sent before the engine has said something: what it refuses is no
    stream. Whatever is raised later is the last event."""
    begun: set[int] = set()
    if events.pipe is not None:
        chunks.generation.listen(at_once(events.pipe, chunks, begun, of))
    events.watch()
    try:
        async with aclosing(chunks.generation.deltas()) as deltas:
            async for delta in deltas:
                data = b""
                if delta.index not in begun:
                    begun.add(delta.index)
                    data = await first(delta.index)
                chunks.num_sent += len(delta.token_ids)
                data += of(delta)
                if data:
                    if not events.is_open:
                        events.headers += chunks.generation.server_timing()
                    await events.put(data)
        await events.put(chunks.last() + DONE, more=False)
    except QuireError as error:
        if not events.is_open:
            raise
        await events.fail(error)
    except Exception:
        if not events.is_open:
            raise
        log.exception("request %s failed", events.scope["quire.request_id"])
        await events.fail(QuireError("unexpected"))
    finally:
        events.close()
