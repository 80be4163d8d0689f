"""P14: what a request holds is what was written, for every record of shapes.py and whatever its fields are."""
import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw, inspect

from quire.core.errors import InvalidRequest
from quire.server import shapes
from quire.server.body import decode
from tests.conftest import FULL

SHAPES = [value for value in vars(shapes).values() if isinstance(value, type) and issubclass(value, msgspec.Struct)
          and value.__name__.endswith("Request")]
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
ANY = st.recursive(st.none() | st.booleans() | st.integers(-2**53, 2**53) | TEXT,
                   lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=6)


def values_of(of: inspect.Type) -> st.SearchStrategy:
    """Everything that a field of this type may hold. null is a field left out."""
    if isinstance(of, inspect.UnionType):
        return st.one_of([values_of(one) for one in of.types])
    if isinstance(of, inspect.StructType):
        return records(of.cls)
    if isinstance(of, inspect.ListType):
        return st.lists(values_of(of.item_type), max_size=3)
    if isinstance(of, inspect.DictType):
        return st.dictionaries(values_of(of.key_type), values_of(of.value_type), max_size=of.max_length or 3)
    if isinstance(of, inspect.LiteralType):
        return st.sampled_from(of.values)
    if isinstance(of, inspect.RawType):
        return ANY.map(lambda value: Raw(msgspec.json.encode(value)))
    return {inspect.NoneType: st.none(), inspect.BoolType: st.booleans(), inspect.StrType: TEXT, inspect.AnyType: ANY,
            inspect.IntType: st.integers(getattr(of, "ge", None) or -2**63, 2**63 - 1),
            inspect.FloatType: st.floats(allow_nan=False, allow_infinity=False)}[type(of)]


def records(shape: type) -> st.SearchStrategy:
    return st.builds(shape, **{field.name: st.just(field.default) | values_of(field.type) if not field.required
                               and field.default is not msgspec.NODEFAULT else values_of(field.type)
                               for field in inspect.type_info(shape).fields})


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_what_was_written_is_read(shape: type) -> None:
    """Written by either of two encoders; a refusal, of what no field may be, is one in words."""
    taken = 0

    @settings(max_examples=1000 if FULL else 60, deadline=None, derandomize=True, database=None)
    @given(records(shape), st.booleans())
    def holds(request: msgspec.Struct, is_plain: bool) -> None:
        nonlocal taken
        body = msgspec.json.encode(request)
        if is_plain:
            body = json.dumps(json.loads(body), indent=1).encode()
        try:
            read = decode(body, shape, strict=True)
        except InvalidRequest as refused:
            assert refused.param, str(refused)
            return
        taken += 1
        assert not read.unknown and msgspec.json.decode(msgspec.json.encode(read.content)) == json.loads(body)
        assert is_plain or read.content == request

    holds()
    assert taken >= 20, "nearly all was refused: the test shows little"
