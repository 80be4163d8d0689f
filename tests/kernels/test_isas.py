"""The same tests once for each instruction set of this machine, chosen by QUIRE_CPU_ISA in a process of its own.

The best one is left out: it is what the tests themselves run on. Unless QUIRE_CPU_ISA is set already: then all.
"""
import os
import subprocess
import sys
from pathlib import Path

import pytest

from quire.kernels.table import has_native, native_reason

ROOT = Path(__file__).parents[2]
FILES = ("tests/kernels/test_ops.py", "tests/kernels/test_invariance.py", "tests/kernels/test_quantized.py")
pytestmark = pytest.mark.skipif(not has_native(), reason=native_reason())


def _isas() -> list[str]:
    if not has_native():
        return []
    from quire import _kernels
    return _kernels.isas()


def _run(isa: str, *args: str) -> "subprocess.CompletedProcess[str]":
    env = os.environ | {"QUIRE_CPU_ISA": isa, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run([sys.executable, *args], cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_plain_is_always_there() -> None:
    assert _isas()[-1] == "plain"


@pytest.mark.parametrize("isa", _isas()["QUIRE_CPU_ISA" not in os.environ:])
def test_each_instruction_set_means_the_same(isa: str) -> None:
    said = _run(isa, "-c", "from quire.kernels.table import native_reason; print(native_reason())").stdout
    assert said.startswith(f"C++ kernels for {isa} "), said
    done = _run(isa, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not reference_passes", *FILES)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_an_unknown_instruction_set_is_refused_in_words() -> None:
    done = _run("mmx", "-c", "from quire.kernels.table import ops_for, has_native; has_native()")
    assert done.returncode != 0
    assert "ConfigError: QUIRE_CPU_ISA: this machine has no instruction set 'mmx' (it has: " in done.stderr
