"""The flags of each command of `quire bench`: name, help, and what holds without them. The names are those that scripts for
vLLM have; REFUSED lists the ones of these that cannot be, each with why and what to do instead.
"""
from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

from quire.cli import help
from quire.core.errors import ConfigError
from quire.core.options import Option
from quire.core.settings import own_values

KEYS = ("api_key",)                 # what no report may hold


class Flag(NamedTuple):
    option: Option
    value: Any                      # without the flag
    is_common: bool                 # stands on the first screen of help


def flag(name: str, kind: str, text: str, value: Any = None, default: str = "", common: bool = False, **rest: Any) -> Flag:
    words = {"None": "none", "False": "off", "True": "on"}
    return Flag(Option(name, kind, text, default=default or words.get(f"{value}", f"{value}"), **rest), value, common)


def numbers(default: str) -> list[Flag]:
    """How figures are shown and kept, of every command."""
    return [
        flag("metric_percentiles", "list", "percentiles to tell", ["50", "90", "99"], default),
        flag("output_json", "text", "write the report here", common=True),
        flag("plot", "text", "write a picture here, as PNG (needs the extra `bench`)", common=True),
        flag("save_detailed", "bool", "put every sample into the report", False),
        flag("label", "text", "a name for this run, in the report"),
        flag("metadata", "list", "KEY=VALUE to put into the report"),
        flag("disable_tqdm", "bool", "no bar on the terminal", False)]


def dataset(name: str, most: int) -> list[Flag]:
    def at_least(least: int) -> dict[str, Any]:
        return {"least": least}
    return [
        flag("dataset_name", "word", "what is asked", name, common=True,
             choices=("random", "prefix_repetition", "sharegpt", "custom", "timed_trace")),
        flag("dataset_path", "text", "its file: JSON of ShareGPT's shape; JSON lines for custom and timed_trace", common=True),
        flag("num_prompts", "count", "number of requests", most, common=True, **at_least(1)),
        flag("input_len", "count", "tokens of a prompt, for --random-input-len", **at_least(1)),
        flag("output_len", "count", "most tokens of an answer, for every dataset but a trace", **at_least(1)),
        flag("random_input_len", "count", "tokens of a random prompt", 1024, common=True, **at_least(1)),
        flag("random_output_len", "count", "most tokens of its answer", 128, common=True, **at_least(1)),
        flag("random_range_ratio", "text", 'how far lengths vary: 0.2, or {"input": 0.2, "output": 0.5}', "0.0"),
        flag("random_prefix_len", "count", "tokens before these that all random prompts share", 0, **at_least(0)),
        flag("prefix_repetition_num_prefixes", "count", "different prefixes", 10, **at_least(1)),
        flag("prefix_repetition_prefix_len", "count", "tokens of a prefix", 256, **at_least(1)),
        flag("prefix_repetition_suffix_len", "count", "tokens behind it", 256, **at_least(1)),
        flag("prefix_repetition_output_len", "count", "most tokens of an answer", 128, **at_least(1)),
        flag("sharegpt_output_len", "count", "most tokens of an answer", default="as many as the file's has", **at_least(1)),
        flag("custom_output_len", "count", "most tokens of an answer; -1: the line's output_tokens", 256, **at_least(-1)),
        flag("disable_shuffle", "bool", "keep the order of the file", False),
        flag("no_oversample", "bool", "do not go through a short file again", False),
        flag("timed_trace_chunk_hash_size", "count", "tokens of a block of a trace's prompt", 16, **at_least(1)),
        flag("timed_trace_sec_multiplier", "number", "seconds in a unit of the trace's times", 1.0, **at_least(0)),
        flag("timed_trace_label_timestamp", "text", "field of the time", "timestamp"),
        flag("timed_trace_label_input_length", "text", "field of the prompt's tokens", "input_length"),
        flag("timed_trace_label_output_length", "text", "field of the answer's tokens", "output_length"),
        flag("timed_trace_label_hash_ids", "text", "field of the blocks' ids", "hash_ids")]


SERVE = [
    flag("backend", "word", "which route is asked", "openai", common=True, choices=("openai", "openai-chat"),
         synonyms={"vllm": "openai"}),
    flag("base_url", "text", "the server, with or without /v1", default="http://HOST:PORT", common=True),
    flag("host", "text", "its host", "127.0.0.1"),
    flag("port", "count", "its port", 8000, least=1, most=65535, common=True),
    flag("endpoint", "text", "another path", default="that of --backend"),
    flag("api_key", "text", "key for it", default="OPENAI_API_KEY", common=True),
    flag("header", "list", "KEY=VALUE headers of every request"),
    flag("insecure", "bool", "do not check its certificate", False),
    flag("model", "text", "model to ask for", default="the first of /v1/models", common=True, aliases=("served_model_name",)),
    flag("tokenizer", "text", "folder, bundled model or Hugging Face id: makes prompts exactly as long as asked",
         default="the model's, where it is on this machine"),
    *dataset("random", 1000),
    flag("request_rate", "number", "requests a second that arrive, whatever became of those before; inf: all at once",
         float("inf"), least=0, common=True),
    flag("burstiness", "number", "shape of the gamma distribution of gaps: 1 is Poisson, less is burstier", 1.0, least=0,
         common=True),
    flag("max_concurrency", "count", "most requests under way; without a rate: so many clients, each asking again when it "
         "has its answer (closed loop)", least=1, common=True),
    flag("ramp_up_strategy", "word", "how the rate grows from one request to the next", choices=("linear", "exponential")),
    flag("ramp_up_start_rps", "number", "rate of the first request", least=0),
    flag("ramp_up_end_rps", "number", "rate of the last", least=0),
    flag("self_timed", "bool", "send a trace at its own times", default="on for timed_trace"),
    flag("num_warmups", "count", "requests before those that count; the first shows whether the server answers", 1, least=0,
         common=True),
    flag("ready_check_timeout_sec", "number", "wait so long for a server that does not answer yet", 0.0, least=0),
    flag("timeout", "number", "seconds that one request may take", 600.0, least=0),
    flag("goodput", "list", "limits in ms that a good request keeps: ttft:200 tpot:50 itl:80 e2el:3000", common=True),
    flag("ignore_eos", "bool", "have answers of full length (servers that know ignore_eos)", False, common=True),
    flag("logprobs", "count", "ask for logprobs", least=0),
    flag("temperature", "number", "of sampling", 0.0, least=0),
    *(flag(name, "number", "of sampling", default="the server's") for name in
      ("top_p", "min_p", "frequency_penalty", "presence_penalty", "repetition_penalty")),
    flag("top_k", "count", "of sampling", default="the server's", least=-1),
    flag("chat_template_kwargs", "json", "variables of the chat template"),
    flag("extra_body", "json", "more fields of every request; null takes one out"),
    flag("request_id_prefix", "text", "X-Request-Id of a request: this and its number"),
    flag("seed", "count", "of prompts and arrivals: the same seed, the same run", 0, least=0, common=True),
    flag("percentile_metrics", "text", "whose percentiles are shown", "ttft,tpot,itl,e2el"),
    *numbers("50,90,99"),
    flag("save_result", "bool", "write the report under a name of its own", False),
    flag("append_result", "bool", "add the report as one more line to its file", False),
    flag("result_dir", "text", "folder for --save-result and --result-filename", default="this one"),
    flag("result_filename", "text", "file for --save-result"),
]
THROUGHPUT = [
    flag("backend", "word", "this engine; `make bench` measures others beside it", "quire", choices=("quire",),
         synonyms={"vllm": "quire"}),
    *dataset("random", 1000),
    flag("n", "count", "answers to each prompt", 1, least=1),
    flag("prefix_len", "count", "for --random-prefix-len", least=0),
    flag("num_warmups", "count", "requests before those that count", 8, least=0, common=True),
    flag("num_iters", "count", "times that all requests are run; each is one sample", 3, least=1, common=True),
    flag("disable_detokenize", "bool", "make no text", False),
    *numbers("50,90,99"),
]
LATENCY = [
    flag("input_len", "count", "tokens of a prompt", 32, least=1, common=True),
    flag("output_len", "count", "tokens of an answer", 128, least=1, common=True),
    flag("batch_size", "count", "prompts that run together", 8, least=1, common=True),
    flag("n", "count", "answers to each prompt", 1, least=1),
    flag("num_iters_warmup", "count", "runs that do not count", 10, least=0, common=True),
    flag("num_iters", "count", "runs that do; each is one sample", 30, least=1, common=True),
    flag("disable_detokenize", "bool", "make no text", False),
    *numbers("50,90,99"),
]
STARTUP = [
    flag("num_iters_cold", "count", "starts with the model's files not in the system's cache", 3, least=0, common=True),
    flag("num_iters_warmup", "count", "warm starts that do not count", 1, least=0, common=True),
    flag("num_iters_warm", "count", "starts with the files in the cache", 3, least=0, common=True),
    *numbers("50"),
]

MEDIA = "there are no images, videos or sound here: leave it out"
HUB = "data sets are not downloaded: save one as JSON lines and use --dataset-name custom --dataset-path FILE"
CODE = "code of a model's repository is never run by a benchmark: leave it out"
ADAPTERS = "there are no adapters in this version: name a served model with --model"
PROFILE = "there is no profiler behind it: quire serve prints where a start goes, /metrics where steps go"
PEER = "other engines are measured beside this one by `make bench`"
PICTURE = "use --plot FILE.png"
REFUSED = {
    **dict.fromkeys(("enable_multimodal_chat", "custom_ensure_client_side_data", "asr_max_audio_len_sec",
                     "asr_min_audio_len_sec", "random_mm_base_items_per_request", "random_mm_num_mm_items_range_ratio",
                     "random_mm_limit_mm_per_prompt", "random_mm_bucket_config"), MEDIA),
    **dict.fromkeys(("hf_subset", "hf_split", "hf_name", "hf_output_len", "no_stream", "bfcl_categories",
                     "spec_bench_output_len", "spec_bench_category", "speed_bench_dataset_subset",
                     "speed_bench_output_len", "speed_bench_category", "blazedit_min_distance", "blazedit_max_distance"), HUB),
    **dict.fromkeys(("lora_modules", "lora_assignment", "lora_path"), ADAPTERS),
    **dict.fromkeys(("plot_timeline", "timeline_itl_thresholds", "plot_dataset_stats"), PICTURE),
    **dict.fromkeys(("hf_max_batch_size", "hf_enable_torch_compile"), PEER),
    "trust_remote_code": CODE, "profile": PROFILE,
    "use_beam_search": "answers are drawn, not searched for: use --n",
    "probe_request_rate": "run a second `quire bench serve` beside this one",
    "random_batch_size": "requests for vectors are not measured", "no_reranker": "requests for scores are not measured",
    "skip_chat_template": "prompts of --backend openai are always raw: leave it out",
    "skip_tokenizer_init": "a tokenizer is used only where it is at hand: leave it out",
    "async_engine": "the engine is the same: quire bench serve measures the whole way to a client",
    "prequeue_requests": "requests are always all queued before the clock starts: leave it out",
}


def refuse_absent(arguments: Sequence[str], known: Iterable[Flag]) -> None:
    names = {f.option.name for f in known}
    for word in arguments:
        name = word.partition("=")[0].removeprefix("--").replace("-", "_")
        if word.startswith("--") and name in REFUSED and name not in names:
            raise ConfigError(f"{word.partition('=')[0]} is not in quire bench; {REFUSED[name]}", param=name)


def values(flags: Iterable[Flag], given: dict[str, Any]) -> SimpleNamespace:
    """Every flag as an attribute."""
    table = tuple(flags)
    unset = [f.option.flag for f in table if f.option.name in given and given[f.option.name] is None]
    if unset:
        raise ConfigError(f"{unset[0]} needs a value")
    return SimpleNamespace(**{f.option.name: given.get(f.option.name, f.value) for f in table})


def own(arguments: Sequence[str], flags: Sequence[Flag]) -> SimpleNamespace:
    """Of a command that takes no model of this process."""
    refuse_absent(arguments, flags)
    return values(flags, own_values(arguments, [f.option for f in flags]))


def usage(command: str, about: str, flags: Sequence[Flag], word: str, takes_model: bool) -> str:
    """--help: the common ones; --help=all: each; --help=WORD: those with the word in them."""
    lines = [f"usage: quire bench {command} {'[MODEL] ' if takes_model else ''}[flags]", "", *help.wrapped(about), ""]
    options = [f.option for f in flags if word == "all" or (f.is_common if not word else
                                                            word.lower().lstrip("-").replace("-", "_") in f.option.name
                                                            or word.lower() in f.option.help.lower())]
    if not options:
        raise ConfigError(f"--help={word} finds nothing; --help=all lists every flag")
    lines += [line for option in options for line in help.describe(option)]
    rest = len(flags) - len(options)
    more = f"--help=all lists {rest} more flags, --help=WORD those with a word in them." if not word else ""
    engine = "Flags of the engine are those of quire serve." if takes_model else ""
    return "\n".join([*lines, *["", " ".join(filter(None, (more, engine)))] * bool(more or engine)])
