"""The import names of vLLM: each is Quire's own thing, or says what to use instead; and never beside the real package."""
import json
import shutil
import zipfile
from pathlib import Path

import pytest

import quire
from tests.compat.program import COMPAT, python

SOURCES = COMPAT / "src" / "vllm"
# What scripts import, and from where.
EVERY = """
import json, importlib
from vllm._names import MODULES
found, missing, wrong = {}, {}, []
for module, names in MODULES.items():
    for name in names:
        try:
            found[module + "." + name] = getattr(importlib.import_module(module), name).__module__
        except ImportError as error:
            missing[name] = str(error)
    if set(names) != set(dir(importlib.import_module(module))) or hasattr(importlib.import_module(module), "no_such_name"):
        wrong.append(module)
print(json.dumps([found, missing, wrong]))
"""
GUIDES = """
import importlib.metadata, sys
import vllm
assert "torch" not in sys.modules, "import vllm is as instant as import quire"
from vllm import (LLM, AsyncEngineArgs, AsyncLLMEngine, EngineArgs, LLMEngine, ModelRegistry, PoolingParams, RequestOutput,
                  SamplingParams, TextPrompt, TokensPrompt)
from vllm.engine.arg_utils import AsyncEngineArgs as Again
from vllm.engine.async_llm_engine import AsyncLLMEngine as AlsoEngine
from vllm.entrypoints.chat_utils import resolve_hf_chat_template
from vllm.entrypoints.llm import LLM as AlsoLLM
from vllm.inputs import TokensPrompt as AlsoTokens
from vllm.logger import init_logger
from vllm.lora.request import LoRARequest
from vllm.outputs import RequestOutput as AlsoOutput
from vllm.sampling_params import SamplingParams as AlsoParams
from vllm.renderers.hf import resolve_chat_template
from vllm.tokenizers import get_tokenizer as also_tokenizer
from vllm.transformers_utils.tokenizer import get_tokenizer
from vllm.utils import FlexibleArgumentParser, random_uuid
from vllm.version import __version__
import quire
assert SamplingParams is quire.SamplingParams is AlsoParams and issubclass(LLM, quire.LLM) and LLM is AlsoLLM
assert AsyncLLMEngine is quire.AsyncLLMEngine is AlsoEngine and AsyncEngineArgs is quire.AsyncEngineArgs is Again
assert RequestOutput is quire.RequestOutput is AlsoOutput and PoolingParams is quire.PoolingParams
assert LLMEngine is quire.LLMEngine and EngineArgs is quire.EngineArgs
assert "LlamaForCausalLM" in ModelRegistry.get_supported_archs()
assert TokensPrompt is AlsoTokens and TokensPrompt(prompt_token_ids=[1]) == {"prompt_token_ids": [1]} and TextPrompt(prompt="a")
assert resolve_chat_template is resolve_hf_chat_template and also_tokenizer is get_tokenizer
assert importlib.metadata.version("vllm") == __version__ == vllm.__version__
parser = FlexibleArgumentParser()
parser.add_argument("--max-model-len", type=int)
assert parser.parse_args(["--max_model_len=8"]).max_model_len == 8 and random_uuid() != random_uuid()
try:
    LoRARequest("name", 1, "path")
except ValueError as error:
    print(error)
print(vllm.__version__)
"""


def test_the_imports_of_guides():
    done = python("-c", GUIDES)
    assert done.returncode == 0, done.stderr
    refused, version = done.stdout.splitlines()
    assert "no LoRA adapters" in refused and version == f"0.32.0+quire.{quire.__version__}"


def test_every_name_is_quires_own_or_says_what_to_use_instead():
    done = python("-c", EVERY)
    assert done.returncode == 0, done.stderr
    found, missing, wrong = json.loads(done.stdout)
    assert not wrong
    assert all(home.startswith(("quire.", "vllm._llm")) or name.endswith("PromptType") for name, home in found.items())
    assert list(missing) == ["initialize_ray_cluster"] and ": ranks are processes of this machine" in missing.popitem()[1]
    assert {"vllm.LLM", "vllm.LLMEngine", "vllm.v1.engine.async_llm.AsyncLLM", "vllm.logprobs.Logprob"} <= found.keys()


# ---- beside the real package

@pytest.fixture
def real(tmp_path):
    """What pip leaves of an installed distribution."""
    info = tmp_path / "vllm-0.32.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: vllm\nVersion: 0.32.0\n")
    return tmp_path


def test_the_import_is_refused_in_a_sentence(real):
    done = python("-c", "import vllm", first=(real,))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == ("ImportError: vllm 0.32.0 is installed beside quire-vllm-compat, and both are "
                                            "called vllm: pip uninstall one of them")


@pytest.mark.parametrize("module", ["vllm", "vllm.entrypoints.openai.api_server"])
def test_a_command_is_refused_with_nothing_but_the_sentence(real, module):
    done = python("-m", module, "serve", first=(real,))
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("vllm: error: vllm 0.32.0 is installed beside") and len(done.stderr.splitlines()) == 1


def test_nothing_is_built_where_the_real_one_is(real):
    """The folders that pip would install into are those of sysconfig."""
    code = ("import sysconfig, backend; sysconfig.get_path = lambda name: {folder!r}\n"
            "try:\n    backend.build_wheel('.')\nexcept SystemExit as stop:\n    print(stop)")
    done = python("-c", code.format(folder=str(real)), first=(COMPAT,))
    assert done.returncode == 0, done.stderr
    assert "vllm-0.32.0 is" in done.stdout and "uninstall" in done.stdout


def test_the_wheel_holds_the_names_and_the_command(tmp_path):
    """Built from a copy: setuptools leaves folders behind."""
    copy, out = tmp_path / "compat", tmp_path / "out"
    shutil.copytree(COMPAT, copy, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
    done = python("-c", f"import os, backend; os.chdir({str(copy)!r}); print(backend.build_wheel({str(out)!r}))", first=(copy,))
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(out / done.stdout.splitlines()[-1]) as wheel:
        names, text = wheel.namelist(), {n: wheel.read(n).decode() for n in wheel.namelist() if ".dist-info/" in n}
    assert {str(Path("vllm", f.relative_to(SOURCES))) for f in SOURCES.rglob("*.py")} == {n for n in names if n.endswith(".py")}
    (metadata,) = (t for n, t in text.items() if n.endswith("METADATA"))
    (entries,) = (t for n, t in text.items() if n.endswith("entry_points.txt"))
    assert "Name: quire-vllm-compat" in metadata and "Requires-Dist" not in metadata
    assert "vllm = vllm.entrypoints.cli.main:main" in entries
