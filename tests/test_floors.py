"""The house: who may import whom, what stays light, how long things may be, and what never appears.

Imports are read from the syntax, those inside functions, under TYPE_CHECKING and through quire.core.lazy included.
"""
import ast
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from quire.core.lazy import MODULES

SRC = Path(__file__).parents[1] / "src"
FILES = sorted((SRC / "quire").rglob("*.py"))

# batch lies half a floor below kernels, whose contract speaks of it.
FLOORS = {
    "core": 0, "batch": 0.5, "schedule": 1, "text": 1, "grammar": 1, "parallel": 1, "kernels": 1, "quant": 2,
    "attention": 2, "layers": 3, "models": 4, "sampling": 4, "speculate": 5, "runner": 6, "executor": 7, "engine": 8,
    "llm": 9, "llm_engine": 9, "async_llm": 9, "client": 9, "server": 9, "cli": 10, "bench": 10, "launch": 10, "sim": 10,
}
# The package's own face, which hands out what the floors make.
FACE = {"quire/__init__.py", "quire/__main__.py"}
# engine/ that is on the way from the command line to a Plan, and the turn itself.
NO_TORCH = ("core", "schedule", "text", "server", "cli")
NO_TORCH_FILES = ("engine/engine.py", "engine/resolve.py", "engine/choices.py", "engine/fitting.py", "engine/sizing.py",
                  "engine/machine.py")
HEAVY = ("torch", "transformers", "numpy", "huggingface_hub", "fastapi", "uvicorn", "yaml", "jinja2", "tokenizers",
         "rich", "zmq")
P90_LINES, FILE_LINES = 30, 400
# Beside the package: nobody imports them, but they are read.
BESIDE = sorted(f for part in ("tests", "benchmarks", "training") for f in (SRC.parent / part).rglob("*.py"))


def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def part_of(file: Path) -> str:
    return file.relative_to(SRC / "quire").parts[0].removesuffix(".py")


def imports(tree: ast.Module) -> list[tuple[int, str]]:
    """Line and module of every import, wherever it stands."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: relative imports hide the floor"
            names = [f"quire.{alias.name}" for alias in node.names] if node.module == "quire" else [node.module]
            found += [(node.lineno, name) for name in names]
        elif isinstance(node, ast.Call) and called(node) == "lazy" and isinstance(node.args[0], ast.Constant):
            found.append((node.lineno, str(node.args[0].value)))
        elif isinstance(node, ast.Call) and called(node) in ("import_module", "__import__") and node.args:
            found += [(node.lineno, node.args[0].value)] if isinstance(node.args[0], ast.Constant) else []
    return found


def tabled(tree: ast.Module) -> list[tuple[int, str]]:
    """Module names in tables that import_module is given: texts that begin with quire. and nothing else in them."""
    texts = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return [(n.lineno, n.value) for n in texts if n.value.startswith("quire.")
            and n.value.replace(".", "").replace("_", "").isalnum()]


def called(node: ast.Call) -> str:
    return ast.unparse(node.func).split(".")[-1]


def at(file: Path, line: int) -> str:
    return f"{file.relative_to(SRC)}:{line}"


def test_there_is_something_to_look_at():
    assert len(FILES) > 20 and len(BESIDE) > 100


def test_every_part_has_a_floor():
    assert {part_of(f) for f in FILES if str(f.relative_to(SRC)) not in FACE} <= set(FLOORS)


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(SRC)))
def test_a_file_imports_only_lower_floors(file):
    """Of the same floor only from its own part. The face may name all; the table of lazy imports is judged where it is
    used."""
    name = str(file.relative_to(SRC))
    if name not in FACE:
        assert not climbs(part_of(file), tree_of(file), has_table=name == "quire/core/lazy.py")


def climbs(here: str, tree: ast.Module, has_table: bool = False) -> list[tuple[int, str]]:
    """Imports by the part `here` of what is not below it."""
    found = imports(tree) + ([] if has_table else tabled(tree))
    ours = [(line, module, module.split(".")[1]) for line, module in found if module.startswith("quire.")]
    return [(line, module) for line, module, part in ours
            if part != here and part in FLOORS and FLOORS[part] >= FLOORS[here]]


@pytest.mark.parametrize(("here", "code", "is_wrong"), [
    ("engine", "from quire.server.run import serve", True), ("server", "from quire.engine.client import Client", False),
    ("schedule", "from quire.text.stops import StopStrings", True), ("core", "x = lazy('quire.llm')", True),
    ("models", "TABLE = {'a': ('quire.runner.x', 'X')}", True), ("cli", "from quire import __version__", False),
    ("kernels", "from quire.batch import Batch", False), ("core", "import quire.core.types", False),
])
def test_a_climb_is_seen(here, code, is_wrong):
    assert bool(climbs(here, ast.parse(code))) is is_wrong


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(SRC)))
def test_our_own_modules_are_imported_at_the_top_or_through_the_table(file):
    hidden = [at(file, inner.lineno) for node in ast.walk(tree_of(file))
              if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
              for inner in ast.walk(node) if isinstance(inner, ast.ImportFrom)
              and (inner.module or "").split(".")[0] == "quire"]
    assert not hidden


def test_the_table_of_late_imports_lists_what_is_used():
    used = {name for file in FILES for node in ast.walk(tree_of(file)) if isinstance(node, ast.Call)
            and called(node) == "lazy" and isinstance(node.args[0], ast.Constant) for name in [node.args[0].value]}
    assert used == MODULES


def light_files() -> list[Path]:
    return [f for f in FILES if part_of(f) in NO_TORCH or str(f.relative_to(SRC / "quire")) in NO_TORCH_FILES]


@pytest.mark.parametrize("file", light_files(), ids=lambda f: str(f.relative_to(SRC)))
def test_the_light_parts_name_no_torch(file):
    """But through lazy(), where a question about the device needs it."""
    tree = tree_of(file)
    at_once = {n.lineno for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom))}
    torch = [line for line, module in imports(tree) if module.split(".")[0] == "torch"]
    assert not [at(file, line) for line in torch if line in at_once]


def loaded_by(statement: str, *unwanted: str) -> list[str]:
    """Which of the unwanted modules are there after a statement, in a fresh interpreter."""
    code = f"{statement}\nimport sys\nprint(*[m for m in {unwanted!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "PYTHONPATH": str(SRC)})
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[-2].split()


def modules(*parts: str) -> list[str]:
    files = [f for f in FILES if part_of(f) in parts and f.name not in ("__init__.py", "__main__.py")]
    return [".".join(f.relative_to(SRC).with_suffix("").parts) for f in files]


@pytest.mark.parametrize("part", ["core", "schedule", "text", "server"])
def test_importing_a_light_part_loads_no_torch(part):
    wanted = modules(part)
    assert loaded_by("\n".join(f"import {m}" for m in wanted) or "pass", "torch", "transformers") == []


def test_importing_the_engine_and_resolving_loads_no_torch():
    assert loaded_by("import quire.engine.engine, quire.engine.resolve", "torch", "transformers") == []


def test_importing_quire_loads_nothing():
    assert loaded_by("import quire", *HEAVY, "dataclasses", "quire.core.options") == []


@pytest.mark.parametrize("arguments",
                         [["--help"], ["--version"], ["serve", "--help"], ["serve", "--help=all"], ["chat", "--help"]])
def test_help_loads_nothing_heavy(arguments):
    assert loaded_by(f"from quire.cli.main import main\nmain({arguments!r})", *HEAVY) == []


def test_the_face_names_what_is_there():
    """Each export's module exists, and names it at its top."""
    tree = tree_of(SRC / "quire/__init__.py")
    table = next(ast.literal_eval(n.value) for n in ast.walk(tree) if isinstance(n, ast.Assign)
                 and n.targets[0].id == "_EXPORTS")
    for name, module in table.items():
        file = SRC.joinpath(*module.split(".")).with_suffix(".py")
        assert file.is_file(), module
        names = {n.name for n in tree_of(file).body if isinstance(n, (ast.ClassDef, ast.FunctionDef))}
        names |= {a.asname or a.name for n in tree_of(file).body if isinstance(n, ast.ImportFrom) for a in n.names}
        names |= {t.id for n in tree_of(file).body if isinstance(n, ast.Assign) for t in n.targets
                  if isinstance(t, ast.Name)}
        assert name in names, f"{module} has no {name}"


# ---- lengths

def test_functions_are_short():
    lengths = [n.end_lineno - n.lineno + 1 for f in FILES for n in ast.walk(tree_of(f))
               if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
    assert statistics.quantiles(lengths, n=10)[-1] < P90_LINES


@pytest.mark.parametrize("file", [f for f in FILES if "kernels" not in f.parts] + BESIDE,
                         ids=lambda f: str(f.relative_to(SRC.parent)))
def test_files_are_short(file):
    assert file.read_text(encoding="utf-8").count("\n") <= FILE_LINES


# ---- what never appears

FORBIDDEN_MODULES = {"pickle", "cPickle", "cloudpickle", "dill", "marshal", "shelve"}


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(SRC)))
def test_nothing_is_unpickled_or_evaluated(file):
    tree = tree_of(file)
    wrong = [f"{at(file, line)}: {module}" for line, module in imports(tree)
             if module.split(".")[0] in FORBIDDEN_MODULES]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            wrong += [f"{at(file, node.lineno)}: {what}" for what in [forbidden_call(node)] if what]
    assert not wrong


def forbidden_call(node: ast.Call) -> str:
    """eval and exec by their bare names (a module's .eval() is another thing), and torch.load that trusts the file."""
    name = ast.unparse(node.func)
    if name in ("eval", "exec", "compile"):
        return name
    if name.endswith((".send_pyobj", ".recv_pyobj")):
        return name
    if name == "torch.load" or name.endswith(".torch.load"):
        trusted = {k.arg: k.value for k in node.keywords}.get("weights_only")
        is_safe = isinstance(trusted, ast.Constant) and trusted.value is True
        return "" if is_safe else "torch.load without weights_only=True"
    return ""


@pytest.mark.parametrize(("code", "is_wrong"), [
    ("eval('1')", True), ("exec('1')", True), ("model.eval()", False), ("torch.load(f)", True),
    ("torch.load(f, weights_only=False)", True),
    ("torch.load(f, weights_only=True)", False), ("json.load(f)", False), ("socket.recv_pyobj()", True),
    ("re.compile('x')", False),
])
def test_the_check_itself_can_fail(code, is_wrong):
    assert bool(forbidden_call(ast.parse(code, mode="eval").body)) is is_wrong


@pytest.mark.parametrize(("code", "modules"), [
    ("def f():\n from quire.engine import x", ["quire.engine"]),
    ("if TYPE_CHECKING:\n import quire.cli", ["quire.cli"]),
    ("x = lazy('quire.server.run')", ["quire.server.run"]), ("import_module('quire.llm')", ["quire.llm"]),
    ("from quire import core", ["quire.core"]),
])
def test_every_kind_of_import_is_seen(code, modules):
    assert [module for _, module in imports(ast.parse(code))] == modules


def test_validity_does_not_hang_on_assert():
    """An assert vanishes under -O. In check() it is the point; elsewhere it may only tell a type checker what holds
    anyway."""
    wrong = []
    for file in light_files():
        for node in ast.walk(tree_of(file)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name != "check":
                wrong += [at(file, n.lineno) for n in ast.walk(node) if isinstance(n, ast.Assert)
                          and "is not None" not in ast.unparse(n.test)
                          and "isinstance" not in ast.unparse(n.test)]
    assert not wrong
