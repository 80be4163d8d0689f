"""Repetition, presence and frequency penalties.

Repetition looks at prompt and output: a positive logit is divided by it, a negative one multiplied. Presence and frequency
look at the output only: presence is taken off once, frequency as often as the id was drawn. Rows without penalties hold no
counts: those that have some share a pool that grows.
"""
import torch
from torch import Tensor

from quire.core.types import Sampling, Start
from quire.sampling.feature import Lines, Pool, check_ids


def wants(s: Sampling) -> bool:
    return s.repetition_penalty != 1 or s.presence_penalty != 0 or s.frequency_penalty != 0


class Penalties:
    def __init__(self, max_rows: int, vocab: int, device: torch.device):
        self.vocab = vocab
        self.counts = Pool(max_rows, vocab, torch.int32, device)        # in the output
        self.in_prompt = Pool(max_rows, vocab, torch.bool, device)
        self.factors = torch.zeros(max_rows, 3, device=device)          # repetition, presence, frequency

    def start(self, row: int, start: Start) -> bool:
        s = start.sampling
        if not wants(s):
            return False
        check_ids("the prompt", start.tokens, self.vocab)
        device = self.factors.device
        tokens = torch.tensor(start.tokens, dtype=torch.int64, device=device)
        prompt, output = tokens[:start.prompt_len], tokens[start.prompt_len:]
        self.in_prompt.take(row)[prompt] = True
        self.counts.take(row).copy_(torch.bincount(output, minlength=self.vocab))
        self.factors[row] = torch.tensor((s.repetition_penalty, s.presence_penalty, s.frequency_penalty), device=device)
        return True

    def end(self, row: int) -> None:
        self.counts.give_back(row)
        self.in_prompt.give_back(row)

    def apply(self, logits: Tensor, lines: Lines) -> None:
        at, counts = lines.at, self.counts.of(lines.rows)
        repetition, presence, frequency = self.factors[lines.of].unsqueeze(-1).unbind(1)    # (L, 1) each
        values = logits[at]
        seen = (counts > 0) | self.in_prompt.of(lines.rows)
        values = torch.where(seen, torch.where(values > 0, values / repetition, values * repetition), values)
        values = values - frequency * counts
        logits[at] = values - presence * (counts > 0)

    def append(self, lines: Lines, ids: Tensor) -> None:
        self.counts.values[self.counts.slots_of(lines.rows), ids] += 1
