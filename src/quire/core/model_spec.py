"""What a checkpoint's config.json says of a model, in numbers. The only reader of config.json; no torch.

Both spellings are read: rope_theta, rope_scaling, torch_dtype (transformers 4) and rope_parameters, dtype
(transformers 5). A key that is missing takes transformers' default where it has one. Whatever cannot be right is a
ModelError that names the file and the key: a wrong number found here is a sentence, found later it is a crash or,
worse, a wrong answer.
"""
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quire.core.errors import ModelError

CONFIG, GENERATION_CONFIG = "config.json", "generation_config.json"
DTYPES = ("float32", "bfloat16", "float16")
ROPE_KINDS = ("none", "linear", "dynamic", "llama3", "yarn")
MOST_BYTES = 16 << 20           # of a JSON file beside the weights; the largest seen are a few kilobytes
MOST = 1 << 40                  # of any whole number


@dataclass(frozen=True, slots=True)
class RopeSpec:
    """Rotary positions. Invariant: kind is one of ROPE_KINDS, rotary_dim is even; numbers that the kind does not use
    keep their defaults."""
    theta: float
    rotary_dim: int                     # the first so many of each head are rotated
    kind: str = "none"
    factor: float = 1.0
    trained_positions: int = 0          # what the frequencies were trained for, before any scaling
    low_freq_factor: float = 1.0        # llama3
    high_freq_factor: float = 4.0       # llama3
    beta_fast: float = 32.0             # yarn
    beta_slow: float = 1.0              # yarn
    attention_factor: float = 1.0       # yarn: cos and sin are multiplied by it
    truncate: bool = True               # yarn: the ramp begins and ends at whole dimensions

    @property
    def reach(self) -> float:
        """By how much the scaling multiplies the positions of config.json's max_position_embeddings, or of
        trained_positions in yarn's case."""
        return self.factor if self.kind in ("linear", "dynamic", "yarn") else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """Invariant: heads is a multiple of kv_heads, every count is at least 1, rope is None exactly where positions are
    learned."""
    architecture: str
    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    inner: int                          # width of the feed-forward part
    vocab: int
    max_positions: int                  # prompt and output that the model takes, its rope scaling counted in
    norm_eps: float
    rope: RopeSpec | None
    tie_embeddings: bool
    attention_bias: bool                # of q, k and v
    out_bias: bool                      # of the projection behind attention
    mlp_bias: bool
    qk_norm: bool = False
    dtype: str                          # of the checkpoint, one of DTYPES
    eos_ids: tuple[int, ...] = ()       # of config.json, then those that only generation_config.json has
    bos_id: int | None = None
    activation: str
    sliding_window: int | None = None   # None: every position sees all before it
    quantization: dict[str, Any] | None = None
    do_layer_norm_before: bool = True
    has_final_norm: bool = True
    has_norm_weights: bool = True
    word_embed_proj_dim: int            # width of the embedding; another than hidden only in OPT-350m
    position_offset: int = 0            # OPT's table of positions begins with so many rows that nobody uses

    @property
    def reach(self) -> int | None:
        """Positions beyond which a context would be answered wrongly: where only some layers have a window, up to it
        all see everything; in Mistral each layer has it, and attention keeps to it."""
        return None if self.architecture == "MistralForCausalLM" else self.sliding_window

    @classmethod
    def read(cls, folder: Path) -> "ModelSpec":
        """Raises ModelError, naming file and key, for a folder whose model Quire cannot serve."""
        keys = Keys(folder / CONFIG, _read_json(folder / CONFIG))
        architecture = _architecture(keys)
        values = _opt(keys) if architecture == "OPTForCausalLM" else _llama(keys, architecture)
        spec = cls(architecture=architecture, dtype=_dtype(keys), eos_ids=_eos_ids(keys, folder), bos_id=_bos_id(keys),
                   quantization=keys.table("quantization_config"), **values)
        if spec.heads % spec.kv_heads:
            raise keys.error("num_key_value_heads", f"is {spec.kv_heads}, which does not divide {spec.heads} heads")
        return spec


ARCHITECTURES = ("LlamaForCausalLM", "MistralForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM", "OPTForCausalLM")


class Keys:
    """A JSON object read key by key. A null counts as missing, as it does for transformers."""

    def __init__(self, file: Path, values: dict[str, Any]):
        self.file, self.values = file, values

    def error(self, key: str, reason: str) -> ModelError:
        return ModelError(f"{self.file}: {key} {reason}", param=key)

    def raw(self, key: str, default: Any = None) -> Any:
        value = self.values.get(key)
        return default if value is None else value

    def whole(self, key: str, default: int | None = None, least: int = 1) -> int:
        value = self._required(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST:
            raise self.error(key, f"must be a whole number from {least} on, it is {_short(value)}")
        return value

    def real(self, key: str, default: float | None = None, above: float = 0.0) -> float:
        value = self._required(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not above < value < math.inf:
            raise self.error(key, f"must be a number above {above:g}, it is {_short(value)}")
        return float(value)

    def flag(self, key: str, default: bool) -> bool:
        value = self.raw(key, default)
        if not isinstance(value, bool):
            raise self.error(key, f"must be true or false, it is {_short(value)}")
        return value

    def word(self, key: str, default: str, among: Iterable[str]) -> str:
        value = self.raw(key, default)
        if value not in (among := tuple(among)):
            raise self.error(key, f"is {_short(value)}; Quire has {', '.join(among)}")
        return str(value)

    def table(self, key: str) -> dict[str, Any] | None:
        value = self.raw(key)
        if value is not None and not isinstance(value, dict):
            raise self.error(key, f"must be an object, it is {_short(value)}")
        return value

    def _required(self, key: str, default: Any) -> Any:
        value = self.raw(key, default)
        if value is None:
            raise self.error(key, "is missing")
        return value


def _short(value: object) -> str:
    """A hostile file must not fill the log."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _read_json(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise ModelError(f"{file}: larger than {MOST_BYTES >> 20} MiB, which no such file is")
        values = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise ModelError(f"{file.parent}: no {file.name} there, so it is no model folder") from None
    except OSError as error:
        raise ModelError(f"{file}: cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{file}: not JSON ({error})") from None
    if not isinstance(values, dict):
        raise ModelError(f"{file}: must hold a JSON object, it holds {_short(values)}")
    return values


def _architecture(keys: Keys) -> str:
    named = keys.raw("architectures", [])
    if not isinstance(named, list) or not named:
        raise keys.error("architectures", f"must be a list with a model's class name, it is {_short(named)}")
    for name in named:
        if name in ARCHITECTURES:
            return str(name)
    raise keys.error("architectures", f"is {_short(named)}; Quire has {', '.join(ARCHITECTURES)}")


def _dtype(keys: Keys) -> str:
    return keys.word("dtype" if keys.raw("dtype") is not None else "torch_dtype", "float32", DTYPES)


def _llama(keys: Keys, architecture: str) -> dict[str, Any]:
    """Llama and whatever differs from it by biases, a norm or a window."""
    hidden, heads = keys.whole("hidden_size"), keys.whole("num_attention_heads")
    is_qwen2, is_qwen3 = architecture == "Qwen2ForCausalLM", architecture == "Qwen3ForCausalLM"
    has_bias = keys.flag("attention_bias", False) if architecture in ("LlamaForCausalLM", "Qwen3ForCausalLM") else False
    head_dim = _head_dim(keys, hidden, heads, default=128 if is_qwen3 else None)
    rope = _rope(keys, head_dim)
    trained = rope.trained_positions if rope.kind == "yarn" else keys.whole("max_position_embeddings", 2048)
    return {
        "hidden": hidden, "layers": keys.whole("num_hidden_layers"), "heads": heads,
        "kv_heads": keys.whole("num_key_value_heads", heads), "head_dim": head_dim,
        "inner": keys.whole("intermediate_size"), "vocab": keys.whole("vocab_size"),
        "max_positions": int(trained * rope.reach), "norm_eps": keys.real("rms_norm_eps", 1e-6), "rope": rope,
        "tie_embeddings": keys.flag("tie_word_embeddings", False),
        "attention_bias": has_bias or is_qwen2, "out_bias": has_bias,
        "mlp_bias": keys.flag("mlp_bias", False) if architecture == "LlamaForCausalLM" else False,
        "qk_norm": is_qwen3, "activation": keys.word("hidden_act", "silu", ("silu",)),
        "sliding_window": _sliding_window(keys, architecture), "word_embed_proj_dim": hidden,
    }


def _opt(keys: Keys) -> dict[str, Any]:
    hidden, heads = keys.whole("hidden_size"), keys.whole("num_attention_heads")
    has_bias, is_before = keys.flag("enable_bias", True), keys.flag("do_layer_norm_before", True)
    return {
        "hidden": hidden, "layers": keys.whole("num_hidden_layers"), "heads": heads, "kv_heads": heads,
        "head_dim": _head_dim(keys, hidden, heads), "inner": keys.whole("ffn_dim"), "vocab": keys.whole("vocab_size"),
        "max_positions": keys.whole("max_position_embeddings"), "norm_eps": 1e-5, "rope": None,
        "tie_embeddings": keys.flag("tie_word_embeddings", True), "attention_bias": has_bias, "out_bias": has_bias,
        "mlp_bias": has_bias, "activation": keys.word("activation_function", "relu", ("relu", "gelu")),
        "do_layer_norm_before": is_before,
        "has_final_norm": is_before and not keys.flag("_remove_final_layer_norm", False),
        "has_norm_weights": keys.flag("layer_norm_elementwise_affine", True),
        "word_embed_proj_dim": keys.whole("word_embed_proj_dim", hidden), "position_offset": 2,
    }


def _head_dim(keys: Keys, hidden: int, heads: int, default: int | None = None) -> int:
    if default is None and keys.raw("head_dim") is None and hidden % heads:
        raise keys.error("hidden_size", f"is {hidden}, which {heads} heads do not divide, and head_dim is missing")
    head_dim = keys.whole("head_dim", default or hidden // heads)
    if head_dim % 2:
        raise keys.error("head_dim", f"is {head_dim}; halves of it are rotated, so it must be even")
    return head_dim


def _sliding_window(keys: Keys, architecture: str) -> int | None:
    if architecture == "MistralForCausalLM":
        absent = "sliding_window" not in keys.values
        return 4096 if absent else keys.whole("sliding_window") if keys.raw("sliding_window") is not None else None
    if architecture in ("Qwen2ForCausalLM", "Qwen3ForCausalLM") and keys.flag("use_sliding_window", False):
        return keys.whole("sliding_window", 4096)
    return None


def _rope(keys: Keys, head_dim: int) -> RopeSpec:
    """Transformers 5 keeps everything in rope_parameters; before it, theta lay beside rope_scaling."""
    name = "rope_parameters" if keys.raw("rope_parameters") is not None else "rope_scaling"
    inner = Keys(keys.file, {**keys.values, **(keys.table(name) or {})})
    kind = inner.raw("rope_type", inner.raw("type", "default"))
    if kind != "default" and kind not in ROPE_KINDS:
        raise keys.error(name, f"has rope_type {_short(kind)}; Quire has default, {', '.join(ROPE_KINDS[1:])}")
    portion = inner.real("partial_rotary_factor", 1.0)
    rotary_dim = int(head_dim * portion)
    if not (4 if kind == "dynamic" else 2) <= rotary_dim <= head_dim or rotary_dim % 2:
        raise keys.error("partial_rotary_factor", f"of {portion:g} rotates {rotary_dim} of {head_dim} dimensions")
    theta = inner.real("rope_theta", 10_000.0, above=1.0)
    if kind in ("default", "none"):
        return RopeSpec(theta, rotary_dim)
    return RopeSpec(theta, rotary_dim, kind, **_rope_scaling(keys, inner, kind))


def _rope_scaling(keys: Keys, inner: Keys, kind: str) -> dict[str, Any]:
    positions = keys.whole("max_position_embeddings", 2048)
    if kind in ("linear", "dynamic"):
        return {"factor": inner.real("factor"), "trained_positions": positions}
    trained = inner.whole("original_max_position_embeddings", positions)
    if kind == "llama3":
        low, high = inner.real("low_freq_factor"), inner.real("high_freq_factor")
        if high <= low:
            raise keys.error("high_freq_factor", f"is {high:g}; it must be above low_freq_factor, {low:g}")
        return {"factor": inner.real("factor"), "trained_positions": trained, "low_freq_factor": low,
                "high_freq_factor": high}
    factor = inner.real("factor", positions / trained)
    return {"factor": factor, "trained_positions": trained, "beta_fast": inner.real("beta_fast", 32.0),
            "beta_slow": inner.real("beta_slow", 1.0), "truncate": inner.flag("truncate", True),
            "attention_factor": _yarn_attention_factor(inner, factor)}


def _yarn_attention_factor(inner: Keys, factor: float) -> float:
    """Sharpens attention where the context was stretched; given, or by the paper's formula."""
    def scale(weight: float) -> float:
        return 1.0 if factor <= 1.0 else 0.1 * weight * math.log(factor) + 1.0

    if inner.raw("attention_factor") is not None:
        return inner.real("attention_factor")
    if inner.raw("mscale") and inner.raw("mscale_all_dim"):
        return scale(inner.real("mscale")) / scale(inner.real("mscale_all_dim"))
    return scale(1.0)


def _ids(keys: Keys, key: str) -> tuple[int, ...]:
    """One id, several, or none. Negative ones are older configurations' way to say none."""
    value = keys.raw(key, [])
    ids = value if isinstance(value, list) else [value]
    if any(isinstance(i, bool) or not isinstance(i, int) for i in ids):
        raise keys.error(key, f"must be an id or a list of ids, it is {_short(value)}")
    return tuple(i for i in ids if 0 <= i <= MOST)


def _bos_id(keys: Keys) -> int | None:
    ids = _ids(keys, "bos_token_id")
    return ids[0] if ids else None


def _eos_ids(keys: Keys, folder: Path) -> tuple[int, ...]:
    found = _ids(keys, "eos_token_id")
    file = folder / GENERATION_CONFIG
    more = _ids(Keys(file, _read_json(file)), "eos_token_id") if file.exists() else ()
    return tuple(dict.fromkeys(found + more))
