"""Command line -> names and raw values. What the values mean is settings.py's concern.

Dashes and underscores are one. A switch takes --x, --no-x, and an optional value (--x true, --x=0). A flag given twice:
the last wins. A list takes all words up to the next flag. A JSON option takes dotted parts (--x.key value). A number may stand
right behind one letter (-O3).
"""
import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from quire.core.errors import ConfigError
from quire.core.options import Option
from quire.core.units import FALSE, TRUE, parse_bool


class Flag(NamedTuple):
    option: Option
    is_negated: bool = False


class Parsed(NamedTuple):
    values: dict[str, Any]          # by option name: text, a switch's bool, or a list of words
    words: list[str]                # what belongs to no flag


def flags_of(options: Iterable[Option]) -> dict[str, Flag]:
    table: dict[str, Flag] = {}
    for option in options:
        for name in (option.name, *option.aliases):
            table["--" + name.replace("_", "-")] = Flag(option)
            if option.kind == "bool":
                table["--no-" + name.replace("_", "-")] = Flag(option, True)
        table.update({short: Flag(option) for short in option.short})
    return table


def nearest(name: str, known: Iterable[str]) -> str:
    """A clause that names the closest known name, or nothing."""
    known = list(known)
    close = get_close_matches(name, known, 1, 0.6) or [k for k in known if k.startswith(name)][:1]
    return f"; did you mean {close[0]}?" if close else ""


def parse_flags(arguments: Iterable[str], options: Iterable[Option]) -> Parsed:
    table = flags_of(options)
    values: dict[str, Any] = {}
    words: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--":
            return Parsed(values, words + rest)
        if not word.startswith("-") or word == "-" or is_number(word):
            words.append(word)
            continue
        spelled, equals, text = word.partition("=")
        name, _, part = (spelled if spelled[1] != "-" else spelled.replace("_", "-")).partition(".")
        if name not in table and name[:2] in table and name[2:].isdigit():
            name, equals, text = name[:2], "=", name[2:]
        if name not in table:
            raise ConfigError(f"unknown flag {spelled}{nearest(name, table)}", param=spelled)
        _take(table[name], spelled, [text] if equals else None, rest, spelled.partition(".")[2] if part else "", values)
    return Parsed(values, words)


def is_number(word: str) -> bool:
    return word[:1] == "-" and word[1:].replace(".", "", 1).isdigit()


def _take(flag: Flag, spelled: str, given: list[str] | None, rest: list[str], part: str,
          values: dict[str, Any]) -> None:
    """Put the value of one flag into `values`; `given` is what stood behind =."""
    option = flag.option
    if part and option.kind not in ("json", "any"):
        raise ConfigError(f"{spelled}: {option.flag} has no parts", param=option.name)
    if option.kind == "bool":
        values[option.name] = _take_bool(flag, given, rest)
        return
    if given is None:
        given = _take_words(option, rest)
    if not given:
        raise ConfigError(f"{spelled} needs a value", param=option.name)
    if part:
        _put(values, option.name, part, given[0])
    else:
        values[option.name] = given if option.kind == "list" and len(given) > 1 else given[0]


def _take_bool(flag: Flag, given: list[str] | None, rest: list[str]) -> bool:
    if given is None:
        given = [rest.pop(0) if rest and rest[0].lower() in TRUE | FALSE else "true"]
    try:
        return parse_bool(given[0]) != flag.is_negated
    except ValueError as error:
        raise ConfigError(f"{flag.option.flag}: {error}", param=flag.option.name) from error


def _take_words(option: Option, rest: list[str]) -> list[str]:
    taken: list[str] = []
    while rest and (not rest[0].startswith("-") or rest[0] == "-" or is_number(rest[0])):
        taken.append(rest.pop(0))
        if option.kind != "list":
            break
    return taken


def _put(values: dict[str, Any], name: str, path: str, text: str) -> None:
    """--name.a.b text"""
    target = values.get(name)
    if not isinstance(target, dict):
        target = values[name] = {}
    *parents, last = path.split(".")
    for parent in parents:
        target = target.setdefault(parent, {})
        if not isinstance(target, dict):
            raise ConfigError(f"--{name}.{path}: {parent} is a value already, not an object", param=name)
    target[last] = _json_or_text(text)


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def check_words(parsed: Parsed, options: Mapping[str, Option], has_model: bool) -> None:
    """A list flag before the model could swallow it; then nobody can tell which word is the model, unless file or
    environment name one (has_model)."""
    if has_model or parsed.words or "model" in parsed.values:
        return
    for name, value in parsed.values.items():
        if isinstance(value, list) and name in options:
            raise ConfigError(f"{options[name].flag} {' '.join(value)}: is one of these the model? Put the model "
                              "first, or name it with --model", param=name)
