"""Short tasks with a few sentences of reasoning before the answer, and the same tasks answered at once."""
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from ..form import Chat, Item, assistant, system, user
from . import thinking_data as data
from .tools_words import FOODS, NOUNS, Words, is_held_pair

THINKS = 0.7                    # the share answered after reasoning
RESULT = "{c}|{c}|The answer is {c}.|It is {c}.|That makes {c}."
SYSTEMS = ("You are a helpful assistant.", "Think before you answer.", "Answer shortly.", "You are a careful assistant.")


@dataclass(frozen=True)
class Puzzle:
    """A question, the reasoning, the answer, and how answers are judged."""
    question: str
    thought: str
    answer: str
    check: dict[str, Any] = field(default_factory=lambda: {"kind": "reply"})


def _exact(value: object) -> dict[str, Any]:
    return {"kind": "exact", "value": str(value)}


def _ask(words: Words, task: str) -> str:
    return words.rng.choice((data.HELD_ASKS if words.held else data.ASKS)[task])


def _intro(words: Words, *sentences: str) -> str:
    """A first sentence of the reasoning, sometimes none."""
    return words.rng.choice(("", *sentences))


def _is_ours(words: Words, a: int, b: int) -> bool:
    """Whether the pair is on our side: pairs of two digits are split; round ones, which occur in reasoning, are never held out."""
    held = 9 < a < 100 and 9 < b < 100 and is_held_pair(a, b)
    return held and a % 10 != 0 and b % 10 != 0 if words.held else not held


def _pair(words: Words, low: int = 10, sign: str = "+") -> tuple[int, int]:
    """Two operands below 100, the larger first where they are to be subtracted."""
    while True:
        a, b = words.rng.randrange(low, 100), words.rng.randrange(low, 100)
        if sign == "-" and a < b:
            a, b = b, a
        if a != b and _is_ours(words, a, b):
            return a, b


def _one_digit(words: Words, sign: str) -> tuple[int, int]:
    """Operands of which the second, or in a sum the first, has one digit."""
    b = words.rng.randrange(1, 10)
    a = words.rng.randrange(b if sign == "-" else 1, words.rng.choice((20, 100, 150)))
    return (b, a) if sign == "+" and words.rng.random() < 0.3 else (a, b)


def _add_steps(a: int, b: int) -> str:
    """The sum worked out by tens and ones."""
    (tens, ones), (more_tens, more_ones) = divmod(a, 10), divmod(b, 10)
    if not tens or not more_tens or not ones or not more_ones:
        return f"{a} + {b} = {a + b}."
    all_tens, all_ones = (tens + more_tens) * 10, ones + more_ones
    return f"{tens * 10} + {more_tens * 10} = {all_tens} and {ones} + {more_ones} = {all_ones}. {all_tens} + {all_ones} = {a + b}."


def _sub_steps(a: int, b: int) -> str:
    """The difference worked out by tens, then ones."""
    tens, ones = b // 10 * 10, b % 10
    if not tens or not ones:
        return f"{a} - {b} = {a - b}."
    return f"{a} - {tens} = {a - tens}. {a - tens} - {ones} = {a - b}."


STEPS: dict[str, Callable[[int, int], tuple[str, int]]] = {
    "+": lambda a, b: (_add_steps(a, b), a + b),
    "-": lambda a, b: (_sub_steps(a, b), a - b),
    "*": lambda a, b: (f"{a} * {b} = {a * b}.", a * b),
}


def _result(words: Words, value: int) -> str:
    return words.rng.choice(RESULT.split("|")).format(c=value)


def _arithmetic(task: str, sign: str) -> Callable[[Words], Puzzle]:
    def make(words: Words) -> Puzzle:
        a, b = _one_digit(words, sign) if not words.held and words.rng.random() < 0.25 else _pair(words, 10, sign)
        steps, value = STEPS[sign](a, b)
        first = _intro(words, f"The user asks for {a} {sign} {b}. ", f"I need {a} {sign} {b}. ", f"I work out {a} {sign} {b}. ")
        return Puzzle(_ask(words, task).format(a=a, b=b), first + steps, _result(words, value), _exact(value))
    return make


def _story(words: Words) -> Puzzle:
    story = words.rng.choice(data.HELD_STORIES if words.held else data.STORIES)
    a, b = _pair(words, 2 if words.rng.random() < 0.4 and not words.held else 10, story.sign)
    while story.sign == "*" and (a > 9 or b > 9):
        a, b = words.rng.randrange(2, 10), words.rng.randrange(2, 10)
    name = other = words.name()
    while name == other:
        other = words.name()
    things = words.rng.choice(data.THINGS)
    known = {"name": name, "other": other, "a": a, "b": b, "things": things}
    steps, value = STEPS[story.sign](a, b)
    answer = f"{value} {things}." if "{things}" in story.text and words.rng.random() < 0.25 else _result(words, value)
    return Puzzle(story.text.format(**known), f"{story.thought.format(**known)} {steps}", answer, _exact(value))


def _difference(a: str, b: str, more: str) -> str:
    """Why one of two different numbers is the larger one."""
    larger = max(int(a), int(b))
    wanted = larger if more in ("larger", "bigger", "greater") else min(int(a), int(b))
    if len(a) != len(b):
        return f"{larger} has more digits, so it is the larger number. The {more} one is {wanted}."
    units = ("hundreds", "tens", "ones")[-len(a):]
    place = next(index for index in range(len(a)) if a[index] != b[index])
    same = f"Both have the same {' and '.join(units[:place])}. " if place else ""
    high, low = sorted((a[place], b[place]), reverse=True)
    first, second = (f"{digit} {units[place] if digit != '1' else units[place][:-1]}" for digit in (a[place], b[place]))
    return (f"{same}{a} has {first} and {b} has {second}. "
            f"{high} is more than {low}, so the {more} one is {wanted}.")


def _compare(words: Words) -> Puzzle:
    a, b = _pair(words, 10)
    if not words.held and words.rng.random() < 0.3:
        a, b = words.rng.sample(range(1, 1000), 2)
        a, b = (a, b) if _is_ours(words, a, b) else _pair(words, 1)
    more = words.rng.choice(("larger", "bigger", "greater", "smaller", "lower"))
    value = max(a, b) if more in ("larger", "bigger", "greater") else min(a, b)
    return Puzzle(_ask(words, "compare").format(a=a, b=b, more=more), _difference(str(a), str(b), more),
                  words.rng.choice((f"{value}", f"{value}", f"It is {value}.", f"{value} is {more}.")), _exact(value))


def _order(words: Words) -> Puzzle:
    a, b = _pair(words, 10 if words.held else 1)
    c = words.rng.randrange(1, 100)
    while c in (a, b):
        c = words.rng.randrange(1, 100)
    way, first, falls = words.rng.choice((
        ("small to large", "smallest", False), ("smallest to largest", "smallest", False), ("low to high", "lowest", False),
        ("large to small", "largest", True), ("largest to smallest", "largest", True), ("high to low", "highest", True)))
    one, two, three = sorted((a, b, c), reverse=falls)
    numbers = words.rng.choice((f"{a}, {b}, {c}", f"{a}, {b} and {c}"))
    left = [number for number in (a, b, c) if number != one]
    thought = f"The {first} number is {one}. Then {left[0]} and {left[1]} are left, and {two} comes first. The last is {three}."
    value = f"{one}, {two}, {three}"
    return Puzzle(_ask(words, "order").format(way=way, numbers=numbers), thought,
                  words.rng.choice((value, f"{value}.", f"The order is {value}.")), {"kind": "contains", "values": [value]})


def _word(words: Words) -> str:
    """A word of our side of the split, one in four invented."""
    if words.rng.random() < 0.25:
        return words.odd()
    return words.free(lambda: words.rng.choice(words.rng.choice((NOUNS, FOODS))))


def _length(words: Words) -> Puzzle:
    word = _word(words)
    spelled = ", ".join(f"{letter} ({place})" for place, letter in enumerate(word, 1))
    first = words.rng.choice(("I spell the word: ", "I count: ", "The letters are: "))
    answer = words.rng.choice(("{c}", "{c}", "It has {c} letters.", "There are {c} letters.", "The word has {c} letters.")).format(c=len(word))
    return Puzzle(_ask(words, "length").format(word=word), f"{first}{spelled}. That makes {len(word)}.", answer, _exact(len(word)))


def _letter(words: Words) -> Puzzle:
    word = _word(words)
    x = words.rng.choice(word if words.rng.random() < 0.85 else "aeiorst")
    count, spelled = 0, []
    for letter in word:
        count += letter == x
        spelled.append(f"{letter} ({count})" if letter == x else letter)
    end = f"So {x} occurs {count} time{'s' * (count != 1)}." if count else f"There is no {x}, so 0 times."
    answer = words.rng.choice(("{c}", "{c}", "{c} time{s}.", "It occurs {c} time{s}.")).format(c=count, s="s" * (count != 1))
    return Puzzle(_ask(words, "letter").format(word=word, x=x), f"I spell the word: {', '.join(spelled)}. {end}", answer, _exact(count))


def _next(words: Words) -> Puzzle:
    """The next number of an arithmetic or doubling sequence."""
    rng = words.rng
    while True:
        start, step = rng.randrange(1, 60), rng.randrange(1, 11)
        if is_held_pair(start, step) == words.held:
            break
    size, draw = rng.choice((3, 4, 4, 5)), rng.random()
    if draw < 0.12 and not words.held:
        terms = [start % 9 + 1 << place for place in range(size + 1)]
        thought = f"Each number is twice the one before. 2 * {terms[-2]} = {terms[-1]}."
    elif draw < 0.4:
        terms = [start + step * place for place in range(size, -1, -1)]
        thought = f"Each number is {step} less than the one before. {terms[-2]} - {step} = {terms[-1]}."
    else:
        terms = [start + step * place for place in range(size + 1)]
        thought = f"Each number is {step} more than the one before. {terms[-2]} + {step} = {terms[-1]}."
    value = terms.pop()
    answer = rng.choice((f"{value}", f"{value}", f"The next number is {value}.", f"It is {value}."))
    return Puzzle(_ask(words, "next").format(terms=", ".join(map(str, terms))), thought, answer, _exact(value))


def _alphabet(words: Words) -> Puzzle:
    while True:
        v, w = _word(words), _word(words)
        if words.rng.random() < 0.5 and v[0] != w[0]:
            continue
        if not v.startswith(w) and not w.startswith(v):
            break
    place = next(index for index in range(len(v)) if v[index] != w[index])
    first = min(v, w)
    if place:
        start = f"Both words start with {v[:place]}. Then {v} has {v[place]} and {w} has {w[place]}."
    else:
        start = f"{v} starts with {v[0]} and {w} starts with {w[0]}."
    low, high = sorted((v[place], w[place]))
    return Puzzle(_ask(words, "alphabet").format(v=v, w=w), f"{start} {low} comes before {high}, so {first} is first.",
                  words.rng.choice((first, first, f"{first} comes first.", f"It is {first}.")), _exact(first))


def _parity(words: Words) -> Puzzle:
    while True:
        n = words.rng.randrange(10 if words.held else 1, words.rng.choice((100, 100, 1000)))
        if is_held_pair(n // 10, n % 10) == words.held:
            break
    value = "odd" if n % 2 else "even"
    thought = f"{n} ends in {n % 10}. {n % 10} is {value}, so {n} is {value}." if n > 9 else f"{n} is {value}."
    return Puzzle(_ask(words, "parity").format(n=n), thought,
                  words.rng.choice((f"It is {value}.", f"{value.title()}.", value, f"The number is {value}.")), _exact(value))


def _logic_facts(words: Words) -> dict[str, str]:
    """One draw for all slots of the logic tasks."""
    rng, people = words.rng, [words.name()]
    while len(people) < 3:
        if (more := words.name()) not in people:
            people.append(more)
    slots = (("many", "one", "kinds", "kind"), ("er", "est", "least"), ("cause", "place", "wet"), ("here", "there"), ("x", "y", "z"))
    drawn = (rng.choice(data.KINDS), rng.choice(data.RANKS), rng.choice(data.CAUSES), rng.sample(data.PLACES, 2), people)
    facts = {slot: value for names, values in zip(slots, drawn, strict=True) for slot, value in zip(names, values, strict=True)}
    odd = words.free(lambda: words.odd().rstrip("sx"))
    return facts | {"name": people[0], "odd": odd, "odds": f"{odd}s", "act": rng.choice(data.ACTS),
                    "color": rng.choice(data.COLORS), "box": rng.choice(data.BOXES), "thing": rng.choice(("key", "ring", "letter", "watch", "coin",
                    "pen", "book", "cup", "apple", "map", "hat", "ball", "photo", "ticket", "candle", "spoon"))}


def _logic(words: Words) -> Puzzle:
    logic, facts = words.rng.choice(data.LOGIC), _logic_facts(words)
    question = words.rng.choice(logic.held if words.held else logic.texts)
    return Puzzle(question.format(**facts), logic.thought.format(**facts), words.rng.choice(logic.answers).format(**facts),
                  _exact(logic.value.format(**facts)))


def _knowledge(words: Words) -> Puzzle:
    facts = words.rng.choice(data.KNOWLEDGE)
    x, y = words.rng.choice(facts.pairs)
    question = words.rng.choice(facts.held if words.held else facts.asks)
    return Puzzle(question.format(x=x), facts.thought.format(x=x, y=y), words.rng.choice(facts.answers).format(x=x, y=y), _exact(y))


def _hello(words: Words) -> Puzzle:
    return Puzzle(_ask(words, "hello").format(name=words.name()), words.rng.choice(data.GREETING_THOUGHTS), words.rng.choice(data.GREETINGS))


TASKS: list[tuple[Callable[[Words], Puzzle], int]] = [
    (_arithmetic("add", "+"), 17), (_arithmetic("sub", "-"), 15), (_story, 15), (_compare, 9), (_order, 7), (_length, 5), (_letter, 5),
    (_next, 7), (_alphabet, 6), (_parity, 5), (_logic, 9), (_knowledge, 9), (_hello, 3),
]


def _puzzle(words: Words) -> Puzzle:
    puzzle = words.rng.choices([task for task, _ in TASKS], [weight for _, weight in TASKS])[0](words)
    if not words.held and words.rng.random() < 0.08 and puzzle.question[-1] in ".?" and puzzle.question[-2].isalnum():
        return Puzzle(puzzle.question[:-1], puzzle.thought, puzzle.answer, puzzle.check)
    return puzzle


def _chat(words: Words, puzzle: Puzzle) -> Chat:
    """The puzzle with reasoning, or answered at once."""
    thinks = words.rng.random() < THINKS
    rest = {"reasoning_content": puzzle.thought} if thinks else {}
    messages = [user(puzzle.question), assistant(puzzle.answer, **rest)]
    if not words.held and words.rng.random() < 0.08:
        messages.insert(0, system(words.rng.choice(SYSTEMS)))
    return Chat(messages, think=thinks)


def train(rng: Random, count: int) -> Iterator[Chat]:
    """Tasks with and without reasoning."""
    words = Words(rng)
    for _ in range(count):
        yield _chat(words, _puzzle(words))


def held_out(rng: Random, count: int) -> Iterator[Item]:
    """Tasks in other words, about other numbers and names."""
    words = Words(rng, held=True)
    for _ in range(count):
        puzzle = _puzzle(words)
        yield Item("thinking", _chat(words, puzzle), puzzle.check)
