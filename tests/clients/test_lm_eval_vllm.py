"""lm-eval's own backend for vLLM, through compat's names, says what its Hugging Face backend says of the same model.

Both have the model in their own process, so they run with the server's Python: torch and Quire are there. lm-eval, with all
that it brings along, comes from the clients' environment, on PYTHONPATH.
"""
import os
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import MODEL
from tests.clients.lm_eval_run import run_lm_eval
from tests.e2e.command import BUNDLED, SERVER_PYTHON

COMPAT = Path(__file__).parents[2] / "compat" / "src"
NEAR = 1e-3                     # of a sum of logarithms, in float32; mostly they differ by less than 1e-4


def told_by(kind: str, out: Path, tasks: list[str], *flags: str) -> dict[str, Any]:
    """On the CPU, whatever else there is."""
    seen = os.pathsep.join(filter(None, (sysconfig.get_path("purelib"), str(COMPAT), os.environ.get("PYTHONPATH"))))
    arguments = {"pretrained": BUNDLED / MODEL, "dtype": "float32", "max_length": 1024}
    return run_lm_eval(out / kind, kind, arguments, tasks, "--batch_size", "4", "--device", "cpu", *flags,
                       python=os.environ[SERVER_PYTHON], PYTHONPATH=seen, CUDA_VISIBLE_DEVICES="")


def number(said: Any) -> Any:
    """Samples are written down as text, numbers too."""
    try:
        return float(said)
    except ValueError:
        return said


@pytest.mark.parametrize("tasks, flags", [
    (["quire_choice", "quire_target", "quire_rolling", "quire_said"], []),
    (["quire_choice", "quire_answered"], ["--apply_chat_template"])], ids=["plain", "chat"])
def test_the_same_scores(tmp_path: Path, tasks: list[str], flags: list[str]) -> None:
    ours, theirs = (told_by(kind, tmp_path, tasks, *flags) for kind in ("vllm", "hf"))
    for task in tasks:
        assert ours["results"][task].keys() == theirs["results"][task].keys()
        for name, figure in theirs["results"][task].items():
            assert ours["results"][task][name] == (figure if isinstance(figure, str) else pytest.approx(figure, abs=NEAR))
        for our, their in zip(ours["samples"][task], theirs["samples"][task], strict=True):
            assert our["doc"] == their["doc"] and our["arguments"] == their["arguments"]
            our_words, their_words = ([number(word) for resps in each["resps"] for said in resps
                                       for word in (said if isinstance(said, list) else [said])] for each in (our, their))
            assert our_words == [word if isinstance(word, str) else pytest.approx(word, abs=NEAR) for word in their_words]
