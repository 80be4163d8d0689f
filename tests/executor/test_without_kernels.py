"""Where the C++ module is missing plain PyTorch serves, and one line says so, whatever else was asked for."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

from quire.executor.local import LocalExecutor
from quire.kernels.table import has_native
from tests.tiny import tiny, tiny_plan

BLOCK = "import sys\nsys.modules['quire._kernels'] = None\n"
SCRIPT = """
import sys
from quire import LLM, SamplingParams
with LLM(sys.argv[1], num_kv_blocks=64, num_threads=1, tensor_parallel_size=int(sys.argv[2]), enforce_eager=True,
         log_level="warning") as llm:
    print(len(llm.generate("Hello", SamplingParams(temperature=0, max_tokens=5, ignore_eos=True))[0].outputs[0].token_ids))
"""


@pytest.mark.parametrize("ranks", [1, 2])
def test_one_line_says_that_the_reference_serves(tmp_path: Path, ranks: int) -> None:
    (tmp_path / "sitecustomize.py").write_text(BLOCK)           # of the ranks, too
    source = str(Path(__file__).parents[2] / "src")
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(tiny(tmp_path / "model")), str(ranks)], capture_output=True,
                          text=True, timeout=300,
                          env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), source])})
    assert done.stdout == "5\n", done.stderr
    (line,) = [line for line in done.stderr.splitlines() if "C++" in line]
    assert "the C++ kernels are missing" in line and "pip install" in line


@pytest.mark.skipif(not has_native(), reason="there is something to say")
def test_with_the_kernels_nothing_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    executor = LocalExecutor(tiny_plan(tiny(tmp_path / "model")))
    with caplog.at_level("WARNING"):
        executor.start()
    executor.stop()
    assert caplog.text == ""
