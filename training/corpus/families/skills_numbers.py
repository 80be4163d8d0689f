"""Skills with numbers and the calendar: counting, comparing, sorting, units, days and months."""
from random import Random

from .skills_data import DAYS, MONTH_DAYS, MONTHS, ONES, ORDINALS, TENS, UNITS
from .skills_phrases import FIXED
from .skills_turn import Turn, ask

_STEPS = [("twos", 2), ("twos", 2), ("threes", 3), ("fives", 5), ("fives", 5), ("tens", 10), ("tens", 10), ("hundreds", 100)]
_LIMITS = [10, 20, 100, 100, 1000]


def in_words(number: int) -> str:
    """A number below 1000 in words."""
    if number < 20:
        return ONES[number]
    if number < 100:
        return TENS[number // 10] + (f"-{ONES[number % 10]}" if number % 10 else "")
    rest = number % 100
    return f"{ONES[number // 100]} hundred" + (f" {in_words(rest)}" if rest else "")


def _join(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


def range_to_count(rng: Random) -> list[int]:
    """Up to 30 numbers, often from 1 on."""
    start = 1 if rng.random() < 0.4 else rng.choice([0, rng.randint(2, 30), rng.randint(2, 99)])
    length = rng.choice([5, 10, 20]) if rng.random() < 0.3 else rng.randint(3, 30)
    return list(range(start, start + length))


def count(rng: Random, held: bool) -> Turn:
    numbers = range_to_count(rng)
    key = "count"
    if rng.random() < 0.35:
        numbers, key = numbers[::-1], "count_down"
    answer = _join(numbers)
    return Turn(ask(rng, key, held, a=str(numbers[0]), b=str(numbers[-1])), answer, (answer,))


def steps_to_count(rng: Random) -> tuple[str, list[int]]:
    name, step = rng.choice(_STEPS)
    start = rng.choice([0, step, step, step * rng.randint(2, 8)])
    return name, list(range(start, start + step * rng.randint(4, 20), step))


def count_by(rng: Random, held: bool) -> Turn:
    name, numbers = steps_to_count(rng)
    answer = _join(numbers)
    return Turn(ask(rng, "count_by", held, s=name, a=str(numbers[0]), b=str(numbers[-1])), answer, (answer,))


def compare(rng: Random, held: bool) -> Turn:
    first, second = rng.sample(range(rng.choice(_LIMITS)), 2)
    key = rng.choice(["bigger", "bigger", "smaller"])
    answer, other = (max if key == "bigger" else min)(first, second), (min if key == "bigger" else max)(first, second)
    return Turn(ask(rng, key, held, a=str(first), b=str(second)), f"{answer} is {key} than {other}.", (f"{answer} is {key}",))


def sort(rng: Random, held: bool) -> Turn:
    numbers = rng.sample(range(rng.choice(_LIMITS)), rng.randint(3, 5))
    down = rng.random() < 0.25
    answer = _join(sorted(numbers, reverse=down))
    return Turn(ask(rng, "sort_down" if down else "sort", held, x=_join(numbers)), answer, (answer,))


def even(rng: Random, held: bool) -> Turn:
    number = rng.randrange(rng.choice(_LIMITS))
    kind = "odd" if number % 2 else "even"
    return Turn(ask(rng, "even", held, x=str(number)), f"{number} is {kind}.", (f"{number} is {kind}",))


def unit(rng: Random, held: bool) -> Turn:
    one, many, smaller, factor, largest = rng.choice(UNITS)
    amount = rng.randint(1, largest)
    text = f"{amount} {one if amount == 1 else many}"
    result = f"{amount * factor} {smaller}"
    answer = f"{text} {'is' if amount == 1 else 'are'} {result}."
    return Turn(ask(rng, "unit", held, u=smaller, x=text), answer, (result,))


def neighbor_number(rng: Random, held: bool) -> Turn:
    number = rng.randint(1, rng.choice(_LIMITS))
    if rng.random() < 0.6:
        return Turn(ask(rng, "next_number", held, x=str(number)), f"{number + 1} comes after {number}.", (f"{number + 1} comes",))
    return Turn(ask(rng, "number_before", held, x=str(number)), f"{number - 1} comes before {number}.", (f"{number - 1} comes",))


def words(rng: Random, held: bool) -> Turn:
    number = rng.randrange(rng.choice([21, 100, 100, 1000]))
    if rng.random() < 0.5:
        return Turn(ask(rng, "in_words", held, x=str(number)), in_words(number), (in_words(number),))
    return Turn(ask(rng, "in_digits", held, x=in_words(number)), str(number), (str(number),))


def _neighbor(rng: Random, held: bool, names: list[str], after: str, before: str) -> Turn:
    """What comes after Monday, what before May; the names go round."""
    index = rng.randrange(len(names))
    name = names[index]
    if rng.random() < 0.6:
        other = names[(index + 1) % len(names)]
        return Turn(ask(rng, after, held, x=name), f"{other} comes after {name}.", (other,))
    other = names[index - 1]
    return Turn(ask(rng, before, held, x=name), f"{other} comes before {name}.", (other,))


def day(rng: Random, held: bool) -> Turn:
    return _neighbor(rng, held, DAYS, "next_day", "day_before")


def month(rng: Random, held: bool) -> Turn:
    index = rng.randrange(12)
    name, days = MONTHS[index], MONTH_DAYS[index]
    chance = rng.random()
    if chance < 0.5:
        return _neighbor(rng, held, MONTHS, "next_month", "month_before")
    if chance < 0.75:
        return Turn(ask(rng, "nth_month", held, x=ORDINALS[index]), f"The {ORDINALS[index]} month is {name}.", (name,))
    leap = ", and 29 in a leap year" if name == "February" else ""
    return Turn(ask(rng, "month_days", held, x=name), f"{name} has {days} days{leap}.", (f"{days} days",))


def fixed(rng: Random, held: bool) -> Turn:
    phrases, held_phrases, answer = rng.choice(FIXED)
    return Turn(rng.choice(held_phrases if held else phrases), answer, (answer.rstrip("."),))
