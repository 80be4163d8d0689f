"""Where chat templates run: Jinja's immutable sandbox, with bounds, so that no template and no text can hold the server up.

Every turn of a loop, call, filter and operator pays from the Budget of the render and looks at its deadline; whatever could
make much out of little (repetition, joining, replacing, formatting, nesting) is measured before it is made. What templates
use is here: tojson that leaves HTML alone, raise_exception, strftime_now, break and continue, {% generation %}, namespace.
"""
import json
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from jinja2 import nodes
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

MOST_CHARS = 1 << 24            # of any text that is made, and of the result
MOST_NODES = 250_000            # of any list or dict, with all that is in it
MOST_TURNS = 2_000_000          # of all loops together
MOST_SECONDS = 5.0
MOST_BITS = 4096                # of a whole number
CLOCK_EVERY = 64                # payments between two looks at the clock

FILTERS = ("abs", "batch", "capitalize", "count", "d", "default", "dictsort", "e", "escape", "first", "float", "format",
           "groupby", "indent", "int", "items", "join", "last", "length", "list", "lower", "map", "max", "min", "reject",
           "rejectattr", "replace", "reverse", "round", "safe", "select", "selectattr", "slice", "sort", "string", "sum",
           "title", "trim", "truncate", "unique", "upper", "urlencode", "wordcount")
WHOLE_FILTERS = ("string", "title", "upper", "lower", "capitalize", "trim", "escape", "e", "urlencode", "truncate", "wordcount",
                 "sort", "unique", "groupby", "min", "max", "dictsort", "sum")      # they read all that is in a list or dict
TEXT_METHODS = ("join", "replace", "center", "ljust", "rjust", "zfill")
BARRED_METHODS = ("translate", "maketrans", "expandtabs", "encode")


class OverBudget(TemplateError):
    """The template asked for more than a prompt can need."""


@dataclass(slots=True)
class Budget:
    turns: int = MOST_TURNS
    seconds: float = MOST_SECONDS
    clock: Callable[[], float] = time.monotonic
    deadline: float = 0.0
    payments: int = 0

    def __post_init__(self) -> None:
        self.deadline = self.clock() + self.seconds

    def pay(self) -> None:
        self.payments += 1
        if self.payments % CLOCK_EVERY == 0 and self.clock() > self.deadline:
            raise OverBudget(f"it takes longer than {self.seconds:g} seconds")

    def turn(self) -> None:
        self.turns -= 1
        if self.turns < 0:
            raise OverBudget("its loops take too many turns")
        self.pay()


_budget: ContextVar[Budget] = ContextVar("budget")


@contextmanager
def spending(budget: Budget) -> Any:
    token = _budget.set(budget)
    try:
        yield
    finally:
        _budget.reset(token)


def check_chars(count: int) -> None:
    if count > MOST_CHARS:
        raise OverBudget(f"it makes a text of more than {MOST_CHARS:,} characters")


def measure(value: Any) -> int:
    """Characters of all texts in it. Refuses what is too large to be written out or compared."""
    if isinstance(value, str):
        return len(value)
    chars, count, open_values = 0, 0, [value]
    while open_values:
        value = open_values.pop()
        count += 1
        if isinstance(value, str):
            chars += len(value)
        elif isinstance(value, Mapping):
            count += len(value)
            open_values += value.values()
            chars += sum(len(key) for key in value if isinstance(key, str))
        elif isinstance(value, Collection) and not isinstance(value, bytes):
            open_values += value
        if count + len(open_values) > MOST_NODES:
            raise OverBudget(f"it makes a list or dict of more than {MOST_NODES:,} entries")
    check_chars(chars)
    return chars


def _check_power(left: Any, right: Any) -> None:
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() * max(0, right) > MOST_BITS:
        raise OverBudget("it computes a number that is too large")


def _check_times(left: Any, right: Any) -> None:
    if isinstance(left, int) and isinstance(right, int):
        if left.bit_length() + right.bit_length() > MOST_BITS:
            raise OverBudget("it computes a number that is too large")
        return
    times, thing = (left, right) if isinstance(left, int) else (right, left)
    if isinstance(times, int) and isinstance(thing, (str, list, tuple)):
        check_chars(max(measure(thing), 1) * max(0, times))
        if not isinstance(thing, str) and len(thing) * max(0, times) > MOST_NODES:
            raise OverBudget(f"it makes a list of more than {MOST_NODES:,} entries")


def _check_plus(left: Any, right: Any) -> None:
    if isinstance(left, str) and isinstance(right, str):
        check_chars(len(left) + len(right))
    elif isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        measure([left, right])


def _check_percent(left: Any, right: Any) -> None:
    if isinstance(left, str):
        check_format(left, "%", right)


def check_format(pattern: str, sign: str, values: Any) -> None:
    """`pattern` may show `values` as often as `sign` stands in it, and pad each by the widths that it names."""
    if re.search(r"\d{4}", pattern):
        raise OverBudget("it formats a value wider than 999 characters")
    _check_numbers(values if isinstance(values, (list, tuple)) else [values], 1000)
    check_chars(len(pattern) + pattern.count(sign) * (4 * measure(values) + 1000))


def _check_numbers(values: Iterable[Any], most: int) -> None:
    if any(isinstance(value, int) and abs(value) > most for value in values):
        raise OverBudget(f"it formats with a number above {most:,}")


OPERATORS: dict[str, Callable[[Any, Any], None]] = {
    "+": _check_plus, "*": _check_times, "**": _check_power, "%": _check_percent}


def check_text_call(name: str, text: str, args: tuple[Any, ...]) -> None:
    """Before a method or filter that can make a text longer than what goes in."""
    if name == "join" and args:
        check_chars(measure(args[0]) + len(text) * (len(args[0]) if isinstance(args[0], Collection) else 1))
    elif name == "replace" and len(args) >= 2 and all(isinstance(arg, str) for arg in args[:2]):
        check_chars(len(text) + text.count(args[0]) * len(args[1]))
    elif name == "indent":
        width = args[0] if args else 4
        check_chars(len(text) + (text.count("\n") + 1) * (len(width) if isinstance(width, str) else int(width)))
    elif name in ("center", "ljust", "rjust", "zfill") and args:
        check_chars(int(args[0]))


def to_json(value: Any, ensure_ascii: bool = False, indent: int | None = None, separators: tuple[str, str] | None = None,
            sort_keys: bool = False) -> str:
    """As transformers has it: no HTML escapes."""
    measure(value)
    if indent is None:
        return json.dumps(value, ensure_ascii=ensure_ascii, separators=separators, sort_keys=sort_keys)
    if isinstance(indent, str) or indent > 16:
        raise OverBudget("it indents JSON by more than 16 spaces")
    pieces, count = [], 0
    encoder = json.JSONEncoder(ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)
    for piece in encoder.iterencode(value):         # nesting multiplies the indent, so this is measured while it grows
        count += len(piece)
        check_chars(count)
        pieces.append(piece)
    return "".join(pieces)


def raise_exception(message: str) -> None:
    raise TemplateError(str(message))


def strftime_now(pattern: str) -> str:
    check_format(pattern, "%", "")
    return datetime.now().strftime(pattern)


class OpenNamespace(Namespace):
    """{% set ns.x = ... %}, but never a name that Python uses inside."""

    def __setitem__(self, name: str, value: Any) -> None:
        if str(name).startswith("_"):
            raise SecurityError(f"a namespace takes no name that begins with an underscore: {name}")
        super().__setitem__(name, value)


def make_namespace(*args: Any, **kwargs: Any) -> OpenNamespace:
    values = dict(*args, **kwargs)
    for name in values:
        if str(name).startswith("_"):
            raise SecurityError(f"a namespace takes no name that begins with an underscore: {name}")
    return OpenNamespace(values)


def make_dict(*args: Any, **kwargs: Any) -> dict[Any, Any]:
    return dict(*args, **kwargs)


class Generation(Extension):
    """{% generation %} ... {% endgeneration %} marks what the assistant says, for training; here it only shows it."""
    tags = {"generation"}       # noqa: RUF012 (Jinja's own form)

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        return nodes.Scope(parser.parse_statements(("name:endgeneration",), drop_needle=True), lineno=line)


class Sandbox(ImmutableSandboxedEnvironment):
    """Compiles and runs templates. A render must stand inside `spending(Budget())`."""
    intercepted_binops = frozenset(OPERATORS)

    def __init__(self) -> None:
        super().__init__(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols], finalize=self.finalized)
        self.filters = {name: self._bounded(name, self.filters[name]) for name in FILTERS}
        self.filters["tojson"] = self._bounded("tojson", to_json)
        self.globals = {"range": self.globals["range"], "cycler": self.globals["cycler"], "joiner": self.globals["joiner"],
                        "dict": make_dict, "namespace": make_namespace, "raise_exception": raise_exception,
                        "strftime_now": strftime_now}

    # Called by the code of templates, where quire.text.template_code has put it. No template can give these other meanings.

    def turn(self) -> str:
        _budget.get().turn()
        return ""

    def turns(self, values: Iterable[Any]) -> Iterator[Any]:
        turn = _budget.get().turn
        for value in values:
            turn()
            yield value

    def join(self, *values: Any) -> str:
        check_chars(sum(measure(value) for value in values))
        return self.concat(map(str, values))

    def measured(self, value: Any) -> Any:
        """`call` measures what comes out of every call."""
        return value

    def finalized(self, value: Any) -> Any:
        if isinstance(value, (Mapping, list, tuple)):
            measure(value)
        return value

    @staticmethod
    def concat(pieces: Iterable[str]) -> str:
        pieces = list(pieces)
        check_chars(sum(map(len, pieces)))
        return "".join(pieces)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        _budget.get().pay()
        OPERATORS[operator](left, right)
        return super().call_binop(context, operator, left, right)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        _budget.get().pay()
        owner, name = getattr(__obj, "__self__", None), getattr(__obj, "__name__", "")
        if isinstance(owner, str) and name in TEXT_METHODS:
            check_text_call(name, owner, args)
        made = super().call(__context, __obj, *args, **kwargs)
        if isinstance(made, (str, Collection)):
            check_chars(measure(made))
        return made

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return super().is_safe_attribute(obj, attr, value) and not (isinstance(obj, str) and attr in BARRED_METHODS)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        wrapped = super().wrap_str_format(value)
        if wrapped is None:
            return None
        pattern: str = value.__self__

        @wraps(value)
        def bounded(*args: Any, **kwargs: Any) -> str:
            check_format(pattern, "{", [*args, *kwargs.values()])
            return wrapped(*args, **kwargs)
        return bounded

    def _bounded(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Pays, and measures what goes in and what comes out."""
        @wraps(function)
        def filtered(*args: Any, **kwargs: Any) -> Any:
            if (budget := _budget.get(None)) is not None:       # none while constants are folded
                budget.pay()
            _check_filter(name, args[1:] if hasattr(function, "jinja_pass_arg") else args, kwargs)
            made = function(*args, **kwargs)
            made = settled(made) if isinstance(made, Iterator) else made
            if isinstance(made, (str, Collection)):
                check_chars(measure(made))
            return made
        return filtered


def settled(values: Iterator[Any]) -> list[Any]:
    """A list of what would be made one by one, unmeasured."""
    made, chars = [], 0
    for value in values:
        if (budget := _budget.get(None)) is not None:
            budget.turn()
        chars += measure(value)
        check_chars(chars)
        made.append(value)
    return made


def _check_filter(name: str, values: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    _check_numbers([*values[1:], *kwargs.values()], MOST_NODES)
    if not values or isinstance(values[0], (int, float)):
        return
    if name == "join":
        mark = values[1] if len(values) > 1 else kwargs.get("d", "")
        check_text_call("join", str(mark), (values[0],))
    elif name == "replace":
        old, new = [*values[1:3], kwargs.get("old", ""), kwargs.get("new", "")][:2]
        check_text_call("replace", str(values[0]), (str(old), str(new)))
    elif name == "indent":
        check_text_call("indent", str(values[0]), (values[1] if len(values) > 1 else kwargs.get("width", 4),))
    elif name == "format":
        check_format(str(values[0]), "%", [*values[1:], *kwargs.values()])
    elif name in WHOLE_FILTERS:
        measure(values[0])
        if name == "sum" and not all(isinstance(value, (int, float)) for value in values[0]):
            raise OverBudget("it adds up what are no numbers")
