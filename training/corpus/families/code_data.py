"""The material of code.py: snippets read from the code_text_ modules, and the shared ways to ask for them.

A phrasing in a HELD_ list, or after "! " in a text block, occurs in no training document.
"""
import re
from dataclasses import dataclass

from .code_text_basics import BASICS
from .code_text_lists import LISTS
from .code_text_more import MORE
from .code_text_numbers import NUMBERS
from .code_text_strings import STRINGS
from .code_text_talk import EXPLAIN, FILLS, OTHERS, WORDS


@dataclass(frozen=True)
class Snippet:
    """One piece of Python and the ways to ask for it."""
    kind: str                       # fn: defines a function; ex: shows a feature
    tasks: tuple[str, ...]          # "reverse a string"
    nouns: tuple[str, ...]          # "string reversal"
    asks: tuple[str, ...]           # whole questions
    held: tuple[str, ...]           # whole questions, held out
    intro: str
    close: str
    values: tuple[str, ...]         # what an answer must contain
    code: str


@dataclass(frozen=True)
class Explained:
    code: str
    answer: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Word:
    name: str
    kind: str
    meaning: str
    example: str
    result: str


@dataclass(frozen=True)
class Other:
    language: str
    tasks: tuple[str, ...]
    code: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Fill:
    asks: tuple[str, ...]
    held: tuple[str, ...]
    code: str


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(" | ") if part.strip())


def _snippet(kind: str, block: str) -> Snippet:
    head, code = block.split("\n---\n")
    lines: dict[str, str] = {}
    for line in head.strip().split("\n"):
        lines[line[0]] = line[2:]
    return Snippet(kind, _parts(lines["t"]), _parts(lines["n"]), _parts(lines.get("q", "")), _parts(lines["!"]),
                   lines["i"], lines.get("c", ""), _parts(lines["v"]), code.strip())


def parse_snippets(text: str) -> list[Snippet]:
    pieces = re.split(r"^@ (fn|ex)$", text, flags=re.M)[1:]
    return [_snippet(pieces[i], pieces[i + 1]) for i in range(0, len(pieces), 2)]


def parse_explained(text: str) -> list[Explained]:
    found = []
    for block in text.strip().split("\n\n"):
        lines = block.split("\n")
        found.append(Explained("\n".join(lines[:-2]), lines[-2][2:], _parts(lines[-1][2:])))
    return found


def parse_words(text: str) -> list[Word]:
    rows = [_parts(line) for line in text.strip().split("\n")]
    return [Word(*((*row, "", ""))[:5]) for row in rows]


def parse_others(text: str) -> list[Other]:
    rows = [_parts(line) for line in text.strip().split("\n")]
    return [Other(row[0], tuple(row[1].split("; ")), row[2], (row[3],)) for row in rows]


def parse_fills(text: str) -> list[Fill]:
    found = []
    for block in text.strip().split("\n\n"):
        asks, code = block.split("\n= ")
        open_asks, held = asks.split("\n! ")
        found.append(Fill(_parts(open_asks), (held,), code))
    return found


SNIPPETS = [s for text in (NUMBERS, STRINGS, LISTS, BASICS, MORE) for s in parse_snippets(text)]
EXPLAINED = parse_explained(EXPLAIN)
WORD_LIST = parse_words(WORDS)
OTHER_LIST = parse_others(OTHERS)
FILL_LIST = parse_fills(FILLS)

# for functions and for single features
HOW_ASKS = [
    "How do I {t} in Python?", "How can I {t} with Python?", "python code to {t}", "Show me how to {t} in Python.",
    "Help me {t} in Python.", "What is the Python code to {t}?", "how to {t} in python", "{t} in Python",
    "How would you {t} in Python?", "How to {t}?", "I want to {t} in Python.", "Show me how to {t}.",
]
HELD_HOW_ASKS = ["What lines of Python would let me {t}?", "Is there an easy way for me to {t} using Python?"]
# for functions alone
TASK_ASKS = [
    "Write a Python function to {t}.", "Write a Python function to {t}:", "Write a function to {t}.",
    "Give me a Python function to {t}.", "I need a Python function to {t}.", "Please write Python code to {t}.",
    "Can you write a Python function to {t}?", "Write code to {t}.", "Write a short program to {t}.",
    "Write a script to {t}.", "Write Python code to {t}.", "Create a Python function to {t}.",
]
HELD_TASK_ASKS = [
    "Could you code up a way to {t} for me?", "I would like some Python that can {t}.",
    "Implement a small Python routine to {t}.",
]
NOUN_ASKS = [
    "python code for {n}", "Python code for {n}, please.", "{n} in Python", "Write Python code for {n}.",
    "Show me the code for {n} in Python.", "{n} python", "Give me code for {n}.", "Code for {n}?",
    "Can you show me {n} in Python?", "Python: {n}",
]
HELD_NOUN_ASKS = ["Let me see {n} done in Python.", "I am looking for Python that does {n}.", "Could you code up {n}?"]
EXAMPLE_ASKS = [
    "Show me {a} {n} example.", "Show me {a} {n} example in Python.", "Give me {a} {n} example.", "python {n} example",
    "Write {a} {n} example in Python.", "{n} example", "Give me an example of {a} {n} in Python.",
    "Can you show me {a} {n} example?", "Python example: {n}", "I need {a} {n} example in Python.",
]
HELD_EXAMPLE_ASKS = ["A short sample of {a} {n}, please.", "Could you code up {a} {n} for me?"]
CODE_ONLY = [
    " Code only.", " Only the code.", " Reply with code only.", " No explanation, just the code.",
    " Only code, no explanation.", " Just the code, please.", " Code only, no explanation.", " Answer with code only.",
]
HELD_CODE_ONLY = [" Nothing but the code, please.", " Skip the words and send the code."]
CODE_ONLY_SYSTEM = [
    "Reply with code only.", "You are a coding assistant. Answer with code only.", "Answer with Python code only.",
    "Only write code. Do not explain.", "You write code. No explanations.",
]
HELD_CODE_ONLY_SYSTEM = ["Send back the bare code and no other text."]
CODE_SYSTEM = [
    "You are a coding assistant.", "You are a helpful programming assistant.", "You help people learn Python.",
    "You are a helpful assistant.", "You are a Python expert.", "You answer programming questions.",
]
EXPLAIN_ASKS = [
    "Explain this code:\n{code}", "What does this code do?\n{code}", "Explain this Python code:\n{code}",
    "What does this Python code do?\n\n{code}", "{code}\nWhat does this do?", "{code}\n\nExplain this code.",
    "Please explain this code.\n\n{code}", "Can you explain this?\n{code}", "What is this code for?\n{code}",
    "What happens here?\n{code}", "Describe this code in one or two sentences.\n{code}",
]
HELD_EXPLAIN_ASKS = [
    "I found this in a script. What is it for?\n{code}", "Tell me in plain words what these lines do:\n{code}",
    "{code}\nWalk me through that, please.",
]
WORD_ASKS = [
    "What does {x} do in Python?", "What does the {x} {k} do in Python?", "What is {x} in Python?",
    "Explain {x} in Python.", "What is the {x} {k} in Python?", "python {x}", "What is {x} used for in Python?",
    "Explain the Python {k} {x}.", "How does {x} work in Python?", "what does {x} mean in python",
    "Tell me about {x} in Python.", "Python: what does {x} do?",
]
HELD_WORD_ASKS = [
    "I keep seeing {x} in Python code. What is that?", "In Python, why would I use {x}?",
    "What should I know about the {x} {k}?",
]
OTHER_ASKS = [
    "How do I {t} in {l}?", "{l} command to {t}", "Show me how to {t} in {l}.", "{l}: {t}", "Write {l} to {t}.",
    "Give me a line of {l} to {t}.", "What is the {l} code to {t}?", "How can I {t} with {l}?", "{t} in {l}",
    "I need {l} code to {t}.",
]
HELD_OTHER_ASKS = ["Which line of {l} lets me {t}?", "I use {l} and want to {t}."]
FOLLOW_UPS = ["Explain it.", "Can you explain it?", "What does it do?", "Explain the code.", "How does it work?"]
HELD_FOLLOW_UPS = ["Now in words, please."]
