"""Ids to vectors, and vectors to logits.

The embedding is whole on every rank: a look-up reads one row for each token, a shared-out one would cost an exchange
for each step, and on CPU all ranks read the same pages of the mapped file. The head is shared out by vocabulary, since
it is the largest matrix of a small model and every row of it is read in every step; its logits are gathered, because
drawing needs the whole vocabulary. Where one rank has all of a head that is the embedding again, its packed form is the
only one that is kept.
"""
import torch.nn.functional as F
from torch import Tensor

from quire.kernels.reference import Packed
from quire.layers.home import Home
from quire.layers.slot import Slot, Slots


class Embedding:
    """num_skipped: rows at the head of the checkpoint's table that nobody looks up."""

    weight: Tensor | Packed

    def __init__(self, home: Home, num_rows: int, size: int, num_skipped: int = 0):
        self.home, self.ops, self.num_skipped = home, home.ops, num_skipped
        self.shape = num_rows + num_skipped, size

    def __call__(self, ids: Tensor) -> Tensor:
        return self.ops.embedding(ids, self.weight)

    def put(self, tensor: Tensor) -> None:
        self.weight = self.home.take_in(tensor[self.num_skipped:])

    def slots(self, name: str) -> Slots:
        yield f"{name}.weight", Slot(self.shape, self.put)


class Head:
    """Logits in float32. A vocabulary that the ranks do not divide is filled up with rows of zeros, cut off
    afterwards."""

    packed: Packed

    def __init__(self, home: Home, size: int, vocab: int):
        self.home, self.ops, self.mesh, self.size, self.vocab = home, home.ops, home.mesh, size, vocab
        self.num_rows = -(-vocab // home.mesh.size)

    def __call__(self, hidden: Tensor) -> Tensor:
        """(R, H) -> (R, V)"""
        logits = self.ops.linear_f32(hidden, self.packed)
        return logits if self.mesh.size == 1 else self.mesh.all_gather_last(logits)[:, :self.vocab]

    def put(self, tensor: Tensor) -> None:
        part = self.home.take_in(tensor[self.mesh.rank * self.num_rows:(self.mesh.rank + 1) * self.num_rows])
        if missing := self.num_rows - part.shape[0]:
            part = F.pad(part, (0, 0, 0, missing))
        self.packed = self.home.pack_head(part)

    def slots(self, name: str) -> Slots:
        yield f"{name}.weight", Slot((self.vocab, self.size), self.put)


def tied(embedding: Embedding, head: Head, name: str) -> Slots:
    """One tensor that is both. Rows of a packed one are read as they were stored; those of a quantized one are not."""
    def put(tensor: Tensor) -> None:
        head.put(tensor)
        if head.mesh.size == 1 and head.packed.scheme == "none":
            embedding.weight = head.packed
        else:
            embedding.put(tensor)

    yield f"{name}.weight", Slot(embedding.shape, put)
