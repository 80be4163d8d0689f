"""The CPU kernels beside PyTorch and beside what the machine can do, all in one run.

    python -m benchmarks.kernels [--threads 2] [--json FILE]

linear at 1, 16 and 256 rows, over weights that do not fit a cache: GB/s of weights, GFLOP/s, share of the bound. The
bound of a call is the longer of two times: reading its weights from memory, and multiplying, each as fast as this machine
did in the same run. Times are the median of
calls taken in turns, so that a busy moment of the machine meets both sides; the load is printed.
"""
import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from benchmarks.figures import limits
from quire.kernels.table import has_native, native_reason, ops_for, set_threads

SHAPES = ((4096, 1024), (1024, 4096), (32000, 1024))        # (outputs, inputs): up, down, vocabulary
ROWS = (1, 16, 256)
FOOTPRINT = 96 << 20            # bytes of weights walked in turn, so that none is found in a cache
CPU = torch.device("cpu")


def seconds(calls: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """The median time of each, taken in turns."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(repeats + 1):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(taken[1:]) for name, taken in times.items()}


class Walk:
    """One tensor after the other."""

    def __init__(self, items: list[Any]):
        self.items, self.next = items, 0

    def __call__(self) -> Any:
        self.next = (self.next + 1) % len(self.items)
        return self.items[self.next]


def linear(dtype: torch.dtype, n: int, k: int, rows: int, bandwidth: float, rate: float) -> dict[str, Any]:
    ops, size = ops_for(CPU, dtype), n * k * dtype.itemsize
    weights: list[Tensor] = [torch.randn(n, k).mul_(k ** -0.5).to(dtype) for _ in range(max(2, FOOTPRINT // size))]
    x, packed, plain = torch.randn(rows, k).to(dtype), Walk([ops.pack(w) for w in weights]), Walk(weights)
    calls = {"ours": lambda: ops.linear(x, packed()), "torch": lambda: torch.nn.functional.linear(x, plain())}
    took = seconds(calls, 21 if rows <= 16 else 5)
    flops = 2 * rows * n * k
    bound = max(size / bandwidth, flops / rate)
    result: dict[str, Any] = {"dtype": str(dtype)[6:], "outputs": n, "inputs": k, "rows": rows}
    for name, t in took.items():
        result[name] = {"us": t * 1e6, "GB/s": size / t / 1e9, "GFLOP/s": flops / t / 1e9, "share_of_bound": bound / t}
    return result


def show(result: dict[str, Any]) -> str:
    def side(name: str) -> str:
        r = result[name]
        return f"{r['us']:9.0f} us {r['GB/s']:6.1f} GB/s {r['GFLOP/s']:7.1f} GFLOP/s {100 * r['share_of_bound']:4.0f} %"

    place = f"{result['dtype']:8} {result['rows']:4} x {result['inputs']:5} -> {result['outputs']:5}"
    faster = result["torch"]["us"] / result["ours"]["us"]
    return f"{place} | quire {side('ours')} | torch {side('torch')} | {faster:.2f} x"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--threads", type=int, default=0, help="threads of both sides (default: all cores)")
    parser.add_argument("--out", type=Path, help="also write the figures here")
    args = parser.parse_args()
    threads = args.threads or torch.get_num_threads()
    set_threads(threads)
    torch.set_num_threads(threads)
    print(f"{native_reason()}; torch {torch.__version__} on {threads}; load {os.getloadavg()[0]:.1f} at the start")
    limit, results = limits(threads), []
    bandwidth = limit["read"]
    for dtype in (torch.bfloat16, torch.float32):
        rate = limit[str(dtype)[6:]]
        print(f"bounds of {str(dtype)[6:]}: {bandwidth / 1e9:.1f} GB/s, {rate / 1e9:.0f} GFLOP/s")
        for n, k in SHAPES:
            for rows in ROWS:
                results.append(linear(dtype, n, k, rows, bandwidth, rate))
                print(show(results[-1]))
    if args.out:
        facts = {"kernels": native_reason(), "native": has_native(), "threads": threads, "load": os.getloadavg()[0]}
        args.out.write_text(json.dumps({**facts, "GB/s": bandwidth / 1e9, "linear": results}, indent=1))


if __name__ == "__main__":
    main()
