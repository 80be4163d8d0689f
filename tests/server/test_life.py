"""From the first answer of a server to its last: loading, ready, draining, hung, dead."""
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import msgspec
import pytest

from quire.core.errors import ConfigError, ModelError, PortError
from quire.engine.client import Client
from quire.server import host
from quire.server.run import NICE, address, listening
from tests.server.model import plan
from tests.server.served import LIMIT_SECONDS, Served, chat, events, is_refusal, read_all, serving
from tests.server.test_stream import ENDLESS, request

TAKING = ("/health", "/readyz", "/ready", "/ping")


# ---- in the test's process

class Loading(Served):
    """Its engine loads until `gate` is set, or fails with `failure`."""

    def __init__(self, *positional, **named):
        super().__init__(*positional, **named)
        self.gate, self.failure = threading.Event(), None

    def _make(self, progress):
        progress(10, 20)
        assert self.gate.wait(LIMIT_SECONDS)
        if self.failure:
            raise self.failure
        return super()._make(progress)


@pytest.fixture
def loading():
    running = Loading(plan())
    running.thread.start()
    running.until(lambda: running.url)
    yield running
    running.gate.set()
    for _ in range(2):
        running.ask_to_end()
    running.join()


def test_while_it_loads_probes_are_answered_and_requests_refused(loading):
    loading.until(lambda: loading.client.progress.done)
    response = loading.get("/livez")
    assert response.status_code == 200 and "date" in response.headers
    for path in TAKING:
        response = loading.get(path)
        assert response.status_code == 503
        assert response.json() == {"status": "loading", "loaded_bytes": 10, "total_bytes": 20}
    response = loading.post("/v1/chat/completions", chat("say:x"))
    assert "loading" in is_refusal(response, 503)["message"]
    assert response.headers["retry-after"] and response.headers["connection"] == "close"
    assert loading.get("/metrics").status_code == loading.get("/v1/models").status_code == 200
    loading.gate.set()
    assert loading.is_ready.wait(LIMIT_SECONDS)
    assert [loading.get(path).status_code for path in (*TAKING, "/livez")] == [200] * 5
    assert loading.post("/v1/chat/completions", chat("say:x")).status_code == 200


def test_a_load_that_fails_ends_the_server_with_its_reason(loading):
    loading.failure = ModelError("model.safetensors is cut off: download it again")
    loading.gate.set()
    loading.join()
    assert loading.error is loading.failure


def test_asked_to_end_while_it_loads_it_ends(loading):
    loading.until(lambda: loading.get("/livez").status_code == 200)
    loading.ask_to_end()
    loading.gate.set()
    loading.join()
    assert loading.error is None


def test_a_drain_lets_streams_finish_and_takes_nothing_new():
    text = "abcdefghij" * 4
    with serving({"delay": 0.01}) as running, contextlib.ExitStack() as stack:
        socks = [stack.enter_context(running.connect()) for _ in range(10)]
        for sock in socks:
            sock.sendall(request(chat(f"say:{text}", stream=True)))
        running.until(lambda: running.client.figures().num_running == 10)
        running.ask_to_end()
        running.until(lambda: running.get("/ready").status_code == 503)
        assert running.get("/ready").json()["status"] == "draining" and running.get("/livez").status_code == 200
        for path, body in (("/v1/chat/completions", ENDLESS), ("/v1/completions", {"prompt": "x"})):
            response = running.post(path, body)
            is_refusal(response, 503)
            assert int(response.headers["retry-after"]) > 0 and response.headers["connection"] == "close"
        for sock in socks:
            sock.settimeout(LIMIT_SECONDS)
            found = events(bytes(dechunked(read_all(sock))))
            assert found[-1] == "[DONE]"
            assert "".join(e["choices"][0]["delta"].get("content", "") for e in found[:-1]) == text
        running.join()
        assert running.error is None


def test_without_a_drain_a_stream_is_cut(monkeypatch):
    """The control."""
    async def at_once(client, calls, seconds, ending):
        client.shut()

    monkeypatch.setattr(host, "drain", at_once)
    with serving({"delay": 0.01}) as running, running.connect() as sock:
        sock.settimeout(LIMIT_SECONDS)
        sock.sendall(request(chat("say:" + "abcdefghij" * 4, stream=True)))
        running.until(lambda: running.client.figures().num_running)
        running.ask_to_end()
        found = events(dechunked(read_all(sock)))
        assert "[DONE]" not in found and "error" in found[-1]
        running.join()


def dechunked(answer: bytes) -> bytes:
    body, out = answer.partition(b"\r\n\r\n")[2], b""
    while body:
        size, _, body = body.partition(b"\r\n")
        out, body = out + body[:int(size, 16)], body[int(size, 16) + 2:]
    return out


@pytest.mark.parametrize("ask_again", [True, False], ids=["asked again", "time is up"])
def test_who_is_not_through_is_told(ask_again):
    with serving({"delay": 0.01}, drain_seconds=60.0 if ask_again else 0.05) as running, running.connect() as sock:
        sock.settimeout(LIMIT_SECONDS)
        sock.sendall(request(ENDLESS))
        running.until(lambda: running.client.figures().num_running)
        running.ask_to_end()
        if ask_again:
            running.until(lambda: running.client.state == "draining")
            running.ask_to_end()
        found = events(dechunked(read_all(sock)))
        assert "going down" in found[-1]["error"]["message"]
        running.join()
        assert running.error is None


def test_a_heart_that_does_not_beat(monkeypatch):
    with serving() as running:
        monkeypatch.setattr(running.client, "beat_age", lambda: 1000.0)
        response = running.get("/livez")
        assert (response.status_code, response.json()["status"]) == (503, "hung")
        assert running.get("/ready").json()["status"] == "hung"
        running.until(lambda: running.ended)
        assert type(running.error).__name__ == "EngineStalled" and running.error.exit_code == 8


# ---- as a process

@contextlib.contextmanager
def program(code="", **changes):
    """Ready; its address is `url`. `code`: what runs instead of program.py."""
    wire = msgspec.json.encode(plan(**changes).to_wire()).decode()
    root = Path(__file__).parents[2]
    what = ("-c", code) if code else ("-m", "tests.server.program")
    running = subprocess.Popen([sys.executable, *what, wire], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env={**os.environ, "PYTHONPATH": "src"})
    try:
        running.url = running.stdout.readline().decode().strip()
        yield running
    finally:
        running.kill()
        running.communicate()


def ended(running):
    """Exit code, and the last line on stderr."""
    _, errors = running.communicate(timeout=LIMIT_SECONDS)
    return running.returncode, (errors.decode().strip().splitlines() or [""])[-1]


def streaming(url, body):
    return httpx.stream("POST", f"{url}/v1/chat/completions", json=body, timeout=LIMIT_SECONDS, verify=False)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_sigterm_drains_and_exits_with_0(number):
    with program(default_chat_template_kwargs={"delay": 0.01, "script": "abcdefgh" * 20}, drain_seconds=60.0) as running:
        with streaming(running.url, chat("x", stream=True, max_tokens=100)) as response:
            lines = response.iter_lines()
            next(lines)
            running.send_signal(number)
            assert list(lines)[-2] == "data: [DONE]"
        assert ended(running) == (0, "")


def niceness(pid):
    """Of each of a process's threads, by its id."""
    tasks = [task for task in Path(f"/proc/{pid}/task").iterdir()]
    return {int(task.name): os.getpriority(os.PRIO_PROCESS, int(task.name)) for task in tasks}


def children(pid):
    return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc of Linux")
def test_the_server_steps_back_behind_the_engine():
    own = os.getpriority(os.PRIO_PROCESS, 0)
    with program() as running:
        assert running.url
        assert niceness(running.pid)[running.pid] == min(19, own + NICE)
        (engine,) = children(running.pid)
        assert set(niceness(engine).values()) == {own}
        assert b"OMP_NUM_THREADS=1" in Path(f"/proc/{engine}/environ").read_bytes().split(b"\0")


def test_a_second_sigterm_ends_now():
    with program(default_chat_template_kwargs={"delay": 0.01}, drain_seconds=600.0) as running:
        with streaming(running.url, ENDLESS) as response:
            lines = response.iter_lines()
            next(lines)
            running.terminate()
            while client_status(running.url) != "draining":
                time.sleep(0.01)
            running.terminate()
            rest = list(lines)
            assert "going down" in rest[-2] and "data: [DONE]" not in rest
        assert ended(running) == (0, "")


def client_status(url):
    return httpx.get(f"{url}/ready", verify=False).json()["status"]


@pytest.mark.parametrize(("way", "words"), [("kill", "SIGKILL"), ("raise", "on fire")])
def test_an_engine_that_dies_takes_the_server_with_it(way, words):
    """Every stream hears of it, and the last line says why."""
    with program(default_chat_template_kwargs={"delay": 0.01, "die_after": 20, "die_by": way}) as running:
        with streaming(running.url, ENDLESS) as response:
            lines = [line for line in response.iter_lines() if line]
        assert '"code":"engine_dead"' in lines[-1]
        code, last = ended(running)
        assert code == 1 and last.startswith("quire: error:") and words in last


QUIET = """import contextlib, sys
from quire.core.errors import QuireError
from quire.server import run
from tests.server import program
live = run.live
async def quiet(*given):
    with contextlib.suppress(QuireError):
        await live(*given)
run.live = quiet
sys.exit(program.main(sys.argv[1]))"""


def test_a_server_that_keeps_the_cause_to_itself_would_seem_well():
    """The control: the exit code is no accident."""
    with program(QUIET, default_chat_template_kwargs={"delay": 0.01, "die_after": 20, "die_by": "kill"}) as running:
        with streaming(running.url, ENDLESS) as response:
            assert '"code":"engine_dead"' in [line for line in response.iter_lines() if line][-1]
        assert ended(running)[0] == 0


def test_a_server_that_is_not_told_of_the_engine_s_end_would_live_on(monkeypatch):
    """The control."""
    monkeypatch.setattr(Client, "_lose", lambda client, error: None)
    with serving({"delay": 0.01}) as running, running.connect() as sock:
        sock.sendall(request(ENDLESS))
        running.until(lambda: running.client.figures().num_running)
        running.engine.executor._execute = None
        running.until(lambda: not running.client.link.is_alive)
        assert running.get("/livez").status_code == 200 and not running.ended


def test_a_load_that_fails_is_one_line_and_its_exit_code():
    with program(default_chat_template_kwargs={"die_by": "loading"}) as running:
        assert running.url == ""
        code, last = ended(running)
        assert code == 4 and last == "quire: error: the model needs 3 GiB and there are 2: take a smaller one"


def test_a_port_in_use():
    with serving() as taken, program(port=taken.port) as running:
        code, last = ended(running)
        assert code == 6 and f"port {taken.port}" in last and "--port" in last


# ---- addresses

def test_a_port_is_taken_before_anything_else():
    with (listening(plan()) as sock, pytest.raises(PortError) as refused,
          listening(plan(port=sock.getsockname()[1]))):
        pass
    assert refused.value.exit_code == 6


def test_a_host_that_is_none():
    with pytest.raises((PortError, ConfigError)), listening(plan(host="256.1.1.1")):
        pass


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("localhost", "localhost")])
def test_the_address_is_one_to_copy(host, shown):
    chosen = plan(host=host)
    with listening(chosen) as sock:
        assert address(chosen, sock) == f"http://{shown}:{sock.getsockname()[1]}"


def test_a_unix_socket(tmp_path):
    path = tmp_path / "s"
    client = httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), base_url="http://localhost")
    with serving(uds=str(path)), client:
        assert client.post("/v1/completions", json={"prompt": "say:x"}).json()["choices"][0]["text"] == "x"
        with pytest.raises(PortError), listening(plan(uds=str(path))):
            pass
    assert not path.exists()


def test_a_unix_socket_that_was_left_behind_is_taken_over(tmp_path):
    path = tmp_path / "s"
    subprocess.run([sys.executable, "-c", f"import socket; socket.socket(socket.AF_UNIX).bind({str(path)!r})"], check=True)
    assert path.exists()
    with listening(plan(uds=str(path))):
        pass
    path.write_text("a file of somebody")
    with pytest.raises(PortError), listening(plan(uds=str(path))):
        pass
    assert path.read_text() == "a file of somebody"
