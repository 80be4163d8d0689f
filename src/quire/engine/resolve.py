"""Options -> Plan: every choice is made here, once, before any weight is read, and says why.

A field of the Plan is either asked for (then its source is flag, env or file) or it is a default, or derived from the
model and the machine. What cannot be is refused here, in words: ConfigError, ModelError, DeviceError or DoesNotFit.
"""
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from quire.core import hub
from quire.core.errors import ConfigError, DeviceError, ModelError
from quire.core.model_spec import ModelSpec
from quire.core.options import Options
from quire.core.plan import Plan
from quire.core.quantization import account
from quire.engine.choices import Choices
from quire.engine.fitting import fit
from quire.engine.machine import Machine
from quire.text import reasoning
from quire.text.tokenizer_files import templates_of
from quire.text.tools import table as tool_table

Locate = Callable[..., hub.Located]

# Plan field <- option of another name, where the answer is the field. Fields of their option's name need no line.
RENAMED = {"api_keys": "api_key", "prefix_caching": "enable_prefix_caching"}
# Keys of generation_config.json that are sampling defaults, and their ranges.
SAMPLING_DEFAULTS = {
    "temperature": (0, 2), "top_p": (0, 1), "top_k": (-1, 1 << 31), "min_p": (0, 1), "repetition_penalty": (0, 100),
    "presence_penalty": (-2, 2), "frequency_penalty": (-2, 2), "max_new_tokens": (1, 1 << 31),
}
NEUTRAL_DEFAULTS = ("quire", "vllm")        # words that --generation-config takes instead of a folder


def resolve(options: Options, machine: Machine | None = None, locate: Locate = hub.locate) -> Plan:
    """`locate` turns a model's name into a folder, downloading it if need be."""
    choices = Choices(options)
    choices.take_plain(RENAMED)
    choices.take_or_default("default_chat_template_kwargs", "default_chat_template_kwargs", {})
    _order(choices)
    _processes(choices)
    _check_server(choices)
    spec = _model(choices, locate)
    if machine is None:
        machine = Machine.probe(with_cuda=choices.ask("device") != "cpu")
    _device(choices, machine)
    _recording(choices)
    _ranks(choices, spec, machine)
    _dtype(choices, spec, machine)
    _quantization(choices)
    fit(choices, spec, machine)
    return choices.plan()


def _order(choices: Choices) -> None:
    policy = choices.ask("scheduling_policy")
    if policy is None:
        choices.default("priority_scheduling", False, "first come, first served")
    else:
        choices.take("priority_scheduling", "scheduling_policy", f"--scheduling-policy {policy}", policy == "priority")


def _processes(choices: Choices) -> None:
    if choices.ask("single_process") is None:
        choices.default("single_process", False, "the engine has a process of its own; where cores are short, the server's "
                                                 "comes after it (nice 5)")


def _model(choices: Choices, locate: Locate) -> ModelSpec:
    options = choices.options.model
    located = locate(options.model, revision=options.revision, download_dir=options.download_dir,
                     token=options.hf_token)
    choices.notices += located.notices
    choices.values["model_folder"], choices.values["is_bundled"] = located.folder, located.is_bundled
    if options.model is None:
        choices.default("model", located.name, "the model that comes with Quire")
    else:
        choices.take("model", "model", f"found in {located.folder}", located.name)
    if options.served_model_name:
        choices.take("served_names", "served_model_name", "as asked for", tuple(options.served_model_name))
    else:
        choices.derive("served_names", (located.name,), "the model's name")
    spec = ModelSpec.read(located.folder)
    choices.derive("architecture", spec.architecture, "config.json")
    if spec.quantization is not None:
        method = spec.quantization.get("quant_method", "an unnamed method")
        raise ModelError(f"{located.name} is quantized ({method}), which this version does not have; take the model's "
                         "float32, bfloat16 or float16 checkpoint")
    _tokenizer(choices, locate)
    _template(choices)
    _parsers(choices)
    _generation_defaults(choices)
    if choices.ask("max_logprobs") == -1:
        choices.take("max_logprobs", "max_logprobs", "the whole vocabulary", spec.vocab)
    return spec


def _tokenizer(choices: Choices, locate: Locate) -> None:
    """The model's own, of the same revision, unless another one or another revision is asked for."""
    options = choices.options.model
    revision = options.tokenizer_revision
    if options.tokenizer is None and revision in (None, options.revision):
        choices.derive("tokenizer_folder", choices.values["model_folder"], "the model's own")
        return
    name = options.tokenizer or options.model
    located = locate(name, revision=revision, download_dir=options.download_dir, token=options.hf_token, needs_weights=False)
    choices.notices += located.notices
    choices.take("tokenizer_folder", "tokenizer" if options.tokenizer else "tokenizer_revision",
                 located.name + (f", revision {revision}" if revision else ""), located.folder)


def _template(choices: Choices) -> None:
    """A file, or the template itself, which has a brace or several lines as no file name has."""
    asked = choices.ask("chat_template")
    if not asked:
        return
    path = Path(asked).expanduser()
    try:
        is_file = path.is_file()
    except OSError:                     # a template is too long for a file name
        is_file = False
    if is_file:
        choices.take("chat_template", "chat_template", f"the file {asked}", path.read_text(encoding="utf-8"))
    elif "{" not in asked and "\n" not in asked:
        raise ConfigError(f"--chat-template {asked}: no such file, and no template either", param="chat_template")


def _parsers(choices: Choices) -> None:
    """What the template shows to the model, unless it is named; "none" is a name, too."""
    templates = templates_of(choices.values["tokenizer_folder"])
    used = choices.values["chat_template"]
    template = templates.get(used, used) or "\n".join(templates.values())
    for field, known, detect in (("tool_call_parser", tool_table.PARSERS, tool_table.detect),
                                 ("reasoning_parser", reasoning.PARSERS, reasoning.detect)):
        asked = choices.ask(field)
        if asked is None:
            name = detect(template)
            choices.derive(field, name, f"the chat template shows the form of {name}" if name
                           else "the chat template shows none that is known")
        elif asked in known or asked == "none":
            choices.take(field, field, "as asked for", "" if asked == "none" else asked)
        else:
            raise ConfigError(f"--{field.replace('_', '-')} {asked} is not known; there are {', '.join(known)}, and none",
                              param=field)
    if choices.ask("enable_auto_tool_choice") and not choices.values["tool_call_parser"]:
        raise ConfigError("--enable-auto-tool-choice: the chat template shows no known form of tool calls; name it with "
                          "--tool-call-parser", param="enable_auto_tool_choice")


def _generation_defaults(choices: Choices) -> None:
    asked = choices.ask("generation_config")
    defaults: dict[str, Any] = {}
    if asked not in NEUTRAL_DEFAULTS:
        file = (Path(asked).expanduser() if asked else choices.values["model_folder"]) / "generation_config.json"
        if asked and not file.is_file():
            raise ConfigError(f"--generation-config {asked}: no generation_config.json there",
                              param="generation_config")
        defaults = _read_defaults(file) if file.is_file() else {}
        choices.derive("generation_defaults", defaults, f"from {file.name}" if defaults else "the model names none")
    else:
        choices.take("generation_defaults", "generation_config", "neutral ones", defaults)
    overrides = choices.ask("override_generation_config")
    for name, value in (overrides or {}).items():
        if name not in SAMPLING_DEFAULTS:
            raise ConfigError(f"--override-generation-config: {name} is none of {', '.join(SAMPLING_DEFAULTS)}")
        defaults[name] = _checked(name, value, "--override-generation-config")
    if overrides:
        choices.take("generation_defaults", "override_generation_config", f"on top of {asked or 'the model'}'s",
                     defaults)


def _read_defaults(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{file} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise ModelError(f"{file} holds no JSON object")
    return {name: _checked(name, content[name], str(file)) for name in SAMPLING_DEFAULTS
            if content.get(name) is not None}


def _checked(name: str, value: Any, where: str) -> Any:
    least, most = SAMPLING_DEFAULTS[name]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
        raise ConfigError(f"{where}: {name} is {value!r}; it may be a number from {least} to {most}")
    return value


def _device(choices: Choices, machine: Machine) -> None:
    asked = choices.ask("device")
    if asked == "cuda" and not machine.cuda:
        raise DeviceError(f"--device cuda: {machine.cuda_reason}; leave it out to run on CPU, or see quire doctor")
    if asked:
        choices.take("device", "device", "as asked for")
    elif machine.cuda:
        choices.derive("device", "cuda", f"torch sees {machine.cuda[0].name}")
    else:
        choices.derive("device", "cpu", machine.cuda_reason)
    if choices.ask("depth") is None:
        choices.default("depth", 1, "a step runs when its answer is asked for, so more in flight gain nothing")


def _recording(choices: Choices) -> None:
    """A pass that cannot be recorded is known when the model has been made: the log says so then."""
    asked = choices.ask("enforce_eager")
    if choices.values["device"] != "cpu":
        text = "this version records no device graphs, so that both settings run alike"
    elif asked:
        text = "each op of a forward pass is called by itself"
    else:
        text = "a forward pass is recorded once and made again by one call a step"
    if asked is None:
        choices.default("enforce_eager", False, text)
    else:
        choices.take("enforce_eager", "enforce_eager", text)


def _ranks(choices: Choices, spec: ModelSpec, machine: Machine) -> None:
    ranks, is_cpu = choices.values["tensor_parallel_size"], choices.values["device"] == "cpu"
    if not is_cpu and ranks > len(machine.cuda):
        raise DeviceError(f"--tensor-parallel-size {ranks} needs so many devices, there are {len(machine.cuda)}; lower "
                          "it")
    fits = spec.kv_heads % ranks == 0 or ranks % spec.kv_heads == 0
    if spec.heads % ranks or spec.inner % ranks or not fits:
        raise ConfigError(f"--tensor-parallel-size {ranks} does not divide {spec.heads} attention heads "
                          f"({spec.kv_heads} of K and V) and a width of {spec.inner}", param="tensor_parallel_size")
    _threads(choices, machine, ranks)


def _threads(choices: Choices, machine: Machine, ranks: int) -> None:
    """Never more than can run: they would wait for each other in turn."""
    asked, most = choices.ask("num_threads"), max(1, machine.threads // ranks)
    among = f" among {ranks} processes" if ranks > 1 else ""
    if asked is None:
        choices.derive("num_threads", max(1, machine.cores // ranks),
                       f"{machine.cores} physical cores that this process may use{among}")
    elif asked <= most:
        choices.take("num_threads", "num_threads", "as asked for")
    else:
        limit = f"this process may use {machine.threads} logical CPUs{among}"
        choices.take("num_threads", "num_threads", f"{asked} asked for, but {limit}", most)
        choices.notices.append(f"--num-threads {asked}: {limit}, so {most} is what runs")


def _dtype(choices: Choices, spec: ModelSpec, machine: Machine) -> None:
    asked, dtype = choices.ask("dtype"), spec.dtype
    has_bfloat16 = choices.values["device"] == "cpu" or all(device.capability >= (8, 0) for device in machine.cuda)
    if asked == "bfloat16" and not has_bfloat16:
        raise DeviceError(f"--dtype bfloat16: {machine.cuda[0].name} has no bfloat16; use --dtype float16")
    if asked:
        choices.take("dtype", "dtype", f"the checkpoint is {spec.dtype}")
    elif dtype == "bfloat16" and not has_bfloat16:
        choices.derive("dtype", "float16", f"the checkpoint is bfloat16, which {machine.cuda[0].name} does not have")
    else:
        choices.derive("dtype", dtype, "the checkpoint's")
    if choices.ask("kv_cache_dtype"):
        choices.take("kv_dtype", "kv_cache_dtype", f"the model computes in {choices.values['dtype']}")
    else:
        choices.derive("kv_dtype", choices.values["dtype"], "that of the model")


def _quantization(choices: Choices) -> None:
    scheme, dtype, device = choices.ask("quantization"), choices.values["dtype"], choices.values["device"]
    if scheme is None:
        choices.default("quantization", "none", "the checkpoint's own bits")
    else:
        choices.take("quantization", "quantization", account(scheme, dtype, device))


def _check_server(choices: Choices) -> None:
    options = choices.options.server
    if options.uds and (options.port is not None or options.host is not None):
        raise ConfigError("--uds stands instead of --host and --port; leave one of them out", param="uds")
    if options.allow_credentials and "*" in (options.allowed_origins or ()):
        raise ConfigError("--allow-credentials with --allowed-origins '*' would let every web site act for the user; "
                          "name the origins", param="allow_credentials")
    if not options.uds and choices.values["host"].strip() == "":
        raise ConfigError("--host is empty; 127.0.0.1 for this machine alone, 0.0.0.0 for all", param="host")
