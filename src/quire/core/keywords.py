"""Keywords of LLM(...) and EngineArgs(...), where Python says it otherwise than a command line does."""
import os
from collections.abc import Mapping
from typing import Any

from quire.core.errors import ConfigError

# Fields that are no flags, and the value of each that asks for nothing: a program hands on what its EngineArgs hold.
INNER = {"_api_process_count": 1, "_api_process_rank": 0}


def plain(keywords: Mapping[str, Any]) -> dict[str, Any]:
    """As flags have them. enable_sleep_mode asks for what every engine in a program can do: it is checked, and gone."""
    given = {name: _plain(name, value) for name, value in keywords.items()}
    if not isinstance(given.pop("enable_sleep_mode", False), (bool, type(None))):
        raise ConfigError("enable_sleep_mode: give True or False; every engine can sleep", param="enable_sleep_mode")
    for name, nothing in INNER.items():
        if (value := given.pop(name, nothing)) != nothing:
            raise ConfigError(f"{name}={value} asks for several front ends of one engine, which there are not; leave it out",
                              param=name)
    return given


def _plain(name: str, value: Any) -> Any:
    """Paths, and torch's own names of dtypes, as text. A saved login is used in any case."""
    if name == "hf_token" and isinstance(value, bool):
        if not value:
            raise ConfigError("hf_token=False asks to pass over a saved login: unset HF_TOKEN and log out instead", param=name)
        return None
    if name.endswith("dtype") and type(value).__module__ == "torch":
        return str(value).removeprefix("torch.")
    return os.fspath(value) if isinstance(value, os.PathLike) else value
