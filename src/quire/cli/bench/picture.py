"""The report as a picture: of each figure how its samples are distributed, and the run along time. Needs matplotlib."""
from pathlib import Path
from typing import Any

from quire.cli.bench.report import TIMES, Report
from quire.core.errors import ConfigError
from quire.core.lazy import lazy

mpl = lazy("matplotlib.figure")

INCHES, DPI = (12.0, 7.0), 125          # 1500 x 875 pixels
INK, LIGHT, SECOND = "#1f4e79", "#c9d8e8", "#c0562b"
MOST_PANELS = 4
CLIENTS = ["ttft", "itl", "e2el"]       # what clients see
FEW = 30                                # samples that are drawn one by one


def check(path: str) -> None:
    """Before anything is measured."""
    if not path.lower().endswith(".png"):
        raise ConfigError(f"--plot {path}: the picture is a PNG; name a file that ends with .png")
    try:
        mpl.Figure  # noqa: B018  reading it imports it
    except ImportError as error:
        raise ConfigError("--plot needs matplotlib: pip install 'quire[bench]' (or: pip install matplotlib)") from error


def draw(report: Report, path: Path) -> None:
    figure = mpl.Figure(figsize=INCHES, dpi=DPI, layout="constrained")
    figure.suptitle(f"quire bench {report.command}: {report.subject['model']}, {report.date}", color=INK, fontsize=13)
    names = CLIENTS if report.command == "serve" else list(report.samples)[:MOST_PANELS]
    num_panels = len(names) + bool(report.timeline)
    panels = list(figure.subplots(1 + (num_panels > 2), 2, squeeze=False).flat)
    for axes, name in zip(panels, names, strict=False):
        draw_samples(axes, name, report)
    if report.timeline:
        draw_timeline(panels[len(names)], report)
    for axes in panels[num_panels:]:
        axes.remove()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, format="png")
    except OSError as error:
        raise ConfigError(f"--plot {path}: {error.strerror or error}") from error


def draw_samples(axes: Any, name: str, report: Report) -> None:
    """How many of the samples are at most so much, and the percentiles of the table with their intervals."""
    found, samples = report.figures[name], sorted(report.samples[name])
    title = f"{name.upper()}: {TIMES[name]}" if name in TIMES else name.replace("_", " ")
    axes.set_title(f"{title}, n = {found['n']} (one sample: a {found['of']})", fontsize=10, loc="left")
    if "refused" in found:
        axes.set_axis_off()
        axes.text(0.5, 0.5, found["refused"], ha="center", va="center", transform=axes.transAxes)
        return
    shares = [(i + 1) / len(samples) for i in range(len(samples))]
    axes.step(samples, shares, where="post", color=INK, marker="o" if len(samples) <= FEW else "", markersize=3)
    for p, rank in found["percentiles"].items():
        low, high = rank["ci95"]
        if rank["value"] is None:
            continue
        axes.hlines(float(p) / 100, low if low is not None else samples[0], high if high is not None else samples[-1],
                    color=SECOND, linewidth=4, alpha=0.45)
        axes.plot([rank["value"]], [float(p) / 100], marker="|", color=SECOND, markersize=12, markeredgewidth=2)
        # Beside the curve, which lies below on the left and above on the right; and never past the edge.
        side = {"ha": "right", "va": "bottom", "xytext": (-4, 3)} if float(p) > 75 else {"va": "top", "xytext": (4, -4)}
        axes.annotate(f"p{p} {rank['value']:.4g}", (rank["value"], float(p) / 100), color=SECOND, fontsize=9,
                      textcoords="offset points", **side)
    if samples[0] > 0 and samples[-1] > 20 * samples[0]:
        axes.set_xscale("log")
    axes.set_ylim(0, 1.12)
    axes.set_xlabel(found["unit"])
    axes.set_ylabel("share of samples")
    axes.grid(color=LIGHT, linewidth=0.6)


def draw_timeline(axes: Any, report: Report) -> None:
    at, speed, under_way = zip(*report.timeline, strict=True)
    axes.set_title("along the run: output tokens/s (filled), requests under way (line)", fontsize=10, loc="left")
    axes.fill_between(at, speed, step="mid", color=LIGHT)
    axes.set_xlabel("seconds from the start")
    axes.set_ylabel("output tokens/s", color=INK)
    axes.set_ylim(bottom=0)
    other = axes.twinx()
    other.step(at, under_way, where="mid", color=SECOND)
    other.set_ylabel("requests under way", color=SECOND)
    other.set_ylim(bottom=0)
    other.yaxis.get_major_locator().set_params(integer=True)
