"""--help in three sizes: one screen, everything (--help=all), and what a word finds (--help=memory, --help=len)."""
import shutil
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, fields

from quire.cli.main import exit_codes
from quire.core.errors import ConfigError
from quire.core.options import KINDS, OPTIONS, SECTIONS, Option
from quire.core.plan import Plan
from quire.core.settings import CONFIG
from quire.core.spellings import EXTRA_OPTIONS

COMMON = ("host", "port", "api_key", "served_model_name", "dtype", "max_model_len", "kv_memory", "max_num_seqs",
          "tensor_parallel_size", "log_level")
COLUMN = 34                     # where help begins
PLAN_DEFAULTS = {f.name: f.default for f in fields(Plan) if f.default is not MISSING}


def wanted(arguments: Sequence[str]) -> str | None:
    """The word behind --help=, empty for a bare --help, None where nobody asks for help."""
    for word in arguments:
        if word == "--":
            return None
        if word in ("-h", "--help"):
            return ""
        if word.startswith("--help="):
            return word.partition("=")[2]
    return None


def show(command: str, about: str, own: Iterable[Option], word: str) -> str:
    own = tuple(own)
    head = [f"usage: quire {command} [MODEL] [flags]", "", *textwrap.wrap(about, _width()), ""]
    groups = {f"quire {command}": list(own)} if own else {}
    for _, group in SECTIONS.values():
        groups[group] = [o for o in OPTIONS.values() if o.group == group and o.name != "model"]
    groups["Model"] = [CONFIG, *groups["Model"]]
    if not word:
        return "\n".join(head + _screen(command, own, groups))
    if word.lower() == "all":
        for option in EXTRA_OPTIONS.values():
            groups.setdefault(option.group, []).append(option)
        return "\n".join(head + _listing(groups) + _footnotes())
    found = _find(groups, word.lower())
    if not found:
        raise ConfigError(f"--help={word} finds nothing; the groups are {', '.join(groups)}")
    return "\n".join(head + _listing(found))


def _screen(command: str, own: Sequence[Option], groups: dict[str, list[Option]]) -> list[str]:
    common = [OPTIONS[name] for name in (COMMON if command in ("serve", "explain") else ("device", "dtype"))]
    lines = [line for option in (*own, *common) for line in describe(option)]
    names = ", ".join(f"{group.split()[0].lower()} ({len(options)})" for group, options in groups.items()
                      if options != list(own))
    return [*lines, "", *textwrap.wrap("--help=all lists every flag; --help=WORD those of a group or with a word in "
                                       f"them. Groups: {names}.", _width()),
            "In the environment --max-num-seqs is QUIRE_MAX_NUM_SEQS, in --config FILE.yaml max_num_seqs."]


def _find(groups: dict[str, list[Option]], word: str) -> dict[str, list[Option]]:
    """A group by name; else flags by name; else flags by what their help says."""
    if by_group := {g: options for g, options in groups.items() if word in g.lower()}:
        return by_group
    plain = word.lstrip("-").replace("-", "_")
    by_name = _filter(groups, lambda o: any(plain in name for name in (o.name, *o.aliases)))
    return by_name or _filter(groups, lambda o: word in o.help.lower())


def _filter(groups: dict[str, list[Option]], wants: Callable[[Option], bool]) -> dict[str, list[Option]]:
    found = {group: [o for o in options if wants(o)] for group, options in groups.items()}
    return {group: options for group, options in found.items() if options}


def _listing(groups: dict[str, list[Option]]) -> list[str]:
    lines: list[str] = []
    for group, options in groups.items():
        lines += [f"{group}:", *(line for option in options for line in describe(option)), ""]
    return lines


def _footnotes() -> list[str]:
    notes = ("A switch takes --x, --no-x, or a value: --x true. A flag given twice: the last wins. Dashes and "
             "underscores are one. k m g are thousands, K M G 1024s; GiB and GB as usual. A flag wins over the "
             "environment (QUIRE_<NAME>), that over --config FILE.yaml, that over the default.")
    return [*textwrap.wrap(notes, _width()), "", exit_codes()]


def describe(option: Option) -> list[str]:
    """The flag, its values, what it does, other words for the values, and the default."""
    values = option.choices or (KINDS[option.kind].shown,)
    flag = ", ".join((*option.short, option.flag))
    left = f"  {flag} {'|'.join((*values, *['auto'] * option.takes_auto))}".rstrip()
    also = f"; also {', '.join(option.synonyms)}" if option.synonyms else ""
    default = default_of(option)
    text = textwrap.wrap(option.help + also + (f" [{default}]" if default else ""), _width() - COLUMN)
    if len(left) >= COLUMN:
        return [left, *(" " * COLUMN + line for line in text)]
    return [left.ljust(COLUMN) + text[0], *(" " * COLUMN + line for line in text[1:])]


def default_of(option: Option) -> str:
    if option.takes_auto and option.default:
        return f"auto: {option.default}"
    if option.default or option.name not in PLAN_DEFAULTS:
        return option.default
    value = PLAN_DEFAULTS[option.name]
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else f"{value}"


def wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _width())


def _width() -> int:
    return max(70, min(shutil.get_terminal_size((100, 24)).columns, 120))
