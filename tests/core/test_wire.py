"""Messages as bytes: each comes back as it went, and nothing else is understood."""
import sys
from contextlib import suppress
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quire.core import errors, wire
from quire.core.errors import DoesNotFit, EngineDead, ModelError
from quire.core.messages import Abort, Add, Batch, Done, Progress, Ready, Reset, Snapshot, Stop
from quire.core.types import Logprobs, News, Sampling

SAMPLING = Sampling(7, n=2, temperature=0.5, seed=2 ** 64 - 1, stop_ids=frozenset({1, 2}), logit_bias=((5, 1.5),),
                    allowed_ids=(1, 2), bad_words=((1, 2), (3,)), num_logprobs=0, num_prompt_logprobs=3)
PLAIN = [
    Add(3, [0, 1, 2 ** 32 - 1], SAMPLING, -5, "salt", False, "label/../é\0"), Abort((1, 2 ** 62)), Abort(()), Reset(4),
    Stop(),
    Done(4), Progress(1, 2 ** 40), Ready((("process", 0.25), ("torch", 1.5))), Ready(),
    wire.Open({"model": "x", "reasons": {"a": ["flag", "b"]}}),
    wire.Fatal("ModelError", "no", "param", None), Batch([], Snapshot(*range(11))),
    Batch([News(1, [4, 5], "stop", "", None, None, None, 3, 1, 2.5), News(2, [], "error", "bad")], None)]


def logprobs(positions=2, width=3):
    return Logprobs(np.arange(positions * width, dtype=np.int32).reshape(positions, width),
                    np.linspace(-9, 0, positions * width, dtype=np.float32).reshape(positions, width),
                    np.arange(1, positions + 1, dtype=np.int32))


def same(a, b):
    return all(np.array_equal(x, y) and x.dtype == y.dtype for x, y in ((a.ids, b.ids), (a.values, b.values), (a.ranks,
                                                                                                               b.ranks)))


@pytest.mark.parametrize("message", PLAIN, ids=lambda m: type(m).__name__)
def test_a_message_comes_back_as_it_went(message):
    back = wire.decode(wire.encode(message))
    assert back == message and type(back) is type(message)


def test_arrays_come_back_bit_for_bit():
    vector = np.array([np.nan, -0.0, np.inf, 1e-40], np.float32)
    sent = News(1, [4, 5], "", "", logprobs(), logprobs(5, 1), vector)
    (back,) = wire.decode(wire.encode(Batch([sent]))).news
    assert same(back.logprobs, sent.logprobs) and same(back.prompt_logprobs, sent.prompt_logprobs)
    assert back.vector.tobytes() == vector.tobytes()


def test_arrays_cross_as_little_endian_whatever_they_were():
    big = SimpleNamespace(values=np.array([1.5, 2.5], ">f4"))
    (back,) = wire.decode(wire.encode(Batch([News(1, vector=big.values)]))).news
    assert back.vector.dtype.str == "<f4" and back.vector.tolist() == [1.5, 2.5]


@pytest.mark.parametrize("value", [np.array([object()]), np.array(["x"]), np.zeros(2, np.float64), {1, 2}.__iter__(),
                                   print])
def test_nothing_else_than_numbers_crosses_in_an_array(value):
    with pytest.raises(TypeError, match="does not cross"):
        wire.encode(Batch([News(1, vector=value)]))


@pytest.mark.parametrize("data", [
    b"", b"?", b"A", b"A\x90", b"A\xc1", wire.encode(PLAIN[0])[:-1], b"B" + wire.encode(PLAIN[0])[1:],
    wire.encode(Stop()) + b"x", b"X\x91\xa1x", b"P\x92\x01\xa1x"])
def test_what_is_no_message_is_refused(data):
    with pytest.raises(wire.WireError):
        wire.decode(data)


@given(st.binary(max_size=60))
@settings(deadline=None)
def test_any_bytes_are_a_message_or_refused(data):
    for first in [b"", *wire.KINDS]:
        with suppress(wire.WireError):
            wire.decode(first + data)


@pytest.mark.parametrize(("shape", "dtype"), [((2 ** 40,), "<f4"), ((2,), "|O"), ((2,), "<f8"), ((1, 1, 1, 1), "<f4"),
                                              ((-1,), "<f4")])
def test_an_array_that_lies_about_itself_is_refused(shape, dtype):
    head = wire.msgspec.msgpack.encode((dtype, shape))
    lie = wire.msgspec.msgpack.Ext(wire.ARRAY, bytes([len(head)]) + head + b"\0" * 8)
    body = wire.msgspec.msgpack.encode([[[1, [], "", "", 0, 0, 0.0, None, None, lie]], None])
    with pytest.raises(wire.WireError):
        wire.decode(b"B" + body)


@pytest.mark.parametrize("kind", [k for k in vars(errors).values() if isinstance(k, type)], ids=lambda k: k.__name__)
def test_the_last_word_becomes_the_same_error(kind):
    back = wire.decode(wire.encode(wire.Fatal.of(kind("what, why, what to do", "param")))).error_object()
    assert type(back) is kind and back.message == "what, why, what to do" and back.exit_code == kind.exit_code


def test_any_other_exception_is_the_engine_s_end():
    back = wire.Fatal.of(MemoryError("too much")).error_object()
    assert type(back) is EngineDead and back.message == "the engine has ended: MemoryError: too much"


def test_a_word_cannot_name_another_class():
    assert type(wire.Fatal("SystemExit", "x").error_object()) is EngineDead
    assert type(wire.Fatal("DoesNotFit", "x").error_object()) is DoesNotFit
    assert ModelError.exit_code == 3


def test_nothing_is_pickled():
    assert "pickle" not in vars(wire) and not [m for m in ("cloudpickle", "dill") if m in sys.modules]
