"""The countries of the world: capitals above all, and continents, languages, currencies and a fact about each.

Every country occurs in training, as the facts can only be known by heart. What is held out are phrasings, for all countries.
"""
import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from ..form import Chat, Document, Item, Message, Text, assistant, user
from . import countries_data as data

FAMILY = "countries"


@dataclass(frozen=True)
class Country:
    name: str           # as within a sentence: the Netherlands
    capital: str
    continent: str
    language: str
    currency: str
    adjective: str
    fact: str

    @property
    def title(self) -> str:
        """The name as a sentence begins with it."""
        return self.name[0].upper() + self.name[1:]


COUNTRIES = [Country(*line.split("|")) for line in data.TABLE.strip().splitlines()]
WELL_KNOWN = [country for country in COUNTRIES if country.name in data.WELL_KNOWN]
CONTINENTS = ["Africa", "Asia", "Europe", "North America", "South America", "Oceania"]

PHRASES = {     # kind of question: phrasings to learn, held-out phrasings
    "capital": (data.CAPITAL, data.CAPITAL_HELD), "country": (data.COUNTRY, data.COUNTRY_HELD),
    "continent": (data.CONTINENT, data.CONTINENT_HELD), "language": (data.LANGUAGE, data.LANGUAGE_HELD),
    "currency": (data.CURRENCY, data.CURRENCY_HELD), "adjective": (data.ADJECTIVE, data.ADJECTIVE_HELD),
    "about": (data.ABOUT, data.ABOUT_HELD),
}
KINDS = ["capital"] * 10 + ["country"] * 3 + ["continent", "language"] * 2 + ["currency", "adjective", "about", "about"]


def _pick(rng: Random) -> Country:
    """For training: the well-known countries are asked about more often."""
    return rng.choice(WELL_KNOWN if rng.random() < 0.3 else COUNTRIES)


def _end(sentence: str) -> str:
    """One full stop at the end, also after Washington, D.C."""
    return sentence if sentence.endswith(".") else sentence + "."


def _capital(country: Country) -> str:
    return _end(f"The capital of {country.name} is {country.capital}")


def _language(country: Country, of: str) -> str:
    plural = " and " in country.language
    return f"The main {'languages' if plural else 'language'}{of} {'are' if plural else 'is'} {country.language}"


def _about(country: Country) -> str:
    return (f"{country.title} is a country in {country.continent}. {_end(f'Its capital is {country.capital}')} "
            f"{_language(country, '')}, and the currency is the {country.currency}. {country.fact}")


def _answer(country: Country, kind: str) -> str:
    name = country.name
    return {
        "capital": _capital(country),
        "country": f"{country.capital} is the capital of {name}.",
        "continent": f"{country.title} lies in {country.continent}.",
        "language": _language(country, f" of {name}") + ".",
        "currency": f"The currency of {name} is the {country.currency}.",
        "adjective": f"People from {name} are {country.adjective}.",
        "about": _about(country),
    }[kind]


def _values(country: Country, kind: str) -> list[str]:
    """What an answer of this kind has to contain."""
    capital = country.capital.split(",")[0]
    return {
        "capital": [capital],
        "country": [country.name.removeprefix("the ")],
        "continent": country.continent.split(" and "),
        "language": re.split(", | and ", country.language),
        "currency": [country.currency],
        "adjective": [country.adjective.split(" or ")[0]],
        "about": [country.continent, capital],
    }[kind]


def _ask(rng: Random, phrase: str, country: Country) -> str:
    """The question about this country, which may go by another name."""
    name = country.name
    if name in data.ALIASES and rng.random() < 0.3:
        name = rng.choice(data.ALIASES[name])
    owner = name + ("'" if name.endswith("s") else "'s")
    text = phrase.replace("{c}", name).replace("{s}", owner).replace("{k}", country.capital)
    return text[0].upper() + text[1:] if phrase[0] == "{" else text


def _single(rng: Random, country: Country, kind: str, held: bool) -> list[Message]:
    phrase = rng.choice(PHRASES[kind][held])
    return [user(_ask(rng, phrase, country)), assistant(_answer(country, kind))]


def _both(rng: Random, country: Country, held: bool) -> tuple[list[Message], list[str]]:
    """Two facts asked at once."""
    phrase, kinds = rng.choice(data.BOTH_HELD if held else data.BOTH)
    answer = " ".join(_answer(country, kind) for kind in kinds.split())
    values = [value for kind in kinds.split() for value in _values(country, kind)]
    return [user(_ask(rng, phrase, country)), assistant(answer)], values


def _more_capitals(rng: Random, held: bool) -> tuple[list[Message], Country]:
    """What is the capital of France? ... And of Spain?"""
    known = not held and rng.random() < 0.3
    countries = rng.sample(WELL_KNOWN if known else COUNTRIES, 2 if held else rng.choice([2, 2, 3, 4]))
    messages = _single(rng, countries[0], "capital", held=False)
    for country in countries[1:]:
        phrase = rng.choice(data.NEXT_HELD if held and country is countries[-1] else data.NEXT)
        messages += [user(_ask(rng, phrase, country)), assistant(_capital(country))]
    return messages, countries[-1]


def _more_facts(rng: Random) -> list[Message]:
    """Another question about the same country."""
    country = _pick(rng)
    first = rng.choice(["capital", "capital", "continent", "language"])
    messages = _single(rng, country, first, held=False)
    phrase, kind = rng.choice([(phrase, kind) for phrase, kind in data.THERE if kind != first])
    return [*messages, user(phrase), assistant(_answer(country, kind))]


def _chat(rng: Random) -> Chat:
    chance = rng.random()
    if chance < 0.15:
        return Chat(_more_capitals(rng, held=False)[0])
    if chance < 0.22:
        return Chat(_more_facts(rng))
    country = _pick(rng)
    if chance < 0.32:
        return Chat(_both(rng, country, held=False)[0])
    return Chat(_single(rng, country, rng.choice(KINDS), held=False))


def _paragraph(rng: Random, country: Country) -> str:
    """Plain sentences about one country; the first names the capital."""
    others = [f"{country.title} lies in {country.continent}.", _answer(country, "language"), _answer(country, "currency"),
              _answer(country, "adjective"), country.fact.replace("It ", f"{country.title} ", 1)]
    chosen = sorted(rng.sample(range(5), rng.randint(1, 5)))
    return " ".join([_capital(country), *(others[index] for index in chosen)])


def _form(country: Country) -> str:
    return (f"Country: {country.title}\nCapital: {country.capital}\nContinent: {country.continent}\n"
            f"Language: {country.language}\nCurrency: {country.currency}")


def _members(rng: Random) -> str:
    """Some countries of one continent, with their capitals."""
    continent = rng.choice(CONTINENTS)
    members = [country for country in COUNTRIES if continent in country.continent.split(" and ")]
    chosen = rng.sample(members, min(len(members), rng.randint(4, 10)))
    lines = "\n".join(f"{country.title}: {country.capital}" for country in chosen)
    return f"Some countries in {continent} and their capitals:\n{lines}"


def _text(rng: Random) -> Text:
    countries = rng.sample(COUNTRIES, rng.randint(4, 12))
    kind = rng.randrange(10)
    if kind < 3:
        return Text(rng.choice([" ", "\n"]).join(_capital(country) for country in countries))
    if kind < 6:
        return Text("\n\n".join(_paragraph(rng, country) for country in countries[:rng.randint(1, 4)]))
    if kind == 6:
        return Text("\n\n".join(_about(country) for country in countries[:rng.randint(1, 3)]))
    if kind == 7:
        return Text(_members(rng))
    if kind == 8:
        return Text("\n\n".join(_form(country) for country in countries[:rng.randint(1, 4)]))
    return Text("\n".join(_answer(country, "country") for country in countries))


def train(rng: Random, count: int) -> Iterator[Document]:
    for _ in range(count):
        yield _text(rng) if rng.random() < 0.3 else _chat(rng)


def _contains(messages: list[Message], values: list[str]) -> Item:
    return Item(FAMILY, Chat(messages), {"kind": "contains", "values": values})


def _continue(country: Country) -> Item:
    """Plain completion, in the words of the training texts. The two messages joined are the sentence."""
    prefix = f"The capital of {country.name} is"
    messages = [user(prefix), assistant(_capital(country).removeprefix(prefix))]
    return Item(FAMILY, Chat(messages), {"kind": "continue", "prefix": prefix, "values": _values(country, "capital")})


def _item(rng: Random) -> Item:
    country = rng.choice(COUNTRIES)
    chance = rng.random()
    if chance < 0.15:
        return _continue(country)
    if chance < 0.25:
        messages, last = _more_capitals(rng, held=True)
        return _contains(messages, _values(last, "capital"))
    if chance < 0.32:
        return _contains(*_both(rng, country, held=True))
    kind = rng.choice(KINDS)
    return _contains(_single(rng, country, kind, held=True), _values(country, kind))


def held_out(rng: Random, count: int) -> Iterator[Item]:
    for _ in range(count):
        yield _item(rng)
