"""What is asked: lists of samples, drawn or read from a file. The same seed gives the same samples."""
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from quire.cli.bench.speech import Prompt, Speech
from quire.core.errors import ConfigError

# What ShareGPT's users leave out: too short to mean anything, too long for small contexts.
LEAST_TOKENS, MOST_PROMPT, MOST_TOGETHER = 4, 1024, 2048


class Sample(NamedTuple):
    prompt: Prompt
    prompt_tokens: int              # as asked for; what a server counts may differ
    output_tokens: int              # at most
    at: float | None = None         # seconds from the start, of a trace


def samples(given: Any, speech: Speech) -> list[Sample]:
    """`given`: the flags of a dataset and of its size, as attributes."""
    if given.dataset_name not in ("random", "prefix_repetition") and not given.dataset_path:
        raise ConfigError(f"--dataset-name {given.dataset_name} reads a file: name it with --dataset-path")
    found = DATASETS[given.dataset_name](given, speech, Random(given.seed))
    if not found:
        raise ConfigError(f"--dataset-path {given.dataset_path} holds no request that can be asked")
    return found


def warmups(given: Any, speech: Speech, like: list[Sample]) -> list[Sample]:
    """As long as the first samples, and of no text that comes again: a cache of prefixes must not be warm for the run."""
    rng = Random(f"{given.seed} warm-up")
    return [Sample(speech.draw(rng, max(1, s.prompt_tokens)), s.prompt_tokens, s.output_tokens)
            for s in (like[i % len(like)] for i in range(given.num_warmups))]


def random_lengths(given: Any, speech: Speech, rng: Random) -> list[Sample]:
    jitter_in, jitter_out = range_ratios(given.random_range_ratio)
    wanted_in, wanted_out = given.input_len or given.random_input_len, given.output_len or given.random_output_len
    prefix = speech.draw(rng, given.random_prefix_len)
    found = []
    for _ in range(given.num_prompts):
        num_in, num_out = vary(rng, wanted_in, jitter_in), vary(rng, wanted_out, jitter_out)
        found.append(Sample(prefix + speech.draw(rng, num_in), given.random_prefix_len + num_in, num_out))
    return found


def vary(rng: Random, length: int, ratio: float) -> int:
    """Uniform from length * (1 - ratio) to length * (1 + ratio)."""
    return rng.randint(max(1, round(length * (1 - ratio))), max(1, round(length * (1 + ratio))))


def range_ratios(text: str) -> tuple[float, float]:
    """Of inputs and of outputs: one number, or {"input": 0.2, "output": 0.5}."""
    try:
        read = json.loads(text)
        both = (read.get("input", 0.0), read.get("output", 0.0)) if isinstance(read, dict) else (read, read)
        ratios = float(both[0]), float(both[1])
    except (ValueError, TypeError) as error:
        raise ConfigError(f'--random-range-ratio {text}: give a number, or {{"input": 0.2, "output": 0.5}}') from error
    if not all(0 <= ratio < 1 for ratio in ratios):
        raise ConfigError(f"--random-range-ratio {text}: from 0 to less than 1")
    return ratios


def prefix_repetition(given: Any, speech: Speech, rng: Random) -> list[Sample]:
    """A few prefixes, each before many ends, in no order."""
    num_in = given.prefix_repetition_prefix_len + given.prefix_repetition_suffix_len
    prefixes = [speech.draw(rng, given.prefix_repetition_prefix_len) for _ in range(given.prefix_repetition_num_prefixes)]
    found = [Sample(prefixes[i % len(prefixes)] + speech.draw(rng, given.prefix_repetition_suffix_len), num_in,
                    given.output_len or given.prefix_repetition_output_len) for i in range(given.num_prompts)]
    return chosen(given, found, rng)


def sharegpt(given: Any, speech: Speech, rng: Random) -> list[Sample]:
    """The first turn of each conversation, and as many tokens as its answer has."""
    wanted = given.output_len or given.sharegpt_output_len
    found = []
    records = read_json(given.dataset_path)
    order = list(range(len(records)))
    if not given.disable_shuffle:
        rng.shuffle(order)
    for record in (records[i] for i in order):
        turns = record.get("conversations") or record.get("conversation") if isinstance(record, dict) else None
        if not isinstance(turns, list) or len(turns) < 2:
            continue
        prompt, answer = str(turns[0].get("value", "")), str(turns[1].get("value", ""))
        num_in, num_out = speech.count(prompt), wanted or speech.count(answer)
        if min(num_in, num_out) >= LEAST_TOKENS and num_in <= MOST_PROMPT and num_in + num_out <= MOST_TOGETHER:
            found.append(Sample(speech.read(prompt), num_in, num_out))
        if len(found) == given.num_prompts:
            break
    return repeated(given, found, rng)


def custom(given: Any, speech: Speech, rng: Random) -> list[Sample]:
    """JSON lines of {"prompt": ..., "output_tokens": ...}."""
    found = []
    for number, record in lines(given.dataset_path):
        if not isinstance(record.get("prompt"), str):
            raise ConfigError(f"{given.dataset_path}:{number}: no \"prompt\" of text")
        num_out = given.output_len or (record.get("output_tokens") if given.custom_output_len < 0 else given.custom_output_len)
        if not isinstance(num_out, int) or num_out < 1:
            raise ConfigError(f"{given.dataset_path}:{number}: no \"output_tokens\", which --custom-output-len -1 takes")
        found.append(Sample(speech.read(record["prompt"]), speech.count(record["prompt"]), num_out))
    return repeated(given, chosen(given, found, rng)[:given.num_prompts], rng)


def timed_trace(given: Any, speech: Speech, rng: Random) -> list[Sample]:
    """JSON lines with a time, two lengths, and ids of the blocks that the prompt is made of: an id twice is the same text
    twice, so prefixes are shared as they were where the trace was taken."""
    found: list[Sample] = []
    for number, record in lines(given.dataset_path):
        try:
            at = float(record[given.timed_trace_label_timestamp]) * given.timed_trace_sec_multiplier
            num_in = int(record[given.timed_trace_label_input_length])
            num_out = int(record[given.timed_trace_label_output_length])
            blocks = list(record.get(given.timed_trace_label_hash_ids) or [])
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigError(f"{given.dataset_path}:{number}: {type(error).__name__} {error}; --timed-trace-label-... name "
                              "the fields") from error
        found.append(Sample(trace_prompt(speech, rng, blocks, num_in, given), num_in, max(1, num_out), at))
        if len(found) == given.num_prompts:
            break
    first = min((s.at or 0.0 for s in found), default=0.0)
    return sorted((s._replace(at=(s.at or 0.0) - first) for s in found), key=lambda s: s.at or 0.0)


def trace_prompt(speech: Speech, rng: Random, blocks: list[Any], num_tokens: int, given: Any) -> Any:
    size = given.timed_trace_chunk_hash_size
    prompt = speech.draw(rng, 0)
    for i, block in enumerate(blocks[:-(-num_tokens // size)]):
        prompt += speech.draw(Random(f"{given.seed} block {block}"), min(size, num_tokens - i * size))
    return prompt + speech.draw(rng, max(0, num_tokens - size * len(blocks)))


def chosen(given: Any, found: list[Sample], rng: Random) -> list[Sample]:
    if not given.disable_shuffle:
        rng.shuffle(found)
    return found


def repeated(given: Any, found: list[Sample], rng: Random) -> list[Sample]:
    """A file with fewer than --num-prompts is gone through again, unless --no-oversample forbids."""
    missing = given.num_prompts - len(found)
    return found if given.no_oversample or not found or missing <= 0 else found + rng.choices(found, k=missing)


def read_json(path: str) -> list[Any]:
    try:
        read = json.loads(Path(path).expanduser().read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"--dataset-path {path}: {error}") from error
    if not isinstance(read, list):
        raise ConfigError(f"--dataset-path {path}: a list of conversations is expected")
    return read


def lines(path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Of a file of JSON lines, with their numbers."""
    try:
        texts = Path(path).expanduser().read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise ConfigError(f"--dataset-path {path}: {error}") from error
    for number, text in enumerate(texts, 1):
        if not text.strip():
            continue
        try:
            record = json.loads(text)
        except ValueError as error:
            raise ConfigError(f"{path}:{number} is not JSON: {error}") from error
        if not isinstance(record, dict):
            raise ConfigError(f"{path}:{number} is not a JSON object")
        yield number, record


DATASETS: dict[str, Callable[[Any, Speech, Random], list[Sample]]] = {
    "random": random_lengths, "prefix_repetition": prefix_repetition, "sharegpt": sharegpt, "custom": custom,
    "timed_trace": timed_trace}
