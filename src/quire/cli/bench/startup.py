"""quire bench startup: from the command to the first token, as whoever starts a server waits for it.

Every start is a process of its own: quire serve, and one request for one token as soon as it says that it answers. Before a
cold start the system is asked to forget the model's files (posix_fadvise), which it does unless another program has them
mapped; its own libraries stay where they are.
"""
import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from quire.cli.bench import flags
from quire.cli.bench.offline import keywords
from quire.cli.bench.report import Report, check
from quire.cli.talk import check_applies
from quire.core.errors import ConfigError, NetworkError, QuireError
from quire.core.options import Options
from quire.core.plan import Plan
from quire.core.progress import TerminalBar
from quire.core.settings import options_from_flags
from quire.engine.resolve import resolve

READY = re.compile(r"answers at (http://\S+)/v1")
LIMIT_SECONDS = 1800.0          # of one start; a large model comes from a slow disk
ANSWER_SECONDS = 600.0


class Start(NamedTuple):
    ready: float                # seconds from the command until it says that it takes requests
    first_token: float          # until the first token of the first answer


def run(arguments: Sequence[str]) -> int:
    flags.refuse_absent(arguments, flags.STARTUP)
    options, mine = options_from_flags(arguments, os.environ, [f.option for f in flags.STARTUP])
    check_applies(options, is_remote=False)
    given = flags.values(flags.STARTUP, mine)
    check(given)
    if options.server.uds:
        raise ConfigError("a server on a Unix socket cannot be measured: unset QUIRE_UDS or uds")
    if given.num_iters_cold and not hasattr(os, "posix_fadvise"):
        raise ConfigError("this system cannot be asked to forget files: --num-iters-cold 0")
    plan = resolve(options)
    starts = measure(given, options, plan)
    subject = {"kind": "start", "model": plan.model, "device": plan.device, "dtype": plan.dtype,
               "quantization": plan.quantization, "weights_bytes": plan.weights_bytes}
    report = Report("startup", given, subject, {"dataset": "one token", "num_prompts": 1, "seed": 0, "loop": "processes",
                                                "sha256": ""})
    report.counts = {"completed": sum(map(len, starts.values())), "failed": 0}
    for kind, found in starts.items():
        report.add(f"{kind}_ready", [start.ready for start in found], "s", "start")
        report.add(f"{kind}_first_token", [start.first_token for start in found], "s", "start")
    report.tell()
    return 0


def measure(given: SimpleNamespace, options: Options, plan: Plan) -> dict[str, list[Start]]:
    bar = TerminalBar(given.num_iters_cold + given.num_iters_warmup + given.num_iters_warm, "starts",
                      sys.stderr.isatty() and not given.disable_tqdm)

    def starts(num: int, is_cold: bool) -> list[Start]:
        found = []
        for _ in range(num):
            if is_cold:
                forget(Path(plan.model_folder))
            found.append(start(options))
            bar.update(1)
        return found
    cold = starts(given.num_iters_cold, True)
    starts(given.num_iters_warmup, False)
    warm = starts(given.num_iters_warm, False)
    bar.close()
    return {"cold": cold, "warm": warm}


def forget(folder: Path) -> None:
    for path in (path for path in folder.iterdir() if path.is_file()):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def start(options: Options) -> Start:
    began = time.perf_counter()
    command = [sys.executable, "-m", "quire", "serve", *as_flags(options), "--host=127.0.0.1", "--port=0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    limit = threading.Timer(LIMIT_SECONDS, process.kill)
    limit.start()
    try:
        url = until_ready(process)
        ready = time.perf_counter() - began
        ask(url, options)
        return Start(ready, time.perf_counter() - began)
    finally:
        limit.cancel()
        process.terminate()
        process.communicate()


def until_ready(process: "subprocess.Popen[str]") -> str:
    """The server's address. One that ends instead has said why in its last line, and by its exit code."""
    last = "it said nothing"
    for line in process.stderr or ():
        last = line.strip() or last
        if found := READY.search(line):
            return found[1]
    failure = QuireError(f"quire serve did not start: {last.removeprefix('quire: error: ')}")
    failure.exit_code = max(1, process.wait())
    raise failure


def ask(url: str, options: Options) -> None:
    keys = options.server.api_key
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {keys[0]}"} if keys else {})
    body = json.dumps({"prompt": "Hello", "max_tokens": 1}).encode()
    try:
        urllib.request.urlopen(urllib.request.Request(f"{url}/v1/completions", body, headers), timeout=ANSWER_SECONDS).close()
    except (OSError, urllib.error.HTTPError) as error:
        raise NetworkError(f"quire serve started and did not answer: {error}") from error


def as_flags(options: Options) -> list[str]:
    """What was asked of the engine, as flags. What the environment asks of the server, the server reads itself."""
    of_server = {name for name in type(options.server).__dataclass_fields__}
    return [f"--{name.replace('_', '-')}={text(value)}" for name, value in keywords(options).items() if name not in of_server]


def text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, (bool, list, tuple, dict)) else str(value)
