"""Models of well-known shapes with random weights, as folders that every side can load: speed depends on shapes alone."""
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BUNDLED = Path(__file__).parents[1] / "src" / "quire" / "bundled" / "quire-8m"
CONTEXT = 2048


@dataclass(frozen=True)
class Shape:
    """arch: as GGUF spells the architecture. Sizes as config.json names them."""
    name: str
    arch: str
    vocab: int
    hidden: int
    inner: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    theta: float

    @property
    def matrix_parameters(self) -> int:
        """What every token is multiplied with: the layers' matrices and the head."""
        attention = 2 * self.hidden * self.head_dim * (self.heads + self.kv_heads)
        return self.layers * (attention + 3 * self.hidden * self.inner) + self.vocab * self.hidden

    @property
    def kv_values(self) -> int:
        """Of one position in all layers."""
        return 2 * self.layers * self.kv_heads * self.head_dim

    def prefill_flops(self, tokens: int) -> float:
        """Of a prompt whose last position alone needs the head."""
        body = self.matrix_parameters - self.vocab * self.hidden
        met = tokens * (tokens + 1) / 2                     # pairs of positions, each a product with K and one with V
        return 2.0 * body * tokens + 2.0 * self.vocab * self.hidden + 4.0 * self.layers * self.heads * self.head_dim * met

    def config(self) -> dict[str, Any]:
        return {"vocab_size": self.vocab, "hidden_size": self.hidden, "intermediate_size": self.inner,
                "num_hidden_layers": self.layers, "num_attention_heads": self.heads, "num_key_value_heads": self.kv_heads,
                "head_dim": self.head_dim, "max_position_embeddings": CONTEXT, "rope_theta": self.theta,
                "tie_word_embeddings": True}


SHAPES = {shape.name: shape for shape in (
    Shape("SmolLM2-135M", "llama", 49_152, 576, 1536, 30, 9, 3, 64, 100_000.0),
    Shape("Qwen3-0.6B", "qwen3", 151_936, 1024, 3072, 28, 16, 8, 128, 1_000_000.0),
    Shape("Llama-3.2-1B", "llama", 128_256, 2048, 8192, 16, 32, 8, 64, 500_000.0),
)}


def make_model(shape: Shape, folder: Path) -> None:
    """A folder in Hugging Face's layout, bf16. The tokenizer is there for form: prompts are ids and nothing becomes text."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM, Qwen3Config, Qwen3ForCausalLM
    kinds = {"llama": (LlamaConfig, LlamaForCausalLM), "qwen3": (Qwen3Config, Qwen3ForCausalLM)}
    config, model = kinds[shape.arch]
    torch.manual_seed(0)
    model(config(**shape.config())).to(torch.bfloat16).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(BUNDLED / name, folder / name)


# ---- the same weights as GGUF

NAMES = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "self_attn.q_proj": "attn_q",
         "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
         "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm", "input_layernorm": "attn_norm",
         "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
         "mlp.down_proj": "ffn_down"}


def gguf_name(name: str) -> str:
    stem = name.removesuffix(".weight")
    if stem.startswith("model.layers."):
        _, _, layer, rest = stem.split(".", 3)
        return f"blk.{layer}.{NAMES[rest]}.weight"
    return f"{NAMES[stem]}.weight"


def permuted(tensor: Any, heads: int) -> Any:
    """GGUF's llama turns neighbouring dims of a head, Hugging Face's the two halves: rows change places."""
    rows, cols = tensor.shape
    return tensor.reshape(heads, 2, rows // heads // 2, cols).swapaxes(1, 2).reshape(rows, cols)


def write_gguf(shape: Shape, folder: Path, file: Path, scheme: str) -> None:
    """scheme: BF16, Q8_0 or Q4_0, for all matrices; norms stay float32."""
    import gguf
    from safetensors import safe_open
    writer = gguf.GGUFWriter(file, shape.arch)
    writer.add_block_count(shape.layers)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(shape.hidden)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head_dim)
    writer.add_value_length(shape.head_dim)
    writer.add_rope_dimension_count(shape.head_dim)
    writer.add_rope_freq_base(shape.theta)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_vocab_size(shape.vocab)
    writer.add_tokenizer_model("no_vocab")
    kind = gguf.GGMLQuantizationType[scheme]
    with safe_open(folder / "model.safetensors", "pt") as source:
        for name in sorted(source.keys()):
            tensor = source.get_tensor(name).float().numpy()
            if shape.arch == "llama" and name.endswith(("q_proj.weight", "k_proj.weight")):
                tensor = permuted(tensor, shape.heads if "q_proj" in name else shape.kv_heads)
            if tensor.ndim == 1:
                writer.add_tensor(gguf_name(name), tensor)
            else:
                writer.add_tensor(gguf_name(name), gguf.quants.quantize(tensor, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
