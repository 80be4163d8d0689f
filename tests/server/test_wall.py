"""What holds whatever is asked: nothing from the wire is run or unpickled, one port is open, no check hangs on assert."""
import os
import pickle
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import FULL
from tests.e2e.command import served as command
from tests.server.served import chat, serving

ROOT = Path(__file__).parents[2]
LISTENS = "0A"
FORBIDDEN = ("pickle.find_class", "exec", "compile", "marshal.loads", "os.system", "subprocess.Popen")
SAY = "__import__('os').system('true')"
CALL = {"type": "function", "function": {"name": "run", "parameters": {"type": "object", "properties": {"x": {}}}}}
REQUESTS = [
    ("/v1/chat/completions", chat(f"say:{SAY}")), ("/v1/chat/completions", chat(f"say:{SAY}", stream=True)),
    ("/v1/chat/completions", chat("say:{{ 1 + 1 }}", tools=[CALL], logprobs=True)),
    ("/v1/chat/completions", chat("say:x", chat_template="{{ ''.__class__ }}", chat_template_kwargs={"x": SAY})),
    ("/v1/completions", {"prompt": f"say:{SAY}", "n": 2, "logprobs": 1}), ("/v1/completions", {"prompt": {"$exec": SAY}}),
    ("/tokenize", {"prompt": SAY}), ("/detokenize", {"tokens": [97, 98]})]

seen: list[str] | None = None


def hook(event: str, arguments: object) -> None:
    if seen is not None and event in FORBIDDEN:
        seen.append(f"{event} {str(arguments)[:200]}")


@contextmanager
def watched() -> Iterator[list[str]]:
    """A hook stays for as long as the process lives, so there is one, and it looks only now."""
    global seen
    if not getattr(sys, "_quire_tests_watch", False):
        sys.addaudithook(hook)
        sys._quire_tests_watch = True       # type: ignore[attr-defined]
    seen = found = list[str]()
    try:
        yield found
    finally:
        seen = None


def test_nothing_that_comes_in_is_run():
    """What is loaded late is loaded in the first round."""
    with serving() as running:
        first = [running.post(path, body).status_code for path, body in REQUESTS]
        with watched() as found:
            again = [running.post(path, body).status_code for path, body in REQUESTS]
    assert first == again and set(first) == {200, 400}
    assert not found


def test_the_hook_sees():
    data = pickle.dumps(Path)
    with watched() as found:
        pickle.loads(data)
        eval("1 + 1")
    assert {line.split()[0] for line in found} == {"pickle.find_class", "compile", "exec"}


# ---- sockets

def listening(pid: int) -> list[str]:
    """Local addresses of TCP sockets that listen in a process and its children, as /proc has them; and UDP ones."""
    tree = [pid]
    for parent in tree:
        tree += [int(c) for path in Path(f"/proc/{parent}/task").iterdir() for c in (path / "children").read_text().split()]
    assert len(tree) > 1, "the engine has no process of its own: the census sees little"
    inodes = {os.readlink(fd) for one in tree for fd in Path(f"/proc/{one}/fd").iterdir() if fd.is_symlink()}
    rows = [(table, line.split()) for table in ("tcp", "tcp6", "udp", "udp6")
            for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]]
    return [row[1] for table, row in rows
            if f"socket:[{row[9]}]" in inodes and (row[3] == LISTENS or table.startswith("udp"))]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_one_port_of_one_interface_is_open():
    with command() as running:
        port = int(running.url.rpartition(":")[2])
        loopback = f"{int.from_bytes(socket.inet_aton('127.0.0.1'), sys.byteorder):08X}"
        assert listening(running.process.pid) == [f"{loopback}:{port:04X}"]


# ---- python -O

def optimized(*tests: str) -> subprocess.CompletedProcess[str]:
    """Of asserts in tests pytest makes statements that -O does not take out; elsewhere they are gone."""
    return subprocess.run([sys.executable, "-O", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider",
                           "-W", "ignore::pytest.PytestConfigWarning", *tests], cwd=ROOT, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
                               "QUIRE_TEST_FULL": "0"})


def test_what_is_refused_is_refused_without_asserts_too():
    done = optimized("tests/schedule/test_door.py", *(("tests/core", "tests/server", f"--ignore={__file__}") if FULL else (
        "tests/core/test_sampling_params.py", "tests/core/test_wire.py", "tests/server/test_fields.py")))
    assert done.returncode == 0, done.stdout[-4000:]


def test_a_check_that_hangs_on_assert_is_seen(tmp_path):
    """Where it stands outside of test modules, as all of quire does."""
    (tmp_path / "checks.py").write_text("def check(x):\n    assert x > 0\n")
    (tmp_path / "test_it.py").write_text("import pytest\nfrom checks import check\n\n\ndef test_it():\n"
                                         "    with pytest.raises(AssertionError):\n        check(0)\n")
    done = optimized("--rootdir", str(tmp_path), str(tmp_path))
    assert done.returncode == 1 and "DID NOT RAISE" in done.stdout
