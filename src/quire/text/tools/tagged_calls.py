"""Calls whose arguments stand between tags, each as plain text: <function=f><parameter=x>text</parameter></function>.

A parameter that may be a string, or that nothing is known of, is one: it is told while it comes. Others are read as JSON when
they are whole; what is no JSON then is a string after all.
"""
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quire.text.tools.found import Found, quote
from quire.text.tools.reader import MOST_HELD, Malformed, Reader, Steps, finder

PYTHONS = {"True": "true", "False": "false", "None": "null"}


@dataclass(frozen=True, slots=True)
class TaggedCalls:
    """
    opens, closes   around all calls; may be missing
    call            what stands before a name, and what may end it; a tag of what follows, too
    key, value      before and after each
    ends            a call
    """
    opens: str
    closes: str
    call: tuple[str, tuple[str, ...]]
    key: tuple[str, str]
    value: tuple[str, str]
    ends: str
    starts: str = ""

    @property
    def marks(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.opens, self.call[0])))

    @property
    def words(self) -> tuple[str, ...]:
        return (self.opens, self.closes, self.call[0], *self.call[1], *self.key, *self.value, self.ends)

    def read(self, reader: Reader, found: Found) -> Steps[None]:
        yield from reader.take(self.opens)
        yield from reader.spaces()
        is_first = True
        while (yield from reader.take(self.call[0])):
            is_first = False
            yield from self._call(reader, found)
        if is_first:
            raise Malformed
        yield from reader.take(self.closes)
        reader.settle()

    def _call(self, reader: Reader, found: Found) -> Steps[None]:
        yield from reader.spaces()
        name, word = yield from reader.until(finder(*self.call[1]))
        if word in (self.key[0], self.ends):
            reader.at -= len(word)
        name = name.strip()
        found.begin(name)
        found.arguments("{")
        reader.settle()
        yield from self._arguments(reader, found, name)
        yield from reader.spaces()
        if not (yield from reader.take(self.ends)) and reader.is_over:
            raise Malformed                             # cut off: then the object stays open
        found.arguments("}")
        yield from reader.spaces()
        reader.settle()

    def _arguments(self, reader: Reader, found: Found, name: str) -> Steps[None]:
        comma = ""
        while True:
            yield from reader.spaces()
            if not (yield from reader.take(self.key[0])):
                return
            key, _ = yield from reader.until(finder(self.key[1]))
            if self.value[0]:
                yield from reader.spaces()
                yield from reader.expect(self.value[0])
            found.arguments(f"{comma}{quote(key.strip())}: ")
            reader.settle()
            yield from self._value(reader, found, found.property(name, key.strip()))
            comma = ", "

    def _value(self, reader: Reader, found: Found, schema: Mapping[str, Any]) -> Steps[None]:
        """The line end that models put on either side of a value does not belong to it."""
        end = self.value[1]
        find = finder("\n" + end, end)
        if not is_text(schema):
            text, _ = yield from reader.until(find, MOST_HELD)
            found.arguments(as_json(text.strip()))
        else:
            found.arguments('"')
            yield from reader.take("\n")
            reader.settle()
            if not (yield from reader.upto(find, lambda text: found.arguments(quote(text)[1:-1]))):
                raise Malformed
            yield from reader.take("\n" + end, end)
            found.arguments('"')
        reader.settle()


def is_text(schema: Mapping[str, Any]) -> bool:
    kinds = list(kinds_of(schema))
    return not kinds or "string" in kinds


def kinds_of(schema: Mapping[str, Any]) -> Iterator[str]:
    """The types that it names, and those of its alternatives."""
    named = schema.get("type")
    yield from (kind for kind in (named if isinstance(named, list) else [named]) if isinstance(kind, str))
    for word in ("anyOf", "oneOf"):
        alternatives = schema.get(word)
        for alternative in alternatives if isinstance(alternatives, list) else ():
            if isinstance(alternative, Mapping):
                yield from kinds_of({"type": alternative.get("type")})


def as_json(text: str) -> str:
    text = PYTHONS.get(text, text)
    try:
        json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return quote(text)
    return text


def _refuse(constant: str) -> None:
    """NaN and Infinity are no JSON."""
    raise ValueError(constant)
