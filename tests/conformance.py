"""Counts the rows of docs/conformance.md and checks them: `python -m tests.conformance`.

Each row says of something that guides type or claim whether it is held, held in part, refused, or without a test, and names its
tests as file::function. They are looked up in the files' syntax trees: nothing is imported, nothing is run. What is wrong with
the page is printed last, and then the exit code is 1.
"""
import ast
import re
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "conformance.md"
STATES = ("held", "in part", "refused", "no test")
LAST = {"A": 11, "B": 44, "C": 62, "D": 96, "E": 117, "F": 128, "G": 141}      # the number of each section's last row
CELL = re.compile(r"(?<!\\)\|")


class Row(NamedTuple):
    section: str
    number: int
    typed: str
    state: str
    tests: tuple[str, ...]
    note: str


def read(page: str) -> list[Row]:
    rows, section = [], ""
    for line in page.splitlines():
        if line.startswith("## "):
            section = line[3]
        elif re.match(r"\| \d+ \|", line):
            number, typed, state, tests, note = (cell.strip() for cell in CELL.split(line)[1:-1])
            rows.append(Row(section, int(number), typed, state, tuple(re.findall(r"`([^`]+)`", tests)), note))
    return rows


@cache
def tests_in(file: str) -> frozenset[str]:
    """The names of a file's test functions; none where there is no such file."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    return frozenset(node.name for node in ast.parse(path.read_text()).body
                     if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"))


def faults(rows: list[Row]) -> list[str]:
    """All that is wrong, a line each."""
    found = []
    if [row.number for row in rows] != list(range(1, max(LAST.values()) + 1)):
        found.append(f"the rows are not numbered from 1 to {max(LAST.values())}, each once and in order")
    for row in rows:
        section = next((name for name, last in LAST.items() if row.number <= last), "")
        wrong = {f"stands in section {row.section}, but belongs to {section}": row.section != section,
                 f"is {row.state!r}: say {', '.join(STATES)}": row.state not in STATES,
                 "says nothing of what is typed": not row.typed,
                 "has no test": not row.tests and row.state != "no test",
                 "names a test and says that there is none": bool(row.tests) and row.state == "no test",
                 "has no note that says why": not row.note and row.state != "held"}
        wrong |= {f"names {test}, which is not there": True for test in row.tests if not exists(test)}
        found += [f"row {row.number} {what}" for what, is_so in wrong.items() if is_so]
    return found


def exists(test: str) -> bool:
    file, _, name = test.partition("::")
    return name in tests_in(file)


def counts(rows: list[Row]) -> str:
    """A line for each section, and their sum."""
    lines = [f"{'section':8}{'rows':>8}" + "".join(f"{state:>10}" for state in STATES)]
    for section in (*LAST, "all"):
        states = Counter(row.state for row in rows if section in (row.section, "all"))
        lines.append(f"{section:8}{sum(states.values()):8}" + "".join(f"{states[state]:10}" for state in STATES))
    return "\n".join(lines)


def main() -> int:
    rows = read(PAGE.read_text())
    wrong = faults(rows)
    print(counts(rows))
    print(f"{len({test for row in rows for test in row.tests})} tests are named")
    for line in wrong:
        print(line, file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
