"""Shards -> batches. Short documents are packed into rows of 256 and see only themselves; longer ones fill longer rows."""
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

WEIGHTS = np.array([0.0, 0.1, 1.0], np.float32)     # by kind: context, user, answer


@dataclass(frozen=True)
class Batch:
    ids: Tensor                     # (rows, length)
    weights: Tensor                 # (rows, length): how much each id is to be learned
    documents: Tensor | None        # (rows, length), or None where a row is one document after the other, all visible
    is_echo: bool = False           # practice in copying, without meaning


class Shard:
    def __init__(self, folder: Path, name: str):
        self.ids = np.load(folder / f"{name}.ids.npy")
        self.kinds = np.load(folder / f"{name}.kinds.npy")
        self.ends = np.load(folder / f"{name}.ends.npy")
        self.starts = np.concatenate(([0], self.ends[:-1]))
        self.lengths = self.ends - self.starts


def pack(shard: Shard, members: np.ndarray, length: int, rng: np.random.Generator) -> list[list[int]]:
    """Rows of documents that fit together. First fit among a few open rows; nothing is cut but what exceeds a row alone."""
    rows: list[list[int]] = []
    open_rows: list[tuple[int, list[int]]] = []
    for i in rng.permutation(members):
        size = int(min(shard.lengths[i], length))
        for k, (room, row) in enumerate(open_rows):
            if size <= room:
                row.append(int(i))
                open_rows[k] = (room - size, row)
                break
        else:
            row = [int(i)]
            rows.append(row)
            open_rows = sorted([*open_rows, (length - size, row)], key=lambda r: -r[0])[:24]
    rng.shuffle(rows)
    return rows


def assemble(shard: Shard, rows: list[list[int]], length: int, is_masked: bool) -> Batch:
    ids = np.zeros((len(rows), length), np.int64)
    weights = np.zeros((len(rows), length), np.float32)
    documents = np.full((len(rows), length), -1, np.int32)
    for r, row in enumerate(rows):
        at = 0
        for n, i in enumerate(row):
            size = int(min(shard.lengths[i], length - at))
            span = slice(int(shard.starts[i]), int(shard.starts[i]) + size)
            ids[r, at:at + size] = shard.ids[span]
            weights[r, at:at + size] = WEIGHTS[shard.kinds[span]]
            weights[r, at] = 0.0                # nothing precedes a document's first id
            documents[r, at:at + size] = n
            at += size
    return Batch(torch.from_numpy(ids), torch.from_numpy(weights), torch.from_numpy(documents) if is_masked else None)


def epoch(shard: Shard, tokens: int, rng: np.random.Generator, short: int = 256, long: int = 1024) -> Iterator[Batch]:
    """One pass: batches of `tokens` tokens, short and long rows mixed in random order."""
    is_short = shard.lengths <= short
    plan: list[tuple[list[list[int]], int]] = []
    for length, members in ((short, np.flatnonzero(is_short)), (long, np.flatnonzero(~is_short))):
        rows, size = pack(shard, members, length, rng), tokens // length
        plan += [(rows[i:i + size], length) for i in range(0, len(rows) - size + 1, size)]
    for i in rng.permutation(len(plan)):
        rows, length = plan[i]
        yield assemble(shard, rows, length, is_masked=length == short)


def echoes(tokens: int, rng: np.random.Generator, vocab: int, length: int = 256) -> Batch:
    """Rows of meaningless ids in which runs come again and again. Only a run's return can be foretold, and only by looking
    back: what copies a name from a question into an answer is learned here in few steps, and then lies ready for the text."""
    rows = tokens // length
    ids = rng.integers(3, vocab, (rows, length), dtype=np.int64)
    weights = np.zeros((rows, length), np.float32)
    for row in range(rows):
        at = 0
        while at < length:
            run = ids[row, at:at + int(rng.integers(3, 25))].copy()
            for _ in range(int(rng.integers(1, 5))):
                at += len(run) + int(rng.integers(0, 7))
                size = min(len(run), length - at)
                if size < 2:
                    break
                ids[row, at:at + size] = run[:size]
                weights[row, at + 1:at + size] = 1.0
            at += len(run)
    return Batch(torch.from_numpy(ids), torch.from_numpy(weights), torch.zeros((rows, length), dtype=torch.int32), True)


def full_context(shard: Shard, tokens: int, rng: np.random.Generator, length: int = 4096) -> Iterator[Batch]:
    rows, size = pack(shard, np.arange(len(shard.ends)), length, rng), max(1, tokens // length)
    for i in range(0, len(rows) - size + 1, size):
        yield assemble(shard, rows[i:i + size], length, is_masked=False)
