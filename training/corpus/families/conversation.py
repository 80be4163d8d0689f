"""Small talk with Quire 8M: who it is, what it can and cannot do, feelings, jokes, requests it declines.

Each intent (conversation_data, conversation_more, conversation_fun) has phrasings for training and others held out.
A conversation is a chain of one to four intents; some of them follow on what was said before.
"""
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from ..form import Chat, Document, Item, Message, assistant, user
from .chat_wording import capital, careless, spelling, uncapital
from .conversation_data import GREETINGS, IDENTITY, LIMITS, Intent
from .conversation_fun import BARE, ENDINGS, FOLLOW, FUN, GREET, NONSENSE, NONSENSE_ANSWER, NONSENSE_HELD
from .conversation_more import CLOSING, OPINIONS, SMALL

FAMILY = "conversation"
NONSENSE_INTENT = Intent("nonsense", NONSENSE, NONSENSE_HELD, (NONSENSE_ANSWER,), keys=("did not understand",), weight=3)
INTENTS = (*GREETINGS, *IDENTITY, *LIMITS, *CLOSING, *SMALL, *OPINIONS, *FUN, NONSENSE_INTENT)
BY_NAME = {intent.name: intent for intent in INTENTS}
PREFIXES = (("Hello! ", "Hello! "), ("Hi! ", "Hello! "), ("Hey! ", "Hello! "), ("Hi, ", "Hello! "), ("Hello, ", "Hello! "),
            ("Hello Quire, ", "Hello! "), ("Hi there! ", "Hello! "), ("Good morning! ", "Good morning! "),
            ("Good evening! ", "Good evening! "))
KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "asdfjkl", "qwertzuiop")


class Turn(NamedTuple):
    """What the user says, the answer, and what a right answer has in it."""
    name: str
    ask: str
    answer: str
    keys: tuple[str, ...]


def _fill(text: str, row: str) -> str:
    first, _, second = row.partition(" => ")
    return text.replace("{x}", first).replace("{y}", second)


def _mash(rng: Random) -> str:
    """Random letters from the keyboard, as nobody means them."""
    words = []
    for _ in range(rng.choice((1, 1, 2, 3))):
        letters = rng.choice((*KEYBOARD, "abcdefghijklmnopqrstuvwxyz"))
        words.append("".join(rng.choice(letters) for _ in range(rng.randint(4, 9))))
    text = " ".join(words)
    return text if text not in NONSENSE_HELD else _mash(rng)


def take(rng: Random, intent: Intent, held: bool, ask: str | None = None) -> Turn:
    """One turn of this intent, in a phrasing for training or a held-out one."""
    rows = intent.held_rows if held and intent.held_rows else intent.rows
    row = rng.choice(rows) if rows else ""
    ask = ask or rng.choice(intent.held if held else intent.asks)
    if intent.name == "nonsense" and not held and rng.random() < 0.6:
        ask = _mash(rng)
    said = capital(_fill(ask, row)) if ("{x}" in ask and ask[0].isupper()) or ask[0] == "{" else _fill(ask, row)
    if not held:
        typos = "{" not in ask and intent.name not in BARE
        said = spelling(rng, careless(rng, said, typos) if intent.name != "nonsense" else said)
    answer = capital(_fill(rng.choice(intent.answers), row))
    return Turn(intent.name, said, answer, tuple(_fill(key, row) for key in intent.keys))


def _any(rng: Random) -> Intent:
    return rng.choices(INTENTS, [intent.weight for intent in INTENTS])[0]


def _next(rng: Random, said: list[Turn], last: bool) -> Intent:
    """What the user comes up with after these turns."""
    if not said:
        return BY_NAME[rng.choice(GREET[:3])] if not last and rng.random() < 0.4 else _any(rng)
    follow = FOLLOW.get(said[-1].name)
    if follow and rng.random() < 0.5:
        return BY_NAME[rng.choice(follow)]
    if last and rng.random() < 0.35:
        return BY_NAME[rng.choice(ENDINGS)]
    return _any(rng)


def chain(rng: Random, length: int, held: bool = False) -> list[Turn]:
    """Turns of a conversation; none repeats an answer, and greetings come first only."""
    said: list[Turn] = []
    while len(said) < length:
        intent = _next(rng, said, len(said) == length - 1)
        if said and intent.name in GREET:
            continue
        turn = take(rng, intent, held)
        if all(turn.answer != other.answer for other in said):
            said.append(turn)
    return said


def messages(turns: list[Turn]) -> list[Message]:
    return [message for turn in turns for message in (user(turn.ask), assistant(turn.answer))]


def _greeted(rng: Random, turn: Turn) -> Turn:
    """The turn with a greeting before it, which is returned."""
    ask, answer = rng.choice(PREFIXES)
    said = turn.ask if ask.endswith("! ") else uncapital(turn.ask)
    return turn._replace(ask=ask + said, answer=answer + turn.answer)


def train(rng: Random, count: int) -> Iterator[Document]:
    for _ in range(count):
        turns = chain(rng, rng.choices((1, 2, 3, 4), (40, 28, 20, 12))[0])
        if turns[0].name not in BARE and rng.random() < 0.12:
            turns[0] = _greeted(rng, turns[0])
        yield Chat(messages(turns))


def _item(rng: Random, intent: Intent, ask: str) -> Item:
    turn = take(rng, intent, True, ask)
    before: list[Turn] = []
    if intent.weight == 0 or rng.random() < 0.3:
        starts = [name for name in FOLLOW if intent.name in FOLLOW[name] and BY_NAME[name].weight]
        before = [take(rng, BY_NAME[rng.choice(starts or ("hello", "name", "fact"))], True)]
    if any(turn.answer == other.answer for other in before):
        before = []
    check = {"kind": "contains", "values": list(turn.keys)} if turn.keys else {"kind": "reply"}
    return Item(FAMILY, Chat(messages([*before, turn])), check)


def held_out(rng: Random, count: int) -> Iterator[Item]:
    """Every held-out phrasing once, in random order, then again with other fillings."""
    pool: list[tuple[Intent, str]] = []
    for _ in range(count):
        if not pool:
            pool = [(intent, ask) for intent in INTENTS for ask in intent.held]
            rng.shuffle(pool)
        yield _item(rng, *pool.pop())
