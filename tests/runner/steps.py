"""Random steps as a scheduler could make them: chunks and single tokens of sequences whose tables grow."""
import random
from dataclasses import dataclass, field

import torch

from quire.batch import Batch

BLOCK = 4


@dataclass
class Sequence:
    ids: list[int]
    done: int = 0
    blocks: list[int] = field(default_factory=list)


class Steps:
    def __init__(self, seed: int, vocab: int, num_blocks: int, max_len: int):
        self.rng, self.vocab, self.max_len = random.Random(seed), vocab, max_len
        self.free = self.rng.sample(range(num_blocks), num_blocks)
        self.sequences: list[Sequence] = []

    def next(self, num_tokens: int) -> Batch:
        """Of exactly so many tokens, in chunks of random size."""
        taken: list[tuple[Sequence, int]] = []
        left = num_tokens
        for sequence in self.rng.sample(self.sequences, len(self.sequences)):
            if left and self.rng.random() < 0.8:
                taken.append((sequence, self.rng.randint(1, min(left, len(sequence.ids) - sequence.done, 9))))
                left -= taken[-1][1]
        while left:
            self.sequences.append(Sequence(self.rng.choices(range(self.vocab), k=self.max_len)))
            taken.append((self.sequences[-1], self.rng.randint(1, min(left, self.max_len))))
            left -= taken[-1][1]
        return self._batch(taken)

    def _batch(self, taken: list[tuple[Sequence, int]]) -> Batch:
        ids, positions, slots, starts, lengths = list[int](), list[int](), list[int](), [0], list[int]()
        tables = list[list[int]]()
        for sequence, count in taken:
            begin, sequence.done = sequence.done, sequence.done + count
            while len(sequence.blocks) * BLOCK < sequence.done:
                sequence.blocks.append(self.free.pop())
            ids += sequence.ids[begin:sequence.done]
            positions += range(begin, sequence.done)
            slots += [sequence.blocks[p // BLOCK] * BLOCK + p % BLOCK for p in range(begin, sequence.done)]
            starts.append(len(ids))
            lengths.append(sequence.done)
            tables.append(list(sequence.blocks))
        width = max(map(len, tables)) + self.rng.randint(0, 2)
        wanted = sorted(self.rng.sample(range(len(ids)), self.rng.randint(0, len(ids))))
        for sequence in [s for s in self.sequences if s.done == self.max_len]:
            self.sequences.remove(sequence)
            self.free = sequence.blocks + self.free
        return Batch(
            ids=torch.tensor(ids), positions=torch.tensor(positions), slots=torch.tensor(slots),
            query_starts=torch.tensor(starts, dtype=torch.int32), lengths=torch.tensor(lengths, dtype=torch.int32),
            tables=torch.tensor([t + [-1] * (width - len(t)) for t in tables], dtype=torch.int32),
            logit_rows=torch.tensor(wanted, dtype=torch.int64))
