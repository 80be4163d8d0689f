"""What the tools answer, and the sentences the assistant builds from it."""
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .tools_data import lines
from .tools_words import ADJECTIVES, GREETED, GREETED_IN, NOUNS, Words, at_time

Facts = dict[str, Any]


@dataclass(frozen=True)
class Form:
    """One way a tool answers: payloads ("$x" stands for a fact), plain texts, and sentences that suit them all."""
    payloads: tuple[Any, ...]
    texts: str
    sentences: str
    telling: str                # the facts which the sentence must name


@dataclass(frozen=True)
class Outcome:
    """The content of a tool message, the sentences it allows, and what they all contain."""
    content: str
    sentences: list[str]
    telling: list[str]


OK: tuple[Any, ...] = ({"status": "ok"}, {"success": True}, {"ok": True}, {"status": "done"}, {"result": "success"})
FORMS: dict[str, list[Form]] = {
    "weather": [Form(
        ({"city": "$city", "temperature": "$temp", "condition": "$sky"}, {"temperature": "$temp", "condition": "$sky"},
         {"temp": "$temp", "description": "$sky"}, {"location": "$city", "temperature": "$temp", "unit": "$scale", "conditions": "$sky"},
         {"weather": "$sky", "temp": "$temp"}, {"city": "$city", "sky": "$sky", "degrees": "$temp"}),
        "{temp} degrees, {sky}|{sky}, {temp} degrees|{city}: {sky}, {temp} {deg}|{sky} and {temp} degrees",
        """It is {temp} {deg} and {sky} in {city}.|The weather in {city} is {sky}, with {temp} {deg}.
        It is {sky} in {city} and the temperature is {temp} {deg}.|It is {sky} in {city}, {temp} {deg}.""", "temp sky")],
    "time": [Form(
        ({"city": "$city", "time": "$clock"}, {"time": "$clock"}, {"local_time": "$clock"}, {"current_time": "$clock", "city": "$city"},
         {"time": "$clock", "day": "$day"}), "{clock}|It is {clock}|{city}: {clock}",
        "It is {clock} in {city}.|The time in {city} is {clock}.|It is now {clock} in {city}.", "clock")],
    "sum": [Form(
        ({"result": "$value"}, {"value": "$value"}, {"expression": "$expression", "result": "$value"}, {"answer": "$value"}),
        "{value}|= {value}|{expression} = {value}",
        "The result is {value}.|The answer is {value}.|{expression} = {value}.|It makes {value}.", "value")],
    "search": [
        Form(({"results": [{"title": "$title", "url": "$url"}]}, [{"title": "$title", "link": "$url"}], {"title": "$title", "url": "$url"},
              {"results": ["$title"]}), "{title} ({url})|1. {title}",
             """The first result is "{title}".|I found a page called "{title}".|The web search found "{title}".""", "title"),
        Form(({"results": [{"title": "$title", "snippet": "$fact"}]}, [{"title": "$title", "text": "$fact"}],
              {"answer": "$fact", "source": "$title"}), "{title}: {fact}",
             """The page "{title}" says: {fact}|I found this in "{title}": {fact}|According to "{title}": {fact}""", "title fact")],
    "email": [Form(
        (*OK, {"status": "sent"}, {"sent": True}, {"status": "sent", "to": "$to"}, {"id": "$id", "status": "sent"}),
        "sent|Email sent|ok|Message sent to {to}",
        "I sent the email to {to}.|Your email to {to} has been sent.|Done. The email to {to} is sent.|The email to {to} is on its way.", "to")],
    "reminder": [Form(
        (*OK, {"status": "created"}, {"id": "$id"}, {"text": "$text", "time": "$time"}, {"reminder_id": "$id", "status": "set"}),
        "ok|Reminder set|created|Reminder saved",
        """I will remind you to {text} {at}.|I will remind you {at} to {text}.|Done. I will remind you to {text} {at}.
        The reminder to {text} {at} is set.""", "text time")],
    "stock": [Form(
        ({"symbol": "$symbol", "price": "$price"}, {"price": "$price", "currency": "USD"}, {"price": "$price"}, {"last": "$price"},
         {"ticker": "$symbol", "quote": "$price"}), "{price}|{symbol}: {price} USD|{symbol} {price}",
        """The price of {symbol} is {price} dollars.|{symbol} is at {price} dollars.|One share of {symbol} costs {price} dollars.
        The {symbol} stock is at {price} dollars.""", "price")],
    "translate": [Form(
        ({"translation": "$foreign"}, {"result": "$foreign"}, {"text": "$text", "translation": "$foreign"}, {"translated_text": "$foreign"},
         {"language": "$language", "text": "$foreign"}), "{foreign}|{foreign}",
        """"{text}" in {language} is "{foreign}".|In {language} it is "{foreign}".|The {language} translation is "{foreign}".
        In {language} you say "{foreign}".""", "foreign")],
    "convert": [Form(
        ({"result": "$value"}, {"amount": "$value", "currency": "$to_currency"}, {"converted": "$value"}, {"value": "$value", "rate": "$rate"},
         {"from": "$from_currency", "to": "$to_currency", "result": "$value"}), "{value}|{value} {to_currency}",
        """{amount} {from_currency} is {value} {to_currency}.|That is {value} {to_currency}.|It comes to {value} {to_currency}.
        For {amount} {from_currency} you get {value} {to_currency}.""", "value to_currency")],
    "music": [Form(
        (*OK, {"status": "playing"}, {"playing": True}, {"now_playing": "$what"}, {"state": "playing", "volume": "$level"}),
        "playing|ok|Now playing", "Now playing {what}.|I am playing {what}.|Here is {what}.|Playing {what} now.", "what")],
    "timer": [Form(
        (*OK, {"status": "started"}, {"timer_id": "$id"}, {"minutes": "$minutes", "status": "running"}, {"started": True}),
        "ok|Timer started|started|Timer set",
        """Your timer is set for {minutes} minutes.|The timer will ring in {minutes} minutes.|Done. I set a timer for {minutes} minutes.
        I started a timer of {minutes} minutes.""", "minutes")],
    "light": [Form(
        (*OK, {"room": "$room", "state": "$state"}, {"light": "$state"}, {"state": "$state"}), "ok|done|light {state}|{room}: {state}",
        """The light in the {room} is now {state}.|Done. The {room} light is {state}.|I turned {state} the light in the {room}.
        The {room} light is {state} now.""", "room state")],
    "news": [Form(
        ({"headlines": ["$headline"]}, {"articles": [{"title": "$headline"}]}, {"news": ["$headline", "$second"]}, ["$headline"],
         {"topic": "$topic", "headline": "$headline"}, {"top_story": "$headline"}), "{headline}|1. {headline} 2. {second}",
        """Here is the latest on {topic}: {headline}.|The top story on {topic} is: {headline}.|The news on {topic}: {headline}.
        The headline on {topic} is: {headline}.""", "headline")],
    "table": [
        Form((*OK, {"status": "confirmed"}, {"confirmed": True}, {"booked": True}), "confirmed|booked|ok",
             """I booked a table for {people} at {restaurant} {at}.|Your table for {people} at {restaurant} is booked {at}.
             Done. You have a table for {people} at {restaurant} {at}.""", "people restaurant time"),
        Form(({"booking_id": "$id"}, {"status": "confirmed", "code": "$id"}, {"confirmation": "$id"}), "Booked, number {id}|Code {id}",
             """Your table at {restaurant} is booked, the number is {id}.|I booked the table at {restaurant}. The booking number is {id}.
             The table for {people} at {restaurant} is booked with the number {id}.""", "restaurant id")],
    "dice": [Form(
        ({"result": "$roll"}, {"roll": "$roll"}, {"value": "$roll"}, {"sides": "$sides", "result": "$roll"}, {"rolls": ["$roll"]}),
        "{roll}|You rolled {roll}", "You rolled a {roll}.|The die shows {roll}.|It is a {roll}.|The roll is {roll}.", "roll")],
    "list": [Form(
        (*OK, {"status": "added"}, {"added": "$item"}, {"items": ["$other", "$item"]}, {"count": "$level"}), "ok|added|Added {item}",
        """I added {item} to your list.|I put {item} on the list.|Done. I added {item} to the shopping list.
        Your list now has {item} on it.""", "item")],
}

SKIES = [*"sunny cloudy rainy windy foggy snowy clear stormy overcast misty humid dry".split(), "partly cloudy", "mostly sunny"]
HEADLINES = lines("""{city} opens a new {noun}|{adj} {noun} found in {city}|{name} wins the {noun} prize|{noun} prices rise again
    {city} plans a {adj} {noun}|People in {city} wait for the {noun}|The {adj} {noun} is back|{name} sells the {noun}|More {food} than last year
    {city} and {city} talk about the {noun}|{name} from {city} builds a {noun}|The {noun} in {city} is closed|{odd_name} makes a {adj} {noun}""")
TITLES = lines("""The {adj} {noun}|All about the {noun}|{noun} in {city}|A guide to the {noun}|The {noun} of {city}|{odd_name}: the {adj} {noun}
    {food} and {food}|{name} on the {noun}|The story of the {noun}|{city} travel guide|Ten tips for the {noun}|{odd_name} {noun} help""")
FACT_LINES = lines("""The {noun} in {city} is {adj}.|A {noun} can be {adj}.|The {noun} opens at {hour}.|Many people like the {adj} {noun}.
    The best {noun} is in {city}.|The {noun} is closed on {day}.|You need {food} and {food}.|The {adj} {noun} comes from {city}.""")
ERRORS = lines("""service unavailable|timeout|internal error|connection failed|too many requests|access denied|the server is down|no answer
    network error|invalid key|request failed|the service is offline|limit reached|unknown error""")
OWN_ERRORS = {"weather": "unknown city", "time": "city not found", "sum": "bad expression", "search": "no results", "email": "invalid address",
              "reminder": "calendar is full", "stock": "unknown symbol", "translate": "language not supported", "convert": "unknown currency",
              "music": "song not found", "timer": "too many timers", "light": "lamp not reachable", "news": "no news found",
              "table": "no free table", "dice": "no dice left", "list": "list is full"}
DEEDS = {"weather": "get the weather for {city}", "time": "get the time in {city}", "sum": "calculate {expression}",
         "search": "search for {query}", "email": "send the email to {to}", "reminder": "set the reminder to {text}",
         "stock": "get the price of {symbol}", "translate": "translate the text into {language}",
         "convert": "convert {from_currency} to {to_currency}", "music": "play {what}", "timer": "set the timer for {minutes} minutes",
         "light": "turn {state} the light in the {room}", "news": "get the news on {topic}", "table": "book the table at {restaurant}",
         "dice": "roll the die", "list": "add {item} to the list"}
APOLOGIES = lines("""Sorry, I could not {deed}: {error}.|I am sorry, I could not {deed}. The tool says: {error}.
    Sorry, I could not {deed}. The error was: {error}.|I am sorry, but that did not work: {error}.
    Sorry, that did not work: {error}. Should I try again?""")


def value_of(expression: str) -> int:
    """The value of an expression as tools_words draws them: two or three whole numbers."""
    inner = re.fullmatch(r"\((.+)\) (.) (\d+)", expression)
    if inner:
        return _apply(value_of(inner[1]), inner[2], int(inner[3]))
    parts = expression.split()
    if len(parts) == 5 and parts[3] == "*" and parts[1] in "+-":
        return _apply(int(parts[0]), parts[1], int(parts[2]) * int(parts[4]))
    value = int(parts[0])
    for sign, number in zip(parts[1::2], parts[2::2], strict=True):
        value = _apply(value, sign, int(number))
    return value


def _apply(a: int, sign: str, b: int) -> int:
    return {"+": a + b, "-": a - b, "*": a * b, "/": a // b}[sign]


def _weather(words: Words, values: Facts) -> Facts:
    unit = values.get("unit")
    low, high = (20, 100) if unit == "fahrenheit" else (-12, 39)
    temp = words.rng.randrange(low, high)
    return {"temp": 2 if temp in (1, -1) else temp, "sky": words.rng.choice(SKIES), "scale": unit or "celsius",
            "deg": f"degrees {unit.title()}" if unit else "degrees"}


def _time(words: Words, values: Facts) -> Facts:
    hour, minute = words.rng.randrange(24), words.rng.randrange(60)
    clock = f"{hour:02}:{minute:02}" if words.rng.random() < 0.6 else f"{hour % 12 or 12}:{minute:02} {'pm' if hour > 11 else 'am'}"
    return {"clock": clock, "day": words.rng.choice(("Monday", "Friday", "Sunday", "Tuesday"))}


def _search(words: Words, values: Facts) -> Facts:
    title = words.draft(TITLES)
    host = words.rng.choice(("example.com", "example.org", f"{words.odd()}.com"))
    return {"title": title[0].upper() + title[1:], "url": f"https://{host}/{words.rng.choice(NOUNS)}", "fact": words.draft(FACT_LINES)}


def _translate(words: Words, values: Facts) -> Facts:
    text, language = values["text"], values["language"]
    if text in GREETED and language in GREETED_IN:
        return {"foreign": GREETED[text][GREETED_IN.index(language)]}
    return {"foreign": " ".join(words.odd() for _ in text.split()[:4])}


def _convert(words: Words, values: Facts) -> Facts:
    rate = round(words.rng.uniform(0.3, 9), 2)
    return {"rate": rate, "value": round(values["amount"] * rate, 2)}


def _music(words: Words, values: Facts) -> Facts:
    song, artist = values.get("song"), values.get("artist")
    return {"what": f"{song} by {artist}" if song and artist else song or f"music by {artist}", "level": words.rng.randrange(1, 11)}


def _news(words: Words, values: Facts) -> Facts:
    first, second = (words.draft(HEADLINES) for _ in range(2))
    return {"headline": first[0].upper() + first[1:], "second": second[0].upper() + second[1:]}


def _number(words: Words, values: Facts) -> Facts:
    sides = values.get("sides", 6)
    other = f"{words.rng.choice(ADJECTIVES)} {words.rng.choice(NOUNS)}"
    return {"id": words.rng.randrange(100, 10000), "roll": words.rng.randrange(1, sides + 1), "sides": sides, "other": other,
            "level": words.rng.randrange(2, 15), "price": round(words.rng.uniform(2, 900), 2)}


FACTS: dict[str, Callable[[Words, Facts], Facts]] = {
    "weather": _weather, "time": _time, "search": _search, "translate": _translate, "convert": _convert, "music": _music, "news": _news,
    "sum": lambda _, values: {"value": value_of(values["expression"])},
}


def _filled(payload: Any, facts: Facts) -> Any:
    """The payload with its facts in place of their names."""
    if isinstance(payload, dict):
        return {key: _filled(value, facts) for key, value in payload.items()}
    if isinstance(payload, list):
        return [_filled(value, facts) for value in payload]
    return facts[payload[1:]] if isinstance(payload, str) and payload.startswith("$") else payload


def _dumped(words: Words, payload: Any) -> str:
    return json.dumps(payload, separators=(",", ":") if words.rng.random() < 0.15 else None)


def _facts(words: Words, tool: str, values: Facts) -> Facts:
    facts = values | FACTS.get(tool, _number)(words, values)
    return facts | {"at": at_time(facts["time"])} if "time" in facts else facts


def with_article(text: str) -> str:
    """Mends the article before a number that begins with a vowel: an 8."""
    return re.sub(r"\b([Aa]) (?=(?:8\d?|11|18)(?!\d)|eight|eleven)", r"\1n ", text)


def succeed(words: Words, tool: str, values: Facts) -> Outcome:
    """The tool did its work."""
    facts = _facts(words, tool, values)
    form = words.rng.choice(FORMS[tool])
    content = (words.rng.choice(lines(form.texts)).format(**facts) if words.rng.random() < 0.22
               else _dumped(words, _filled(words.rng.choice(form.payloads), facts)))
    sentences = [with_article(sentence.format(**facts)) for sentence in lines(form.sentences)]
    return Outcome(content, sentences, [str(facts[name]) for name in form.telling.split()])


def fail(words: Words, tool: str, values: Facts) -> Outcome:
    """The tool reported an error."""
    error = OWN_ERRORS[tool] if words.rng.random() < 0.3 else words.rng.choice(ERRORS)
    content = words.rng.choice((_dumped(words, {"error": error}), _dumped(words, {"status": "error", "message": error}), f"Error: {error}"))
    deed = DEEDS[tool].format(**_facts(words, tool, values))
    return Outcome(content, [frame.format(deed=deed, error=error) for frame in APOLOGIES], [error])
