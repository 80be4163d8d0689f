"""Ids -> text, while they come: only whole characters leave, and all that left is the text of all ids.

A character whose bytes are spread over several ids leaves with the last of them. Bytes that can no longer become a character
leave as U+FFFD. Costs O(1) for each id.
"""
import codecs
from collections.abc import Sequence
from typing import Protocol

from quire.text.pieces import Manner


class Vocabulary(Protocol):
    """What a Detokenizer asks of a Tokenizer."""
    manner: Manner
    special_ids: frozenset[int]
    added_ids: frozenset[int]

    def token_bytes(self, token: int) -> bytes: ...

    def id_to_piece(self, token: int) -> str: ...


class Detokenizer:
    """`prompt_ids_tail`: the last ids of what stands before. Its text does not leave again, but an unfinished character of
    it does, whole, and no space is dropped at the seam. `spaces_between_special_tokens` matters only for vocabularies that
    put spaces between all tokens. `shown_ids`: special tokens that are not skipped in any case, as somebody reads them."""

    def __init__(self, tokenizer: Vocabulary, skip_special_tokens: bool = True, spaces_between_special_tokens: bool = True,
                 prompt_ids_tail: Sequence[int] = (), shown_ids: frozenset[int] = frozenset()):
        self._tokenizer, self._manner = tokenizer, tokenizer.manner
        self._skipped: frozenset[int] = tokenizer.special_ids - shown_ids if skip_special_tokens else frozenset()
        self._spaces = spaces_between_special_tokens
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._is_inside = False             # of a character
        self._is_first = True               # no id has been seen that is shown
        self._was_added = False             # the last one was an added token
        self._strip = self._manner.strip_left       # spaces that may still go
        self.push(prompt_ids_tail)

    def push(self, ids: Sequence[int]) -> str:
        """The whole characters that are new."""
        skipped, is_placed = self._skipped, self._is_first or self._strip or self._manner.glue
        bytes_of = self._place if is_placed else self._tokenizer.token_bytes
        if len(ids) == 1:
            new = b"" if ids[0] in skipped else bytes_of(ids[0])
        else:
            new = b"".join([bytes_of(i) for i in ids if i not in skipped])
        if not self._is_inside and new.isascii():       # as nearly always: the decoder need not see it
            return new.decode()
        text = self._decoder.decode(new)
        self._is_inside = bool(self._decoder.getstate()[0])
        return text

    def finish(self) -> str:
        """What is left when no id follows."""
        return self._decoder.decode(b"", final=True)

    def _place(self, token: int) -> bytes:
        """Its bytes, here: they depend on whether it begins the text and on what glue stands before it."""
        spelled, manner, is_first = self._tokenizer.token_bytes(token), self._manner, self._is_first
        is_added = token in self._tokenizer.added_ids
        self._is_first = False
        if is_first and manner.drop_signs and not is_added:
            spelled = manner.bytes_of(self._tokenizer.id_to_piece(token).replace(manner.space, ""))
        elif not is_first and manner.glue and self._takes_glue(token, is_added):
            spelled = manner.glue + spelled
        self._was_added = is_added
        while self._strip and spelled:
            if not spelled.startswith(b" "):
                self._strip = 0
                break
            self._strip, spelled = self._strip - 1, spelled[1:]
        return spelled

    def _takes_glue(self, token: int, is_added: bool) -> bool:
        if is_added:
            return self._spaces or not self._was_added
        continuation = self._manner.continuation
        return not (continuation and self._tokenizer.id_to_piece(token).startswith(continuation))
