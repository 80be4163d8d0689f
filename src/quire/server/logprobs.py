"""Logprobs in the two shapes that clients know, and the third, of prompts, that vLLM added."""
import codecs
from collections.abc import Sequence
from typing import Any

from quire.core.outputs import Logprob, Position
from quire.text.tokenizer import Tokenizer

LEAST = -9999.0                 # what JSON, which has no infinity, says instead


class Spelled:
    """How a token is written: as its text, or as token_id:7 where a client asked for that."""

    def __init__(self, tokenizer: Tokenizer, as_ids: bool):
        self.tokenizer, self.as_ids = tokenizer, as_ids

    def __call__(self, token: int) -> str:
        return f"token_id:{token}" if self.as_ids else self.tokenizer.token_text(token)


def value_of(logprob: Logprob) -> float:
    return max(logprob.logprob, LEAST)


def best_of(position: Position, count: int) -> list[tuple[int, Logprob]]:
    """The best ones, best first. What stands there is listed first in any case, and may be none of them."""
    return sorted(((token, p) for token, p in position.items() if (p.rank or 1) <= count), key=lambda pair: pair[1].rank or 1)


def chat_content(ids: Sequence[int], positions: Sequence[Position], count: int, spelled: Spelled) -> list[dict[str, Any]]:
    def entry(token: int, logprob: Logprob) -> dict[str, Any]:
        text = spelled(token)
        return {"token": text, "logprob": value_of(logprob),
                "bytes": list(text.encode() if spelled.as_ids else spelled.tokenizer.token_bytes(token))}

    return [entry(token, position[token]) | {"top_logprobs": [entry(*best) for best in best_of(position, count)]}
            for token, position in zip(ids, positions, strict=True)]


class CompletionLogprobs:
    """Of one choice. Offsets are characters of its text, which a token may share with the next: a character that is spread
    over several tokens begins where the first of them does."""

    def __init__(self, spelled: Spelled, count: int, skipped: frozenset[int]):
        self.spelled, self.count, self.skipped = spelled, count, skipped
        self.offset, self.decoder = 0, codecs.getincrementaldecoder("utf-8")("replace")

    def take(self, ids: Sequence[int], positions: Sequence[Position | None]) -> dict[str, Any]:
        """A position is None where nothing stands before: at the first token of a prompt."""
        tokens, values, best, offsets = [], [], [], []
        for token, position in zip(ids, positions, strict=True):
            tokens.append(self.spelled(token))
            values.append(None if position is None else value_of(position[token]))
            best.append(None if position is None else self._best(token, position))
            offsets.append(self.offset)
            if token not in self.skipped:
                self.offset += len(self.decoder.decode(self.spelled.tokenizer.token_bytes(token)))
        return {"tokens": tokens, "token_logprobs": values, "top_logprobs": best, "text_offset": offsets}

    def _best(self, token: int, position: Position) -> dict[str, float]:
        """By text, as this shape has it: of several tokens that look alike the best one is told. The drawn one always is."""
        found: dict[str, float] = {}
        for i, logprob in [*best_of(position, self.count), (token, position[token])]:
            found.setdefault(self.spelled(i), value_of(logprob))
        return found


def prompt_logprobs(positions: Sequence[Position | None]) -> list[dict[str, dict[str, Any]] | None]:
    """By id, what stands there first."""
    return [None if position is None else {
        str(token): {"logprob": value_of(p), "rank": p.rank, "decoded_token": p.decoded_token}
        for token, p in position.items()} for position in positions]
