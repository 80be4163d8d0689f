"""Grammars of answers with calls of tools.

    forced      the answer is calls
    free        the answer is what the model likes, and where it begins a call, the call has the form and the arguments that
                it should. What it likes may be bound to a schema as a whole: then it is that, or calls

Either may follow a block of thoughts, which is free, but must be closed before the answer can end. A mark that is a token of
the model's own may be spelled out all the same, for readers see no difference: so each stands in a grammar in both ways.
"""
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from quire.core.structured import StructuredOutputsParams
from quire.engine.structured import lark_of
from quire.grammar.compile import lark_json
from quire.text.reasoning import Reasoning
from quire.text.tokenizer import Tokenizer
from quire.text.tools.forced import Forced
from quire.text.tools.json_calls import Item

MOST_CALLS = 32                 # in a forced answer: a model that likes them would otherwise write them for ever
ANY = "/(?s:.*)/"
SPACES = r"/[ \t\r\n]{0,8}/"    # behind thoughts


@dataclass(frozen=True, slots=True)
class Thoughts:
    """is_open     the prompt has opened the block; otherwise the model may"""
    marks: Reasoning
    is_open: bool


def forced_calls(form: Forced, tokenizer: Tokenizer, thoughts: Thoughts | None = None) -> StructuredOutputsParams:
    """Raises InvalidRequest, as free_calls does."""
    writer = _Writer(form, tokenizer)
    return writer.params(thoughts, writer.calls())


def free_calls(form: Forced, tokenizer: Tokenizer, thoughts: Thoughts | None = None,
               answer: Mapping[str, Any] | None = None) -> StructuredOutputsParams:
    """`form`: of the model's own kind, for it is not told. `answer`: schema of an answer that calls nothing."""
    writer = _Writer(form, tokenizer)
    return writer.params(thoughts, writer.free() if answer is None else f"{writer.calls()} | {lark_json(answer)}")


class _Writer:
    """rules: those that others name, by name."""

    def __init__(self, form: Forced, tokenizer: Tokenizer):
        self.form, self.tokenizer = form, tokenizer
        self.rules = {"TEXT": ANY}

    def params(self, thoughts: Thoughts | None, answer: str) -> StructuredOutputsParams:
        rules = {"start": f"{self._thoughts(thoughts)} answer", "answer": answer, **self.rules}
        return StructuredOutputsParams(grammar="%llguidance {}\n" + "".join(f"{name}: {of}\n" for name, of in rules.items()))

    def text(self, text: str) -> str:
        return lark_of(text, self.tokenizer)

    # ---- calls

    def calls(self, given: str = "") -> str:
        """All of them, without what is there already."""
        form = self.form
        self.rules["call"] = self._any_of(form.items)
        more = "" if form.is_single else f"({self.text(form.between)} call){{0,{MOST_CALLS - 1}}}"
        return f"{self.text(form.before.removeprefix(given))} call {more} {self.text(form.after)}"

    def _any_of(self, items: Iterable[Item]) -> str:
        return " | ".join(f"{self.text(item.before)} {lark_json(item.schema)} {self.text(item.after)}" for item in items)

    def free(self) -> str:
        """Where calls may begin an answer without a mark, they are all of it, and text does not begin as they do."""
        starts = re.escape(self.form.format.starts)
        free = rf"/(?s:\s*([^\s{starts}].*)?)/" if starts else ANY
        self.rules["FREE"] = free
        marked = " | ".join(self._marked(i, mark, free) for i, mark in enumerate(self.form.format.marks))
        if starts:
            return f"{self.calls()} | {marked} | FREE"
        return f"{marked} | FREE" if self.form.is_single else f"({marked})* FREE"

    def _marked(self, number: int, mark: str, free: str) -> str:
        """Text up to a mark, and what must follow that: a call alone where calls have the mark."""
        upto, items = self._upto(f"mark_{number}", (mark,), "FREE", free), self.form.items
        if self.form.before.startswith(mark) or not all(item.before.startswith(mark) for item in items):
            return f"({upto}) {self.calls(mark)}"
        self.rules[f"call_{number}"] = self._any_of(item._replace(before=item.before[len(mark):]) for item in items)
        return f"({upto}) call_{number}"

    # ---- text up to a mark

    def _thoughts(self, thoughts: Thoughts | None) -> str:
        if thoughts is None:
            return ""
        self.rules["thoughts"] = f"({self._upto('thought', thoughts.marks.ends, 'TEXT', ANY)}) {SPACES}"
        opened = " | ".join(map(self.text, thoughts.marks.starts))
        return "thoughts" if thoughts.is_open else f"(({opened}) thoughts)?"

    def _upto(self, name: str, marks: tuple[str, ...], text: str, regex: str) -> str:
        """The first of them is in it. `text`: the rule of the regex."""
        spelled = "|".join(map(re.escape, marks)).replace("/", r"\/")
        self.rules[f"{name}[suffix=/{spelled}/]"] = regex
        tokens = (lark for mark in marks if (lark := self.text(mark)).startswith("<["))
        return " | ".join([name, *(f"{text} {lark}" for lark in tokens)])
