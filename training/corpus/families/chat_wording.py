"""Small tools with words, shared by the chat families: lists in strings, careless typing, invented words."""
from random import Random

from ..names import HELD_CITIES, HELD_NAMES

ONSETS = "b br d dr f fl gr gl j kr l m n pl r s sh st t tr v w z zh".split()
CODAS = ["", "", "", "l", "n", "r", "m", "x", "v", "nd", "rt"]
UNWANTED = ("nazi", "sex", "shit", "jiz", "slut")
HELD_WORDS = """brimbo tandiru quolp zefrana lumovar drosk plavenu wizzam heffer skorvin yamboli crindle""".split()
HELD_OTHERS = "mojo domino tango tixo marlowe vesper".split()      # held-out pets and assistants that syllables could form
_HELD = frozenset(word.lower() for word in (*HELD_NAMES, *HELD_CITIES, *HELD_WORDS, *HELD_OTHERS))


def entries(text: str, mark: str = "|") -> tuple[str, ...]:
    """The entries of a list written as one string, with marks between them; line breaks count as spaces."""
    return tuple(part.strip() for part in " ".join(text.split()).split(mark) if part.strip())


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def uncapital(text: str) -> str:
    """The text with a small first letter, unless its first word is "I"."""
    keep = text[:2] in ("I ", "I'") or text[:2].isupper()
    return text if keep else text[:1].lower() + text[1:]


def plainly(text: str) -> str:
    """The words of a text in lower case, for comparing phrasings."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.lower().replace("'", "")).split())


def typo(rng: Random, text: str) -> str:
    """One letter slip inside one longer word."""
    words = text.split(" ")
    longer = [i for i, word in enumerate(words) if len(word) > 3 and word.isalpha()]
    if not longer:
        return text
    at = rng.choice(longer)
    word, i = words[at], rng.randrange(1, len(words[at]) - 2)
    words[at] = rng.choice((word[:i] + word[i + 1] + word[i] + word[i + 2:], word[:i] + word[i + 1:],
                            word[:i] + word[i] + word[i:]))
    return " ".join(words)


def careless(rng: Random, text: str, typos: bool = True) -> str:
    """The text as people type it: now and then in lower case, without the last mark, or with a slip."""
    if rng.random() < 0.18:
        text = text.lower()
    if rng.random() < 0.12:
        text = text.rstrip(".!?").rstrip() or text
    if rng.random() < 0.08:
        text = text.replace("'", "")
    if typos and rng.random() < 0.07:
        text = typo(rng, text)
    return text


def spelling(rng: Random, text: str) -> str:
    """The text, sometimes in British spelling."""
    if rng.random() < 0.3:
        text = text.replace("avorite", "avourite").replace("color", "colour")
    return text


def invented(rng: Random) -> str:
    """A word that nobody has used, of two or three syllables, in lower case; never a held-out one."""
    while True:
        parts = [rng.choice(ONSETS) + rng.choice("aeiou") + rng.choice(CODAS) for _ in range(rng.choice((2, 2, 3)))]
        word = "".join(parts)
        if word not in _HELD and len(word) < 11 and not any(bad in word for bad in UNWANTED):
            return word
