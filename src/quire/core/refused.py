"""Flags of capabilities that this version does not have, by what they ask for. Each is refused with a sentence, unless its
value asks for nothing: a program that writes down every default of its own starts here, too.
"""
import json
from collections.abc import Iterator, Sized
from typing import Any, NamedTuple

from quire.core.options import Option

NONE = ()                       # no value asks for nothing
LEAVE = "leave it out"


class Absent(NamedTuple):
    """instead     what to do, in words
    neutral     values that ask for nothing
    """
    option: Option
    capability: str
    instead: str
    neutral: tuple[Any, ...]


# Flags with one dash; the words behind them are names in the environment and keys, too.
SHORT = {
    "pipeline_parallel_size": "pp", "data_parallel_size": "dp", "api_server_count": "asc", "enable_expert_parallel": "ep",
    "speculative_config": "sc", "compilation_config": "cc", "attention_config": "ac", "diffusion_config": "dc", "nnodes": "n",
    "node_rank": "r", "decode_context_parallel_size": "dcp", "prefill_context_parallel_size": "pcp",
    "data_parallel_rank": "dpn", "data_parallel_start_rank": "dpr", "data_parallel_size_local": "dpl",
    "data_parallel_address": "dpa", "data_parallel_rpc_port": "dpp", "data_parallel_backend": "dpb",
    "data_parallel_hybrid_lb": "dph", "data_parallel_external_lb": "dpe", "data_parallel_multi_port_external_lb": "dpm",
}


def absent(capability: str, instead: str = LEAVE, *switches: str, **values: Any) -> Iterator[tuple[str, Absent]]:
    """Switches ask for nothing when they are off. Of the others comes a value that asks for nothing, several of them in a
    tuple, or NONE; its type tells how the flag is read."""
    for name in switches:
        yield name, _absent(name, capability, instead, (False,))
    for name, neutral in values.items():
        yield name, _absent(name, capability, instead, neutral if isinstance(neutral, tuple) else (neutral,))


def _absent(name: str, capability: str, instead: str, neutral: tuple[Any, ...]) -> Absent:
    """Its default in help is the first value that asks for nothing."""
    first = neutral[0] if neutral else None
    kind = {bool: "bool", list: "list"}.get(type(first), "any")
    default = {"True": "on", "False": "off", "None": "none", "[]": "none", "": "none"}.get(str(first), str(first))
    short = SHORT.get(name)
    return Absent(Option(name, kind, capability, group="Not in this version", default=default,
                         short=(f"-{short}",) if short else (), aliases=(short,) if short else ()),
                  capability, instead, neutral)


MEDIA = "images, audio and video"
_PLUGINS = "code of others in the server"

ABSENT: dict[str, Absent] = dict((
    # how tokens are found
    *absent("speculative decoding", "leave it out: answers are the same", speculative_config=NONE, speculative_model=NONE,
            num_speculative_tokens=0, spec_model=NONE, spec_method=NONE, spec_tokens=NONE,
            per_request_spec_decode_metrics="none", num_lookahead_slots=0),
    *absent("logits in place of logprobs, or those after the penalties", LEAVE, logprobs_mode="raw_logprobs"),
    *absent("masks and forced tokens in answers", LEAVE, "return_sampling_mask", "enable_trace_replay"),
    *absent("draws with 64 bits", LEAVE, "use_fp64_gumbel"),
    *absent("a choice of grammar engines", "schemas are enforced without it", structured_outputs_config={}),
    *absent("budgets of thinking", "limit all tokens with max_tokens", reasoning_config={}),
    *absent("texts with a watermark", LEAVE, watermark_config={}),
    *absent("models that diffuse text", LEAVE, diffusion_config={}),
    # other kinds of models and weights
    *absent("LoRA adapters", "merge the adapter into the weights", "enable_lora", "enable_tower_connector_lora",
            "fully_sharded_loras", "specialize_active_lora", "enable_mixed_moe_lora_format", "enable_moe_shared_loras",
            "enable_lora_bias", lora_modules=[], max_loras=1, max_lora_rank=16, lora_dtype="auto", max_cpu_loras=NONE,
            lora_target_modules=[], default_mm_loras={}, max_lora_cls_labels=NONE, lora_extra_vocab_size=(0, 256)),
    *absent(MEDIA, LEAVE, "enable_mm_embeds", "mm_encoder_only", "interleave_mm_strings", "trust_request_mm_kwargs",
            "disable_chunked_mm_input", allowed_local_media_path="", allowed_media_domains=[], media_io_kwargs={},
            mm_processor_kwargs={}, mm_processor_cache_gb=(4, 0), mm_processor_cache_type="lru", mm_hasher_algorithm="blake3",
            mm_shm_cache_max_object_size_mb=128, mm_encoder_tp_mode="weights", mm_encoder_attn_backend=NONE,
            mm_encoder_attn_dtype=NONE, mm_encoder_fp8_scale_path=NONE, mm_encoder_fp8_scale_save_path=NONE,
            mm_encoder_fp8_scale_save_margin=1.5, video_pruning_rate=0, video_pruning_method="evs", mm_tensor_ipc="direct_rpc",
            mm_processor_device="auto", mm_ipc_gpu_memory_gb=0),
    *absent("encoders apart from the model", LEAVE, ec_transfer_config={}, ec_manager_config={}),
    # every model gives vectors here, without being asked to
    *absent("models that judge or classify", LEAVE, runner=("auto", "generate", "pooling"), convert=("auto", "none", "embed"),
            task=("auto", "generate", "embed")),
    *absent("one pooling for all requests", "send pooling with each of them, last or mean", pooler_config={},
            override_pooler_config={}),
    *absent("models with a state in place of a KV cache", LEAVE, "enable_mamba_cache_stochastic_rounding",
            "enable_mamba_shared_prefix_checkpoint", "use_replayssm", mamba_config={}, mamba_backend="triton",
            mamba_ssu_algorithm="auto", mamba_cache_philox_rounds=0, mamba_cache_dtype="auto", mamba_ssm_cache_dtype="auto",
            mamba_block_size=NONE, mamba_cache_mode="none", replayssm_buffer_len=16, gdn_prefill_backend=NONE,
            kda_prefill_backend="auto", kda_decode_backend="auto"),
    *absent("n-gram embeddings", LEAVE, engram_config={}),
    *absent("other weight formats", "safetensors and .bin are found by themselves", load_format=("auto", "safetensors", "hf"),
            model_loader_extra_config={}),
    *absent("a rule of quantization for each layer", "--quantization int8 or int4 holds for all", quantization_config={}),
    *absent("other forms of config.json", LEAVE, config_format=("auto", "hf")),
    *absent("a config.json apart from the weights", "put both into one folder", hf_config_path=NONE, model_weights=""),
    *absent("changes to config.json", "change the file in a copy of the folder", hf_overrides={}, rope_scaling={},
            rope_theta=NONE),
    *absent("other makings of a model", "models are taken by the architecture in config.json", model_impl=("auto", "vllm"),
            model_class_overrides={}),
    *absent("full attention in place of a window", "a --max-model-len of the window's size is the same",
            "disable_sliding_window"),
    # text
    *absent("other tokenizers", LEAVE, tokenizer_mode=("auto", "hf", "slow", "fast")),
    *absent("serving without a tokenizer", LEAVE, "skip_tokenizer_init"),
    *absent("templates that clients send", "the operator chooses one with --chat-template", "trust_request_chat_template"),
    *absent("a choice of what templates get", "it is found in the template", chat_template_content_format="auto"),
    *absent("other roles of answers", LEAVE, response_role="assistant"),
    *absent("parsers that are loaded from files", "name one with --tool-call-parser", tool_parser_plugin=""),
    *absent("parsers that are loaded from files", "name one with --reasoning-parser", reasoning_parser_plugin=""),
    *absent("strictness for all tools", "a tool with strict true is held to its schema", tool_strict_level="auto"),
    *absent("tools that the server itself calls", "call them where the client is", tool_server=NONE),
    # the model on its devices
    *absent("pipeline parallelism", "use --tensor-parallel-size", pipeline_parallel_size=1),
    *absent("several replicas behind one port", "start one server for each replica, and a proxy in front",
            "data_parallel_hybrid_lb", "data_parallel_external_lb", "data_parallel_multi_port_external_lb",
            "enable_fault_tolerance", "disable_nccl_for_dp_synchronization", "headless", data_parallel_size=1,
            api_server_count=1, data_parallel_rank=0, data_parallel_start_rank=0, data_parallel_size_local=1,
            data_parallel_address=NONE, data_parallel_rpc_port=NONE, data_parallel_backend="mp",
            data_parallel_supervisor_port=9256, dp_supervisor_probe_interval_s=5, dp_supervisor_probe_timeout_s=5,
            dp_supervisor_probe_failure_threshold=3, dp_sync_interval=16, prefill_schedule_interval=1,
            fault_tolerance_config={}),
    *absent("ranks on several machines", "--tensor-parallel-size is that of one machine", nnodes=1, node_rank=0,
            master_addr="127.0.0.1", master_port=29501),
    *absent("another executor", "ranks are processes of this machine", "worker_use_ray", "engine_use_ray",
            "ray_workers_use_nsight", distributed_executor_backend=("mp", "uni"), worker_cls="auto", worker_extension_cls=""),
    *absent("expert parallelism", LEAVE, "enable_expert_parallel", "enable_ep_weight_filter", "enable_elastic_ep",
            "enable_eplb", "enable_dbo", "enable_return_routed_experts", all2all_backend=("allgather_reducescatter", "naive"),
            eplb_config={}, expert_placement_strategy="linear", elastic_ep_max_dp_size=NONE, ubatch_size=0,
            dbo_decode_token_threshold=32, dbo_prefill_token_threshold=512),
    *absent("a context divided among ranks", "use --tensor-parallel-size", "dcp_q_replicate", decode_context_parallel_size=1,
            prefill_context_parallel_size=1, dcp_comm_backend=NONE, dcp_kv_cache_interleave_size=1,
            cp_kv_cache_interleave_size=1),
    *absent("sequence parallelism", LEAVE, "enable_hc_sp"),
    *absent("a choice of devices", "set CUDA_VISIBLE_DEVICES", device_ids=NONE),
    *absent("places of processes on NUMA nodes", "start quire under numactl", "numa_bind", numa_bind_nodes=[],
            numa_bind_cpus=[]),
    *absent("compiled graphs", "--enforce-eager is the only choice", compilation_config={}),
    *absent("settings of kernels", "each device has one kernel for each op", attention_config={}, kernel_config={},
            ir_op_priority={}, additional_config={}),
    # memory
    *absent("weights outside the device", "use --quantization int8 or int4", cpu_offload_gb=0, offload_backend="auto",
            cpu_offload_params=[], offload_group_size=0, offload_num_in_group=1, offload_prefetch_step=1, offload_params=[]),
    *absent("moving KV blocks between machines or to other memory", "raise --kv-memory", kv_transfer_config={},
            kv_events_config={}, kv_offloading_size=0, kv_offloading_backend="native"),
    *absent("a choice of how the KV cache is laid out", "--block-size and --kv-cache-dtype are the choices",
            "kv_sharing_fast_prefill", kv_cache_dtype_skip_layers=[], prefix_cache_retention_interval=0, prefix_match_unit=NONE,
            swa_bounded_replay=True),
    *absent("swapping", "preempted requests are computed again", preemption_mode="recompute"),
    # engines in a program can sleep: core/keywords.py takes the keyword
    *absent("sleeping and waking over HTTP", "LLM and AsyncLLMEngine have sleep() and wake_up(); a server is ended, and "
            "started again", "enable_sleep_mode"),
    *absent("a choice of what sleeping gives back", "the level given to sleep() chooses", "sleep_mode_offload_cudagraph",
            "enable_cumem_allocator", "enable_nccl_comm_suspend", sleep_preserve_parameter_names=[]),
    *absent("weights that change while the model runs", LEAVE, weight_transfer_config={}),
    # the order of work
    *absent("a limit on running requests beside --max-num-seqs", "use that", max_num_active_seqs=NONE),
    *absent("a limit on a step beside --max-num-batched-tokens", "use that", max_num_scheduled_tokens=NONE),
    *absent("a limit on the queue in tokens", "--max-queue counts requests", max_num_queued_tokens=NONE),
    *absent("a share of the step that adapts itself", "set --long-prefill-token-threshold",
            "long_prefill_token_threshold_adaptive"),
    *absent("sets of defaults", "set --max-num-seqs and --max-num-batched-tokens", performance_mode="balanced"),
    *absent("several steps at once", "--depth keeps several in flight", num_scheduler_steps=1),
    *absent("a pause before prompts are begun", LEAVE, scheduler_delay_factor=0),
    *absent("chunks of several tokens", "a chunk is sent as soon as the client takes it", stream_interval=1),
    # code of others
    *absent(_PLUGINS, "put a proxy in front", middleware=[]),
    *absent(_PLUGINS, "use logit_bias, bad_words or allowed_token_ids", logits_processors=[], logits_processor_pattern=NONE),
    *absent(_PLUGINS, LEAVE, scheduler_cls=NONE, io_processor_plugin=NONE),
    # the server
    *absent("TLS", "put a proxy in front", "enable_ssl_refresh", ssl_keyfile=NONE, ssl_certfile=NONE, ssl_ca_certs=NONE,
            ssl_ciphers=NONE, ssl_cert_reqs=0),
    *absent("gRPC", "use HTTP", "grpc", grpc_port=NONE),
    *absent("prompts given as vectors", "send text or token ids", "enable_prompt_embeds"),
    *absent("routes of tokens alone", "/v1/completions takes ids, /v1/completions/render gives them", "tokens_only",
            "enable_scale_out"),
    *absent("a route that tells of the tokenizer", "/tokenize and /detokenize use it", "enable_tokenizer_info_endpoint"),
    *absent("a server without its documents", "put a proxy in front that refuses /docs and /openapi.json",
            "disable_fastapi_docs"),
    *absent("the interfaces of Cohere and Anthropic", "use OpenAI's", cohere_is_reasoning_model=True, cohere_format="cmd4",
            anthropic_disabled_thinking_effort="auto"),
    *absent("one form of logprobs for all clients", "send return_tokens_as_token_ids with each request",
            "return_tokens_as_token_ids"),
    *absent("usage in every stream", "send stream_options.include_usage with the request", "enable_force_include_usage"),
    *absent("timings in the body of an answer", "the header Server-Timing has them", "enable_per_request_metrics"),
    *absent("other fingerprints", LEAVE, fingerprint_mode="full", fingerprint_value=NONE),
    *absent("other auxiliary outputs", LEAVE, aux_output_config={}),
    # what is told
    *absent("answers in the log", LEAVE, "enable_log_outputs"),
    *absent("files that set up logging", "use --log-level; in a program, handlers of the logger quire stay as they are",
            logging_config={}, log_config_file=NONE),
    *absent("traces for OpenTelemetry", "every answer has Server-Timing, /metrics the rest", otlp_traces_endpoint=NONE,
            collect_detailed_traces=[]),
    *absent("figures of blocks, graphs and kernels", "GET /metrics shows those that there are", "kv_cache_metrics",
            "enable_mm_processor_stats", "cudagraph_metrics", "enable_mfu_metrics", "enable_layerwise_nvtx_tracing",
            kv_cache_metrics_sample=0.01, custom_histogram_buckets={}),
    *absent("a line for each step", "--log-level debug", "enable_logging_iteration_details"),
    *absent("profiles", LEAVE, profiler_config={}),
    *absent("a server that ends when a kernel is compiled late", LEAVE, "jit_monitor_verbose", jit_monitor_mode="warn"),
))


def is_neutral(absent: Absent, value: Any) -> bool:
    """Numbers by what they are worth, words in any case, objects as JSON or as Python writes them. What is empty asks for
    nothing anywhere."""
    is_empty = value == [""] or (isinstance(value, Sized) and not len(value))
    return is_empty or any(_plain(value) == _plain(neutral) for neutral in absent.neutral)


def _plain(value: Any) -> str:
    text = str(value).lower().replace(" ", "").replace("'", '"')
    try:
        return f"{float(text):g}"
    except ValueError:
        return text


def refusal(name: str, value: Any) -> str:
    absent = ABSENT[name]
    flags = " ".join((absent.option.flag, *(f"({short})" for short in absent.option.short)))
    return f"{written(flags, value)} asks for {absent.capability}, which this version does not have; {absent.instead}"


def written(flag: str, value: Any) -> str:
    """As on a command line."""
    if isinstance(value, bool):
        return flag if value else flag.replace("--", "--no-", 1)
    words = [value] if isinstance(value, str) else map(str, value) if isinstance(value, (list, tuple)) else [json.dumps(value)]
    return " ".join((flag, *words))
