"""docs/conformance.md has every row, and each names tests that exist, or says why there is none."""
import pytest

from tests.conformance import PAGE, counts, faults, main, read

GOOD = PAGE.read_text()


def test_every_row_is_held_by_tests_that_exist_or_says_why_not(capsys):
    assert main() == 0, capsys.readouterr().err
    assert capsys.readouterr().out.splitlines()[-2].split()[:2] == ["all", "141"]


def test_the_count_adds_up():
    _, *sections, whole = ([int(part) for part in line.split()[1:] if part.isdigit()] for line in
                           counts(read(GOOD)).splitlines())
    assert len(sections) == 7 and all(numbers[0] == sum(numbers[1:]) for numbers in (*sections, whole))
    assert [sum(column) for column in zip(*sections, strict=True)] == whole


@pytest.mark.parametrize(("old", "new", "said"), [
    ("::test_seeds_decide`", "::test_seeds_deside`", "row 14 names tests/test_llm.py::test_seeds_deside, which is not there"),
    ("`tests/hub/test_hub.py::", "`tests/hub/test_hubs.py::", "row 13 names tests/hub/test_hubs.py::test_a_folder, which is"),
    ("| 30 |", "| 31 |", "the rows are not numbered from 1 to 141"),
    ("then the same | no test |", "then the same | held |", "row 6 has no test"),
    ("no wheels are published; `pip install .` builds one |", "|", "row 4 has no note"),
    ("| refused | `tests", "| no test | `tests", "row 56 names a test and says that there is none"),
    ("| 8 | Linux", "## H. Others\n\n| 8 | Linux", "row 8 stands in section H, but belongs to A"),
    ("| refused |", "| maybe |", "is 'maybe': say held, in part, refused, no test"),
])
def test_what_is_wrong_with_the_page_is_seen(old, new, said):
    assert old in GOOD and any(said in line for line in faults(read(GOOD.replace(old, new, 1))))
