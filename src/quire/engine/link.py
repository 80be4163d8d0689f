"""What a Client needs of whatever runs the loop for it: a thread (local.py) or a process (process.py)."""
from typing import Protocol

from quire.core.messages import Command, Lose, Tell


class Link(Protocol):
    """`tell` hears each event, in order; `lose` hears once if the engine ends unasked, with the cause, after the last
    event. Both are called on a thread of the link's choice, one call at a time."""

    def open(self, tell: Tell, lose: Lose) -> None:
        """Begin to load, and return at once. Ready comes when requests are taken."""

    def send(self, command: Command) -> None:
        """From any thread; never waits. Nothing happens when the engine has ended."""

    def beat_age(self) -> float:
        """Seconds since the loop's last sign of life."""

    def kill(self) -> None:
        """End it now, without asking: it does not answer."""

    async def close(self, seconds: float) -> None:
        """Ask it to end, wait at most so long, then end it. Leaves nothing behind. May be called twice."""
