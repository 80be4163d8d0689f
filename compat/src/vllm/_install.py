"""Who answers under the name vllm: checked when it is imported, before anything else is.

The real package beside this one is refused in one sentence, and so is an environment without Quire. Once both checks are
passed, importlib.metadata knows a distribution `vllm`, because programs ask it for the version.
"""
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, DistributionFinder, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

RELEASE = (0, 32, 0)            # whose interface is followed
COMMANDS = ("-m", "vllm")       # sys.argv[0] while python -m imports the packages above, and of the command


def check() -> str:
    """Gives the version to tell."""
    try:
        real = distribution("vllm")
    except PackageNotFoundError:
        pass
    else:
        stop(f"vllm {real.version} is installed beside quire-vllm-compat, and both are called vllm: pip uninstall one of them")
    if find_spec("quire") is None:
        stop("quire-vllm-compat answers with Quire, which is not installed: pip install it from its folder")
    from quire import __version__

    version = f"{'.'.join(map(str, RELEASE))}+quire.{__version__}"
    sys.meta_path.append(Finder(version))
    return version


def stop(sentence: str) -> None:
    """A command ends with the sentence alone; a program gets an error that it can catch."""
    if sys.argv and Path(sys.argv[0]).name in COMMANDS:
        print(f"vllm: error: {sentence}", file=sys.stderr)
        raise SystemExit(2)
    raise ImportError(sentence)


class Named(Distribution):
    def __init__(self, version: str):
        self.text = f"Metadata-Version: 2.1\nName: vllm\nVersion: {version}\nSummary: the names of vLLM, answered by Quire\n"

    def read_text(self, filename: str) -> str | None:
        return self.text if filename == "METADATA" else None

    def locate_file(self, path: object) -> Path:
        return Path(__file__).parent.parent / str(path)


class Finder(DistributionFinder):
    """Finds no module, and one distribution."""

    def __init__(self, version: str):
        self.named = Named(version)

    def find_spec(self, *arguments: object) -> None:
        return None

    def find_distributions(self, context: DistributionFinder.Context | None = None) -> Iterator[Named]:
        if context is None or context.name in (None, "vllm"):
            yield self.named
