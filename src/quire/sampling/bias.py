"""allowed ids, min_tokens and logit_bias: what depends on the id alone, not on what came before it."""
import numpy as np
import torch
from torch import Tensor

from quire.core.types import Start
from quire.sampling.feature import Lines, Pool, check_ids


class AllowedIds:
    """All other ids are barred."""

    def __init__(self, max_rows: int, vocab: int, device: torch.device):
        self.vocab = vocab
        self.allowed = Pool(max_rows, vocab, torch.bool, device)

    def start(self, row: int, start: Start) -> bool:
        ids = start.sampling.allowed_ids
        if not ids:
            return False
        check_ids("allowed_ids", ids, self.vocab)
        self.allowed.take(row)[torch.tensor(ids, device=self.allowed.values.device)] = True
        return True

    def end(self, row: int) -> None:
        self.allowed.give_back(row)

    def apply(self, logits: Tensor, lines: Lines) -> None:
        at = lines.at
        logits[at] = logits[at].masked_fill_(~self.allowed.of(lines.rows), -torch.inf)

    def append(self, lines: Lines, ids: Tensor) -> None:
        pass


class MinTokens:
    """Before so many outputs no id that would end the request is drawn."""

    def __init__(self, max_rows: int, vocab: int, device: torch.device):
        self.vocab, self.device = vocab, device
        self.least = np.zeros(max_rows, np.int64)           # position before which the stop ids are barred
        self.stop_ids = torch.zeros(max_rows, 1, dtype=torch.int64, device=device)     # (rows, S): padded with the first

    def start(self, row: int, start: Start) -> bool:
        ids = sorted(start.sampling.stop_ids)
        least = start.prompt_len + start.sampling.min_tokens
        if not ids or least <= len(start.tokens):
            return False
        check_ids("stop_ids", ids, self.vocab)
        if (missing := len(ids) - self.stop_ids.shape[1]) > 0:
            self.stop_ids = torch.cat([self.stop_ids, self.stop_ids[:, :1].expand(-1, missing)], 1)
        ids += [ids[0]] * (self.stop_ids.shape[1] - len(ids))
        self.stop_ids[row] = torch.tensor(ids, device=self.device)
        self.least[row] = least
        return True

    def end(self, row: int) -> None:
        self.least[row] = 0

    def apply(self, logits: Tensor, lines: Lines) -> None:
        early = lines.only(lines.positions < self.least[lines.rows])
        logits[early.at[:, None], self.stop_ids[early.of]] = -torch.inf

    def append(self, lines: Lines, ids: Tensor) -> None:
        pass


class LogitBias:
    """Added to the logits of single ids."""

    def __init__(self, max_rows: int, vocab: int, device: torch.device):
        self.vocab, self.device = vocab, device
        self.biases: dict[int, tuple[Tensor, Tensor]] = {}      # row -> ids, values

    def start(self, row: int, start: Start) -> bool:
        pairs = dict(start.sampling.logit_bias)
        if not pairs:
            return False
        check_ids("logit_bias", tuple(pairs), self.vocab)
        self.biases[row] = (torch.tensor(list(pairs), device=self.device),
                            torch.tensor(list(pairs.values()), dtype=torch.float32, device=self.device))
        return True

    def end(self, row: int) -> None:
        self.biases.pop(row, None)

    def apply(self, logits: Tensor, lines: Lines) -> None:
        for place, row in zip(lines.places.tolist(), lines.rows.tolist(), strict=True):
            ids, values = self.biases[row]
            logits[place, ids] += values

    def append(self, lines: Lines, ids: Tensor) -> None:
        pass
