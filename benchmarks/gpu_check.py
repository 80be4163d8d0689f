"""On a machine with an NVIDIA GPU: does the device path say what transformers says, and how fast is it beside it?

    make gpu-check        writes gpu_check.json under $OUT (default: benchmarks/results), prints its table last

Parity: tiny random models of each family in float32 on the device, one continuously batched run, each output checked by one
forward pass of transformers on the same device. Speed: sixteen mixed requests on a Llama of 135 million parameters.
"""
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.trunk import crowd

SIZES = {"vocab_size": 512, "hidden_size": 128, "intermediate_size": 256, "num_hidden_layers": 3, "num_attention_heads": 8,
         "max_position_embeddings": 512}
PROMPTS, TOKENS = 32, 24


def families() -> dict[str, Any]:
    from transformers import LlamaConfig, LlamaForCausalLM, OPTConfig, OPTForCausalLM, Qwen3Config, Qwen3ForCausalLM
    return {"llama": LlamaForCausalLM(LlamaConfig(**SIZES, num_key_value_heads=2)),
            "qwen3": Qwen3ForCausalLM(Qwen3Config(**SIZES, num_key_value_heads=4, head_dim=32)),
            "opt": OPTForCausalLM(OPTConfig(vocab_size=512, hidden_size=128, ffn_dim=256, num_hidden_layers=3,
                                            word_embed_proj_dim=128, num_attention_heads=8, max_position_embeddings=512))}


def check_parity(model: Any) -> dict[str, float]:
    """Shares of ids that are the reference's best, ties within 1e-3 of its logits counted as equal."""
    import torch

    from benchmarks.trunk import BUNDLED
    from quire import LLM, SamplingParams
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, mean=1.0 if parameter.ndim == 1 else 0.0, std=0.15)
    prompts = [[(37 * i + 11 * j) % 500 + 4 for j in range(1 + 7 * i % 90)] for i in range(PROMPTS)]
    with tempfile.TemporaryDirectory() as name:
        model.save_pretrained(name)
        for file in ("tokenizer.json", "tokenizer_config.json"):
            (Path(name) / file).write_bytes((BUNDLED / file).read_bytes())
        llm = LLM(model=name, device="cuda", dtype="float32", max_model_len=256)
        params = SamplingParams(temperature=0, max_tokens=TOKENS, ignore_eos=True, detokenize=False)
        outputs = llm.generate(prompts, params, use_tqdm=False)
    model, same, seen = model.to("cuda").eval(), 0, set()
    for prompt, output in zip(prompts, outputs, strict=True):
        answer = list(output.outputs[0].token_ids)
        with torch.inference_mode():
            logits = model(torch.tensor([prompt + answer[:-1]], device="cuda")).logits[0, len(prompt) - 1:].float()
        gap = logits.max(-1).values - logits[torch.arange(len(answer)), torch.tensor(answer)]
        same += int((gap < 1e-3).sum())
        seen |= set(answer)
    return {"equal": same / (PROMPTS * TOKENS), "distinct ids": len(seen)}


def main() -> int:
    import torch
    if not torch.cuda.is_available():
        print("quire: error: no CUDA device: run this where nvidia-smi shows a GPU and torch knows CUDA", file=sys.stderr)
        return 5
    torch.manual_seed(0)
    torch.backends.cuda.matmul.allow_tf32 = False
    found: dict[str, Any] = {"device": torch.cuda.get_device_name(), "torch": torch.__version__}
    found["parity"] = {name: check_parity(model) for name, model in families().items()}
    found["sixteen requests"] = crowd(rounds=5, device="cuda")
    folder = Path(os.environ.get("OUT", Path(__file__).parent / "results"))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gpu_check.json").write_text(json.dumps(found, indent=1) + "\n")
    for name, figures in found["parity"].items():
        print(f"{name:8} ids equal to transformers' {figures['equal']:.1%} ({figures['distinct ids']} distinct)")
    speed = found["sixteen requests"]
    ours, theirs = (speed[f"{name} tok/s"]["median"] for name in ("quire", "transformers"))
    print(f"quire {ours:,.0f} tok/s, transformers {theirs:,.0f} tok/s, "
          f"ratio {speed['ratio']['median']:.2f} (n={speed['ratio']['n']})")
    return int(any(figures["equal"] < 1 for figures in found["parity"].values()))


if __name__ == "__main__":
    sys.exit(main())
