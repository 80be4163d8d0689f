"""Which file makes which architecture. A family's module is imported when one of its models is asked for."""
from importlib import import_module

from quire.core.errors import ModelError
from quire.models.base import Decoder

TABLE = {
    "LlamaForCausalLM": ("quire.models.llama", "Llama"),
    "MistralForCausalLM": ("quire.models.llama", "Llama"),
    "Qwen2ForCausalLM": ("quire.models.qwen", "Qwen"),
    "Qwen3ForCausalLM": ("quire.models.qwen", "Qwen"),
    "OPTForCausalLM": ("quire.models.opt", "OPT"),
}


def model_class(architecture: str) -> type[Decoder]:
    if architecture not in TABLE:
        raise ModelError(f"architecture {architecture} is unknown; Quire has {', '.join(TABLE)}")
    module, name = TABLE[architecture]
    return getattr(import_module(module), name)     # type: ignore[no-any-return]
