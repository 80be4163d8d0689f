"""A JSON schema as a client sends it -> a schema every word of which is enforced, or a refusal that names what is not.

A word that neither the engine enforces nor merely describes is refused: an answer that was promised to keep to a schema
must keep to all of it. What the enforced words mean together is checked when the schema is compiled.
"""
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from quire.core import checks
from quire.core.errors import UNENFORCED, InvalidRequest
from quire.core.structured import MOST_CHARS

MOST_DEPTH = 64
ENFORCED = frozenset({
    "type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "$defs", "definitions", "properties", "additionalProperties",
    "patternProperties", "required", "minProperties", "maxProperties", "items", "prefixItems", "additionalItems", "minItems",
    "maxItems", "pattern", "minLength", "maxLength", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "multipleOf"})
# They tell people of a value and say nothing of which values are valid.
DESCRIBING = frozenset({
    "$schema", "$id", "id", "$anchor", "$comment", "title", "description", "default", "example", "examples", "deprecated",
    "readOnly", "writeOnly", "discriminator"})
# Where schemas stand inside of a schema: by name, in a list, alone.
NAMED = frozenset({"properties", "patternProperties", "$defs", "definitions"})
LISTED = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
SINGLE = frozenset({"items", "additionalItems", "additionalProperties"})


def read_schema(given: str | dict[str, Any] | bool, name: str, closes_objects: bool = False) -> dict[str, Any]:
    """A copy. closes_objects: objects have no properties but those that the schema names."""
    schema = _parsed(given, name) if isinstance(given, str) else given
    if isinstance(schema, bool):
        schema = {} if schema else {"enum": []}
    if not isinstance(schema, dict):
        raise checks.refuse(name, f"is {checks.shown(schema)}: a schema is an object", UNENFORCED)
    _check_depth(schema, name)
    try:
        is_long = len(json.dumps(schema, allow_nan=False)) > MOST_CHARS
    except (TypeError, ValueError) as error:
        raise checks.refuse(name, f"holds what is no JSON ({error}): send a plain schema") from None
    if is_long:
        raise checks.refuse(name, f"has more than {MOST_CHARS:,} characters", "string_above_max_length")
    read: dict[str, Any] = _Reader(name, closes_objects).read(schema, "")
    return read


def _parsed(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        what = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise checks.refuse(name, f"is no JSON ({what}): send a schema", UNENFORCED) from None


def _check_depth(schema: dict[str, Any], name: str) -> None:
    """Level by level, so that no depth is too much for this."""
    level: list[Any] = [schema]
    for _ in range(MOST_DEPTH + 1):
        level = [child for value in level for child in _children(value) if isinstance(child, (dict, list))]
        if not level:
            return
    raise checks.refuse(name, f"is nested more than {MOST_DEPTH} levels deep: make it flatter, or use $defs",
                        "nested_too_deeply")


def _children(value: Any) -> Iterator[Any]:
    yield from value.values() if isinstance(value, dict) else value


@dataclass
class _Reader:
    name: str
    closes_objects: bool

    def read(self, schema: Any, path: str) -> Any:
        if not isinstance(schema, dict):
            return schema                       # true, false, or what the engine refuses
        read = {}
        for word, value in schema.items():
            if word in DESCRIBING or (word.startswith("x-") and word != "x-guidance"):
                continue
            if word not in ENFORCED:
                raise self._refuse(word, path)
            read[word] = self._inside(word, value, f"{path}.{word}".lstrip("."))
        if self.closes_objects and ("properties" in read or read.get("type") == "object"):
            read.setdefault("additionalProperties", False)
        return read

    def _inside(self, word: str, value: Any, path: str) -> Any:
        if word in NAMED and isinstance(value, dict):
            return {name: self.read(part, f"{path}.{name}") for name, part in value.items()}
        if word in LISTED | SINGLE and isinstance(value, list):
            return [self.read(part, f"{path}[{i}]") for i, part in enumerate(value)]
        return self.read(value, path) if word in SINGLE else value

    def _refuse(self, word: str, path: str) -> InvalidRequest:
        where = f" at {checks.shown(path)}" if path else ""
        instead = 'write "type": [..., "null"]' if word == "nullable" else "leave it out"
        return checks.refuse(self.name, f"has the keyword {checks.shown(word)}{where}, which this version cannot enforce: "
                             f"{instead}", "unsupported_parameter")
