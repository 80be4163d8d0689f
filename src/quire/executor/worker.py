"""One rank of several, a process of its own: `python -m quire.executor.worker FD`. FD is its end of a socket pair,
over which it gets its Init, then steps; rank 0 answers. It ends with its parent, however that ends."""
import ctypes
import hmac
import logging
import os
import queue
import signal
import socket
import sys
import threading
from datetime import timedelta

import torch
import torch.distributed as dist

from quire.core.errors import DeviceError, QuireError
from quire.core.model_spec import ModelSpec
from quire.core.plan import Plan
from quire.executor import wire
from quire.parallel.mesh import Mesh
from quire.runner.load import use_threads, warn_of_slow_ops
from quire.runner.runner import Runner

PR_SET_PDEATHSIG = 1
MEETING_SECONDS = 600           # for ranks to find each other, and for one to wait for another within a step
BEAT_SECONDS = 1.0

log = logging.getLogger(__name__)


class Link:
    """To the parent. A thread reads ahead, so that the parent never waits to send; at the end of the stream the
    process ends."""

    def __init__(self, connection: socket.socket):
        self.connection, self.lock = connection, threading.Lock()
        self.frames: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            while frame := wire.receive(self.connection):
                self.frames.put(frame)
        except OSError:
            pass
        os._exit(0)             # the main thread may be in a kernel, or wait for a rank that has ended too

    def receive(self) -> wire.ToRank:
        return wire.decode_to_rank(self.frames.get())

    def send(self, message: wire.FromRank) -> None:
        with self.lock:
            wire.send(self.connection, wire.encode(message))


def main() -> None:
    _end_with_parent(int(sys.argv[2]))
    link = Link(socket.socket(fileno=int(sys.argv[1])))
    try:
        _run(link)
    except QuireError as error:
        link.send(wire.Lost(type(error).__name__, error.message))
    except Exception as error:
        log.exception("a rank ends")
        link.send(wire.Lost("DeviceError", f"a rank ends: {type(error).__name__}: {error}"))
    os._exit(1)                 # other ranks may hold this one in a collective that nobody will end


def _run(link: Link) -> None:
    init = link.receive()
    if not isinstance(init, wire.Init):
        raise TypeError(f"the first message is {type(init).__name__}, not Init")
    plan = Plan.from_wire(init.plan)
    logging.basicConfig(level=plan.log_level.upper(), format=f"rank {init.rank}: %(levelname)s %(name)s: %(message)s")
    use_threads(plan.num_threads)
    is_first = init.rank == 0
    if is_first:
        warn_of_slow_ops(plan)
    runner = Runner(plan, ModelSpec.read(plan.model_folder), _join_mesh(init, plan))

    def progress(done: int, total: int) -> None:
        if is_first:
            link.send(wire.Loading(done, total))

    runner.load(progress)
    if is_first:
        threading.Thread(target=_beat, args=(link, runner), daemon=True).start()
    link.send(wire.Ready())
    while not isinstance(message := link.receive(), wire.Init):
        if isinstance(message, wire.Execute):
            output = runner.execute(message.step)
            if is_first:
                link.send(wire.Done.of(message.step.number, output))
            continue
        if isinstance(message, wire.Free):
            runner.free(message.weights)
        else:
            runner.restore(message.weights, message.kv, progress)
        link.send(wire.Ready())


def _join_mesh(init: wire.Init, plan: Plan) -> Mesh:
    """The ranks find each other through a file in a folder that only this user may enter, not through a port. Gloo knows
    no Unix sockets, so they talk over TCP, on ports of the loopback interface and of no other, and prove who they are."""
    names = {name for _, name in socket.if_nameindex()}
    os.environ["GLOO_SOCKET_IFNAME"] = os.environ["NCCL_SOCKET_IFNAME"] = "lo" if "lo" in names else "lo0"
    device = torch.device("cpu") if plan.device == "cpu" else torch.device(plan.device, init.rank)
    if device.type == "cuda":
        torch.cuda.set_device(device)
    dist.init_process_group("gloo" if device.type == "cpu" else "nccl", init_method=f"file://{init.meeting}",
                            rank=init.rank, world_size=init.size, timeout=timedelta(seconds=MEETING_SECONDS))
    if device.type == "cpu":                # NCCL's own handshake has a secret, which the file hands out
        _prove(init)
    return Mesh(init.rank, init.size, dist.group.WORLD, device)


def _prove(init: wire.Init) -> None:
    """Any user of this machine may connect to a port on loopback, and so take a rank's place while they meet. Each tells
    every other what only somebody who has the secret can say, before anything else passes between them."""
    proofs = [torch.tensor(list(hmac.digest(init.secret, str(rank).encode(), "sha256"))) for rank in range(init.size)]
    told = [torch.zeros_like(proof) for proof in proofs]
    others = [rank for rank in range(init.size) if rank != init.rank]
    for work in [dist.isend(proofs[init.rank], rank) for rank in others] + [dist.irecv(told[rank], rank) for rank in others]:
        if work:
            work.wait()
    for rank in others:
        if not hmac.compare_digest(bytes(told[rank].tolist()), bytes(proofs[rank].tolist())):
            raise DeviceError(f"what answers rank {init.rank} as rank {rank} does not know the secret of this run: another "
                              "process of this machine has connected to its port; start again")


def _beat(link: Link, runner: Runner) -> None:
    told, pause = -1, threading.Event()
    while not pause.wait(BEAT_SECONDS):
        if (count := runner.num_layers_run) != told:
            told = count
            link.send(wire.Alive(count))


def _end_with_parent(parent: int) -> None:
    """The parent alone hears the terminal and the supervisor: it drains, and then ends its ranks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)             # it ended before we asked to be told


if __name__ == "__main__":
    main()
