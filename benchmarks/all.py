"""Every benchmark, one after the other, into benchmarks/results/: `python -m benchmarks.all [--only NAME]`."""
import argparse
import subprocess
import sys
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
BENCHMARKS = ("scheduler", "kernels", "trunk", "cpu", "served", "streams")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=BENCHMARKS, help="just this one")
    args = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    codes = [subprocess.run([sys.executable, "-m", f"benchmarks.{name}", "--out", str(RESULTS / f"{name}.json")]).returncode
             for name in BENCHMARKS if args.only in (None, name)]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
