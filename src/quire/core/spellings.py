"""What guides write that is no option of ours: older spellings that become options, and options of capabilities that
this version does not have. Nothing here is accepted and ignored: a spelling becomes an option, or says in a line what
holds instead, or is refused with a sentence.
"""
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from quire.core.errors import ConfigError
from quire.core.options import OPTIONS, Option

Values = Mapping[str, Any]


class Meaning(NamedTuple):
    values: Values                      # options that it stands for
    notice: str = ""                    # a line to show once


@dataclass(frozen=True, slots=True)
class Spelling:
    option: Option
    mean: Callable[[Any], Meaning]      # may raise ConfigError


def _metrics(value: bool) -> Meaning:
    if not value:
        raise ConfigError("--enable-metrics cannot be off: /metrics always answers; --guard-metrics asks for a key "
                          "there")
    return Meaning({})


def _chunked(value: bool) -> Meaning:
    if not value:
        raise ConfigError("--enable-chunked-prefill cannot be off: a prompt that exceeds a step is always split; "
                          "set --max-num-batched-tokens to --max-model-len to have each prompt computed whole")
    return Meaning({})


def _details(value: bool) -> Meaning:
    if not value:
        raise ConfigError("--enable-prompt-tokens-details cannot be off: usage always tells how many tokens the prefix "
                          "cache had; --no-enable-prefix-caching makes it none")
    return Meaning({})


def _swap(value: float) -> Meaning:
    return Meaning({}, "--swap-space has no effect: preempted requests are computed again, nothing is swapped out")


def _trust(value: bool) -> Meaning:
    said = "--trust-remote-code has no effect: Quire runs no code of model repositories"
    return Meaning({}, said if value else "")


def _spelling(name: str, kind: str, help: str, mean: Callable[[Any], Meaning], **rest: Any) -> tuple[str, Spelling]:
    return name, Spelling(Option(name, kind, help, group="Spellings of guides", **rest), mean)


LEVEL = OPTIONS["log_level"]


SPELLINGS: dict[str, Spelling] = dict((
    _spelling("async_scheduling", "bool", "--depth 2, or with --no- --depth 1",
              lambda on: Meaning({"depth": 2 if on else 1})),
    _spelling("disable_log_requests", "bool", "--no-log-requests, which is the default",
              lambda off: Meaning({"log_requests": not off})),
    _spelling("enable_chunked_prefill", "bool", "always on", _chunked),
    _spelling("enable_metrics", "bool", "always on", _metrics),
    _spelling("enable_prompt_tokens_details", "bool", "always on", _details),
    _spelling("swap_space", "number", "nothing: preempted requests are computed again", _swap),
    _spelling("trust_remote_code", "bool", "nothing: no code of model repositories is run", _trust),
    _spelling("uvicorn_log_level", "word", "--log-level: the server and the engine have one log",
              lambda level: Meaning({"log_level": level}), choices=LEVEL.choices, synonyms=LEVEL.synonyms),
))


class Absent(NamedTuple):
    """An option of a capability that this version lacks. A neutral value asks for nothing, so it is taken."""
    capability: str
    instead: str = ""
    neutral: tuple[str, ...] = ()
    is_switch: bool = False


_POOLERS = "models that judge or classify"
_ONE, _OFF, _AUTO = ("1",), ("false",), ("auto",)
_SPECULATIVE = "speculative decoding"
_LORA = "LoRA adapters"
_MEDIA = "images, audio and video"
_TOOLS = "parsers that are loaded from files"
_REPLICAS = "several replicas behind one port"
_TRANSFER = "moving KV blocks between machines or to other memory"

ABSENT: dict[str, Absent] = {
    "speculative_config": Absent(_SPECULATIVE), "speculative_model": Absent(_SPECULATIVE),
    "num_speculative_tokens": Absent(_SPECULATIVE), "spec_model": Absent(_SPECULATIVE),
    "spec_method": Absent(_SPECULATIVE), "spec_tokens": Absent(_SPECULATIVE),
    "enable_lora": Absent(_LORA, "", _OFF, True), "lora_modules": Absent(_LORA), "max_loras": Absent(_LORA),
    "max_lora_rank": Absent(_LORA), "max_cpu_loras": Absent(_LORA),
    "pipeline_parallel_size": Absent("pipeline parallelism", "use --tensor-parallel-size", _ONE),
    "pp": Absent("pipeline parallelism", "use --tensor-parallel-size", _ONE),
    "data_parallel_size": Absent(_REPLICAS, "start one server for each replica", _ONE),
    "dp": Absent(_REPLICAS, "start one server for each replica", _ONE),
    "api_server_count": Absent(_REPLICAS, "", _ONE),
    "enable_expert_parallel": Absent("expert parallelism", "", _OFF, True),
    "distributed_executor_backend": Absent("another executor", "ranks are processes of this machine", ("mp", "uni")),
    "limit_mm_per_prompt": Absent(_MEDIA), "allowed_local_media_path": Absent(_MEDIA),
    "mm_processor_kwargs": Absent(_MEDIA),
    "tool_parser_plugin": Absent(_TOOLS, "name one with --tool-call-parser", ("",)),
    "reasoning_parser_plugin": Absent(_TOOLS, "name one with --reasoning-parser", ("",)),
    "structured_outputs_config": Absent("a choice of grammar engines"),
    "guided_decoding_backend": Absent("a choice of grammar engines", "", _AUTO),
    "cpu_offload_gb": Absent("weights outside the device", "", ("0",)),
    "kv_transfer_config": Absent(_TRANSFER), "kv_offloading_size": Absent(_TRANSFER),
    "compilation_config": Absent("compiled graphs"), "optimization_level": Absent("compiled graphs"),
    # every model gives vectors here, without being asked to
    "runner": Absent(_POOLERS, "", ("auto", "generate", "pooling")),
    "convert": Absent(_POOLERS, "", ("auto", "none", "embed")),
    "task": Absent(_POOLERS, "", ("auto", "generate", "embed")),
    "pooler_config": Absent("one pooling for all requests", "send pooling with each of them, last or mean"),
    "enable_sleep_mode": Absent("sleeping and waking", "", _OFF, True),
    "enable_prompt_embeds": Absent("prompts given as vectors", "", _OFF, True),
    "skip_tokenizer_init": Absent("serving without a tokenizer", "", _OFF, True),
    "load_format": Absent("other weight formats", "safetensors and .bin are found by themselves",
                          ("auto", "safetensors")),
    "tokenizer_mode": Absent("other tokenizers", "", ("auto", "hf")),
    "ssl_keyfile": Absent("TLS", "put a proxy in front"), "ssl_certfile": Absent("TLS", "put a proxy in front"),
    "hf_overrides": Absent("changes to config.json", "change the file in a copy of the folder"),
    "preemption_mode": Absent("swapping", "preempted requests are computed again", ("recompute",)),
}


def _absent_option(name: str, absent: Absent) -> Option:
    """Its default in help is the first value that asks for nothing."""
    short = (f"-{name}",) if len(name) <= 2 else ()
    neutral = "off" if absent.is_switch else "".join(absent.neutral[:1]) or "none"
    return Option(name, "bool" if absent.is_switch else "text", absent.capability, group="Not in this version",
                  default=neutral, short=short)


EXTRA_OPTIONS: dict[str, Option] = {
    **{name: spelling.option for name, spelling in SPELLINGS.items()},
    **{name: _absent_option(name, absent) for name, absent in ABSENT.items()},
}


def meaning_of(name: str, value: Any) -> Meaning:
    """Of a name in EXTRA_OPTIONS with its checked value."""
    if name in SPELLINGS:
        return SPELLINGS[name].mean(value)
    absent = ABSENT[name]
    if str(value).lower() in absent.neutral:
        return Meaning({})
    flag = ("-" if len(name) <= 2 else "--") + name.replace("_", "-")
    instead = f"; {absent.instead}" if absent.instead else ""
    raise ConfigError(f"{flag} {value} asks for {absent.capability}, which this version does not have{instead}",
                      param=name)
