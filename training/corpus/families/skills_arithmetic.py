"""Arithmetic with small numbers. Additions of a held-out pair never occur in training, in this order of the two numbers."""
from collections.abc import Callable, Iterator
from random import Random

from ..form import Chat, Document, Item, Text, assistant, user
from ..names import NAMES

FAMILY = "arithmetic"

ADD = [
    "What is {a} + {b}?", "What is {a} + {b}?", "What is {a} + {b}?", "{a} + {b}", "{a}+{b}=", "{a} + {b} =", "Calculate {a} plus {b}.",
    "What is {a} plus {b}?", "How much is {a} + {b}?", "What is the sum of {a} and {b}?", "Add {a} and {b}.", "{a} plus {b}",
    "Compute {a} + {b}.", "what's {a} + {b}", "Can you add {a} and {b}?", "{a} + {b} = ?", "What does {a} plus {b} make?", "{a}+{b}",
    "Calculate {a} + {b}.", "what is {a}+{b}?",
]
ADD_HELD = [
    "I want the total of {a} and {b}.", "Tell me what {a} plus {b} equals.", "If you put {a} and {b} together, which number do you get?",
    "Sum up {a} and {b} for me.",
]
SUBTRACT = [
    "What is {a} - {b}?", "What is {a} - {b}?", "{a} - {b}", "{a}-{b}=", "{a} - {b} =", "Calculate {a} minus {b}.", "What is {a} minus {b}?",
    "How much is {a} - {b}?", "Subtract {b} from {a}.", "{a} minus {b}", "Compute {a} - {b}.", "what's {a} - {b}", "{a} - {b} = ?",
    "Calculate {a} - {b}.", "Take {b} away from {a}.", "{a}-{b}",
]
MULTIPLY = [
    "What is {a} x {b}?", "What is {a} times {b}?", "{a} x {b}", "{a} * {b}", "{a} x {b} =", "Calculate {a} times {b}.", "{a} times {b}",
    "How much is {a} x {b}?", "Multiply {a} by {b}.", "What is {a} * {b}?", "Multiply {a} and {b}.", "Compute {a} * {b}.", "{a}*{b}=",
    "What is {a} multiplied by {b}?", "{a} x {b} = ?",
]
DIVIDE = [
    "What is {a} / {b}?", "What is {a} divided by {b}?", "{a} / {b}", "{a} / {b} =", "Calculate {a} divided by {b}.", "{a} divided by {b}",
    "How much is {a} / {b}?", "Divide {a} by {b}.", "Compute {a} / {b}.", "{a}/{b}=", "How often does {b} go into {a}?",
]
MORE = [
    "{N} has {a} {t} and gets {b} more. How many {t} does {N} have now?",
    "There are {a} {t} in a box. {N} puts in {b} more. How many {t} are in the box?",
    "{N} buys {a} {t} on Monday and {b} {t} on Tuesday. How many {t} are that?",
]
FEWER = [
    "{N} has {a} {t} and gives away {b}. How many {t} are left?",
    "There are {a} {t} in a box. {N} takes out {b}. How many {t} are left?",
]
THINGS = "apples nuts books coins eggs stamps marbles cards stones cookies pens shells".split()

Task = tuple[str, str]      # question and answer


def held_pair(a: int, b: int) -> bool:
    """Whether the addition a + b is kept out of training."""
    return (a * 37 + b * 61) % 101 % 10 == 3


def _operands(rng: Random, held: bool) -> tuple[int, int]:
    """Two numbers to be added, mostly of two digits."""
    while True:
        low, high = (10, 99) if held or rng.random() < 0.85 else rng.choice([(0, 10), (0, 20), (0, 99)])
        a, b = rng.randint(low, high), rng.randint(low, high)
        if held_pair(a, b) == held:
            return a, b


def _ordered(rng: Random) -> tuple[int, int]:
    """A number and a smaller one to be subtracted."""
    low, high = (10, 99) if rng.random() < 0.8 else (0, 20)
    numbers = sorted((rng.randint(low, high), rng.randint(low, high)))
    return numbers[1], numbers[0]


def _reply(phrase: str, a: int, b: int, sign: str, result: int) -> str:
    """The equation; only the number where the question is an equation without its end."""
    if phrase.endswith("="):
        return str(result)
    sign = "*" if "*" in phrase else sign
    return f"{a} {sign} {b} = {result}."


def _task(phrase: str, a: int, b: int, sign: str, result: int) -> Task:
    return phrase.replace("{a}", str(a)).replace("{b}", str(b)), _reply(phrase, a, b, sign, result)


def _add(rng: Random) -> Task:
    a, b = _operands(rng, held=False)
    return _task(rng.choice(ADD), a, b, "+", a + b)


def _subtract(rng: Random) -> Task:
    a, b = _ordered(rng)
    return _task(rng.choice(SUBTRACT), a, b, "-", a - b)


def _multiply(rng: Random) -> Task:
    a, b = rng.randint(0 if rng.random() < 0.1 else 1, 12), rng.randint(1, 12)
    return _task(rng.choice(MULTIPLY), a, b, "x", a * b)


def _divide(rng: Random) -> Task:
    b, result = rng.randint(1, 12), rng.randint(1, 12)
    return _task(rng.choice(DIVIDE), b * result, b, "/", result)


def _story(rng: Random) -> Task:
    """An addition or a subtraction in words."""
    thing, more = rng.choice(THINGS), rng.random() < 0.65
    a, b = _operands(rng, held=False) if more else _ordered(rng)
    if (more and min(a, b) < 2) or (not more and (b < 2 or a - b < 2)):
        return _story(rng)
    result, sign = (a + b, "+") if more else (a - b, "-")
    question = rng.choice(MORE if more else FEWER).replace("{N}", rng.choice(NAMES)).replace("{t}", thing)
    question, equation = question.replace("{a}", str(a)).replace("{b}", str(b)), f"{a} {sign} {b} = {result}."
    return question, f"{equation} {'These' if 'are that' in question else 'There'} are {result} {thing}."


_MAKERS: list[Callable[[Random], Task]] = [_add] * 11 + [_subtract] * 4 + [_multiply] * 3 + [_divide] * 2 + [_story]


def _chat(rng: Random) -> Chat:
    turns = 1 if rng.random() < 0.85 else rng.choice([2, 3])
    messages = []
    for _ in range(turns):
        question, answer = rng.choice(_MAKERS)(rng)
        messages += [user(question), assistant(answer)]
    return Chat(messages)


def _drill(rng: Random) -> Text:
    """Lines of additions and subtractions, mostly additions."""
    tight = rng.random() < 0.15
    lines = []
    for _ in range(rng.randint(12, 20)):
        if rng.random() < 0.75:
            a, b = _operands(rng, held=False)
            line = f"{a} + {b} = {a + b}"
        else:
            a, b = _ordered(rng)
            line = f"{a} - {b} = {a - b}"
        lines.append(line.replace(" ", "") if tight else line)
    return Text("\n".join(lines))


def _table(rng: Random) -> Text:
    """The multiplication table of one number, or its divisions."""
    number = rng.randint(1, 12)
    if rng.random() < 0.6:
        return Text("\n".join(f"{number} x {other} = {number * other}" for other in range(1, 13)))
    return Text("\n".join(f"{number * other} / {number} = {other}" for other in range(1, 13)))


def arithmetic_train(rng: Random, count: int) -> Iterator[Document]:
    for _ in range(count):
        chance = rng.random()
        yield _chat(rng) if chance < 0.6 else _drill(rng) if chance < 0.96 else _table(rng)


def arithmetic_held_out(rng: Random, count: int) -> Iterator[Item]:
    """Additions of held-out pairs, half of them in held-out phrasings, half in those of the training."""
    for _ in range(count):
        a, b = _operands(rng, held=True)
        wording, phrases = ("new", ADD_HELD) if rng.random() < 0.5 else ("known", ADD)
        question, answer = _task(rng.choice(phrases), a, b, "+", a + b)
        check = {"kind": "exact", "value": str(a + b), "wording": wording}
        yield Item(FAMILY, Chat([user(question), assistant(answer)]), check)
