"""The one place that imports late: a table of module names, each imported at the first use of something in it.

`torch = lazy("torch")` at the top of a file costs nothing until `torch.cuda` is read. A name that is not in the table
is refused, so the table lists everything that start-up avoids. tests/test_floors.py counts `lazy("quire.x")` as an
import of quire.x by the file it stands in.
"""
from importlib import import_module
from typing import Any

MODULES = frozenset({
    "huggingface_hub", "huggingface_hub.errors", "huggingface_hub.utils", "llguidance", "llguidance.gbnf_to_lark",
    "matplotlib.figure", "torch", "traceback", "yaml",
    "quire.cli.bench.main", "quire.cli.bench.offline", "quire.cli.bench.picture", "quire.cli.bench.serve",
    "quire.cli.bench.startup", "quire.cli.bench.table",
    "quire.cli.chat", "quire.cli.complete", "quire.cli.doctor", "quire.cli.explain", "quire.cli.local",
    "quire.cli.run_batch",
    "quire.cli.serve", "quire.engine.build", "quire.engine.resolve", "quire.executor.many", "quire.kernels.table",
    "quire.server.batch", "quire.server.host", "quire.server.run",
})


class Lazy:
    """Stands for a module. Invariant: nothing is imported before an attribute is read."""

    def __init__(self, name: str):
        self.__dict__["_name"] = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)

    def __repr__(self) -> str:
        return f"lazy({self._name!r})"


def lazy(name: str) -> Any:
    if name not in MODULES:
        raise KeyError(f"{name} is not in the table of quire.core.lazy")
    return Lazy(name)
