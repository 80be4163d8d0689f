"""What can never be served is refused at the door, in words: what is wrong, how far it misses, what to do."""
from quire.core.types import Limits, Request
from quire.schedule.kv_cache import KVCache


def refusal(request: Request, limits: Limits, kv: KVCache) -> str:
    """Why the request could never be served, also not alone on an empty device; "" if it can be."""
    return _what_is_malformed(request) or _what_is_too_long(request, limits, kv)


def _what_is_malformed(request: Request) -> str:
    sampling = request.sampling
    if not request.prompt_len:
        return "the prompt is empty: send at least one token"
    if sampling.max_tokens < 1:
        return f"max_tokens is {sampling.max_tokens}: ask for at least one token"
    if sampling.vector and sampling.max_tokens > 1:
        return f"max_tokens is {sampling.max_tokens}, but a request for a vector draws no tokens: leave it at 1"
    return ""


def _what_is_too_long(request: Request, limits: Limits, kv: KVCache) -> str:
    """The last id that it may draw needs a place in the context, but is never computed."""
    prompt, computed = request.prompt_len, request.limit - 1
    asked = computed if request.sampling.vector else request.limit
    size = f"the prompt has {prompt:,} tokens"
    if asked > prompt:
        size += f" and max_tokens is {request.sampling.max_tokens:,}, {asked:,} together"
    shorter = "shorten the prompt" + (" or lower max_tokens" if asked > prompt else "")
    if asked > limits.max_model_len:
        return (f"{size}, but prompt and output may be {limits.max_model_len:,} together: {shorter}, or start with a "
                f"larger --max-model-len")
    if kv.missing(request, computed) > kv.num_blocks:
        return (f"{size}, but the KV cache holds {kv.num_blocks * kv.block_size:,} positions: {shorter}, or start with "
                f"more --kv-memory")
    if request.whole and computed > limits.step_tokens:
        return (f"{size} that must be computed in one step, which takes {limits.step_tokens:,}: {shorter}, or start "
                f"with a larger --max-num-batched-tokens")
    return ""
