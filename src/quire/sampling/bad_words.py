"""Sequences of ids that may not be completed: the last id of one is barred while the output ends with all the others."""
import torch
from torch import Tensor

from quire.core.types import Start
from quire.sampling.feature import Lines, check_ids

NONE = -1       # in place of an id that does not exist


class Words:
    """One row's. `befores` (W, B): the ids before the last one, right-aligned, NONE in front. `lasts` (W,).
    `tail` (B,): the newest ids of the output, NONE where there are none yet."""
    __slots__ = ("befores", "lasts", "tail")

    def __init__(self, words: tuple[tuple[int, ...], ...], output: tuple[int, ...], device: torch.device):
        length = max(map(len, words)) - 1
        rows = [[NONE] * (length + 1 - len(word)) + list(word[:-1]) for word in words]
        tail = [NONE] * length + list(output)
        self.befores = torch.tensor(rows, dtype=torch.int64, device=device).view(len(words), length)
        self.lasts = torch.tensor([word[-1] for word in words], device=device)
        self.tail = torch.tensor(tail[len(tail) - length:], dtype=torch.int64, device=device)

    def apply(self, logits: Tensor) -> None:
        """(V,), in place. Two words may end with the same id, and only one of them be one id from complete."""
        is_near = ((self.befores == self.tail) | (self.befores == NONE)).all(1)         # (W,)
        ceilings = torch.where(is_near, -torch.inf, torch.inf).to(logits.dtype)
        logits.scatter_reduce_(0, self.lasts, ceilings, "amin")


class BadWords:
    def __init__(self, max_rows: int, vocab: int, device: torch.device):
        self.vocab, self.device = vocab, device
        self.words: dict[int, Words] = {}

    def start(self, row: int, start: Start) -> bool:
        words = tuple(word for word in start.sampling.bad_words if word)
        if not words:
            return False
        check_ids("bad_words", [i for word in words for i in word], self.vocab)
        self.words[row] = Words(words, start.tokens[start.prompt_len:], self.device)
        return True

    def end(self, row: int) -> None:
        self.words.pop(row, None)

    def apply(self, logits: Tensor, lines: Lines) -> None:
        for place, row in zip(lines.places.tolist(), lines.rows.tolist(), strict=True):
            self.words[row].apply(logits[place])

    def append(self, lines: Lines, ids: Tensor) -> None:
        for token, row in zip(ids, lines.rows.tolist(), strict=True):
            words = self.words[row]
            if words.tail.numel():
                words.tail = torch.cat([words.tail[1:], token[None]])
