"""Tiny checkpoints with random weights, a byte-level tokenizer and a chat template: enough to serve, in a few
milliseconds.

Deterministic by seed. Weights are drawn wide (and norms and biases off their trivial values), so that answers hold many
distinct ids. Made without transformers, which takes seconds to import.
"""
import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from torch import Tensor

from quire.core.model_spec import ModelSpec
from quire.core.plan import Plan

SPECIAL = ("<|bos|>", "<|eos|>", "<|user|>", "<|assistant|>", "<|system|>")
VOCAB = 256 + len(SPECIAL)
BOS, EOS = 256, 257
TEMPLATE = ("{{ bos_token }}{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}{{ eos_token }}{% endfor %}"
            "{% if add_generation_prompt %}<|assistant|>{% endif %}")

COMMON: dict[str, Any] = {
    "vocab_size": VOCAB, "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
    "max_position_embeddings": 256, "bos_token_id": BOS, "eos_token_id": EOS, "torch_dtype": "float32"}
GATED = {**COMMON, "num_key_value_heads": 2, "intermediate_size": 96, "rms_norm_eps": 1e-5, "hidden_act": "silu",
         "rope_theta": 10000.0, "tie_word_embeddings": False}
FAMILIES: dict[str, dict[str, Any]] = {
    "llama": {**GATED, "model_type": "llama", "architectures": ["LlamaForCausalLM"]},
    "mistral": {**GATED, "model_type": "mistral", "architectures": ["MistralForCausalLM"], "sliding_window": None},
    "qwen2": {**GATED, "model_type": "qwen2", "architectures": ["Qwen2ForCausalLM"], "tie_word_embeddings": True},
    "qwen3": {**GATED, "model_type": "qwen3", "architectures": ["Qwen3ForCausalLM"], "head_dim": 32},
    "opt": {**COMMON, "model_type": "opt", "architectures": ["OPTForCausalLM"], "ffn_dim": 96,
            "do_layer_norm_before": True, "word_embed_proj_dim": 64, "activation_function": "relu",
            "tie_word_embeddings": True},
}


def tiny(folder: Path, family: str = "llama", seed: int = 0, **changes: Any) -> Path:
    """Write a model folder; `changes` are keys of config.json."""
    folder.mkdir(parents=True, exist_ok=True)
    config = FAMILIES[family] | changes
    (folder / "config.json").write_text(json.dumps(config))
    dtype = getattr(torch, config["torch_dtype"])
    shapes = opt_shapes(config) if family == "opt" else gated_shapes(config, family)
    generator = torch.Generator().manual_seed(seed)
    tensors = {name: draw(name, shape, generator).to(dtype) for name, shape in shapes.items()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    write_tokenizer(folder)
    return folder


def draw(name: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Matrices wide, norms around 1, biases around 0."""
    noise = torch.randn(shape, generator=generator)
    if len(shape) == 2:
        return 0.15 * noise
    return (1 + 0.3 * noise) if name.endswith("norm.weight") else 0.3 * noise


def gated_shapes(config: dict[str, Any], family: str) -> dict[str, tuple[int, ...]]:
    hidden, inner, vocab = config["hidden_size"], config["intermediate_size"], config["vocab_size"]
    head_dim = config.get("head_dim") or hidden // config["num_attention_heads"]
    q, kv = config["num_attention_heads"] * head_dim, config["num_key_value_heads"] * head_dim
    shapes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (vocab, hidden), "model.norm.weight": (hidden,)}
    if not config["tie_word_embeddings"]:
        shapes["lm_head.weight"] = (vocab, hidden)
    for i in range(config["num_hidden_layers"]):
        at = f"model.layers.{i}."
        shapes |= {at + "input_layernorm.weight": (hidden,), at + "post_attention_layernorm.weight": (hidden,)}
        heads = {"q": q, "k": kv, "v": kv}
        shapes |= {f"{at}self_attn.{name}_proj.weight": (rows, hidden) for name, rows in heads.items()}
        shapes |= {at + "self_attn.o_proj.weight": (hidden, q), at + "mlp.gate_proj.weight": (inner, hidden),
                   at + "mlp.up_proj.weight": (inner, hidden), at + "mlp.down_proj.weight": (hidden, inner)}
        if family == "qwen2" or config.get("attention_bias"):
            shapes |= {f"{at}self_attn.{name}_proj.bias": (rows,) for name, rows in heads.items()}
        if family == "qwen3":
            shapes |= {f"{at}self_attn.{name}_norm.weight": (head_dim,) for name in "qk"}
    return shapes


def opt_shapes(config: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    hidden, inner, narrow = config["hidden_size"], config["ffn_dim"], config["word_embed_proj_dim"]
    shapes: dict[str, tuple[int, ...]] = {
        "model.decoder.embed_tokens.weight": (config["vocab_size"], narrow),
        "model.decoder.embed_positions.weight": (config["max_position_embeddings"] + 2, hidden)}
    if narrow != hidden:
        shapes["model.decoder.project_in.weight"] = (hidden, narrow)
        shapes["model.decoder.project_out.weight"] = (narrow, hidden)
    norms = ["model.decoder.final_layer_norm"] if config["do_layer_norm_before"] else []
    for i in range(config["num_hidden_layers"]):
        at = f"model.decoder.layers.{i}."
        norms += [at + "self_attn_layer_norm", at + "final_layer_norm"]
        linears = {f"self_attn.{name}_proj": (hidden, hidden) for name in ("q", "k", "v", "out")}
        for name, shape in (linears | {"fc1": (inner, hidden), "fc2": (hidden, inner)}).items():
            shapes |= {f"{at}{name}.weight": shape, f"{at}{name}.bias": shape[:1]}
    return shapes | {f"{norm}.{part}": (hidden,) for norm in norms for part in ("weight", "bias")}


def write_tokenizer(folder: Path) -> None:
    """One id for each byte, in the order of the bytes, then the special ones."""
    letters = [letter for _, letter in sorted(byte_letters().items())]
    tokenizer = Tokenizer(models.BPE(vocab={letter: i for i, letter in enumerate(letters)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in SPECIAL])
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": SPECIAL[0], "eos_token": SPECIAL[1],
        "model_max_length": 256, "chat_template": TEMPLATE, "clean_up_tokenization_spaces": False}))


def byte_letters() -> dict[int, str]:
    """The printable letter that byte-level tokenizers write for each byte."""
    plain = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [b for b in range(256) if b not in plain]
    return {b: chr(b) for b in plain} | {b: chr(256 + i) for i, b in enumerate(others)}


def tiny_plan(folder: Path, **changes: Any) -> Plan:
    """A Plan for a tiny model, without asking options or machine."""
    spec = ModelSpec.read(folder)
    values: dict[str, Any] = {
        "model": str(folder), "model_folder": folder, "tokenizer_folder": folder, "served_names": ("tiny",),
        "architecture": spec.architecture, "dtype": spec.dtype, "kv_dtype": changes.get("dtype", spec.dtype),
        "max_model_len": min(spec.max_positions, 256), "block_size": 16, "num_blocks": 256, "max_num_seqs": 16,
        "max_num_batched_tokens": 256, "chunk": 256}
    return Plan(**(values | changes))
