"""Calls as Python writes them: [f(a=1, g="x"), h()]. Only names, keywords and literals: nothing is evaluated.

Literals become JSON while they come: strings piece by piece, other things when they are whole.
"""
import json
import re
from dataclasses import dataclass

from quire.text.tools.found import Found, quote
from quire.text.tools.reader import CLOSERS, MOST_DEPTH, Malformed, Reader, Say, Steps, finder

WORDS = {"True": "true", "False": "false", "None": "null", "true": "true", "false": "false", "null": "null"}
IN_JSON = {"(": "[", ")": "]"}
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "\\": "\\", "'": "'", '"': '"', "\n": "", "0": "\0"}
DIGITS = {"x": 2, "u": 4, "U": 8}           # that follow an escape
JOINTS = {",": ", ", ":": ": ", "": ""}

_name, _atom, _hex = re.compile(r"[\w.-]*"), re.compile(r"[\w.+-]*"), re.compile(r"[0-9a-fA-F]*")


@dataclass(frozen=True, slots=True)
class PythonCalls:
    """
    begin, end      marks around the calls; where `begin` is missing, they stand at the beginning of an answer only
    is_list         in brackets, with commas; otherwise one in a line
    """
    begin: str = ""
    end: str = ""
    starts: str = ""
    is_list: bool = True

    @property
    def marks(self) -> tuple[str, ...]:
        return (self.begin,) if self.begin else ()

    @property
    def words(self) -> tuple[str, ...]:
        return (self.begin, self.end)

    def read(self, reader: Reader, found: Found) -> Steps[None]:
        yield from reader.take(self.begin)
        yield from reader.spaces()
        if self.is_list:
            yield from reader.expect("[")
        while True:
            yield from reader.spaces()
            yield from _call(reader, found)
            yield from reader.spaces()
            if not (yield from self._goes_on(reader)):
                break
        yield from reader.spaces()
        yield from reader.take(self.end)
        reader.settle()

    def _goes_on(self, reader: Reader) -> Steps[bool]:
        if self.is_list:
            word = yield from reader.take(",", "]")
            if not word:
                raise Malformed
            return word == ","
        letter = yield from reader.peek()
        return letter.isidentifier()


def _call(reader: Reader, found: Found) -> Steps[None]:
    name = yield from reader.run(_name)
    yield from reader.expect("(")
    found.begin(name)
    found.arguments("{")
    comma = ""
    while True:
        yield from reader.spaces()
        if (yield from reader.take(")")):
            break
        key = yield from reader.run(_name)
        yield from reader.spaces()
        yield from reader.expect("=")
        found.arguments(f"{comma}{quote(key)}: ")
        reader.settle()
        yield from _literal(reader, found.arguments)
        yield from reader.spaces()
        if not (yield from reader.take(",")) and (yield from reader.peek()) != ")":
            raise Malformed
        comma = ", "
    found.arguments("}")
    reader.settle()


def _literal(reader: Reader, say: Say) -> Steps[None]:
    """One value, with all that is in it."""
    closers: list[str] = []
    joint = ""                              # said when something follows: a comma may be the last
    while True:
        yield from reader.spaces()
        letter = yield from reader.peek()
        if closers and letter == closers[-1]:
            reader.at += 1
            say(IN_JSON.get(letter, letter))
            closers.pop()
        else:
            say(joint)
            if letter and letter in CLOSERS and len(closers) < MOST_DEPTH:
                reader.at += 1
                closers.append(CLOSERS[letter])
                say(IN_JSON.get(letter, letter))
                reader.settle()
                joint = ""
                continue
            yield from _text(reader, say, letter) if letter and letter in "'\"" else _word(reader, say)
        reader.settle()
        if not closers:
            return
        yield from reader.spaces()
        word = yield from reader.take(",", ":")
        if not word and (yield from reader.peek()) != closers[-1]:
            raise Malformed
        joint = JOINTS[word]


def _word(reader: Reader, say: Say) -> Steps[None]:
    """A number, or one of WORDS."""
    word = yield from reader.run(_atom)
    if word in WORDS:
        say(WORDS[word])
        return
    try:
        value = json.loads(word)
    except ValueError:
        value = None
    if not isinstance(value, (int, float)) or value != value or abs(value) == float("inf"):
        reader.at -= len(word)
        raise Malformed
    say(word)


def _text(reader: Reader, say: Say, mark: str) -> Steps[None]:
    reader.at += 1
    reader.settle()
    say('"')
    while (yield from reader.upto(finder(mark, "\\"), lambda text: say(quote(text)[1:-1]))):
        if (yield from reader.take(mark)):
            say('"')
            return
        reader.at += 1
        say(json.dumps((yield from _escape(reader)))[1:-1])
        reader.settle()
    raise Malformed


def _escape(reader: Reader) -> Steps[str]:
    """What stands for one letter; what is no escape in Python stays as it is."""
    letter = yield from reader.peek()
    reader.at += len(letter)
    if letter not in DIGITS:
        return ESCAPES.get(letter, "\\" + letter)
    digits = yield from reader.run(_hex, DIGITS[letter])
    code = int(digits, 16) if len(digits) == DIGITS[letter] else -1
    return chr(code) if 0 <= code <= 0x10FFFF else "\\" + letter + digits
