"""Programs that see compat's names: its sources stand on PYTHONPATH, nothing is installed."""
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMPAT = ROOT / "compat"
LIMIT_SECONDS = 180             # a time-out, not a figure: the machine may be busy


def path(*first: Path) -> str:
    return os.pathsep.join(map(str, (*first, ROOT / "src", COMPAT / "src")))


def python(*arguments: str, first: tuple[Path, ...] = (), **env: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("QUIRE_", "VLLM_", "HF_"))}
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=LIMIT_SECONDS,
                          env={**clean, "PYTHONPATH": path(*first), **env})
