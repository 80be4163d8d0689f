"""Questions about the topics of `topics/*.txt`: what a thing is, at several lengths, in many wordings."""
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

from ..form import Chat, Document, Item, Text, assistant, user

FOLDER = Path(__file__).parent.parent / "topics"
REQUIRED = ("kind", "word", "short", "simple", "long", "use")
# What a first visitor asks about: three times as often as the rest.
ASKED_OFTEN = {
    "machine learning", "artificial intelligence", "deep learning", "neural networks", "the transformer architecture",
    "large language models", "attention", "the kv cache", "pagedattention", "continuous batching", "quantization", "tokens",
    "speculative decoding", "quantum computing", "docker", "docker containers", "rest apis", "python", "kubernetes",
    "photosynthesis", "a gpu", "linux", "the internet", "gravity"}


@dataclass
class Topic:
    name: str
    kind: str = ""
    word: str = ""
    short: str = ""
    simple: str = ""
    long: str = ""
    use: str = ""
    also: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    is_plural: bool = False
    is_person: bool = False

    @property
    def names(self) -> list[str]:
        return [self.name, *self.also]

    @property
    def subject(self) -> str:
        return self.name[0].upper() + self.name[1:]


def parse(block: str) -> Topic:
    topic = Topic("")
    for line in block.strip().splitlines():
        key, _, value = (part.strip() for part in line.partition(":"))
        if key == "topic":
            topic.name = value
        elif key in ("plural", "person"):
            setattr(topic, f"is_{key}", value == "yes")
        elif key in ("also", "fact"):
            (topic.also if key == "also" else topic.facts).append(value)
        elif key in REQUIRED:
            setattr(topic, key, value)
        else:
            raise ValueError(f"unknown key {key!r} in the block of {topic.name!r}")
    if not (topic.name and len(topic.facts) >= 3 and all(getattr(topic, key) for key in REQUIRED)):
        raise ValueError(f"the block of {topic.name!r} lacks a key")
    return topic


@cache
def topics() -> tuple[Topic, ...]:
    found: dict[str, Topic] = {}
    for path in sorted(FOLDER.glob("*.txt")):
        for block in path.read_text().split("\n\n"):
            if block.strip():
                topic = parse(block)
                found.setdefault(topic.name.lower(), topic)
    return tuple(found.values())


# Wordings by what is asked for. {x} the topic, {is} its verb, {what} What or Who.
SHORT = ["{what} {is} {x}?", "{what} {is} {x}", "{what} exactly {is} {x}?", "Define {x}.", "Explain {x} in one sentence.",
         "Explain {x} briefly.", "In short, {what_} {is} {x}?", "Give me a one sentence definition of {x}.",
         "Hi! {what} {is} {x}?", "Please tell me {what_} {x} {is}.", "Can you tell me {what_} {x} {is}?",
         "I want to know {what_} {x} {is}.", "Describe {x} in one sentence.", "What do you mean by {x}?",
         "What is meant by {x}?", "{x}: {what_} {is} it?", "Briefly describe {x}.", "What's the definition of {x}?"]
SHORT_HELD = ["Could you define {x} for me?", "In a single sentence, {what_} {is} {x}?", "Do you know {what_} {x} {is}?"]
LONG = ["Explain {x}.", "Tell me about {x}.", "Describe {x}.", "Tell me more about {x}.", "Explain {x}", "Tell me about {x}",
        "Describe {x}", "Can you explain {x}?", "Can you describe {x}?", "Please explain {x}.", "Please describe {x}.",
        "What do you know about {x}?", "How would you explain {x}?", "I would like to learn about {x}.", "Explain {x}:",
        "Describe {x}:", "{x}", "Teach me about {x}.", "Write a short text about {x}.", "Write a paragraph about {x}.",
        "Explain to me {what_} {x} {is}.", "Could you explain {x}?", "Could you tell me about {x}?", "How {does} {x} work?",
        "Help me understand {x}.", "Tell me everything about {x}.", "Give me an overview of {x}."]
LONG_HELD = ["I'd love to hear about {x}.", "Give me a short introduction to {x}.", "What should I know about {x}?",
             "Could you describe {x} to me?"]
SIMPLE = ["Explain {x} in simple terms.", "Explain {x} in simple terms:", "Explain {x} to a child.", "Explain {x} simply.",
          "Explain {x} like I am five.", "Explain {x} in easy words.", "What {is} {x} in simple words?",
          "Can you explain {x} in simple terms?", "Tell me about {x} in simple words.", "Make {x} easy to understand.",
          "I am a beginner. Explain {x}.", "Give me an analogy for {x}.", "{what} {is} {x}, in simple terms?"]
SIMPLE_HELD = ["Explain {x} so that a child gets it.", "In easy words, {what_} {is} {x}?", "Put {x} in simple terms, please."]
FACT = ["Tell me a fact about {x}.", "Give me a fact about {x}.", "Tell me something interesting about {x}.",
        "Do you know a fact about {x}?", "One fact about {x}, please.", "Say something interesting about {x}."]
FACT_HELD = ["Share an interesting fact about {x}.", "What is a nice fact about {x}?"]
FACTS = ["Give me three facts about {x}.", "List three facts about {x}.", "Tell me three facts about {x}.",
         "Three facts about {x}, please.", "What are three facts about {x}?", "Name 3 facts about {x}."]
FACTS_HELD = ["Can I get three facts about {x}?"]
USE = ["Why {is} {x} important?", "What {is} {x} used for?", "Why does {x} matter?", "What {is} {x} good for?",
       "What is the use of {x}?", "Why should I care about {x}?", "Where {is} {x} used?"]
USE_HELD = ["Why do people care about {x}?", "For what {is} {x} useful?"]
DETAIL = ["Explain {x} in detail.", "Tell me a lot about {x}.", "Describe {x} in detail.", "Write a long text about {x}.",
          "Give me a detailed explanation of {x}.", "Please explain {x} in detail."]
DETAIL_HELD = ["I need a detailed description of {x}."]
KIND = ["What kind of thing {is} {x}?", "What sort of thing {is} {x}?"]
KIND_HELD = ["What type of thing {is} {x}?"]


def fact_list(topic: Topic) -> str:
    return "\n".join(f"{i}. {fact}" for i, fact in enumerate(topic.facts[:3], 1))


def answer(topic: Topic, what: str) -> str:
    verb = "are" if topic.is_plural else "was" if topic.is_person else "is"
    return {"short": topic.short, "long": topic.long, "simple": topic.simple, "fact": topic.facts[0], "facts": fact_list(topic),
            "use": topic.use, "detail": f"{topic.long} {topic.facts[0]} {topic.facts[1]} {topic.use}",
            "kind": f"{topic.subject} {verb} {topic.kind}."}[what]


KINDS = {"short": (SHORT, SHORT_HELD, 26), "long": (LONG, LONG_HELD, 34), "simple": (SIMPLE, SIMPLE_HELD, 14),
         "fact": (FACT, FACT_HELD, 7), "facts": (FACTS, FACTS_HELD, 5), "use": (USE, USE_HELD, 7),
         "detail": (DETAIL, DETAIL_HELD, 5), "kind": (KIND, KIND_HELD, 2)}


def ask(wording: str, topic: Topic, rng: Random) -> str:
    what = "Who" if topic.is_person else "What"
    verb = "are" if topic.is_plural else "was" if topic.is_person and rng.random() < 0.6 else "is"
    name = topic.name if rng.random() < 0.6 else rng.choice(topic.names)
    text = wording.replace("{what}", what).replace("{what_}", what.lower()).replace("{is}", verb)
    return text.replace("{does}", "do" if topic.is_plural else "does").replace("{x}", name)


def roughen(text: str, rng: Random) -> str:
    """People do not always type neatly."""
    draw = rng.random()
    if draw < 0.08:
        return text.lower()
    if draw < 0.14:
        return text.rstrip(".?:")
    if draw < 0.17:
        return text.rstrip(".?:") + ", please" + (text[-1] if text[-1] in ".?:" else ".")
    return text[0].upper() + text[1:]


def plain(topic: Topic, rng: Random) -> Text:
    """The same knowledge as plain text: an entry, or a question and its answer without chat."""
    draw = rng.random()
    if draw < 0.35:
        return Text(f"{topic.long} {' '.join(topic.facts)} {topic.use}")
    if draw < 0.5:
        return Text(f"{topic.short} {topic.facts[0]} {topic.use}")
    what = rng.choice(["short", "long", "simple"])
    question = ask(rng.choice(KINDS[what][0]), topic, rng)
    if draw < 0.6:
        return Text(f"Q: {question}\nA: {answer(topic, what)}")
    return Text(f"{question[0].upper()}{question[1:]}\n{answer(topic, what)}")


def chat(topic: Topic, rng: Random, held: bool) -> Chat:
    what = rng.choices(list(KINDS), [k[2] for k in KINDS.values()])[0]
    question = ask(rng.choice(KINDS[what][held]), topic, rng)
    return Chat([user(question if held else roughen(question, rng)), assistant(answer(topic, what))])


def deck(rng: Random, count: int) -> Iterator[Topic]:
    """Every topic in turn, those asked often thrice, in an order that is drawn anew for each round."""
    while count > 0:
        everything = [topic for topic in topics() for _ in range(3 if topic.name.lower() in ASKED_OFTEN else 1)]
        rng.shuffle(everything)
        yield from everything[:count]
        count -= len(everything)


def train(rng: Random, count: int) -> Iterator[Document]:
    for topic in deck(rng, count):
        yield plain(topic, rng) if rng.random() < 0.18 else chat(topic, rng, held=False)


def held_out(rng: Random, count: int) -> Iterator[Item]:
    for topic in deck(rng, count):
        yield Item("topics", chat(topic, rng, held=True))
