"""quire doctor: what this machine has, what that means, and what to do about it."""
import json
import os
import platform
import re
import shutil
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from quire import __version__
from quire.cli import help
from quire.cli.main import exit_codes
from quire.core import hub
from quire.core.lazy import lazy
from quire.core.options import Option
from quire.core.settings import own_values
from quire.core.units import show_bytes
from quire.engine.machine import Machine

torch, kernels = lazy("torch"), lazy("quire.kernels.table")

ABOUT = ("Shows what this machine has, what that means for serving, and what to do. Send its answer along with a "
         "report of a fault.")
OWN = (Option("json", "bool", "print it as JSON"),)
LIBRARIES = ("torch", "numpy", "safetensors", "tokenizers", "huggingface-hub", "jinja2", "msgspec", "pyzmq", "fastapi",
             "uvicorn", "uvloop", "httptools", "prometheus-client", "rich", "llguidance", "transformers")
ENVIRONMENT = re.compile(r"QUIRE_|VLLM_|HF_|HUGGING|TRANSFORMERS_|CUDA_|NVIDIA_|OMP_|MKL_|NCCL_|TOKENIZERS_")
SECRET = re.compile(r"TOKEN|KEY|SECRET|PASSWORD")
LITTLE_MEMORY, LITTLE_DISK = 2 << 30, 5 << 30


def run(arguments: Sequence[str]) -> int:
    if (word := help.wanted(arguments)) is not None:
        print(help.show("doctor", ABOUT, OWN, word) + f"\n\n{exit_codes()}")
        return 0
    own = own_values(arguments, OWN)
    machine = Machine.probe()
    facts = gather(machine, os.environ)
    things_to_do = advice(machine, facts)
    if own.get("json"):
        print(json.dumps({**facts, "advice": things_to_do}, indent=2))
        return 0
    for title, rows in facts.items():
        print(title)
        for name, value in rows.items():
            print(f"  {name:<18} {value}")
    print("what to do")
    print("\n".join(f"  - {line}" for line in things_to_do or ["nothing: all is well"]))
    return 0


def gather(machine: Machine, environ: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {
        "quire": {"version": __version__, "python": f"{platform.python_version()} ({platform.python_implementation()})",
                  "system": platform.platform(), "bundled models": ", ".join(hub.bundled_names()) or "none"},
        "cpu": {"name": machine.cpu, "cores": f"{machine.cores} ({machine.threads} threads)",
                "instructions": " ".join((machine.isa, *machine.extensions)), "clock": f"{machine.ghz:.1f} GHz"},
        "memory": {"total": show_bytes(machine.total_memory),
                   "available": f"{show_bytes(machine.available_memory)} {machine.memory_reason}"},
        "kernels": _kernels(),
        "gpu": _gpu(machine),
        "disk": _disk(environ),
        "libraries": {name: found for name in LIBRARIES if (found := _version(name))},
        "environment": {name: "(hidden)" if SECRET.search(name) else value
                        for name, value in sorted(environ.items()) if ENVIRONMENT.match(name)},
    }


def _kernels() -> dict[str, str]:
    """The C++ module of the CPU, if it loads."""
    try:
        return {"native": "yes" if kernels.has_native() else "no", "reason": kernels.native_reason()}
    except ImportError as error:
        return {"native": "no", "reason": f"torch cannot be imported: {error}"}


def _gpu(machine: Machine) -> dict[str, str]:
    rows = {f"device {i}": f"{d.name}, {show_bytes(d.free)} of {show_bytes(d.total)} free, capability "
                           f"{d.capability[0]}.{d.capability[1]}"
            for i, d in enumerate(machine.cuda)}
    try:
        built = {"torch is built for": f"CUDA {torch.version.cuda}" if torch.version.cuda else
                 f"ROCm {torch.version.hip}" if torch.version.hip else "CPU"}
    except ImportError as error:
        built = {"torch": f"cannot be imported: {error}"}
    return (rows or {"device": f"none: {machine.cuda_reason}"}) | built


def _disk(environ: Mapping[str, str]) -> dict[str, str]:
    folder, _ = hub.cache_folder(None, environ)
    folder = folder or Path(environ.get("HF_HOME") or "~/.cache/huggingface").expanduser()
    return {"model cache": str(folder), "free": show_bytes(shutil.disk_usage(_existing(folder)).free)}


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def advice(machine: Machine, facts: Mapping[str, Mapping[str, Any]]) -> list[str]:
    lines = []
    if facts["kernels"]["native"] == "no":
        lines.append(f"CPU kernels in C++ are missing, PyTorch stands in and is slower ({facts['kernels']['reason']}): "
                     "install a C++ compiler, then Quire again")
    if not machine.cuda and "no GPU driver" not in machine.cuda_reason:
        lines.append("a GPU driver is here, but this torch cannot use it: install the build of torch for your CUDA or "
                     "ROCm version")
    if machine.isa == "plain":
        lines.append("this CPU has neither AVX2 nor NEON: expect it to be slow, take a small model")
    if machine.available_memory < LITTLE_MEMORY:
        lines.append(f"only {show_bytes(machine.available_memory)} of memory are available: take a small model, or "
                     "raise the limit of the container")
    if shutil.disk_usage(_existing(Path(facts["disk"]["model cache"]))).free < LITTLE_DISK:
        lines.append(f"the disk of the model cache has {facts['disk']['free']} free: --download-dir or HF_HOME name "
                     "another place")
    return lines


def _existing(folder: Path) -> Path:
    return next(p for p in (folder, *folder.parents) if p.exists())
