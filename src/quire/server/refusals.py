"""Refusals that no schema can foretell: every field of such a body is as documented, and still it cannot be served.

The OpenAPI document lists them, /docs shows them, and each has a test (tests/server/test_refusals.py). A body that fits the
document is refused with one of these codes at one of these fields, or not at all.
"""
from typing import NamedTuple

from quire.core.errors import CONFLICT, TEMPLATE, UNENFORCED

FORMS = r"structured_outputs(\.\w+)?|guided_\w+|response_format(\.\w+)*|tools(\[\d+\]\.function\.(parameters|strict))?"


class Refusal(NamedTuple):
    """param: a regular expression of the whole of the error's `param`."""
    code: str
    param: str
    why: str


REFUSALS = (
    Refusal("context_length_exceeded", r"prompts?|messages|input|max_tokens|max_completion_tokens|min_tokens",
            "The prompt, or the prompt and the answer asked for, do not fit into the context of the model."),
    Refusal(CONFLICT, r"n|stream_options|top_logprobs|max_tokens|min_tokens|truncation_side|prompt_logprobs|best_of"
            r"|allowed_token_ids|continue_final_message|tool_choice|add_generation_prompt|chat_template_kwargs"
            r"|tools\[\d+\]\.function\.name|messages\[\d+\]\.tool_call_id|messages\[\d+\]\.refusal|" + FORMS,
            "Two fields of the body contradict each other, or one asks for another that is not there; the message names both."),
    Refusal(UNENFORCED, FORMS, "A schema, an expression or a grammar that is broken, that nothing fits, or that would take too "
            "long to compile."),
    Refusal("unsupported_parameter", r"tools|tools\[\d+\]\.function\.strict|reasoning_effort|best_of|" + FORMS,
            "What the field asks for is known, but neither this model nor this version has it; or a JSON schema has a keyword "
            "that cannot be enforced."),
    Refusal("unsupported_value", r"tool_choice", "The operator has turned this off."),
    Refusal(TEMPLATE, r"messages|continue_final_message", "The chat template of the model refuses these messages, in its own "
            "words, or cannot be rendered with them."),
    Refusal("nested_too_deeply", r".*", "Values inside of values, more than are taken."),
    Refusal("array_above_max_length", r"prompts?|input|messages|tools|allowed_token_ids",
            "Each list is short enough, but all of it together is not: prompts times n, ids, messages, or bytes of the field."),
    Refusal("string_above_max_length", r".*", "A field is longer than 64 KiB as it was sent, escapes included; or all choices "
            "of a form together are."),
    Refusal("object_above_max_length", r".*", "The body has more than 256 fields, or a field with names in it has more bytes "
            "than are taken."),
    Refusal("integer_below_min_value", r"max_tokens", "max_tokens is 0 and echo is not true: nothing would come back."),
    Refusal("invalid_value", r"logit_bias", "It names a token that the vocabulary does not have."),
    Refusal("invalid_type", r".*", "A whole number is written with a point or an exponent, as 1.0, which JSON Schema takes for "
            "1; or the prompts are a list of texts and of ids."),
    Refusal("nothing_to_draw", r".*", "What was asked for has left no token to draw, found out while the answer was made."),
)
