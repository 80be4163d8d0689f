"""quire bench throughput and latency: a model in this process, without a server between."""
import os
import sys
import time
from collections.abc import Iterator, Sequence
from hashlib import sha256
from random import Random
from types import SimpleNamespace
from typing import Any

import msgspec

from quire.cli.bench import flags
from quire.cli.bench.datasets import Sample, samples, warmups
from quire.cli.bench.report import Report, check
from quire.cli.bench.speech import Ids
from quire.cli.talk import check_applies
from quire.core.options import SECTIONS, Options
from quire.core.progress import TerminalBar
from quire.core.sampling_params import SamplingParams
from quire.core.settings import options_from_flags
from quire.llm import LLM


def throughput(arguments: Sequence[str]) -> int:
    given, llm = begin(arguments, flags.THROUGHPUT)
    with llm:
        given.random_prefix_len = given.random_prefix_len if given.prefix_len is None else given.prefix_len
        asked = samples(given, Ids(llm.get_tokenizer()))
        report = start(llm, "throughput", given, asked)
        generate(llm, warmups(given, Ids(llm.get_tokenizer()), asked), given)
        runs = [generate(llm, asked, given) for _ in rounds(given)]
    num_in, num_out = (sum(counts) / len(runs) for counts in ([r[1] for r in runs], [r[2] for r in runs]))
    report.counts = {"completed": len(asked), "failed": 0, "input_tokens": round(num_in), "output_tokens": round(num_out)}
    report.add("request_throughput", [len(asked) / seconds for seconds, _, _ in runs], "requests/s", "run of all requests")
    report.add("output_throughput", [out / seconds for seconds, _, out in runs], "tokens/s", "run of all requests")
    report.add("total_token_throughput", [(i + out) / seconds for seconds, i, out in runs], "tokens/s", "run of all requests")
    elapsed = report.add("elapsed", [seconds for seconds, _, _ in runs], "s", "run of all requests")
    report.familiar = {"model_id": llm.plan.model, "elapsed_time": elapsed.get("mean"), "num_requests": len(asked),
                       "total_num_tokens": round(num_in + num_out),
                       "requests_per_second": report.figures["request_throughput"].get("mean"),
                       "tokens_per_second": report.figures["total_token_throughput"].get("mean")}
    report.tell()
    return 0


def latency(arguments: Sequence[str]) -> int:
    given, llm = begin(arguments, flags.LATENCY)
    with llm:
        rng, speech = Random(given.seed), Ids(llm.get_tokenizer())
        asked = [Sample(speech.draw(rng, given.input_len), given.input_len, given.output_len) for _ in range(given.batch_size)]
        report = start(llm, "latency", given, asked)
        for _ in range(given.num_iters_warmup):
            generate(llm, asked, given)
        seconds = [generate(llm, asked, given)[0] for _ in rounds(given)]
    report.counts = {"completed": given.batch_size, "failed": 0, "input_tokens": given.batch_size * given.input_len,
                     "output_tokens": given.batch_size * given.output_len * given.n}
    whole = report.add("latency", [1000 * s for s in seconds], "ms", "batch")
    report.add("latency_per_token", [1000 * s / given.output_len for s in seconds], "ms", "batch, for each token of an answer")
    has_spread = "mean" in whole
    report.familiar = {
        "avg_latency": whole["mean"] / 1000 if has_spread else None, "latencies": seconds if has_spread else [],
        "percentiles": {p: rank["value"] / 1000 for p, rank in whole.get("percentiles", {}).items()}}
    report.tell()
    return 0


def begin(arguments: Sequence[str], own: Sequence[flags.Flag]) -> tuple[SimpleNamespace, LLM]:
    flags.refuse_absent(arguments, own)
    options, mine = options_from_flags(arguments, os.environ, [f.option for f in own])
    check_applies(options, is_remote=False)
    given = flags.values(own, mine)
    asked = keywords(options)
    given.seed = asked.get("seed") or 0
    check(given)
    return given, LLM(**asked)


def keywords(options: Options) -> dict[str, Any]:
    """Of LLM(...): all that flags, file and environment asked for."""
    return {name: value for section in SECTIONS for name in type(getattr(options, section)).__dataclass_fields__
            if name in options.sources and (value := getattr(getattr(options, section), name)) is not None}


def start(llm: LLM, command: str, given: SimpleNamespace, asked: Sequence[Sample]) -> Report:
    plan = llm.plan
    subject = {"kind": "engine", "model": plan.model, "device": plan.device, "dtype": plan.dtype,
               "quantization": plan.quantization, "max_num_seqs": plan.max_num_seqs,
               "max_num_batched_tokens": plan.max_num_batched_tokens}
    return Report(command, given, subject, {
        "dataset": getattr(given, "dataset_name", "random"), "num_prompts": len(asked), "seed": given.seed, "loop": "offline",
        "sha256": sha256(msgspec.json.encode([asked, None])).hexdigest()})


def rounds(given: SimpleNamespace) -> Iterator[int]:
    bar = TerminalBar(given.num_iters, "runs", sys.stderr.isatty() and not given.disable_tqdm)
    for number in range(given.num_iters):
        yield number
        bar.update(1)
    bar.close()


def generate(llm: LLM, asked: Sequence[Sample], given: SimpleNamespace) -> tuple[float, int, int]:
    """All of them at once, each to its full length and with nothing computed before. Seconds, tokens in, tokens out."""
    llm.reset_prefix_cache()
    params = [SamplingParams(n=given.n, temperature=1.0 if given.n > 1 else 0.0, max_tokens=sample.output_tokens,
                             ignore_eos=True, detokenize=not given.disable_detokenize) for sample in asked]
    prompts = [{"prompt_token_ids": sample.prompt} for sample in asked]
    began = time.perf_counter()
    outputs = llm.generate(prompts, params, use_tqdm=False)
    seconds = time.perf_counter() - began
    return (seconds, sum(len(output.prompt_token_ids or ()) for output in outputs),
            sum(len(answer.token_ids) for output in outputs for answer in output.outputs))
