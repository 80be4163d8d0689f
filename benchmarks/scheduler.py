"""What planning and folding cost on the host, in microseconds for each request and step.

The cost must not depend on the context, the queue or the size of the cache, and should be at most 12. Each figure is
the median of several windows of steps, with the least and the most. The device takes no time. Time is that of the
thread on its core, which is what it costs whatever else the machine does; the median by the wall clock is beside it.

Run: python -m benchmarks.scheduler [--out FILE.json] [--windows N] [--steps N]
"""
import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from quire.core.types import TOKEN, Limits, Request, Sampling, Step, StepOutput
from quire.engine.engine import Engine
from quire.schedule.kv_cache import KVCache
from quire.schedule.scheduler import Scheduler

ROWS, BLOCK_SIZE, AIM = 256, 16, 12.0


class Null:
    """A device that takes no time: as many ids as were wanted, or half of the drafts accepted."""

    def start(self) -> None:
        pass

    def submit(self, step: Step) -> Callable[[], StepOutput]:
        output = StepOutput({w.request_id: [7] * (1 + w.drafts // 2) for w in step.work if w.wants & TOKEN})
        return lambda: output

    def stop(self) -> None:
        pass


@dataclass(frozen=True)
class Case:
    context: int = 8192
    depth: int = 2
    drafts: int = 0
    blocks: int = 1_000_000
    waiting: int = 10_000


@dataclass(frozen=True)
class Figure:
    """Microseconds for each request and step over n windows."""
    case: Case
    n: int
    median: float
    least: float
    most: float
    wall_median: float

    def __str__(self) -> str:
        c = self.case
        return (f"{c.context:>9,}{c.depth:>7}{c.drafts:>8}{c.blocks:>12,}{c.waiting:>10,}"
                f"{self.median:>10.2f}{self.n:>4}{self.least:>9.2f}{self.most:>8.2f}{self.wall_median:>8.2f}")


CASES = (
    *(Case(context=context) for context in (128, 1024, 8192, 16_384, 32_768)),
    *(Case(depth=depth) for depth in (1, 4)),
    *(Case(drafts=drafts) for drafts in (1, 4)),
    *(Case(blocks=blocks) for blocks in (160_000, 400_000)),
    *(Case(waiting=waiting) for waiting in (0, 1_000, 100_000)),
)
HEADER = "  context  depth  drafts      blocks   waiting    median   n    least    most    wall"


def running_engine(case: Case, steps: int) -> Engine:
    """ROWS requests with all of their prompts computed, in mid-output, and others that wait."""
    limits = Limits(step_tokens=1 << 30, rows=ROWS, max_model_len=1 << 20, drafts=case.drafts)
    scheduler = Scheduler(KVCache(case.blocks, BLOCK_SIZE), limits)
    engine = Engine(scheduler, Null(), case.depth)
    most = steps * (1 + case.drafts) + 100                  # so that none of them ends
    for number in range(ROWS):
        scheduler.add(Request(number, [number] * case.context, Sampling(most)))
    for number in range(ROWS, ROWS + case.waiting):
        scheduler.add(Request(number, [number % 50_000] * 100, Sampling(100)))
    for _ in range(20):
        engine.turn()
    return engine


def num_outputs(engine: Engine) -> int:
    return sum(len(r.tokens) - r.prompt_len for r in engine.scheduler.running)


def measure(case: Case, windows: int, steps: int) -> Figure:
    engine, seconds, wall = running_engine(case, 20 + (windows + 1) * steps), list[float](), list[float]()
    for _ in range(windows):
        before, begin, wall_begin = num_outputs(engine), time.thread_time(), time.perf_counter()
        for _ in range(steps):
            engine.turn()
        seconds.append(time.thread_time() - begin)
        wall.append(time.perf_counter() - wall_begin)
        if num_outputs(engine) - before < ROWS * steps or len(engine.scheduler.running) != ROWS:
            raise RuntimeError(f"{case}: not every request went on in every step, so the figure means nothing")
    share = 1e6 / steps / ROWS
    return Figure(case, windows, statistics.median(seconds) * share, min(seconds) * share, max(seconds) * share,
                  statistics.median(wall) * share)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="file for the figures as JSON")
    parser.add_argument("--windows", type=int, default=7, help="windows of each figure (7)")
    parser.add_argument("--steps", type=int, default=60, help="steps in a window (60)")
    args = parser.parse_args()
    print(f"us for each of {ROWS} requests and step; blocks of {BLOCK_SIZE}; aim {AIM:g}\n{HEADER}")
    figures = []
    for case in CASES:
        figures.append(measure(case, args.windows, args.steps))
        print(figures[-1], flush=True)
    worst = max(f.median for f in figures)
    print(f"worst median {worst:.2f}: {'within' if worst <= AIM else 'OVER'} the aim")
    if args.out:
        args.out.write_text(json.dumps({
            "benchmark": "scheduler", "unit": "us per request and step", "aim": AIM, "worst_median": worst,
            "rows": ROWS, "block_size": BLOCK_SIZE, "steps_in_a_window": args.steps,
            "python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count(),
            "figures": [asdict(f) for f in figures]}, indent=1) + "\n")


if __name__ == "__main__":
    main()
