"""Plants one fault after the other into a copy of the tree and asks whether the tests of the scheduler see it.

The tests run as they do by default: a sample of the workloads has to be enough. Each fault takes 3 to 12 seconds.
Run: python -m tests.faults.plant_schedule [words of a fault ...]
"""
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
TESTS = ("tests/schedule", "tests/engine/test_engine_fake.py", "tests/executor/test_fake.py")
SURVIVED = "SURVIVED"
# An installed quire may have a finder of its own; the copy must win, and that it does is checked.
START = """import sys
from importlib.machinery import PathFinder
sys.meta_path.insert(0, PathFinder)
import quire.schedule.scheduler
assert quire.schedule.scheduler.__file__.startswith(sys.argv[1]), quire.schedule.scheduler.__file__
import pytest
sys.exit(pytest.main(sys.argv[2:]))"""


class Fault(NamedTuple):
    """In `file` the text `old`, which must be there once, becomes `new`."""
    what: str
    file: str
    old: str
    new: str


TYPES, ORDER, KV = "core/types.py", "schedule/order.py", "schedule/kv_cache.py"
SCHEDULER, SHARE, FLIGHTS, DOOR = (f"schedule/{name}.py" for name in ("scheduler", "share", "flights", "door"))
ENGINE, DEVICE, MODEL = "engine/engine.py", "executor/fake.py", "executor/fake_model.py"

FAULTS = [Fault(*fault) for fault in [
    # the request
    ("siblings do not wait", TYPES, "return leader is None or", "return True or"),
    ("siblings wait for one who has ended", TYPES, " or bool(leader.finished)", ""),
    ("prompt logprobs read the cache", TYPES, "self.sampling.num_prompt_logprobs is not None or self.sampling.mean",
     "self.sampling.mean"),
    ("a mean reads the cache", TYPES, "self.sampling.num_prompt_logprobs is not None or self.sampling.mean",
     "self.sampling.num_prompt_logprobs is not None"),
    ("the whole read the cache", TYPES, "not (wants_each or self.whole)", "not wants_each"),
    ("who may not read the cache does", TYPES, "return self.may_read_cache and not (", "return not ("),
    ("ids in flight are not counted towards the end", TYPES, " - len(self.tokens) - self.in_flight",
     " - len(self.tokens)"),
    ("salt is left out of the prefix", TYPES, "repr((self.salt, self.adapter))", "repr(self.adapter)"),
    ("adapter is left out of the prefix", TYPES, "repr((self.salt, self.adapter))", "repr(self.salt)"),
    ("salt and adapter run together", TYPES, "repr((self.salt, self.adapter))", "(self.salt + self.adapter)"),
    ("index among siblings is not sent", TYPES, "r.sampling, r.index,", "r.sampling, 0,"),
    ("grammar is not sent", TYPES, "r.adapter, r.grammar,", "r.adapter, None,"),
    ("sent blocks survive a restart", TYPES, "self.committed = self.sent = ", "self.committed = "),
    ("a slice of logprobs keeps all ranks", TYPES, "self.values[positions], self.ranks[positions]",
     "self.values[positions], self.ranks"),
    # the line
    ("urgency is ignored", ORDER, "if request.priority not in",
     "request.priority = 0\n        if request.priority not in"),
    ("the restarted queue up behind all others", ORDER, "if front:", "if False:"),
    ("the last of the most urgent is the victim", ORDER, "self.levels[self.priorities[-1]]",
     "self.levels[self.priorities[0]]"),
    # the cache
    ("a full hit computes nothing", KV, "min(request.cached, len(request.tokens) - 1)", "request.cached"),
    ("head of a sequence is evicted first", KV, "in reversed(request.blocks)", "in request.blocks"),
    ("nameless blocks are reused last", KV, "if block not in self.digest_of:", "if False:"),
    ("no watermark", KV, "if missing + spare >", "if missing >"),
    ("a block is named before it is full", KV, "range(request.committed, length // self.block_size",
     "range(request.committed, -(-length // self.block_size)"),
    ("digest without its parent", KV, "sha256(parent + self", "sha256(request.root + self"),
    ("names are never taken away", KV, "for block in blocks:\n            if (digest",
     "for block in ():\n            if (digest"),
    ("evicted blocks keep their name", KV, "            del self.block_of[digest], self.content_of[block]\n            self",
     "            del self.content_of[block]\n            self"),
    ("a hit is not compared", KV, "or not is_same(self", "or not (self"),
    ("of a hit only the ids are compared", KV, "        one, other = one[0], other[0]\n", "        break\n"),
    ("salt and adapter are not compared", KV, "repr((request.salt, request.adapter, request.g", "repr((request.g"),
    ("generations are not compared", KV, "request.adapter, request.generation)", "request.adapter)"),
    ("another's chain is taken over unseen", KV, "elif is_same(self.content_of[other], request.content):", "else:"),
    ("a found block is not counted", KV, "            self.refs[block] += 1\n            request.blocks",
     "            request.blocks"),
    ("a found block stays free", KV,
     "            if not self.refs[block]:\n                del self.free[block]\n            self.refs",
     "            self.refs"),
    ("a second release goes unseen", KV, "            if not self.refs[block]:\n                raise",
     "            if False:\n                raise"),
    ("a reset spares what is running", KV, "self.generation += 1", "self.generation += 0"),
    ("a reset spares the digests of those who wait", KV, "            request.digests.clear()", "            pass"),
    ("a reset takes only half of the names", KV, "        self.block_of.clear()\n", ""),
    ("names are given though they are switched off", KV, "length // self.block_size if self.is_named else 0",
     "length // self.block_size"),
    ("evictions are not counted", KV, 'self.counts["evictions"] += 1', "pass"),
    # planning
    ("results of older epochs count", SCHEDULER, " and request.epoch == w.epoch and w.wants", " and w.wants"),
    ("the epoch does not grow", SCHEDULER, "request.epoch += 1", "request.epoch += 0"),
    ("rows are reused at once", SCHEDULER, "self.ended if request.sent else self.rows", "self.rows"),
    ("rows are reused before their end was executed", SCHEDULER, "ended, self.ended = tuple(self.ended), []",
     "ended, self.ended = tuple(self.ended), []\n        self.rows.extend(ended)"),
    ("ends are not sent", SCHEDULER, "tuple(now.work), ended)", "tuple(now.work), ())"),
    ("drafts are not told to the step", SCHEDULER, "start, count + drafts, drafts, new_blocks",
     "start, count, 0, new_blocks"),
    ("blocks are named with ids not yet known", SCHEDULER, "min(request.scheduled, len(request.tokens))):",
     "request.scheduled):"),
    ("drafts get no slots", SCHEDULER, "self._make_slots(request, start + count + drafts)",
     "self._make_slots(request, start + count)"),
    ("slots beyond the end are taken", SCHEDULER, "min(length, request.limit - 1), True", "length, True"),
    ("the last id gets a slot", SCHEDULER, "min(length, request.limit - 1), True", "min(length, request.limit), True"),
    ("the first in line is the victim", SCHEDULER, "is_calm, victim = False, self.running.last()",
     "is_calm, victim = False, self.running.first()"),
    ("whoever had to leave is let in again at once", SCHEDULER,
     "            now.is_open = False\n            if request.row",
     "            if request.row"),
    ("an equal is preempted", SCHEDULER, "victim.priority <= request.priority:", "victim.priority < request.priority:"),
    ("nobody gives way to the urgent", SCHEDULER, "if victim is None or victim.priority <= request.priority:",
     "if True:"),
    ("the whole table is sent each time", SCHEDULER, "(tuple(request.blocks[request.sent:]),)",
     "(tuple(request.blocks),)"),
    ("who is stuck stays stuck", SCHEDULER, "self.stuck != (request.id, self.kv.releases)",
     "self.stuck[0] != request.id"),
    ("who is stuck asks the cache each step", SCHEDULER, "self.stuck = request.id, self.kv.releases", "pass"),
    ("a whole request is cut", SCHEDULER, "least = request.wanted if request.whole else 1", "least = 1"),
    ("somebody overtakes", SCHEDULER, "        if not now.is_open:\n            return",
     "        if not now.is_open:\n            self.waiting.remove(request)\n            self.waiting.push(request)\n"
     "            return"),
    ("what can never fit is accepted", SCHEDULER, "if reason := refusal(request, self.limits, self.kv):", "if False:"),
    ("an id may be alive twice", SCHEDULER, "if request.id in self.requests:", "if False:"),
    ("who could share nothing waits all the same", SCHEDULER, "request.leader = None  ", "pass  "),
    ("siblings that waited come in the wrong order", SCHEDULER, "in reversed(self.parked.pop(leader.id, ())):",
     "in self.parked.pop(leader.id, ()):"),
    ("siblings that waited come last", SCHEDULER,
     "            self.waiting.push(request, front=True)\n\n    def _preempt",
     "            self.waiting.push(request)\n\n    def _preempt"),
    ("siblings wait until the first has ended", SCHEDULER,
     "if self.parked and request.scheduled >= request.prompt_len:",
     "if False:"),
    ("siblings of one who ends wait forever", SCHEDULER,
     "        request.finished = reason\n        self._unpark(request)",
     "        request.finished = reason"),
    ("siblings that wait keep the line waiting", SCHEDULER, "            self._park(request)\n            return",
     "            now.is_open = False\n            return"),
    ("no drafts", SHARE, "return 1, min(limits.drafts, budget - 1, still_to_ask - 1)", "return 1, 0"),
    ("no drafts while a step is in flight", SHARE, "if request.wanted == 1 and request.sent:",
     "if request.wanted == 1 and request.sent and not request.in_flight:"),
    ("drafts are not paid for", SHARE, "min(limits.drafts, budget - 1,", "min(limits.drafts,"),
    ("chunks are unlimited", SHARE, "min(budget, limits.chunk)", "budget"),
    ("logprobs of the prompt are asked for again", SHARE, " and request.told < start + count:", ":"),
    ("a mean is not asked for", SHARE, "        wants |= SUM\n", "        pass\n"),
    ("of a mean only the last part is asked for", SHARE, "    if sampling.mean:", "    if sampling.mean and reaches_end:"),
    ("logprobs of the prompt are asked for once too often", SHARE, "start < request.prompt_len - 1 and",
     "start < request.prompt_len and"),
    # folding
    ("blocks are named up to the newest id", SCHEDULER, "len(request.tokens) - 1)    #", "len(request.tokens))    #"),
    ("what was said is not named", SCHEDULER, "self.kv.commit(request, len(request.tokens) - 1) ", "pass "),
    ("rejected drafts stay scheduled", SCHEDULER, "request.scheduled -= 1 + w.drafts - len(ids)",
     "request.scheduled -= 0"),
    ("rejected drafts stay pending", SCHEDULER, "request.pending -= 1 + w.drafts", "request.pending -= len(ids)"),
    ("prompt logprobs are told twice", SCHEDULER, "[request.told - w.start:]", "[:]"),
    ("logprobs are not cut at the end", SCHEDULER, "output.logprobs[request.id][:len(tokens)]",
     "output.logprobs[request.id]"),
    ("logprobs are not told", SCHEDULER, "if request.sampling.num_logprobs is not None and tokens:",
     "if request.sampling.num_logprobs and tokens:"),
    ("logprobs are looked for where no id came", SCHEDULER, "if request.sampling.num_logprobs is not None and tokens:",
     "if request.sampling.num_logprobs is not None:"),
    ("what is stored by a step without an id is forgotten", SCHEDULER,
     "request.cached = max(request.cached, len(request.tokens))", "pass"),
    ("ids after the end are told", SHARE, '            return taken, "stop"', '            return ids, "stop"'),
    ("a stop goes unseen", SHARE, "if token in request.sampling.stop_ids:",
     "if token in request.sampling.stop_ids and len(taken) == len(ids):"),
    ("an abort is not told", SCHEDULER, "            self._end(request, reason)\n",
     "            self._leave(request, reason)\n"),
    ("hits are told anew at each start", SCHEDULER, "if request.epoch == 0:", "if True:"),
    ("found blocks are told, not found positions", SCHEDULER, "self.clock(), request.scheduled",
     "self.clock(), request.committed"),
    ("preemptions are not told", SCHEDULER, "request.preemptions += 1", "pass"),
    ("the time of the start is not told", SCHEDULER,
     "                        request.first_cached, request.preemptions, request.started_at)\n            if",
     "                        request.first_cached, request.preemptions)\n            if"),
    ("blocks of known prefixes count as held", SCHEDULER, "kv.num_blocks - kv.num_free, self.num_steps",
     "kv.fresh, self.num_steps"),
    # failures
    ("nobody restarts after a failure", FLIGHTS, "if trace.who in spoiled or not blocks.isdisjoint(trace.hits):",
     "if trace.who in spoiled:"),
    ("attachers restart, but not theirs", FLIGHTS,
     "            if trace.who in spoiled or not blocks.isdisjoint(trace.hits):\n"
     "                spoiled[trace.who] = None\n",
     "            if trace.who in broken or not blocks.isdisjoint(trace.hits):\n"
     "                spoiled[trace.who] = None\n"
     "            if trace.who in broken:\n"),
    ("only the failed step is searched", FLIGHTS, "chain.from_iterable(self.traces.values())",
     "next(iter(self.traces.values()))"),
    ("failures are looked at when their step is forgotten", SCHEDULER,
     "        if output.failed:\n            self._contain(step, output.failed, output.barred)\n"
     "        self.flights.end(step.number)\n",
     "        self.flights.end(step.number)\n"
     "        if output.failed:\n            self._contain(step, output.failed, output.barred)\n"),
    ("spoiled blocks keep their names", SCHEDULER, "        self.kv.forget(blocks)\n", ""),
    ("the failed one is tried again", SCHEDULER, "if who in broken:", "if False:"),
    ("an innocent one restarts", SCHEDULER, "tuple(request.blocks[:request.committed]), ()))",
     "tuple(request.blocks), ()))"),
    ("hits leave no trace", SCHEDULER, "if request.cached:", "if False:"),
    ("the failed are not told why", SCHEDULER, '"error", failed[request.id])', '"error")'),
    ("who failed by its own parameters is told of a failure", SCHEDULER, 'BARRED if request.id in barred else "error"',
     '"error"'),
    ("all who fail in a step with a barred one are barred", SCHEDULER, "BARRED if request.id in barred else",
     "BARRED if barred else"),
    # one request that is struck
    ("nobody is spared an exception", SCHEDULER, "if isinstance(error, Miscounted):", "if True:"),
    ("wrong books are one request's failure", SCHEDULER, "if isinstance(error, Miscounted):", "if False:"),
    ("names of what is not computed stay", SCHEDULER,
     "        self.kv.forget(request.blocks[request.cached // self.kv.block_size:])\n", ""),
    ("names of what was found go", SCHEDULER, "self.kv.forget(request.blocks[request.cached // self.kv.block_size:])",
     "self.kv.forget(request.blocks)"),
    ("the device hears the end of who never began", SCHEDULER, "(self.ended if request.sent else self.rows)",
     "self.ended"),
    ("the device hears a start without work", SCHEDULER,
     "        self._place(request, now)\n        now.starts.append(start)",
     "        now.starts.append(start)\n        self._place(request, now)"),
    # the door
    ("the model's length is no limit", DOOR, "if asked > limits.max_model_len:", "if False:"),
    ("a vector needs room for an id", DOOR, "asked = computed if request.sampling.vector else request.limit",
     "asked = request.limit"),
    ("one too many positions are let in", DOOR, "if kv.missing(request, computed) > kv.num_blocks:",
     "if kv.missing(request, computed) > kv.num_blocks + 1:"),
    ("an empty prompt is let in", DOOR, "if not request.prompt_len:", "if False:"),
    ("what must be whole may be too long", DOOR, "if request.whole and computed >", "if False and computed >"),
    # the engine
    ("results are taken in the wrong order", ENGINE, "self.in_flight[0]", "self.in_flight[-1]"),
    ("the device is waited for at once", ENGINE, "len(self.in_flight) == self.depth", "len(self.in_flight) > 0"),
    ("too many steps are in flight", ENGINE, "len(self.in_flight) == self.depth", "len(self.in_flight) > self.depth"),
    ("each sibling brings logprobs of the prompt", ENGINE, "replace(sampling, num_prompt_logprobs=None)",
     "replace(sampling)"),
    ("siblings have one index", ENGINE, "sibling(index, others, first)", "sibling(0, others, first)"),
    ("siblings do not know each other", ENGINE, "sibling(index, others, first)", "sibling(index, others, None)"),
    ("a prompt is shared with the caller", ENGINE, "list(prompt), sampling, priority", "prompt, sampling, priority"),
    ("ids are not looked at", ENGINE, "        array(\"I\", prompt)", "        pass"),
    ("n is not looked at", ENGINE, "if sampling.n < 1:", "if False:"),
    ("a lost device is not told", ENGINE, "        self.scheduler.end_all(error)\n", ""),
    ("a lost device leaves work behind", ENGINE, "        self.in_flight.clear()\n        self.scheduler.end_all",
     "        self.scheduler.end_all"),
    # the device and the model, whose checks the rest stands on
    ("(device) the matcher is not rolled back", DEVICE, "matcher.rollback(row.ahead)", "pass"),
    ("(device) masks do not follow the drafts", DEVICE, "act.masks.append(matcher.allowed())",
     "act.masks.append(act.masks[0])"),
    ("(device) draws are not keyed by position", DEVICE, "row.prompt, base + j,", "row.prompt, base,"),
    ("(device) slots are not read", DEVICE, "assert seen == row.truth[:act.end]", "assert len(seen) == act.end"),
    ("(device) poison is not seen", DEVICE, "if POISON in seen:", "if False:"),
    ("(device) no drafts are guessed", DEVICE, "self.rng.randint(0, self.max_drafts)", "0"),
    ("(model) an early stop is drawn", MODEL, "if done < sampling.min_tokens:", "if False:"),
    ("(model) ranks begin at 0", MODEL, "% self.vocab + 1\n", "% self.vocab\n"),
]]


def is_caught(fault: Fault) -> str:
    """The first test that failed, or SURVIVED."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "src", "quire")
        shutil.copytree(ROOT / "src" / "quire", copy, copy_function=os.symlink,
                        ignore=shutil.ignore_patterns("__pycache__"))
        Path(folder, "tests").symlink_to(ROOT / "tests")
        plant(fault, copy / fault.file)
        command = [sys.executable, "-c", START, folder, "-x", "-q", "-p", "no:cacheprovider", "--tb=no", *TESTS]
        environment = {**os.environ, "PYTHONPATH": str(copy.parent), "PYTHONDONTWRITEBYTECODE": "1",
                       "QUIRE_TEST_PLANTED": "1"}
        environment.pop("QUIRE_TEST_FULL", None)
        try:
            done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
        except subprocess.TimeoutExpired:
            return "it never ends"
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    if done.returncode not in (0, 1) or bool(failed) != bool(done.returncode):
        raise RuntimeError(f"{fault.what}: the tests did not run\n{done.stdout}\n{done.stderr}")
    return failed[0].split("::", 1)[1] if failed else SURVIVED


def plant(fault: Fault, file: Path) -> None:
    text = file.read_text()
    if text.count(fault.old) != 1:
        raise ValueError(f"{fault.what}: the text is there {text.count(fault.old)} times")
    file.unlink()                               # a link
    file.write_text(text.replace(fault.old, fault.new))


def main() -> None:
    chosen = [fault for fault in FAULTS if any(words in fault.what for words in sys.argv[1:] or [""])]
    num_caught = 0
    with ThreadPoolExecutor(2) as pool:
        for fault, verdict in zip(chosen, pool.map(is_caught, chosen), strict=True):
            num_caught += verdict != SURVIVED
            print(f"{fault.what:52}{verdict}"[:150], flush=True)
    print(f"{num_caught} of {len(chosen)} caught")
    sys.exit(num_caught != len(chosen))


if __name__ == "__main__":
    main()
