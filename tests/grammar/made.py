"""Grammars over the tokenizers that tests/text makes: what a matcher allows, and walks that keep to it."""
import random
from functools import cache
from typing import Any

import numpy as np

from quire.core.structured import StructuredOutputsParams
from quire.core.types import Grammar
from quire.grammar.compile import limits, llguidance, text_of, unforced
from quire.grammar.match import Matcher, fill
from quire.grammar.vocabulary import Vocabulary
from quire.runner.vocabulary import vocabulary_of
from tests.text.made import tokenizer

WIDER = 7           # ids that the model has logits for and the tokenizer does not know


@cache
def vocabulary(kind: str = "byte-level") -> Vocabulary:
    made = tokenizer(kind)
    last = max(made.special_ids)
    return vocabulary_of(made, made.vocab_size + WIDER, (last,))


def grammar(begins_after: str = "", ends_late: bool = False, **asked: Any) -> Grammar:
    return Grammar(text_of(StructuredOutputsParams(**asked)), begins_after, ends_late)


def matcher(asked: Grammar, kind: str = "byte-level", output: tuple[int, ...] = ()) -> Matcher:
    text = asked.text if vocabulary(kind).spells_all else unforced(asked.text)
    engine = llguidance.LLMatcher(vocabulary(kind).engine, text, log_level=0, limits=limits())
    assert not engine.is_error(), engine.get_error()
    return Matcher(engine, vocabulary(kind), asked, output)


def allowed(*matchers: Matcher) -> list[set[int]]:
    words = fill(list(matchers), llguidance.LLExecutor(num_threads=2))
    bits = np.unpackbits(words.view(np.uint8), axis=1, bitorder="little")[:, :len(matchers[0].vocabulary.tokens)]
    return [set(np.flatnonzero(row).tolist()) for row in bits]


def walk(one: Matcher, seed: int, most: int = 200) -> bytes:
    """Random ids that it allows, up to the end; the end as late as may be one time in two."""
    rng, out, ends = random.Random(seed), b"", set(one.vocabulary.eos_ids)
    for _ in range(most):
        (ids,) = allowed(one)
        token = rng.choice(sorted(ids - ends or ids if seed % 2 else ids))
        if token in ends:
            return out
        out += one.vocabulary.tokens[token]
        one.advance(token)
    raise AssertionError("it does not end")
