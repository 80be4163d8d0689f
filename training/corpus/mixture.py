"""How much of what: the whole corpus as one reproducible stream, and the held-out items."""
from collections.abc import Iterator
from hashlib import sha256
from random import Random

from .families import code, conversation, countries, extraction, memory, persona, skills, stories, thinking, tools, topics
from .form import Chat, Document, HeldOut, Item, Message, Text, Train

# family -> (its generator, documents at scale 1)
MIX: dict[str, tuple[Train, int]] = {
    "topics": (topics.train, 16_000),
    "countries": (countries.train, 7_000),
    "conversation": (conversation.train, 7_000),
    "memory": (memory.train, 14_000),
    "persona": (persona.train, 8_000),
    "skills": (skills.train, 11_000),
    "arithmetic": (skills.arithmetic_train, 24_000),
    "stories": (stories.train, 1_500),
    "code": (code.train, 6_000),
    "extraction": (extraction.train, 12_000),
    "tools": (tools.train, 9_000),
    "thinking": (thinking.train, 6_000),
}
HELD_OUT: dict[str, HeldOut] = {
    "topics": topics.held_out, "countries": countries.held_out, "conversation": conversation.held_out,
    "memory": memory.held_out, "persona": persona.held_out, "skills": skills.held_out,
    "arithmetic": skills.arithmetic_held_out, "stories": stories.held_out, "code": code.held_out,
    "extraction": extraction.held_out, "tools": tools.held_out, "thinking": thinking.held_out,
}
MERGED = ("topics", "countries", "skills", "code", "conversation", "arithmetic")      # what may meet in one conversation
MERGES = 1_300                                                                       # such conversations at scale 1


def source(seed: int, name: str) -> Random:
    """A stream of its own for each purpose, so that one family's change leaves the others' bytes alone."""
    return Random(int.from_bytes(sha256(f"{seed}/{name}".encode()).digest()[:8], "big"))


def is_plain(document: Document) -> bool:
    return isinstance(document, Chat) and not document.tools and not document.think and document.messages[0]["role"] == "user"


def merged(seed: int, count: int, turns: tuple[int, int], label: str) -> Iterator[Chat]:
    """Long conversations: several short ones, one after the other."""
    rng = source(seed, label)
    streams = [MIX[name][0](source(seed, f"{label}/{name}"), 1 << 30) for name in MERGED]
    for _ in range(count):
        messages: list[Message] = []
        for _ in range(rng.randint(*turns)):
            document = next(d for d in streams[rng.choices(range(len(MERGED)), [6, 2, 2, 1, 2, 1])[0]] if is_plain(d))
            assert isinstance(document, Chat)
            messages += document.messages
        yield Chat(messages)


def documents(seed: int, scale: float) -> Iterator[tuple[str, Document]]:
    """Family by family; the trainer shuffles."""
    for name, (make, count) in MIX.items():
        for document in make(source(seed, name), int(count * scale)):
            yield name, document
    for document in merged(seed, int(MERGES * scale), (3, 9), "merged"):
        yield "merged", document


def long_documents(seed: int, count: int) -> Iterator[Document]:
    """For the last steps, at the full context: very long conversations, and stories one after the other."""
    tales = (d for d in stories.train(source(seed, "long tales"), 1 << 30) if isinstance(d, Text))
    for i, chat in enumerate(merged(seed, count, (35, 60), "long")):
        yield Text("\n\n".join(next(tales).text for _ in range(11))) if i % 8 == 0 else chat


def items(seed: int, count: int) -> Iterator[Item]:
    """Up to `count` held-out items of each family."""
    for name, make in HELD_OUT.items():
        yield from make(source(seed, f"held out {name}"), count)
