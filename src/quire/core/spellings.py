"""What guides write that is no option of ours. Nothing here is accepted and ignored: a spelling becomes an option (SPELLINGS),
or is taken and changes nothing (idle.py), both with a line; or it is refused with a sentence (refused.py).

EXTRA_OPTIONS has all of them, as flags, keys, keywords and names in the environment.
"""
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from quire.core.errors import ConfigError
from quire.core.idle import ALWAYS, IDLE, Always, Idle
from quire.core.options import OPTIONS, Option
from quire.core.refused import ABSENT, MEDIA, Absent, is_neutral, refusal, written

Values = Mapping[str, Any]


class Meaning(NamedTuple):
    values: Values                      # options that it stands for
    notice: str = ""                    # a line to show once


@dataclass(frozen=True, slots=True)
class Spelling:
    option: Option
    mean: Callable[[Any], Values]       # may raise ConfigError; nothing: `idle` says what holds anyway
    idle: str = ""


def _limits(media: Mapping[str, Any]) -> Values:
    """None of a kind is what everybody may send."""
    for kind, limit in media.items():
        if (limit.get("count") if isinstance(limit, dict) else limit) not in (0, None):
            raise ConfigError(f"--limit-mm-per-prompt {kind} asks for {MEDIA}, which this version does not have",
                              param="limit_mm_per_prompt")
    return {}


def _spelling(name: str, kind: str, help: str, mean: Callable[[Any], Values], idle: str = "",
              **rest: Any) -> tuple[str, Spelling]:
    return name, Spelling(Option(name, kind, help, group="Spellings of guides", default="none", **rest), mean, idle)


_LEVEL = OPTIONS["log_level"]

SPELLINGS: dict[str, Spelling] = dict((
    _spelling("async_scheduling", "bool", "--depth 2, or with --no- --depth 1", lambda on: {"depth": 2 if on else 1}),
    _spelling("disable_log_requests", "bool", "--no-log-requests, which is the default", lambda off: {"log_requests": not off}),
    _spelling("uvicorn_log_level", "word", "--log-level: the server and the engine have one log",
              lambda level: {"log_level": level}, choices=_LEVEL.choices, synonyms=_LEVEL.synonyms),
    _spelling("disable_frontend_multiprocessing", "bool", "--single-process", lambda one: {"single_process": one}),
    _spelling("enable_reasoning", "bool", "with --no- --reasoning-parser none; else it is found in the chat template",
              lambda on: {} if on else {"reasoning_parser": "none"}, "reasoning is told apart where its marks are known"),
    _spelling("optimization_level", "count", "0: --enforce-eager; 1, 2 and 3: nothing, for nothing is compiled at start",
              lambda level: {} if level else {"enforce_eager": True}, "nothing is compiled at start", least=0, most=3,
              short=("-O",)),
    _spelling("limit_mm_per_prompt", "json", "nothing, if it allows none: there is only text", _limits, "there is only text"),
))

_all: dict[str, Spelling | Always | Idle | Absent] = {**SPELLINGS, **ALWAYS, **IDLE, **ABSENT}
EXTRA_OPTIONS: dict[str, Option] = {name: each.option for name, each in _all.items()}


def meaning_of(name: str, value: Any) -> Meaning:
    """Of a name in EXTRA_OPTIONS with its checked value."""
    if name in ABSENT:
        if not is_neutral(ABSENT[name], value):
            raise ConfigError(refusal(name, value), param=name)
        return Meaning({})
    flag = EXTRA_OPTIONS[name].flag
    if name in SPELLINGS:
        values = SPELLINGS[name].mean(value)
        ours = " ".join(written(OPTIONS[other].flag, implied) for other, implied in values.items())
        says = f"is taken as {ours}" if ours else f"has no effect: {SPELLINGS[name].idle}"
        return Meaning(values, f"{written(flag, value)} {says}")
    if name in IDLE:
        return Meaning({}, "" if value is False else f"{flag} has no effect: {IDLE[name].why}")
    holds, otherwise = ALWAYS[name][1:]
    if not value and otherwise:
        raise ConfigError(f"{flag} cannot be off: {holds}; {otherwise}", param=name)
    return Meaning({}, f"{flag} is always on: {holds}" if value else "")

