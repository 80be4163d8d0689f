"""Calls whose arguments are JSON: as objects that hold the name, or behind the name."""
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from quire.text.tools.found import Found, quote
from quire.text.tools.reader import Malformed, Reader, Steps, decoded, finder

ARGUMENTS = ("arguments", "parameters")
OTHERS = ("id", "type")                     # keys that some models add
Schema = Mapping[str, Any]


class Item(NamedTuple):
    """One call as a grammar has to write it: text, a value of the schema, text."""
    before: str
    schema: Schema
    after: str


class Frame(NamedTuple):
    """What stands around and between the calls of an answer that is nothing else."""
    before: str
    between: str
    after: str


@dataclass(frozen=True, slots=True)
class JsonCalls:
    """{"name": ..., "arguments": {...}}: one, several, or a list, between two marks.

    begin       the mark; where it is missing, calls stand at the beginning of an answer only
    starts      letters with which they do so
    key         of the arguments as the model writes them; each of ARGUMENTS is read
    is_list     the model writes a list
    """
    begin: str
    end: str = ""
    starts: str = ""
    key: str = "arguments"
    is_list: bool = False
    space: str = ""             # that the model writes beside the marks

    @property
    def marks(self) -> tuple[str, ...]:
        return (self.begin,) if self.begin else ()

    @property
    def words(self) -> tuple[str, ...]:
        return (self.begin, self.end)

    def read(self, reader: Reader, found: Found) -> Steps[None]:
        yield from reader.take(self.begin)
        yield from reader.spaces()
        yield from calls(reader, found)
        yield from reader.spaces()
        yield from reader.take(self.end)
        reader.settle()

    def item(self, name: str, schema: Schema) -> Item:
        is_plain = self.is_list or self.starts
        before, after = ("", "") if is_plain else (self.begin + self.space, self.space + self.end)
        return object_of(name, schema, self.key, before, after)

    @property
    def frame(self) -> Frame:
        if self.is_list:
            return Frame(self.begin + "[", ", ", "]" + self.end)
        return Frame("", "; " if self.starts else "\n", "")


def object_of(name: str, schema: Schema, key: str, before: str = "", after: str = "") -> Item:
    """The object is text, so that references of the schema begin at its own root."""
    return Item(f'{before}{{"name": {quote(name)}, "{key}": ', schema, "}" + after)


def calls(reader: Reader, found: Found) -> Steps[None]:
    """A list of objects, or one after the other."""
    is_list = yield from reader.take("[")
    if is_list:
        yield from reader.spaces()
    while True:
        yield from _call(reader, found)
        yield from reader.spaces()
        word = yield from reader.take(*((",", "]") if is_list else (";", ",")))
        yield from reader.spaces()
        if word == "]" or not (is_list or word or (yield from reader.peek()) == "{"):
            reader.settle()
            return
        if is_list and not word:
            raise Malformed


def _call(reader: Reader, found: Found) -> Steps[None]:
    yield from reader.expect("{")
    name, arguments, has_begun = "", "{}", False
    while True:
        key = yield from _key(reader)
        if has_begun and key not in OTHERS:
            raise Malformed
        if key == "name":
            name = yield from reader.quoted()
        elif key in ARGUMENTS and name and (yield from reader.peek()) == "{":
            has_begun = True
            yield from told(reader, found, name)
        elif key in ARGUMENTS:
            arguments = _arguments((yield from reader.raw()))
        else:
            yield from reader.raw()
        yield from reader.spaces()
        word = yield from reader.take(",", "}")
        if word == "}" or (has_begun and not word):        # a bracket less than there should be does no harm
            break
        if not word:
            raise Malformed
    if not has_begun:
        found.begin(name)
        found.arguments(arguments)
    reader.settle()


def _key(reader: Reader) -> Steps[str]:
    yield from reader.spaces()
    key = yield from reader.quoted()
    if key not in ("name", *ARGUMENTS, *OTHERS):
        raise Malformed
    yield from reader.spaces()
    yield from reader.expect(":")
    yield from reader.spaces()
    return key


def told(reader: Reader, found: Found, name: str, id: str = "") -> Steps[None]:
    """The arguments, while they come."""
    if (yield from reader.peek()) != "{":
        raise Malformed
    found.begin(name, id)
    reader.settle()
    yield from reader.value(found.arguments)


def _arguments(raw: str) -> str:
    """Some models write the object as a string, or null where there are no arguments."""
    value = decoded(raw)
    return "{}" if value is None else value if isinstance(value, str) else raw


# ---- the name first

def plain_name(text: str) -> tuple[str, str]:
    """The name and the id that a model writes: mostly none."""
    return text, ""


def numbered_name(text: str) -> tuple[str, str]:
    """functions.NAME:NUMBER, which is the id too."""
    name, number, _ = text.removeprefix("functions.").partition(":")
    return name, text if number else ""


@dataclass(frozen=True, slots=True)
class NamedCalls:
    """begin NAME sep {...} end, several of them between opens and closes."""
    begin: str
    sep: str
    end: str
    opens: str = ""
    closes: str = ""
    name_of: Callable[[str], tuple[str, str]] = plain_name
    starts: str = ""

    @property
    def marks(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.opens, self.begin)))

    @property
    def words(self) -> tuple[str, ...]:
        return (self.begin, self.sep, self.end, self.opens, self.closes)

    def read(self, reader: Reader, found: Found) -> Steps[None]:
        yield from reader.take(self.opens)
        yield from reader.spaces()
        is_first = True
        while (yield from reader.take(self.begin)):
            is_first = False
            yield from self._call(reader, found)
        if is_first:
            raise Malformed
        yield from reader.take(self.closes)
        reader.settle()

    def _call(self, reader: Reader, found: Found) -> Steps[None]:
        text, _ = yield from reader.until(finder(self.sep))
        yield from reader.spaces()
        yield from told(reader, found, *self.name_of(text.strip()))
        yield from reader.spaces()
        yield from reader.take(self.end.lstrip())
        yield from reader.spaces()
        reader.settle()

    def item(self, name: str, schema: Schema) -> Item:
        return Item(self.begin + name + self.sep, schema, self.end)

    @property
    def frame(self) -> Frame:
        return Frame(self.opens, "", self.closes)


@dataclass(frozen=True, slots=True)
class MistralCalls:
    """A list of objects, as older models have it, or name[ARGS]{...}, or name{...}; each behind the mark."""
    begin: str = "[TOOL_CALLS]"
    starts: str = ""

    @property
    def marks(self) -> tuple[str, ...]:
        return (self.begin,)

    @property
    def words(self) -> tuple[str, ...]:
        return (self.begin, "[ARGS]", "[CALL_ID]")

    def read(self, reader: Reader, found: Found) -> Steps[None]:
        yield from reader.take(self.begin)
        yield from reader.spaces()
        if (yield from reader.peek()) == "[":
            yield from calls(reader, found)
            return
        name, word = yield from reader.until(finder("[CALL_ID]", "[ARGS]", "{"))
        id = ""
        if word == "[CALL_ID]":
            id, word = yield from reader.until(finder("[ARGS]"))
        if word == "{":
            reader.at -= 1
        yield from reader.spaces()
        yield from told(reader, found, name.strip(), id.strip())
        reader.settle()

    def item(self, name: str, schema: Schema) -> Item:
        return object_of(name, schema, "arguments")

    @property
    def frame(self) -> Frame:
        return Frame(self.begin + "[", ", ", "]")
