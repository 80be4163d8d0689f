"""Qwen2, 2.5 and 3. Llama's layer throughout; what differs are parts of attention that the spec switches on: biases of q, k
and v in Qwen2; in Qwen3 a norm over each head of q and of k, and a head_dim that stands on its own."""
from typing import ClassVar

from quire.layers.slot import Names
from quire.models.llama import Llama


class Qwen(Llama):
    LAYER_NAMES: ClassVar[Names] = {
        **Llama.LAYER_NAMES,
        "attention.q_norm": ("self_attn.q_norm",),
        "attention.k_norm": ("self_attn.k_norm",),
    }
