"""One report for every measurement: the document that is written, the table for people, the picture.

schema      quire-bench/1; its JSON schema is docs/bench.schema.json
figures     by name, see figures.py
notes       what whoever reads the figures must know
The flat names that scripts for vLLM look for (mean_ttft_ms, request_throughput, ...) stand beside these.
"""
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from math import isfinite
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from quire import __version__
from quire.cli.bench.figures import Figure, figure
from quire.cli.bench.flags import KEYS
from quire.cli.bench.target import pairs
from quire.core.errors import ConfigError
from quire.core.lazy import lazy
from quire.engine.machine import Machine

table, picture = lazy("quire.cli.bench.table"), lazy("quire.cli.bench.picture")

SCHEMA = "quire-bench/1"
LIBRARIES = ("torch", "numpy", "tokenizers", "safetensors", "msgspec", "uvloop", "httptools")
TIMES = {"ttft": "time to first token", "tpot": "time per output token", "itl": "between chunks", "e2el": "end to end"}


@dataclass
class Report:
    """samples    what each figure was made of, by its name; written with --save-detailed, and drawn
    timeline      (seconds from the start, tokens a second, requests under way), for the picture
    """
    command: str
    given: SimpleNamespace
    subject: dict[str, Any]         # what was measured
    workload: dict[str, Any]
    counts: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, Figure] = field(default_factory=dict)
    samples: dict[str, list[float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    familiar: dict[str, Any] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    timeline: list[tuple[float, float, float]] = field(default_factory=list)
    date: str = field(default_factory=lambda: datetime.now(timezone.utc).isoformat(timespec="seconds"))

    def add(self, name: str, samples: list[float], unit: str, of: str, is_alone: bool = False) -> Figure:
        self.samples[name] = [] if is_alone else samples
        self.figures[name] = figure(samples, unit, percentiles(self.given), of, is_alone)
        return self.figures[name]

    def document(self) -> dict[str, Any]:
        given = self.given
        found: dict[str, Any] = {
            "schema": SCHEMA, "command": self.command, "date": self.date, "label": given.label,
            "metadata": dict(pairs("--metadata", given.metadata)), "arguments": arguments(given), "subject": self.subject,
            "machine": fingerprint(), "workload": self.workload, "counts": self.counts, "figures": self.figures,
            "notes": self.notes, **self.familiar}
        if given.save_detailed:
            found |= {"samples": self.samples, "requests": self.requests}
        return {name: plain(value) for name, value in found.items()}

    def tell(self) -> None:
        """Print it, and write what was asked for."""
        table.show(self)
        document = self.document()
        for path, is_line in self._files():
            text = json.dumps(document, allow_nan=False, indent=None if is_line else 1) + "\n"
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("a" if is_line else "w", encoding="utf-8") as file:
                    file.write(text)
            except OSError as error:
                raise ConfigError(f"the report cannot be written to {path}: {error.strerror or error}") from error
            print(f"report: {path}")
        if self.given.plot:
            picture.draw(self, Path(self.given.plot).expanduser())
            print(f"picture: {self.given.plot}")

    def _files(self) -> list[tuple[Path, bool]]:
        """And whether the report is one more line there."""
        given, found = self.given, []
        if given.output_json:
            found.append((Path(given.output_json).expanduser(), False))
        if getattr(given, "save_result", False) or getattr(given, "append_result", False) \
                or getattr(given, "result_filename", None):
            model = str(self.subject["model"]).rpartition("/")[2]
            when = self.date.replace(":", "")
            name = given.result_filename or f"{given.backend}-{given.request_rate:g}qps-{model}-{when}.json"
            found.append((Path(given.result_dir or ".").expanduser() / name, given.append_result))
        return found


def check(given: SimpleNamespace) -> None:
    """Before anything is measured: what would fail when it is told."""
    percentiles(given)
    pairs("--metadata", given.metadata)
    if given.plot:
        picture.check(given.plot)


def percentiles(given: SimpleNamespace) -> list[float]:
    try:
        found = [float(text) for text in given.metric_percentiles]
    except (TypeError, ValueError) as error:
        raise ConfigError(f"--metric-percentiles: {error}") from error
    if not all(0 < p < 100 for p in found):
        raise ConfigError("--metric-percentiles lie between 0 and 100")
    return found


def arguments(given: SimpleNamespace) -> dict[str, Any]:
    """All flags as they held, but keys. Values of headers may be some, too."""
    found = {name: value for name, value in vars(given).items() if name not in KEYS}
    if found.get("header"):
        found["header"] = [word.partition("=")[0] for word in found["header"]]
    return found


def plain(value: Any) -> Any:
    """JSON has no infinity; the report says "inf"."""
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value


def fingerprint() -> dict[str, Any]:
    """Of the machine that runs the command."""
    machine = Machine.probe()
    return {"cpu": machine.cpu, "cores": machine.cores, "threads": machine.threads, "isa": machine.isa,
            "extensions": list(machine.extensions), "memory_bytes": machine.total_memory,
            "available_bytes": machine.available_memory, "gpus": [device.name for device in machine.cuda],
            "system": platform.platform(),
            "versions": {"quire": __version__, "python": platform.python_version(),
                         **{name: found for name in LIBRARIES if (found := _version(name))}}}


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""
