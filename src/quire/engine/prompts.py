"""What a program may give as prompts: text, token ids, or a dict with one of them; one or a list.

    "text"   [1, 2, 3]   {"prompt": "text"}   {"prompt_token_ids": [1, 2, 3], "prompt": "shown", "cache_salt": "..."}
"""
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from quire.core import checks
from quire.core.errors import InvalidRequest
from quire.engine import faults
from quire.text.tokenizer import Tokenizer

KEYS = ("prompt", "prompt_token_ids", "cache_salt")
# Keys of guides that ask for what this version does not have, where they hold anything.
ABSENT = ("prompt_embeds", "multi_modal_data", "mm_processor_kwargs", "multi_modal_uuids", "media_io_kwargs",
          "encoder_prompt", "decoder_prompt", "data", "data_format", "token_type_ids", "prompt_token_offsets")


class Prompt(NamedTuple):
    """text is None where ids alone were given; ids are None where they come of the text."""
    text: str | None
    ids: Sequence[int] | None = None
    salt: str | None = None


def read_prompts(given: Any) -> list[Prompt]:
    """A list of whole numbers is one prompt, any other list is several."""
    if is_ids(given) or isinstance(given, (str, Mapping)):
        return [read_prompt(given)]
    if isinstance(given, bytes) or not isinstance(given, Sequence):
        raise InvalidRequest(f"prompts is {checks.shown(given)}: give text, token ids, a dict, or a list of them",
                             "prompts",
                             "invalid_type")
    return [read_prompt(each) for each in given]


def read_prompt(given: Any) -> Prompt:
    if isinstance(given, str):
        return Prompt(given)
    if isinstance(given, Mapping):
        return _read_dict(given)
    if isinstance(given, Sequence) and not isinstance(given, bytes):
        return Prompt(None, given)
    raise InvalidRequest(f"a prompt is {checks.shown(given)}: give text, token ids, or a dict", "prompts",
                         "invalid_type")


def read_conversations(given: Any) -> list[Sequence[Mapping[str, Any]]]:
    """A list of messages is one conversation, a list of such lists is several."""
    if not isinstance(given, Sequence) or isinstance(given, (str, bytes)) or not given:
        raise InvalidRequest(f"messages is {checks.shown(given)}: give a list of messages, or a list of such lists",
                             "messages",
                             "invalid_type")
    conversations = [given] if isinstance(given[0], Mapping) else list(given)
    for conversation in conversations:
        if not isinstance(conversation, Sequence) or not all(isinstance(message, Mapping) for message in conversation):
            raise InvalidRequest("messages holds something that is no message: a message is a dict with role and "
                                 "content",
                                 "messages", "invalid_type")
    return conversations


def is_ids(given: Any) -> bool:
    return isinstance(given, Sequence) and not isinstance(given, (str, bytes)) and bool(given) and hasattr(given[0],
                                                                                                           "__index__")


def _read_dict(given: Mapping[str, Any]) -> Prompt:
    for key, value in given.items():
        if key in ABSENT and value is not None:
            raise InvalidRequest(f"a prompt has {key}, which this version does not have: give text or token ids", key,
                                 "unsupported_parameter")
        if key not in KEYS and key not in ABSENT:
            raise InvalidRequest(f"a prompt has the unknown key {checks.shown(key)}: {', '.join(KEYS)} are known",
                                 "prompts")
    text, ids = given.get("prompt"), given.get("prompt_token_ids")
    if text is None and ids is None:
        raise InvalidRequest("a prompt has neither prompt nor prompt_token_ids: give one of them", "prompts")
    if text is not None and not isinstance(text, str):
        raise InvalidRequest(f"prompt is {checks.shown(text)}: give text", "prompt", "invalid_type")
    if ids is not None and (isinstance(ids, (str, bytes)) or not isinstance(ids, Sequence)):
        raise InvalidRequest(f"prompt_token_ids is {checks.shown(ids)}: give a list of whole numbers",
                             "prompt_token_ids",
                             "invalid_type")
    return Prompt(text, ids, given.get("cache_salt"))


def ids_of(prompt: Prompt, tokenizer: Tokenizer, label: str, add_special_tokens: bool = True) -> Sequence[int]:
    """A program's own text may spell special tokens; it is no stranger's."""
    faults.strike("tokenize", label)
    if prompt.ids is not None:
        return prompt.ids
    text = prompt.text or ""
    if not checks.is_unicode(text):
        raise InvalidRequest("the prompt holds half a surrogate pair, which is no text: give whole characters",
                             "prompt")
    return tokenizer.encode(text, add_special_tokens=add_special_tokens, allow_special=True)


def wants_special_tokens(tokenization_kwargs: Mapping[str, Any] | None) -> bool:
    """The only one of tokenization_kwargs that there is."""
    for name, value in (tokenization_kwargs or {}).items():
        if name != "add_special_tokens":
            raise InvalidRequest(f"tokenization_kwargs has {checks.shown(name)}: only add_special_tokens is known",
                                 "tokenization_kwargs", "unsupported_parameter")
        return checks.switch("add_special_tokens", value)
    return True


def kept(truncate_prompt_tokens: int | None, longest: int) -> int | None:
    """How many ids of a prompt at most; None: all."""
    if truncate_prompt_tokens is None:
        return None
    most = checks.whole("truncate_prompt_tokens", truncate_prompt_tokens, least=-1)
    if most == 0:
        raise checks.refuse("truncate_prompt_tokens", "is 0: give 1 or more, or -1 for as many as fit",
                            "integer_below_min_value")
    return longest if most == -1 else most


def refuse_absent(**given: Any) -> None:
    """Keywords of guides for what this version does not have."""
    for name, value in given.items():
        if value is not None:
            raise InvalidRequest(f"{name} is given, but this version does not have it: leave it out", name,
                                 "unsupported_parameter")


def spread(name: str, given: Any, count: int) -> list[Any]:
    """One for each prompt: the same for all, or a list of as many."""
    if not isinstance(given, Sequence) or isinstance(given, (str, bytes)):
        return [given] * count
    if len(given) != count:
        raise InvalidRequest(f"{name} has {len(given)} elements for {count} prompts: give one for each, or one for "
                             "all", name)
    return list(given)
