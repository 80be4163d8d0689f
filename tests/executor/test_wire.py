"""Steps and outputs come through as they were, and nothing but them does."""
import socket
from typing import Any

import msgspec
import numpy as np
import pytest

from quire.core.types import Grammar, Logprobs, Sampling, Start, Step, StepOutput, Work
from quire.executor import wire

SAMPLING = Sampling(7, 2, 0.7, 0.9, 40, 0.1, 0.5, -0.5, 1.1, (1 << 64) - 1, frozenset({2, 9}), 3, ((5, -100.0),),
                    (1, 2), ((3, 4), (5,)), 4, 0, False)
STEP = Step(12, (Start(1 << 40, 3, 2, (1, 2, 3), 2, SAMPLING, 1, "a", Grammar("{}", "</think>", True), False, True, 16),),
            (Work(5, 1, 0, 100, 1, 0, ((7, 8),), 1), Work(6, 2, 1, 0, 64, 0, ((),), 3)), (4, 9))


def some_logprobs(positions: int) -> Logprobs:
    return Logprobs(np.arange(positions * 3, dtype=np.int32).reshape(positions, 3),
                    -np.arange(positions * 3, dtype=np.float32).reshape(positions, 3), np.ones(positions, np.int32))


def test_a_step_crosses() -> None:
    message = wire.decode_to_rank(wire.encode(wire.Execute(STEP)))
    assert isinstance(message, wire.Execute) and message.step == STEP
    start = message.step.starts[0]
    assert isinstance(start, Start) and isinstance(start.sampling, Sampling) and isinstance(message.step.work[1], Work)


def test_an_output_crosses() -> None:
    output = StepOutput({1: [2], 3: []}, {1: some_logprobs(1)}, {4: some_logprobs(5)},
                        {5: np.array([0.5, -1], np.float32)}, {6: "no"})
    message = wire.decode_from_rank(wire.encode(wire.Done.of(12, output)))
    assert isinstance(message, wire.Done) and message.number == 12
    back = message.output()
    assert (back.tokens, back.failed) == (output.tokens, output.failed)
    for ours, theirs in ((back.logprobs[1], output.logprobs[1]),
                         (back.prompt_logprobs[4][2:], output.prompt_logprobs[4][2:])):
        for name in ("ids", "values", "ranks"):
            a, b = getattr(ours, name), getattr(theirs, name)
            assert a.dtype == b.dtype and np.array_equal(a, b)
    assert back.vectors[5].tolist() == [0.5, -1] and back.vectors[5].dtype == np.float32


@pytest.mark.parametrize("value", [np.array([object()]), np.ones(2, np.complex64), {1, 2}.__iter__(), print])
def test_nothing_else_is_sent(value: Any) -> None:
    with pytest.raises(TypeError, match="cross"):
        wire.encode(wire.Done.of(1, StepOutput(vectors={1: value})))


@pytest.mark.parametrize("frame", [
    b"", b"\xc1", msgspec.msgpack.encode({"type": "Execute"}), msgspec.msgpack.encode({"type": "Evil", "step": 1}),
    wire.encode(wire.Ready())])
def test_nothing_else_is_understood(frame: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        wire.decode_to_rank(frame)


@pytest.mark.parametrize("code, dtype", [(2, "<f4"), (1, "|O"), (1, "<f8")])
def test_other_arrays_are_refused(code: int, dtype: str) -> None:
    head = msgspec.msgpack.encode((dtype, (1,)))
    frame = msgspec.msgpack.encode({
        "type": "Done", "number": 1, "tokens": {}, "logprobs": {}, "prompt_logprobs": {}, "failed": {},
        "vectors": {1: msgspec.msgpack.Ext(code, bytes([len(head)]) + head + bytes(8))}})
    with pytest.raises((msgspec.DecodeError, ValueError)):
        wire.decode_from_rank(frame)


def test_arrays_cross_as_between_the_engine_and_its_client() -> None:
    """One codec, whose refusals of misshapen arrays hold here, too."""
    frame = wire.encode(wire.Done.of(1, StepOutput(vectors={1: np.ones((1, 1, 1, 1), np.float32)})))
    with pytest.raises((msgspec.DecodeError, ValueError), match="dimensions"):
        wire.decode_from_rank(frame)
    big = wire.decode_from_rank(wire.encode(wire.Done.of(1, StepOutput(vectors={1: np.array([1.5], ">f4")}))))
    assert isinstance(big, wire.Done) and big.vectors[1].dtype.str == "<f4" and big.vectors[1].tolist() == [1.5]


def test_frames() -> None:
    one, other = socket.socketpair()
    with one, other:
        for frame in (b"x", b"y" * 100_000):
            one.setblocking(True)
            wire.send(one, frame)
            assert wire.receive(other) == frame
        one.sendall((1 << 40).to_bytes(8, "little"))
        with pytest.raises(ConnectionError):
            wire.receive(other)
        one.sendall((5).to_bytes(8, "little") + b"ab")
        one.close()
        assert wire.receive(other) == b""
