"""The records of core/messages.py as bytes: typed msgpack, read back as the type that the first byte names and no other.

Ids of a prompt cross as raw uint32, arrays as an extension of dtype, shape and raw little-endian bytes. Whatever does
not fit its type is a WireError; nothing that arrives is ever executed.
"""
from array import array
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from quire.core import errors
from quire.core.errors import EngineDead, QuireError
from quire.core.messages import Abort, Add, Batch, Command, Done, Event, Progress, Ready, Reset, Rest, Snapshot, Stop, Wake
from quire.core.types import Grammar, Logprobs, News, Sampling

ARRAY = 1                               # msgpack's extension type for an array
DTYPES = ("<i4", "<i8", "<f4")          # that an array may have
MOST_DIMENSIONS = 3
ERRORS = {name: value for name, value in vars(errors).items()
          if isinstance(value, type) and issubclass(value, QuireError)}


class WireError(ValueError):
    """Bytes that are no message."""


class Open(msgspec.Struct, array_like=True):
    """The first message to an engine's process: Plan.to_wire()."""
    plan: dict[str, Any]


class Fatal(msgspec.Struct, array_like=True):
    """The last word of an engine's process."""
    error: str                  # name of a class of core/errors.py
    message: str
    param: str | None = None
    code: str | None = None

    @classmethod
    def of(cls, error: BaseException) -> "Fatal":
        if isinstance(error, QuireError):
            return cls(type(error).__name__, error.message, error.param, error.code)
        return cls("EngineDead", f"the engine has ended: {type(error).__name__}: {error}")

    def error_object(self) -> QuireError:
        return ERRORS.get(self.error, EngineDead)(self.message, self.param, self.code)


class WireAdd(msgspec.Struct, array_like=True):
    id: int
    prompt: bytes               # uint32, little-endian
    sampling: Sampling
    priority: int
    salt: str
    may_read_cache: bool
    label: str
    grammar: Grammar | None


class WireNews(msgspec.Struct, array_like=True, omit_defaults=True):
    request_id: int
    tokens: list[int] = []
    reason: str = ""
    error: str = ""
    num_cached: int = 0
    num_preemptions: int = 0
    started_at: float = 0.0
    logprobs: Logprobs | None = None
    prompt_logprobs: Logprobs | None = None
    vector: Any = None


class WireBatch(msgspec.Struct, array_like=True):
    news: list[WireNews]
    snapshot: Snapshot | None


def _pack(value: Any) -> msgspec.msgpack.Ext:
    if not isinstance(value, np.ndarray) or value.dtype.newbyteorder("<").str not in DTYPES:
        raise TypeError(f"{type(value).__name__} does not cross between processes")
    value = value.astype(value.dtype.newbyteorder("<"), copy=False)
    head = msgspec.msgpack.encode((value.dtype.str, value.shape))
    return msgspec.msgpack.Ext(ARRAY, bytes([len(head)]) + head + value.tobytes())


def _unpack(code: int, data: memoryview) -> npt.NDArray[Any]:
    if code != ARRAY or not data:
        raise msgspec.ValidationError(f"extension {code} of {len(data)} bytes is no array")
    dtype, shape = msgspec.msgpack.decode(data[1:1 + data[0]], type=tuple[str, tuple[int, ...]])
    if dtype not in DTYPES or len(shape) > MOST_DIMENSIONS or any(n < 0 for n in shape):
        raise msgspec.ValidationError(f"an array of {dtype[:8]} in {len(shape)} dimensions does not cross")
    return np.frombuffer(data[1 + data[0]:], dtype).reshape(shape)


def decoder(kind: Any) -> Callable[[bytes | memoryview], Any]:
    """Of msgpack with our arrays in it, as that type and no other."""
    return msgspec.msgpack.Decoder(kind, ext_hook=_unpack).decode


encode_body = msgspec.msgpack.Encoder(enc_hook=_pack).encode


def _add_to_wire(add: Add) -> WireAdd:
    return WireAdd(add.id, _little(add.prompt), add.sampling, *add[3:])


def _add_from_wire(wire: WireAdd) -> Add:
    if len(wire.prompt) % 4:
        raise msgspec.ValidationError("ids of a prompt are four bytes each")
    return Add(wire.id, np.frombuffer(wire.prompt, "<u4").tolist(), wire.sampling, wire.priority, wire.salt,
               wire.may_read_cache, wire.label, wire.grammar)


def _little(ids: list[int]) -> bytes:
    """array is several times faster than numpy for lists, but knows only the machine's own order."""
    packed = array("I", ids)
    return packed.tobytes() if np.little_endian and packed.itemsize == 4 else np.array(ids, "<u4").tobytes()


def _batch_to_wire(batch: Batch) -> WireBatch:
    return WireBatch([
        WireNews(n.request_id, list(n.tokens), n.reason, n.error, n.num_cached, n.num_preemptions, n.started_at,
                 _joined(n.logprobs), _joined(n.prompt_logprobs), n.vector) for n in batch.news], batch.snapshot)


def _joined(logprobs: Any) -> Logprobs | None:
    """Logprobs of a prompt may come as something that is only sliceable; a slice of all of it is Logprobs."""
    return logprobs if logprobs is None or isinstance(logprobs, Logprobs) else logprobs[:]


def _batch_from_wire(wire: WireBatch) -> Batch:
    return Batch([News(n.request_id, n.tokens, n.reason, n.error, n.logprobs, n.prompt_logprobs, n.vector, n.num_cached,
                       n.num_preemptions, n.started_at) for n in wire.news], wire.snapshot)


def _same(message: Any) -> Any:
    return message


Convert = Callable[[Any], Any]
# First byte of a message -> record, what crosses instead, and the ways there and back.
KINDS: dict[bytes, tuple[type, Any, Convert, Convert]] = {
    b"A": (Add, WireAdd, _add_to_wire, _add_from_wire),
    b"X": (Abort, Abort, _same, _same),
    b"R": (Reset, Reset, _same, _same),
    b"Z": (Rest, Rest, _same, _same),
    b"W": (Wake, Wake, _same, _same),
    b"S": (Stop, Stop, _same, _same),
    b"O": (Open, Open, _same, _same),
    b"B": (Batch, WireBatch, _batch_to_wire, _batch_from_wire),
    b"D": (Done, Done, _same, _same),
    b"P": (Progress, Progress, _same, _same),
    b"Y": (Ready, Ready, _same, _same),
    b"F": (Fatal, Fatal, _same, _same),
}
_to_wire = {record: (first, convert) for first, (record, _, convert, _) in KINDS.items()}
_from_wire = {first[0]: (decoder(wire), convert) for first, (_, wire, _, convert) in KINDS.items()}


def encode(message: Command | Event | Open | Fatal) -> bytes:
    first, convert = _to_wire[type(message)]
    return first + encode_body(convert(message))


def decode(data: bytes) -> Any:
    """One of the records above."""
    if not data or data[0] not in _from_wire:
        raise WireError(f"no message begins with {data[:1]!r}")
    decoder, convert = _from_wire[data[0]]
    try:
        return convert(decoder(memoryview(data)[1:]))
    except (msgspec.DecodeError, ValueError, OverflowError) as error:
        raise WireError(f"a message of kind {data[:1]!r} is malformed: {error}") from error
