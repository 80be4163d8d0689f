"""What crosses between the engine and its ranks: typed msgpack, arrays as core/wire.py has them, in frames, each behind its
length. Nothing else is understood, and nothing that arrives is ever executed."""
import socket
from collections.abc import Callable
from typing import Any

import msgspec

from quire.core.types import Logprobs, Masking, Step, StepOutput
from quire.core.wire import decoder, encode_body

LENGTH_BYTES = 8
MOST = 1 << 32                  # bytes of a frame


class Init(msgspec.Struct, tag=True):
    """The first message to a rank."""
    plan: dict[str, Any]
    rank: int
    size: int
    meeting: str                # the file through which the ranks find each other
    secret: bytes               # of this run, and of its ranks alone


class Execute(msgspec.Struct, tag=True):
    step: Step


class Free(msgspec.Struct, tag=True):
    weights: bool


class Restore(msgspec.Struct, tag=True):
    weights: bool
    kv: bool


class Loading(msgspec.Struct, tag=True):
    done: int                   # bytes of weights
    total: int


class Ready(msgspec.Struct, tag=True):
    """The rank takes steps now, or has done what it was last told to free or restore."""


class Alive(msgspec.Struct, tag=True):
    num_layers_run: int


class Lost(msgspec.Struct, tag=True):
    """The rank's last word: which class of core/errors.py, and its message."""
    error: str
    message: str


class Done(msgspec.Struct, tag=True):
    number: int
    tokens: dict[int, list[int]]
    logprobs: dict[int, Logprobs]
    prompt_logprobs: dict[int, Logprobs]
    vectors: dict[int, Any]
    failed: dict[int, str]
    barred: set[int]
    masking: Masking | None

    @classmethod
    def of(cls, number: int, output: StepOutput) -> "Done":
        return cls(number, output.tokens, output.logprobs, output.prompt_logprobs, output.vectors, output.failed,
                   output.barred, output.masking)

    def output(self) -> StepOutput:
        return StepOutput(self.tokens, self.logprobs, self.prompt_logprobs, self.vectors, self.failed, self.barred,
                          self.masking)


ToRank = Init | Execute | Free | Restore
FromRank = Loading | Ready | Alive | Lost | Done


encode = encode_body
decode_to_rank: Callable[[bytes], ToRank] = decoder(ToRank)
decode_from_rank: Callable[[bytes], FromRank] = decoder(FromRank)


def send(connection: socket.socket, frame: bytes) -> None:
    connection.sendall(len(frame).to_bytes(LENGTH_BYTES, "little") + frame)


def receive(connection: socket.socket) -> bytes:
    """One frame, or nothing where the other side has ended."""
    length = int.from_bytes(_read(connection, LENGTH_BYTES), "little")
    if length > MOST:
        raise ConnectionError(f"a frame of {length} bytes")
    return _read(connection, length)


def _read(connection: socket.socket, count: int) -> bytes:
    data = bytearray(count)
    view, got = memoryview(data), 0
    while got < count:
        if not (n := connection.recv_into(view[got:])):
            return b""
        got += n
    return bytes(data)
