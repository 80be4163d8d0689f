"""What the device side keeps of each live request: a fixed row of fixed arrays, so that a step's inputs are gathered
without a loop over tokens. The scheduler names rows; the row knows its own ids and its true position, whatever is
still in flight."""
from collections.abc import Sequence

import numpy as np
import torch

from quire.core.errors import InvalidRequest
from quire.core.types import Start, Work


class Rows:
    """One entry of each array for each row.

    ids         all known ids, prompt and output; the newest has no K/V yet
    tables      blocks in the order of positions; one tensor, which steps gather from
    position    first position not yet computed: the true one
    length      number of known ids.        limit: most it can ever have
    cached      positions below are in the cache already and are never written by this row
    errors      why the row has failed; it does no more work then and only waits for its end
    invariant   of a live row: position < length <= limit, and ceil((position + 1) / block_size) <= num_blocks once it
                had work
    """

    def __init__(self, num_rows: int, max_model_len: int, block_size: int, vocab: int):
        self.block_size, self.vocab = block_size, vocab
        # np.zeros takes untouched pages, so what no request reaches costs no memory
        self.ids = np.zeros((num_rows, max_model_len), np.int32)
        self.tables = np.zeros((num_rows, -(-max_model_len // block_size)), np.int32)
        self.position, self.length, self.limit = np.zeros((3, num_rows), np.int64)
        self.cached, self.prompt_len, self.num_blocks = np.zeros((3, num_rows), np.int64)
        self.starts: list[Start | None] = [None] * num_rows
        self.errors: list[str] = [""] * num_rows

    def start(self, start: Start) -> None:
        row, ids = start.row, np.array(start.tokens, np.int64)
        self.starts[row], self.errors[row] = start, ""
        if ids.min() < 0 or ids.max() >= self.vocab:
            raise InvalidRequest(f"a token id lies outside of the vocabulary of {self.vocab}")
        if ids.size > self.ids.shape[1]:
            raise InvalidRequest(f"{ids.size} tokens do not fit max_model_len {self.ids.shape[1]}")
        self.ids[row, :ids.size] = ids
        self.length[row], self.prompt_len[row], self.cached[row] = ids.size, start.prompt_len, start.cached
        self.limit[row] = start.prompt_len + start.sampling.max_tokens
        if not start.sampling.vector:                               # which never gets the id that it has no place for
            self.limit[row] = min(self.limit[row], self.ids.shape[1])
        self.position[row] = min(start.cached, ids.size - 1)        # the last is computed anyway, for its logits
        self.num_blocks[row] = 0

    def end(self, row: int) -> None:
        self.starts[row] = None

    def take(self, work: Work) -> None:
        """Check that the row is this request's, and add its new blocks to the table."""
        start = self.starts[work.row]
        if start is None or (start.request_id, start.epoch) != (work.request_id, work.epoch):
            raise ValueError(f"row {work.row} is not held by epoch {work.epoch} of request {work.request_id}")
        (new,) = work.new_blocks
        if new:
            held = self.num_blocks[work.row]
            self.tables[work.row, held:held + len(new)] = new
            self.num_blocks[work.row] = held + len(new)

    def advance(self, rows: np.ndarray, counts: np.ndarray) -> None:
        self.position[rows] += counts

    def go_back(self, rows: np.ndarray) -> None:
        """By one position, which is in the cache."""
        self.cached[rows] = np.maximum(self.cached[rows], self.position[rows])
        self.position[rows] -= 1

    def append(self, rows: np.ndarray, ids: np.ndarray) -> None:
        """One drawn id for each row."""
        self.ids[rows, self.length[rows]] = ids
        self.length[rows] += 1

    def targets(self, row: int, position: int, count: int) -> torch.Tensor:
        """The ids that followed `count` positions from `position` on."""
        return torch.from_numpy(self.ids[row, position + 1:position + 1 + count].astype(np.int64))

    def check(self, rows: Sequence[int]) -> None:
        for row in rows:
            assert 0 <= self.position[row] < self.length[row] <= self.limit[row]
            assert self.num_blocks[row] * self.block_size >= self.position[row]
