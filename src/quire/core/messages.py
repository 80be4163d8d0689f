"""What the engine and its client say to each other, whatever lies between them: a thread, a process, or nothing.

Ids are the client's: an Add of n siblings takes n ids in a row, and all news of sibling i are under id + i. So nothing
that a client of the client chooses is ever a key.
"""
from collections.abc import Callable
from typing import NamedTuple

from quire.core.errors import QuireError
from quire.core.types import Grammar, Masking, News, Sampling

# Reasons of news beside those of the scheduler: it was never admitted; the engine has ended. And one that it has: what
# the request asks for leaves nothing to draw.
REFUSED, DEAD, BARRED = "refused", "dead", "barred"


class Add(NamedTuple):
    id: int                         # of sibling 0
    prompt: list[int]
    sampling: Sampling
    priority: int = 0
    salt: str = ""
    may_read_cache: bool = True
    label: str = ""                 # the user's own id, for logs and planted faults; never a key
    grammar: Grammar | None = None


class Abort(NamedTuple):
    """Nothing is done for these any more. Ids that have ended are passed over."""
    ids: tuple[int, ...]


class Reset(NamedTuple):
    """Forget the prefix cache, and say Done with the same ticket."""
    ticket: int


# What an engine can be without for a while. Without any of them it takes no turns.
WEIGHTS, KV_CACHE, SCHEDULING = PARTS = ("weights", "kv_cache", "scheduling")


class Rest(NamedTuple):
    """Be without these parts, and say Done. Where they are memory, who is alive is computed to the end before. is_deep: the
    weights' memory goes too, and they will be read from their files again."""
    ticket: int
    parts: tuple[str, ...]
    is_deep: bool = False


class Wake(NamedTuple):
    """Have these parts again, and say Done."""
    ticket: int
    parts: tuple[str, ...]


class Stop(NamedTuple):
    """End the loop. Who is alive is not waited for."""


Command = Add | Abort | Reset | Rest | Wake | Stop


class Snapshot(NamedTuple):
    """Of the engine at one moment, and what it has counted since it began."""
    num_running: int = 0
    num_waiting: int = 0
    num_blocks: int = 0
    num_held_blocks: int = 0        # of requests alive
    num_steps: int = 0
    num_positions: int = 0
    num_queried: int = 0            # prompt positions looked up in the prefix cache
    num_hits: int = 0               # those found
    num_evictions: int = 0
    num_preemptions: int = 0
    num_restarts: int = 0
    masking: Masking | None = None  # None: no grammar has been at work yet

    @property
    def kv_usage(self) -> float:
        """Share of the KV cache that live requests hold."""
        return self.num_held_blocks / self.num_blocks if self.num_blocks else 0.0


class Batch(NamedTuple):
    """All news of one turn; a snapshot comes now and then, and always when the engine has become idle."""
    news: list[News]
    snapshot: Snapshot | None = None


class Done(NamedTuple):
    ticket: int


class Progress(NamedTuple):
    """Of loading, in bytes of weights."""
    done: int
    total: int


class Ready(NamedTuple):
    """Requests are taken from now on. Moments on the system's monotonic clock, which is that of other processes too."""
    ends: tuple[tuple[str, float], ...] = ()        # of the phases of loading, in their order


Event = Batch | Done | Progress | Ready
Tell = Callable[[Event], None]
Lose = Callable[[QuireError], None]
