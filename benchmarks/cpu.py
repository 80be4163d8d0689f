"""The CPU backend beside what the machine can do and beside its peers, all in one run: `python -m benchmarks.cpu [--out FILE]`.

Whole models of well-known shapes with random weights. Every side is a process that waits in memory, and the sides work in
turns, so that a busy moment meets all of them. The machine is one of them: bytes a second that all threads read, operations
a second of each kind of product. Medians, with least and most. The share is of the limit that is nearer: reading the
weights (and K and V) once a step, or multiplying. llama.cpp takes part where `gguf` and `llama-cpp-python` are installed
(`make bench-peers`), transformers always.

With --out each shape is written when it is through. A file that is there keeps the shapes that are not measured now.
"""
import argparse
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.figures import figures, limits
from benchmarks.shapes import SHAPES, Shape, make_model, write_gguf

CONTEXT, STEPS = 512, 32
BITS = {"quire": (16.0, 16.0), "quire-int8": (8.0, 8.0), "quire-int4": (4.5, 8.0)}      # of a weight in the layers, in the head
PEERS = {"quire": "llama.cpp BF16", "quire-int8": "llama.cpp Q8_0", "quire-int4": "llama.cpp Q4_0"}
CROWDS = (16, 64)
Times = dict[str, list[float]]
Limit = dict[str, float]


# ---- the machine


def machine(threads: int) -> dict[str, Any]:
    import torch

    from quire.kernels.table import native_reason
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.processor())
    return {"cpu": model, "cores": os.cpu_count(), "threads": threads, "kernels": native_reason(), "torch": torch.__version__,
            "load": os.getloadavg()[0]}


# ---- the sides


class Worker:
    """A side in its own process."""

    def __init__(self, side: str, model: Path, threads: int):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.side", side, str(model), "--threads", str(threads)], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"})
        self.answer()

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout
        while line := self.process.stdout.readline():
            if line.startswith("{"):
                return dict(json.loads(line))
        raise RuntimeError("a side ended before its answer; what it said stands above")

    def ask(self, act: str, **values: Any) -> Any:
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"act": act, **values}) + "\n")
        self.process.stdin.flush()
        return self.answer()["seconds"]

    def end(self) -> None:
        self.process.stdin.close()      # type: ignore[union-attr]
        self.process.wait()


@contextmanager
def workers(shape: Shape, folder: Path, threads: int) -> Iterator[dict[str, Worker]]:
    has_llama = importlib.util.find_spec("llama_cpp") and importlib.util.find_spec("gguf")
    with ExitStack() as stack:
        found = {}
        for side in (*BITS, "transformers"):
            found[side] = Worker(side, folder, threads)
        for scheme in ("BF16", "Q8_0", "Q4_0") if has_llama else ():
            file = folder / f"{scheme}.gguf"
            write_gguf(shape, folder, file, scheme)
            found[f"llama.cpp {scheme}"] = Worker("llama.cpp", file, threads)
        for worker in found.values():
            stack.callback(worker.end)
        yield found


def told(limit: Limit) -> str:
    return (f"{limit['read'] / 1e9:.1f} GB/s, bf16 {limit['bfloat16'] / 1e9:.0f} GFLOP/s, int8 "
            f"{limit['int8'] / 1e9:.0f} GOP/s")


def in_turns(sides: dict[str, Worker], threads: int, rounds: int, act: str, **values: Any) -> tuple[Times, Limit]:
    """Every side once, unmeasured, and then `rounds` times; and in each round the machine, which is the median, too."""
    times: Times = {name: [] for name in sides}
    rates: Times = {}
    for i in range(rounds + 1):
        for name, worker in sides.items():
            seconds = float(worker.ask(act, **values))
            if i:
                times[name].append(seconds)
        for kind, rate in limits(threads).items():
            rates.setdefault(kind, []).append(rate)
    return times, {kind: statistics.median(found) for kind, found in rates.items()}


# ---- the bounds


def bytes_of(shape: Shape, side: str) -> float:
    layers, head = BITS[side]
    head_size = shape.vocab * shape.hidden
    return ((shape.matrix_parameters - head_size) * layers + head_size * head) / 8


def peak_of(side: str, limit: Limit) -> float:
    return limit["bfloat16" if side == "quire" else "int8"]


def step_bound(shape: Shape, side: str, rows: int, limit: Limit) -> float:
    """Seconds of a step of `rows` sequences that have CONTEXT positions."""
    read = bytes_of(shape, side) + 2.0 * rows * shape.kv_values * (CONTEXT + STEPS / 2)
    return max(read / limit["read"], 2.0 * shape.matrix_parameters * rows / peak_of(side, limit))


def crowd_bound(shape: Shape, prompt: int, outputs: list[int], limit: Limit) -> float:
    """All prompts, then as many steps as the longest answer, each with the rows that still run."""
    prompts = len(outputs) * shape.prefill_flops(prompt) / limit["bfloat16"]
    running = [sum(n > step for n in outputs) for step in range(1, max(outputs))]
    return prompts + sum(max(bytes_of(shape, "quire") / limit["read"],
                             2.0 * shape.matrix_parameters * rows / limit["bfloat16"]) for rows in running)


# ---- the table


def row(what: str, side: str, times: Times, bound: float | None, work: float) -> dict[str, Any]:
    """work: tokens in the measured time. ratio: the peer's time over ours, round by round."""
    ours = times[side]
    found: dict[str, Any] = {"what": what, "side": side, "tok/s": figures([work / t for t in ours])}
    if bound:
        found["share of limit"] = bound / statistics.median(ours)
    for peer in (PEERS.get(side, ""), "transformers"):
        if peer in times and peer != side:
            found[f"x {peer}"] = figures([b / a for a, b in zip(ours, times[peer], strict=True)])
    return found


def show(found: dict[str, Any]) -> str:
    speed = found["tok/s"]
    share = f"{found['share of limit']:6.1%} of the limit" if "share of limit" in found else ""
    against = "  ".join(f"{value['median']:.2f} {key}" for key, value in found.items() if key.startswith("x "))
    return (f"  {found['what']:18} {found['side']:16} {speed['median']:9.1f} tok/s "
            f"({speed['least']:.1f} to {speed['most']:.1f}, n={speed['n']}) {share:22} {against}")


def measure(shape: Shape, threads: int, rounds: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def note(what: str, taken: tuple[Times, Limit], bound: Callable[[str, Limit], float], work: float) -> None:
        times, limit = taken
        for side in times:
            found.append(row(what, side, times, bound(side, limit) if side in BITS else None, work) | {"limits": limit})
            print(show(found[-1]), flush=True)
        print(f"    limits: {told(limit)}", flush=True)

    with tempfile.TemporaryDirectory() as name:
        make_model(shape, Path(name))
        with workers(shape, Path(name), threads) as sides:
            ours = {name: side for name, side in sides.items() if name in BITS}
            note("prefill 512", in_turns(sides, threads, rounds, "prefill", tokens=CONTEXT),
                 lambda side, limit: shape.prefill_flops(CONTEXT) / peak_of(side, limit), CONTEXT)
            note("decode, 1 row", in_turns(sides, threads, rounds, "decode", context=CONTEXT, steps=STEPS),
                 lambda side, limit: step_bound(shape, side, 1, limit), 1)
            note("decode, 16 rows", in_turns(ours, threads, rounds, "batch", context=CONTEXT, steps=STEPS, rows=16),
                 lambda side, limit: step_bound(shape, side, 16, limit), 16)
            found += profiles(ours)
            quire = {"quire": sides["quire"]}
            cold, warm = (in_turns(quire, threads, rounds, act, tokens=CONTEXT)[0]["quire"] for act in ("prefill", "cached"))
            found.append({"what": "cached prompt", "side": "quire", "x uncached": figures(
                [a / b for a, b in zip(cold, warm, strict=True)])})
            print(f"  first token of a cached prompt: {found[-1]['x uncached']['median']:.1f} times sooner", flush=True)
            if shape.name.startswith("SmolLM2"):
                found += crowds(shape, sides, threads, max(2, rounds // 2))
    return found


def profiles(sides: dict[str, Worker]) -> list[dict[str, Any]]:
    """Where the time of a pass goes, op by op."""
    found = []
    for side, worker in sides.items():
        for what, rows in (("prefill 512", 0), ("decode, 1 row", 1), ("decode, 16 rows", 16)):
            ops: dict[str, float] = worker.ask("profile", context=CONTEXT, rows=rows)
            total = sum(ops.values())
            found.append({"what": f"profile of {what}", "side": side, "ms": {op: s * 1e3 for op, s in ops.items()}})
            most = sorted(ops.items(), key=lambda item: -item[1])
            shares = ", ".join(f"{op} {seconds / total:.0%}" for op, seconds in most if seconds > total / 200)
            print(f"  {what:18} {side:16} {total * 1e3:9.2f} ms in ops: {shares}", flush=True)
    return found


def crowds(shape: Shape, sides: dict[str, Worker], threads: int, rounds: int) -> list[dict[str, Any]]:
    found, pair = [], {name: sides[name] for name in ("quire", "transformers")}
    for count in CROWDS:
        outputs = Random(count).choices((16, 32, 64, 128), k=count)
        times, limit = in_turns(pair, threads, rounds, "crowd", outputs=outputs, prompt=128)
        bound = crowd_bound(shape, 128, outputs, limit)
        for side in times:
            found.append(row(f"{count} requests", side, times, bound if side == "quire" else None, sum(outputs)))
            print(show(found[-1]), flush=True)
        print(f"  the machine's limit for these {count}: {sum(outputs) / bound:.0f} tok/s", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--shape", choices=SHAPES, action="append", help="just this one (may be given again)")
    args = parser.parse_args()
    facts = {**machine(args.threads), "context": CONTEXT, "models": {}}
    print(f"{facts['cpu']}, {args.threads} threads, load {facts['load']:.1f}; context {CONTEXT}", flush=True)
    if args.out and args.out.exists():
        facts["models"] = json.loads(args.out.read_text())["models"]
    for name in args.shape or SHAPES:
        print(name, flush=True)
        facts["models"][name] = {"load": os.getloadavg()[0], "rows": measure(SHAPES[name], args.threads, args.rounds)}
        if args.out:
            args.out.write_text(json.dumps(facts, indent=1) + "\n")
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
