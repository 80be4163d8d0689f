"""Sampled values of extraction records: each pool gives the words in the text, and the value in the JSON.

Names and places come from the training lists, or for held-out items from the held-out ones; many values are invented
words of random syllables, so that only copying from the text can get them right.
"""
from collections.abc import Callable
from random import Random
from typing import Any

from ..names import HELD_CITIES, HELD_NAMES, training_city, training_name

Value = tuple[str, Any]
Pool = Callable[[Random, bool], Value]

SURNAMES = """Baker Miller Smith Jones Brown Lopez Garcia Kim Chen Novak Rossi Weber Fischer Meyer Silva Santos Khan Patel
Singh Sato Tanaka Olsen Berg Lund Hansen Larsen Moore Taylor White Green Hall Young King Wright Hill Scott Adams Nelson
Carter Parker Evans Turner Collins Cook Bell Ward Price Long Ross Wood Gray Hunt Stone Fox Dunn Reyes Cruz Vargas Romero
Dubois Moreau Keller Vogel Braun Koch Wolf Horvat Kowal Popov Sokol Aydin Haddad Nasser Okafor Mensah Diallo Nguyen Tran
Park Lee Wong Lim Costa Ferri Greco Conti Marino""".split()
HELD_SURNAMES = """Whitaker Lindholm Castellan Brandt Okonkwo Ferreira Yamada Petrov Sandoval Beaumont Halloran Ibsen Jansen
Kaplan Marchetti Norwood Ostrow Quigley Radcliffe Sorensen""".split()
ONSETS = "b c d f g h j k l m n p r s t v w z br dr fl gr kl pl st tr sh ch th".split()
VOWELS = "a e i o u a e i o ai ea oo".split()
CODAS = ["", "", "", "n", "r", "l", "s", "m", "t", "x", "k", "nd"]
HELD_WORDS = [word.lower() for word in HELD_NAMES + HELD_CITIES + HELD_SURNAMES]
MONTHS = """January February March April May June July August September October November December""".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
NUMBER_WORDS = "two three four five six seven eight nine ten eleven twelve".split()


def invented(rng: Random) -> str:
    """A word that nobody has seen, and that is no held-out name."""
    while True:
        word = "".join(rng.choice(ONSETS) + rng.choice(VOWELS) for _ in range(rng.randint(1, 2)))
        word += rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS)
        if not any(held in word for held in HELD_WORDS):
            return word


def _same(text: str) -> Value:
    return text, text


def first_name(rng: Random, out: bool) -> str:
    if out:
        return invented(rng).capitalize() if rng.random() < 0.2 else rng.choice(HELD_NAMES)
    return training_name(rng)


def surname(rng: Random, out: bool) -> str:
    if rng.random() < (0.25 if out else 0.5):
        return invented(rng).capitalize()
    return rng.choice(HELD_SURNAMES if out else SURNAMES)


def person(rng: Random, out: bool) -> Value:
    first = first_name(rng, out)
    return _same(f"{first} {surname(rng, out)}" if rng.random() < 0.35 else first)


def city(rng: Random, out: bool) -> Value:
    if out:
        return _same(invented(rng).capitalize() if rng.random() < 0.25 else rng.choice(HELD_CITIES))
    return _same(training_city(rng))


def words(text: str, made_up: float = 0.0) -> Pool:
    """A pool of fixed words, now and then an invented one, with a capital if the others have one."""
    options = [option.strip() for option in text.replace("\n", " ").split(",")]
    capital = all(option[0].isupper() for option in options)

    def pool(rng: Random, out: bool) -> Value:
        if rng.random() >= made_up:
            return _same(rng.choice(options))
        word = invented(rng)
        return _same(word.capitalize() if capital else word)
    return pool


def whole(low: int, high: int) -> Pool:
    def pool(rng: Random, out: bool) -> Value:
        number = rng.randint(low, high)
        return str(number), number
    return pool


def quantity(rng: Random, out: bool) -> Value:
    """A count, now and then in words."""
    if rng.random() < 0.2:
        number = rng.randint(2, 12)
        return NUMBER_WORDS[number - 2], number
    number = rng.randint(2, rng.choice([12, 60, 500]))
    return str(number), number


def price(rng: Random, out: bool) -> Value:
    """Whole, or with cents that do not end in zero, so that the text and the number look the same."""
    if rng.random() < 0.45:
        number = rng.randint(2, rng.choice([30, 200, 2000]))
        return str(number), number
    cents = rng.randint(0, 9) * 10 + rng.randint(1, 9)
    text = f"{rng.randint(1, 99)}.{cents:02d}"
    return text, float(text)


def date(rng: Random, out: bool) -> Value:
    day, month = rng.randint(1, 28), rng.choice(MONTHS)
    return _same(rng.choice([
        f"{month} {day}", f"{day} {month}", f"{month} {day}, {rng.randint(2020, 2032)}", rng.choice(DAYS),
        f"{rng.randint(2020, 2032)}-{rng.randint(1, 12):02d}-{day:02d}", f"{day} {month} {rng.randint(2020, 2032)}",
    ]))


def clock(rng: Random, out: bool) -> Value:
    hour, minute = rng.randint(1, 12), rng.randint(0, 11) * 5
    half = rng.choice(["am", "pm"])
    return _same(rng.choice([f"{hour} {half}", f"{hour}:{minute:02d} {half}", f"{rng.randint(7, 22)}:{minute:02d}",
                             f"{hour}{half}"]))


def phone(rng: Random, out: bool) -> Value:
    four, three = rng.randint(1000, 9999), rng.randint(100, 999)
    return _same(rng.choice([f"555-{four}", f"{three}-555-{four}", f"555 {four}", f"+1 {three} 555 {four}",
                             f"0{three} {four}"]))


def email(rng: Random, out: bool) -> Value:
    host = rng.choice(["example", "mail", "post", "inbox", invented(rng), invented(rng)])
    end = rng.choice(["com", "org", "net", "de", "io"])
    name = first_name(rng, out).lower()
    middle = rng.choice(["", "", str(rng.randint(1, 99)), "." + surname(rng, out).lower()])
    return _same(f"{name}{middle}@{host}.{end}")


def flight_number(rng: Random, out: bool) -> Value:
    letters = "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(2))
    return _same(f"{letters}{rng.randint(1, 9999)}")


def code_number(rng: Random, out: bool) -> Value:
    letters = "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(rng.randint(1, 3)))
    return _same(f"{letters}-{rng.randint(100, 9999)}")


def company(rng: Random, out: bool) -> Value:
    base = invented(rng).capitalize() if rng.random() < 0.55 else surname(rng, out)
    end = rng.choice(["", "", " Ltd", " Inc", " Labs", " Group", " Foods", " Systems", " Bank", " Motors", " Media"])
    return _same(base + end)


TITLE_FIRST = """Silent Golden Lost Hidden Broken Last First Red Blue Dark Bright Quiet Wild Frozen Burning Empty Secret Old
Distant Little Long Bitter Sweet Lonely Crooked Paper Iron Glass Winter Summer""".split()
TITLE_LAST = """River Garden City House Road Forest Letter Mountain Star Ocean Door Dream Song King Queen Night Morning
Island Train Mirror Shadow Storm Bridge Key Tower Child Painter Sailor Clock Kingdom""".split()


def title(rng: Random, out: bool) -> Value:
    first, last = rng.choice(TITLE_FIRST), rng.choice(TITLE_LAST)
    name = invented(rng).capitalize()
    return _same(rng.choice([f"The {first} {last}", f"{first} {last}", f"The {last} of {name}", f"{name}",
                             f"A {first} {last}" if first[0] not in "AEIOU" else f"The {first} {last}",
                             f"The {last}"]))


def grade(rng: Random, out: bool) -> Value:
    return _same(rng.choice("ABCD") + rng.choice(["", "", "+", "-"]))


# boolean fields: the words that say yes, and those that say no
PHRASES = {
    "breakfast": (["with breakfast", "with a free breakfast"], ["without breakfast", "without any breakfast"]),
    "stock": (["in stock", "available now"], ["sold out", "out of stock"]),
    "paid": (["already paid", "paid in full"], ["not paid yet", "still unpaid"]),
    "fixed": (["already fixed", "now fixed"], ["not fixed yet", "still open"]),
}


def truth(field: str) -> Pool:
    def pool(rng: Random, out: bool) -> Value:
        value = rng.random() < 0.5
        return rng.choice(PHRASES[field][0 if value else 1]), value
    return pool


def several(text: str, made_up: float = 0.15) -> Pool:
    """A list of two to four different things."""
    options = [option.strip() for option in text.replace("\n", " ").split(",")]

    def pool(rng: Random, out: bool) -> Value:
        chosen = rng.sample(options, rng.randint(2, 4))
        chosen = [invented(rng) if rng.random() < made_up else one for one in chosen]
        return ", ".join(chosen[:-1]) + " and " + chosen[-1], chosen
    return pool


THINGS = """notebooks, pencils, chairs, lamps, mugs, apples, oranges, towels, batteries, candles, bottles of water, blue
shirts, socks, tables, plates, spoons, cups, light bulbs, books, stamps, envelopes, boxes of tea, bags of rice, toy
cars, balloons, umbrellas, hats, gloves, screws, paint brushes, flower pots, pillows, blankets, posters, headphones"""
PRODUCTS = """jacket, backpack, T-shirt, dress, sweater, mug, lamp, chair, pair of jeans, hat, scarf, raincoat, blanket, rug,
bag, coat, skirt, hoodie, belt, suitcase, pillow, tent, bicycle, sofa, desk, wallet, sports shirt, cap"""
COLORS = """red, blue, green, black, white, yellow, purple, orange, brown, gray, pink, silver, dark blue, light green,
beige, golden"""
FOODS = """milk, eggs, bread, butter, cheese, apples, bananas, rice, pasta, tomatoes, onions, flour, sugar, salt, coffee,
tea, honey, carrots, potatoes, yogurt, garlic, lemons, mushrooms, spinach, beans, oil, pepper, chicken, fish, nuts"""
ROLES = """teacher, nurse, engineer, designer, accountant, driver, chef, manager, data analyst, project manager, writer,
electrician, web developer, sales clerk, librarian, architect, translator, gardener, tester, dentist, plumber, editor,
product manager, receptionist, mechanic, researcher, photographer, security guard"""
EVENTS = """book club, staff meeting, birthday party, yoga class, piano concert, team lunch, chess night, garden party,
science fair, art show, dance class, charity run, movie night, job interview, cooking course, wedding, bake sale,
city tour, poetry reading, football match, Spanish lesson, board meeting, flea market, school play"""
PLACES = """the library, the town hall, room 12, room 204, the park, the main office, the school gym, the beach, the museum,
Cafe Luna, the old theater, the sports center, the community center, the market square, the garden, the Blue Hall,
the train station, building 7, the second floor, the city pool, the small stage"""
CONDITIONS = "sunny, cloudy, rainy, windy, snowy, foggy, stormy, clear, partly cloudy, humid, dry, hazy"
ANIMALS = """dog, cat, rabbit, hamster, parrot, goldfish, turtle, horse, pony, snake, mouse, canary, ferret, gecko, donkey,
goat, guinea pig"""
PET_NAMES = """Rex, Bella, Coco, Luna, Max, Buddy, Milo, Daisy, Rocky, Fluffy, Spot, Shadow, Ginger, Simba, Nala, Oreo, Pepper,
Biscuit, Mochi, Ziggy, Peanut, Tiger, Smokey, Toffee"""
DISHES = """tomato soup, pancakes, apple pie, fried rice, lentil stew, potato salad, banana bread, vegetable curry, lasagna,
garlic bread, bean chili, mushroom risotto, chicken pie, fish tacos, lemon cake, onion soup, pasta salad, carrot cake,
cheese omelet, pumpkin soup, fruit salad, rice pudding"""
GENRES = "comedy, drama, thriller, horror, science fiction, romance, western, mystery, adventure, fantasy, documentary"
SUBJECTS = "math, history, biology, chemistry, physics, English, art, music, geography, Spanish, economics, sports"
COMPONENTS = """login page, search bar, payment form, settings menu, file upload, report export, user profile, shopping
cart, chat window, calendar view, email service, image viewer, audio player, map screen, sign-up form, print dialog,
backup tool, admin panel, help page, video player"""
BRANDS = "Ford, Toyota, Honda, Fiat, Volvo, Opel, Skoda, Mazda, Nissan, Kia, Audi, Renault, Seat, Jeep"
TEAMS = """Lions, Tigers, Eagles, Wolves, Sharks, Bears, Falcons, Rockets, Comets, Hawks, Panthers, Bulls, Dragons,
Pirates, Knights, Giants"""
TASKS = """call the bank, water the plants, buy stamps, pay the rent, send the report, book a table, renew the passport,
clean the garage, pick up the kids, feed the cat, fix the bike, return the books, wash the car, email the landlord,
charge the camera, order new shoes, take out the trash, visit the dentist"""
LANGUAGES = "English, Spanish, French, German, Italian, Polish, Arabic, Hindi, Chinese, Japanese, Turkish, Greek, Dutch"

POOLS: dict[str, Pool] = {
    "person": person, "city": city, "age": whole(2, 99), "quantity": quantity, "price": price, "date": date,
    "time": clock, "phone": phone, "email": email, "flight": flight_number, "code": code_number, "company": company,
    "title": title, "grade": grade, "year": whole(1850, 2026), "temperature": whole(-15, 42), "minutes": whole(5, 180),
    "servings": whole(2, 12), "nights": whole(2, 21), "score": whole(0, 9), "points": whole(10, 100),
    "things": words(THINGS, 0.15), "product": words(PRODUCTS, 0.1), "color": words(COLORS, 0.05),
    "size": words("small, medium, large, S, M, L, XL, XXL, extra large, 36, 38, 40, 42"),
    "role": words(ROLES, 0.08), "event": words(EVENTS, 0.05), "place": words(PLACES), "condition": words(CONDITIONS),
    "animal": words(ANIMALS), "pet": words(PET_NAMES, 0.4), "dish": words(DISHES, 0.05), "genre": words(GENRES),
    "subject": words(SUBJECTS), "severity": words("low, medium, high, critical"), "component": words(COMPONENTS, 0.05),
    "brand": words(BRANDS, 0.25), "team": words(TEAMS, 0.3), "task": words(TASKS), "foods": several(FOODS),
    "languages": several(LANGUAGES, 0.05), "word": lambda rng, out: _same(invented(rng)),
    "breakfast": truth("breakfast"), "stock": truth("stock"), "paid": truth("paid"), "fixed": truth("fixed"),
}
TYPES = {"age": "integer", "quantity": "integer", "price": "number", "year": "integer", "temperature": "integer",
         "minutes": "integer", "servings": "integer", "nights": "integer", "score": "integer", "points": "integer",
         "foods": "array", "languages": "array", "breakfast": "boolean", "stock": "boolean", "paid": "boolean",
         "fixed": "boolean"}
