"""The body of a request: bytes -> one of the records of shapes.py, or a refusal that names the field.

First each field's raw text is looked at, so that what is too large, unknown or not to be had is refused before anything is
made of it; then the whole is decoded with its types. Nothing is coerced: "7" is no number and 1 is not true.
"""
import json
import re
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from quire.core.errors import InvalidRequest
from quire.server.absent import ABSENT, OF_SHAPE, Absent
from quire.server.cors import header
from quire.server.replies import ClientGone, Headers, Receive, Scope, WrongMedia
from quire.server.shapes import INNER, INNERMOST, MOST_MESSAGES, MOST_PROMPT_IDS

MOST_FIELD_BYTES = 64 * 1024
MOST_BYTES = {"messages": 1 << 30, "prompt": 1 << 30, "tokens": 1 << 30, "input": 1 << 30, "prompts": 1 << 30,
              "logit_bias": 256 << 10, "allowed_token_ids": 128 << 10,
              "documents": 1 << 20, "tools": 512 << 10}     # of single fields; the first five: what a body holds
# Making more than this of one body would keep everybody waiting: fields; names in all of it; objects in messages, as they
# are usually written and in any way. Text does not count, for quotes in it are escaped; but braces in it look like objects.
MOST_FIELDS, MOST_KEYS, MOST_OBJECTS, MOST_BRACES = 256, 400_000, 20_000, 200_000
LARGE = 1 << 20                 # bytes of a body whose ids are counted before anything else
_ids = re.compile(rb'"(prompts?|input)"\s*:\s*\[[\s\[]*[-0-9]')
MOST_NAMED = 8                  # unknown fields that an answer names
OPENING = b"[{"
TOO_LONG = {'"': "string_above_max_length", "[": "array_above_max_length", "{": "object_above_max_length"}

T = TypeVar("T", bound=msgspec.Struct)
U = TypeVar("U")
_raw_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_parts = msgspec.json.Decoder(list[dict[str, msgspec.Raw]] | dict[str, msgspec.Raw])
_missing = re.compile(r"Object missing required field `(\w+)`")
_plain = re.compile(r"[\x21-\x2b\x2d-\x7e]{1,64}")              # no space, no comma


@dataclass(frozen=True)
class Read(Generic[T]):
    """unknown     names of fields that nobody knows"""
    content: T
    unknown: list[str]

    @property
    def headers(self) -> Headers:
        """What tells the client of fields that were not used."""
        names = [_shown(name) for name in self.unknown[:MOST_NAMED]]
        if len(self.unknown) > MOST_NAMED:
            names.append("...")
        return [(b"x-quire-unknown-fields", ", ".join(names).encode())] if names else []


async def read_body(scope: Scope, receive: Receive) -> bytes:
    media = header(scope, b"content-type").partition(";")[0].strip().lower()
    if media != "application/json" and not media.endswith("+json"):
        raise WrongMedia("the body must be JSON: send Content-Type: application/json")
    if header(scope, b"content-encoding").strip().lower() not in ("", "identity"):
        raise WrongMedia("compressed bodies are not taken: send it as it is, without Content-Encoding")
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def decode(body: bytes, shape: type[T], strict: bool) -> Read[T]:
    """strict: an unknown field is refused."""
    if len(body) > LARGE:
        _check_large(body)
    try:
        fields = _raw_fields.decode(body)
        if len(fields) > MOST_FIELDS:
            raise _too_many_fields()
        unknown = check_fields(fields, shape)
        for name, inner in INNER.items():
            if name in fields and name in shape.__struct_fields__:
                unknown += _unknown_inside(name, fields[name], inner)
        if unknown and strict:
            name = _shown(unknown[0])
            raise InvalidRequest(f"unknown field {name}: leave it out", name, "unknown_parameter")
        return Read(msgspec.json.decode(body, type=shape), unknown)
    except msgspec.ValidationError as error:
        raise _mismatch(str(error)) from None
    except RecursionError:
        raise InvalidRequest("the JSON is nested too deeply", code="nested_too_deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _broken(body, error) from None


def _check_large(body: bytes) -> None:
    """A few passes at the speed of memory, before one that makes something of each element."""
    if body.count(b",") > MOST_PROMPT_IDS and (found := _ids.search(body)):
        name = found[1].decode()
        raise InvalidRequest(f"{name} has more than {MOST_PROMPT_IDS:,} ids: send less at once", name,
                             "array_above_max_length")
    if body.count(b'":') - body.count(b'\\":') > MOST_KEYS:
        raise _too_many_fields()


def _too_many_fields() -> InvalidRequest:
    return InvalidRequest(f"the body has too many fields: at most {MOST_FIELDS} are taken", code="object_above_max_length")


def decode_part(raw: bytes, kind: type[U], name: str) -> U:
    """One field of a body that was left raw."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        raise _mismatch(str(error), name) from None
    except RecursionError:
        raise InvalidRequest(f"{name} is nested too deeply", name, "nested_too_deeply") from None


def check_fields(fields: dict[str, msgspec.Raw], shape: type[msgspec.Struct]) -> list[str]:
    """Raises at what is too large or not to be had; returns the names that nobody knows."""
    known, unknown = frozenset(shape.__struct_fields__), []
    absent_here = ABSENT | OF_SHAPE.get(shape.__name__, {})
    for name, raw in fields.items():
        if name in known:
            _check_size(name, raw)
        elif (absent := absent_here.get(name)) is not None:
            _check_absent(name, raw, absent)
        else:
            unknown.append(name)
    return unknown


def _check_size(name: str, raw: msgspec.Raw) -> None:
    view, most = memoryview(raw), MOST_BYTES.get(name, MOST_FIELD_BYTES)
    if view.nbytes > most:
        code = TOO_LONG.get(chr(view[0]), "invalid_value")
        raise InvalidRequest(f"{name} has {view.nbytes:,} bytes: at most {most:,} are taken", name, code)
    if name == "messages" and view.nbytes > MOST_FIELD_BYTES:
        text = view.tobytes()
        if text.count(b'{"') > MOST_OBJECTS or text.count(b"{") > MOST_BRACES:
            raise InvalidRequest(f"messages has too many elements: at most {MOST_MESSAGES:,} are taken", name,
                                 "array_above_max_length")


def _check_absent(name: str, raw: msgspec.Raw, absent: Absent) -> None:
    """A value that asks for nothing is harmless."""
    value = msgspec.json.decode(raw) if memoryview(raw).nbytes <= 64 else ...
    if any(_is_same(value, neutral) for neutral in absent.neutral):
        return
    code = "empty_array" if value == [] else "unsupported_parameter"
    raise InvalidRequest(f"{name} is not available in this version: {absent.instead}", name, code)


def _is_same(value: Any, neutral: Any) -> bool:
    """1.0 is 1, as JSON has it, but false is not 0."""
    return value == neutral and isinstance(value, bool) == isinstance(neutral, bool)


def _unknown_inside(name: str, raw: msgspec.Raw, inner: type[msgspec.Struct]) -> list[str]:
    """As messages[0].mood. What is of another type is left to whoever decodes it all."""
    try:
        value = _parts.decode(raw)
    except msgspec.ValidationError:
        return []
    parts = [(name, value)] if isinstance(value, dict) else [(f"{name}[{i}]", part) for i, part in enumerate(value)]
    known, innermost, found = frozenset(inner.__struct_fields__), INNERMOST.get(inner, {}), []
    for path, part in parts:
        for key, inside in part.items():
            if key not in known:
                found.append(f"{path}.{key}")
            elif key in innermost and memoryview(inside)[0] in OPENING:
                found += _unknown_inside(f"{path}.{key}", inside, innermost[key])
    return found


def _shown(name: str) -> str:
    return name if _plain.fullmatch(name) else "(unprintable)"


def _mismatch(text: str, name: str = "") -> InvalidRequest:
    """What msgspec says of types; it quotes values of enumerations only. `name`: of the field that was looked at."""
    what, _, place = text.rpartition(" - at `$") if text.endswith("`") and " - at `$" in text else (text, "", "`")
    path = (name + place[:-1]).removeprefix(".")
    if missing := _missing.match(what):
        name = f"{path}.{missing[1]}".lstrip(".")
        return InvalidRequest(f"{name} is missing: it is required", name, "missing_required_parameter")
    if what.startswith("Invalid enum value"):
        return InvalidRequest(f"{path} has a value that is not taken; GET /openapi.json lists those that are", path)
    where = f"{path}: " if path else "the body: "
    return InvalidRequest(where + what[:1].lower() + what[1:].replace("`", ""), path or None, "invalid_type")


def _broken(body: bytes, error: Exception) -> InvalidRequest:
    """No JSON. OpenAI's answer to this has neither param nor code."""
    if path := _surrogate_in(body):
        return InvalidRequest(f"{path} holds half a surrogate pair, which is no text: send whole characters", path)
    what = "is not JSON" if body.strip() else "is empty"
    if isinstance(error, UnicodeDecodeError):
        what = "is not UTF-8"
    refusal = InvalidRequest(f"the body {what}: send an object in JSON", None)
    refusal.code = None         # type: ignore[assignment]
    return refusal


def _surrogate_in(body: bytes) -> str:
    """Where half a surrogate pair stands, as messages[0].content; empty if nowhere."""
    if rb"\ud" not in body.lower() or len(body) > MOST_FIELD_BYTES:
        return ""
    try:
        return _walk(json.loads(body), "")
    except (ValueError, RecursionError):
        return ""


def _walk(value: Any, path: str) -> str:
    if isinstance(value, str):
        return path if any("\ud800" <= c <= "\udfff" for c in value) else ""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    places = ((f"{path}.{key}".lstrip(".") if isinstance(key, str) else f"{path}[{key}]", part) for key, part in inside)
    return next((found for place, part in places if (found := _walk(part, place))), "")
