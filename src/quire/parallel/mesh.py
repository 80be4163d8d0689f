"""The ranks that share one model, and what they tell each other. A mesh of one rank needs no torch.distributed.

Every rank must make the same calls in the same order. Sums are taken in the order of ranks from gathered parts, not by
the backend's reduction, whose order changes with the size of the message: so a row's bits do not depend on its batch.
"""
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor

CPU = torch.device("cpu")


@dataclass(frozen=True, slots=True)
class Mesh:
    """Invariant: 0 <= rank < size; group is the process group of all ranks, None where there is but one; device is
    this rank's."""
    rank: int = 0
    size: int = 1
    group: dist.ProcessGroup | None = None
    device: torch.device = CPU

    def all_reduce(self, x: Tensor) -> Tensor:
        """The sum over all ranks, rounded once, in x's memory."""
        if self.size == 1:
            return x
        parts = self._gather(x)
        total = parts[0].float()
        for part in parts[1:]:
            total += part
        return x.copy_(total)

    def all_gather_last(self, x: Tensor) -> Tensor:
        """Every rank's x side by side: (..., N) to (..., size * N)."""
        return x if self.size == 1 else torch.cat(self._gather(x), dim=-1)

    def broadcast(self, x: Tensor) -> Tensor:
        """Rank 0's x, in x's memory."""
        if self.size > 1:
            dist.broadcast(x, src=0, group=self.group)
        return x

    def _gather(self, x: Tensor) -> list[Tensor]:
        parts = [torch.empty_like(x) for _ in range(self.size)]
        if x.numel():
            dist.all_gather(parts, x, group=self.group)
        return parts


ALONE = Mesh()
