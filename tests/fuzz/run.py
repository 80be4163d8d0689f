"""schemathesis against a whole server, as many cases as are asked for. python -m tests.fuzz.run [CASES] [--seed N] [--out FILE]

Runs in a virtual environment of its own (make fuzz); the server runs under the interpreter that QUIRE_PYTHON names. Whole
rounds are run, each with the next seed, until there were enough cases. Exits non-zero as soon as a round finds anything.
"""
import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

KEY = "fuzz"
ROUND = 120                     # cases of one route in one round, beside those that cover each bound
# Which bodies must be taken is told by the oracle of hooks.py, who knows of the refusals that the document lists.
NOT_ASKED = "positive_data_acceptance"


@contextmanager
def serving() -> Iterator[str]:
    python = os.environ.get("QUIRE_PYTHON", ".venv/bin/python")
    server = subprocess.Popen([python, "-m", "tests.fuzz.server"], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        if not url:
            raise SystemExit("the server does not start")
        yield url
        if server.poll() is not None:
            raise SystemExit("the server has ended")
    finally:
        server.terminate()
        server.wait(30)


def one_round(url: str, seed: int, most: int) -> tuple[int, Counter[str]]:
    with TemporaryDirectory() as folder:
        counts = Path(folder) / "counts.json"
        code = subprocess.run(
            [Path(sys.executable).parent / "schemathesis", "run", f"{url}/openapi.json", "-H", f"Authorization: Bearer {KEY}",
             "--checks", "all", "--exclude-checks", NOT_ASKED, "--max-examples", str(most), "--seed", str(seed),
             "--suppress-health-check", "all", "--request-timeout", "120", "--continue-on-failure", "--warnings", "off"],
            env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks", "QUIRE_FUZZ_COUNTS": str(counts)}).returncode
        return code, Counter(json.loads(counts.read_text()) if counts.exists() else {})


def report(total: Counter[str], code: int) -> str:
    lines = [f"{total[name]:8,}  {name}" for name in sorted(total)]
    return "\n".join([*lines, "schemathesis: FAILED" if code else "schemathesis: nothing found"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=int, nargs="?", default=10_000, help="how many at least (10,000)")
    parser.add_argument("--seed", type=int, default=1, help="of the first round (1)")
    parser.add_argument("--out", type=Path, help="write the counts into this file, too")
    args = parser.parse_args()
    total: Counter[str] = Counter()
    code, seed = 0, args.seed
    with serving() as url:
        while not code and total["cases"] < args.cases:
            code, counts = one_round(url, seed, min(ROUND, max(1, (args.cases - total["cases"]) // 8)))
            total, seed = total + counts, seed + 1
            if not counts["cases"]:
                code = code or 1
    print(report(total, code))
    if args.out:
        args.out.write_text(report(total, code) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
