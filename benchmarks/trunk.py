"""What a first user meets: how long until the server answers, how long `--help` takes, and how many tokens a second come out of
sixteen mixed requests, beside `transformers` answering the same requests one at a time on the same weights and threads.

    python -m benchmarks.trunk [--out FILE.json] [--rounds 5]
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

THREADS = 2
OUTPUTS = [8, 16, 24, 32, 48, 64, 96, 128] * 2          # tokens that each of the sixteen wants
PROMPT = 32
BUNDLED = Path(__file__).parents[1] / "src" / "quire" / "bundled" / "quire-8m"


def figures(values: list[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "n": len(values), "least": min(values), "most": max(values)}


def timed(act: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def help_seconds() -> float:
    return timed(lambda: subprocess.run([sys.executable, "-m", "quire", "--help"], check=True, stdout=subprocess.DEVNULL))


def ready_seconds() -> float:
    """From the start of the process to the line that says where it answers."""
    begin = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "quire", "serve", "--port", "0"], stderr=subprocess.PIPE, text=True)
    assert process.stderr
    try:
        for line in process.stderr:
            if "answers at" in line:
                return time.perf_counter() - begin
        raise RuntimeError("the server ended before it was ready")
    finally:
        process.terminate()
        process.communicate()


def make_model(folder: Path) -> None:
    """A Llama of 135 million parameters with random weights, in bf16."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM
    torch.manual_seed(0)
    config = LlamaConfig(vocab_size=49_152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30,
                         num_attention_heads=9, num_key_value_heads=3, max_position_embeddings=2048, tie_word_embeddings=True)
    LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):        # never used: prompts are ids and nothing is detokenized
        shutil.copyfile(BUNDLED / name, folder / name)


def requests() -> list[list[int]]:
    return [[(7919 * i + 31 * j) % 49_000 + 10 for j in range(PROMPT)] for i in range(len(OUTPUTS))]


def transformers_round(model: Any) -> float:
    import torch

    def answer() -> None:
        for prompt, length in zip(requests(), OUTPUTS, strict=True):
            ids = torch.tensor([prompt], device=model.device)
            model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, min_new_tokens=length,
                           max_new_tokens=length, pad_token_id=0)
    return timed(answer)


def quire_round(llm: Any) -> float:
    from quire import SamplingParams
    params = [SamplingParams(temperature=0, max_tokens=n, ignore_eos=True, detokenize=False) for n in OUTPUTS]
    llm.reset_prefix_cache()
    return timed(lambda: llm.generate(requests(), params, use_tqdm=False))


def crowd(rounds: int, device: str = "cpu") -> dict[str, Any]:
    import torch
    from transformers import AutoModelForCausalLM

    from quire import LLM
    torch.set_num_threads(THREADS)
    with tempfile.TemporaryDirectory() as name:
        make_model(Path(name))
        peer = AutoModelForCausalLM.from_pretrained(name, dtype=torch.bfloat16).eval().to(device)
        ours = LLM(model=name, device=device, num_threads=THREADS, max_model_len=512)
        quire_round(ours), transformers_round(peer)
        pairs = [(quire_round(ours), transformers_round(peer)) for _ in range(rounds)]
    total = sum(OUTPUTS)
    return {"tokens": total, "quire tok/s": figures([total / a for a, _ in pairs]),
            "transformers tok/s": figures([total / b for _, b in pairs]), "ratio": figures([b / a for a, b in pairs])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    found = {"threads": THREADS, "cores": os.cpu_count(), "help seconds": figures([help_seconds() for _ in range(args.rounds)]),
             "ready seconds": figures([ready_seconds() for _ in range(args.rounds)]), "sixteen requests": crowd(args.rounds)}
    print(json.dumps(found, indent=1))
    if args.out:
        args.out.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
