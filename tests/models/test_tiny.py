"""The tiny checkpoints that other tests serve are what transformers and tokenizers take them for."""
import hashlib
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM

from quire.text.tokenizer import Tokenizer

from ..tiny import BOS, EOS, FAMILIES, VOCAB, tiny
from .drive import load, run
from .test_parity import CLOSE, distance


@pytest.mark.parametrize("family", FAMILIES)
def test_transformers_reads_them(tmp_path: Path, family: str) -> None:
    folder, ids = tiny(tmp_path, family, seed=3), [BOS, *b"Say it again, please."]
    theirs, report = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager", output_loading_info=True)
    assert not any(report[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    with torch.inference_mode():
        expected = theirs.float().eval()(torch.tensor([ids])).logits[0]
    assert distance(run(load(folder, 64), ids, [len(ids)]), expected) < CLOSE


def test_the_seed_decides(tmp_path: Path) -> None:
    def digest(name: str, seed: int) -> str:
        return hashlib.sha256((tiny(tmp_path / name, seed=seed) / "model.safetensors").read_bytes()).hexdigest()

    assert digest("a", 1) == digest("b", 1) != digest("c", 2)


def test_the_tokenizer_takes_every_byte(tmp_path: Path) -> None:
    tokenizer = Tokenizer.load(tiny(tmp_path))
    text = "Grüße, 世界! 🎉\n\t\0"
    assert tokenizer.encode(text, add_special_tokens=False) == list(text.encode())
    assert tokenizer.decode(list(text.encode())) == text
    assert (tokenizer.vocab_size, tokenizer.eos_id) == (VOCAB, EOS)
