"""The Plan in the making: values and the reason of each."""
from dataclasses import MISSING, fields
from typing import Any

from quire.core.options import OPTIONS, SECTIONS, Options
from quire.core.plan import Plan, Reason


class Choices:
    """Invariant: every value has a reason. A field may be put again; the last choice stands."""

    def __init__(self, options: Options):
        self.options = options
        self.values: dict[str, Any] = {}
        self.reasons: dict[str, Reason] = {}
        self.notices: list[str] = list(options.notices)

    def ask(self, name: str) -> Any:
        """What the user wants of this option; None if nothing, or auto."""
        for section in SECTIONS:
            part = getattr(self.options, section)
            if name in part.__slots__:
                return getattr(part, name)
        raise KeyError(name)

    def take(self, field: str, name: str, text: str, value: Any = None) -> Any:
        """A field that the user asked for by the option `name`; value is what the answer stands for, if not itself."""
        self.values[field] = self.ask(name) if value is None else value
        self.reasons[field] = Reason(self.options.sources[name], text)
        return self.values[field]

    def derive(self, field: str, value: Any, text: str) -> Any:
        self.values[field], self.reasons[field] = value, Reason("derived", text)
        return value

    def default(self, field: str, value: Any, text: str) -> Any:
        self.values[field], self.reasons[field] = value, Reason("default", text)
        return value

    def take_or_default(self, field: str, name: str, default: Any) -> Any:
        asked = self.ask(name)
        if asked is None:
            return self.default(field, default, "")
        return self.take(field, name, "", tuple(asked) if isinstance(asked, list) else asked)

    def take_plain(self, renamed: dict[str, str]) -> None:
        """Every field that is its option's answer, or else the Plan's own default."""
        for f in fields(Plan):
            name = renamed.get(f.name, f.name)
            if name in OPTIONS and f.default is not MISSING:
                self.take_or_default(f.name, name, f.default)

    def plan(self) -> Plan:
        return Plan(**self.values, notices=tuple(dict.fromkeys(self.notices)), reasons=self.reasons)
