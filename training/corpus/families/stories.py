"""Simple children's stories: mostly plain text of 250 to 400 words, sometimes a short one of 80 to 150 words on request.

A plot is a sequence of beats, each with several wordings. The notation of the plots:

    = name                 begins a plot; then its attributes, one per line
    hero: child|any|bird   who may be the hero; any: a child or an animal
    thing: / pet:          what may fill this slot; about: requests the story answers, each as "phrase = word in the story"
    moral:                 last sentences, separated by |
    + or -                 begins a beat; + belongs to the short story too; a slash after it begins a paragraph
    {slot} and [a|b]       a slot of the story, and a choice made each time

Once upon a time begins half of the stories. Names come from names.py, those of the held-out items from its HELD_NAMES.
"""
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from ..form import Chat, Document, Item, Message, Text, assistant, user
from ..names import HELD_NAMES, NAMES
from . import stories_data as data
from . import stories_plots1, stories_plots2, stories_plots3, stories_plots4, stories_plots5

FAMILY = "stories"
LONG = (250, 400)           # words
SHORT = (80, 150)
TRIES = 60
HEROES = {"any": ["child", "child", "animal"], "child": ["child"], "bird": ["bird"]}
PRONOUNS = {"he": ("he", "him", "his", "himself"), "she": ("she", "her", "her", "herself")}

Slots = dict[str, str]


@dataclass
class Beat:
    core: bool
    paragraph: bool
    lines: list[str] = field(default_factory=list)


@dataclass
class Plot:
    name: str
    attributes: dict[str, list[str]] = field(default_factory=dict)
    beats: list[Beat] = field(default_factory=list)

    def options(self, key: str, default: list[str]) -> list[str]:
        return self.attributes.get(key, default)


@dataclass(frozen=True)
class Story:
    plot: Plot
    slots: Slots
    text: str


def _parse(source: str) -> list[Plot]:
    plots: list[Plot] = []
    for line in source.strip().splitlines():
        if line.startswith("= "):
            plots.append(Plot(line[2:]))
        elif re.fullmatch(r"[+-]/?", line):
            plots[-1].beats.append(Beat(line[0] == "+", line.endswith("/")))
        elif line and plots[-1].beats:
            plots[-1].beats[-1].lines.append(line)
        elif line:
            key, value = line.split(": ", 1)
            parts = value.split("; " if key == "about" else "|")
            plots[-1].attributes.setdefault(key, []).extend(parts)
    return plots


PLOTS = [plot for module in (stories_plots1, stories_plots2, stories_plots3, stories_plots4, stories_plots5)
         for plot in _parse(module.PLOTS)]


def _fill(rng: Random, line: str, slots: Slots) -> str:
    """Makes the choices, fills the slots, and says an before a vowel."""
    line = re.sub(r"\[([^\]]*)\]", lambda match: rng.choice(match[1].split("|")), line)
    line = re.sub(r"\{(\w+)\}", lambda match: slots[match[1]], line)
    return re.sub(r"\b([Aa]) (?=[aeiouAEIOU])(?!one\b|uni|use)", r"\1n ", line)


def _person(slots: Slots, prefix: str, pronoun: str) -> None:
    """Slots like fhe, fhim, fhis, Fhe for the person that the prefix stands for."""
    for key, word in zip(("he", "him", "his", "himself"), PRONOUNS[pronoun], strict=True):
        slots[prefix + key] = word
        capital = prefix.capitalize() + key if prefix else key.capitalize()
        slots[capital] = word.capitalize()


def _gender(name: str) -> str:
    return "she" if name in data.GIRLS else "he"


def _cast(rng: Random, slots: Slots, hero: str, names: list[str]) -> None:
    """The hero and a friend: children, animals or birds."""
    slots["N"], slots["F"] = rng.sample(names, 2)
    _person(slots, "", _gender(slots["N"]))
    _person(slots, "f", _gender(slots["F"]))
    if hero == "child":
        kids = ["girl" if _gender(slots[who]) == "she" else "boy" for who in "NF"]
        slots["home"] = rng.choice(data.CHILD_HOMES)
    elif hero == "animal":
        kids = rng.sample(data.ANIMALS, 2)
        slots["home"] = rng.choice(data.ANIMAL_HOMES)
    else:
        kids = rng.sample(data.BIRDS, 2)
        slots["home"] = rng.choice(data.BIRD_HOMES)
    slots["kid"], friend = kids
    slots["fwho"] = f"{rng.choice(['a', 'a', 'a small', 'a quiet'])} {friend} named {slots['F']}"


def _slots(rng: Random, plot: Plot, names: list[str]) -> Slots:
    slots: Slots = {"a": "a"}
    _cast(rng, slots, rng.choice(HEROES[plot.attributes["hero"][0]]), names)
    slots["H"], pronoun = rng.choice(data.HELPERS)
    _person(slots, "h", pronoun)
    slots["P"] = rng.choice(data.PET_NAMES)
    _person(slots, "p", rng.choice(["he", "she"]))
    old = rng.choice(["man", "woman"])
    slots["woman"] = old
    _person(slots, "w", "he" if old == "man" else "she")
    slots["pet"] = rng.choice(plot.options("pet", ["dog"]))
    slots["thing"] = rng.choice(plot.options("thing", ["ball"]))
    for key, values in (("fur", data.FURS), ("color", data.COLORS), ("trait", data.TRAITS), ("good", data.GOOD)):
        slots[key] = rng.choice(values)
    slots["oneday"] = rng.choice(plot.options("oneday", data.ONE_DAY))
    return slots


def _opening(rng: Random, plot: Plot, slots: Slots) -> str:
    if rng.random() < 0.5:
        return _fill(rng, rng.choice(data.ONCE), slots)
    if "morning" in plot.attributes or rng.random() < 0.7:
        return _fill(rng, rng.choice(data.OTHER), slots)
    if "oneday" not in plot.attributes:
        slots["oneday"] = rng.choice(data.THAT_DAY)
    return _fill(rng, rng.choice(data.MORNING), slots)


def _ending(rng: Random, plot: Plot, slots: Slots) -> str:
    kind = rng.choice(["moral", "end", "both"])
    moral = _fill(rng, rng.choice(plot.options("moral", [])), slots)
    return {"moral": moral, "end": "The end.", "both": f"{moral}\n\nThe end."}[kind]


def _tell(rng: Random, plot: Plot, names: list[str], short: bool) -> Story:
    slots = _slots(rng, plot, names)
    text = _opening(rng, plot, slots)
    for beat in plot.beats:
        if beat.core or not short:
            text += ("\n\n" if beat.paragraph else " ") + _fill(rng, rng.choice(beat.lines), slots)
    return Story(plot, slots, f"{text}\n\n{_ending(rng, plot, slots)}")


def _story(rng: Random, names: list[str], short: bool = False) -> Story:
    """A story of the wanted length, all plots being equally likely."""
    plot = rng.choice(PLOTS)
    low, high = SHORT if short else LONG
    for _ in range(TRIES):
        story = _tell(rng, plot, names, short)
        if low <= len(story.text.split()) <= high:
            return story
    raise AssertionError(f"the plot {plot.name} does not have the wanted length")


def _topic(rng: Random, story: Story) -> tuple[str, str]:
    """What the story is about, and a word of it that shows this."""
    entries = story.plot.options("about", []) * 2 + data.ABOUT
    found: list[tuple[str, str]] = []
    for entry in entries:
        phrase, key = _fill(rng, entry, story.slots).split(" = ")
        if key.lower() in story.text.lower():
            found.append((phrase, key))
    return rng.choice(found)


def _turn(rng: Random, requests: list[str], names: list[str]) -> tuple[list[Message], str]:
    story = _story(rng, names, short=True)
    phrase, key = _topic(rng, story)
    request = rng.choice(requests).replace("{x}", phrase)
    return [user(request), assistant(story.text)], key


def _chat(rng: Random) -> Chat:
    plain = rng.random() < 0.2
    messages, _ = _turn(rng, data.PLAIN_REQUESTS if plain else data.REQUESTS, NAMES)
    if rng.random() < 0.08:
        more, _ = _turn(rng, data.MORE_REQUESTS, NAMES)
        messages += more
    return Chat(messages)


def _continue(rng: Random) -> Item:
    """The first words of a story with a held-out name. The two messages joined are the story."""
    story = _story(rng, HELD_NAMES)
    name = story.slots["N"]
    ends = [match.end() for match in re.finditer(r"[.!?]\"?(?=\s)", story.text)]
    cut = ends[rng.randrange(3)]
    start = "Once upon a time,"
    if story.text.startswith(start) and rng.random() < 0.3:
        cut = len(start)
    prefix, rest = story.text[:cut], story.text[cut:]
    values = [name] if name in prefix else []
    return Item(FAMILY, Chat([user(prefix), assistant(rest)]), {"kind": "continue", "prefix": prefix, "values": values})


def _request(rng: Random) -> Item:
    """Judged by the word that the request names, where the story is not about something like being brave."""
    messages, key = _turn(rng, data.HELD_REQUESTS, HELD_NAMES)
    named = key.lower() in messages[0]["content"].lower()
    return Item(FAMILY, Chat(messages), {"kind": "contains", "values": [key]} if named else {"kind": "reply"})


def train(rng: Random, count: int) -> Iterator[Document]:
    for _ in range(count):
        yield _chat(rng) if rng.random() < 0.25 else Text(_story(rng, NAMES).text)


def held_out(rng: Random, count: int) -> Iterator[Item]:
    for _ in range(count):
        yield _continue(rng) if rng.random() < 0.6 else _request(rng)
