"""What a streamed chunk costs the server, and how it holds out with thousands of streams, against an engine that costs nothing.

The server is a process as always, with the engine of tests.server.null at the other end of its sockets: each stream gets an id
at every tick of a clock. Clients are processes of their own. Cost is CPU time of the server's process, whatever else the
machine does; lateness and the answers of /health are by the wall clock, and mean something only where the machine is idle.

    python -m benchmarks.streams [--out FILE.json] [--seconds 20] [--streams 1000] [--most 5000]
"""
import argparse
import http.client
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from benchmarks.figures import figures
from tests.server import null
from tests.server.model import plan

AIM_US, AIM_HEALTH_MS = 12.0, 50.0
READERS = 2                     # processes
INTERVAL = 0.1                  # seconds between ids of a stream
LOOK_SECONDS = 0.02             # between requests to /health
EDGE_SECONDS = 2.0              # at both ends of a run that are no window: streams begin and end there
SLOW = 8                        # clients that do not read
FILES = 20_000
PEER = "vLLM 0.32's shell on 2 cores: 4,054 tok/s at 1,000 streams"
ROOT = Path(__file__).parents[1]


def raise_files() -> None:
    """For the clients of all these streams, which inherit it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(FILES, hard)), hard))


@contextmanager
def server(interval: float, max_queue: int = 16_384) -> Iterator[tuple[str, int, int]]:
    """Its host, port and process."""
    chosen = plan(max_model_len=4096, max_queue=max_queue, default_chat_template_kwargs={"interval": interval})
    running = subprocess.Popen([sys.executable, "-m", "tests.server.program", msgspec.json.encode(chosen.to_wire()).decode(),
                                null.__file__], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout
        url = urlsplit(running.stdout.readline().strip())
        if not url.hostname or not url.port:
            raise RuntimeError("the server did not start")
        yield url.hostname, url.port, running.pid
    finally:
        running.terminate()
        running.communicate(timeout=60)


def cpu_seconds(pid: int) -> float:
    """Of all threads of a process: the clock that Linux has for each of them."""
    return time.clock_gettime(~pid << 3 | 2)


def anonymous_bytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:"))


class Watch(threading.Thread):
    """Asks /health all the time, and notes at every full second what the server has cost so far."""

    def __init__(self, host: str, port: int, pid: int):
        super().__init__(daemon=True)
        self.where, self.pid = (host, port), pid
        self.cpu: dict[int, float] = {}
        self.health: list[float] = []
        self.num_bad, self.most_bytes = 0, 0
        self.is_over = threading.Event()

    def run(self) -> None:
        connection = http.client.HTTPConnection(*self.where, timeout=60)
        while not self.is_over.wait(LOOK_SECONDS):
            self.cpu.setdefault(int(time.monotonic()), cpu_seconds(self.pid))
            self.most_bytes = max(self.most_bytes, anonymous_bytes(self.pid))
            began = time.perf_counter()
            connection.request("GET", "/health")
            answer = connection.getresponse()
            answer.read()
            self.health.append(1000 * (time.perf_counter() - began))
            self.num_bad += answer.status != 200
        connection.close()


def ask(host: str, port: int, path: str) -> int:
    """The status."""
    connection = http.client.HTTPConnection(host, port, timeout=60)
    connection.request("GET", path)
    try:
        return connection.getresponse().status
    finally:
        connection.close()


def points(values: list[float]) -> dict[str, float]:
    values = sorted(values)
    return {"n": len(values), **{f"p{p}": values[min(len(values) - 1, len(values) * p // 100)] for p in (50, 99)},
            "most": values[-1]}


def read_streams(host: str, port: int, streams: int, tokens: int, interval: float, slow: int) -> list[dict[str, Any]]:
    readers = [subprocess.Popen([sys.executable, "-m", "benchmarks.readers", host, str(port)], cwd=ROOT, text=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(READERS)]
    for number, reader in enumerate(readers):
        assert reader.stdin
        share = streams // READERS + (number < streams % READERS)
        reader.stdin.write(json.dumps({"streams": share, "tokens": tokens, "interval": interval,
                                       "slow": slow if not number else 0}) + "\n")
        reader.stdin.flush()
    return [json.loads(reader.communicate()[0]) for reader in readers]


def check(found: list[dict[str, Any]], streams: int, tokens: int) -> None:
    """Every stream has ended, with all that it was to say."""
    ended, ids = (sum(part[name] for part in found) for name in ("ended", "ids"))
    wrong = [text for part in found for text in part["wrong"]]
    if wrong or ended != streams or ids != streams * tokens:
        raise RuntimeError(f"{ended} of {streams} streams ended, with {ids} of {streams * tokens} ids; {wrong}")


def measure(streams: int, seconds: float, slow: int = 0, interval: float = INTERVAL) -> dict[str, Any]:
    """One run of a fresh server."""
    with server(interval) as (host, port, pid):
        watch, before = Watch(host, port, pid), anonymous_bytes(pid)
        watch.start()
        found = read_streams(host, port, streams, int(seconds / interval), interval, slow)
        watch.is_over.set()
        watch.join()
    chunks: Counter[int] = Counter()
    for part in found:
        chunks.update({int(second): count for second, count in part["chunks"].items()})
    check(found, streams, int(seconds / interval))
    if watch.num_bad:
        raise RuntimeError(f"/health was not 200 {watch.num_bad} times")
    costs = window_costs(watch.cpu, chunks)
    return {"streams": streams, "tokens of each": int(seconds / interval), "slow readers": slow,
            "us of CPU per chunk": figures(costs), "chunks per second and core": round(1e6 / statistics.median(costs)),
            "chunks": chunks.total(), "lateness ms": points([ms for part in found for ms in part["lateness"]]),
            "health ms": points(watch.health), "KiB of memory per stream": (watch.most_bytes - before) / 1024 / streams}


def window_costs(cpu: dict[int, float], chunks: Counter[int]) -> list[float]:
    """Microseconds per chunk, of each whole second in which all streams ran."""
    first, last = min(chunks) + EDGE_SECONDS, max(chunks) - EDGE_SECONDS
    return [1e6 * (cpu[second + 1] - cpu[second]) / chunks[second] for second in sorted(chunks)
            if first <= second <= last and second in cpu and second + 1 in cpu and chunks[second]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each run (20)")
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--most", type=int, default=5000, help="streams of the last run; 0: leave it out (5000)")
    args = parser.parse_args()
    raise_files()
    runs = {"paced": measure(args.streams, args.seconds), "with slow readers": measure(args.streams, args.seconds, SLOW)}
    if args.most:
        runs["many"] = measure(args.most, args.seconds, interval=5 * INTERVAL)
    found = {"benchmark": "streams", "aim us per chunk": AIM_US, "aim health ms": AIM_HEALTH_MS, "peer": PEER,
             "python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count(), "runs": runs}
    print(json.dumps(found, indent=1))
    if args.out:
        args.out.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
