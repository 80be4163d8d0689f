"""What the corpus is made of: documents to learn from, and held-out items to be judged by.

Every family module offers two generators, both driven by nothing but the random source they are given:

    train(rng, count)      -> documents
    held_out(rng, count)   -> items, whose phrasings and names occur in no training document
"""
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

Message = dict[str, Any]        # OpenAI's shape: role, content, and where they apply tool_calls, reasoning_content


@dataclass(frozen=True)
class Chat:
    """A conversation whose assistant messages are to be learned."""
    messages: list[Message]
    tools: list[dict[str, Any]] | None = None
    think: bool = False             # rendered with enable_thinking; the last answer then has reasoning_content


@dataclass(frozen=True)
class Text:
    """Plain text, learned whole."""
    text: str


Document = Chat | Text


@dataclass(frozen=True)
class Item:
    """A held-out question. The last message of `chat` is the reference answer, which the model does not see.

    check   how an answer is judged:
            {"kind": "reply"}                                    only for perplexity and draft agreement
            {"kind": "exact", "value": "57"}                     the answer names this number or word, and no other number
            {"kind": "contains", "values": [...]}                each occurs in the answer, case ignored
            {"kind": "json", "schema": {...}, "value": {...}}    valid against the schema (and equal to the value)
            {"kind": "tool", "name": ..., "arguments": {...}}    one call of this tool with these arguments
            {"kind": "continue", "prefix": ..., "values": [...]} plain completion of a prefix, no chat
            beside them "wording": "known" or "new", where a family has items of both
    """
    family: str
    chat: Chat
    check: dict[str, Any] = field(default_factory=lambda: {"kind": "reply"})


Train = Callable[[Random, int], Iterator[Document]]
HeldOut = Callable[[Random, int], Iterator[Item]]


def user(content: str) -> Message:
    return {"role": "user", "content": content}


def assistant(content: str, **rest: Any) -> Message:
    return {"role": "assistant", "content": content, **rest}


def system(content: str) -> Message:
    return {"role": "system", "content": content}
