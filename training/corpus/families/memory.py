"""Recall within a conversation: the user tells facts, other turns pass, then the user asks back.

Also several facts at once, corrections (the latest counts), facts never told, facts in the system prompt, and
questions for yes or no. Values held out: HELD_NAMES, HELD_CITIES, numbers above 20 that end in 7, and the HELD_
lists of memory_data.
"""
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from ..form import Chat, Document, Item, Message, assistant, system, user
from ..names import CITIES, HELD_CITIES, HELD_NAMES, NAMES, coined
from .chat_wording import capital, careless, invented, spelling, uncapital
from .conversation import BY_NAME, take
from .memory_data import (
    ASKS,
    CHECKS,
    FAMILY_NAMES,
    FIXES,
    HELD_ASKS,
    HELD_CHECKS,
    HELD_FIXES,
    HELD_MULTI,
    HELD_SUMMARY,
    HELD_SYSTEMS,
    HELD_WRAPPERS,
    KINDS,
    MULTI,
    NOTE_WORDS,
    NOTED,
    NOTHING,
    POOLS,
    SUMMARY,
    SYSTEMS,
    WRAPPERS,
    Kind,
)
from .simple_questions import question

FAMILY = "memory"
FILLERS = (
    "joke", "fact", "weather", "how_are_you", "say", "say", "motivate", "name", "name", "can_do", "date",
    "maker", "thanks", "own_age", "favorite", "own_place",
)
EXACT = ("number", "age")


class Fact(NamedTuple):
    kind: Kind
    value: str
    whose: str

    def fill(self, text: str) -> str:
        article = ("an " if self.value[0] in "aeiou" else "a ") + self.value
        new = article if "{a}" in self.kind.answer else self.value
        parts = {"{v}": self.value, "{V}": capital(self.value), "{a}": article, "{w}": self.whose, "{new}": new}
        for mark, part in parts.items():
            text = text.replace(mark, part)
        return text

    @property
    def answer(self) -> str:
        return self.fill(self.kind.answer)


@dataclass
class Talk:
    """A conversation in the making; `check` judges its last answer."""
    rng: Random
    held: bool
    messages: list[Message] = field(default_factory=list)
    check: dict[str, Any] = field(default_factory=dict)

    def pick(self, trained: tuple[str, ...], held: tuple[str, ...]) -> str:
        return self.rng.choice(held if self.held else trained)

    def add(self, ask: str, answer: str, **check: Any) -> None:
        self.messages += [user(ask if self.held else spelling(self.rng, ask)), assistant(answer)]
        self.check = check


def _number(rng: Random, held: bool, low: int, high: int) -> str:
    while True:
        found = rng.randint(low, high)
        if (found > 20 and found % 10 == 7) == held:
            return str(found)


def _name(rng: Random, held: bool, names: list[str], held_names: list[str]) -> str:
    if held:
        return rng.choice(held_names)
    return coined(rng) if rng.random() < 0.5 else rng.choice(names)


def _value(rng: Random, kind: str, whose: str, held: bool) -> str:
    if kind in ("name", "relative"):
        return _name(rng, held, *FAMILY_NAMES.get(whose, (NAMES, HELD_NAMES)))
    if kind == "city":
        return _name(rng, held, CITIES, HELD_CITIES)
    if kind == "number":
        return _number(rng, held, *((1000, 9999) if not held and rng.random() < 0.2 else (0, 999)))
    if kind == "age":
        return _number(rng, held, 5, 99)
    trained, held_values = POOLS[kind]
    if kind in ("word", "pet") and not held and rng.random() < (0.6 if kind == "word" else 0.4):
        return invented(rng) if kind == "word" else capital(invented(rng))
    return rng.choice(held_values if held else trained)


def _fact(talk: Talk, kind: Kind) -> Fact:
    whose = talk.rng.choice(kind.whose)
    return Fact(kind, _value(talk.rng, kind.name, whose, talk.held), whose)


def _facts(talk: Talk, count: int) -> list[Fact]:
    """Facts of different kinds; a name is often among them, and no value comes twice."""
    kinds = talk.rng.sample(KINDS, count)
    if kinds and KINDS[0] not in kinds and talk.rng.random() < 0.4:
        kinds[0] = KINDS[0]
    found: list[Fact] = []
    while len(found) < count:
        fact = _fact(talk, kinds[len(found)])
        if all(fact.value.lower() != other.value.lower() for other in found):
            found.append(fact)
    return found


def _other(talk: Talk, fact: Fact) -> Fact:
    """A fact of the same kind with another value."""
    while True:
        other = fact._replace(value=_value(talk.rng, fact.kind.name, fact.whose, talk.held))
        if other.value != fact.value:
            return other


def _clause(talk: Talk, fact: Fact) -> str:
    return fact.fill(talk.pick(fact.kind.clauses, fact.kind.held_clauses))


def _wrapped(text: str, clause: str) -> str:
    return text.replace("{c}", clause).replace("{C}", capital(clause))


def _telling(talk: Talk, fact: Fact) -> str:
    if not talk.held and talk.rng.random() < 0.4:
        text = talk.rng.choice(fact.kind.tells)
    else:
        clause = talk.pick(fact.kind.clauses, fact.kind.held_clauses)
        text = _wrapped(talk.pick(WRAPPERS, HELD_WRAPPERS), clause)
    chance = 1.0 if talk.held else talk.rng.random()
    if chance < 0.12:
        text = text.lower()
    said = capital(fact.fill(text)) if text[0] == "{" else fact.fill(text)
    return said.lower() if 0.12 < chance < 0.15 and fact.kind.name != "word" else said


def _heard(fact: Fact, said: str) -> str:
    if any(word in said.lower() for word in NOTE_WORDS):
        return NOTED
    hello = fact.kind.name == "name" and said.lower().replace(",", " ").replace("!", " ").split()[0] in ("hello", "hi", "hey")
    return fact.fill("Hello, {v}! Nice to meet you." if hello else fact.kind.heard)


def _tell(talk: Talk, fact: Fact) -> None:
    said = _telling(talk, fact)
    talk.add(said, _heard(fact, said))


def _asking(talk: Talk, fact: Fact) -> str:
    if talk.rng.random() < 0.4:
        text = talk.pick(fact.kind.asks, fact.kind.held_asks)
    else:
        text = talk.pick(ASKS, HELD_ASKS).replace("{n}", talk.rng.choice(fact.kind.nouns))
    text = fact.fill(text)
    return text if talk.held else careless(talk.rng, text, typos=False)


def _kind_of_check(fact: Fact) -> dict[str, Any]:
    if fact.kind.name in EXACT:
        return {"kind": "exact", "value": fact.value}
    return {"kind": "contains", "values": [fact.value]}


def _ask(talk: Talk, fact: Fact) -> None:
    talk.add(_asking(talk, fact), fact.answer, **_kind_of_check(fact))


def _ask_missing(talk: Talk, fact: Fact) -> None:
    talk.add(_asking(talk, fact), fact.fill(fact.kind.missing), kind="contains", values=["not told me"])


def _pass_time(talk: Talk, most: int = 3) -> None:
    """Zero to `most` turns about something else."""
    for _ in range(min(most, talk.rng.choices((0, 1, 2, 3), (30, 35, 22, 13))[0])):
        if talk.rng.random() < 0.72:
            simple = question(talk.rng, talk.held)
            ask = simple.ask if talk.held else careless(talk.rng, simple.ask, typos=False)
            talk.add(ask, simple.sentence)
        else:
            turn = take(talk.rng, BY_NAME[talk.rng.choice(FILLERS)], talk.held)
            talk.add(turn.ask, turn.answer)


def _recall(talk: Talk) -> None:
    fact = _fact(talk, talk.rng.choice(KINDS))
    _tell(talk, fact)
    _pass_time(talk)
    _ask(talk, fact)


def _at_once(talk: Talk) -> None:
    """Two or three facts in one message, then a question or two."""
    facts = _facts(talk, talk.rng.choice((2, 2, 3)))
    clauses = [_clause(talk, fact) for fact in facts]
    text = talk.pick(MULTI, HELD_MULTI).replace("{list}", ", ".join(clauses[:-1]) + " and " + clauses[-1])
    talk.add(capital(text), NOTED)
    _pass_time(talk, 2)
    for fact in talk.rng.sample(facts, talk.rng.choice((1, 1, 2))):
        _ask(talk, fact)


def _one_by_one(talk: Talk) -> None:
    """Two or three facts in turns of their own, asked back in any order."""
    facts = _facts(talk, talk.rng.choice((2, 2, 3)))
    for fact in facts:
        _tell(talk, fact)
    _pass_time(talk, 1)
    for fact in talk.rng.sample(facts, talk.rng.choice((1, 2, 2))):
        _ask(talk, fact)


def _alike(talk: Talk) -> None:
    """Several facts of one kind that differ in whose they are: the dog and the cat, the sister and the uncle."""
    kind = talk.rng.choice([kind for kind in KINDS if len(kind.whose) > 1])
    first, second = (Fact(kind, _value(talk.rng, kind.name, whose, talk.held), whose) for whose in talk.rng.sample(kind.whose, 2))
    if first.value == second.value:
        second = _other(talk, second)
    _tell(talk, first)
    _tell(talk, second)
    _pass_time(talk, 1)
    _ask(talk, talk.rng.choice((first, second)))


def _corrected(talk: Talk) -> None:
    old = _fact(talk, talk.rng.choice(KINDS))
    new = _other(talk, old)
    _tell(talk, old)
    _pass_time(talk, 1)
    text = _wrapped(talk.pick(FIXES, HELD_FIXES), _clause(talk, new)).replace("{old}", old.fill("{new}"))
    talk.add(capital(new.fill(text)), "Okay, " + uncapital(new.answer))
    _pass_time(talk, 2)
    _ask(talk, new)


def _never_told(talk: Talk) -> None:
    """A question about a fact that was not told, maybe after others; sometimes it is told then and asked again."""
    facts = _facts(talk, 2)
    if talk.rng.random() < 0.6:
        _tell(talk, facts[1])
        _pass_time(talk, 1)
    _ask_missing(talk, facts[0])
    if talk.rng.random() < 0.35:
        _tell(talk, facts[0])
        _ask(talk, facts[0])


def _confirm(talk: Talk) -> None:
    fact = _fact(talk, talk.rng.choice(KINDS))
    right = talk.rng.random() < 0.5
    asked = fact if right else _other(talk, fact)
    _tell(talk, fact)
    _pass_time(talk, 1)
    text = talk.pick(CHECKS, HELD_CHECKS).replace("{k}", fact.kind.check)
    ask = capital(asked.fill(_wrapped(text, _clause(talk, asked))))
    word = "Yes" if right else "No"
    talk.add(ask, f"{word}, {uncapital(fact.answer)}", kind="contains", values=[word + ",", fact.value])


def _summary(talk: Talk) -> None:
    facts = _facts(talk, talk.rng.choice((0, 1, 2, 2, 3)))
    for fact in facts:
        _tell(talk, fact)
    _pass_time(talk, 1)
    ask = talk.pick(SUMMARY, HELD_SUMMARY)
    answer = " ".join(fact.answer for fact in facts) or NOTHING
    talk.add(ask if talk.held else careless(talk.rng, ask), answer, kind="contains",
             values=[fact.value for fact in facts] or ["not told me"])


def _from_system(talk: Talk) -> None:
    """Facts about the user in the system prompt."""
    known = [fact for fact in _facts(talk, talk.rng.choice((1, 2, 3))) if fact.kind.system] or [_fact(talk, KINDS[0])]
    text = " ".join(fact.fill(fact.kind.system) for fact in known)
    talk.messages.append(system(talk.pick(SYSTEMS, HELD_SYSTEMS).replace("{s}", text)))
    _pass_time(talk, 2)
    _ask(talk, talk.rng.choice(known))


def _same_message(talk: Talk) -> None:
    fact = _fact(talk, talk.rng.choice(KINDS))
    said = capital(_clause(talk, fact)) + ". " + _asking(talk, fact)
    talk.add(said, fact.answer, **_kind_of_check(fact))


SCENES: tuple[tuple[Callable[[Talk], None], float], ...] = (
    (_recall, 40), (_at_once, 13), (_one_by_one, 11), (_alike, 5), (_corrected, 9), (_never_told, 8), (_confirm, 4),
    (_summary, 4), (_from_system, 3), (_same_message, 4))


def _talk(rng: Random, held: bool) -> Talk:
    talk = Talk(rng, held)
    scene = rng.choices([scene for scene, _ in SCENES], [weight for _, weight in SCENES])[0]
    scene(talk)
    return talk


def train(rng: Random, count: int) -> Iterator[Document]:
    for _ in range(count):
        talk = _talk(rng, held=False)
        if rng.random() < 0.06:
            turn = take(rng, BY_NAME["thanks"], held=False)
            talk.add(turn.ask, turn.answer)
        yield Chat(talk.messages)


def held_out(rng: Random, count: int) -> Iterator[Item]:
    for _ in range(count):
        talk = _talk(rng, held=True)
        yield Item(FAMILY, Chat(talk.messages), talk.check)
