"""Tokenizers of the kinds that models have, made here with the `tokenizers` library: small, but real."""
import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tokenizers import AddedToken, decoders, models, normalizers, pre_tokenizers, processors, trainers
from tokenizers import Tokenizer as Backend

from quire.text.tokenizer import Tokenizer

CORPUS = [
    "The quick brown fox jumps over the lazy dog. It was the best of times, it was the worst of times.",
    "Hello world! Hello there, world. What is 12 times 34? It is 408.",
    "def main():\n    return 'hello'\n\nNaïve café, größer Straße, 你好世界 😀 привет мир",
    "user assistant system tool function arguments name the answer is 42",
] * 4
CHATML = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
MARKS = ("<think>", "</think>", "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>")


def byte_level() -> Backend:
    """GPT-2, Qwen and Llama 3: letters that stand for bytes."""
    backend = Backend(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=420, special_tokens=list(CHATML), show_progress=False,
                                  initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    backend.train_from_iterator(CORPUS, trainer)
    backend.add_tokens([AddedToken(text, special=False, normalized=False) for text in MARKS])
    return backend


def _pieces_with_bytes() -> tuple[dict[str, int], list[tuple[str, str]]]:
    """A vocabulary as sentencepiece writes it: <unk> <s> </s>, 256 bytes, then pieces; and its merges."""
    backend = Backend(models.BPE(unk_token="<unk>"))
    backend.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    backend.train_from_iterator([text for text in CORPUS if text.isascii()],
                                trainers.BpeTrainer(vocab_size=300, special_tokens=["<unk>"], show_progress=False))
    model = json.loads(backend.to_str())["model"]
    pieces = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    pieces += [piece for piece in model["vocab"] if piece != "<unk>"]
    merges = [tuple(m.split(" ")) if isinstance(m, str) else tuple(m) for m in model["merges"]]
    return {piece: i for i, piece in enumerate(pieces)}, merges


def byte_fallback(metaspace: bool = False) -> Backend:
    """Llama 2 (normalizer puts the first space) or, with `metaspace`, Mistral and later (pre-tokenizer does)."""
    vocab, merges = _pieces_with_bytes()
    backend = Backend(models.BPE(vocab=vocab, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    if metaspace:
        backend.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    else:
        backend.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    backend.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
                                         decoders.Strip(" ", 1, 0)])
    backend.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in ("<unk>", "<s>", "</s>")])
    backend.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B",
                                                           special_tokens=[("<s>", 1)])
    return backend


def unigram() -> Backend:
    """T5 and XLM-R: the model itself, not only the added tokens, holds the special pieces, and prefers them."""
    pieces = [("<unk>", 0.0), ("<s>", 0.0), ("</s>", 0.0), ("▁", -2.0)]
    pieces += [(piece, -3.0) for piece in ("▁the", "▁hello", "▁world", "ing")]
    pieces += [(letter, -5.0) for letter in sorted(set("".join(CORPUS[:2])) | set("<>/|s")) if letter != " "]
    backend = Backend(models.Unigram(pieces, unk_id=0))
    backend.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    backend.decoder = decoders.Metaspace(prepend_scheme="always")
    backend.add_special_tokens(["<unk>", "<s>", "</s>"])
    return backend


def words() -> Backend:
    """Whole words, with spaces between all tokens."""
    vocab = {word: i for i, word in enumerate(("[UNK]", "hello", "world", "<a>", "<b>"))}
    backend = Backend(models.WordLevel(vocab, unk_token="[UNK]"))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    backend.add_special_tokens(["<a>", "<b>"])
    return backend


KINDS = {"byte-level": byte_level, "byte-fallback": byte_fallback, "metaspace": lambda: byte_fallback(True),
         "unigram": unigram, "words": words}


def save(backend: Backend, folder: Path, settings: dict[str, Any] | None = None, template: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    backend.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps(
        {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": False} | (settings or {})))
    if template:
        (folder / "chat_template.jinja").write_text(template)
    return folder


@cache
def kept(kind: str) -> Backend:
    return KINDS[kind]()


@cache
def tokenizer(kind: str) -> Tokenizer:
    with TemporaryDirectory() as folder:
        return Tokenizer.load(save(kept(kind), Path(folder)))
