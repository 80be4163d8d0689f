"""Flags, environment, file and keywords -> Options: flag over environment over file. Unknown names are refused.

The same names hold everywhere: --max-model-len, QUIRE_MAX_MODEL_LEN, max_model_len: in YAML, LLM(max_model_len=...).
"""
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from quire.core.errors import ConfigError
from quire.core.flags import check_words, nearest, parse_flags
from quire.core.lazy import lazy
from quire.core.options import OPTIONS, Option, Options
from quire.core.spellings import ABSENT, EXTRA_OPTIONS, meaning_of

yaml = lazy("yaml")

CONFIG = Option("config", "text", "YAML file of options; flags and environment win over it", group="Model",
                default="none")
# Of the environment: ours, but no options.
OTHER_NAMES = frozenset({"QUIRE_CONFIG", "QUIRE_CPU_ISA", "QUIRE_TEST_FULL"})
_kubernetes = re.compile(r"_SERVICE_HOST$|_SERVICE_PORT(_\w+)?$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$")


class Gathered:
    """Values by name, each from its strongest source so far: call `add` with the weakest source first."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.sources: dict[str, str] = {}
        self.notices: list[str] = []

    def add(self, source: str, given: Mapping[str, Any], shown: Mapping[str, str]) -> None:
        """`given` by option name, raw; None asks for nothing. `shown` is what to call each in a message. Within one source
        an option's own name wins over a spelling that implies it."""
        for name, value in sorted(given.items(), key=lambda item: item[0] in OPTIONS):
            if value is None:
                continue
            called = shown.get(name, name)
            option = OPTIONS.get(name) or EXTRA_OPTIONS[name]
            if name in ABSENT and not isinstance(value, bool):
                value = str(value)
            checked = read_value(option, value, called)
            if name in OPTIONS:
                self._put(name, checked, source)
                continue
            meaning = meaning_of(name, checked)
            self.notices += [meaning.notice] * bool(meaning.notice)
            for other, implied in meaning.values.items():
                self._put(other, implied, source)

    def _put(self, name: str, value: Any, source: str) -> None:
        self.values[name], self.sources[name] = value, source

    def options(self) -> Options:
        return Options.build(self.values, self.sources, dict.fromkeys(self.notices))


def read_value(option: Option, value: Any, called: str) -> Any:
    try:
        checked = option.read(value)
    except ValueError as error:
        raise ConfigError(f"{called}: {error}", param=option.name) from error
    if option.name == "api_key" and not all(checked):
        raise ConfigError(f"{called} is empty: give a key, or leave it out to serve without one", param="api_key")
    return list(checked) if isinstance(checked, tuple) else checked


def options_from_flags(arguments: Iterable[str], environ: Mapping[str, str],
                       own: Iterable[Option] = ()) -> tuple[Options, dict[str, Any]]:
    """The Options of a command line whose only word is the model, and the values of the command's own options."""
    own_options = {o.name: o for o in own}
    parsed = parse_flags(arguments, (*OPTIONS.values(), *EXTRA_OPTIONS.values(), CONFIG, *own_options.values()))
    values = dict(parsed.values)
    if len(parsed.words) > 1:
        raise ConfigError(f"unexpected argument {parsed.words[1]!r}; flags begin with --")
    if parsed.words:
        values["model"] = parsed.words[0]
    mine = {n: read_value(o, values.pop(n), o.flag) for n, o in own_options.items() if n in values}
    gathered = gather(environ, values.pop("config", None) or environ.get("QUIRE_CONFIG"))
    check_words(parsed, OPTIONS, "model" in gathered.values)
    gathered.add("flag", values, {n: (OPTIONS.get(n) or EXTRA_OPTIONS[n]).flag for n in values})
    return gathered.options(), mine


def own_values(arguments: Iterable[str], own: Iterable[Option]) -> dict[str, Any]:
    """Of a command that takes no model and none of the options."""
    table = {o.name: o for o in own}
    parsed = parse_flags(arguments, table.values())
    if parsed.words:
        raise ConfigError(f"unexpected argument {parsed.words[0]!r}")
    return {name: read_value(table[name], value, table[name].flag) for name, value in parsed.values.items()}


def options_from_keywords(keywords: Mapping[str, Any], environ: Mapping[str, str]) -> Options:
    """Of LLM(...) and its like. A keyword that is None asks for nothing."""
    names = names_of(OPTIONS.values()) | {name: name for name in EXTRA_OPTIONS}
    for name in keywords:
        if name not in names:
            raise ConfigError(f"unknown keyword {name}{nearest(name, names)}", param=name)
    gathered = gather(environ, None)
    gathered.add("flag", {names[name]: value for name, value in keywords.items()}, {names[n]: n for n in keywords})
    return gathered.options()


def gather(environ: Mapping[str, str], file: str | None) -> Gathered:
    """What file and environment say."""
    gathered = Gathered()
    if file:
        path = Path(file).expanduser()
        given = read_file(path)
        gathered.add("file", given, {name: f"{path.name}: {name}" for name in given})
    values, shown, notices = read_environment(environ)
    gathered.notices += notices
    gathered.add("env", values, shown)
    return gathered


def names_of(options: Iterable[Option]) -> dict[str, str]:
    """Every spelling with underscores -> name."""
    return {spelled: o.name for o in options for spelled in (o.name, *o.aliases)}


def read_file(path: Path) -> dict[str, Any]:
    if path.suffix not in (".yaml", ".yml"):
        raise ConfigError(f"--config {path}: only .yaml and .yml files are read")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"--config {path}: {error.strerror or error}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"--config {path} is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise ConfigError(f"--config {path} must hold names and values, one in each line (port: 8000)")
    names = names_of((*OPTIONS.values(), *EXTRA_OPTIONS.values()))
    given: dict[str, Any] = {}
    for key, value in content.items():
        name = str(key).replace("-", "_")
        if name not in names:
            raise ConfigError(f"--config {path}: unknown name {key}{nearest(name, names)}", param=name)
        given[names[name]] = value
    return given


def read_environment(environ: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """Values and what to call them, by option name, and notices. Our own names win over other programs'."""
    ours = {f"QUIRE_{spelled.upper()}": name
            for spelled, name in names_of((*OPTIONS.values(), *EXTRA_OPTIONS.values())).items()}
    values: dict[str, str] = {}
    shown: dict[str, str] = {}
    notices: list[str] = []
    for name, option in OPTIONS.items():
        for variable in option.env[::-1]:
            if environ.get(variable) is not None and (environ[variable] or name == "api_key"):
                values[name], shown[name] = environ[variable], variable
    _read_others(environ, values, shown, notices)
    for variable, text in environ.items():
        if not variable.startswith("QUIRE_") or variable in OTHER_NAMES:
            continue
        if variable not in ours:
            _refuse_unknown(variable, text, ours)
        elif not (variable == "QUIRE_PORT" and "://" in text) and (text or ours[variable] == "api_key"):
            values[ours[variable]], shown[ours[variable]] = text, variable
    return values, shown, notices


def _refuse_unknown(variable: str, text: str, known: Mapping[str, str]) -> None:
    """Kubernetes sets QUIRE_... names in every pod beside a service called quire; those are no options."""
    if not _kubernetes.search(variable) and "://" not in text:
        raise ConfigError(f"unknown name {variable} in the environment{nearest(variable, known)}", param=variable)


def _read_others(environ: Mapping[str, str], values: dict[str, str], shown: dict[str, str], notices: list[str]) -> None:
    """Names of the engine that guides were written for, where they do not read like ours."""
    if port := environ.get("VLLM_PORT"):
        if port.isdigit():
            values["port"], shown["port"] = port, "VLLM_PORT"
        else:
            notices.append(f"VLLM_PORT={port} is not a port and is not used; Kubernetes sets it for a service called "
                           "vllm")
    if (space := environ.get("VLLM_CPU_KVCACHE_SPACE")) and space != "0":
        values["kv_memory"], shown["kv_memory"] = f"{space}GiB", "VLLM_CPU_KVCACHE_SPACE"
    if processes := environ.get("VLLM_ENABLE_V1_MULTIPROCESSING"):
        values["single_process"] = "false" if processes not in ("0", "false") else "true"
        shown["single_process"] = "VLLM_ENABLE_V1_MULTIPROCESSING"
    if (threads := environ.get("OMP_NUM_THREADS")) and not threads.isdigit():
        values.pop("num_threads", None)
