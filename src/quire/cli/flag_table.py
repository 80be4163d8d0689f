"""docs/flags.md, from the records that the flags themselves are read by:

    python -m quire.cli.flag_table > docs/flags.md
"""
from collections.abc import Iterable, Iterator
from itertools import groupby

from quire.cli.help import default_of
from quire.core.idle import ALWAYS, IDLE
from quire.core.options import KINDS, OPTIONS, SECTIONS, Option
from quire.core.refused import ABSENT, Absent, written
from quire.core.settings import CONFIG
from quire.core.spellings import SPELLINGS

HEAD = """# Flags of `quire serve`

Written by `python -m quire.cli.flag_table > docs/flags.md` from the records by which the flags are read, so it cannot say
anything else than what they do; a test compares the two.

Every flag that vLLM's `serve` takes is one of four kinds here, and so are those that guides still show although vLLM has
dropped or renamed them: it is an option of Quire, it stands for one, it changes nothing, or it is refused. A line at the start
tells of the second and the third kind, a sentence of the last. Nothing is taken and ignored in silence.

A switch takes `--x`, `--no-x` and `--x true|false`. Dashes and underscores are one. A flag given twice: the last wins. The same
names are keys of `--config FILE.yaml`, keywords of `LLM(...)`, and in the environment `QUIRE_<NAME>`."""


def page() -> str:
    return "\n".join((HEAD, *_options(), *_spellings(), *_idle(), *_absent())) + "\n"


def _options() -> Iterator[str]:
    yield "\n## Options\n\nThe model is the word without a flag, or `--model`."
    for _, group in SECTIONS.values():
        ours = [o for o in OPTIONS.values() if o.group == group]
        rows = [(_flags(o), _values(o), default_of(o), o.help) for o in ours + [CONFIG] * (group == "Model")]
        yield f"\n### {group}\n"
        yield from _table(("flag", "value", "default", "what it does"), rows)


def _spellings() -> Iterator[str]:
    yield "\n## Spellings of guides\n\nEach stands for an option, which the line at the start names.\n"
    yield from _table(("flag", "stands for"), [(_flags(s.option), s.option.help) for s in SPELLINGS.values()])


def _idle() -> Iterator[str]:
    yield "\n## Taken without effect\n\nWhat is always on cannot be turned off where the last column says what to do instead.\n"
    rows = [(_flags(a.option), f"always on: {a.holds}", a.otherwise) for a in ALWAYS.values()]
    for why, idle in groupby(IDLE.values(), lambda each: each.why):
        rows.append((", ".join(_flags(each.option) for each in idle), why, ""))
    yield from _table(("flag", "why", "to have it otherwise"), rows)


def _absent() -> Iterator[str]:
    yield ("\n## Not in this version\n\nRefused by name, with what to do instead. A value in brackets asks for nothing and is "
           "taken, and so is a switch that is off where none is in brackets.\n")
    rows = [(capability, ", ".join(map(_refused, absents)), instead) for (capability, instead), absents
            in groupby(ABSENT.values(), lambda each: (each.capability, each.instead))]
    yield from _table(("what is asked for", "flags", "instead"), rows)


def _refused(absent: Absent) -> str:
    taken = ["on" if each is True else written("", each).strip() for each in absent.neutral if each is not False]
    shown = ", ".join(f"`{word}`" for word in taken if word)
    return _flags(absent.option) + (f" ({shown})" if shown else "")


def _flags(option: Option) -> str:
    spelled = (*option.short, option.flag, *("--" + alias.replace("_", "-") for alias in option.aliases
                                             if f"-{alias}" not in option.short))
    return ", ".join(f"`{flag}`" for flag in spelled)


def _values(option: Option) -> str:
    words = (*option.choices, *option.synonyms) or (KINDS[option.kind].shown or "true, false",)
    return ", ".join((*words, *["auto"] * option.takes_auto))


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    head = tuple(head)
    for row in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


if __name__ == "__main__":
    print(page(), end="")
