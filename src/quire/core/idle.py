"""Flags that change no answer here: settings of parts that Quire does not have or chooses itself (IDLE), and switches for what
it always does (ALWAYS). Each is taken with a line that says so.
"""
from collections.abc import Iterator
from typing import NamedTuple

from quire.core.options import Option

GROUP = "Taken without effect"


class Idle(NamedTuple):
    """why     what holds instead"""
    option: Option
    why: str


class Always(NamedTuple):
    """holds     what is done whether it is asked for or not
    otherwise    what to do instead of asking for the contrary, which is refused; empty: that is no more than not to ask
    """
    option: Option
    holds: str
    otherwise: str = ""


def idle(why: str, *switches: str, values: str = "", lists: str = "") -> Iterator[tuple[str, Idle]]:
    for kind, names in (("bool", switches), ("any", values.split()), ("list", lists.split())):
        for name in names:
            yield name, Idle(Option(name, kind, f"nothing: {why}", group=GROUP, default="none"), why)


def always(name: str, holds: str, otherwise: str = "") -> tuple[str, Always]:
    return name, Always(Option(name, "bool", f"always on: {holds}", group=GROUP, default="on"), holds, otherwise)


_KERNELS = "each device has one kernel for each op"
_GRAPHS = "nothing is compiled at start, and no device graphs are recorded"
_FILES = "weights are mapped into memory and read as they are needed"
_RANKS = "how long ranks wait for each other is fixed"
_GRAMMARS = "one engine, llguidance, enforces schemas, expressions and grammars"

IDLE: dict[str, Idle] = dict((
    *idle("preempted requests are computed again, nothing is swapped out", values="swap_space"),
    *idle("Quire runs no code of model repositories", "trust_remote_code", values="code_revision"),
    *idle(_GRAMMARS, "guided_decoding_disable_fallback", "guided_decoding_disable_any_whitespace",
          values="guided_decoding_backend"),
    *idle(_KERNELS, "enable_flashinfer_autotune", "use_flashinfer", "disable_custom_all_reduce",
          values="attention_backend moe_backend linear_backend sparse_indexer_topk_backend"),
    *idle(_GRAPHS, values="max_cudagraph_capture_size max_seq_len_to_capture max_context_len_to_capture",
          lists="cudagraph_capture_sizes"),
    *idle(_FILES, "use_tqdm_on_load", values="safetensors_load_strategy safetensors_prefetch_num_threads "
          "safetensors_prefetch_block_size pt_load_map_location max_parallel_loading_workers"),
    *idle("only config, tokenizer and weights are downloaded", lists="ignore_patterns"),
    *idle("no method of quantization is deprecated", "allow_deprecated_quantization"),
    *idle("blocks of the prefix cache are compared id by id before they are given", values="prefix_caching_hash_algo"),
    *idle("blocks of all layers have one shape", "disable_hybrid_kv_cache_manager"),
    *idle(_RANKS, values="distributed_timeout_seconds cpu_distributed_timeout_seconds"),
    *idle("what crosses to other processes is small", "enable_shm_tensor_arena"),
    *idle("the news of a step are told while the next one runs", "disable_async_output_proc", "multi_step_stream_outputs"),
    *idle("drawing is not divided among ranks", "enable_batch_sharded_sampling"),
    *idle("chats are written out on threads of their own", values="renderer_num_workers tokenizer_pool_size"),
    *idle("prompts and answers are never in the log", "enable_log_deltas", values="max_log_len"),
    *idle("there is no access log; --log-level debug tells of each call", values="disable_access_log_for_endpoints"),
    *idle("a stream that is silent for 15 s carries a comment", values="sse_keep_alive_interval"),
    *idle("the limits on a request's head are the server's own", values="h11_max_incomplete_event_size h11_max_header_count"),
    *idle("there is only text", "mm_device_do_normalize"),
    *idle("no model here compares by late interaction", "enable_flash_late_interaction"),
    *idle("no figures are hidden; older names stand beside the new ones", values="show_hidden_metrics_for_version"),
))

ALWAYS: dict[str, Always] = dict((
    always("enable_metrics", "/metrics always answers", "--guard-metrics asks for a key there"),
    always("enable_chunked_prefill", "a prompt that exceeds a step is always split",
           "set --max-num-batched-tokens to --max-model-len to have each prompt computed whole"),
    always("enable_prompt_tokens_details", "usage always tells how many tokens the prefix cache had",
           "--no-enable-prefix-caching makes it none"),
    always("scheduler_reserve_full_isl", "a request begins when there is room for its whole prompt",
           "lower --max-num-seqs to keep more room"),
    always("use_v2_block_manager", "blocks are found by their content", "--no-enable-prefix-caching keeps none"),
    always("enable_request_id_headers", "every answer has x-request-id"),
    always("enable_server_load_tracking", "/load always counts"),
    always("enable_offline_docs", "/docs needs no internet"),
    always("disable_uvicorn_access_log", "there is no access log; --log-level debug tells of each call"),
    always("log_error_stack", "what is unexpected is in the log with its stack"),
    always("language_model_only", "there is only text"),
    always("skip_mm_profiling", "there is only text"),
    always("disable_mm_preprocessor_cache", "there is only text"),
    always("fail_on_environ_validation", "an unknown QUIRE_ name in the environment is refused"),
    always("aggregate_engine_logging", "there is one engine, and one line of figures"),
    always("disable_cascade_attn", "attention is the same for prompts that share a beginning and for others"),
    always("disable_logprobs_during_spec_decoding", "nothing is drafted"),
))
