"""For whoever builds on structured output: JSON between two texts that the model writes with its own tokens."""
import re
from functools import lru_cache
from typing import Any

from quire.core.structured import StructuredOutputsParams
from quire.grammar.compile import json_text, lark_around
from quire.text.tokenizer import Tokenizer


def json_between(schema: dict[str, Any], prefix: str = "", suffix: str = "", *, tokenizer: Tokenizer,
                 begins_after: str | None = None) -> StructuredOutputsParams:
    """An answer that is prefix, JSON of the schema, suffix. Where these spell one of the tokenizer's control tokens, such as
    <tool_call>, the answer has that token there. begins_after: a text up to which nothing is bound, such as </think>.
    Raises InvalidRequest for a schema that cannot be enforced; the rest is found out when a request brings it."""
    grammar = lark_around(schema, lark_of(prefix, tokenizer), lark_of(suffix, tokenizer))
    return StructuredOutputsParams(grammar=grammar, begins_after=begins_after)


def lark_of(text: str, tokenizer: Tokenizer) -> str:
    """As a grammar writes it; empty for no text."""
    control, find = _control(tokenizer)
    parts = find.split(text) if control else [text]
    return " ".join(f"<[{control[part]}]>" if part in control else json_text(part) for part in parts if part)


@lru_cache(4)
def _control(tokenizer: Tokenizer) -> tuple[dict[str, int], re.Pattern[str]]:
    """Control tokens by their texts, and what finds them, the longest first."""
    control = {word: i for word in tokenizer.spellings.all if (i := tokenizer.token_to_id(word)) is not None}
    return control, re.compile(f"({'|'.join(map(re.escape, sorted(control, key=len, reverse=True)))})")
