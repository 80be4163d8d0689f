"""Small programs: asking for a Python snippet, explaining code, what a word of Python does, one-liners elsewhere."""
import re
from collections.abc import Iterator, Sequence
from random import Random

from ..form import Chat, Document, Item, Message, assistant, system, user
from ..names import HELD_NAMES, NAMES
from . import code_data as data
from .code_text_talk import CLASSES, IDENTIFIERS, WORD_POOL

Made = tuple[list[Message], tuple[str, ...]]        # a conversation, and what its last answer must contain

FUNCTION_LEAD = {"bash": "Use this command:", "SQL": "Use this query:", "JavaScript": "Use this code:",
                 "HTML": "Use this tag:"}


def _pick(rng: Random, train: Sequence[str], held: Sequence[str], out: bool) -> str:
    return rng.choice(held if out else train)


def _fence(code: str, language: str = "python") -> str:
    return f"```{language}\n{code}\n```"


def _article(noun: str) -> str:
    return "an" if noun[0].lower() in "aeiou" or noun.startswith(("f-string", "*")) else "a"


def _loose(rng: Random, text: str) -> str:
    """People do not always type a capital or a full stop."""
    roll = rng.random()
    if roll < 0.06:
        return text.lower() if "<" not in text and '"' not in text else text
    if roll < 0.12:
        return text.rstrip(".:?")
    if roll < 0.15:
        return "Hi! " + text
    return text[0].upper() + text[1:] if roll < 0.5 else text


def _question(rng: Random, snippet: data.Snippet, out: bool) -> str:
    roll = rng.random()
    if roll < 0.15 and (out or snippet.asks):
        return _pick(rng, snippet.asks, snippet.held, out)
    if roll < 0.45:
        if snippet.kind == "fn":
            shape = _pick(rng, data.NOUN_ASKS, data.HELD_NOUN_ASKS, out)
        else:
            shape = _pick(rng, data.EXAMPLE_ASKS, data.HELD_EXAMPLE_ASKS, out)
        noun = rng.choice(snippet.nouns)
        return shape.format(n=noun, a=_article(noun))
    if snippet.kind == "fn" and rng.random() < 0.6:
        shape = _pick(rng, data.TASK_ASKS, data.HELD_TASK_ASKS, out)
    else:
        shape = _pick(rng, data.HOW_ASKS, data.HELD_HOW_ASKS, out)
    return shape.format(t=rng.choice(snippet.tasks))


def _full_answer(snippet: data.Snippet) -> str:
    answer = snippet.intro + "\n\n" + _fence(snippet.code)
    return answer + "\n\n" + snippet.close if snippet.close else answer


def _snippet(rng: Random, out: bool) -> Made:
    snippet = rng.choice(data.SNIPPETS)
    ask = _question(rng, snippet, out)
    if not out:
        ask = _loose(rng, ask)
    head = [system(rng.choice(data.CODE_SYSTEM))] if rng.random() < 0.15 else []
    return [*head, user(ask), assistant(_full_answer(snippet))], snippet.values


def _code_only(rng: Random, out: bool) -> Made:
    snippet = rng.choice(data.SNIPPETS)
    ask = _question(rng, snippet, out)
    answer = assistant(_fence(snippet.code))
    if rng.random() < 0.4:
        rule = _pick(rng, data.CODE_ONLY_SYSTEM, data.HELD_CODE_ONLY_SYSTEM, out)
        return [system(rule), user(ask), answer], snippet.values
    if ask[-1] not in ".?:!":
        ask += "."
    ask = ask.rstrip(":") + ("." if ask.endswith(":") else "")
    return [user(ask + _pick(rng, data.CODE_ONLY, data.HELD_CODE_ONLY, out)), answer], snippet.values


def _followed(rng: Random, out: bool) -> Made:
    """Code only at first, then the question what it does."""
    messages, _ = _code_only(rng, out)
    code = messages[-1]["content"]
    snippet = next(s for s in data.SNIPPETS if _fence(s.code) == code)
    answer = f"{snippet.intro} {snippet.close}".strip()
    follow = user(_pick(rng, data.FOLLOW_UPS, data.HELD_FOLLOW_UPS, out))
    return [*messages, follow, assistant(answer)], ()


def _blanks(rng: Random, out: bool) -> dict[str, str | int]:
    """A value for each placeholder of a text with blanks."""
    n, m, k = rng.randint(11, 99), rng.randint(2, 10), rng.randint(2, 30)
    w, u = rng.sample(WORD_POOL, 2)
    return {"n": n, "m": m, "k": k, "i": rng.randint(0, 9), "w": w, "u": u, "f": rng.choice(IDENTIFIERS),
            "C": rng.choice(CLASSES), "N": rng.choice(HELD_NAMES if out else NAMES)}


def _number(expression: str, blanks: dict[str, str | int]) -> int:
    total = 0
    for sign, term in re.findall(r"([+-]?)(\w+)", expression):
        value = int(blanks[term]) if term.isalpha() else int(term)
        total += -value if sign == "-" else value
    return total


def _fill(text: str, blanks: dict[str, str | int]) -> str:
    """`text` with <n>, <n-1>, <n+m> and the like replaced."""
    def one(match: re.Match[str]) -> str:
        key = match[1]
        return str(blanks[key]) if key in blanks else str(_number(key, blanks))
    return re.sub(r"<((?:[nmkiwufCN])(?:[+-]\w+)*)>", one, text)


def _explain(rng: Random, out: bool) -> Made:
    case = rng.choice(data.EXPLAINED)
    blanks = _blanks(rng, out)
    code = _fill(case.code, blanks)
    shown = _fence(code) if rng.random() < 0.6 else code
    ask = _pick(rng, data.EXPLAIN_ASKS, data.HELD_EXPLAIN_ASKS, out).format(code=shown)
    values = tuple(_fill(value, blanks) for value in case.values)
    return [user(ask), assistant(_fill(case.answer, blanks))], values


def _word_answer(word: data.Word) -> str:
    answer = f"The {word.name} {word.kind} {word.meaning}."
    if word.example:
        answer += f" For example, `{word.example}` gives `{word.result}`."
    return answer


def _word(rng: Random, out: bool) -> Made:
    word = rng.choice(data.WORD_LIST)
    plain = word.name.removesuffix("()") if rng.random() < 0.4 else word.name
    name = f"`{plain}`" if rng.random() < 0.2 else plain
    ask = _pick(rng, data.WORD_ASKS, data.HELD_WORD_ASKS, out).format(x=name, k=word.kind)
    if not out:
        ask = _loose(rng, ask)
    return [user(ask), assistant(_word_answer(word))], (word.name,)


def _other(rng: Random, out: bool) -> Made:
    other = rng.choice(data.OTHER_LIST)
    shape = _pick(rng, data.OTHER_ASKS, data.HELD_OTHER_ASKS, out)
    ask = shape.format(t=rng.choice(other.tasks), l=other.language)
    if not out:
        ask = _loose(rng, ask)
    block = _fence(other.code, other.language.lower())
    if rng.random() < 0.15:
        ask = ask.rstrip(".?") + "." + _pick(rng, data.CODE_ONLY, data.HELD_CODE_ONLY, out)
        return [user(ask), assistant(block)], other.values
    return [user(ask), assistant(f"{FUNCTION_LEAD[other.language]}\n\n{block}")], other.values


def _lines(code: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in code.split("\n"))


def _filled(rng: Random, out: bool) -> Made:
    case = rng.choice(data.FILL_LIST)
    blanks = _blanks(rng, out)
    ask = _fill(_pick(rng, case.asks, case.held, out), blanks)
    code = _fill(case.code, blanks)
    block = _fence(code)
    if rng.random() < 0.25:
        ask = ask.rstrip(".?") + "." + _pick(rng, data.CODE_ONLY, data.HELD_CODE_ONLY, out)
        return [user(ask), assistant(block)], _lines(code)
    return [user(ask), assistant("Here is the code:\n\n" + block)], _lines(code)


MAKERS = [_snippet, _code_only, _followed, _explain, _word, _other, _filled]
WEIGHTS = [38, 11, 5, 13, 12, 9, 12]


def _one(rng: Random, out: bool) -> Made:
    return rng.choices(MAKERS, WEIGHTS)[0](rng, out)


def train(rng: Random, count: int) -> Iterator[Document]:
    for _ in range(count):
        yield Chat(_one(rng, False)[0])


def held_out(rng: Random, count: int) -> Iterator[Item]:
    for _ in range(count):
        messages, values = _one(rng, True)
        check = {"kind": "contains", "values": list(values)} if values else {"kind": "reply"}
        yield Item("code", Chat(messages), check)
