"""How a vocabulary's pieces spell bytes, read from the decoder of tokenizer.json.

A piece has exact bytes wherever it stands; what depends on its place is only how a text begins and what stands between two
pieces (`Manner`). So text can be made id by id, and is the same as that of all ids at once.
"""
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from quire.core.errors import ModelError


@dataclass(frozen=True, slots=True)
class Manner:
    """
    letters         byte-level: each letter stands for a byte
    space           the sign that stands for a space ("▁"), or ""
    byte_fallback   a piece like <0x0A> is that byte
    drop_signs      the first piece of a text loses its signs of space
    strip_left      so many spaces go at the beginning of a text
    glue            what stands between two pieces
    continuation    a piece that begins with this goes on without glue ("##")
    """
    letters: bool = False
    space: str = ""
    byte_fallback: bool = False
    drop_signs: bool = False
    strip_left: int = 0
    glue: bytes = b""
    continuation: str = ""

    @classmethod
    def read(cls, decoder: dict[str, Any] | None) -> "Manner":
        if decoder is None:
            return cls(glue=b" ")
        found: dict[str, Any] = {}
        for part in _parts(decoder):
            found |= _meaning(part)
        return cls(**found)

    def bytes_of(self, piece: str) -> bytes:
        """Of a piece in the middle of a text. Added tokens are not pieces: they spell themselves."""
        if self.letters:
            try:
                return bytes([_BYTES[letter] for letter in piece])
            except KeyError:
                return piece.encode()
        if self.byte_fallback and (byte := _byte(piece)) is not None:
            return byte
        if self.space:
            piece = piece.replace(self.space, " ")
        if self.continuation:
            piece = piece.removeprefix(self.continuation)
        return piece.encode()


def _parts(decoder: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if decoder["type"] == "Sequence":
        for part in decoder["decoders"]:
            yield from _parts(part)
    else:
        yield decoder


def _meaning(part: dict[str, Any]) -> dict[str, Any]:
    match part:
        case {"type": "ByteLevel"}:
            return {"letters": True}
        case {"type": "ByteFallback"}:
            return {"byte_fallback": True}
        case {"type": "Fuse"}:
            return {}
        case {"type": "Replace", "pattern": {"String": str(sign)}, "content": " "}:
            return {"space": sign}
        case {"type": "Metaspace", "replacement": str(sign)}:
            return {"space": sign, "drop_signs": part.get("prepend_scheme", "always") != "never"}
        case {"type": "Strip", "content": " ", "start": int(count), "stop": 0}:
            return {"strip_left": count}
        case {"type": "WordPiece", "prefix": str(prefix)}:
            return {"glue": b" ", "continuation": prefix}
    raise ModelError(f"the tokenizer's decoder {part.get('type')!r} (or one of its settings) is not known: name another "
                     "tokenizer with --tokenizer")


def _byte(piece: str) -> bytes | None:
    if len(piece) == 6 and piece.startswith("<0x") and piece.endswith(">"):
        try:
            return bytes([int(piece[3:5], 16)])
        except ValueError:
            return None
    return None


def _letters() -> Iterator[tuple[str, int]]:
    """Byte-level vocabularies write a byte that is a printable Latin-1 letter as that letter, and the n-th other as 256 + n."""
    plain = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = [byte for byte in range(256) if byte not in plain]
    yield from ((chr(byte), byte) for byte in plain)
    yield from ((chr(256 + n), byte) for n, byte in enumerate(others))


_BYTES = dict(_letters())
