"""Runs an Engine for whoever is at the other end: obeys its commands, turns, tells the news.

one request's failure    whatever an Add raises is that request's last news; nobody else notices
the engine's             whatever a turn raises is the end: all who are alive are told, and EngineDead goes out
idle                     the loop waits for a command; it beats every now and then, so that its silence means something
"""
import logging
import time
from collections.abc import Callable, Sequence

from quire.core.errors import EngineDead, QuireError
from quire.core.messages import (
    DEAD,
    KV_CACHE,
    REFUSED,
    WEIGHTS,
    Abort,
    Add,
    Batch,
    Command,
    Done,
    Progress,
    Ready,
    Reset,
    Rest,
    Snapshot,
    Stop,
    Tell,
    Wake,
)
from quire.core.types import News, RequestRefused
from quire.engine import faults
from quire.engine.engine import Engine
from quire.engine.pulse import Pulse

IDLE_SECONDS = 1.0              # between beats of an idle loop
SNAPSHOT_SECONDS = 0.1          # between snapshots of a busy one

log = logging.getLogger("quire.engine")

Receive = Callable[[float], Sequence[Command]]      # waits so long for the first command, and brings all that are there
Make = Callable[[Callable[[int, int], None]], Engine]       # from a callback for the progress of loading


class Loop:
    """ids      the client's id -> the engine's, of all who are alive; names is the inverse
    asleep   what the engine is without, of messages.PARTS; then it takes no turns, and requests wait
    """

    def __init__(self, engine: Engine, tell: Tell, pulse: Pulse | None = None):
        self.engine, self.tell, self.pulse = engine, tell, pulse or Pulse()
        self.ids: dict[int, int] = {}
        self.names: dict[int, int] = {}
        self.is_stopped = False
        self.asleep: set[str] = set()
        self.told_at = 0.0

    def run(self, receive: Receive) -> None:
        """Until a Stop. Raises EngineDead when the engine cannot go on."""
        while not self.is_stopped:
            for command in receive(0.0 if self.may_turn else IDLE_SECONDS):
                self.obey(command)
            self.pulse.beat()
            if self.may_turn:
                self.turn()

    @property
    def may_turn(self) -> bool:
        return self.engine.is_busy and not self.asleep

    def obey(self, command: Command) -> None:
        if isinstance(command, Add):
            self._add(command)
        elif isinstance(command, Abort):
            for name in command.ids:
                if name in self.ids:
                    self.engine.abort(self.ids[name])
        elif isinstance(command, Reset):
            self.engine.reset_prefix_cache()
            self.tell(Done(command.ticket))
        elif isinstance(command, Rest):
            self._rest(command)
            self.tell(Done(command.ticket))
        elif isinstance(command, Wake):
            self._wake(command)
            self.tell(Done(command.ticket))
        elif isinstance(command, Stop):
            self.is_stopped = True

    def turn(self) -> None:
        try:
            news = self.engine.turn()
        except Exception as error:
            raise self._die(error) from error
        known = [self._named(n) for n in news if n.request_id in self.names]
        if len(known) < len(news):
            self._drop(news)
        snapshot = self._snapshot()
        if known or snapshot:
            self.tell(Batch(known, snapshot))
        if log.isEnabledFor(logging.DEBUG):
            self._note(news)

    def _rest(self, command: Rest) -> None:
        if not {WEIGHTS, KV_CACHE}.isdisjoint(command.parts):
            while self.engine.is_busy and {WEIGHTS, KV_CACHE}.isdisjoint(self.asleep):
                self.pulse.beat()
                self.turn()
            self.engine.free(weights=WEIGHTS in command.parts and command.is_deep)
        self.asleep |= set(command.parts)

    def _wake(self, command: Wake) -> None:
        self.engine.restore(weights=WEIGHTS in command.parts, kv=KV_CACHE in command.parts)
        self.asleep -= set(command.parts)

    def abort_all(self) -> None:
        for request_id in list(self.names):
            self.engine.abort(request_id)

    def _add(self, add: Add) -> None:
        try:
            faults.strike("schedule", add.label)
            ids = self.engine.add(add.prompt, add.sampling, priority=add.priority, salt=add.salt,
                                  may_read_cache=add.may_read_cache, grammar=add.grammar)
        except RequestRefused as refused:
            self._answer(add, REFUSED, str(refused))
        except Exception as error:
            self._answer(add, "error", f"{type(error).__name__}: {error}")
        else:
            names = range(add.id, add.id + len(ids))
            self.ids.update(zip(names, ids, strict=True))
            self.names.update(zip(ids, names, strict=True))
            log.debug("request %r: admitted as %d, prompt of %d, n %d", add.label, ids[0], len(add.prompt), len(ids))

    def _answer(self, add: Add, reason: str, error: str) -> None:
        self.tell(Batch([News(add.id + i, (), reason, error) for i in range(add.sampling.n)]))

    def _named(self, news: News) -> News:
        """Under the client's id."""
        name = self.names[news.request_id]
        if news.reason:
            del self.names[news.request_id], self.ids[name]
        return news._replace(request_id=name)

    def _drop(self, news: list[News]) -> None:
        """Siblings that were admitted before an Add failed belong to nobody: they do not go on."""
        for n in news:
            if not n.reason and n.request_id not in self.names:
                self.engine.abort(n.request_id)

    def _snapshot(self) -> Snapshot | None:
        now = time.monotonic()
        if self.engine.is_busy and now - self.told_at < SNAPSHOT_SECONDS:
            return None
        self.told_at = now
        return Snapshot(*self.engine.stats(), self.engine.masking)

    def _note(self, news: Sequence[News]) -> None:
        stats = self.engine.stats()
        log.debug("step %d: %d running, %d waiting, %d of %d blocks held, %d tokens, %d ended", stats.num_steps,
                  stats.num_running, stats.num_waiting, stats.num_held_blocks, stats.num_blocks,
                  sum(len(n.tokens) for n in news), sum(bool(n.reason) for n in news))

    def _die(self, error: Exception) -> EngineDead:
        """Tell everyone; news that were on their way come first."""
        cause = error.message if isinstance(error, QuireError) else f"{type(error).__name__}: {error}"
        text = f"the engine has ended: {cause}"
        last = [self._named(n) for n in self.engine.end_all(text) if n.request_id in self.names]
        self.is_stopped = True
        self.tell(Batch([n._replace(reason=DEAD) if n.error == text else n for n in last]))
        return EngineDead(text)


def run_engine(make: Make, tell: Tell, receive: Receive, pulse: Pulse) -> None:
    """Load, run until a Stop, and give back what the executor took. A command that comes meanwhile waits in `receive`."""
    ends = {"process": time.monotonic()}

    def progress(done: int, total: int) -> None:
        ends.setdefault("torch", time.monotonic())      # and what is made before the first weight is read
        ends["weights"] = time.monotonic()
        pulse.beat()
        tell(Progress(done, total))

    engine = make(progress)
    engine.executor.start()
    try:
        pulse.also = lambda: int(getattr(engine.executor, "num_layers_run", 0))
        ends["record"] = time.monotonic()
        tell(Ready(tuple(ends.items())))
        Loop(engine, tell, pulse).run(receive)
    finally:
        engine.executor.stop()
