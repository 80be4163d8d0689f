"""Finds stop strings in text that comes in pieces, however it is cut.

What wins is the stop string that is complete first; of two that are complete at the same character, the longer one, so that
no part of a stop string leaves. Text that may be the beginning of one is held back until that is known, never more than the
longest of them less one character. Costs O(1) for each character and stop string (Knuth, Morris and Pratt).
"""
from collections.abc import Sequence

from quire.core.errors import InvalidRequest


class StopStrings:
    """`include`: what leaves ends with the stop string instead of just before it."""

    def __init__(self, stops: Sequence[str], include: bool = False):
        if not all(stops):
            raise InvalidRequest("an empty stop string would end every answer before it begins: leave it out", "stop")
        self.include = include
        self._scanners = [_Scanner(stop) for stop in dict.fromkeys(stops)]
        self._held = ""

    def push(self, text: str) -> tuple[str, str | None]:
        """What can leave, and the stop string that was found. After one was found nothing may be pushed."""
        end, found = len(text), None
        for scanner in self._scanners:
            at = scanner.find(text, end)
            if at is not None and (at < end or found is None or len(scanner.stop) > len(found)):
                end, found = at, scanner.stop
        known = self._held + text[:end]
        if found is not None:
            self._held = ""
            return (known if self.include else known[:-len(found)]), found
        held = max((scanner.matched for scanner in self._scanners), default=0)
        self._held = known[len(known) - held:]
        return known[:len(known) - held], None

    def flush(self) -> str:
        """What was held back, when no text follows."""
        text, self._held = self._held, ""
        for scanner in self._scanners:
            scanner.matched = 0
        return text


class _Scanner:
    """One stop string. `matched`: length of its longest beginning that the text ends with.
    `_shorter[k]`: length of the longest shorter beginning that the first k characters end with."""

    def __init__(self, stop: str):
        self.stop, self.matched = stop, 0
        self._shorter = [0, 0]
        k = 0
        for i in range(1, len(stop)):
            while k and stop[i] != stop[k]:
                k = self._shorter[k]
            k += stop[i] == stop[k]
            self._shorter.append(k)

    def find(self, text: str, end: int) -> int | None:
        """Where in text[:end] it is complete: the index behind its last character."""
        stop, shorter, k = self.stop, self._shorter, self.matched
        i = 0
        while i < end:
            if not k and (i := text.find(stop[0], i, end)) < 0:
                break                       # as fast as the interpreter can skip
            letter = text[i]
            while k and letter != stop[k]:
                k = shorter[k]
            k += letter == stop[k]
            i += 1
            if k == len(stop):
                self.matched = 0
                return i
        self.matched = k
        return None
