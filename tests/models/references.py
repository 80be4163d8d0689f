"""Transformers' own models as the reference: tiny, random, saved by transformers and read by both sides.

Drawn wide, norms and biases off their trivial values: then many distinct ids come out, and a wrong position, theta or
bias shows in all of them.
"""
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from torch import Tensor

SMALL: dict[str, Any] = {
    "vocab_size": 199, "hidden_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4,
    "max_position_embeddings": 256, "bos_token_id": 1, "eos_token_id": 2}
GATED = {**SMALL, "num_key_value_heads": 2, "intermediate_size": 112, "rms_norm_eps": 1e-5, "pad_token_id": None,
         "tie_word_embeddings": False}
OPT = {**SMALL, "ffn_dim": 112, "word_embed_proj_dim": 64, "do_layer_norm_before": True, "dropout": 0.0,
       "pad_token_id": 0}


def rope(theta: float = 10000.0, kind: str = "default", **numbers: Any) -> dict[str, Any]:
    return {"rope_parameters": {"rope_theta": theta, "rope_type": kind, **numbers}}


# name -> (class of the configuration, what it is called with)
CONFIGS: dict[str, tuple[str, dict[str, Any]]] = {
    "llama2": ("LlamaConfig", {**GATED, "num_key_value_heads": 4, **rope()}),
    "llama3": ("LlamaConfig", {**GATED, "head_dim": 32, **rope(
        500000.0, "llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
        original_max_position_embeddings=64)}),
    "codellama": ("LlamaConfig", {**GATED, "num_key_value_heads": 4, **rope(1e6)}),
    "yi": ("LlamaConfig", {**GATED, "num_key_value_heads": 1, **rope(5e6), "pad_token_id": 0}),
    "llama_biases": ("LlamaConfig", {**GATED, "attention_bias": True, "mlp_bias": True, **rope()}),
    "mistral": ("MistralConfig", {**GATED, "sliding_window": None, "head_dim": 24, **rope(1e6)}),
    "mistral_short": ("MistralConfig", {**GATED, "sliding_window": 256, **rope()}),
    "mistral_window": ("MistralConfig", {**GATED, "sliding_window": 37, **rope()}),
    "qwen2": ("Qwen2Config", {**GATED, **rope(1e6)}),
    "qwen25": ("Qwen2Config", {**GATED, "tie_word_embeddings": True, **rope(1e6)}),
    "qwen3": ("Qwen3Config", {**GATED, "head_dim": 32, "tie_word_embeddings": True, **rope(1e6)}),
    "opt": ("OPTConfig", OPT),
    "opt_350m": ("OPTConfig", {**OPT, "do_layer_norm_before": False, "word_embed_proj_dim": 40}),
    "opt_narrow": ("OPTConfig", {**OPT, "word_embed_proj_dim": 40}),
    "opt_bare": ("OPTConfig", {**OPT, "enable_bias": False, "layer_norm_elementwise_affine": False}),
    "opt_no_final_norm": ("OPTConfig", {**OPT, "_remove_final_layer_norm": True, "tie_word_embeddings": False}),
    "rope_linear": ("LlamaConfig", {**GATED, **rope(10000.0, "linear", factor=4.0)}),
    "rope_dynamic": ("LlamaConfig", {**GATED, "max_position_embeddings": 64, **rope(10000.0, "dynamic", factor=4.0)}),
    "rope_yarn": ("LlamaConfig", {**GATED, "head_dim": 32, **rope(
        10000.0, "yarn", factor=4.0, original_max_position_embeddings=64)}),
}
# Standard deviations of matrices and of embeddings. The wider they are the more distinct ids come out, and the larger
# logits become, so what is absolute is measured at EVEN.
WIDE, EVEN = (0.3, 0.5), (0.15, 0.15)
LENGTH = 200                    # max_model_len; of 64 positions that the dynamic kind was trained for


@dataclass
class Reference:
    name: str
    folder: Path
    model: Any

    def logits(self, ids: list[int], dtype: torch.dtype = torch.float32) -> Tensor:
        """Of every position: (len(ids), vocab)."""
        with torch.inference_mode():
            return self.model(torch.tensor([ids])).logits[0].to(dtype)


def make_reference(name: str, folder: Path, stds: tuple[float, float] = WIDE, seed: int = 0) -> Reference:
    kind, numbers = CONFIGS[name]
    config = getattr(transformers, kind)(**numbers)
    config._attn_implementation = "eager"
    config.architectures = [kind.replace("Config", "ForCausalLM")]
    model = getattr(transformers, config.architectures[0])(config).eval()
    fill(model, stds, torch.Generator().manual_seed(seed))
    model.save_pretrained(folder)
    if name == "rope_dynamic":
        fix_dynamic(model)
    return Reference(name, folder, model)


def fill(model: Any, stds: tuple[float, float], generator: torch.Generator) -> None:
    """Only the biases of q and k are large: others, and what relu lets through on average, would outweigh what is
    read."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if parameter.dim() == 2:
                parameter.copy_(stds["embed_tokens" in name] * noise)
            elif name.endswith("weight"):
                parameter.copy_(1 + 0.3 * noise)
            else:
                parameter.copy_((0.5 if "q_proj" in name or "k_proj" in name else 0.05) * noise)
            if name.endswith("fc2.weight"):
                parameter -= parameter.mean(1, keepdim=True)


def fix_dynamic(model: Any) -> None:
    """Transformers changes the frequencies with the length of what it sees. Hold them at those of LENGTH positions,
    which is what it computes for a text of that length and what Quire uses throughout."""
    rotary = model.model.rotary_emb
    with torch.inference_mode():
        model(torch.zeros((1, LENGTH), dtype=torch.int64))
    assert rotary.max_seq_len_cached == LENGTH
    frequencies = rotary.inv_freq.clone()
    assert not torch.equal(frequencies, rotary.original_inv_freq)
    rotary.original_inv_freq, rotary.max_seq_len_cached, rotary.original_max_seq_len = frequencies, 1 << 30, 0
