"""Skills with words: opposites and the like, letters, copying, lists, haiku, the alphabet."""
import re
from random import Random

from ..names import HELD_NAMES, NAMES
from .skills_data import ANSWERS, LETTERS, ONES, OPPOSITES, ORDINALS, TABLES
from .skills_haiku import HAIKU
from .skills_lists import LISTS
from .skills_turn import Turn, article, ask, title

_ONSETS = "b bl br d dr f fl k kl l m n p pl pr r s sn st t tr v w z gl j h".split()
_RUDE = re.compile("nig|fag|tit|rap|naz|pus|sex|ass|anu|pis|slut|pen|ped|kil|fuk|dik|kok|kum|kun|shi|hit")
_CODAS = ["", "", "l", "n", "r", "m", "x", "p", "t", "sk", "rd", "nd"]


def _word_pool() -> list[str]:
    """Simple words in a fixed order, each once."""
    members = [member for _, _, names in LISTS for member in names]
    words = members + [word for word, _ in OPPOSITES]
    return list(dict.fromkeys(word for word in words if word.isalpha() and word.islower() and 3 <= len(word) <= 9))


WORDS = _word_pool()
_CONCRETE = [*"""fruits vegetables animals birds trees flowers toys tools vehicles insects""".split(), "farm animals", "musical instruments", "pieces of furniture", "things in a kitchen", "pieces of clothing", "parts of a house"]
NOUNS = [member for _, many, members in LISTS if many in _CONCRETE for member in members if member in WORDS]


def held_word(word: str) -> bool:
    """Whether an invented word is kept out of training."""
    return sum(map(ord, word)) % 7 == 3


def invent(rng: Random, held: bool) -> str:
    """A word that does not exist."""
    while True:
        syllables = rng.choice([1, 2, 2, 2, 3])
        word = "".join(rng.choice(_ONSETS) + rng.choice("aeiou") for _ in range(syllables)) + rng.choice(_CODAS)
        if len(word) > 3 and word not in WORDS and not _RUDE.search(word) and held_word(word) == held:
            return word


def _any_word(rng: Random, held: bool) -> str:
    return rng.choice(WORDS) if rng.random() < 0.55 else invent(rng, held)


def answer_of(key: str, word: str, other: str) -> str:
    text = ANSWERS[key].replace("{ax}", article(word)).replace("{x}", word).replace("{y}", other)
    return title(text.replace("called a " + other, "called " + article(other)))


def lookup(rng: Random, held: bool, key: str) -> Turn:
    word, other = rng.choice(TABLES[key])
    return Turn(ask(rng, key, held, x=word), answer_of(key, word, other), (other,))


def spell(rng: Random, held: bool) -> Turn:
    word = rng.choice(NAMES) if not held and rng.random() < 0.1 else _any_word(rng, held)
    answer = "-".join(word)
    return Turn(ask(rng, "spell", held, x=word), answer, (answer,))


def reverse(rng: Random, held: bool) -> Turn:
    word = _any_word(rng, held)
    return Turn(ask(rng, "reverse", held, x=word), word[::-1], (word[::-1],))


def case(rng: Random, held: bool) -> Turn:
    word = _any_word(rng, held)
    if rng.random() < 0.7:
        return Turn(ask(rng, "upper", held, x=word), word.upper(), (word.upper(),))
    return Turn(ask(rng, "lower", held, x=word.upper()), word, (word,))


def letter(rng: Random, held: bool) -> Turn:
    """The first letter, the last one, or how many there are."""
    word = _any_word(rng, held)
    key = rng.choice(["first_letter", "last_letter", "length"])
    answer = {"first_letter": f"The first letter of {word} is {word[0]}.", "last_letter": f"The last letter of {word} is {word[-1]}.",
              "length": f"The word {word} has {len(word)} letters."}[key]
    value = f"{len(word)} letters" if key == "length" else f"is {word[0] if key == 'first_letter' else word[-1]}"
    return Turn(ask(rng, key, held, x=word), answer, (value,))


_SENTENCES = [
    "{N} has a {w} and a {v}.", "My {w} is under the {v}.", "The {w} is next to the {v}.", "{N} likes {i} very much.",
    "Hello, my name is {N}.", "I saw {N} with a {w}.", "Where is the {w}?", "{N} and {M} found a {w}.", "This is a {i}.",
    "The {i} is bigger than the {j}.", "Good morning, {N}!", "I would like a {w}, please.", "{N} is {k} years old.",
    "We need {k} of these, and one {w}.", "A {i} never eats a {j}.", "Can you see the {w}, {N}?", "{M} gave {N} a {i}.", "No {w}, no {v}!",
    "It is {k} minutes past noon.", "The {w} is called {i}.", "Please call {N} at {k}.", "A red {w}, a blue {v} and a green {i}.",
    "I do not know what a {i} is.", "One {w} is enough for {N} and {M}.", "Every {w} needs a {v}.", "There are {k} of them.",
]


def _sentence(rng: Random, held: bool) -> str:
    first, second = rng.sample(HELD_NAMES if held else NAMES, 2)
    slots = {"N": first, "M": second, "w": rng.choice(NOUNS), "v": rng.choice(NOUNS), "i": invent(rng, held), "j": invent(rng, held),
             "k": str(rng.randint(2, 99))}
    text = rng.choice(_SENTENCES)
    for name, value in slots.items():
        text = text.replace("a {" + name + "}", article(value)).replace("A {" + name + "}", title(article(value)))
        text = text.replace("{" + name + "}", value)
    return text


def _to_copy(rng: Random, held: bool) -> str:
    """A sentence, some words, invented words, numbers or a code."""
    kind = rng.randrange(10)
    if kind < 4:
        return _sentence(rng, held)
    if kind < 7:
        return " ".join(invent(rng, held) for _ in range(rng.randint(1, 5)))
    if kind == 7:
        return " ".join([*rng.sample(WORDS, rng.randint(1, 5)), invent(rng, held)])
    if kind == 8:
        return " ".join(str(rng.randint(0, 999)) for _ in range(rng.randint(1, 6)))
    return f"{invent(rng, held).upper()}-{rng.randint(0, 99)}"


def repeat(rng: Random, held: bool) -> Turn:
    text = _to_copy(rng, held)
    question = ask(rng, "repeat", held, x=text)
    if question.endswith(('.".', '!".', '?".')):
        question = question[:-1]
    return Turn(question, text, (text.rstrip(".!?"),))


def _amount(rng: Random, members: list[str]) -> tuple[str, list[str]]:
    """How many members to list, as a word or as a number, and these."""
    count = min(rng.choice([2, 3, 3, 3, 4, 4, 5, 5, 6, 7, 8, 10]), len(members))
    return (ONES[count] if rng.random() < 0.55 else str(count)), members[:count]


def listing(rng: Random, held: bool) -> Turn:
    one, many, members = rng.choice(LISTS)
    chance = rng.random()
    if chance < 0.12:
        return Turn(ask(rng, "one", held, x=one), title(rng.choice(members)) + ".")
    amount, chosen = _amount(rng, members)
    if chance < 0.32:
        return Turn(ask(rng, "comma_list", held, n=amount, x=many), ", ".join(chosen), tuple(chosen))
    answer = "\n".join(f"{number}. {member}" for number, member in enumerate(chosen, 1))
    return Turn(ask(rng, "list", held, n=amount, x=many), answer, tuple(chosen))


def haiku(rng: Random, held: bool) -> Turn:
    subject = rng.choice(list(HAIKU))
    return Turn(ask(rng, "haiku", held, x=subject), HAIKU[subject])


def alphabetical(rng: Random, held: bool) -> Turn:
    words = rng.sample(WORDS, rng.randint(2, 4))
    answer = ", ".join(sorted(words))
    return Turn(ask(rng, "alphabet", held, x=", ".join(words)), answer, (answer,))


def neighbor_letter(rng: Random, held: bool) -> Turn:
    index = rng.randrange(25)
    before, after = LETTERS[index].upper(), LETTERS[index + 1].upper()
    if rng.random() < 0.6:
        return Turn(ask(rng, "next_letter", held, x=before), f"{after} comes after {before}.", (f"{after} comes after",))
    return Turn(ask(rng, "letter_before", held, x=after), f"{before} comes before {after}.", (f"{before} comes before",))


def nth_letter(rng: Random, held: bool) -> Turn:
    index = rng.randrange(len(ORDINALS))
    answer = f"The {ORDINALS[index]} letter of the alphabet is {LETTERS[index].upper()}."
    return Turn(ask(rng, "nth_letter", held, x=ORDINALS[index]), answer, (f"is {LETTERS[index].upper()}",))
