"""A server that streams by a script, over HTTP/1.1 with chunks and connections that are kept, and notes when it wrote what."""
import asyncio
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Script:
    """delays    seconds before each token"""
    url: str = ""
    delays: tuple[float, ...] = (0.0, 0.0, 0.0)
    has_usage: bool = True
    tokens_per_chunk: int = 1
    failing: tuple[int, ...] = ()           # numbers of requests that are refused with 429
    cut: tuple[int, ...] = ()               # and of those whose connection is closed in the middle
    drops_kept: bool = False                # close a kept connection when it is used again
    cards: list[dict[str, Any]] = field(default_factory=lambda: [{"id": "scripted"}])
    bodies: list[dict[str, Any]] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    written: list[list[float]] = field(default_factory=list)     # of each request, when its tokens were written
    came: list[float] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)                 # of each request, what X-Request-Id said
    num_connections: int = 0


class Served:
    def __init__(self, script: Script):
        self.script = script

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.script.num_connections += 1
        num_asked = 0
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                num_asked += 1
                if self.script.drops_kept and num_asked > 1:
                    return
                sizes = re.findall(r"content-length: (\d+)", head.lower())
                body = await reader.readexactly(int(sizes[0]) if sizes else 0)
                if not await self.answer(head, body, writer):
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answer(self, head: str, body: bytes, writer: asyncio.StreamWriter) -> bool:
        script = self.script
        script.heads.append(head)
        if head.startswith("GET"):
            return self.whole(writer, 200, {"data": script.cards})
        number = len(script.bodies)
        script.bodies.append(json.loads(body))
        script.ids += re.findall(r"X-Request-Id: (\S+)", head)
        script.came.append(time.perf_counter())
        script.written.append([])
        if number in script.failing:
            return self.whole(writer, 429, {"error": {"message": "the queue is full"}})
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for i, delay in enumerate(script.delays):
            if number in script.cut and i == 1:
                return False
            await asyncio.sleep(delay)
            script.written[number].append(time.perf_counter())
            self.event(writer, {"choices": [{"text": " a" * script.tokens_per_chunk, "delta": {"content": "a"}}]})
            await writer.drain()
        tokens = len(script.delays) * script.tokens_per_chunk
        usage = {"prompt_tokens": 11, "completion_tokens": tokens}
        self.event(writer, {"choices": [], **({"usage": usage} if script.has_usage else {})})
        self.event(writer, b"[DONE]")
        writer.write(b"0\r\n\r\n")
        return True

    def event(self, writer: asyncio.StreamWriter, value: Any) -> None:
        data = b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) + b"\n\n"
        writer.write(b"%x\r\n%s\r\n" % (len(data), data))

    def whole(self, writer: asyncio.StreamWriter, status: int, value: Any) -> bool:
        body = json.dumps(value).encode()
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        return True


@contextmanager
def scripted_server(**asked: Any) -> Iterator[Script]:
    script = Script(**asked)
    loop, ready = asyncio.new_event_loop(), threading.Event()

    async def serve() -> None:
        served = Served(script)
        server = await asyncio.start_server(served.talk, "127.0.0.1", 0)
        script.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready.set()
        await over.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)

    over = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield script
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()
