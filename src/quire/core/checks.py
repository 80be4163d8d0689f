"""Checks of single values from outside, each with one sentence: what is wrong and what would be right.

Every function takes the field's name, which is also the `param` of the error, and returns the value in its plain form.
"""
import math
from collections.abc import Iterable, Sequence, Sized
from operator import index
from typing import Any

from quire.core.errors import InvalidRequest

MOST_INT = 2 ** 63 - 1          # whole numbers are sent and kept in 64 bits


def refuse(name: str, problem: str, code: str = "invalid_value") -> InvalidRequest:
    return InvalidRequest(f"{name} {problem}", name, code)


def shown(value: Any) -> str:
    """Short, and without what repr would tell of an object."""
    if value is None or isinstance(value, (bool, int, float, str)):
        text = str(value) if isinstance(value, int) and abs(value) > MOST_INT else repr(value)
        return text if len(text) <= 60 else text[:57] + "..."
    return f"a {type(value).__name__}"


def whole(name: str, value: Any, least: int = -MOST_INT - 1, most: int = MOST_INT) -> int:
    """An integer, numpy's too, but neither a bool nor text."""
    if isinstance(value, (bool, str, bytes)) or not hasattr(value, "__index__"):
        raise refuse(name, f"is {shown(value)}: give a whole number", "invalid_type")
    try:
        number = index(value)
    except TypeError:           # an array of several numbers
        raise refuse(name, f"is {shown(value)}: give a whole number", "invalid_type") from None
    if number < least:
        raise refuse(name, f"is {shown(number)}: it must be at least {least}", "integer_below_min_value")
    if number > most:
        raise refuse(name, f"is {shown(number)}: it must be at most {most}", "integer_above_max_value")
    return number


def number(name: str, value: Any, least: float, most: float) -> float:
    """A finite number from least to most."""
    if isinstance(value, (bool, str, bytes)) or not hasattr(value, "__float__"):
        raise refuse(name, f"is {shown(value)}: give a number", "invalid_type")
    try:
        result = float(value)
    except (OverflowError, TypeError, ValueError):
        raise refuse(name, f"is {shown(value)}: give a finite number", "invalid_type") from None
    if not math.isfinite(result):
        raise refuse(name, f"is {result}: give a finite number from {least:g} to {most:g}")
    if result < least:
        raise refuse(name, f"is {result:g}: it must be at least {least:g}", "decimal_below_min_value")
    if result > most:
        raise refuse(name, f"is {result:g}: it must be at most {most:g}", "decimal_above_max_value")
    return result


def switch(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise refuse(name, f"is {shown(value)}: give true or false", "invalid_type")
    return value


def sequence(name: str, value: Any, most: int) -> Sequence[Any]:
    """A list, tuple, set or array of at most so many elements; asked before any of them is looked at."""
    if isinstance(value, (str, bytes, dict)) or not (isinstance(value, Iterable) and isinstance(value, Sized)):
        raise refuse(name, f"is {shown(value)}: give a list", "invalid_type")
    if len(value) > most:
        raise refuse(name, f"has {len(value)} elements: at most {most} are taken", "array_above_max_length")
    return list(value)


def texts(name: str, value: Any, most: int, most_chars: int) -> list[str]:
    """Strings, none of them empty. One string stands for a list of it, None for none."""
    if value is None:
        return []
    listed = [value] if isinstance(value, str) else sequence(name, value, most)
    for text in listed:
        if not isinstance(text, str):
            raise refuse(name, f"holds {shown(text)}: give strings", "invalid_type")
        if not text:
            raise refuse(name, "holds an empty string: leave it out", "empty_string")
        if len(text) > most_chars:
            raise refuse(name, f"holds a string of {len(text)} characters: at most {most_chars} are taken",
                         "string_above_max_length")
        if not is_unicode(text):
            raise refuse(name, "holds half a surrogate pair, which is no text: send whole characters")
    return list(dict.fromkeys(listed))


def is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def token_ids(name: str, value: Any, most: int, vocab: int | None = None) -> list[int]:
    """Ids without duplicates, in their order, within the vocabulary if its size is known."""
    top = MOST_INT if vocab is None else vocab - 1
    try:
        ids = [whole(name, token, 0, top) for token in dict.fromkeys(sequence(name, value, most))]
    except TypeError:           # something that cannot be hashed
        raise refuse(name, "holds something that is no token id: give whole numbers", "invalid_type") from None
    return ids
