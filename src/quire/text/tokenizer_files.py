"""Reads the tokenizer's files of a model folder; nothing else of the package knows their names and old forms.

tokenizer.json is the tokenizer. tokenizer_config.json (and special_tokens_map.json) name its special tokens. Chat templates
stand in chat_template.jinja, in additional_chat_templates/, in chat_template.json or in tokenizer_config.json. GPT-2's
vocab.json and merges.txt are read where tokenizer.json is missing; other slow forms are refused.
"""
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from quire.core.errors import ModelError

NAMES = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
SLOW = ("tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "tekken.json", "qwen.tiktoken", "tiktoken.model",
        "vocab.txt")
GPT2_CLASSES = ("", "GPT2Tokenizer", "GPT2TokenizerFast")


@dataclass(slots=True)
class TokenizerFiles:
    """spec: the content of tokenizer.json, with every special token in its added_tokens and nothing that cuts or pads.

    names       of special tokens, as templates use them: {"bos_token": "<s>", "additional_special_tokens": [...]}
    templates   by name; the usual one is "default"
    """
    spec: dict[str, Any]
    settings: dict[str, Any]
    names: dict[str, str | list[str]]
    templates: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> "TokenizerFiles":
        settings = _read_json(folder / "special_tokens_map.json") | _read_json(folder / "tokenizer_config.json")
        spec = _read_spec(folder, settings)
        names = dict(_names(settings))
        try:
            _add_special(spec, settings, names)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ModelError(f"tokenizer.json or tokenizer_config.json of {folder.name} is not as the tokenizers library "
                             f"writes it ({type(error).__name__}: {error}): download the model again") from None
        spec["truncation"] = spec["padding"] = None         # a request too long is refused, never cut
        return cls(spec, settings, names, dict(_templates(folder, settings)))


def templates_of(folder: Path) -> dict[str, str]:
    """Chat templates by name, without the rest."""
    return dict(_templates(folder, _read_json(folder / "tokenizer_config.json")))


def _read_json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path.name} of {path.parent.name} cannot be read ({error}): download the model again") from None
    if not isinstance(content, dict):
        raise ModelError(f"{path.name} of {path.parent.name} must hold a JSON object: download the model again")
    return content


def _read_spec(folder: Path, settings: dict[str, Any]) -> dict[str, Any]:
    if (folder / "tokenizer.json").is_file():
        spec = _read_json(folder / "tokenizer.json")
        spec["added_tokens"] = spec.get("added_tokens") or []
        if not isinstance(spec.get("model"), dict) or "vocab" not in spec["model"]:
            raise ModelError(f"tokenizer.json of {folder.name} has no model.vocab: download the model again")
        return spec
    if (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file():
        if settings.get("tokenizer_class", "") in GPT2_CLASSES:
            return _gpt2_spec(folder, settings)
    elif not any((folder / name).is_file() for name in SLOW):
        raise ModelError(f"{folder.name} has no tokenizer.json: name a folder that has one with --tokenizer")
    raise ModelError(f"{folder.name} has only a slow tokenizer and no tokenizer.json: convert it once "
                     "(AutoTokenizer.from_pretrained(folder).save_pretrained(folder)) or name another with --tokenizer")


def _gpt2_spec(folder: Path, settings: dict[str, Any]) -> dict[str, Any]:
    lines = (folder / "merges.txt").read_text(encoding="utf-8").split("\n")
    merges = [line for line in lines if line and not line.startswith("#version")]
    for name in ("bos_token", "eos_token", "unk_token"):
        settings.setdefault(name, "<|endoftext|>")
    byte_level = {"type": "ByteLevel", "add_prefix_space": bool(settings.get("add_prefix_space")), "trim_offsets": True,
                  "use_regex": True}
    vocab = _read_json(folder / "vocab.json")
    return {"version": "1.0", "added_tokens": [], "normalizer": None, "pre_tokenizer": byte_level, "decoder": byte_level,
            "post_processor": _around(settings, vocab),
            "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "",
                      "end_of_word_suffix": "", "fuse_unk": False, "byte_fallback": False, "vocab": vocab,
                      "merges": merges}}


def _text(token: Any) -> str | None:
    """A token is written as its text, or as an object with the text as `content`."""
    token = token.get("content") if isinstance(token, dict) else token
    return token if isinstance(token, str) and token else None


def _names(settings: dict[str, Any]) -> Iterator[tuple[str, str | list[str]]]:
    for name in NAMES:
        if text := _text(settings.get(name)):
            yield name, text
    extra = settings.get("additional_special_tokens") or settings.get("extra_special_tokens") or []
    if isinstance(extra, dict):
        named = {name: text for name, token in extra.items() if (text := _text(token))}
        yield from named.items()
        extra = list(named.values())
    if texts := [text for token in extra if (text := _text(token))]:
        yield "additional_special_tokens", texts


def _add_special(spec: dict[str, Any], settings: dict[str, Any], names: dict[str, str | list[str]]) -> None:
    """Tokens that only tokenizer_config.json knows of join the others; those that it calls special are special."""
    decoder = {int(i): token | {"id": int(i)} for i, token in (settings.get("added_tokens_decoder") or {}).items()}
    named = {text for value in names.values() for text in ([value] if isinstance(value, str) else value)}
    special = named | {token["content"] for token in decoder.values() if token.get("special")}
    known = {token["content"]: token for token in spec["added_tokens"]}
    for _, token in sorted(decoder.items()):
        known.setdefault(token["content"], token)
    for text, i in _signs(spec["model"], named - known.keys()):
        known[text] = {"content": text, "id": i}
    flags = ("single_word", "lstrip", "rstrip", "normalized")
    spec["added_tokens"] = [
        {"id": token["id"], "content": text, **{flag: bool(token.get(flag)) for flag in flags},
         # One letter is what ordinary text is made of, even where a model uses it to pad with.
         "special": len(text) > 1 and (bool(token.get("special")) or text in special)}
        for text, token in known.items()]


def _signs(model: dict[str, Any], texts: set[str]) -> Iterator[tuple[str, int]]:
    """Those of the texts that are pieces of the vocabulary which ordinary text does not use. One that has no id at all stays
    a word of the template."""
    vocab = model["vocab"]
    pieces = vocab if isinstance(vocab, dict) else {piece: i for i, (piece, _) in enumerate(vocab)}
    if texts := texts & pieces.keys():
        merges = model.get("merges") or []
        used = {merge.replace(" ", "") if isinstance(merge, str) else "".join(merge) for merge in merges}
        yield from ((text, pieces[text]) for text in sorted(texts - used, key=lambda text: pieces[text]) if len(text) > 1)


def _around(settings: dict[str, Any], ids: dict[str, int]) -> dict[str, Any]:
    """The post-processor that add_bos_token and add_eos_token ask for. Where there is a tokenizer.json, its own decides."""
    texts = [text if settings.get(f"add_{name}") and (text := _text(settings.get(name))) in ids else None
             for name in ("bos_token", "eos_token")]
    signs = [[{"SpecialToken": {"id": text, "type_id": 0}}] if text else [] for text in texts]
    single = [*signs[0], {"Sequence": {"id": "A", "type_id": 0}}, *signs[1]]
    return {"type": "TemplateProcessing", "single": single, "pair": [*single, {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {text: {"id": text, "ids": [ids[text]], "tokens": [text]} for text in texts if text}}


def _templates(folder: Path, settings: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Later ones replace earlier ones of the same name."""
    for listed in (settings.get("chat_template"), _read_json(folder / "chat_template.json").get("chat_template")):
        if isinstance(listed, str):
            yield "default", listed
        for entry in listed if isinstance(listed, list) else ():
            if isinstance(entry, dict) and isinstance(entry.get("name"), str) and isinstance(entry.get("template"), str):
                yield entry["name"], entry["template"]
    paths = [folder / "chat_template.jinja", *sorted((folder / "additional_chat_templates").glob("*.jinja"))]
    for path in paths:
        if path.is_file():
            yield "default" if path.parent == folder else path.stem, path.read_text(encoding="utf-8")
