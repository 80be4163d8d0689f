"""The examples of docs/clients.md, word for word, but for the server's address and key."""
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.conftest import KEY
from tests.e2e.command import LIMIT_SECONDS, Command

PAGE = Path(__file__).parents[2] / "docs" / "clients.md"
TASKS = Path(__file__).parent / "tasks"
EXAMPLES = re.findall(r"^## (.+?)$.*?^```(bash|python)\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
SAYS = {"curl": '"chat.completion"', "langchain-openai": "256", "instructor": "celsius=", "lm-eval": "acc_norm"}


@pytest.mark.parametrize("name, language, code", EXAMPLES, ids=[name for name, _, _ in EXAMPLES])
def test_an_example(server: Command, name: str, language: str, code: str) -> None:
    assert "http://127.0.0.1:8000" in code
    code = code.replace("http://127.0.0.1:8000", server.url).replace('api_key="none"', f'api_key="{KEY}"')
    code = code.replace("Bearer none", f"Bearer {KEY}")
    bin_folder = os.path.dirname(sys.executable)
    ran = subprocess.run([sys.executable, "-c", code] if language == "python" else ["bash", "-c", code], cwd=TASKS, text=True,
                         capture_output=True, timeout=10 * LIMIT_SECONDS, env=os.environ | {
                             "OPENAI_API_KEY": KEY, "PATH": f"{bin_folder}:{os.environ['PATH']}", "HF_HUB_OFFLINE": "1",
                             "HF_DATASETS_OFFLINE": "1", "LITELLM_LOCAL_MODEL_COST_MAP": "True", "no_proxy": "127.0.0.1"})
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() and SAYS.get(name, "") in ran.stdout, ran.stdout


def test_every_client_has_one() -> None:
    assert [name for name, _, _ in EXAMPLES] == ["curl", "openai", "langchain-openai", "litellm", "instructor", "lm-eval"]
