"""For whoever builds on structured output: JSON between two texts that the model writes with its own tokens."""
import re
from typing import Any

from quire.core.structured import StructuredOutputsParams
from quire.grammar.compile import json_text, lark_around
from quire.text.tokenizer import Tokenizer


def json_between(schema: dict[str, Any], prefix: str = "", suffix: str = "", *, tokenizer: Tokenizer,
                 begins_after: str | None = None) -> StructuredOutputsParams:
    """An answer that is prefix, JSON of the schema, suffix. Where these spell one of the tokenizer's control tokens, such as
    <tool_call>, the answer has that token there. begins_after: a text up to which nothing is bound, such as </think>.
    Raises InvalidRequest for a schema that cannot be enforced; the rest is found out when a request brings it."""
    grammar = lark_around(schema, _lark_of(prefix, tokenizer), _lark_of(suffix, tokenizer))
    return StructuredOutputsParams(grammar=grammar, begins_after=begins_after)


def _lark_of(text: str, tokenizer: Tokenizer) -> str:
    control = {word: i for word in tokenizer.spellings.all if (i := tokenizer.token_to_id(word)) is not None}
    if not control:
        return json_text(text) if text else ""
    longest_first = sorted(control, key=len, reverse=True)
    parts = re.split(f"({'|'.join(map(re.escape, longest_first))})", text)
    return " ".join(f"<[{control[part]}]>" if part in control else json_text(part) for part in parts if part)
