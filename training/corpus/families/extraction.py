"""Data out of text as JSON: the request names the keys, or gives a schema, and the answer has exactly those."""
import json
import re
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from ..form import Chat, Document, Item, Message, assistant, system, user
from . import extraction_forms as forms
from .extraction_forms import KINDS, Kind
from .extraction_pools import PHRASES, POOLS, TYPES, Value, first_name, invented

Check = dict[str, Any]
Made = tuple[list[Message], Check]
Record = dict[str, Value]               # field to its words and its value
Wanted = list[tuple[str, str]]          # (key, field), in the order that is asked for
ENUMS = {"severity": ["low", "medium", "high", "critical"], "condition": ["sunny", "cloudy", "rainy", "windy", "snowy"],
         "genre": ["comedy", "drama", "thriller", "horror", "romance"], "color": ["red", "blue", "green", "black"]}
MOST_WORDS = 79


def _pick(rng: Random, train: Sequence[str], held: Sequence[str], out: bool) -> str:
    return rng.choice(held if out else train)


def _article(text: str) -> str:
    return ("an " if text[0] in "aeiouAEIO" else "a ") + text


def _record(rng: Random, kind: Kind, out: bool) -> Record:
    return {field: POOLS[pool](rng, out) for field, pool in kind.pools.items()}


def _write(template: str, record: Record) -> str:
    def one(match: re.Match[str]) -> str:
        text = record[match[2]][0]
        if not match[1]:
            return text
        return _article(text) if match.start() else _article(text).capitalize()
    return re.sub(r"\{(a )?(\w+)\}", one, template)


def _fields(kind: Kind, template: str) -> list[str]:
    """The fields that a sentence has, in the order of the kind."""
    found = re.findall(r"\{(?:a )?(\w+)\}", template)
    return [field for field in kind.pools if field in found]


def _wanted(rng: Random, kind: Kind, template: str) -> Wanted:
    """Which fields are asked for, in which order and under which names; now and then one that is missing."""
    present = _fields(kind, template)
    chosen = list(present)
    if rng.random() < 0.55:
        chosen = rng.sample(present, rng.randint(1, len(present)))
    if rng.random() < 0.14:
        missing = [field for field in kind.pools if field not in present]
        chosen.insert(rng.randint(0, len(chosen)), rng.choice(missing or forms.FOREIGN))
    return [(rng.choice(kind.names.get(f, [f])) if rng.random() < 0.3 else f, f) for f in chosen]


def _value(kind: Kind, template: str, record: Record, wanted: Wanted) -> dict[str, Any]:
    present = _fields(kind, template)
    return {key: record[field][1] if field in present else None for key, field in wanted}


def _type(kind: Kind, field: str) -> str:
    return TYPES.get(kind.pools.get(field, ""), "string")


def _schema(kind: Kind, wanted: Wanted, nullable: Sequence[str]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for key, field in wanted:
        name = _type(kind, field)
        properties[key] = {"type": [name, "null"] if key in nullable else name}
        if name == "array":
            properties[key]["items"] = {"type": "string"}
    return {"type": "object", "properties": properties, "required": [key for key, _ in wanted],
            "additionalProperties": False}


def _enums(rng: Random, kind: Kind, wanted: Wanted, value: dict[str, Any], schema: dict[str, Any]) -> None:
    """Lists the allowed words of a field in the schema."""
    for key, field in wanted:
        options = ENUMS.get(kind.pools.get(field, ""), [])
        if value[key] in options and rng.random() < 0.4:
            others = [*rng.sample([one for one in options if one != value[key]], 2), value[key]]
            rng.shuffle(others)
            schema["properties"][key] = {"type": "string", "enum": others}


def _shown(rng: Random, schema: dict[str, Any]) -> str:
    """The schema as a request gives it, which is not always strict."""
    drop = rng.random() < 0.35
    return json.dumps({k: v for k, v in schema.items() if not (drop and k == "additionalProperties")})


def _keys(rng: Random, keys: list[str]) -> str:
    roll = rng.random()
    if roll < 0.45 and len(keys) > 1:
        return ", ".join(keys[:-1]) + " and " + keys[-1]
    if roll < 0.65:
        return ", ".join(f'"{key}"' for key in keys)
    return ", ".join(keys)


def _with_keys(rng: Random, template: str, keys: list[str], **parts: str) -> str:
    if len(keys) == 1:
        template = template.replace("keys {keys}", "key {keys}").replace("fields {keys}", "field {keys}")
    return _put(template, keys=_keys(rng, keys), **parts)


def _text(rng: Random, kind: Kind, out: bool) -> tuple[str, str, Record]:
    """A template, the text with its values, at times with a sentence that does not matter, and the values."""
    template, record = _pick(rng, kind.train, kind.held, out), _record(rng, kind, out)
    text = _write(template, record)
    if rng.random() < 0.2 and text[-1] in ".!?":
        filler = _pick(rng, forms.FILLERS, forms.HELD_FILLERS, out)
        text = f"{text} {filler}" if rng.random() < 0.5 else f"{filler} {text}"
    return template, text, record


def _put(template: str, **parts: str) -> str:
    return re.sub(r"\{(keys|text|schema|plural|kind|json|pairs)\}", lambda match: parts[match[1]], template)


def _json_check(schema: dict[str, Any], value: Any) -> Check:
    return {"kind": "json", "schema": schema, "value": value}


def _hint(rng: Random, value: dict[str, Any], out: bool) -> str:
    if rng.random() < (0.5 if None in value.values() else 0.06):
        return _pick(rng, forms.NULL_HINTS, forms.HELD_NULL_HINTS, out)
    return ""


def _by_keys(rng: Random, out: bool) -> Made:
    kind = rng.choice(KINDS)
    template, text, record = _text(rng, kind, out)
    wanted = _wanted(rng, kind, template)
    value = _value(kind, template, record, wanted)
    ask = _with_keys(rng, _pick(rng, forms.KEY_ASKS, forms.HELD_KEY_ASKS, out), list(value), text=text)
    hint = _hint(rng, value, out)
    if hint:
        ask = f"{hint} {ask}" if rng.random() < 0.3 else f"{ask}\n{hint}"
    schema = _schema(kind, wanted, [key for key in value if value[key] is None])
    return [user(ask), assistant(json.dumps(value))], _json_check(schema, value)


def _by_schema(rng: Random, out: bool) -> Made:
    kind = rng.choice(KINDS)
    template, text, record = _text(rng, kind, out)
    wanted = _wanted(rng, kind, template)
    value = _value(kind, template, record, wanted)
    nullable = list(value) if None in value.values() or rng.random() < 0.1 else []
    schema = _schema(kind, wanted, nullable)
    if not nullable:
        _enums(rng, kind, wanted, value, schema)
    shown, answer = _shown(rng, schema), assistant(json.dumps(value))
    if rng.random() < 0.35:
        rule = _put(_pick(rng, forms.SCHEMA_SYSTEM, forms.HELD_SCHEMA_SYSTEM, out), schema=shown)
        return [system(rule), user(text), answer], _json_check(schema, value)
    ask = _put(_pick(rng, forms.SCHEMA_ASKS, forms.HELD_SCHEMA_ASKS, out), schema=shown, text=text)
    return [user(ask), answer], _json_check(schema, value)


def _plain(rng: Random, out: bool) -> Made:
    """No keys are named: all that the text has, under the usual names, and in system form at times two turns."""
    kind = rng.choice(KINDS)
    rule = _pick(rng, forms.PLAIN_SYSTEM, forms.HELD_PLAIN_SYSTEM, out)
    messages: list[Message] = []
    in_system = rng.random() < 0.65
    for _ in range(2 if in_system and rng.random() < 0.2 else 1):
        template, text, record = _text(rng, kind, out)
        wanted = [(field, field) for field in _fields(kind, template)]
        value = _value(kind, template, record, wanted)
        ask = text if in_system else _put(_pick(rng, forms.PLAIN_ASKS, forms.HELD_PLAIN_ASKS, out), text=text)
        messages += [user(ask), assistant(json.dumps(value))]
    head = [system(rule)] if in_system else []
    return head + messages, _json_check(_schema(kind, wanted, []), value)


def _by_system(rng: Random, out: bool) -> Made:
    kind = rng.choice(KINDS)
    template, text, record = _text(rng, kind, out)
    wanted = _wanted(rng, kind, template)
    value = _value(kind, template, record, wanted)
    rule = _with_keys(rng, _pick(rng, forms.KEY_SYSTEM, forms.HELD_KEY_SYSTEM, out), list(value))
    hint = _hint(rng, value, out)
    schema = _schema(kind, wanted, [key for key in value if value[key] is None])
    messages = [system(f"{rule} {hint}".strip()), user(text), assistant(json.dumps(value))]
    if rng.random() < 0.15:
        template, text, record = _text(rng, kind, out)
        value = _value(kind, template, record, wanted)
        schema = _schema(kind, wanted, [key for key in value if value[key] is None])
        messages += [user(text), assistant(json.dumps(value))]
    return messages, _json_check(schema, value)


def _two(rng: Random, out: bool) -> Made:
    """Two records of one kind, as a list, or as a list under a key."""
    kind = rng.choice(KINDS)
    template = _pick(rng, [t for t in kind.train if t[-1] == "."], [t for t in kind.held if t[-1] == "."], out)
    present = _fields(kind, template)
    wanted = [(field, field) for field in rng.sample(present, min(len(present), rng.randint(2, 3)))]
    records = [_record(rng, kind, out), _record(rng, kind, out)]
    values: Any = [_value(kind, template, record, wanted) for record in records]
    parts = {"text": " ".join(_write(template, record) for record in records), "plural": kind.plural,
             "keys": _keys(rng, [key for key, _ in wanted])}
    schema: dict[str, Any] = {"type": "array", "items": _schema(kind, wanted, [])}
    ask = _pick(rng, forms.LIST_ASKS, forms.HELD_LIST_ASKS, out)
    if rng.random() < 0.5:
        ask = _pick(rng, forms.WRAPPED_ASKS, forms.HELD_WRAPPED_ASKS, out)
        values = {kind.plural: values}
        schema = {"type": "object", "properties": {kind.plural: schema}, "required": [kind.plural],
                  "additionalProperties": False}
    return [user(_put(ask, **parts)), assistant(json.dumps(values))], _json_check(schema, values)


def _any_value(rng: Random, out: bool) -> Any:
    roll = rng.random()
    if roll < 0.3:
        return rng.randint(0, rng.choice([10, 100, 5000]))
    if roll < 0.4:
        return rng.random() < 0.5
    return first_name(rng, out) if roll < 0.6 else invented(rng)


def _pairs(rng: Random, out: bool) -> Made:
    keys = rng.sample(forms.KEYS, rng.randint(2, 4))
    keys = list(dict.fromkeys(invented(rng) if rng.random() < 0.2 else key for key in keys))
    value = {key: _any_value(rng, out) for key in keys}
    shown = {key: str(one).lower() if isinstance(one, bool) else str(one) for key, one in value.items()}
    ask = _pick(rng, forms.PAIR_ASKS, forms.HELD_PAIR_ASKS, out)
    line = "\n{pairs}" in ask or ask.startswith("{pairs}")
    joint, end = rng.choice([(": ", "\n"), ("=", "\n"), (" is ", ", ")] if line else
                            [(": ", ", "), ("=", ", "), (" ", ", "), (" is ", " and "), (" = ", "; ")])
    ask = _put(ask, pairs=end.join(key + joint + one for key, one in shown.items()))
    types = {str: "string", int: "integer", bool: "boolean"}
    schema = {"type": "object", "properties": {key: {"type": types[type(one)]} for key, one in value.items()},
              "required": list(value), "additionalProperties": False}
    return [user(ask), assistant(json.dumps(value))], _json_check(schema, value)


def _make(rng: Random, out: bool) -> Made:
    """A record without a text: any that fits."""
    kind = rng.choice(KINDS)
    fields = rng.sample(list(kind.pools), rng.randint(2, len(kind.pools)))
    wanted = [(field, field) for field in fields]
    record = _record(rng, kind, out)
    value = {field: record[field][1] for field in fields}
    schema = _schema(kind, wanted, [])
    if rng.random() < 0.5:
        _enums(rng, kind, wanted, value, schema)
        ask = _put(_pick(rng, forms.MAKE_SCHEMA_ASKS, forms.HELD_MAKE_SCHEMA_ASKS, out), schema=_shown(rng, schema))
    else:
        ask = _put(_pick(rng, forms.MAKE_ASKS, forms.HELD_MAKE_ASKS, out), kind=_article(kind.name),
                   keys=_keys(rng, fields))
    return [user(ask), assistant(json.dumps(value))], {"kind": "json", "schema": schema}


def _broken(rng: Random, text: str, key: str) -> tuple[str, str]:
    """The JSON with one mistake, and what is wrong."""
    return rng.choice([
        (text[:-1], "The closing brace is missing."),
        (text[1:], "The opening brace is missing."),
        (text.replace('"', "'"), "JSON needs double quotes."),
        (text[:-1] + ",}", "There is a comma after the last value."),
        (text.replace(f'"{key}"', key, 1), f"The key {key} has no quotes."),
        (text.replace(', "', ' "', 1), "A comma is missing."),
        (text.replace('": ', '" ', 1), "A colon is missing."),
    ])


def _valid(rng: Random, out: bool) -> Made:
    kind = rng.choice([kind for kind in KINDS if "array" not in (_type(kind, field) for field in kind.pools)])
    record = _record(rng, kind, out)
    fields = rng.sample(list(kind.pools), rng.randint(2, 3))
    text = json.dumps({field: record[field][1] for field in fields})
    answer, values = "Yes, this is valid JSON.", ["yes,"]
    if rng.random() < 0.5:
        text, reason = _broken(rng, text, rng.choice(fields))
        answer, values = "No, this is not valid JSON. " + reason, ["no,"]
    ask = _put(_pick(rng, forms.VALID_ASKS, forms.HELD_VALID_ASKS, out), json=text)
    return [user(ask), assistant(answer)], {"kind": "contains", "values": values}


def _sentence(rng: Random, out: bool) -> Made:
    kind = rng.choice(KINDS)
    record = _record(rng, kind, out)
    for field, pool in kind.pools.items():
        value = record[field][1]
        words = PHRASES[pool][0 if value else 1][0] if pool in PHRASES else str(value)
        record[field] = (record[field][0] if isinstance(value, list) else words, value)
    text = json.dumps({field: value for field, (_, value) in record.items()})
    ask = _put(_pick(rng, forms.SENTENCE_ASKS, forms.HELD_SENTENCE_ASKS, out), json=text)
    values = [words for words, _ in record.values()]
    return [user(ask), assistant(_write(kind.sentence, record))], {"kind": "contains", "values": values}


MAKERS = [_by_keys, _by_schema, _plain, _by_system, _two, _pairs, _make, _valid, _sentence]
WEIGHTS = [32, 14, 11, 11, 9, 8, 6, 5, 4]


def _one(rng: Random, out: bool) -> Made:
    maker = rng.choices(MAKERS, WEIGHTS)[0]
    while True:
        messages, check = maker(rng, out)
        if all(len(message["content"].split()) <= MOST_WORDS for message in messages):
            return messages, check


def train(rng: Random, count: int) -> Iterator[Document]:
    for _ in range(count):
        yield Chat(_one(rng, False)[0])


def held_out(rng: Random, count: int) -> Iterator[Item]:
    for _ in range(count):
        messages, check = _one(rng, True)
        yield Item("extraction", Chat(messages), check)
