"""A question with its answer, as all the skills make it."""
from dataclasses import dataclass
from random import Random

from .skills_phrases import PHRASES


@dataclass(frozen=True)
class Turn:
    question: str
    answer: str
    values: tuple[str, ...] = ()        # what an answer has to contain; nothing, if there are many good answers


def article(noun: str) -> str:
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def title(text: str) -> str:
    """The text as a sentence begins with it."""
    return text[0].upper() + text[1:]


def ask(rng: Random, key: str, held: bool, **slots: str) -> str:
    """One of the phrasings of this skill, held-out ones where wanted."""
    phrase = rng.choice(PHRASES[key][held])
    for name, value in slots.items():
        if value[0].isalpha():
            phrase = phrase.replace("a {" + name + "}", article(value)) if key in ("sound", "baby") else phrase
        phrase = phrase.replace("{" + name + "}", value)
    return phrase
