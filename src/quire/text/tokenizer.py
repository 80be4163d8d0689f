"""Text <-> ids, over the `tokenizers` library.

Special tokens are never read out of text, unless the caller allows it: the backend does not know their public spellings
(see spellings.py). Bytes are exact: `token_bytes` of ids, joined, are the bytes of their text. Ids at or above `vocab_size`
have no bytes; a model's logits may be wider than the vocabulary.
"""
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer as Backend

from quire.core.errors import InvalidRequest, ModelError
from quire.text.detokenizer import Detokenizer
from quire.text.pieces import Manner
from quire.text.spellings import Spellings, rename
from quire.text.tokenizer_files import TokenizerFiles


class Tokenizer:
    """
    vocab_size          ids run from 0 to vocab_size - 1
    special_ids         hidden by skip_special_tokens
    added_ids           those, and the other added tokens
    names               of special tokens, as templates use them
    chat_templates      by name
    """

    def __init__(self, files: TokenizerFiles, chat_template: str = ""):
        spec = files.spec
        added: list[dict[str, Any]] = spec["added_tokens"]
        self.names, self.settings, self.chat_templates = files.names, files.settings, files.templates
        self.spellings = Spellings([t["content"] for t in added if t["special"]],
                                   marks_of(added, [chat_template, *files.templates.values()]))
        self.manner = Manner.read(spec.get("decoder"))
        self._public = [(t["content"], self.spellings.all.get(t["content"], t["content"]), t["special"]) for t in added]
        self.vocab_size = _size(spec)
        rename(spec, self.spellings.all)
        self._backend = _backend(spec)
        self._set_added()
        self._bytes: list[bytes | None] = [None] * self.vocab_size

    @classmethod
    def load(cls, folder: Path | str, chat_template: str = "") -> "Tokenizer":
        """`chat_template`: one that will be used instead of the folder's own; the marks that it writes are guarded."""
        return cls(TokenizerFiles.read(Path(folder)), chat_template)

    def _set_added(self) -> None:
        ids = [(self._backend.token_to_id(private), public, special) for public, private, special in self._public]
        self._added: dict[int, str] = {i: public for i, public, _ in ids if i is not None}
        self.added_ids = frozenset(self._added)
        self.special_ids = frozenset(i for i, _, special in ids if special and i is not None)
        self.vocab_size = max([self.vocab_size, *(i + 1 for i in self._added)])
        for public, private in self.spellings.all.items():
            if self.token_to_id(public) not in self._backend.encode(private, add_special_tokens=False).ids:
                raise ModelError(f"the tokenizer cannot tell its token {public!r} from text: name another with --tokenizer")

    # ---- text -> ids

    def encode(self, text: str, add_special_tokens: bool = True, allow_special: bool = False) -> list[int]:
        """add_special_tokens: put those around the text that the model wants there. allow_special: let text spell them."""
        return self.encode_private(self.spellings.hide(text, marks_only=not allow_special), add_special_tokens)

    def encode_private(self, text: str, add_special_tokens: bool = False) -> list[int]:
        """Text in which control tokens stand in their private spellings."""
        try:
            text.encode()
        except UnicodeEncodeError:
            raise InvalidRequest("the text holds half of a surrogate pair, which is no character: send whole ones") from None
        ids: list[int] = self._backend.encode(text, add_special_tokens=add_special_tokens).ids
        return ids

    def token_to_id(self, text: str) -> int | None:
        found: int | None = self._backend.token_to_id(self.spellings.all.get(text, text))
        return found

    # ---- ids -> text

    def decode(self, ids: Sequence[int], skip_special_tokens: bool = True, spaces_between_special_tokens: bool = True) -> str:
        self.check_ids(ids)
        detokenizer = Detokenizer(self, skip_special_tokens, spaces_between_special_tokens)
        return detokenizer.push(ids) + detokenizer.finish()

    def token_bytes(self, token: int) -> bytes:
        """As in the middle of a text."""
        if not 0 <= token < self.vocab_size:
            return b""
        found = self._bytes[token]
        if found is None:
            found = self._bytes[token] = self._spell(token)
        return found

    def token_text(self, token: int) -> str:
        """For people; bytes that are no whole character are shown as U+FFFD."""
        return self.token_bytes(token).decode(errors="replace")

    def id_to_piece(self, token: int) -> str:
        """As the vocabulary writes it."""
        if token in self._added:
            return self._added[token]
        piece: str | None = self._backend.id_to_token(token) if 0 <= token < self.vocab_size else None
        return piece or ""

    def _spell(self, token: int) -> bytes:
        added = self._added.get(token)
        return added.encode() if added is not None else self.manner.bytes_of(self.id_to_piece(token))

    def check_ids(self, ids: Iterable[int], param: str = "tokens") -> None:
        for i in ids:
            if not isinstance(i, int) or not 0 <= i < self.vocab_size:
                raise InvalidRequest(f"{str(i)[:40]} is not an id of this vocabulary: give ids from 0 to {self.vocab_size - 1}",
                                     param)

    def special_ids_in(self, texts: Iterable[str]) -> frozenset[int]:
        """Special tokens that are a part of one of the texts."""
        pieces = [(token, self.id_to_piece(token)) for token in self.special_ids]
        return frozenset(token for text in texts for token, piece in pieces if piece and piece in text)

    # ---- names

    def _named(self, name: str) -> int | None:
        text = self.names.get(name)
        return self.token_to_id(text) if isinstance(text, str) else None

    @property
    def bos_id(self) -> int | None:
        return self._named("bos_token")

    @property
    def eos_id(self) -> int | None:
        return self._named("eos_token")

    @property
    def chat_template(self) -> str | None:
        return self.chat_templates.get("default")


def marks_of(added: Iterable[dict[str, Any]], templates: Sequence[str]) -> list[str]:
    """Added tokens that the templates write as signs, such as <think>. Words, spaces and line ends that are added tokens for
    the sake of shortness are none."""
    return [t["content"] for t in added if not t["special"] and len(t["content"]) > 2
            and not t["content"].isalnum() and not any(c.isspace() for c in t["content"])
            and any(c.isalnum() for c in t["content"]) and any(t["content"] in template for template in templates)]


def _size(spec: dict[str, Any]) -> int:
    vocab = spec["model"]["vocab"]
    return max(vocab.values(), default=-1) + 1 if isinstance(vocab, dict) else len(vocab)


def _backend(spec: dict[str, Any]) -> Backend:
    try:
        return Backend.from_str(json.dumps(spec, ensure_ascii=False))
    except Exception as error:              # the library raises Exception itself
        raise ModelError(f"tokenizer.json cannot be used ({str(error)[:200]}): download the model again") from None
