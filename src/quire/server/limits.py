"""What types do not say of a field: the least and the most that is taken, and which words, in JSON Schema's own terms.

The checks themselves stand where all doors meet (core/sampling_params.py, engine/admit.py, core/structured.py) or on their
route; tests/server/test_document.py sends what each keyword just allows and just forbids, so the two cannot drift apart.
"""
from typing import Any

from quire.core import structured as form
from quire.core.checks import MOST_INT
from quire.core.plan import Plan
from quire.core.sampling_params import (
    MOST_ALLOWED,
    MOST_BAD_CHARS,
    MOST_BAD_WORDS,
    MOST_BIAS,
    MOST_BIASES,
    MOST_STOP_CHARS,
    MOST_STOP_IDS,
)
from quire.engine.admit import MOST_SALT_CHARS, Bounds
from quire.server.body import MOST_FIELD_BYTES
from quire.server.shapes import MOST_MESSAGES, MOST_PROMPT_IDS, MOST_PROMPTS, MOST_SIBLINGS, MOST_STOPS
from quire.server.tools import MOST_TOOLS
from quire.text.template import OWN_NAMES

Schema = dict[str, Any]
# Which of a field's types a keyword speaks of.
OF_TYPE = {**dict.fromkeys(("minimum", "maximum", "exclusiveMinimum"), ("integer", "number")),
           **dict.fromkeys(("minLength", "maxLength", "pattern", "enum"), ("string",)),
           **dict.fromkeys(("minItems", "maxItems", "items"), ("array",)),
           **dict.fromkeys(("minProperties", "maxProperties", "propertyNames", "additionalProperties"), ("object",))}
WHOLE = {"minimum": -MOST_INT - 1, "maximum": MOST_INT}
NAME = "^[A-Za-z0-9_-]{1,64}$"
MOST_CHARS = MOST_FIELD_BYTES - 2           # of a text that no narrower bound holds: its quotes count


def narrow(schema: Schema, limits: Schema) -> None:
    """Each keyword goes to those alternatives whose type it speaks of."""
    for each in schema.get("anyOf", [schema]):
        for word, value in limits.items():
            if each.get("type") not in OF_TYPE[word]:
                continue
            if word == "items":
                narrow(each["items"], value)
            else:
                each[word] = value


def texts(most: int, most_chars: int, least: int = 0) -> Schema:
    """Of a text, or of a list of them."""
    one = {"minLength": 1, "maxLength": most_chars}
    return one | {"minItems": least, "maxItems": most, "items": one}


def limits_of(plan: Plan, bounds: Bounds, special_names: tuple[str, ...]) -> dict[str, Schema]:
    """By field, wherever it has this name."""
    token = {"minimum": 0, "maximum": bounds.vocab - 1}
    logprobs = {"minimum": -1 if bounds.vocab <= plan.max_logprobs else 0, "maximum": plan.max_logprobs}
    most_tokens = {"minimum": 1, "maximum": bounds.longest - 1}
    return _drawn_limits() | {
        "model": {"enum": list(plan.served_names)}, "max_tokens": most_tokens, "max_completion_tokens": most_tokens,
        "min_tokens": {"minimum": 0, "maximum": bounds.longest - 1}, "logprobs": logprobs, "prompt_logprobs": logprobs,
        "top_logprobs": {"minimum": 0, "maximum": plan.max_logprobs},
        "stop_token_ids": {"maxItems": MOST_STOP_IDS, "items": token},
        "allowed_token_ids": {"minItems": 1, "maxItems": MOST_ALLOWED, "items": token},
        "priority": WHOLE if plan.priority_scheduling else {"minimum": 0, "maximum": 0},
        "cache_salt": {"minLength": 1, "maxLength": MOST_SALT_CHARS, "pattern": "^[!-.0-~]+$"},
        "request_id": {"pattern": "^[A-Za-z0-9_.:-]{1,64}$"}, "dimensions": {"minimum": 1, "maximum": bounds.width},
        "pooling": {"pattern": "^([lL][aA][sS][tT]|[mM][eE][aA][nN])$"},
        "chat_template_kwargs": {"propertyNames": {"not": {"anyOf": [{"enum": sorted({*OWN_NAMES, *special_names})},
                                                                     {"pattern": "^_"}]}}},
        **_form_limits()}


def _drawn_limits() -> dict[str, Schema]:
    penalty = {"minimum": -2, "maximum": 2}
    return {
        "temperature": {"minimum": 0, "maximum": 2}, "top_p": {"exclusiveMinimum": 0, "maximum": 1},
        "top_k": {"minimum": -1, "maximum": MOST_INT}, "min_p": {"minimum": 0, "maximum": 1}, "presence_penalty": penalty,
        "frequency_penalty": penalty, "repetition_penalty": {"minimum": 1e-6, "maximum": 1e6}, "seed": WHOLE,
        "n": {"minimum": 1, "maximum": MOST_SIBLINGS}, "best_of": {"minimum": 1, "maximum": MOST_SIBLINGS},
        "stop": texts(MOST_STOPS, MOST_STOP_CHARS), "bad_words": texts(MOST_BAD_WORDS, MOST_BAD_CHARS),
        "logit_bias": {"maxProperties": MOST_BIASES, "propertyNames": {"pattern": "^[0-9]{1,19}$"},
                       "additionalProperties": {"type": "number", "minimum": -MOST_BIAS, "maximum": MOST_BIAS}}}


def _form_limits() -> dict[str, Schema]:
    """Of structured_outputs, and of the older names of its fields."""
    text = {"minLength": 1, "maxLength": MOST_CHARS}
    kinds = {"json": text, "grammar": text, "regex": {"minLength": 1, "maxLength": form.MOST_REGEX_CHARS},
             "choice": texts(form.MOST_CHOICES, MOST_CHARS, least=1),
             "whitespace_pattern": {"minLength": 1, "maxLength": form.MOST_PATTERN_CHARS}}
    backends = "|".join(sorted(form.BACKENDS))
    return kinds | {f"guided_{kind}": limits for kind, limits in kinds.items()} | {
        "guided_decoding_backend": {"pattern": rf"^({backends})(:[\s\S]*)?$"}}


def prompts(bounds: Bounds, field: str) -> Schema:
    """Text, ids, or a list of either; what each route takes of it."""
    text = {"type": "string", "minLength": 1}
    ids = {"type": "array", "minItems": 1, "maxItems": MOST_PROMPT_IDS,
           "items": {"type": "integer", "minimum": 0, "maximum": bounds.vocab - 1}}
    some = {"minItems": 1, "maxItems": MOST_PROMPTS}
    if field == "GenerateRequest":
        return {"anyOf": [text, ids, {"type": "array", "minItems": 1, "maxItems": 1, "items": {"anyOf": [text, ids]}}]}
    return {"anyOf": [text, {"type": "array", **some, "items": text}, ids, {"type": "array", **some, "items": ids}]}


TRUNCATE = {"anyOf": [{"type": "integer", "minimum": 1}, {"const": -1}, {"type": "null"}], "default": None}
MESSAGES = {"minItems": 1, "maxItems": MOST_MESSAGES}
TOOLS = {"minItems": 1, "maxItems": MOST_TOOLS}
