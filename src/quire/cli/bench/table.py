"""The report for people: a table where each figure has its n and its spread, and what else they must know below it."""
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from quire.cli.bench.figures import Figure
from quire.cli.bench.report import TIMES, Report, percentiles

WIDTH = 200                     # columns: more than any table has, so that no number is ever cut off
NAMES = {
    **{name: f"{name.upper()} {text}" for name, text in TIMES.items()}, "request_throughput": "requests",
    "output_throughput": "output tokens", "total_token_throughput": "all tokens", "goodput": "goodput, share",
    "request_goodput": "goodput, requests", "lateness": "generator's own delay", "queue": "waiting for a place"}
QUIET = ("lateness", "queue")   # shown only where they say something


def show(report: Report) -> None:
    console = Console(file=sys.stdout, width=WIDTH, highlight=False)
    subject = report.subject
    where = f" at {subject['url']}" if "url" in subject else ""
    counts = {**report.workload, **report.counts}
    console.print(escape(f"quire bench {report.command}: {subject['model']}{where}"))
    console.print(escape(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in counts.items() if name != "sha256")))
    console.print(made(report))
    for text in (*report.notes, *legend(report)):
        console.print(escape(f"note: {text}"), soft_wrap=True)


def made(report: Report) -> Table:
    ranks = percentiles(report.given)
    table = Table(box=None, pad_edge=False)
    for title in ("figure", "n", "mean (95 %)", "std", *(f"p{p:g} (95 %)" for p in ranks)):
        table.add_column(title, justify="left" if title == "figure" else "right", no_wrap=True)
    with_ranks = getattr(report.given, "percentile_metrics", "")
    for name, figure in report.figures.items():
        if name in QUIET and not figure.get("max", 0.0) > 1.0:
            continue
        # Of rates in tenths of a run percentiles are in the report; here they would tell nothing.
        has_ranks = figure["unit"] in ("ms", "s") and (name not in TIMES or name in with_ranks)
        table.add_row(f"{NAMES.get(name, name.replace('_', ' '))}, {figure['unit']}",
                      *cells(figure, ranks if has_ranks else [], len(ranks)))
    return table


def cells(figure: Figure, ranks: list[float], num_ranks: int) -> list[str]:
    if "refused" in figure:
        return [str(figure["n"]), "-", "-", *["-"] * num_ranks]
    told = [figure["percentiles"][f"{p:g}"] for p in ranks]
    return [str(figure["n"]), sure(figure["mean"], figure["ci95"]), number(figure["std"]),
            *(sure(rank["value"], rank["ci95"]) for rank in told), *[""] * (num_ranks - len(told))]


def sure(value: float | None, interval: Sequence[float | None]) -> str:
    if not any(each is not None for each in (value, *interval)):
        return "-"
    low, high = map(number, interval)
    return f"{number(value)} ({low}..{high})".strip()


def legend(report: Report) -> list[str]:
    said = []
    refused = [(NAMES.get(name, name.replace("_", " ")), figure["n"]) for name, figure in report.figures.items()
               if "refused" in figure and name not in QUIET]
    if refused:
        few = ", ".join(f"{name} (n = {n})" for name, n in refused)
        said.append(f"no number without a spread, which takes two samples: {few}")
    ranks = [rank for figure in report.figures.values() for rank in figure.get("percentiles", {}).values()]
    if any(None in rank["ci95"] for rank in ranks):
        said.append("(a..) and -: that percentile needs more samples to be bounded above, or to be told at all")
    return said


def number(value: float | None) -> str:
    """Three figures that mean something, never in powers of ten."""
    if value is None:
        return ""
    size = abs(value)
    return f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}" if size >= 1 else f"{value:.3f}"
