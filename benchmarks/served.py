"""What the way over HTTP costs: the same requests given to a model in a process and to a server that has it, in turns.

All requests come at once; tokens are counted from the first byte sent to the last answer read. The server's answers are read
as streams, chunk by chunk, and in a second row whole. Both sides wait in memory, each with all threads, and the client, which
does nothing but read, shares the cores with the server as it would on a machine of its own users.

    python -m benchmarks.served [--out FILE.json] [--rounds 5] [--requests 16]
"""
import argparse
import json
import os
import selectors
import socket
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

from benchmarks.cpu import Worker, machine
from benchmarks.figures import figures
from benchmarks.shapes import SHAPES, make_model
from benchmarks.side import prompt_ids
from benchmarks.trunk import serving

AIM = 0.95                      # of the tokens a second that come out in-process
PROMPT, LENGTHS = 128, (16, 32, 64, 128)
WAIT_SECONDS = 120.0


def request(prompt: list[int], length: int, streams: bool) -> bytes:
    asked = {"prompt": prompt, "max_tokens": length, "temperature": 0, "ignore_eos": True, "stream": streams}
    body = json.dumps(asked).encode()
    return (f"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


def crowd(where: tuple[str, int], outputs: list[int], streams: bool, salt: int) -> float:
    """Seconds until all are answered, and each with as many tokens as it asked for."""
    selector, got = selectors.DefaultSelector(), dict[socket.socket, bytes]()
    sends = [request(prompt_ids(PROMPT, salt * 101 + i), length, streams) for i, length in enumerate(outputs)]
    began = time.perf_counter()
    for data in sends:
        client = socket.create_connection(where, WAIT_SECONDS)
        client.sendall(data)
        selector.register(client, selectors.EVENT_READ)
        got[client] = b""
    while selector.get_map():
        for key, _ in selector.select(WAIT_SECONDS):
            client = key.fileobj
            assert isinstance(client, socket.socket)
            if part := client.recv(1 << 16):
                got[client] += part
            else:
                selector.unregister(client)
    seconds = time.perf_counter() - began
    for (client, answer), length in zip(got.items(), outputs, strict=True):
        client.close()
        check(answer, length, streams)
    return seconds


def check(answer: bytes, length: int, streams: bool) -> None:
    wanted = b"data: [DONE]" if streams else b'"completion_tokens":%d' % length
    if not answer.startswith(b"HTTP/1.1 200 ") or wanted not in answer or b'"finish_reason":"length"' not in answer:
        raise RuntimeError(f"not the answer that was asked for: {answer[:300]!r}")


def measure(threads: int, rounds: int, count: int) -> dict[str, Any]:
    outputs = Random(count).choices(LENGTHS, k=count)
    times: dict[str, list[float]] = {"in-process": [], "streamed": [], "whole": []}
    with tempfile.TemporaryDirectory() as name:
        make_model(SHAPES["SmolLM2-135M"], Path(name))
        # the same options as benchmarks.side has
        with serving(name, "--num-threads", str(threads), "--max-model-len", "1024", "--max-num-seqs", "64",
                     "--max-num-batched-tokens", "1024") as (_, url):
            split = urlsplit(url)
            assert split.hostname and split.port
            where = split.hostname, split.port
            worker = Worker("quire", Path(name), threads)
            for number in range(rounds + 1):                    # the first is not measured
                now = {"in-process": float(worker.ask("crowd", outputs=outputs, prompt=PROMPT)),
                       "streamed": crowd(where, outputs, True, 2 * number + 1),
                       "whole": crowd(where, outputs, False, 2 * number + 2)}
                for side, seconds in now.items() if number else ():
                    times[side].append(seconds)
            worker.end()
    rates = {side: figures([sum(outputs) / t for t in taken]) for side, taken in times.items()}
    shares = {side: figures([a / b for a, b in zip(times["in-process"], taken, strict=True)])
              for side, taken in times.items() if side != "in-process"}
    return {"requests": count, "tokens": sum(outputs), "tok/s": rates, "share of in-process": shares}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=16)
    args = parser.parse_args()
    found = {"benchmark": "served", "machine": machine(args.threads), "aim": AIM,
             **measure(args.threads, args.rounds, args.requests)}
    print(json.dumps(found, indent=1))
    if args.out:
        args.out.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
