"""Members of LLM, AsyncLLMEngine and LLMEngine that guides know and this version does not have: why, and what to do."""
from quire.core.errors import AbsentMember

_TRANSFER = "weights are not replaced while they are in use: write the new ones to a folder and make another engine of it"
_LORA = "there are no LoRA adapters: merge the adapter into the model's weights"
_PROFILE = "nothing is profiled in here; all of LLM happens on the caller's thread, so a profiler around the call sees it"
_CHECKPOINT = "processes are not frozen: sleep(2) gives all memory back, wake_up() has it again"
_REPLICAS = "there is one engine: start another for each replica"

MEMBERS: dict[str, str] = {
    **dict.fromkeys(("init_weight_transfer_engine", "start_weight_update", "start_draft_weight_update", "update_weights",
                     "finish_weight_update", "shutdown_weight_transfer_engine", "get_weight_version", "update_weight_version",
                     "compute_weight_checksums"), _TRANSFER),
    **dict.fromkeys(("add_lora", "remove_lora", "pin_lora"), _LORA),
    **dict.fromkeys(("start_profile", "stop_profile"), _PROFILE),
    **dict.fromkeys(("checkpoint_prepare", "checkpoint_restore"), _CHECKPOINT),
    **dict.fromkeys(("scale_elastic_ep", "handle_fault"), _REPLICAS),
    "collective_rpc": "ranks take no calls of others; apply_model() of an LLM runs a function on the model",
    "from_vllm_config": "there is no such configuration; use from_engine_args",
    "get_kv_event_sources": "blocks that come and go are not published; get_metrics() and /metrics count them",
    "notify_kv_transfer_request_rejected": "KV blocks are not moved between machines",
    "llm_engine": "an LLM is its own engine: get_tokenizer(), get_metrics(), plan",
    "set_tokenizer": "an engine keeps its tokenizer; name another with tokenizer=",
    "preprocess_chat": "there is no such step; chat() takes conversations, generate() takes token ids",
    "reward": "no model here judges answers",
}


def absent_member(owner: object, name: str) -> AttributeError:
    """For __getattr__."""
    kind = type(owner).__name__
    if name in MEMBERS:
        return AbsentMember(f"{kind}.{name} is not in this version: {MEMBERS[name]}", name)
    return AttributeError(f"{kind!r} object has no attribute {name!r}")
