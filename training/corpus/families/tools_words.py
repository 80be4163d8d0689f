"""The values people put into requests for tools: cities, texts, times, sums, all drawn from one random source.

A free value (a text, an invented word) belongs to the held-out items when its letters sum to 3 modulo 10, and to
training otherwise, so that the two never share one.
"""
import re
from collections.abc import Callable
from random import Random
from typing import Any

from ..names import HELD_CITIES, HELD_NAMES, training_city, training_name

Said = tuple[str, Any]          # what the user writes, and the argument it stands for

LONG_CITIES = """New York|San Francisco|Los Angeles|Mexico City|Cape Town|Hong Kong|Buenos Aires|Tel Aviv|Abu Dhabi|New Delhi|
San Diego|Santa Fe|Las Vegas|Kuala Lumpur|Salt Lake City""".replace("\n", "").split("|")
ADJECTIVES = """red blue green white black brown golden silver small big old new quiet loud warm cold fresh dry soft hard bright
dark fast slow early late sweet sour round flat long short heavy light clean simple happy calm wild lost hidden cheap local
modern secret empty wooden""".split()
NOUNS = """garden river house bridge window report meeting letter ticket camera bicycle car train table chair lamp piano guitar
book paper printer laptop phone key door kitchen roof fence tree flower cat dog horse bird boat island mountain lake forest
beach market shop school office team budget plan project contract invoice order parcel box coat shoe hat bag watch ring clock
carpet mirror garage engine tent museum castle tower song film game recipe cake soup tea coffee cheese festival storm winter
summer holiday party ladder blanket bottle basket candle""".split()
FOODS = """milk bread butter eggs rice pasta apples pears bananas onions carrots potatoes tomatoes cheese yogurt tea coffee sugar
salt flour honey jam oil beans lentils chicken fish soup oranges lemons grapes spinach peas corn mushrooms garlic nuts cookies
soap shampoo batteries candles napkins tape paper pens""".split()
FIRST_NOUNS = "oat rye cherry plum sea olive maple ginger mint vanilla".split()
DOINGS = """call {name}|email {name}|visit {name}|meet {name}|buy {food}|buy {food} and {food}|clean the {noun}|check the {noun}|
pay for the {noun}|fix the {noun}|paint the {noun}|bring the {noun}|feed the {noun}|water the plants|take out the trash|
order the {adj} {noun}|send the {noun} to {name}|pick up the {noun}|pick up {name}|return the {noun}|wash the {adj} {noun}|
book the {noun}|close the {noun}|look for the {noun}|write to {name}|call {odd}|take the {odd} pills""".replace("\n", "").split("|")
QUERIES = """{adj} {noun}|{adj} {noun} in {city}|best {noun} in {city}|how to clean the {noun}|how to fix the {noun}|
history of the {noun}|{noun} museum {city}|cheap {noun}|{noun} and {noun}|{food} recipe|{food} and {food} recipe|{odd}|
{odd} {noun}|who is {name} {odd_name}|hotels in {city}|trains from {city} to {city}|how old is the {noun} in {city}|
why is the {noun} {adj}|{adj} {noun} for children|what is a {odd}|{noun} repair|price of {food}""".replace("\n", "").split("|")
TOPICS = """sports|football|politics|music|science|space|health|business|technology|travel|art|film|cars|trains|weather|animals|
schools|climate|energy|food|books|tennis|chess|robots|farming|fashion|housing|{city}|{noun} prices|the {noun} market|
{adj} energy|the {city} {noun}|{odd}|the {odd} {noun}|{food} prices""".replace("\n", "").split("|")
BODIES = """The {noun} is {adj}|The {noun} is ready|I will be late|See you at {hour}|The meeting is at {hour}|Please bring the {noun}|
I found the {adj} {noun}|Thank you for the {noun}|The {noun} arrives on {day}|We need more {food}|Call me on {day}|
{name} will come on {day}|Where is the {noun}|I am on my way|The {adj} {noun} costs too much|Lunch is at {hour}|
I sold the {noun} to {name}|{name} has the {noun}|The code is {odd}|Happy birthday|Do not forget the {food}""".replace("\n", "").split("|")
SUBJECTS = """Meeting|Lunch|Holiday|Hello|Invoice|The {noun}|{adj} {noun}|Meeting on {day}|Lunch on {day}|New {noun}|The {adj} {noun}|
Question about the {noun}|Project {odd_name}|News from {city}|Plan for {day}|{food} and {food}|Trip to {city}|Thanks""".replace("\n", "").split("|")
PHRASES = """the {noun} is {adj}|where is the {noun}|I like {food}|I like the {adj} {noun}|my name is {name}|see you on {day}|
the {adj} {noun}|{food} and {food}|I live in {city}|how much is the {noun}|we are going to {city}|{name} has a new {noun}|
{adj} {noun}|I need a new {noun}|the {noun} and the {noun}""".replace("\n", "").split("|")
SONGS = """{adj} {noun}|The {adj} {noun}|{noun} in {city}|{noun} of {city}|{odd_name}|My {adj} {noun}|Dance with {name}|
{adj} {noun} {noun}|Goodbye {name}|Letters to {name}|{odd_name} {noun}|Under the {noun}""".replace("\n", "").split("|")
ARTISTS = """The {adj} {noun} Band|{name} {odd_name}|{odd_name}|The {odd_name}s|{name} and the {odd_name}s|{odd_name} {noun}|{name}|
{name} and {name}""".replace("\n", "").split("|")
RESTAURANTS = """The {adj} {noun}|Cafe {odd_name}|{odd_name}|Chez {name}|{adj} {noun}|The {noun}|Casa {odd_name}|{name} and {name}|
{odd_name} Grill|Bistro {name}""".replace("\n", "").split("|")

GREETED = {
    "good evening": ("bonsoir", "buenas tardes", "guten Abend", "buona sera", "boa noite"),
    "hello": ("bonjour", "hola", "hallo", "ciao", "oi"), "wine": ("vin", "vino", "Wein", "vino", "vinho"),
    "thank you": ("merci", "gracias", "danke", "grazie", "obrigado"), "sun": ("soleil", "sol", "Sonne", "sole", "sol"),
    "house": ("maison", "casa", "Haus", "casa", "casa"), "the cat": ("le chat", "el gato", "die Katze", "il gatto", "o gato"),
    "book": ("livre", "libro", "Buch", "libro", "livro"), "red": ("rouge", "rojo", "rot", "rosso", "vermelho"),
    "friend": ("ami", "amigo", "Freund", "amico", "amigo"), "milk": ("lait", "leche", "Milch", "latte", "leite"),
    "good night": ("bonne nuit", "buenas noches", "gute Nacht", "buona notte", "boa noite"),
    "I love you": ("je t'aime", "te quiero", "ich liebe dich", "ti amo", "te amo"),
}
GREETED_IN = ("French", "Spanish", "German", "Italian", "Portuguese")
LANGUAGES = [*GREETED_IN, *GREETED_IN, "Dutch", "Polish", "Japanese", "Swedish", "Turkish", "Greek", "Chinese", "Korean"]
CURRENCIES = """dollars USD|US dollars USD|euros EUR|pounds GBP|yen JPY|Swiss francs CHF|rupees INR|Canadian dollars CAD|
Australian dollars AUD|pesos MXN|zloty PLN|yuan CNY""".replace("\n", "").split("|")
COMPANIES = "Apple AAPL|Microsoft MSFT|Tesla TSLA|Amazon AMZN|Google GOOGL|Netflix NFLX|Nvidia NVDA|Intel INTC".split("|")
ROOMS = """kitchen|bedroom|bathroom|living room|hall|garage|office|garden|cellar|attic|dining room|guest room|hallway|studio|
library|nursery""".replace("\n", "").split("|")
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
NUMBER_WORDS = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
                "seventeen eighteen nineteen twenty").split()
OPERATORS = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
AVOIDED = re.compile("nig|fag|kun|dik|tit|rap|nazi|kok|pus|sex|ass|anus|pis|kum|slut|pen|ped|kil|sut")


def is_held_pair(a: int, b: int) -> bool:
    """Whether this pair of operands is kept for the held-out items."""
    return (a * 37 + b * 61) % 101 % 10 == 3


def is_held_text(text: str) -> bool:
    """Whether this free value is kept for the held-out items."""
    return sum(map(ord, text)) % 10 == 3


def at_time(time: str) -> str:
    """The time of a call as it stands in a sentence: at 7 pm, on Monday, in 20 minutes."""
    first = time.split()[0]
    if first in ("in", "tomorrow", "tonight", "today"):
        return time
    return f"on {time}" if first in DAYS else f"at {time}"


class Words:
    """Draws values, either those of training or those of the held-out items."""

    def __init__(self, rng: Random, held: bool = False) -> None:
        self.rng = rng
        self.held = held

    def free(self, make: Callable[[], str]) -> str:
        """A value of our side of the split."""
        while True:
            text = make()
            if is_held_text(text) == self.held:
                return text

    def odd(self) -> str:
        """An invented word, to be copied letter by letter."""
        return self.free(self._odd)

    def _odd(self) -> str:
        onsets = "b d f g k l m n p r s t v z br dr gr kl tr st pl sh".split()
        while True:
            word = "".join(self.rng.choice(onsets) + self.rng.choice("aeiou") for _ in range(self.rng.choice((2, 2, 3))))
            word += self.rng.choice(("", "n", "l", "r", "m", "x", "s", "nd", "rt"))
            if not AVOIDED.search(word) and word.title() not in HELD_NAMES and word.title() not in HELD_CITIES:
                return word

    def name(self) -> str:
        return self.rng.choice(HELD_NAMES) if self.held else training_name(self.rng)

    def real_city(self) -> str:
        if self.held:
            return self.rng.choice(HELD_CITIES)
        return self.rng.choice(LONG_CITIES) if self.rng.random() < 0.12 else training_city(self.rng)

    def hour(self) -> str:
        clock = self.rng.randrange(1, 13)
        half = self.rng.choice(("am", "pm"))
        minutes = self.rng.choice(("00", "15", "30", "45", f"{self.rng.randrange(60):02}"))
        return self.rng.choice((f"{clock} {half}", f"{clock} {half}", f"{clock}:{minutes} {half}",
                                f"{self.rng.randrange(6, 24)}:{minutes}", "noon" if half == "pm" else f"{clock} am"))

    def draft(self, patterns: list[str]) -> str:
        """A text from one of the patterns, of either side."""
        text = re.sub(r"\{(\w+)\}", lambda found: self._word(found[1]), self.rng.choice(patterns))
        return re.sub(r"\b([Aa]) (?=[aeio])", r"\1n ", text)

    def build(self, patterns: list[str]) -> str:
        """A text from one of the patterns, on our side of the split."""
        return self.free(lambda: self.draft(patterns))

    def _word(self, kind: str) -> str:
        lists = {"adj": ADJECTIVES, "noun": NOUNS, "food": FOODS, "day": DAYS}
        if kind in lists:
            return self.rng.choice(lists[kind])
        if kind in ("odd", "odd_name"):
            word = self.odd()
            return word if kind == "odd" else word.title()
        return {"name": self.name, "city": self.real_city, "hour": self.hour}[kind]()


def _city(words: Words) -> Said:
    city = words.odd().title() if words.rng.random() < 0.15 else words.real_city()
    return (city.lower() if not words.held and words.rng.random() < 0.06 else city), city


def _unit(words: Words) -> Said:
    unit = words.rng.choice(("celsius", "fahrenheit"))
    return words.rng.choice((unit, unit.title(), f"degrees {unit.title()}")), unit


def _operands(words: Words, sign: str) -> tuple[int, int]:
    """Two numbers for a sum on our side of the split; a quotient comes out whole."""
    rng = words.rng
    while True:
        b = rng.randrange(2, rng.choice((10, 100, 1000)))
        a = b * rng.randrange(2, 40) if sign == "/" else rng.randrange(2, rng.choice((20, 100, 1000, 10000)))
        if is_held_pair(a, b) == words.held:
            return a, b


def _sum(words: Words) -> Said:
    """An expression of two or three numbers."""
    rng, sign = words.rng, words.rng.choice("++-*/")
    a, b = _operands(words, sign)
    value = f"{a} {sign} {b}"
    c = rng.randrange(2, 60)
    if rng.random() < 0.2 and not is_held_pair(b, c):
        value = (f"({value})" if rng.random() < 0.5 else value) + f" {rng.choice('+-*')} {c}"
        return value, value
    if rng.random() < 0.3:
        return f"{a} {OPERATORS[sign]} {b}", value
    compact = not words.held and rng.random() < 0.12
    return (value.replace(" ", "") if compact else value), value


def _to(words: Words) -> Said:
    name = words.name()
    if words.rng.random() < 0.2:
        return name, name
    host = words.rng.choice(("example.com", "mail.com", "example.org", "post.net", f"{words.odd()}.com", f"{words.odd()}.org"))
    return (address := f"{name.lower()}{words.rng.choice(('', '', f'.{words.odd()}'))}@{host}"), address


def _when(words: Words) -> Said:
    hour, rng = words.hour(), words.rng
    time = rng.choice((hour, hour, hour, f"tomorrow at {hour}", f"in {rng.randrange(2, 90)} minutes", f"in {rng.randrange(2, 13)} hours",
                       f"{rng.choice(DAYS)} at {hour}", rng.choice(DAYS), f"tonight at {rng.randrange(6, 12)} pm"))
    return at_time(time), time


def _evening(words: Words) -> Said:
    rng = words.rng
    hour = rng.choice((f"{rng.randrange(5, 11)} pm", f"{rng.randrange(17, 23)}:{rng.choice(('00', '15', '30', '45'))}",
                       f"{rng.randrange(5, 11)}:30 pm", "noon"))
    time = rng.choice((hour, hour, f"tomorrow at {hour}", f"{rng.choice(DAYS)} at {hour}"))
    return at_time(time), time


def _symbol(words: Words) -> Said:
    if not words.held and words.rng.random() < 0.4:
        company, symbol = words.rng.choice(COMPANIES).split()
        return words.rng.choice((company, symbol, symbol)), symbol
    letters = "ABCDEFGHIKLMNOPRSTUVWXYZ"
    symbol = words.free(lambda: "".join(words.rng.choices(letters, k=words.rng.choice((2, 3, 3, 4, 4)))))
    return symbol, symbol


def _phrase(words: Words) -> Said:
    phrase = words.rng.choice(list(GREETED)) if not words.held and words.rng.random() < 0.4 else words.build(PHRASES)
    return phrase, phrase


def _currency(words: Words) -> Said:
    shown, code = words.rng.choice(CURRENCIES).rsplit(" ", 1)
    return words.rng.choice((shown, shown, code)), code


def _amount(words: Words) -> Said:
    rng = words.rng
    amount = rng.choice((rng.randrange(2, 100), rng.randrange(2, 2000), rng.randrange(1, 200) * 10, rng.randrange(3, 199) + 0.5))
    return str(amount), amount


def _number(low: int, high: int, spelled: float) -> Callable[[Words], Said]:
    def draw(words: Words) -> Said:
        number = words.rng.randrange(low, high)
        word = number < len(NUMBER_WORDS) and words.rng.random() < spelled
        return (NUMBER_WORDS[number] if word else str(number)), number
    return draw


def _minutes(words: Words) -> Said:
    minutes = words.rng.choice((5, 10, 15, 20, 30, 45, 60, words.rng.randrange(2, 120), words.rng.randrange(2, 120)))
    return (NUMBER_WORDS[minutes] if minutes <= 20 and words.rng.random() < 0.25 else str(minutes)), minutes


def _sides(words: Words) -> Said:
    sides = words.rng.choice((4, 6, 8, 10, 12, 20, 100, words.rng.randrange(3, 101), words.rng.randrange(3, 101)))
    return str(sides), sides


def _item(words: Words) -> Said:
    item = words.free(lambda: words.rng.choice(FOODS) if words.rng.random() < 0.4 else
                      f"{words.rng.choice(ADJECTIVES + FIRST_NOUNS + [words.odd()])} {words.rng.choice(FOODS)}")
    return item, item


def _built(patterns: list[str], capital: bool = False) -> Callable[[Words], Said]:
    """Texts of these patterns, if wished with a capital first letter."""
    def draft(words: Words) -> str:
        text = words.draft(patterns)
        return text[0].upper() + text[1:] if capital else text

    def draw(words: Words) -> Said:
        return (text := words.free(lambda: draft(words))), text
    return draw


def _titled(patterns: list[str]) -> Callable[[Words], Said]:
    """Names written with capitals: The Blue Garden."""
    def draft(words: Words) -> str:
        return " ".join(word if word in ("of", "and", "in", "with", "to", "the") else word[0].upper() + word[1:]
                        for word in words.draft(patterns).split())

    def draw(words: Words) -> Said:
        return (name := words.free(lambda: draft(words))), name
    return draw


def _that(words: Words) -> Said:
    """A body told in indirect speech: that the garden is ready."""
    clauses = [body[0].lower() + body[1:] for body in BODIES if body.startswith(("The ", "Lunch ", "We "))]
    return (text := words.build(clauses)), text


def _chosen(values: list[str]) -> Callable[[Words], Said]:
    def draw(words: Words) -> Said:
        return (value := words.rng.choice(values)), value
    return draw


def _clock(words: Words) -> Said:
    return (hour := words.hour()), hour


SLOTS: dict[str, Callable[[Words], Said]] = {
    "city": _city, "unit": _unit, "expr": _sum, "query": _built(QUERIES), "to": _to, "subject": _built(SUBJECTS, True),
    "body": _built(BODIES), "that": _that, "task": _built(DOINGS), "when": _when, "clock": _clock, "evening": _evening,
    "symbol": _symbol, "phrase": _phrase, "language": _chosen(LANGUAGES), "amount": _amount, "source": _currency,
    "target": _currency, "song": _titled(SONGS), "artist": _titled(ARTISTS), "minutes": _minutes, "room": _chosen(ROOMS),
    "state": _chosen(["on", "off"]), "topic": _built(TOPICS), "restaurant": _titled(RESTAURANTS),
    "people": _number(2, 13, 0.4), "sides": _sides, "item": _item,
}
# the parameter that a slot fills, where its name is another
PARAMETERS = {"expr": "expression", "that": "body", "task": "text", "when": "time", "clock": "time", "evening": "time",
              "phrase": "text", "source": "from_currency", "target": "to_currency"}
