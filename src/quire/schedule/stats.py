"""What the scheduler tells of itself; it costs nothing to ask."""
from typing import NamedTuple


class Stats(NamedTuple):
    """What a moment looks like, and what has been counted since the beginning."""
    num_running: int
    num_waiting: int
    num_blocks: int
    num_held_blocks: int            # of requests alive; the others are free, though they may hold a known prefix
    num_steps: int
    num_positions: int              # planned, drafts included
    num_queried: int                # known positions that were looked up in the cache when requests first began
    num_hits: int                   # those of them that were found
    num_evictions: int              # blocks that lost a known prefix
    num_preemptions: int
    num_restarts: int               # of requests that had trusted a failed one

    @property
    def kv_usage(self) -> float:
        return self.num_held_blocks / self.num_blocks
