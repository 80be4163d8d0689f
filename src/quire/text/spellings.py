"""Two spellings of each control token: the public one, which anybody can type, and a private one, which nobody can guess.

A control token is a special token, or a mark: an added token that is not special but that the model's template writes
(`<think>`, a role marker). The tokenizer's backend knows control tokens by their private spellings only. So text that
spells a control token is encoded as ordinary text, wherever it comes from, unless `hide` was asked to turn it into the token
first. The private spelling is drawn anew in each process and never leaves it.
"""
import re
import secrets
from collections.abc import Iterable
from typing import Any

# Letters only: some vocabularies hold digits as added tokens.
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


class Spellings:
    """`special` and `marks` map public to private. Invariant: no private spelling is part of another or of any text."""

    def __init__(self, special: Iterable[str] = (), marks: Iterable[str] = ()):
        self._nonce = secrets.token_hex(16).translate(_LETTERS)
        self.special = {text: self._private(i) for i, text in enumerate(dict.fromkeys(special))}
        rest = [text for text in dict.fromkeys(marks) if text not in self.special]
        self.marks = {text: self._private(len(self.special) + i) for i, text in enumerate(rest)}
        self.all = self.special | self.marks
        self._public = {private: text for text, private in self.all.items()}
        self._find_private = re.compile(f"{self._nonce}[a-p]+q")
        self._find_mark, self._find_any = any_of(self.marks), any_of(self.all)
        self.breaker = f"{self._nonce}r"

    def _private(self, number: int) -> str:
        return f"{self._nonce}{format(number, 'x').translate(_LETTERS)}q"

    def hide(self, text: str, marks_only: bool = False) -> str:
        """Make the tokens that the text spells into tokens."""
        if not self.all:
            return text
        find = self._find_mark if marks_only else self._find_any
        return find.sub(lambda found: self.all[found[0]], text)

    def show(self, text: str) -> str:
        """The text as the public reads it; what is left of a torn spelling is not for the public at all."""
        if self._nonce not in text:
            return text
        return self._find_private.sub(lambda found: self._public.get(found[0], ""), text).replace(self._nonce, "")

    def is_mangled(self, text: str) -> bool:
        """Has something torn a private spelling apart? Its rest would be read as text."""
        return self._nonce in text and self._nonce in self._find_private.sub("", text)


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Matches the longest of the words that begins at a place. A tree of prefixes: its time does not grow with their number."""
    tree: dict[str, Any] = {}
    for word in words:
        node = tree
        for letter in word:
            node = node.setdefault(letter, {})
        node[""] = {}
    return re.compile(_branches(tree) if tree else r"(?!)")


def _branches(node: dict[str, Any]) -> str:
    ways = [re.escape(letter) + _branches(after) for letter, after in node.items() if letter]
    if "" in node:
        return f"(?:{'|'.join(ways)})?" if ways else ""
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"


def rename(spec: dict[str, Any], private: dict[str, str]) -> None:
    """Write the private spellings into a tokenizer.json. Where a merge could still build a control token out of text, the
    merge goes."""
    for token in spec["added_tokens"]:
        if token["content"] in private:
            token["content"], token["single_word"] = private[token["content"]], False
    model = spec["model"]
    vocab = model["vocab"]
    in_vocab = private.keys() & (vocab.keys() if isinstance(vocab, dict) else {piece for piece, _ in vocab})
    if not in_vocab:
        return
    if isinstance(vocab, dict):
        model["vocab"] = {private.get(piece, piece): i for piece, i in vocab.items()}
    else:
        model["vocab"] = [[private.get(piece, piece), score] for piece, score in vocab]
    if model.get("unk_token") in private:
        model["unk_token"] = private[model["unk_token"]]
    if "merges" in model:
        model["merges"] = [merge for merge in model["merges"] if not _touches(merge, in_vocab)]


def _touches(merge: str | list[str], tokens: Iterable[str]) -> bool:
    left, right = merge.split(" ") if isinstance(merge, str) else merge
    return left in tokens or right in tokens or left + right in tokens
