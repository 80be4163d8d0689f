"""Prompts of a wanted length out of nothing, for datasets: as text, for servers, or as ids, for a model in this process.

Drawn text is made of pieces each of which is one token, so that it is as long on the other side as it was asked to be. Without
a tokenizer at hand plain words stand in; then lengths are near enough only, and `is_exact` says so.
"""
import re
from collections.abc import Sequence
from random import Random
from typing import Any, Protocol, TypeAlias

Prompt: TypeAlias = "str | list[int]"

ENOUGH_PIECES = 2000
PIECE = re.compile(" [A-Za-z]{2,}")
# Short and common, so that most tokenizers have each as one token.
WORDS = """
about above after again air all along also always and animal another answer any are around ask away back because been
before began being below between big book both boy but call came can car change children city close come could country
cut day did different does done door down draw each earth eat end enough even every example eye face family far father
feet few find first follow food for form found four from get girl give good got great group grow had hand hard has have
head hear help her here high him his home house how idea important into its just keep kind know land large last later
learn leave left let letter life light like line list little live long look made make man many may mean men might miss
more most mother mountain move much music must name near need never new next night not now number off often old once one
only open other our out over own page paper part people picture place plant play point put question quickly quite rain
ran read really right river run said same saw say school sea second see sentence set she should show side since small
some something song soon sound spell stand start state still stop story study such take talk tell than that the them
then there these they thing think this those thought three through time together too took tree try turn two under until
use very walk want was watch water way well went were what when where which while white who why will with without word
work world would write year you young your
""".split()  # noqa: SIM905  a list of words reads better so


class Speech(Protocol):
    is_exact: bool

    def draw(self, rng: Random, num: int) -> Any:
        """Text or ids; both can be joined by +."""
        ...

    def read(self, text: str) -> Prompt: ...

    def count(self, text: str) -> int: ...


class Words:
    """No tokenizer is known."""
    is_exact = False

    def draw(self, rng: Random, num: int) -> str:
        return "".join(f" {word}" for word in rng.choices(WORDS, k=num))

    def read(self, text: str) -> Prompt:
        return text

    def count(self, text: str) -> int:
        return len(text.split())


class Pieces:
    """Text of a known tokenizer."""
    is_exact = True

    def __init__(self, tokenizer: Any):
        self.tokenizer = tokenizer
        self.pieces = [self.tokenizer.token_text(i) for i in plain_ids(tokenizer)] or [f" {word}" for word in WORDS]

    def draw(self, rng: Random, num: int) -> str:
        return "".join(rng.choices(self.pieces, k=num))

    def read(self, text: str) -> Prompt:
        return text

    def count(self, text: str) -> int:
        return len(self.tokenizer.encode(text, add_special_tokens=False))


class Ids(Pieces):
    """Ids of a known tokenizer."""

    def __init__(self, tokenizer: Any):
        super().__init__(tokenizer)
        self.ids: Sequence[int] = plain_ids(tokenizer) or sorted(set(range(tokenizer.vocab_size)) - tokenizer.added_ids)

    def draw(self, rng: Random, num: int) -> Any:
        return rng.choices(self.ids, k=num)

    def read(self, text: str) -> Prompt:
        ids: list[int] = self.tokenizer.encode(text)
        return ids


def plain_ids(tokenizer: Any) -> list[int]:
    """Ids of words with a space before them that stay one token wherever they stand. Always the same for a tokenizer."""
    ids = list(range(tokenizer.vocab_size))
    Random(0).shuffle(ids)
    found: list[int] = []
    for token in ids:
        text = "" if token in tokenizer.added_ids else tokenizer.token_text(token)
        if PIECE.fullmatch(text) and tokenizer.encode(text, add_special_tokens=False) == [token]:
            found.append(token)
            if len(found) == ENOUGH_PIECES:
                break
    return found
