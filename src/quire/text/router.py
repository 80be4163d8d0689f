"""An answer, piece by piece, into reasoning, content and calls of tools. The same for streamed and for whole answers: what
all parts are together does not depend on how the text was cut.

Text that only looks like a call is content; nothing is dropped but marks, and spaces beside them.
"""
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from quire.text.detokenizer import Detokenizer
from quire.text.reasoning import Reasoning
from quire.text.tools.found import Found, Parts, Voice, call_id
from quire.text.tools.reader import Malformed, Reader, Steps, finder
from quire.text.tools.table import Format


class Router:
    """reasoning   the model's marks; None: it has none, or nobody asks
    is_open     the answer begins inside of a block
    goes_on     it begins in the middle of a text
    format      the model's form of calls; None: none are looked for
    """

    def __init__(self, reasoning: Reasoning | None = None, is_open: bool = False, format: Format | None = None,
                 tools: Mapping[str, Mapping[str, Any]] | None = None, is_single: bool = False,
                 make_id: Callable[[], str] = call_id, goes_on: bool = False):
        self.reasoning, self.format, self.is_thinking = reasoning, format, is_open
        self.reader = Reader()
        self.found = Found(tools, is_single, make_id, Voice(holds=format is not None), Voice(is_open and not goes_on))
        self.steps = self._run()
        self.is_plain = reasoning is None and format is None        # all that comes is content

    def feed(self, text: str) -> Parts:
        if self.is_plain and not self.found.content.is_beside:
            return Parts(content=text)
        self.reader.add(text)
        self._go_on()
        return self.found.take()

    def finish(self) -> Parts:
        """What was held until something follows."""
        self.reader.is_over = True
        self._go_on()
        self.found.end()
        return self.found.take()

    def _go_on(self) -> None:
        next(self.steps, None)

    def _run(self) -> Steps[None]:
        if self.reasoning is not None:
            yield from self._think(self.reasoning)
        yield from self._answer() if self.format is None else self._call(self.format)

    def _think(self, marks: Reasoning) -> Steps[None]:
        reader, found = self.reader, self.found
        yield from reader.spaces()
        if (yield from reader.take(*marks.starts)):
            reader.settle()
            self.is_thinking = found.reasoning.is_beside = True
        if not self.is_thinking:
            return
        if (yield from reader.upto(finder(*marks.ends), found.reasoning.say)):
            yield from reader.take(*marks.ends)
            reader.settle()
            self.is_thinking = False
            found.reasoning.mark()
            found.content.mark()

    def _answer(self) -> Steps[None]:
        reader, content = self.reader, self.found.content
        content.hold_no_more()
        self.is_plain = True
        while True:
            reader.at = len(reader.text)
            content.say(reader.settle())
            if reader.is_over:
                return
            yield

    def _call(self, format: Format) -> Steps[None]:
        reader, content = self.reader, self.found.content.say
        yield from reader.spaces()
        letter = yield from reader.peek()
        if letter and letter in format.starts:
            content(reader.settle())
            yield from self._try(format, is_bare=True)
        if not format.marks:
            yield from self._answer()
            return
        while (yield from reader.upto(finder(*format.marks), content)):
            yield from self._try(format)

    def _try(self, format: Format, is_bare: bool = False) -> Steps[None]:
        self.found.is_bare = is_bare
        try:
            yield from format.read(self.reader, self.found)
        except Malformed:
            self.found.content.say(self.reader.settle())


class ReasoningTokens:
    """Counts the ids of an answer that are reasoning, without those of the marks."""

    def __init__(self, detokenizer: Detokenizer, reasoning: Reasoning, is_open: bool):
        self.detokenizer, self.router = detokenizer, Router(reasoning, is_open)
        self.settled = self.held = 0            # held: of what may be the beginning of the last mark

    @property
    def count(self) -> int:
        return self.settled + self.held

    def add(self, ids: Iterable[int]) -> None:
        router = self.router
        for token in ids:
            if router.is_plain:
                return
            was_thinking = router.is_thinking
            router.feed(self.detokenizer.push([token]))
            if was_thinking:
                self.held = self.held + 1 if router.is_thinking else 0
                if not router.reader.num_held:
                    self.settled, self.held = self.settled + self.held, 0
