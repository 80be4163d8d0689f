"""What a user may ask. Every field is optional and carries its own help line; flags, YAML keys, QUIRE_* names and
LLM(...) keywords are all generated from these records, by `settings.py`. What each becomes is decided once, in
engine/resolve.py.

A field is None where nobody asked for anything, or where the answer was "auto".
"""
# ruff: noqa: RUF009  `option` makes a fresh field; what is wrong with an option is always a ValueError
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from quire.core.quantization import SCHEMES
from quire.core.units import parse_bool, parse_count, parse_fraction, parse_seconds, parse_size


class Kind(NamedTuple):
    """How a value is read from text, which typed values stand for themselves, and how help shows it."""
    parse: Callable[[str], Any]
    types: tuple[type, ...]
    shown: str


def parse_list(text: str) -> list[str]:
    """A JSON list, or words with commas between them."""
    if text.lstrip().startswith("["):
        return list(parse_json(text, list))
    return [part.strip() for part in text.split(",")]


def parse_json(text: str, wanted: type = dict) -> Any:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not JSON: {error}") from error
    if not isinstance(value, wanted):
        raise ValueError(f"{text!r} is not a JSON {'object' if wanted is dict else 'list'}")
    return value


KINDS = {
    "text": Kind(str, (str,), "TEXT"),
    "word": Kind(str.lower, (str,), "WORD"),
    "count": Kind(parse_count, (int,), "N"),
    "size": Kind(parse_size, (int,), "SIZE"),
    "number": Kind(float, (float, int), "NUMBER"),
    "fraction": Kind(parse_fraction, (float, int), "0..1"),
    "seconds": Kind(parse_seconds, (float, int), "SECONDS"),
    "bool": Kind(parse_bool, (bool,), ""),
    "list": Kind(parse_list, (list, tuple, set), "TEXT ..."),
    "json": Kind(parse_json, (dict,), "JSON"),
    "any": Kind(str, (object,), "VALUE"),
}


@dataclass(frozen=True, slots=True)
class Option:
    """name, kind (a key of KINDS), help line; the rest is empty where it does not apply."""
    name: str
    kind: str
    help: str
    group: str = ""
    default: str = ""                               # in words; empty: that of the Plan's field of the same name
    choices: tuple[str, ...] = ()                   # of a word
    synonyms: Mapping[str, str] = field(default_factory=dict)
    least: float = float("-inf")                    # of a number
    most: float = float("inf")
    aliases: tuple[str, ...] = ()                   # other names, as flags, keys and keywords
    short: tuple[str, ...] = ()                     # flags with one dash
    env: tuple[str, ...] = ()                       # beside QUIRE_<NAME>, weaker
    takes_auto: bool = False

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    def read(self, value: Any) -> Any:
        """A checked value; None for auto. ValueError in a whole sentence otherwise."""
        kind = KINDS[self.kind]
        if self.takes_auto and value in ("auto", "Auto", "AUTO", -1, "-1"):
            return None
        if isinstance(value, str):
            value = kind.parse(value)
        elif not isinstance(value, kind.types) or (isinstance(value, bool) and self.kind not in ("bool", "any")):
            raise ValueError(f"{value!r} is no {self.kind}")
        if self.kind == "word":
            value = self._choose(self.synonyms.get(value, value))
        elif isinstance(value, (int, float)) and not self.least <= value <= self.most:
            raise ValueError(f"{value} is out of range; it may be {self.range()}")
        return value

    def range(self) -> str:
        if self.most == float("inf"):
            return f"{self.least:g} or more"
        return f"from {self.least:g} to {self.most:g}"

    def _choose(self, word: str) -> str:
        if word not in self.choices:
            raise ValueError(f"{word!r} is none of {', '.join((*self.choices, *self.synonyms))}")
        return word


def option(kind: str, help: str, **rest: Any) -> Any:
    return field(default=None, metadata={"kind": kind, "help": help, **rest})


def options_of(section: type, group: str) -> list[Option]:
    return [Option(f.name, group=group, **f.metadata) for f in fields(section)]


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelOptions:
    model: str | None = option("text", "a folder, a Hugging Face id, or the name of a bundled model",
                               default="quire-8m")
    served_model_name: list[str] | None = option(
        "list", "names that clients use; answers carry the first", default="the model's name")
    revision: str | None = option("text", "branch, tag or commit of the model; holds for all its files", default="main")
    tokenizer: str | None = option("text", "folder or Hugging Face id of another tokenizer", default="the model's")
    tokenizer_revision: str | None = option(
        "text", "branch, tag or commit of the tokenizer", default="the model's; of --tokenizer: main")
    download_dir: str | None = option("text", "folder that keeps downloads", default="the Hugging Face cache")
    hf_token: str | None = option(
        "text", "token for models that ask for one", env=("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"), default="none")
    dtype: str | None = option(
        "word", "precision of weights and activations", choices=("float32", "bfloat16", "float16"), takes_auto=True,
        synonyms={"half": "float16", "float": "float32", "fp16": "float16", "bf16": "bfloat16", "fp32": "float32"},
        default="the checkpoint's")
    quantization: str | None = option(
        "word", "bits of the weights; a plain checkpoint is quantized as it is loaded, to be smaller and faster",
        choices=(*SCHEMES[1:], SCHEMES[0]), short=("-q",))
    chat_template: str | None = option("text", "Jinja file, or the template itself", default="the model's")
    default_chat_template_kwargs: dict[str, Any] | None = option("json", "variables of every chat template",
                                                                 default="{}")
    tool_call_parser: str | None = option(
        "text", "form in which the model calls tools, by vLLM's name for it (hermes, llama3_json, ...); none", takes_auto=True,
        default="found in the chat template")
    reasoning_parser: str | None = option(
        "text", "how the model marks what it thinks, by vLLM's name for it (deepseek_r1, qwen3, ...); none", takes_auto=True,
        default="found in the chat template")
    generation_config: str | None = option(
        "text", "folder whose generation_config.json gives sampling defaults; quire: neutral ones", takes_auto=True,
        default="the model's")
    override_generation_config: dict[str, Any] | None = option("json", "sampling defaults on top of those",
                                                               default="{}")
    seed: int | None = option("count", "where draws of requests without a seed begin", least=0, most=2 ** 63 - 1)
    max_logprobs: int | None = option("count", "most logprobs a client may ask for; -1: the whole vocabulary", least=-1)


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceOptions:
    device: str | None = option(
        "word", "where the model runs", choices=("cpu", "cuda"), synonyms={"gpu": "cuda"}, takes_auto=True,
        default="cuda if there is one")
    tensor_parallel_size: int | None = option(
        "count", "devices, or processes on CPU, that share each layer", least=1, short=("-tp",), aliases=("tp",))
    num_threads: int | None = option(
        "count", "CPU threads of each process", least=1, takes_auto=True, env=("OMP_NUM_THREADS",),
        default="one a core")
    enforce_eager: bool | None = option("bool", "record no forward passes: call each op by itself")


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryOptions:
    max_model_len: int | None = option(
        "count", "tokens of prompt and output together (32k, 32K)", least=2, takes_auto=True,
        default="the model's, or what fits")
    allow_long_max_model_len: bool | None = option(
        "bool", "let --max-model-len exceed what the model was made for", env=("VLLM_ALLOW_LONG_MAX_MODEL_LEN",),
        default="off")
    kv_memory: int | None = option(
        "size", "memory of the KV cache (2GiB)", least=1, aliases=("kv_cache_memory_bytes",), takes_auto=True,
        default="derived")
    gpu_memory_utilization: float | None = option(
        "fraction", "share of the device's memory that may be used; of available memory on CPU", least=0.01, most=1.0,
        aliases=("device_memory_utilization",), default="0.9; CPU: 0.3 for the KV cache")
    num_kv_blocks: int | None = option(
        "count", "blocks of the KV cache, whatever memory they take", least=1, aliases=("num_gpu_blocks_override",),
        default="derived")
    kv_cache_dtype: str | None = option(
        "word", "precision of the KV cache; int8 takes half of what bfloat16 does, with a scale for each position and head",
        choices=("float32", "bfloat16", "float16", "int8"), takes_auto=True, default="that of the model",
        synonyms={"half": "float16", "float": "float32", "fp16": "float16", "bf16": "bfloat16", "fp32": "float32"})
    block_size: int | None = option("count", "positions of one KV block: 8, 16, 32, 64 or 128", least=8, most=128)
    enable_prefix_caching: bool | None = option("bool", "keep the KV of prompts for those that begin alike",
                                                default="on")


@dataclass(frozen=True, kw_only=True, slots=True)
class SchedulingOptions:
    max_num_seqs: int | None = option("count", "requests that run at once", least=1, default="256; CPU: derived")
    max_num_batched_tokens: int | None = option("count", "positions computed in one step", least=1, default="derived")
    long_prefill_token_threshold: int | None = option(
        "count", "positions of one request in one step; 0: no limit of its own", least=0, default="0")
    watermark: float | None = option(
        "fraction", "share of KV blocks left free when a request is admitted", least=0.0, most=0.9, default="0.01")
    depth: int | None = option("count", "steps in flight", least=1, most=8)
    scheduling_policy: str | None = option(
        "word", "first come first served, or by the priority of requests", choices=("fcfs", "priority"), default="fcfs")
    max_queue: int | None = option(
        "count", "requests held at once; more are answered 429", least=1, aliases=("max_num_queued_reqs",))


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerOptions:
    host: str | None = option("text", "address to listen on; 0.0.0.0 for all")
    port: int | None = option("count", "port to listen on; 0: any free one", least=0, most=65535)
    uds: str | None = option("text", "Unix socket to listen on instead", default="none")
    api_key: list[str] | None = option("list", "keys, one of which clients must send", env=("VLLM_API_KEY",),
                                       default="none")
    guard_metrics: bool | None = option("bool", "ask for a key on /metrics too")
    root_path: str | None = option("text", "path prefix behind a proxy", default="none")
    allowed_origins: list[str] | None = option("list", "web origins that browsers may call from (CORS)", default="none")
    allowed_methods: list[str] | None = option("list", "methods that those may use", default="all")
    allowed_headers: list[str] | None = option("list", "headers that those may send", default="all")
    allow_credentials: bool | None = option("bool", "let those send cookies")
    strict: bool | None = option("bool", "refuse unknown body fields instead of naming them in a header")
    enable_auto_tool_choice: bool | None = option(
        "bool", "answers are searched for calls whenever the request has tools and its tool_choice is not none; --no-: a "
        "tool_choice of auto, which is the default, is refused, and required or a name is not. Calls that are forced, and "
        "those of tools with strict true, are held to the schemas of their tools")
    exclude_tools_when_tool_choice_none: bool | None = option(
        "bool", "do not show tools to the model where tool_choice is none")
    single_process: bool | None = option("bool", "run the engine in the server's process")
    request_seconds: float | None = option(
        "seconds", "time for a request, waiting included; then it ends with an error (504). 0: no limit", least=0,
        aliases=("request_timeout",), default="0")
    drain_seconds: float | None = option(
        "seconds", "time for requests in flight after SIGTERM; 0: none", least=0, aliases=("shutdown_timeout",))


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggingOptions:
    log_level: str | None = option(
        "word", "least urgent lines to show", choices=("debug", "info", "warning", "error", "critical"),
        synonyms={"trace": "debug", "notset": "debug", "warn": "warning", "fatal": "critical"},
        env=("VLLM_LOGGING_LEVEL",))
    log_requests: bool | None = option("bool", "a line for each request", aliases=("enable_log_requests",))
    disable_log_stats: bool | None = option("bool", "no line of figures every 10 seconds")


SECTIONS: dict[str, tuple[type, str]] = {
    "model": (ModelOptions, "Model"),
    "device": (DeviceOptions, "Device and parallelism"),
    "memory": (MemoryOptions, "Memory"),
    "scheduling": (SchedulingOptions, "Scheduling"),
    "server": (ServerOptions, "Server"),
    "logging": (LoggingOptions, "Logging"),
}
OPTIONS: dict[str, Option] = {o.name: o for section, group in SECTIONS.values() for o in options_of(section, group)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """All that was asked for. `sources` names where each value came from: flag, env or file."""
    model: ModelOptions = ModelOptions()
    device: DeviceOptions = DeviceOptions()
    memory: MemoryOptions = MemoryOptions()
    scheduling: SchedulingOptions = SchedulingOptions()
    server: ServerOptions = ServerOptions()
    logging: LoggingOptions = LoggingOptions()
    sources: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()                   # lines to show the user once

    @classmethod
    def build(cls, values: Mapping[str, Any], sources: Mapping[str, str] | None = None,
              notices: Iterable[str] = ()) -> "Options":
        """From checked values by name; a value without a source counts as a flag."""
        parts = {name: section(**{f.name: values[f.name] for f in fields(section) if f.name in values})
                 for name, (section, _) in SECTIONS.items()}
        where = {name: (sources or {}).get(name, "flag") for name in values}
        return cls(**parts, sources=where, notices=tuple(notices))
