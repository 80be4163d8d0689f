"""Length, rows, tokens of a step and blocks of the KV cache: what fits the model and the machine, with the sum."""
from quire.core.errors import ConfigError, DoesNotFit
from quire.core.footprint import activation_bytes, block_bytes, weight_bytes
from quire.core.model_spec import ModelSpec
from quire.core.units import show_bytes, show_count
from quire.engine.choices import Choices
from quire.engine.machine import Machine
from quire.engine.sizing import Speed, blocks_for, check_weights, flops_per_token

STEP_SECONDS = 0.5                  # aim of a step on CPU
LEAST_STEP, MOST_STEP = 16, 8192    # tokens
ROWS = 256
CPU_KV_SHARE = 0.3
CUDA_SHARE = 0.9
LARGE_CUDA = 70 << 30
BLOCK_SIZES = (8, 16, 32, 64, 128)
WATERMARK = 0.01
KNOBS = ("lower --max-model-len or --max-num-seqs, raise --kv-memory or --gpu-memory-utilization, quantize the model "
         "(--quantization int8 or int4), or take a smaller one")


def fit(choices: Choices, spec: ModelSpec, machine: Machine) -> None:
    _length(choices, spec)
    _block_size(choices)
    values = choices.values
    check_weights(values["model_folder"])
    _weigh(choices, spec)
    if values["device"] == "cpu":
        _cpu_step(choices, spec, machine)
    else:
        _cuda_step(choices, machine)
    _chunk(choices)
    _memory(choices, spec, machine)
    _shorten(choices, spec)
    _weigh(choices, spec)
    fraction = choices.ask("watermark")
    blocks = int((WATERMARK if fraction is None else fraction) * values["num_blocks"])
    if fraction is None:
        choices.derive("watermark", blocks, f"{WATERMARK:.0%} of the blocks, so that who is admitted is not preempted "
                                            "at once")
    else:
        choices.take("watermark", "watermark", f"{fraction:.0%} of the blocks", blocks)


def _weigh(choices: Choices, spec: ModelSpec) -> None:
    """The table of rotary positions, which is among the weights, is as long as the context."""
    values, ranks = choices.values, choices.values["tensor_parallel_size"]
    values["weights_bytes"] = ranks * weight_bytes(spec, values["dtype"], values["max_model_len"], ranks,
                                                      values["quantization"])


def _length(choices: Choices, spec: ModelSpec) -> None:
    limit, why = spec.max_positions, f"the model's limit; {_rope_note(spec)}".rstrip("; ")
    if spec.reach is not None and spec.reach < limit:
        limit = spec.reach
        why = (f"the attention window of some of the model's layers: up to {limit} positions all are full attention, "
               "which is what this version computes")
    asked = choices.ask("max_model_len")
    if asked is None:
        choices.derive("max_model_len", limit, why)
        return
    if asked > limit:
        _long(choices, spec, asked, limit, why)
    choices.take("max_model_len", "max_model_len", f"the model takes up to {limit}")


def _rope_note(spec: ModelSpec) -> str:
    if spec.rope is None or spec.rope.kind == "none":
        return ""
    fixed = ", fixed once for this length" if spec.rope.kind == "dynamic" else ""
    return f"its rotary positions are scaled ({spec.rope.kind}, factor {spec.rope.factor:g}{fixed})"


def _long(choices: Choices, spec: ModelSpec, asked: int, limit: int, why: str) -> None:
    text = f"--max-model-len {asked} is more than {limit}, {why}"
    if spec.rope is None or limit != spec.max_positions:
        raise ConfigError(f"{text}; lower it", param="max_model_len")
    if not choices.ask("allow_long_max_model_len"):
        raise ConfigError(f"{text}; lower it, or set QUIRE_ALLOW_LONG_MAX_MODEL_LEN=1 if you know that the model copes",
                          param="max_model_len")
    choices.notices.append(f"{text}; beyond it answers may be poor")


def _block_size(choices: Choices) -> None:
    asked = choices.values["block_size"]
    if asked not in BLOCK_SIZES:
        raise ConfigError(f"--block-size {asked} is none of {', '.join(map(str, BLOCK_SIZES))}", param="block_size")


def _cpu_step(choices: Choices, spec: ModelSpec, machine: Machine) -> None:
    """Tokens of a step from the predicted speed; reading the weights takes its time whatever the step holds."""
    values = choices.values
    cores = min(machine.cores, values["num_threads"] * values["tensor_parallel_size"])
    speed = Speed.of(machine, cores, values["dtype"], values["quantization"])
    context = values["max_model_len"]
    within = speed.tokens_within(STEP_SECONDS, spec, context)
    read_seconds = values["weights_bytes"] / speed.bandwidth
    tokens = min(max(within, speed.tokens_within(read_seconds, spec, context), LEAST_STEP), MOST_STEP) // 16 * 16
    cost = (f"a token costs {show_count(flops_per_token(spec, context))} operations, {cores} cores of {machine.isa} do "
            f"about {speed.flops / 1e9:.0f} billion a second")
    why = f"what a step of {STEP_SECONDS} s holds, at most {MOST_STEP}: {cost}"
    if tokens > within:
        why = (f"a step of {STEP_SECONDS} s holds {within}, but {read_seconds:.1f} s go into reading the weights "
               f"whatever it holds, and below {LEAST_STEP} prompts would crawl: {cost}")
    _step(choices, tokens, why, min(ROWS, tokens), f"no more than one step computes ({tokens})")


def _cuda_step(choices: Choices, machine: Machine) -> None:
    is_large = min(device.total for device in machine.cuda) >= LARGE_CUDA
    _step(choices, 8192 if is_large else 2048, f"a device of {'70 GiB or more' if is_large else 'less than 70 GiB'}",
          ROWS, "enough to keep a device busy")


def _step(choices: Choices, tokens: int, why_tokens: str, rows: int, why_rows: str) -> None:
    asked_tokens, asked_rows = choices.ask("max_num_batched_tokens"), choices.ask("max_num_seqs")
    if asked_tokens and asked_rows and asked_tokens < asked_rows:
        raise ConfigError(f"--max-num-batched-tokens {asked_tokens} is less than --max-num-seqs {asked_rows}: a step "
                          "must hold one token of each request; raise the first or lower the second",
                          param="max_num_batched_tokens")
    if asked_rows:
        choices.take("max_num_seqs", "max_num_seqs", "as many as asked for")
    elif rows >= ROWS and not asked_tokens:
        choices.default("max_num_seqs", rows, "")
    else:
        choices.derive("max_num_seqs", min(rows, asked_tokens or rows), why_rows)
    rows = choices.values["max_num_seqs"]
    most = rows * choices.values["max_model_len"]
    if asked_tokens:
        choices.take("max_num_batched_tokens", "max_num_batched_tokens", "as many as asked for")
    elif tokens < rows:
        choices.derive("max_num_batched_tokens", rows, f"one token of each of {rows} requests; {why_tokens}")
    elif most < tokens:
        choices.derive("max_num_batched_tokens", most, f"all that {rows} requests can want at once")
    else:
        choices.derive("max_num_batched_tokens", tokens, why_tokens)


def _chunk(choices: Choices) -> None:
    tokens, asked = choices.values["max_num_batched_tokens"], choices.ask("long_prefill_token_threshold")
    if asked:
        choices.take("chunk", "long_prefill_token_threshold", "most of one request in a step", min(asked, tokens))
    else:
        choices.derive("chunk", tokens, "one request may fill a step")


def _memory(choices: Choices, spec: ModelSpec, machine: Machine) -> None:
    values, ranks = choices.values, choices.values["tensor_parallel_size"]
    values["activation_bytes"] = ranks * activation_bytes(
        spec, values["max_num_batched_tokens"], values["max_num_seqs"], values["dtype"], ranks)
    is_cpu = values["device"] == "cpu"
    available, share_text = _budget(choices, machine)
    room = available - values["weights_bytes"] - values["activation_bytes"]
    per_block = ranks * block_bytes(spec, values["block_size"], values["kv_dtype"], ranks)
    sums = (f"weights {show_bytes(values['weights_bytes'])}, a step {show_bytes(values['activation_bytes'])}, "
            f"usable {show_bytes(available)} ({share_text})")
    if room < per_block:
        raise DoesNotFit(f"the model does not fit: {sums}; {KNOBS}")
    if (asked := choices.ask("num_kv_blocks")) is not None:
        choices.take("num_blocks", "num_kv_blocks", sums)
        _check_room(asked * per_block, room, "--num-kv-blocks", sums)
    elif (asked := choices.ask("kv_memory")) is not None:
        choices.take("num_blocks", "kv_memory", f"{show_bytes(asked)} in blocks of {show_bytes(per_block)}",
                     asked // per_block)
        _check_room(max(asked, per_block), room if asked >= per_block else 0, "--kv-memory", sums)
    else:
        _derive_blocks(choices, room, per_block, is_cpu, sums, machine)
    values["kv_bytes"] = values["num_blocks"] * per_block


def _check_room(wanted: int, room: int, flag: str, sums: str) -> None:
    if wanted > room:
        raise DoesNotFit(f"{flag} asks for {show_bytes(wanted)} of KV cache, there is room for {show_bytes(room)}: "
                         f"{sums}; {KNOBS}")


def _budget(choices: Choices, machine: Machine) -> tuple[int, str]:
    """Bytes that weights, step and KV cache may take together, and whose share that is."""
    values, share = choices.values, choices.ask("gpu_memory_utilization")
    if values["device"] == "cpu":
        values["free_bytes"] = machine.available_memory
        if share is None:
            return machine.available_memory, machine.memory_reason
        return int(machine.available_memory * share), f"{share:.0%} of what is {machine.memory_reason}"
    used = machine.cuda[:values["tensor_parallel_size"]]
    values["free_bytes"] = sum(device.free for device in used)
    share = CUDA_SHARE if share is None else share
    least = min(int(device.total * share) - (device.total - device.free) for device in used)
    return max(0, least) * len(used), f"{share:.0%} of the device, less what others hold of it"


def _derive_blocks(choices: Choices, room: int, per_block: int, is_cpu: bool, sums: str, machine: Machine) -> None:
    """On CPU no more than can be used, and by default 30 % of what is available; on a device all that is left."""
    values = choices.values
    bounds = {f"all that is left: {sums}": room}
    if is_cpu:
        needed = values["max_num_seqs"] * blocks_for(values["max_model_len"], values["block_size"]) * per_block
        bounds[f"what {values['max_num_seqs']} requests of {values['max_model_len']} tokens can use"] = needed
        if choices.ask("gpu_memory_utilization") is None:
            share = int(machine.available_memory * CPU_KV_SHARE)
            bounds[f"{CPU_KV_SHARE:.0%} of the memory {machine.memory_reason}"] = max(share, per_block)
    why = min(bounds, key=lambda text: bounds[text])
    num_blocks, text = bounds[why] // per_block, f"{why}; a block takes {show_bytes(per_block)}"
    if bounds[why] == room and choices.ask("gpu_memory_utilization") is not None:
        choices.take("num_blocks", "gpu_memory_utilization", text, num_blocks)
    else:
        choices.derive("num_blocks", num_blocks, text)


def _shorten(choices: Choices, spec: ModelSpec) -> None:
    """One request must fit the KV cache."""
    values = choices.values
    holds = values["num_blocks"] * values["block_size"]
    length = values["max_model_len"]
    if holds >= length:
        return
    cache = f"the KV cache holds {holds} tokens ({show_bytes(values['kv_bytes'])})"
    if choices.ask("max_model_len") is not None:
        raise DoesNotFit(f"a request of --max-model-len {length} does not fit: {cache}; {KNOBS}", param="max_model_len")
    choices.derive("max_model_len", holds, f"{cache}; the model takes up to {length}")
    choices.notices.append(f"max_model_len is {holds}, not the model's {length}: {cache}; {KNOBS}")
