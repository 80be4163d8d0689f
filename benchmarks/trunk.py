"""What a first user meets: how long until the server answers, how long `--help` takes, how soon every stream hears that the
engine was killed (at most 0.5 s) and no child is left of a killed server (1 s; both on Linux), and how many tokens a second
come out of sixteen mixed requests, beside `transformers` answering the same requests one at a time on the same weights and
threads.

    python -m benchmarks.trunk [--out FILE.json] [--rounds 5]
"""
import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.figures import figures
from benchmarks.shapes import SHAPES, make_model

THREADS = 2
OUTPUTS = [8, 16, 24, 32, 48, 64, 96, 128] * 2          # tokens that each of the sixteen wants
PROMPT = 32
STREAMS = 16                                            # that run when the engine is killed


def timed(act: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def help_seconds() -> float:
    return timed(lambda: subprocess.run([sys.executable, "-m", "quire", "--help"], check=True, stdout=subprocess.DEVNULL))


@contextmanager
def serving(*flags: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server that answers, and where."""
    command = [sys.executable, "-m", "quire", "serve", "--port", "0", *flags]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    try:
        found = next(filter(None, (re.search(r"answers at (http://[^/]+)", line) for line in process.stderr)), None)
        if found is None:
            raise RuntimeError("the server ended before it was ready")
        yield process, found[1]
    finally:
        process.terminate()
        process.communicate()


def ready_seconds() -> float:
    """From the start of the process to the line that says where it answers."""
    begin = time.perf_counter()
    with serving():
        return time.perf_counter() - begin


def children(pid: int) -> list[int]:
    """And theirs (Linux)."""
    found = [int(child) for path in Path(f"/proc/{pid}/task").iterdir() for child in (path / "children").read_text().split()]
    return [*found, *(grand for child in found for grand in children(child))]


def is_alive(pid: int) -> bool:
    """One that has ended and that nobody waits for is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def told_at(url: str, begun: threading.Barrier) -> float:
    """When a stream, which goes on once all have begun, brings its error event."""
    body = json.dumps({"model": "quire-8m", "prompt": "Once", "max_tokens": 4000, "ignore_eos": True, "stream": True}).encode()
    request = urllib.request.Request(f"{url}/v1/completions", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        answer.readline()
        begun.wait(60)
        for line in answer:
            if line.startswith(b'data: {"error"'):
                return time.perf_counter()
    raise RuntimeError("a stream ended without an error event")


def told_seconds() -> float:
    """From kill -9 of the engine's process to the error event of the last of STREAMS streams."""
    begun = threading.Barrier(STREAMS + 1)
    with serving() as (process, url), ThreadPoolExecutor(STREAMS) as pool:
        times = [pool.submit(told_at, url, begun) for _ in range(STREAMS)]
        begun.wait(60)
        begin = time.perf_counter()
        for child in children(process.pid):
            os.kill(child, signal.SIGKILL)
        return max(one.result() for one in times) - begin


def gone_seconds() -> float:
    """From kill -9 of the server to the end of its last child."""
    with serving() as (process, _):
        left = children(process.pid)
        if not left:
            raise RuntimeError("the server has no child: the figure means nothing")
        begin = time.perf_counter()
        process.kill()
        while any(map(is_alive, left)):
            time.sleep(0.001)
        return time.perf_counter() - begin


def requests() -> list[list[int]]:
    return [[(7919 * i + 31 * j) % 49_000 + 10 for j in range(PROMPT)] for i in range(len(OUTPUTS))]


def transformers_round(model: Any) -> float:
    import torch

    def answer() -> None:
        for prompt, length in zip(requests(), OUTPUTS, strict=True):
            ids = torch.tensor([prompt], device=model.device)
            model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, min_new_tokens=length,
                           max_new_tokens=length, pad_token_id=0)
    return timed(answer)


def quire_round(llm: Any) -> float:
    from quire import SamplingParams
    params = [SamplingParams(temperature=0, max_tokens=n, ignore_eos=True, detokenize=False) for n in OUTPUTS]
    llm.reset_prefix_cache()
    return timed(lambda: llm.generate(requests(), params, use_tqdm=False))


def crowd(rounds: int, device: str = "cpu") -> dict[str, Any]:
    import torch
    from transformers import AutoModelForCausalLM

    from quire import LLM
    torch.set_num_threads(THREADS)
    with tempfile.TemporaryDirectory() as name:
        make_model(SHAPES["SmolLM2-135M"], Path(name))
        peer = AutoModelForCausalLM.from_pretrained(name, dtype=torch.bfloat16).eval().to(device)
        ours = LLM(model=name, device=device, num_threads=THREADS, max_model_len=512)
        quire_round(ours), transformers_round(peer)
        pairs = [(quire_round(ours), transformers_round(peer)) for _ in range(rounds)]
    total = sum(OUTPUTS)
    return {"tokens": total, "quire tok/s": figures([total / a for a, _ in pairs]),
            "transformers tok/s": figures([total / b for _, b in pairs]), "ratio": figures([b / a for a, b in pairs])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    found = {"threads": THREADS, "cores": os.cpu_count(), "help seconds": figures([help_seconds() for _ in range(args.rounds)]),
             "ready seconds": figures([ready_seconds() for _ in range(args.rounds)]),
             "engine killed, all streams told, seconds": figures([told_seconds() for _ in range(args.rounds)]),
             "server killed, no child left, seconds": figures([gone_seconds() for _ in range(args.rounds)]),
             "sixteen requests": crowd(args.rounds)}
    print(json.dumps(found, indent=1))
    if args.out:
        args.out.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
