"""One side of a comparison, in a process of its own: `python -m benchmarks.side SIDE MODEL [--threads N]`.

SIDE is quire, quire-int8, quire-int4, transformers or llama.cpp. Commands come on stdin and figures leave on stdout, a line of
JSON each, so that several sides can wait in memory and work in turns: a busy moment of the machine then meets all of them.

    {"act": "prefill", "tokens": 512}                       {"seconds": ...}
    {"act": "cached", "tokens": 512}                        {"seconds": ...}    the same prompt again (quire)
    {"act": "decode", "context": 512, "steps": 48}          {"seconds": ...}    of one step
    {"act": "batch", "context": 512, "steps": 48, "rows": 16}   the same for many rows (quire)
    {"act": "crowd", "outputs": [16, ...], "prompt": 128}   {"seconds": ...}    all requests, prompts included
    {"act": "profile", "context": 512, "rows": 1}           {"seconds": {"linear": ...}}    of the ops of one step (quire);
                                                                                rows 0: of a prompt
"""
import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any, Protocol


def prompt_ids(count: int, salt: int) -> list[int]:
    """Never twice the same beginning, so that no side can have it already."""
    return [(7919 * salt + 31 * i * (salt + 1) + i * i) % 45_000 + 10 for i in range(count)]


class Side(Protocol):
    def prefill(self, tokens: int, salt: int) -> float: ...
    def decode(self, context: int, steps: int, salt: int) -> float: ...


class Quire:
    def __init__(self, model: Path, threads: int, quantization: str):
        from quire import LLM
        self.llm = LLM(model=str(model), num_threads=threads, max_model_len=1024, max_num_seqs=64, max_num_batched_tokens=1024,
                       quantization=quantization)

    def run(self, prompts: list[list[int]], lengths: list[int]) -> tuple[float, list[Any]]:
        from quire import SamplingParams
        params = [SamplingParams(temperature=0, max_tokens=n, ignore_eos=True, detokenize=False) for n in lengths]
        began = time.perf_counter()
        outputs = self.llm.generate(prompts, params, use_tqdm=False)
        return time.perf_counter() - began, outputs

    def prefill(self, tokens: int, salt: int) -> float:
        return self.run([prompt_ids(tokens, salt)], [1])[0]

    def cached(self, tokens: int, salt: int) -> float:
        self.prefill(tokens, salt)
        seconds, outputs = self.run([prompt_ids(tokens, salt)], [1])
        assert outputs[0].num_cached_tokens >= tokens - 16, "the prompt was not found in the cache"
        return seconds

    def decode(self, context: int, steps: int, salt: int) -> float:
        return self.batch(context, steps, 1, salt)

    def batch(self, context: int, steps: int, rows: int, salt: int) -> float:
        """Between the moment when all rows have begun and the moment when they end, together."""
        prompts = [prompt_ids(context, salt * 101 + i) for i in range(rows)]
        self.run(prompts, [1] * rows)                               # into the cache
        _, outputs = self.run(prompts, [steps + 1] * rows)
        first, last = (max(getattr(o.metrics, at) for o in outputs) for at in ("first_token_ts", "last_token_ts"))
        return (last - first) / steps

    def crowd(self, outputs: list[int], prompt: int, salt: int) -> float:
        return self.run([prompt_ids(prompt, salt * 101 + i) for i in range(len(outputs))], outputs)[0]

    def profile(self, context: int, rows: int, salt: int) -> dict[str, float]:
        """The least that each op of a recorded pass takes over some passes, and the head."""
        import gc

        import torch

        from quire.runner.runner import Runner
        runner = next(found for found in gc.get_objects() if isinstance(found, Runner))
        recording = runner.forward.recording
        assert recording is not None, runner.forward.unrecorded
        batch = made_up(context, rows)
        with torch.inference_mode():
            passes = [recording.times(batch) for _ in range(12)]
            hidden, times = recording(batch), []
            for _ in range(12):
                began = time.perf_counter()
                runner.model.logits(hidden)
                times.append(time.perf_counter() - began)
        found = {"head": min(times)}
        for ops in zip(*passes, strict=True):
            found[ops[0][0]] = found.get(ops[0][0], 0.0) + min(seconds for _, seconds in ops)
        return found


def made_up(context: int, rows: int) -> Any:
    """A step of `rows` sequences that have `context` positions, or of one whole prompt."""
    import torch

    from quire.batch import Batch
    blocks = -(-context // 16)
    tables = torch.arange(max(1, rows) * blocks, dtype=torch.int32).view(-1, blocks)
    if rows == 0:
        at = torch.arange(context)
        starts, lengths = torch.tensor([0, context], dtype=torch.int32), torch.tensor([context], dtype=torch.int32)
        return Batch(at, at, at, starts, lengths, tables, torch.tensor([context - 1]))
    slots = tables[:, -1].long() * 16 + (context - 1) % 16
    return Batch(torch.arange(rows), torch.full((rows,), context - 1), slots, torch.arange(rows + 1, dtype=torch.int32),
                 torch.full((rows,), context, dtype=torch.int32), tables, torch.arange(rows))


class Transformers:
    def __init__(self, model: Path, threads: int):
        import torch
        from transformers import AutoModelForCausalLM
        torch.set_num_threads(threads)
        self.torch = torch
        self.model = AutoModelForCausalLM.from_pretrained(model, dtype=torch.bfloat16).eval()

    def begin(self, tokens: int, salt: int) -> tuple[float, Any]:
        ids = self.torch.tensor([prompt_ids(tokens, salt)])
        began = time.perf_counter()
        with self.torch.inference_mode():
            found = self.model(ids, use_cache=True, logits_to_keep=1)
        return time.perf_counter() - began, found

    def prefill(self, tokens: int, salt: int) -> float:
        return self.begin(tokens, salt)[0]

    def decode(self, context: int, steps: int, salt: int) -> float:
        _, found = self.begin(context, salt)
        began = time.perf_counter()
        with self.torch.inference_mode():
            for _ in range(steps):
                best = found.logits[:, -1].argmax(-1, keepdim=True)
                found = self.model(best, past_key_values=found.past_key_values, use_cache=True)
        return (time.perf_counter() - began) / steps

    def crowd(self, outputs: list[int], prompt: int, salt: int) -> float:
        """generate, one request after the other."""
        began = time.perf_counter()
        for i, length in enumerate(outputs):
            ids = self.torch.tensor([prompt_ids(prompt, salt * 101 + i)])
            self.model.generate(ids, attention_mask=self.torch.ones_like(ids), do_sample=False, min_new_tokens=length,
                                max_new_tokens=length, pad_token_id=0)
        return time.perf_counter() - began


class LlamaCpp:
    def __init__(self, model: Path, threads: int):
        import llama_cpp
        self.api = api = llama_cpp
        api.llama_backend_init()
        self.model = api.llama_model_load_from_file(str(model).encode(), api.llama_model_default_params())
        options = api.llama_context_default_params()
        options.n_ctx, options.n_batch, options.n_ubatch = 1024, 512, 512
        options.n_threads = options.n_threads_batch = threads
        self.context = api.llama_init_from_model(self.model, options)
        if not self.context:
            raise RuntimeError(f"llama.cpp does not load {model}")
        self.vocab = api.llama_vocab_n_tokens(api.llama_model_get_vocab(self.model))

    def feed(self, ids: list[int]) -> int:
        """Into the context; the best next id."""
        import numpy as np
        array = (self.api.llama_token * len(ids))(*ids)
        if self.api.llama_decode(self.context, self.api.llama_batch_get_one(array, len(ids))):
            raise RuntimeError("llama.cpp could not decode")
        logits = np.ctypeslib.as_array(self.api.llama_get_logits_ith(self.context, -1), (self.vocab,))
        return int(logits.argmax())

    def prefill(self, tokens: int, salt: int) -> float:
        self.api.llama_memory_clear(self.api.llama_get_memory(self.context), True)
        began = time.perf_counter()
        self.best = self.feed(prompt_ids(tokens, salt))
        return time.perf_counter() - began

    def decode(self, context: int, steps: int, salt: int) -> float:
        self.prefill(context, salt)
        began = time.perf_counter()
        for _ in range(steps):
            self.best = self.feed([self.best])
        return (time.perf_counter() - began) / steps


def make(name: str, model: Path, threads: int) -> Side:
    if name == "transformers":
        return Transformers(model, threads)
    if name == "llama.cpp":
        return LlamaCpp(model, threads)
    return Quire(model, threads, name.partition("-")[2] or "none")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("side", help="quire, quire-int8, quire-int4, transformers or llama.cpp")
    parser.add_argument("model", type=Path, help="folder of the model, or its GGUF file")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    side = make(args.side, args.model, args.threads)
    print(json.dumps({"ready": args.side}), flush=True)
    for salt, line in enumerate(sys.stdin, 1):
        command = json.loads(line)
        act = getattr(side, command.pop("act"))
        print(json.dumps({"seconds": act(**command, salt=salt)}), flush=True)


if __name__ == "__main__":
    main()
