"""The process that compiles grammars of strangers: python -m quire.grammar.checker; door.py starts it and ends it.

Reads a text, says why it is refused, reads the next. What a grammar could do to it, it does to nobody else: its memory and
its stack are less than those of the process that will compile the same text again, so what passes here passes there.
"""
import resource
import signal
import sys
import threading
from contextlib import suppress

from quire.grammar.compile import refusal
from quire.grammar.door import LENGTH_BYTES, READY, SECONDS, framed

MOST_BYTES = 2 << 30            # of address space; most of it is libraries
STACK_BYTES = 4 << 20


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(ValueError, OSError):                     # macOS has no such limit; time is bounded anyway
        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    signal.signal(signal.SIGINT, signal.SIG_IGN)            # the terminal's are for the server, which ends this
    threading.stack_size(STACK_BYTES)
    worker = threading.Thread(target=serve)
    worker.start()
    worker.join()


def serve() -> None:
    say(READY)
    while len(head := sys.stdin.buffer.read(LENGTH_BYTES)) == LENGTH_BYTES:
        text = sys.stdin.buffer.read(int.from_bytes(head, "little")).decode()
        signal.setitimer(signal.ITIMER_REAL, 2 * SECONDS)   # nobody may be left to end it
        say(refusal(text).encode())
        signal.setitimer(signal.ITIMER_REAL, 0)


def say(data: bytes) -> None:
    sys.stdout.buffer.write(framed(data))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
