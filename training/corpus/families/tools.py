"""Function calling: which of the offered tools to call, with which arguments, and what to say about its result.

Names and properties of a schema change now and then, so that the schema must be read.
"""
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from ..form import Chat, Item, Message, assistant, system, user
from . import tools_results as results
from . import tools_talk as talk
from .tools_data import ASKS, HELD_ASKS, TOOLS, Param, lines
from .tools_words import PARAMETERS, SLOTS, Words

Schema = dict[str, Any]
SYSTEMS = lines("You are a helpful assistant.|You are a helpful assistant with tools.|Use the tools when they are needed.|Answer shortly.")
OPENINGS = lines("Please|Now|Hey,|Hi,|Hello,|Hi!|Hello!|Can you help me?|Ok,|I have a question.|Hey!|Quick question:")
ENDINGS = lines("Thanks.|Thank you.|Please.|Thanks!")


@dataclass(frozen=True)
class Ask:
    """A request: its words, and the values of the tool's parameters under their usual names."""
    tool: str
    text: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Offer:
    """An offered tool: its schema, and how the schema names properties and choices."""
    schema: Schema
    names: dict[str, str]
    choices: dict[str, str]

    @property
    def name(self) -> str:
        name: str = self.schema["function"]["name"]
        return name


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def _tool_name(words: Words, names: list[str]) -> str:
    """Mostly the usual name, else another, with some decoration, or an invented one."""
    draw = words.rng.random()
    if draw < 0.6:
        return names[0]
    name = words.rng.choice(names)
    if draw < 0.92:
        return name
    if draw < 0.97:
        return words.rng.choice((f"{name}_v2", f"my_{name}", f"{name}_tool", f"api_{name}", f"{words.odd()}_{name}"))
    return words.odd()


def _property(words: Words, param: Param, style: Callable[[str], str], taken: list[str]) -> tuple[str, Schema, dict[str, str]]:
    """The name of a property, its schema, and how it writes its choices."""
    names = [name for name in param.names.split() if style(name) not in taken]
    name = style(names[0] if words.rng.random() < 0.78 else words.rng.choice(names))
    spec: Schema = {"type": param.kind}
    written = {choice: choice for choice in param.choices}
    if "celsius" in written and words.rng.random() < 0.2:
        written = {"celsius": "C", "fahrenheit": "F"}
    if written:
        spec["enum"] = list(written.values())
    if words.rng.random() < 0.5:
        spec["description"] = words.rng.choice(param.about.split("|"))
    return name, spec, written


def _offer(words: Words, tool: str, needed: dict[str, Any]) -> Offer:
    """The tool as this conversation offers it; optional properties may be left out unless they are needed."""
    kind = TOOLS[tool]
    style = _camel if words.rng.random() < 0.07 else str
    drops = tool in ("weather", "email") and words.rng.random() < 0.35
    properties: dict[str, Schema] = {}
    names: dict[str, str] = {}
    choices: dict[str, str] = {}
    for param in kind.params:
        usual = param.names.split()[0]
        if param.optional and drops and usual not in needed:
            continue
        name, spec, written = _property(words, param, style, list(properties))
        properties[name], names[usual] = spec, name
        choices |= written
    required = [names[usual] for param in kind.params if not param.optional and (usual := param.names.split()[0]) in names]
    function = {"name": style(_tool_name(words, kind.names.split())), "description": words.rng.choice(kind.about.split("|")),
                "parameters": {"type": "object", "properties": properties, "required": required}}
    return Offer({"type": "function", "function": function}, names, choices)


def _arguments(offer: Offer, values: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a call, named and ordered as in the schema."""
    return {name: offer.choices.get(values[usual], values[usual]) if isinstance(values[usual], str) else values[usual]
            for usual, name in offer.names.items() if usual in values}


def _calls(wanted: list[tuple[Offer, Ask]], first: int = 1) -> Message:
    """An assistant message that calls tools."""
    return assistant("", tool_calls=[
        {"id": f"call_{number}", "type": "function", "function": {"name": offer.name, "arguments": _arguments(offer, ask.values)}}
        for number, (offer, ask) in enumerate(wanted, first)])


def _result(offer: Offer, content: str, number: int = 1) -> Message:
    return {"role": "tool", "tool_call_id": f"call_{number}", "name": offer.name, "content": content}


def _fill(words: Words, tool: str, template: str, known: dict[str, Any] | None = None) -> Ask:
    """A request from a template whose slots are drawn; the values are those of `known` and of the slots."""
    shown: dict[str, str] = {}
    values = dict(known or {})
    for slot in SLOTS:
        if f"{{{slot}}}" in template:
            shown[slot], values[PARAMETERS.get(slot, slot)] = SLOTS[slot](words)
    while "target" in shown and values["to_currency"] == values["from_currency"]:
        shown["target"], values["to_currency"] = SLOTS["target"](words)
    return Ask(tool, results.with_article(template.format(**shown)), values)


def _chatty(words: Words, text: str) -> str:
    """The request as people write it: with a greeting, without the last point, with thanks."""
    rng = words.rng
    if words.held:
        return text
    if rng.random() < 0.14:
        opening = rng.choice(OPENINGS[2:] if text.endswith("?") or "lease" in text else OPENINGS)
        text = f"{opening} {text if opening[-1] in '!?.' or text.startswith(('I ', 'My ')) else text[0].lower() + text[1:]}"
    if text[-1] in ".?" and rng.random() < 0.12:
        return text[:-1]
    return f"{text} {rng.choice(ENDINGS)}" if text[-1] in ".?" and rng.random() < 0.05 else text


def _ask(words: Words, tool: str) -> Ask:
    template = words.rng.choice((HELD_ASKS if words.held else ASKS)[tool])
    ask = _fill(words, tool, template)
    return ask if template.startswith("{") else Ask(tool, _chatty(words, ask.text), ask.values)


def _chosen(words: Words, but: list[str] | None = None) -> str:
    return words.rng.choice([tool for tool in TOOLS if tool not in (but or [])])


def _offers(words: Words, asks: list[Ask], but: str = "") -> tuple[list[Offer], list[Schema]]:
    """The offers for these requests, and all schemas offered, among them those of other tools, in random order."""
    wanted: dict[str, Offer] = {}
    for ask in asks:
        needed = {name: True for other in asks if other.tool == ask.tool for name in other.values}
        wanted.setdefault(ask.tool, _offer(words, ask.tool, needed))
    more = words.rng.choices((0, 1, 2, 3), (35, 30, 20, 15))[0]
    others = [tool for tool in TOOLS if tool not in wanted and tool not in but.split()]
    schemas = [offer.schema for offer in wanted.values()]
    for tool in words.rng.sample(others, max(more, 0 if asks else 1)):
        schema = _offer(words, tool, {}).schema
        if all(schema["function"]["name"] != known["function"]["name"] for known in schemas):
            schemas.append(schema)
    words.rng.shuffle(schemas)
    return [wanted[ask.tool] for ask in asks], schemas


def _chat(words: Words, messages: list[Message], schemas: list[Schema]) -> Chat:
    told = not words.held and words.rng.random() < 0.12
    return Chat([system(words.rng.choice(SYSTEMS)), *messages] if told else messages, schemas)


def _one_call(words: Words) -> Chat:
    ask = _ask(words, _chosen(words))
    (offer,), schemas = _offers(words, [ask])
    return _chat(words, [user(ask.text), _calls([(offer, ask)])], schemas)


def _answered(words: Words, outcome: Callable[..., results.Outcome] = results.succeed) -> tuple[Chat, list[str], Ask]:
    """A call, its result and a sentence; with what the sentence must contain."""
    ask = _ask(words, _chosen(words))
    (offer,), schemas = _offers(words, [ask])
    got = outcome(words, ask.tool, ask.values)
    messages = [user(ask.text), _calls([(offer, ask)]), _result(offer, got.content), assistant(words.rng.choice(got.sentences))]
    return _chat(words, messages, schemas), got.telling, ask


def _joined(first: str, second: str) -> str:
    """Two sentences as one."""
    if second.startswith(("It ", "The ", "In ", "Your ", "Here ", "One ", "You ", "That ", "For ", "According ")):
        second = second[0].lower() + second[1:]
    return f"{first[:-1]}, and {second}" if first.endswith(".") else f"{first} {second}"


def _pair(words: Words) -> list[Ask]:
    """Two requests in one: the same tool twice; all their words are in the first."""
    tool = words.rng.choice(list(talk.PAIRS))
    slot, templates = talk.PAIRS[tool]
    (a, first), (b, second) = SLOTS[slot](words), SLOTS[slot](words)
    while first == second:
        b, second = SLOTS[slot](words)
    template = words.rng.choice(templates).replace("{a}", a).replace("{b}", b)
    ask = _fill(words, tool, template, {slot: first})
    return [ask, Ask(tool, "", ask.values | {slot: second})]


def _mixed(words: Words) -> list[Ask]:
    """Two requests for different tools."""
    tool = _chosen(words)
    first, second = (_fill(words, name, words.rng.choice([text for text in ASKS[name] if text[-1] in ".?" and text[0] != "{"]))
                     for name in (tool, _chosen(words, [tool])))
    link = words.rng.choice(("And", "Also,", "And then:", "Then"))
    begin = second.text if second.text.startswith(("I ", "My ")) else second.text[0].lower() + second.text[1:]
    return [Ask(first.tool, f"{first.text} {link} {begin}", first.values), second]


def _parallel(words: Words) -> Chat:
    asks = _pair(words) if words.rng.random() < 0.65 else _mixed(words)
    offers, schemas = _offers(words, asks)
    outcomes = [results.succeed(words, ask.tool, ask.values) for ask in asks]
    short = [words.rng.choice([text for text in got.sentences if not text.startswith("Done")]) for got in outcomes]
    messages = [user(asks[0].text), _calls(list(zip(offers, asks, strict=True)))]
    messages += [_result(offer, got.content, number) for number, (offer, got) in enumerate(zip(offers, outcomes, strict=True), 1)]
    return _chat(words, [*messages, assistant(_joined(*short))], schemas)


def _needless(words: Words) -> Chat:
    """Tools are offered, but the question needs none."""
    rng, draw = words.rng, words.rng.random()
    _, schemas = _offers(words, [], "sum" if draw > 0.85 else "")
    if draw < 0.45:
        asks, answers = rng.choice(talk.SMALL_TALK)
        known = {"name": words.name(), "city": words.real_city()}
        question, answer = rng.choice(asks).format(**known), rng.choice(answers).format(**known)
    elif draw < 0.52:
        question, answer = rng.choice(talk.OFFERED_ASKS), rng.choice(talk.OFFERED_ANSWERS).format(cans=_abilities(schemas))
    elif draw < 0.85:
        thing, answer, _ = rng.choice(talk.MEANINGS)
        question = rng.choice(talk.MEANING_ASKS).format(thing=thing)
    else:
        question, answer = _small_sum(words)
    return _chat(words, [user(question), assistant(answer)], schemas)


def _abilities(schemas: list[Schema]) -> str:
    """What these tools can do: check the weather, set timers and roll dice."""
    *most, last = [kind.can for schema in schemas for kind in TOOLS.values()
                   if schema["function"]["description"] in kind.about.split("|")]
    return f"{', '.join(most)} and {last}" if most else last


def _small_sum(words: Words) -> tuple[str, str]:
    a, b = words.rng.randrange(10), words.rng.randrange(10)
    question = words.rng.choice(("What is {a} + {b}?", "{a} + {b}", "How much is {a} plus {b}?", "What is {a} plus {b}?", "{a} + {b} = ?"))
    return question.format(a=a, b=b), words.rng.choice(("{c}", "It is {c}.", "{c}", "That is {c}.")).format(c=a + b)


def _missing(words: Words) -> Chat:
    """The request lacks something: a question back, and half the time the reply and the call."""
    tool = words.rng.choice(list(talk.MISSING))
    asks, questions, replies = talk.MISSING[tool]
    ask = _fill(words, tool, words.rng.choice(asks))
    whole = _fill(words, tool, words.rng.choice(replies), ask.values)
    (offer,), schemas = _offers(words, [whole])
    messages = [user(ask.text), assistant(words.rng.choice(questions))]
    if words.rng.random() < 0.5:
        messages += [user(whole.text), _calls([(offer, whole)])]
    return _chat(words, messages, schemas)


def _impossible(words: Words) -> Chat:
    """No offered tool can do it, nor can the model itself."""
    ask = _ask(words, _chosen(words, ["sum"]))
    _, schemas = _offers(words, [], f"{ask.tool} {talk.RIVALS[ask.tool]}")
    return _chat(words, [user(ask.text), assistant(words.rng.choice(talk.CANNOT).format(can=TOOLS[ask.tool].can))], schemas)


def _again(words: Words) -> Chat:
    """A second round in the same conversation: thanks, the same tool, or another."""
    first = _ask(words, words.rng.choice(list(talk.AGAIN)))
    draw = words.rng.random()
    second = (_fill(words, first.tool, words.rng.choice(talk.AGAIN[first.tool])) if draw < 0.5
              else _ask(words, _chosen(words, [first.tool])))
    (offer, other), schemas = _offers(words, [first, second])
    got = results.succeed(words, first.tool, first.values)
    messages = [user(first.text), _calls([(offer, first)]), _result(offer, got.content), assistant(words.rng.choice(got.sentences))]
    if draw > 0.8:
        messages += [user(words.rng.choice(talk.THANKS)), assistant(words.rng.choice(talk.WELCOME))]
    else:
        messages += [user(second.text), _calls([(other, second)], 2)]
        if words.rng.random() < 0.6:
            got = results.succeed(words, second.tool, second.values)
            messages += [_result(other, got.content, 2), assistant(words.rng.choice(got.sentences))]
    return _chat(words, messages, schemas)


CASES: list[tuple[Callable[[Words], Chat], int]] = [
    (_one_call, 45), (lambda words: _answered(words)[0], 25), (_parallel, 8), (_needless, 12), (_missing, 4), (_impossible, 3),
    (lambda words: _answered(words, results.fail)[0], 1), (_again, 2),
]


def train(rng: Random, count: int) -> Iterator[Chat]:
    """Conversations with tools."""
    words = Words(rng)
    makers, weights = [case for case, _ in CASES], [weight for _, weight in CASES]
    for _ in range(count):
        yield rng.choices(makers, weights)[0](words)


def _held_meaning(words: Words) -> Item:
    """A plain question in the presence of tools."""
    thing, answer, key = words.rng.choice(talk.MEANINGS)
    _, schemas = _offers(words, [])
    question = words.rng.choice(talk.HELD_MEANING_ASKS).format(thing=thing)
    return Item("tools", _chat(words, [user(question), assistant(answer)], schemas), {"kind": "contains", "values": [key]})


def held_out(rng: Random, count: int) -> Iterator[Item]:
    """Items for one call, for the sentence after a result, and for questions that need no tool."""
    words = Words(rng, held=True)
    for _ in range(count):
        draw = rng.random()
        if draw < 0.62:
            chat = _one_call(words)
            call = chat.messages[-1]["tool_calls"][0]["function"]
            yield Item("tools", chat, {"kind": "tool", "name": call["name"], "arguments": call["arguments"]})
        elif draw < 0.9:
            chat, telling, _ = _answered(words)
            yield Item("tools", chat, {"kind": "contains", "values": telling})
        else:
            yield _held_meaning(words)
