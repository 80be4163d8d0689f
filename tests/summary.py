"""pytest's JUnit files -> one short table for people: `python -m tests.summary junit.xml ... [counts.txt ...]`.

What is no XML is shown below the table as it is.
"""
import platform
import sys
import xml.etree.ElementTree as xml
from collections import defaultdict
from pathlib import Path


def main(*paths: str) -> int:
    counts: dict[str, list[float]] = defaultdict(lambda: [0, 0, 0, 0.0])
    for case in (case for path in paths if path.endswith(".xml") for case in xml.parse(path).getroot().iter("testcase")):
        row = counts[".".join(case.attrib["classname"].split(".")[:2])]
        has = {child.tag for child in case}
        row[0 if not has & {"failure", "error", "skipped"} else 2 if "skipped" in has else 1] += 1
        row[3] += float(case.attrib["time"])
    print(f"Full counts, Python {platform.python_version()}, {platform.machine()}\n")
    print("| part | passed | failed | skipped | seconds |\n|---|---|---|---|---|")
    for part, (passed, failed, skipped, seconds) in sorted(counts.items()):
        print(f"| {part} | {passed:.0f} | {failed:.0f} | {skipped:.0f} | {seconds:.0f} |")
    totals = [sum(row[i] for row in counts.values()) for i in range(4)]
    print(f"| all | {totals[0]:.0f} | {totals[1]:.0f} | {totals[2]:.0f} | {totals[3]:.0f} |")
    for path in paths:
        if not path.endswith(".xml"):
            print(f"\n```\n{Path(path).read_text().rstrip()}\n```")
    return int(totals[1] > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
