"""Parsers that are written as if they had the whole text, and run while it comes.

A parser is a generator that yields where it needs more text than there is. What it decides depends on the text alone, never
on how that was cut, so an answer in pieces and the whole one come out the same. Nothing is read twice: text that turns out to
be no call becomes content as far as it was read, and the search for calls goes on behind it. So the time is linear, and what
is held is bounded by the limits below.
"""
import json
import re
from collections.abc import Callable, Generator
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")
Steps = Generator[None, None, T]
Say = Callable[[str], None]

MOST_SPACES = 256               # in one place between the parts of a call
MOST_NAME = 256                 # letters of a name or a key
MOST_HELD = 1 << 16             # letters of a value that can only be told as a whole
MOST_DEPTH = 256                # of brackets in brackets
CLOSERS = {"{": "}", "[": "]", "(": ")"}

_spaces, _word = re.compile(r"\s*"), re.compile(r"[\w.+-]*")
_in_text, _between = re.compile(r'[^"\\]*'), re.compile(r"[\s\w.,:+-]*")


class Malformed(Exception):
    """This is no call. What was read and not settled is content."""


@cache
def finder(*words: str) -> re.Pattern[str]:
    """Finds the first of the words, or the beginning of one with which the text ends. None begins another."""
    return re.compile("|".join(map(_opened, words)))


def _opened(word: str) -> str:
    pattern = ""
    for letter in reversed(word):
        pattern = re.escape(letter) + (rf"(?:{pattern}|\Z)" if pattern else "")
    return pattern


class Reader:
    """
    text, at    what is held, and how far it has been read
    kept        what was read from here on is not settled
    is_over     nothing follows the text
    """

    def __init__(self) -> None:
        self.text, self.at, self.kept, self.is_over = "", 0, 0, False

    def add(self, text: str) -> None:
        self.text, self.at, self.kept = self.text[self.kept:] + text, self.at - self.kept, 0

    def settle(self) -> str:
        """What was read since this was called last: it is known what it is."""
        read, self.kept = self.text[self.kept:self.at], self.at
        return read

    @property
    def num_held(self) -> int:
        """Letters that are not settled."""
        return len(self.text) - self.kept

    # ---- a little

    def peek(self) -> Steps[str]:
        """The next letter; empty at the end."""
        while self.at == len(self.text) and not self.is_over:
            yield
        return self.text[self.at:self.at + 1]

    def take(self, *words: str) -> Steps[str]:
        """Pass over whichever of the words is next; empty if none is. None begins another."""
        words = tuple(filter(None, words))
        longest = max(map(len, words), default=0)
        while words:
            there = self.text[self.at:self.at + longest]
            for word in words:
                if there.startswith(word):
                    self.at += len(word)
                    return word
            if self.is_over or not any(word.startswith(there) for word in words):
                break
            yield
        return ""

    def expect(self, word: str) -> Steps[None]:
        if not (yield from self.take(word)):
            raise Malformed

    def run(self, letters: re.Pattern[str], most: int = MOST_NAME) -> Steps[str]:
        """Pass over the longest run of such letters, and not over more than so many."""
        while True:
            found = letters.match(self.text, self.at, self.at + most)
            length = len(found[0]) if found else 0
            if self.at + length < len(self.text) or length == most or self.is_over:
                self.at += length
                return self.text[self.at - length:self.at]
            yield

    def spaces(self) -> Steps[None]:
        yield from self.run(_spaces, MOST_SPACES)

    # ---- up to a word

    def upto(self, find: re.Pattern[str], say: Say) -> Steps[bool]:
        """Tell the text before the first of the words while it comes, and settle it. Is there a word, which is next then?"""
        while True:
            found = find.search(self.text, self.at)
            self.at = found.start() if found else len(self.text)
            say(self.settle())
            if found and not self._is_cut(find, found):
                return True
            if self.is_over:
                self.at = len(self.text)
                say(self.settle())
                return False
            yield

    def until(self, find: re.Pattern[str], most: int = MOST_NAME) -> Steps[tuple[str, str]]:
        """The text before the first of the words, and the word, both passed over."""
        seen = 0                            # of the text, without any word
        while True:
            found = find.search(self.text, self.at + seen)
            seen = (found.start() if found else len(self.text)) - self.at
            if seen > most or (self.is_over and (not found or self._is_cut(find, found))):
                self.at = min(self.at + most, len(self.text))
                raise Malformed
            if found and not self._is_cut(find, found):
                text, self.at = self.text[self.at:found.start()], found.end()
                return text, found[0]
            yield

    def _is_cut(self, find: re.Pattern[str], found: re.Match[str]) -> bool:
        """Only the beginning of a word, at the end of the text? With a letter behind it nothing is found there."""
        return found.end() == len(self.text) and find.match(found[0] + "\0") is None

    # ---- values in JSON

    def value(self, say: Say | None = None, most: int = MOST_HELD) -> Steps[None]:
        """Pass over a string, an object or a list, and tell it while it comes; without `say` it is held, and may be so long.
        Lenient inside: only brackets and quotes must fit."""
        closers: list[str] = []
        in_text, left = False, most
        while True:
            before, is_full = self.at, not say and len(self.text) - self.at >= left
            try:
                is_whole, in_text = self._pass(closers, in_text, before + left if is_full else len(self.text))
            finally:
                if say:
                    say(self.settle())
            if is_whole:
                return
            if is_full or self.is_over:
                raise Malformed
            left -= self.at - before
            yield

    def _pass(self, closers: list[str], in_text: bool, end: int) -> tuple[bool, bool]:
        """As far as `end`: is the value whole, and if not, is its end inside of a string?"""
        while True:
            found = (_in_text if in_text else _between).match(self.text, self.at, end)
            self.at = found.end() if found else self.at
            if self.at == end or (self.at + 1 == end and self.text[self.at] == "\\"):
                return False, in_text
            letter = self.text[self.at]
            if letter == "\\" and in_text:
                self.at += 2
                continue
            if letter == '"':
                in_text = not in_text
            elif letter in "{[" and len(closers) < MOST_DEPTH:
                closers.append(CLOSERS[letter])
            elif not closers or letter != closers.pop():
                raise Malformed
            self.at += 1
            if not closers and not in_text:
                return True, False

    def raw(self, most: int = MOST_HELD) -> Steps[str]:
        """Any value in JSON, as it is written."""
        start = self.at - self.kept
        first = yield from self.peek()
        if first and first in '"{[':
            yield from self.value(None, most)
        else:
            yield from self.run(_word, most)
        return self.text[self.kept + start:self.at]

    def quoted(self) -> Steps[str]:
        """A string in JSON, as a key or a name."""
        found = decoded((yield from self.raw(MOST_NAME)))
        if not isinstance(found, str):
            raise Malformed
        return found


def decoded(raw: str) -> Any:
    try:
        return json.loads(raw, strict=False)
    except (ValueError, RecursionError):
        raise Malformed from None
