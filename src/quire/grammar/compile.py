"""What is asked for -> the text of a grammar, which crosses to the device and is compiled there; and what is wrong with one.

Every way of asking becomes text in llguidance's own form, so all that comes after knows one kind. LIMITS bound what a
grammar may cost in time and memory, both when it is compiled and at each step: who goes beyond them fails alone.
"""
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from quire.core import checks
from quire.core.errors import UNENFORCED
from quire.core.lazy import lazy
from quire.core.structured import NAME, StructuredOutputsParams
from quire.grammar.schema import read_schema

llguidance = lazy("llguidance")
gbnf = lazy("llguidance.gbnf_to_lark")

# Between the parts of JSON. Bounded: a model that likes blanks would otherwise write them for ever.
WHITESPACE = r"[ \t\r\n]{1,32}"
MOST_RULES = 500                # of a grammar: chains of rules are followed on the stack
MOST_REASON_CHARS = 300
NOBODY = "nothing can satisfy it"

_place = re.compile(r"^(?:at )?(\d+)\((\d+)\): ")


@cache
def limits() -> Any:
    return llguidance.LLParserLimits(max_lexer_states=50_000, max_grammar_size=200_000, verbose_errors=False)


def text_of(asked: StructuredOutputsParams) -> str:
    """Raises InvalidRequest for what can be seen without compiling."""
    if asked.json is not None or asked.json_object:
        schema = asked.json if asked.json is not None else {"type": "object"}
        return _json(read_schema(schema, f"{NAME}.json", asked.disable_additional_properties), asked)
    if asked.regex is not None:
        return str(llguidance.LLMatcher.grammar_from_regex(_unanchored(asked.regex)))
    lark = _choice(asked.choice) if asked.choice is not None else _lark(asked.grammar or "")
    return str(llguidance.LLMatcher.grammar_from_lark(lark))


def lark_around(schema: dict[str, Any], before: str, after: str) -> str:
    """A grammar of JSON between two texts, both as Lark writes them: "text", or <[id]> for a token."""
    return f"start: {before} {lark_json(schema)} {after}"


def lark_json(schema: Mapping[str, Any]) -> str:
    """What a rule may hold. Raises InvalidRequest."""
    spaced = {**read_schema(dict(schema), f"{NAME}.json"), "x-guidance": {"whitespace_pattern": WHITESPACE}}
    return f"%json {json.dumps(spaced)}"


def unforced(text: str) -> str:
    """The same for a vocabulary that cannot spell every text: where one text alone is left, it is not asked for the model's
    own way to write it."""
    lark = text
    if text.startswith("{"):                # else it is Lark already
        (grammar,) = json.loads(text)["grammars"]
        lark = grammar["lark_grammar"] or f"start: / ?/ %json {json.dumps(grammar['json_schema'])}"     # the first may be glued
    return lark if lark.lstrip().startswith("%llguidance") else f'%llguidance {{"no_forcing": true}}\n{lark}'


def refusal(text: str) -> str:
    """Why the grammar cannot be used; empty if it can be. Costs as much as compiling it, some milliseconds mostly."""
    found = llguidance.LLMatcher.validate_grammar(text, limits=limits())
    if found:
        return _words(found)
    matcher = llguidance.LLMatcher(_bytes_alone(), text, log_level=0, limits=limits())
    if matcher.is_error():
        return ""               # it names tokens, which only the model's own vocabulary has
    matcher.compute_bitmask()
    return (NOBODY if "NoExtension" in matcher.get_error() else _words(matcher.get_error())) if matcher.is_error() else ""


def _json(schema: dict[str, Any], asked: StructuredOutputsParams) -> str:
    spaces = {"whitespace_flexible": False} if asked.disable_any_whitespace else {
        "whitespace_pattern": asked.whitespace_pattern or WHITESPACE}
    return str(llguidance.LLMatcher.grammar_from_json_schema(json.dumps(schema), overrides={"lenient": False, **spaces}))


def _unanchored(regex: str) -> str:
    """The whole text is matched anyway."""
    if regex.endswith("$") and (len(regex) - len(regex[:-1].rstrip("\\"))) % 2:
        regex = regex[:-1]
    return regex.removeprefix("^")


def _choice(choices: list[str]) -> str:
    return "start: " + " | ".join(map(json_text, choices))


def json_text(text: str) -> str:
    """As a string of JSON, which Lark reads too."""
    return json.dumps(text, ensure_ascii=False)


def _lark(grammar: str) -> str:
    if (count := len(re.findall(r"^\s*[\w.\-?!]+\s*(?:\[[^\]]*\]\s*)?(?:::=|:)", grammar, re.MULTILINE))) > MOST_RULES:
        raise checks.refuse(f"{NAME}.grammar", f"has {count:,} rules: at most {MOST_RULES} are taken", UNENFORCED)
    try:
        return str(gbnf.any_to_lark(grammar))
    except Exception as error:              # the converter is of Python, and raises what it meets
        what = "it is nested too deeply" if isinstance(error, RecursionError) else _words(str(error))
        raise checks.refuse(f"{NAME}.grammar", f"cannot be used: {what}", UNENFORCED) from None


def _words(error: str) -> str:
    """The engine's message in one line: what is wrong, and where in the text."""
    _, _, detail = error.rpartition("\nerror: ")
    line = (detail or error).strip().split("\n")[0]
    line = _place.sub(r"line \1, column \2: ", line)
    return line if len(line) <= MOST_REASON_CHARS else line[:MOST_REASON_CHARS - 3] + "..."


class _Bytes:
    """The least vocabulary there is: a token for each byte, and an end."""
    is_tokenizer_wrapper = True
    tokens = [bytes([byte]) for byte in range(256)] + [b"<end>"]
    special_token_ids = (256,)
    eos_token_id, bos_token_id = 256, None

    def __call__(self, text: str | bytes) -> list[int]:
        return list(text.encode() if isinstance(text, str) else text)


@cache
def _bytes_alone() -> Any:
    return llguidance.LLTokenizer(_Bytes(), n_vocab=257, eos_token=[256], slices=[])
