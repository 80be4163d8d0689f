"""Keywords of LLM(...) and EngineArgs(...) that guides write and that are neither options of ours nor spellings of them: each
is either without effect here at any value that is safe to ignore, or refused with the nearest that there is.

A table of the whole: name -> what it is about, what to do instead, and values that ask for nothing. None, False and empty
lists, dicts and texts never ask for anything.
"""
import os
from collections.abc import Mapping, Sized
from typing import Any, NamedTuple

from quire.core import checks
from quire.core.errors import ConfigError
from quire.core.options import OPTIONS


class Foreign(NamedTuple):
    about: str
    instead: str = ""
    neutral: tuple[Any, ...] = ()           # beside those that never ask for anything
    is_on: bool = False                     # always, so that False asks for something

    def check(self, name: str, value: Any) -> None:
        says_nothing = asks_for_nothing(value) and not (self.is_on and value is False)
        if says_nothing or any(type(value) is type(each) and value == each for each in self.neutral):
            return
        instead = f"; {self.instead}" if self.instead else ": leave it out"
        raise ConfigError(f"{name}={checks.shown(value)} asks for {self.about}, which this version does not have{instead}",
                          param=name)


def asks_for_nothing(value: Any) -> bool:
    return value is None or value is False or (isinstance(value, Sized) and not len(value))


def _all(names: str, about: str, instead: str = "", *neutral: Any) -> dict[str, Foreign]:
    return dict.fromkeys(names.split(), Foreign(about, instead, neutral))


_FOLDERS = "name a folder, or a Hugging Face id, in model"
_KERNELS = "the kernels are chosen for the machine; quire explain says which"
_TENSOR = "use tensor_parallel_size on one machine"
_MIXTURES = "mixtures of experts"
_MEDIA = "images, audio and video"
_MAMBA = "state space models"
_GRAPHS = "CUDA graphs of given sizes"
_OFFLOAD = "weights outside the device"
_LORA = "LoRA adapters"
_LOG = "log_level and log_requests are there"
_METRICS = "get_metrics() and /metrics count what there is"

FOREIGN: dict[str, Foreign] = {
    # the model's files
    **_all("model_weights hf_config_path model_loader_extra_config", "files outside of the model's folder", _FOLDERS),
    **_all("model_class_overrides model_impl", "another implementation of a model", "the architecture in config.json decides",
           "auto", "vllm"),
    **_all("config_format", "another form of config.json", _FOLDERS, "auto", "hf"),
    **_all("code_revision", "code of model repositories", "Quire runs none"),
    **_all("safetensors_load_strategy", "a choice of how files are read", "they are mapped into memory", "lazy"),
    **_all("safetensors_prefetch_num_threads", "threads that read ahead", "the system reads ahead of mapped files", 8),
    **_all("safetensors_prefetch_block_size", "reading ahead", "the system reads ahead of mapped files", 16 << 20),
    **_all("max_parallel_loading_workers", "loading in turns", "each rank maps the same pages, so they cost memory once"),
    **_all("pt_load_map_location", "a place for .bin files", "they are loaded to the host", "cpu"),
    "ignore_patterns": Foreign("files to pass over", "only files of weights, tokenizer and templates are taken",
                               ("original/**/*", ["original/**/*"])),
    **_all("use_tqdm_on_load", "a bar while loading", "log_level=info tells of loading", True),
    **_all("quantization_config", "a scheme for single layers", "quantization is int8 or int4 for all of them"),
    **_all("allow_deprecated_quantization", "older schemes", "quantization is int8 or int4"),

    # the machine
    **_all("ir_op_priority attention_config kernel_config mamba_config additional_config performance_mode attention_backend "
           "linear_backend enable_flashinfer_autotune jit_monitor_mode jit_monitor_verbose gdn_prefill_backend "
           "kda_prefill_backend kda_decode_backend sparse_indexer_topk_backend", "a choice of kernels", _KERNELS,
           "auto", "balanced", "warn"),
    **_all("cudagraph_capture_sizes max_cudagraph_capture_size", _GRAPHS, "forward passes are recorded for every size at once; "
           "enforce_eager turns that off"),
    **_all("master_addr", "several machines", _TENSOR, "127.0.0.1"), **_all("master_port", "several machines", _TENSOR, 29501),
    **_all("nnodes", "several machines", _TENSOR, 1), **_all("node_rank", "several machines", _TENSOR, 0),
    **_all("distributed_timeout_seconds cpu_distributed_timeout_seconds", "a time limit between ranks",
           "ranks wait for each other for ten minutes"),
    **_all("numa_bind numa_bind_nodes numa_bind_cpus", "binding ranks to nodes of memory", "start under numactl"),
    **_all("device_ids", "a choice of devices", "set CUDA_VISIBLE_DEVICES before"),
    **_all("prefill_context_parallel_size decode_context_parallel_size dcp_kv_cache_interleave_size "
           "cp_kv_cache_interleave_size", "contexts shared among ranks", _TENSOR, 1),
    **_all("dcp_comm_backend dcp_q_replicate enable_hc_sp enable_batch_sharded_sampling", "contexts shared among ranks",
           _TENSOR),
    **_all("data_parallel_rank data_parallel_start_rank data_parallel_size_local data_parallel_address data_parallel_rpc_port "
           "data_parallel_hybrid_lb data_parallel_external_lb data_parallel_multi_port_external_lb data_parallel_backend "
           "disable_nccl_for_dp_synchronization aggregate_engine_logging enable_fault_tolerance fault_tolerance_config "
           "enable_elastic_ep elastic_ep_max_dp_size", "several replicas in one", "make one LLM, or start one server, for each "
           "replica", "mp"),
    **_all("dp_sync_interval", "several replicas in one", "", 16), **_all("prefill_schedule_interval", "the same", "", 1),
    **_all("_api_process_count", "several servers for one engine", "", 1), **_all("_api_process_rank", "the same", "", 0),
    **_all("moe_backend all2all_backend enable_ep_weight_filter eplb_config enable_eplb expert_placement_strategy "
           "enable_return_routed_experts", _MIXTURES, "", "auto", "allgather_reducescatter", "linear"),
    **_all("enable_dbo ubatch_size", "batches in halves", "", 0),
    **_all("dbo_decode_token_threshold dbo_prefill_token_threshold", "batches in halves", "", 32, 512),
    **_all("enable_shm_tensor_arena ray_workers_use_nsight worker_cls worker_extension_cls scheduler_cls",
           "another way to run ranks", "ranks are processes of this machine", "auto"),
    **_all("disable_custom_all_reduce", "leaving this out", "there is none", True),
    **_all("enable_cumem_allocator enable_nccl_comm_suspend sleep_mode_offload_cudagraph sleep_preserve_parameter_names",
           "a choice of what sleep leaves", "sleep(1) and sleep(2) say what goes"),

    # memory and order
    **_all("offload_backend", _OFFLOAD, "quantization makes them smaller", "auto"),
    **_all("cpu_offload_params offload_params", _OFFLOAD, "quantization makes them smaller"),
    **_all("offload_group_size", _OFFLOAD, "", 0), **_all("offload_num_in_group offload_prefetch_step", _OFFLOAD, "", 1),
    **_all("prefix_caching_hash_algo", "another hash of blocks", "it is SHA-256, and a hit is compared besides", "sha256"),
    **_all("prefix_cache_retention_interval", "checkpoints within prefixes", "", 0),
    **_all("prefix_match_unit", "another unit of prefixes", "it is block_size"),
    **_all("disable_sliding_window", "attention without its window", "choose a max_model_len within the window"),
    **_all("kv_sharing_fast_prefill", "layers that share K and V", "no model here has them"),
    **_all("disable_cascade_attn disable_hybrid_kv_cache_manager disable_chunked_mm_input", "leaving this out", "", True),
    "scheduler_reserve_full_isl": Foreign("prompts that are begun where they may not fit", "leave it out", (True,), True),
    **_all("swa_bounded_replay", "windows that no model here has", "leave it out", True),
    **_all("kv_cache_dtype_skip_layers", "layers whose cache has another type", "kv_cache_dtype holds for all"),
    **_all("max_num_scheduled_tokens", "a second budget of a step", "use max_num_batched_tokens"),
    **_all("long_prefill_token_threshold_adaptive", "a threshold that moves", "use long_prefill_token_threshold"),
    **_all("max_num_active_seqs", "a second limit of requests", "use max_num_seqs"),
    **_all("max_num_queued_tokens", "a limit of waiting tokens", "use max_queue, which counts requests"),
    **_all("stream_interval", "several tokens together", "output_kind FINAL_ONLY sends all of them together", 1),
    **_all("renderer_num_workers", "threads for templates", "", 1),

    # what is drawn and told
    **_all("logits_processors", "code of one's own on logits", "SamplingParams has logit_bias, bad_words, allowed_token_ids "
           "and structured_outputs"),
    **_all("logprobs_mode", "logprobs of another kind", "they are of the raw logits", "raw_logprobs"),
    **_all("use_fp64_gumbel return_sampling_mask enable_trace_replay aux_output_config watermark_config diffusion_config "
           "reasoning_config", "another way to draw"),
    **_all("profiler_config enable_layerwise_nvtx_tracing otlp_traces_endpoint collect_detailed_traces", "traces",
           "use a profiler around the call"),
    **_all("logging_config log_config_file enable_logging_iteration_details", "another form of log", _LOG),
    **_all("show_hidden_metrics_for_version kv_cache_metrics custom_histogram_buckets cudagraph_metrics enable_mfu_metrics "
           "enable_mm_processor_stats per_request_spec_decode_metrics", "more metrics", _METRICS, "none"),
    **_all("kv_cache_metrics_sample", "more metrics", _METRICS, 0.01),
    **_all("kv_events_config ec_transfer_config ec_manager_config weight_transfer_config engram_config tokens_only",
           "moving what is computed between machines"),
    **_all("kv_offloading_backend", "KV blocks in other memory", "", "native"),
    **_all("fail_on_environ_validation", "leaving this out", "unknown QUIRE_ names are always refused", True),

    # other kinds of models
    **_all("allowed_media_domains enable_mm_embeds interleave_mm_strings media_io_kwargs mm_encoder_only "
           "mm_encoder_attn_backend mm_encoder_attn_dtype mm_encoder_fp8_scale_path mm_encoder_fp8_scale_save_path "
           "video_pruning_rate io_processor_plugin", _MEDIA, "send text"),
    **_all("language_model_only skip_mm_profiling", "leaving this out", "there are no media", True),
    **_all("mm_processor_cache_gb mm_processor_cache_type mm_hasher_algorithm mm_shm_cache_max_object_size_mb "
           "mm_encoder_tp_mode mm_encoder_fp8_scale_save_margin video_pruning_method mm_tensor_ipc mm_processor_device "
           "mm_ipc_gpu_memory_gb mm_device_do_normalize", _MEDIA, "send text",
           4, 4.0, 0, 0.0, "lru", "shm", "blake3", "sha256", "sha512", 128, "weights", "data", 1.5, "evs", "direct_rpc", "auto",
           True),
    **_all("default_mm_loras fully_sharded_loras lora_dtype lora_target_modules enable_tower_connector_lora "
           "specialize_active_lora enable_mixed_moe_lora_format enable_moe_shared_loras max_lora_cls_labels", _LORA,
           "merge the adapter into the weights", "auto"),
    **_all("mamba_cache_dtype mamba_ssm_cache_dtype mamba_block_size mamba_cache_mode enable_mamba_shared_prefix_checkpoint "
           "replayssm_buffer_len use_replayssm mamba_backend mamba_ssu_algorithm enable_mamba_cache_stochastic_rounding "
           "mamba_cache_philox_rounds", _MAMBA, "", "auto", "none", 16, "triton", 0),
}


def read_keywords(given: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, Any]:
    """Those that are options or spellings of ours, in the form that these take; what is foreign is checked, and gone."""
    kept = {}
    for name, value in given.items():
        if name not in known:
            FOREIGN[name].check(name, value)
        elif name in OPTIONS or not asks_for_nothing(value) or value is False:
            kept[name] = _plain(name, value)
    return kept


def _plain(name: str, value: Any) -> Any:
    """Paths, and torch's own names of dtypes, as text. A saved login is used in any case."""
    if name == "hf_token" and isinstance(value, bool):
        if not value:
            raise ConfigError("hf_token=False asks to pass over a saved login: unset HF_TOKEN and log out instead", param=name)
        return None
    if name.endswith("dtype") and type(value).__module__ == "torch":
        return str(value).removeprefix("torch.")
    return os.fspath(value) if isinstance(value, os.PathLike) else value
