"""Small skills: counting, lists, haiku, words and letters, copying, comparing, units, the calendar; and arithmetic apart.

train and held_out are for everything but arithmetic, which has arithmetic_train and arithmetic_held_out. What is held out
are phrasings, invented words (held_word), names in sentences to copy, and pairs of numbers to add (held_pair).
"""
from collections.abc import Callable, Iterator
from functools import partial
from random import Random

from ..form import Chat, Document, Item, Message, Text, assistant, user
from . import skills_numbers as numbers
from . import skills_words as words
from .skills_arithmetic import arithmetic_held_out, arithmetic_train, held_pair
from .skills_data import DAYS, LETTERS, MONTHS, TABLES
from .skills_haiku import HAIKU
from .skills_lists import LISTS
from .skills_turn import Turn, title

__all__ = ["arithmetic_held_out", "arithmetic_train", "held_out", "held_pair", "train"]

FAMILY = "skills"

# Every skill with how often it is asked for.
_WEIGHTED: list[tuple[int, Callable[[Random, bool], Turn]]] = [
    (7, partial(words.lookup, key="opposite")), (3, partial(words.lookup, key="plural")), (3, partial(words.lookup, key="synonym")),
    (2, partial(words.lookup, key="rhyme")), (3, partial(words.lookup, key="past")), (3, partial(words.lookup, key="color")),
    (2, partial(words.lookup, key="sound")), (2, partial(words.lookup, key="baby")), (6, words.spell), (3, words.reverse),
    (4, words.case), (5, words.letter), (18, words.repeat), (14, words.listing), (5, words.haiku), (3, words.alphabetical),
    (2, words.neighbor_letter), (1, words.nth_letter), (9, numbers.count), (3, numbers.count_by), (5, numbers.compare),
    (5, numbers.sort), (3, numbers.even), (4, numbers.unit), (3, numbers.neighbor_number), (3, numbers.words), (3, numbers.day),
    (3, numbers.month), (2, numbers.fixed),
]
_SKILLS = [skill for _, skill in _WEIGHTED]
_WEIGHTS = [weight for weight, _ in _WEIGHTED]


def _turn(rng: Random, held: bool) -> Turn:
    return rng.choices(_SKILLS, _WEIGHTS)[0](rng, held)


def _messages(turn: Turn) -> list[Message]:
    return [user(turn.question), assistant(turn.answer)]


def _chat(rng: Random) -> Chat:
    turns = 1 if rng.random() < 0.85 else rng.choice([2, 2, 3])
    return Chat([message for _ in range(turns) for message in _messages(_turn(rng, held=False))])


def _and(members: list[str]) -> str:
    return ", ".join(members[:-1]) + " and " + members[-1]


def _facts(rng: Random) -> str:
    """Some entries of one table."""
    key = rng.choice(list(TABLES))
    entries = rng.sample(TABLES[key], rng.randint(4, 12))
    return "\n".join(words.answer_of(key, word, other) for word, other in entries)


def _numbers(rng: Random) -> str:
    """Numbers in a row."""
    counted = numbers.range_to_count(rng) if rng.random() < 0.7 else numbers.steps_to_count(rng)[1]
    return ", ".join(map(str, counted[::-1] if rng.random() < 0.25 else counted))


def _list(rng: Random) -> str:
    _, many, members = rng.choice(LISTS)
    if rng.random() < 0.5:
        return f"Some {many}: {', '.join(members)}"
    return f"Some {many}:\n" + "\n".join(f"{number}. {member}" for number, member in enumerate(members, 1))


def _haiku(rng: Random) -> str:
    return "\n\n".join(f"A haiku about {subject}:\n{HAIKU[subject]}" for subject in rng.sample(list(HAIKU), rng.randint(1, 3)))


def _spelled(rng: Random) -> str:
    lines = []
    for _ in range(rng.randint(4, 10)):
        word = rng.choice(words.WORDS) if rng.random() < 0.6 else words.invent(rng, held=False)
        lines.append(f"{word}: {'-'.join(word)}")
    return "\n".join(lines)


def _calendar(rng: Random) -> str:
    return rng.choice([
        f"The days of the week are {_and(DAYS)}.", f"The months of the year are {_and(MONTHS)}.",
        "The alphabet: " + " ".join(LETTERS.upper()), "The alphabet: " + " ".join(LETTERS),
        "\n".join(f"{number}: {numbers.in_words(number)}" for number in range(*rng.choice([(0, 21), (20, 41), (90, 101)]))),
        "\n".join(f"{upper}: {letter}" for upper, letter in zip(LETTERS.upper(), LETTERS, strict=True)),
    ])


def _questions(rng: Random) -> str:
    turns = [_turn(rng, held=False) for _ in range(rng.randint(2, 4))]
    return "\n\n".join(f"Question: {title(turn.question)}\nAnswer: {turn.answer}" for turn in turns)


_TEXTS = [_facts] * 5 + [_numbers] * 3 + [_list] * 3 + [_haiku] * 2 + [_spelled] * 2 + [_questions] * 2 + [_calendar]


def train(rng: Random, count: int) -> Iterator[Document]:
    for _ in range(count):
        yield Text(rng.choice(_TEXTS)(rng)) if rng.random() < 0.15 else _chat(rng)


def held_out(rng: Random, count: int) -> Iterator[Item]:
    for _ in range(count):
        turn = _turn(rng, held=True)
        check = {"kind": "contains", "values": list(turn.values)} if turn.values else {"kind": "reply"}
        yield Item(FAMILY, Chat(_messages(turn)), check)
