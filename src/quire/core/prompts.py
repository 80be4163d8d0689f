"""What a prompt may be, for type checkers: text, token ids, or a dict with one of them. engine/prompts.py reads them."""
from collections.abc import Sequence
from typing import TypedDict


class _Salted(TypedDict, total=False):
    cache_salt: str                         # blocks of the prefix cache are shared only within one


class TextPrompt(_Salted):
    prompt: str


class _Shown(_Salted, total=False):
    prompt: str                             # what is told of it


class TokensPrompt(_Shown):
    prompt_token_ids: list[int]


PromptType = str | Sequence[int] | TextPrompt | TokensPrompt
