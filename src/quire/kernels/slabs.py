"""Memory for packed weights, carved out of slabs that the system can map with pages of 2 MB.

A matrix by itself is often smaller than such a page, and a step reads every one of them: with small pages much of that time
goes into translating addresses. A slab lives as long as any tensor in it; what is never written never becomes memory.
"""
import threading
import weakref
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

SLAB = 64 << 20                 # bytes
ALIGNMENT = 64


class Slabs:
    """prepare(address, bytes) is called once for each slab."""

    def __init__(self, prepare: Callable[[int, int], None]):
        self.prepare, self.lock = prepare, threading.Lock()
        self.newest: Callable[[], np.ndarray | None] = lambda: None
        self.used = 0

    def take(self, size: int) -> Tensor:
        """Bytes that nobody has written."""
        with self.lock:
            slab = self.newest()
            if slab is None or self.used + size > slab.nbytes:
                slab = np.empty(max(SLAB, size + ALIGNMENT), np.uint8)
                self.prepare(slab.ctypes.data, slab.nbytes)
                self.newest, self.used = weakref.ref(slab), -slab.ctypes.data % ALIGNMENT
            offset, self.used = self.used, self.used + -(-size // ALIGNMENT) * ALIGNMENT
        return torch.from_numpy(slab[offset:offset + size])
