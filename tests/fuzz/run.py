"""schemathesis against a whole server, as many cases as are asked for. python -m tests.fuzz.run [CASES] [SEED]

Runs in a virtual environment of its own (make fuzz); the server runs under the interpreter that QUIRE_PYTHON names. Whole
rounds are run, each with the next seed, until there were enough cases. Exits non-zero as soon as a round finds anything.
"""
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


def main(wanted: int = 10_000, seed: int = 1) -> int:
    total: Counter[str] = Counter()
    code = 0
    with serving() as url:
        while not code and total["cases"] < wanted:
            code, counts = one_round(url, seed, min(ROUND, max(1, (wanted - total["cases"]) // 8)))
            total, seed = total + counts, seed + 1
            if not counts["cases"]:
                code = code or 1
    for name in sorted(total):
        print(f"{total[name]:8,}  {name}")
    print("schemathesis: nothing found" if not code else "schemathesis: FAILED")
    return code


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
