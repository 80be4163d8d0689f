"""Model folders and machines for tests that read no weights: a true config.json, and headers of safetensors."""
import dataclasses
import json
import struct
from pathlib import Path
from typing import Any

from quire.engine.machine import Cuda, Machine

CONFIG = {
    "architectures": ["LlamaForCausalLM"], "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
    "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 256, "max_position_embeddings": 512,
    "dtype": "bfloat16",
    "bos_token_id": 1, "eos_token_id": 2,
}
BIG = {"hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32,
       "num_key_value_heads": 8, "vocab_size": 128256, "max_position_embeddings": 8192}
MACHINE = Machine(cpu="a CPU", cores=4, threads=8, ghz=2.5, isa="avx2", extensions=(), total_memory=16 << 30,
                  available_memory=8 << 30, memory_reason="free on this machine",
                  cuda_reason="no GPU driver on this machine")
GPU = Cuda("a GPU", total=80 << 30, free=78 << 30, capability=(9, 0))


def machine(**changes: Any) -> Machine:
    return dataclasses.replace(MACHINE, **changes)


def write_header(file: Path, tensors: dict[str, tuple[str, list[int]]]) -> None:
    """Name -> dtype and shape. The data that the header speaks of is left out."""
    entries, end = {}, 0
    for name, (dtype, shape) in tensors.items():
        size = {"F32": 4, "BF16": 2, "F16": 2, "I64": 8}[dtype]
        for length in shape:
            size *= length
        entries[name] = {"dtype": dtype, "shape": shape, "data_offsets": [end, end + size]}
        end += size
    header = json.dumps({"__metadata__": {"format": "pt"}, **entries}).encode()
    file.write_bytes(struct.pack("<Q", len(header)) + header)


def make_folder(folder: Path, weights: dict[str, tuple[str, list[int]]] | None = None, **config: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({**CONFIG, **config}))
    write_header(folder / "model.safetensors", weights or {"model.embed_tokens.weight": ("BF16", [256, 64])})
    return folder
