"""A model's vocabulary as grammars see it: the bytes of each id. Control tokens have none: no text is ever matched by them."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from quire.core.lazy import lazy

llguidance = lazy("llguidance")


@dataclass
class Vocabulary:
    """
    tokens          bytes of each id that has a logit, as in the middle of a text; empty: of no text
    control_ids     tokens whose bytes are only a name, which a grammar may use
    eos_ids         any of them ends an answer. At least one
    encode          the model's own way of writing a text
    """
    tokens: Sequence[bytes]
    control_ids: frozenset[int]
    eos_ids: tuple[int, ...]
    encode: Callable[[str], list[int]] = field(repr=False)

    @cached_property
    def engine(self) -> Any:
        """As the engine keeps it: a tree of all tokens. Takes half a second for 150,000 of them, and Python stands still."""
        return llguidance.LLTokenizer(_Wrapper(self), n_vocab=len(self.tokens), eos_token=list(self.eos_ids))

    @cached_property
    def spells_all(self) -> bool:
        """Is there a token for each byte? Else some texts cannot be written at all."""
        return all(bytes([byte]) in self._ids for byte in range(256))

    def spell(self, text: bytes) -> list[int]:
        """Ids whose bytes are exactly this text, the model's own way where that is so. For text that a grammar leaves no
        choice about: a model should read it as it has always read it."""
        try:
            words = text.decode()
        except UnicodeDecodeError:
            return self._greedy(text)
        for attempt in (words, words[1:]) if words.startswith(" ") else (words,):   # some put a space in front by themselves
            ids = self.encode(attempt)
            if all(i < len(self.tokens) for i in ids) and b"".join(self.tokens[i] for i in ids) == text:
                return ids
        return self._greedy(text)

    def _greedy(self, text: bytes) -> list[int]:
        """The longest token each time. Ends early where none goes on."""
        ids, at = list[int](), 0
        while at < len(text):
            found = next((i for length in range(min(self._longest, len(text) - at), 0, -1)
                          if (i := self._ids.get(text[at:at + length])) is not None), None)
            if found is None:
                break
            ids.append(found)
            at += len(self.tokens[found])
        return ids

    @cached_property
    def _ids(self) -> dict[bytes, int]:
        return {token: i for i, token in enumerate(self.tokens) if token and i not in self.control_ids}

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._ids), default=0)


class _Wrapper:
    """What llguidance asks of a tokenizer that is not its own."""
    is_tokenizer_wrapper = True

    def __init__(self, vocabulary: Vocabulary):
        self.tokens = list(vocabulary.tokens)
        self.special_token_ids = sorted(vocabulary.control_ids | set(vocabulary.eos_ids))
        self.eos_token_id, self.bos_token_id = vocabulary.eos_ids[0], None
        self.spell = vocabulary.spell

    def __call__(self, text: str | bytes) -> list[int]:
        return self.spell(text.encode() if isinstance(text, str) else text)
