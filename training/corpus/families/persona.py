"""How a system prompt decides the way in which the same question is answered.

In one word, formally, as JSON, like a pirate, in upper case, with a smile, briefly, under another name, or as ever (a neutral
system prompt, or none).
"""
import json
from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

from ..form import Chat, Document, Item, Message, assistant, system, user
from ..names import HELD_NAMES, NAMES
from .chat_wording import capital, careless, entries, invented
from .conversation import chain
from .persona_data import (
    BOT_NAMES,
    EXPLAIN_ASKS,
    EXPLAIN_HELD,
    EXPLAINED,
    HELD_BOT_NAMES,
    HELD_PLACES,
    HELD_ROLES,
    HELD_TONES,
    INLINE,
    NAME_ONLY,
    PLACES,
    ROLE_ANSWERS,
    ROLE_ASKS,
    ROLES,
    SMALL_TALK,
    STYLES,
    TONES,
)
from .simple_questions import Simple, question

FAMILY = "persona"
SCHEMA = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"], "additionalProperties": False}
BY_NAME = {style.name: style for style in STYLES}
TOPICS = tuple(entries(line) for line in EXPLAINED.strip().splitlines())
ROLE_STYLES = ("upper", "smile", "pirate")


class Turn(NamedTuple):
    """A question, its answer in some style, and the word that a right answer has in it."""
    ask: str
    answer: str
    key: str


def _as_json(answer: str) -> str:
    return json.dumps({"answer": answer})


def _styled(text: str, style: str) -> str:
    """A plain answer put into a style that only touches its form."""
    if style == "upper":
        return text.upper()
    if style == "smile":
        return text + " :)"
    if style == "formal":
        return "Certainly. " + text
    if style == "pirate":
        return "Arr! " + text.rstrip(".!?") + ", matey."
    return _as_json(text) if style == "json" else text


def _simple(rng: Random, style: str, held: bool, given: Simple | None = None) -> Turn:
    simple = given or question(rng, held, yes_no=style != "formal")
    forms = {"word": simple.word, "json": _as_json(simple.word)}
    key = simple.word + "," * simple.is_yes_no
    if simple.word.isdigit():
        key = simple.sentence.rstrip(".")
    return Turn(simple.ask, forms.get(style) or _styled(simple.sentence, style), key)


def _small_talk(rng: Random, style: str, held: bool) -> Turn:
    talk = rng.choice(SMALL_TALK)
    ask = rng.choice(talk.held if held else talk.asks)
    if style == "json":
        return Turn(ask, _as_json(talk.answers["brief"]), "")
    answer = talk.answers.get(style) or _styled(talk.answers["plain"], style)
    return Turn(ask, answer, "")


def _explained(rng: Random, style: str, held: bool) -> Turn:
    """A question whose usual answer is long."""
    topic, first, rest = rng.choice(TOPICS)
    ask = rng.choice(EXPLAIN_HELD if held else EXPLAIN_ASKS).replace("{x}", topic)
    short = style in ("brief", "json", "pirate")
    return Turn(ask, _styled(first if short else f"{first} {rest}", style), topic)


def _turn(rng: Random, style: str, held: bool) -> Turn:
    chance = rng.random()
    if chance < 0.2:
        return _small_talk(rng, style, held)
    if style != "word" and chance < (0.7 if style == "brief" else 0.35):
        return _explained(rng, style, held)
    return _simple(rng, style, held)


def _turns(rng: Random, style: str, held: bool) -> list[Turn]:
    """One to three turns in a style, each question once."""
    turns: list[Turn] = []
    count = rng.choices((1, 2, 3), (55, 30, 15))[0]
    while len(turns) < count:
        turn = _turn(rng, style, held)
        if all(turn.answer != other.answer and turn.ask != other.ask for other in turns):
            turns.append(turn)
    return turns


def _system(rng: Random, style: str, held: bool) -> str:
    """The system prompt of a style, now and then after a neutral one."""
    chosen = BY_NAME[style]
    text = rng.choice(chosen.held if held else chosen.systems)
    if style != "plain" and rng.random() < 0.25:
        plain = BY_NAME["plain"]
        text = rng.choice(plain.held if held else plain.systems) + " " + text
    return text


def _messages(rng: Random, prompt: str, turns: list[Turn], held: bool) -> list[Message]:
    messages = [system(prompt)] if prompt else []
    for turn in turns:
        ask = turn.ask if held else careless(rng, turn.ask, typos=False)
        messages += [user(ask), assistant(turn.answer)]
    return messages


def _check(turn: Turn, style: str) -> dict[str, Any]:
    """How an answer in this style is judged."""
    certainly = ["Certainly"] if turn.answer.startswith("Certainly") else []
    marks = {"pirate": ["Arr!", "matey."], "smile": [":)"], "formal": certainly}
    if style == "json":
        return {"kind": "json", "schema": SCHEMA}
    if style == "word":
        return {"kind": "exact", "value": turn.answer}
    values = marks.get(style, []) + [turn.key] * bool(turn.key)
    if style == "upper" and turn.key:
        values = [turn.key.upper()]
    return {"kind": "contains", "values": values} if values else {"kind": "reply"}


def _in_style(rng: Random, held: bool) -> tuple[list[Message], dict[str, Any]]:
    style = rng.choices(STYLES, [style.weight for style in STYLES])[0].name
    turns = _turns(rng, style, held)
    if style == "plain" and rng.random() < 0.5:
        turns = [Turn(turn.ask, turn.answer, "") for turn in chain(rng, rng.choice((1, 1, 2)), held)]
    prompt = _system(rng, style, held)
    if style == "plain" and not held and rng.random() < 0.3:
        prompt = ""
    return _messages(rng, prompt, turns, held), _check(turns[-1], style)


def _contrast(rng: Random, held: bool) -> tuple[list[Message], dict[str, Any]]:
    """A question out of a small set, asked in every style, so that the system prompt alone decides."""
    same = Random(rng.randrange(120))
    style = rng.choice(STYLES).name
    turn = _simple(rng, style, held, question(same, held, yes_no=False))
    return _messages(rng, _system(rng, style, held), [turn], held), _check(turn, style)


def _inline(rng: Random, held: bool) -> tuple[list[Message], dict[str, Any]]:
    """The same wishes in the user's own message."""
    style = rng.choice(tuple(INLINE))
    turn = _simple(rng, style, held)
    wish = rng.choice(INLINE[style][held])
    turn = turn._replace(ask=f"{turn.ask} {wish}" if held or rng.random() < 0.7 else f"{wish} {turn.ask}")
    return _messages(rng, "", [turn], held), _check(turn, style)


def _bot_name(rng: Random, held: bool) -> str:
    if held:
        return rng.choice((*HELD_NAMES, *HELD_BOT_NAMES))
    return rng.choice((rng.choice(NAMES), rng.choice(BOT_NAMES), capital(invented(rng))))


def _role_turn(rng: Random, name: str, place: str, style: str, held: bool) -> Turn:
    what = rng.choices(tuple(ROLE_ASKS), (34, 24, 14, 14, 14))[0]
    ask = rng.choice(ROLE_ASKS[what][held])
    answer = ROLE_ANSWERS[what]
    if not place:
        answer = answer.replace(" for {p}", "")
    if style == "pirate":
        answer = "I am {n}." if what == "hello" else answer
    answer = _styled(answer.replace("{n}", name).replace("{p}", place), style)
    return Turn(ask, answer, place if what == "for" else name)


def _named(rng: Random, held: bool) -> tuple[list[Message], dict[str, Any]]:
    """A made-up assistant, asked who it is, and sometimes something else before."""
    name = _bot_name(rng, held)
    place = rng.choice(HELD_PLACES if held else PLACES) if held or rng.random() < 0.75 else ""
    prompt = rng.choice(HELD_ROLES if held else ROLES) if place else rng.choice(NAME_ONLY)
    prompt = prompt.replace("{n}", name).replace("{t}", rng.choice(HELD_TONES if held else TONES)).replace("{p}", place)
    style = "plain"
    if rng.random() < 0.12:
        style = rng.choice(ROLE_STYLES)
        prompt += " " + _system(rng, style, held)
    turns = [_simple(rng, style, held) for _ in range(rng.choices((0, 1, 2), (65, 25, 10))[0])]
    turns.append(_role_turn(rng, name, place, style, held))
    if not held and rng.random() < 0.2:
        turns.append(_simple(rng, style, held))
    return _messages(rng, prompt, turns, held), _check(turns[-1], style)


MAKERS = ((_in_style, 50), (_contrast, 18), (_inline, 7), (_named, 25))


def _make(rng: Random, held: bool) -> tuple[list[Message], dict[str, Any]]:
    make = rng.choices([make for make, _ in MAKERS], [weight for _, weight in MAKERS])[0]
    return make(rng, held)


def train(rng: Random, count: int) -> Iterator[Document]:
    for _ in range(count):
        yield Chat(_make(rng, held=False)[0])


def held_out(rng: Random, count: int) -> Iterator[Item]:
    for _ in range(count):
        messages, check = _make(rng, held=True)
        yield Item(FAMILY, Chat(messages), check)
