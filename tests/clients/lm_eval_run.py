"""lm-eval's own command line, on the tasks of this folder."""
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.e2e.command import LIMIT_SECONDS

TASKS = Path(__file__).parent / "tasks"


def run_lm_eval(out: Path, kind: str, arguments: Mapping[str, Any], tasks: list[str], *flags: str,
                python: str = sys.executable, **environment: str) -> dict[str, Any]:
    """What it reports: {"results": of each task, "samples": of each task}. arguments: of its model of this kind."""
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(out / "cache")}
    ran = subprocess.run(
        [python, "-m", "lm_eval", "--model", kind, "--model_args", ",".join(f"{k}={v}" for k, v in arguments.items()),
         "--tasks", ",".join(tasks), "--include_path", str(TASKS), "--output_path", str(out / "told"), "--log_samples", *flags],
        cwd=TASKS, env=os.environ | offline | environment, capture_output=True, text=True, timeout=10 * LIMIT_SECONDS)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (results,) = (out / "told").rglob("results_*.json")
    samples = {task: [json.loads(line) for path in (out / "told").rglob(f"samples_{task}_*.jsonl")
                      for line in path.read_text().splitlines()] for task in tasks}
    told = {task: {name.partition(",")[0]: figure for name, figure in row.items()}
            for task, row in json.loads(results.read_text())["results"].items()}
    return {"results": told, "samples": {task: sorted(rows, key=lambda row: row["doc_id"]) for task, rows in samples.items()}}
