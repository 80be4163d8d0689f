"""`quire serve` as a user starts it: a command of its own, over HTTP, with the bundled model."""
import contextlib
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import openai

READY = re.compile(r"answers at (http://\S+)/v1")
SERVER_PYTHON = "SERVER_PYTHON"     # names the interpreter that serves, where it is not the one that tests
BUSY = ("vllm:num_requests_running", "vllm:num_requests_waiting", "vllm:kv_cache_usage_perc")
LIMIT_SECONDS = 120                 # a time-out, not a figure: the machine may be busy
BUNDLED = Path(__file__).parents[2] / "src" / "quire" / "bundled"


class Command:
    """A running server. `said` is its stderr so far."""

    def __init__(self, *flags: str, program: Sequence[str] = ("quire", "serve"), **environment: str):
        python = os.environ.get(SERVER_PYTHON, sys.executable)
        self.process = subprocess.Popen([python, "-m", *program, "--port", "0", *flags],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, **environment})
        self.said: list[str] = []
        self.url = ""
        self.is_ready = threading.Event()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.said.append(line.rstrip("\n"))
            if found := READY.search(line):
                self.url = found[1]
                self.is_ready.set()
        self.is_ready.set()

    def until_ready(self) -> "Command":
        assert self.is_ready.wait(LIMIT_SECONDS) and self.url, "\n".join(self.said)
        return self

    def end(self) -> int:
        """As an operator does; gives the exit code."""
        self.process.terminate()
        try:
            return self.process.wait(LIMIT_SECONDS)
        finally:
            self.process.kill()
            self.reader.join(LIMIT_SECONDS)
            if self.process.stderr:
                self.process.stderr.close()

    def http(self) -> httpx.Client:
        """Without the certificates that it would read each time: nothing here is encrypted."""
        return httpx.Client(base_url=self.url, timeout=LIMIT_SECONDS, verify=False)

    def openai(self, key: str = "none") -> openai.OpenAI:
        return openai.OpenAI(base_url=f"{self.url}/v1", api_key=key, max_retries=0, http_client=self.http())

    def metric(self, name: str) -> float:
        """The sum over all labels."""
        with self.http() as client:
            lines = client.get("/metrics").text.splitlines()
        found = [float(line.rpartition(" ")[2]) for line in lines if re.match(rf"{re.escape(name)}(\{{|\s)", line)]
        assert found, f"no metric {name}"
        return sum(found)

    def until_idle(self) -> None:
        """No request is left, and no block."""
        end = time.monotonic() + LIMIT_SECONDS
        while any(map(self.metric, BUSY)):
            assert time.monotonic() < end, "blocks or requests are left over"
            time.sleep(0.05)


@contextlib.contextmanager
def served(*flags: str, program: Sequence[str] = ("quire", "serve"), **environment: str) -> Iterator[Command]:
    command = Command(*flags, program=program, **environment)
    try:
        yield command.until_ready()
    finally:
        command.end()
