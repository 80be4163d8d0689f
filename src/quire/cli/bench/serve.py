"""quire bench serve: what the clients of a server see while it is under load."""
import math
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from random import Random
from types import SimpleNamespace
from typing import Any

import msgspec

from quire.cli.bench import flags
from quire.cli.bench.arrivals import RAMPS, arrivals
from quire.cli.bench.datasets import Sample, samples, warmups
from quire.cli.bench.figures import WINDOWS, rates, share
from quire.cli.bench.load import Load
from quire.cli.bench.report import TIMES, Report, check, percentiles
from quire.cli.bench.speech import Pieces, Speech, Words
from quire.cli.bench.stream import Outcome
from quire.cli.bench.target import Target
from quire.core.errors import ConfigError, ModelError, NetworkError
from quire.core.hub import locate
from quire.core.lazy import lazy
from quire.core.progress import TerminalBar
from quire.text.tokenizer import Tokenizer

try:
    from uvloop import run as run_loop
except ImportError:                     # a system that it does not know
    from asyncio import run as run_loop  # type: ignore[assignment]

server = lazy("quire.server.run")

MANY = 500                      # connections from which on the system is asked for more files
LATE_MS, BUSY = 10.0, 0.8       # of the generator: its own delay, its share of a core
TOLD_ERRORS = 3
Slo = dict[str, float]


def run(arguments: Sequence[str]) -> int:
    given = flags.own(arguments, flags.SERVE)
    check(given)
    slo = limits(given.goodput)
    shown(given)
    target = Target(given)
    rate = rate_of(given)
    if min(given.num_prompts, given.max_concurrency or given.num_prompts) >= MANY:
        server.raise_files()
    report = run_loop(measure(given, target, rate, slo))
    report.tell()
    return 0


async def measure(given: SimpleNamespace, target: Target, rate: Callable[[float], float] | None, slo: Slo) -> Report:
    try:
        await target.find()
        speech = speech_for(given, target)
        asked = samples(given, speech)
        times = arrival_times(given, asked, rate)
        await warm_up(target, warmups(given, speech, asked))
        bar = TerminalBar(len(asked), "requests", sys.stderr.isatty() and not given.disable_tqdm)
        load = Load(target.send, given.max_concurrency, on_end=lambda outcome: bar.update(1))
        before = time.process_time()
        outcomes = await load.run(asked, times)
        busy = (time.process_time() - before) / max(1e-9, time.perf_counter() - load.began)
        bar.close()
    finally:
        target.http.close()
    if all(outcome.error for outcome in outcomes):
        raise NetworkError(f"{target.shown} answered none of {len(outcomes)} requests: {outcomes[0].error}")
    report = Report("serve", given, subject(given, target, speech), workload(given, asked, times))
    tell(report, load, outcomes, asked, slo, busy)
    note(report, outcomes, asked, speech, times, busy)
    return report


def speech_for(given: SimpleNamespace, target: Target) -> Speech:
    """The tokenizer that was named, or the model's where it is on this machine: nothing is fetched that nobody asked for."""
    if given.tokenizer:
        return Pieces(Tokenizer.load(locate(given.tokenizer, needs_weights=False).folder))
    for name in filter(None, (target.root, target.model)):
        try:
            folder = locate(name, needs_weights=False, environ={**os.environ, "HF_HUB_OFFLINE": "1"}).folder
            return Pieces(Tokenizer.load(folder))
        except ModelError:              # it is not here, which is no fault
            continue
    return Words()


def rate_of(given: SimpleNamespace) -> Callable[[float], float] | None:
    """Requests a second along the run; None for a closed loop."""
    ramp = (given.ramp_up_strategy, given.ramp_up_start_rps, given.ramp_up_end_rps)
    if any(each is not None for each in ramp):
        if None in ramp or min(ramp[1], ramp[2]) <= 0:
            raise ConfigError("--ramp-up-strategy, --ramp-up-start-rps and --ramp-up-end-rps go together, with rates above 0")
        if math.isfinite(given.request_rate):
            raise ConfigError("--request-rate and --ramp-up-... exclude each other")
        return lambda way: RAMPS[ramp[0]](ramp[1], ramp[2], way)
    if given.request_rate <= 0 or given.burstiness <= 0:
        raise ConfigError("--request-rate and --burstiness must be above 0")
    if math.isinf(given.request_rate) and given.max_concurrency:
        return None
    return lambda way: float(given.request_rate)


def arrival_times(given: SimpleNamespace, asked: Sequence[Sample], rate: Callable[[float], float] | None) -> list[float] | None:
    is_trace = given.dataset_name == "timed_trace"
    if given.self_timed and not is_trace:
        raise ConfigError("--self-timed needs --dataset-name timed_trace: nothing else has times of its own")
    if is_trace and given.self_timed is not False:
        return [sample.at or 0.0 for sample in asked]
    return None if rate is None else arrivals(len(asked), rate, given.burstiness, Random(f"{given.seed} arrivals"))


async def warm_up(target: Target, asked: Sequence[Sample]) -> None:
    for outcome in await Load(target.send, 1).run(asked, None):
        if outcome.error:
            raise NetworkError(f"{target.shown} does not answer as it should: {outcome.error}")


def limits(words: Sequence[str] | None) -> Slo:
    """Of --goodput, in ms."""
    found = {}
    for word in words or ():
        name, _, text = word.partition(":")
        try:
            found[name] = float(text)
        except ValueError:
            found[name] = 0.0
        if name not in TIMES or not found[name] > 0:
            raise ConfigError(f"--goodput {word}: write ttft:200, tpot:50, itl:80 or e2el:3000, in ms", param="goodput")
    return found


def is_good(outcome: Outcome, slo: Slo) -> bool:
    """itl: of the slowest chunk. What an answer does not have (of one token: no tpot) breaks no limit."""
    took = {"ttft": outcome.ttft, "tpot": outcome.tpot, "itl": max(outcome.itls, default=None), "e2el": outcome.e2el}
    return all((seconds := took[name]) is None or seconds * 1000 <= most for name, most in slo.items())


def subject(given: SimpleNamespace, target: Target, speech: Speech) -> dict[str, Any]:
    return {"kind": "server", "url": target.shown, "backend": given.backend, "model": target.model,
            "prompt_lengths": "exact" if speech.is_exact else "words"}


def workload(given: SimpleNamespace, asked: Sequence[Sample], times: list[float] | None) -> dict[str, Any]:
    """The digest is that of all prompts, lengths and arrival times: two runs with one digest asked the same."""
    digest = sha256(msgspec.json.encode([asked, times])).hexdigest()
    manner = "closed loop" if times is None else "open loop"
    return {"dataset": given.dataset_name, "num_prompts": len(asked), "seed": given.seed, "loop": manner, "sha256": digest}


def tell(report: Report, load: Load, outcomes: Sequence[Outcome], asked: Sequence[Sample], slo: Slo, busy: float) -> None:
    ok = [outcome for outcome in outcomes if not outcome.error]
    end = max(outcome.ended for outcome in outcomes)
    report.counts = {
        "completed": len(ok), "failed": len(outcomes) - len(ok), "input_tokens": sum(o.input_tokens for o in ok),
        "output_tokens": sum(o.output_tokens for o in ok), "most_under_way": load.most, "tokens_from": token_source(ok)}
    seconds = f"tenth of the run ({(end - load.began) / WINDOWS:.3g} s)"
    ended = [(o.ended, 1.0) for o in ok]
    tokens = [(when, o.output_tokens / len(o.times)) for o in ok for when in o.times]
    prompts = [(o.times[0], float(o.input_tokens)) for o in ok]

    is_alone = len(ok) == 1

    def rate(name: str, unit: str, events: Sequence[tuple[float, float]]) -> None:
        report.add(name, rates(events, load.began, end), unit, seconds, is_alone)
    rate("request_throughput", "requests/s", ended)
    rate("output_throughput", "tokens/s", tokens)
    rate("total_token_throughput", "tokens/s", tokens + prompts)
    report.add("ttft", [1000 * o.ttft for o in ok], "ms", "request")
    report.add("tpot", [1000 * o.tpot for o in ok if o.tpot is not None], "ms", "request")
    report.add("itl", [1000 * itl for o in ok for itl in o.itls], "ms", "gap between chunks", is_alone)
    report.add("e2el", [1000 * o.e2el for o in ok], "ms", "request")
    report.add("lateness", [1000 * (o.woken - o.due) for o in outcomes], "ms", "request sent by the generator")
    report.add("queue", [1000 * (o.sent - o.woken) for o in outcomes], "ms", "request waiting for --max-concurrency")
    if slo:
        good = [o for o in ok if is_good(o, slo)]
        report.figures["goodput"] = {**share(len(good), len(outcomes)), "slo": slo}
        rate("request_goodput", "requests/s", [(o.ended, 1.0) for o in good])
    report.subject["generator_cpu"] = busy
    report.timeline = [] if is_alone else timeline(outcomes, tokens, load.began, end)
    report.requests = [row(o, load.began) for o in outcomes]
    report.familiar = familiar(report, target_seconds=end - load.began, ok=ok)


def token_source(ok: Sequence[Outcome]) -> str:
    said = sum(o.completion_tokens is not None for o in ok)
    return "usage" if said == len(ok) else "chunks" if not said else "usage and chunks"


def timeline(outcomes: Sequence[Outcome], tokens: Sequence[tuple[float, float]], begin: float, end: float,
             parts: int = 60) -> list[tuple[float, float, float]]:
    width = (end - begin) / parts
    speeds = rates(tokens, begin, end, parts)
    middles = [begin + (i + 0.5) * width for i in range(len(speeds))]
    return [(at - begin, speed, float(sum(o.sent <= at < o.ended for o in outcomes)))
            for at, speed in zip(middles, speeds, strict=True)]


def row(o: Outcome, began: float) -> dict[str, Any]:
    """Of one request, with --save-detailed; seconds from the start of the run."""
    return {"due": o.due - began, "sent": o.sent - began, "ended": o.ended - began, "chunks": [at - began for at in o.times],
            "input_tokens": o.input_tokens, "output_tokens": o.output_tokens, "finish_reason": o.finish_reason,
            "error": o.error}


def familiar(report: Report, target_seconds: float, ok: Sequence[Outcome]) -> dict[str, Any]:
    """The flat names of vLLM's report."""
    given, counts, figures = report.given, report.counts, report.figures
    found: dict[str, Any] = {
        "endpoint_type": given.backend, "backend": given.backend, "model_id": report.subject["model"],
        "tokenizer_id": given.tokenizer or report.subject["model"], "num_prompts": report.workload["num_prompts"],
        "request_rate": given.request_rate, "burstiness": given.burstiness, "max_concurrency": given.max_concurrency,
        "duration": target_seconds if len(ok) > 1 else None, "completed": counts["completed"], "failed": counts["failed"],
        "total_input_tokens": counts["input_tokens"], "total_output_tokens": counts["output_tokens"],
        "max_concurrent_requests": counts["most_under_way"]}
    for name in ("request_throughput", "request_goodput", "output_throughput", "total_token_throughput"):
        found[name] = figures.get(name, {}).get("mean")
    for name in TIMES:
        values = sorted(report.samples[name])
        found |= {f"{kind}_{name}_ms": value(values) if len(values) > 1 else None for kind, value in
                  (("mean", statistics.fmean), ("median", statistics.median), ("std", statistics.stdev))}
        ranks = figures[name].get("percentiles", {})
        found |= {f"p{p:g}_{name}_ms": ranks.get(f"{p:g}", {}).get("value") for p in percentiles(given)}
    return found


def note(report: Report, outcomes: Sequence[Outcome], asked: Sequence[Sample], speech: Speech, times: list[float] | None,
         busy: float) -> None:
    ok = [o for o in outcomes if not o.error]
    say = report.notes.append
    if failed := [o for o in outcomes if o.error]:
        told = list(dict.fromkeys(o.error for o in failed))[:TOLD_ERRORS]
        say(f"{len(failed)} of {len(outcomes)} requests failed and are in no latency: {'; '.join(told)}")
    if report.counts["tokens_from"] != "usage":
        say("the server gives no usage for some answers: there a chunk counts as one token, and a prompt as it was asked for")
    tokens, chunks = report.counts["output_tokens"], sum(len(o.times) for o in ok)
    if chunks and abs(tokens / chunks - 1) > 0.1:
        say(f"a chunk has {tokens / chunks:.2f} tokens on average: ITL is between chunks, TPOT per token")
    if not speech.is_exact and report.given.dataset_name != "custom":
        say("prompts are counted in words, as no tokenizer is at hand: --tokenizer makes them exactly as long as asked")
    short = sum(o.output_tokens < s.output_tokens for o, s in zip(outcomes, asked, strict=True) if not o.error)
    if short:
        say(f"{short} of {len(ok)} answers ended before the length asked for; --ignore-eos prevents it, where it is known")
    most_late = report.figures["lateness"].get("max", 0.0)
    if times is not None and most_late > LATE_MS:
        say(f"the generator was late by up to {most_late:.0f} ms: it counts in every latency")
    if busy > BUSY:
        say(f"the generator itself was busy {busy:.0%} of the time of a core: run it on another machine, or several of it")


def shown(given: SimpleNamespace) -> list[str]:
    """The times whose percentiles are shown."""
    names = [name.strip() for name in given.percentile_metrics.split(",")]
    if wrong := [name for name in names if name not in TIMES]:
        raise ConfigError(f"--percentile-metrics {wrong[0]}: there are {', '.join(TIMES)}")
    return names
