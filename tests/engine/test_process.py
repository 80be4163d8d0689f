"""The engine in its own process: what passes between the two, and how each ends when the other does.

Where a guard is tested, the same test without the guard goes the other way.
"""
import asyncio
import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from quire.core.errors import DoesNotFit, EngineDead, EngineStalled, Unavailable
from quire.core.types import Sampling
from quire.engine import client as client_module
from quire.engine import process as process_module
from quire.engine import sockets
from quire.engine.client import Client
from quire.engine.process import GUARDS, EngineProcess
from quire.engine.sockets import COMMANDS, private_folder
from quire.executor.fake_model import FakeModel
from tests.engine.aio import on_loop, until
from tests.engine.fakes import VOCAB, params, plan, read, spec, tokenizer

HERE = Path(__file__)
WORKER = (str(HERE.with_name("fake_worker.py")),)
GONE_SECONDS = 10               # ten times what is promised, as this machine may be busy
PROMPT = list(b"once")


@contextlib.asynccontextmanager
async def serving(guards=GUARDS, is_started=True, **orders):
    chosen = plan(default_chat_template_kwargs=orders)
    link = EngineProcess(chosen, guards, WORKER)
    client = Client(chosen, spec(), tokenizer(), link)
    if is_started:
        await client.start()
    else:
        client.open()
    try:
        yield client
    finally:
        await client.close()
        assert not is_alive(link.pid) and not link.folder.exists()
        assert not [t for t in threading.enumerate() if t.name.startswith("quire")]


def naive(prompt, count):
    return FakeModel(VOCAB).naive(prompt, Sampling(count))


def is_alive(pid):
    """A child that has ended and was not waited for is not."""
    try:
        os.kill(pid, 0)
        return sys.platform != "linux" or Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def listening(pid):
    """Inodes of TCP sockets that listen, of this process (Linux)."""
    tables = [line.split() for name in ("tcp",
                                        "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    listens = {f"socket:[{row[9]}]" for row in tables if row[3] == "0A"}
    return listens & {os.readlink(fd) for fd in Path(f"/proc/{pid}/fd").iterdir() if fd.is_symlink()}


def is_gone_soon(pid, seconds=GONE_SECONDS):
    until = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.01)
    return not is_alive(pid)


async def many(client, count=16, **given):
    """Streams that have begun."""
    streams = [client.generate([i, 7], params(**{"max_tokens": 200, **given})) for i in range(count)]
    for stream in streams:
        await anext(stream)
    return streams


# ---- what passes

@on_loop
async def test_streams_bring_what_the_model_says():
    async with serving(script="upon a time") as client:
        assert await read(client.generate(PROMPT, params(max_tokens=11))) == [("upon a time", [*b"upon a time"],
                                                                               "length")]
        assert client.progress == (2, 2)
        prompts = [[i % 250, i // 250, 7] for i in range(60)]
        answers = await asyncio.gather(*(read(client.generate(p, params(max_tokens=11))) for p in prompts))
        assert {a[0][0] for a in answers} == {"upon a time"}


@on_loop
async def test_logprobs_salts_aborts_and_resets_pass_too():
    async with serving(delay=0.002) as client:
        stream = client.generate(list(range(40)), params(logprobs=2, prompt_logprobs=1), cache_salt="s",
                                 request_id="é\0/..")
        deltas = [delta async for delta in stream]
        assert [t for d in deltas for t in d.token_ids] == naive(list(range(40)), 8)
        assert all(len(p) in (2, 3) for d in deltas for p in d.logprobs) and len(stream.prompt_logprobs) == 40
        for salt, cached in (("s", 39), (None, 0)):
            stream = client.generate(list(range(40)), params(), cache_salt=salt)
            await read(stream)
            assert stream.num_cached_tokens == cached
        await client.reset_prefix_cache()
        stream = client.generate(list(range(40)), params(), cache_salt="s")
        await read(stream)
        assert stream.num_cached_tokens == 0
        (stream,) = await many(client, 1)
        await stream.aclose()
        await until(lambda: client.snapshot.num_running == 0 and client.snapshot.num_held_blocks == 0)


@on_loop
async def test_200_streams_over_the_process():
    async with serving() as client:
        prompts = [[i % 250, i // 250, 7] for i in range(200)]
        answers = await asyncio.gather(*(read(client.generate(p, params(max_tokens=6))) for p in prompts))
        assert [a[0][1] for a in answers] == [naive(p, 6) for p in prompts]
        await until(lambda: client.figures().num_running == 0 and client.snapshot.num_held_blocks == 0)


@on_loop
async def test_an_idle_engine_beats():
    async with serving() as client:
        beats = {client.link.page.view[0]}
        await until(lambda: beats.add(client.link.page.view[0]) or len(beats) == 3)
        assert client.is_alive


# ---- what stands in the file system and on the network

@on_loop
async def test_sockets_lie_in_a_private_folder_that_is_gone_once_they_are_connected():
    async with serving(is_started=False) as client:
        mode = client.link.folder.stat()
        assert stat.S_IMODE(mode.st_mode) == 0o700 and mode.st_uid == os.getuid()
        await asyncio.wrap_future(client.ready)
        assert not client.link.folder.exists()
        assert (await read(client.generate(PROMPT, params())))[0][2] == "length"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@on_loop
async def test_no_port_is_opened():
    async with serving() as client:
        assert not listening(os.getpid()) and not listening(client.link.pid)
        with socket.create_server(("127.0.0.1", 0)):
            assert listening(os.getpid()), "the control: one that is opened is seen"


def test_a_temporary_folder_with_a_long_name_is_not_used(tmp_path, monkeypatch):
    deep = tmp_path / ("x" * 120)
    deep.mkdir()
    monkeypatch.setattr(sockets.tempfile, "tempdir", str(deep))
    folder = private_folder()
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.bind(str(folder / COMMANDS))
        assert not list(deep.iterdir())
    finally:
        (folder / COMMANDS).unlink()
        folder.rmdir()


@on_loop
async def test_keys_of_clients_do_not_reach_the_engine(monkeypatch):
    sent = []
    encode = process_module.wire.encode
    monkeypatch.setattr(process_module.wire, "encode", lambda message: sent.append(message) or encode(message))
    chosen = plan(default_chat_template_kwargs={}, api_keys=("secret",))
    client = Client(chosen, spec(), tokenizer(), EngineProcess(chosen, GUARDS, WORKER))
    await client.start()
    await client.close()
    assert sent and "secret" not in repr(sent)


# ---- the child ends

@on_loop
@pytest.mark.parametrize(("way", "cause"), [
    ("kill", "was killed by SIGKILL"), ("exit", "exit code 3; its last line was: the disk has run away"),
    ("raise", "RuntimeError: the device is on fire")])
async def test_every_stream_is_told_when_the_engine_ends(way, cause, capfd):
    async with serving(die_after=40, die_by=way, delay=0.002) as client:
        streams = await many(client)
        answers = await asyncio.gather(*map(read, streams), return_exceptions=True)
        assert {type(a) for a in answers} == {EngineDead} and len(answers) == 16
        await asyncio.wrap_future(client.death)
        assert client.cause.message.endswith(cause) and not client.is_alive and not client.live
        with pytest.raises(EngineDead):
            client.generate(PROMPT, params())


@on_loop
async def test_kill_9_of_the_engine_is_told_to_every_stream():
    async with serving(delay=0.005) as client:
        streams = await many(client)
        os.kill(client.link.pid, signal.SIGKILL)
        answers = await asyncio.gather(*map(read, streams), return_exceptions=True)
        assert {type(a) for a in answers} == {EngineDead}
        assert client.figures().num_finished == {"error": 16}


@on_loop
async def test_without_the_life_line_nobody_would_know(monkeypatch):
    """The control: whoever does not read it waits until the heartbeat is missed."""
    monkeypatch.setattr(EngineProcess, "_read_line", lambda self: self.loop.remove_reader(self.line))
    async with serving(delay=0.005) as client:
        streams = await many(client, 2)
        os.kill(client.link.pid, signal.SIGKILL)
        assert is_gone_soon(client.link.pid)
        await asyncio.sleep(1.0)
        assert client.is_alive and len(client.live) == 2 and all(s.answer for s in streams)


@on_loop
async def test_an_engine_that_is_stopped_is_found_by_its_heartbeat_and_ended(monkeypatch):
    monkeypatch.setattr(client_module, "WATCH_SECONDS", 0.1)
    async with serving(delay=0.005) as client:
        streams = await many(client, 4)
        pid = client.link.pid
        os.kill(pid, signal.SIGSTOP)
        monkeypatch.setattr(client_module, "STALL_SECONDS", 1.5)
        answers = await asyncio.gather(*map(read, streams), return_exceptions=True)
        assert {type(a) for a in answers} == {EngineStalled} and isinstance(client.cause, EngineStalled)
        assert is_gone_soon(pid)


@on_loop
async def test_what_prevents_loading_is_the_same_error_here():
    with pytest.raises(DoesNotFit, match="needs 3 GiB") as caught:
        async with serving(die_by="loading"):
            pass
    assert caught.value.exit_code == 4


@on_loop
async def test_closing_while_it_loads_is_at_once():
    async with serving(is_started=False, load_for=3600) as client:
        await until(lambda: client.progress.total)
        with pytest.raises(Unavailable, match="loading"):
            client.generate(PROMPT, params())
        await client.close(10 ** 6)
    with pytest.raises(Unavailable):
        client.ready.result(0)


@on_loop
async def test_a_program_that_is_not_there(monkeypatch):
    monkeypatch.setattr(process_module.sys, "executable", "/nowhere/python")
    client = Client(plan(), spec(), tokenizer(), EngineProcess(plan(), GUARDS, WORKER))
    with pytest.raises(EngineDead, match="cannot be started"):
        await client.start()
    assert not client.link.folder.exists() and not [t for t in threading.enumerate() if t.name.startswith("quire")]


# ---- the parent ends

@pytest.fixture
def parent(tmp_path):
    """Starts fake_parent.py; gives the program, its engine's pid, and the folder between them."""
    def start(guards, when="ready"):
        file = tmp_path / "plan.json"
        orders = {"delay": 0.01} if when == "ready" else {"load_for": 60}
        file.write_text(json.dumps(plan(default_chat_template_kwargs=orders).to_wire()))
        roots = [str(HERE.parents[2] / "src"), str(HERE.parents[2])]
        program = subprocess.Popen([sys.executable, str(HERE.with_name("fake_parent.py")), str(file), guards, when],
                                   stdout=subprocess.PIPE, text=True, env={**os.environ,
                                                                           "PYTHONPATH": os.pathsep.join(roots)})
        pid, folder = program.stdout.readline().split()
        return program, int(pid), Path(folder)
    return start


def kill(program):
    program.kill()
    program.wait()
    program.stdout.close()


@pytest.mark.parametrize("when", ["ready", "loading"])
@pytest.mark.parametrize("guards", ["signal,line", "line"] + ["signal"] * (sys.platform == "linux"))
def test_kill_9_of_the_parent_leaves_nobody(guards, when, parent):
    """Each of the two guards alone is enough."""
    program, pid, folder = parent(guards, when)
    assert is_alive(pid)
    kill(program)
    assert is_gone_soon(pid) and not folder.exists()


def test_without_any_guard_somebody_is_left(parent):
    """The control: this is what the guards prevent."""
    program, pid, _ = parent("")
    kill(program)
    try:
        assert not is_gone_soon(pid, 2.0)
    finally:
        os.kill(pid, signal.SIGKILL)


def test_signals_of_the_terminal_are_for_the_parent(parent):
    """It drains and then ends the engine, which must not go before."""
    program, pid, _ = parent("signal,line")
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(pid, number)
    assert not is_gone_soon(pid, 0.5)
    kill(program)
    assert is_gone_soon(pid)
