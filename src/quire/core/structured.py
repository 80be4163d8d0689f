"""What a client wants the text of an answer to be: JSON of a schema, a regular expression, one of some choices, a grammar.

Checked here: types, sizes, and that exactly one is asked for. What it means, and whether it can be enforced, is found out in
grammar/compile.py. Refusals name the field as `structured_outputs.regex`; whoever has another name for it translates.
"""
from dataclasses import dataclass, fields
from typing import Any

from quire.core import checks
from quire.core.errors import CONFLICT

NAME = "structured_outputs"
KINDS = ("json", "regex", "choice", "grammar", "json_object", "structural_tag")
MOST_CHARS = 1 << 16            # of a schema, a grammar, or all choices together
MOST_REGEX_CHARS = 1 << 14
MOST_CHOICES = 4_096
MOST_PATTERN_CHARS = 256        # of whitespace_pattern
MOST_MARKER_CHARS = 256         # of begins_after
# Engines that guides name; what each of them takes is enforced by the one that there is.
BACKENDS = frozenset({"auto", "llguidance", "guidance", "xgrammar", "outlines", "lm-format-enforcer"})


@dataclass
class StructuredOutputsParams:
    """One of json, regex, choice, grammar and json_object. Raises InvalidRequest, which is a ValueError."""
    json: str | dict[str, Any] | bool | None = None     # a schema, or its text
    regex: str | None = None                            # of the whole text
    choice: list[str] | None = None
    grammar: str | None = None                          # Lark (start: ...) or EBNF (root ::= ...)
    json_object: bool | None = None                     # any object
    disable_any_whitespace: bool = False                # none between the parts of JSON
    disable_additional_properties: bool = False         # where a schema does not speak of them
    whitespace_pattern: str | None = None               # what may stand between the parts of JSON
    structural_tag: Any = None
    begins_after: str | None = None                     # nothing is bound up to the end of this text, such as </think>

    def __post_init__(self) -> None:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            what = "asks for nothing" if not given else f"asks for {' and '.join(given)} at once"
            raise checks.refuse(NAME, f"{what}: give one of json, regex, choice, grammar and json_object", CONFLICT)
        if self.structural_tag is not None:
            raise checks.refuse(f"{NAME}.structural_tag", "is not available in this version: give a grammar",
                                "unsupported_parameter")
        if self.json_object is False:
            raise checks.refuse(f"{NAME}.json_object", "is false: give true, or leave it out")
        self._check_kind()
        for name in ("disable_any_whitespace", "disable_additional_properties"):
            checks.switch(f"{NAME}.{name}", getattr(self, name))
        self._check_text("whitespace_pattern", MOST_PATTERN_CHARS)
        self._check_text("begins_after", MOST_MARKER_CHARS)
        self._check_options()

    def _check_options(self) -> None:
        if self.json is None and self.json_object is None:
            for name in ("disable_any_whitespace", "disable_additional_properties", "whitespace_pattern"):
                if getattr(self, name):
                    raise checks.refuse(f"{NAME}.{name}", "is for JSON, and something else is asked for: leave it out",
                                        CONFLICT)
        if self.whitespace_pattern is not None and self.disable_any_whitespace:
            raise checks.refuse(f"{NAME}.whitespace_pattern", "is given although disable_any_whitespace is true: leave one out",
                                CONFLICT)

    def _check_kind(self) -> None:
        if self.json_object is not None:
            checks.switch(f"{NAME}.json_object", self.json_object)
        if isinstance(self.json, str):
            self._check_text("json", MOST_CHARS)
        elif not isinstance(self.json, (dict, bool, type(None))):
            raise checks.refuse(f"{NAME}.json", f"is {checks.shown(self.json)}: give a JSON schema", "invalid_type")
        self._check_text("regex", MOST_REGEX_CHARS)
        self._check_text("grammar", MOST_CHARS)
        if self.choice is not None:
            self.choice = checks.texts(f"{NAME}.choice", self.choice, MOST_CHOICES, MOST_CHARS)
            if not self.choice or sum(map(len, self.choice)) > MOST_CHARS:
                raise checks.refuse(f"{NAME}.choice", f"must hold from 1 to {MOST_CHARS:,} characters in all")

    def _check_text(self, name: str, most: int) -> None:
        text = getattr(self, name)
        if text is None:
            return
        if not isinstance(text, str):
            raise checks.refuse(f"{NAME}.{name}", f"is {checks.shown(text)}: give text", "invalid_type")
        if not text:
            raise checks.refuse(f"{NAME}.{name}", "is empty: leave it out", "empty_string")
        if len(text) > most:
            raise checks.refuse(f"{NAME}.{name}", f"has {len(text):,} characters: at most {most:,} are taken",
                                "string_above_max_length")
        if not checks.is_unicode(text):
            raise checks.refuse(f"{NAME}.{name}", "holds half a surrogate pair, which is no text: send whole characters")


@dataclass
class GuidedDecodingParams:
    """The same under the names of older guides; `params` is what it stands for."""
    json: str | dict[str, Any] | None = None
    regex: str | None = None
    choice: list[str] | None = None
    grammar: str | None = None
    json_object: bool | None = None
    backend: str | None = None
    backend_was_auto: bool = False
    disable_fallback: bool = False
    disable_any_whitespace: bool = False
    disable_additional_properties: bool = False
    whitespace_pattern: str | None = None
    structural_tag: Any = None

    @property
    def params(self) -> StructuredOutputsParams:
        check_backend(self.backend)
        ours = {f.name for f in fields(StructuredOutputsParams)}
        return StructuredOutputsParams(**{name: value for name, value in vars(self).items() if name in ours})


def check_backend(name: Any, param: str = "guided_decoding.backend") -> None:
    """One engine enforces all; a name that nobody knows is a mistake. Guides append options: xgrammar:no-fallback."""
    if name is not None and (not isinstance(name, str) or name.partition(":")[0] not in BACKENDS):
        raise checks.refuse(param, f"is {checks.shown(name)}: leave it out, or give one of {', '.join(sorted(BACKENDS))}")
