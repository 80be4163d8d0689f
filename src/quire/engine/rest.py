"""Sleeping and waking: what a level of sleep takes away, and what those who ask meanwhile are told."""
from collections.abc import Collection, Iterable, Set
from typing import Any

from quire.core import checks
from quire.core.errors import Asleep
from quire.core.messages import KV_CACHE, PARTS, SCHEDULING, WEIGHTS
from quire.core.plan import Plan

MODES = ("abort", "wait", "keep")       # what becomes of requests that are alive
MEMORY = frozenset({WEIGHTS, KV_CACHE})


def parts_of_level(level: Any) -> tuple[str, ...]:
    """0 only pauses; 1 gives back the KV cache and the device's weights; 2 the host's weights too."""
    return (SCHEDULING,) if checks.whole("level", level, 0, 2) == 0 else (WEIGHTS, KV_CACHE)


def is_deep(level: int, plan: Plan) -> bool:
    """Do weights leave the memory, to be read from their files again? At level 1 they go to the host's; a CPU's are there
    already, and those of other devices are there as pages of their files, which the system keeps."""
    return level == 2 or (level == 1 and plan.device != "cpu")


def check_mode(mode: Any, parts: Iterable[str] = ()) -> str:
    if mode not in MODES:
        raise checks.refuse("mode", f"is {checks.shown(mode)}: give one of {', '.join(MODES)}")
    if mode == "keep" and not MEMORY.isdisjoint(parts):
        raise checks.refuse("mode", "is keep, but what requests have computed lies in the memory that is given back: wait for "
                            "them or abort them, or sleep at level 0")
    return str(mode)


def parts_to_wake(tags: Any, asleep: Set[str]) -> tuple[str, ...]:
    """None: all. Tags that are awake are passed over."""
    if tags is None:
        return tuple(part for part in PARTS if part in asleep)
    given = [tags] if isinstance(tags, str) else list(checks.sequence("tags", tags, len(PARTS)))
    for tag in given:
        if tag not in PARTS:
            raise checks.refuse("tags", f"holds {checks.shown(tag)}: {', '.join(PARTS)} can be woken")
    return tuple(part for part in PARTS if part in given and part in asleep)


def check_awake(asleep: Collection[str], may_wait: bool = False) -> None:
    """may_wait: while only scheduling rests, requests are taken, and wait."""
    if asleep and not (may_wait and MEMORY.isdisjoint(asleep)):
        raise Asleep(f"asleep, without {' and '.join(p.replace('_', ' ') for p in PARTS if p in asleep)}: call wake_up() first")
