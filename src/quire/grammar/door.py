"""Where grammars are refused: what a client asks for is compiled before it is admitted, and what has passed is remembered.

`check` compiles here and now. `check_apart` has a process of its own do it (checker.py), which is ended when it takes too
long or too much memory: so a server waits for no grammar, and none can end it. Both forget nothing that matters: who passed
once passes again at once, until MOST_KNOWN others came.
"""
import asyncio
import os
import selectors
import subprocess
import sys
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import quire
from quire.core import checks
from quire.core.errors import UNENFORCED, Overloaded, Unavailable
from quire.core.structured import KINDS, NAME, StructuredOutputsParams
from quire.grammar.compile import refusal, text_of

MOST_KNOWN = 1_024
MOST_WAITING = 64
SECONDS = 5.0                   # that compiling may take
START_SECONDS = 30.0            # for the process to begin
LENGTH_BYTES = 4
READY = b"ready"
TOO_LONG = f"it takes longer than {SECONDS:.0f} seconds to compile, or too much memory: make it smaller"


class Door:
    """known    digest of a grammar -> why it is refused, or nothing
    latest   what was last asked of check_apart, and its text: a request of a thousand prompts comes to `check` for each
    """

    def __init__(self) -> None:
        self.known: OrderedDict[bytes, str] = OrderedDict()
        self.latest: tuple[StructuredOutputsParams, str] | None = None
        self.num_waiting = 0
        self.pool: ThreadPoolExecutor | None = None
        self.checker: Checker | None = None

    def check(self, asked: StructuredOutputsParams) -> str:
        """The text of the grammar. Raises InvalidRequest."""
        text = self.latest[1] if self.latest and self.latest[0] == asked else text_of(asked)
        if (reason := self._recall(text)) is None:
            reason = self._keep(text, refusal(text))
        return self._admit(asked, text, reason)

    async def check_apart(self, asked: StructuredOutputsParams) -> None:
        """The same for a loop with others on it."""
        text = text_of(asked)
        self.latest = asked, text
        if (reason := self._recall(text)) is None:
            if self.num_waiting >= MOST_WAITING:
                raise Overloaded(f"{self.num_waiting} new grammars are waiting to be compiled; try again in a moment")
            self.pool = self.pool or ThreadPoolExecutor(1, "quire-door")
            self.num_waiting += 1
            try:
                reason = await asyncio.get_running_loop().run_in_executor(self.pool, self._ask, text)
            finally:
                self.num_waiting -= 1
            self._keep(text, reason)
        self._admit(asked, text, reason)

    def close(self) -> None:
        if self.checker is not None:
            self.checker.kill()
        if self.pool is not None:
            self.pool.shutdown(wait=not self.num_waiting, cancel_futures=True)
            self.pool = None

    def _recall(self, text: str) -> str | None:
        key = sha256(text.encode()).digest()
        if key in self.known:
            self.known.move_to_end(key)
        return self.known.get(key)

    def _keep(self, text: str, reason: str) -> str:
        self.known[sha256(text.encode()).digest()] = reason
        if len(self.known) > MOST_KNOWN:
            self.known.popitem(last=False)
        return reason

    def _admit(self, asked: StructuredOutputsParams, text: str, reason: str) -> str:
        if reason:
            kind = next(kind for kind in KINDS if getattr(asked, kind) is not None)
            raise checks.refuse(f"{NAME}.{kind}", f"cannot be used: {reason}", UNENFORCED)
        return text

    def _ask(self, text: str) -> str:
        """On the pool's one thread."""
        if self.checker is None or not self.checker.is_alive:
            self.checker = Checker()
        return self.checker.ask(text)


class Checker:
    """The process, and what is said with it: lengths and texts. It ends with the end of its input."""

    def __init__(self) -> None:
        paths = [str(Path(quire.__file__).parents[1]), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "quire.grammar.checker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONSAFEPATH": "1"})
        self.lock = threading.Lock()            # of its end: `kill` comes from another thread
        if self._receive(START_SECONDS) != READY:
            self.kill()
            raise Unavailable("the process that checks grammars does not start; try again in a moment")

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def ask(self, text: str) -> str:
        """Why it is refused. A grammar that this process does not survive is refused for that."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(framed(text.encode()))
            self.process.stdin.flush()
            answer = self._receive(SECONDS)
        except OSError:
            answer = None
        if answer is None:
            self.kill()
            return TOO_LONG
        return answer.decode()

    def kill(self) -> None:
        with self.lock:
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    with suppress(OSError):     # what was written and not read is lost with it
                        pipe.close()

    def _receive(self, seconds: float) -> bytes | None:
        """None: it has ended, or says nothing for so long."""
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            if not selector.select(seconds):
                return None
        head = self.process.stdout.read(LENGTH_BYTES)
        return self.process.stdout.read(int.from_bytes(head, "little")) if len(head) == LENGTH_BYTES else None


def framed(data: bytes) -> bytes:
    return len(data).to_bytes(LENGTH_BYTES, "little") + data
