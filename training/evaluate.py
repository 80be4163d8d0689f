"""Judge a finished model on held-out items: `python -m training.evaluate FOLDER [--draft FOLDER] [--out card.json]`.

Everything is decoded greedily and without constraints, by transformers, from the exported bf16 weights; only how it goes on
from a plain beginning is drawn, as the model's own defaults have it. To tell what is missing where an aim is missed, some
families are drawn anew as well: conversations in the wordings of training, none of which is in it.
"""
import argparse
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import jsonschema
import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

from .corpus import mixture
from .corpus.form import Chat, Item, assistant, user
from .corpus.render import ANSWER, answer_text, encode, prompt_of, text_of

PROMPTS = [
    "What is machine learning?", "Explain neural networks.", "What is deep learning?",
    "Describe transformers architecture.", "What are LLMs?", "Explain quantum computing in simple terms:",
    "Write a haiku about coding", "Write a Python function to calculate fibonacci:", "Count from 1 to 10",
    "Hello! What's your name?", "Can you help me with Python?", "Show me a for loop example.",
    "Tell me about machine learning.", "Explain Docker containers.", "Explain REST APIs.", "What is Python?",
    "Hello, how are you?",
]
BEGINNINGS = ["The capital of France is", "Once upon a time,"]
FAMILIAR = ("memory", "arithmetic", "extraction", "tools")
TRAINED_ON = 1                  # seed of the bundled models' corpus


class Judge:
    """A model and its tokenizer, ready to answer in batches."""

    def __init__(self, folder: Path):
        self.model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.end = self.tokenizer.token_to_id("<|im_end|>")

    @torch.inference_mode()
    def answers(self, prompts: list[list[int]], most: int, batch: int = 32, **how: Any) -> list[str]:
        """Continuations, greedy unless `how` says else, special tokens kept out, in the order of the prompts."""
        order, found = sorted(range(len(prompts)), key=lambda i: len(prompts[i])), [""] * len(prompts)
        for begin in range(0, len(order), batch):
            members = order[begin:begin + batch]
            width = max(len(prompts[i]) for i in members)
            ids = torch.tensor([[0] * (width - len(prompts[i])) + prompts[i] for i in members])
            mask = torch.tensor([[0] * (width - len(prompts[i])) + [1] * len(prompts[i]) for i in members])
            out = self.model.generate(input_ids=ids, attention_mask=mask, max_new_tokens=most,
                                      eos_token_id=[self.end, 0], pad_token_id=0, **({"do_sample": False} | how))
            for i, row in zip(members, out[:, width:].tolist(), strict=True):
                found[i] = self.tokenizer.decode(row, skip_special_tokens=True)
        return found

    @torch.inference_mode()
    def losses(self, ids: list[int]) -> torch.Tensor:
        """Cross entropy in nats of each id but the first."""
        row = torch.tensor([ids])
        return torch.nn.functional.cross_entropy(self.model(row).logits[0, :-1].float(), row[0, 1:], reduction="none")

    @torch.inference_mode()
    def choices(self, ids: list[int]) -> torch.Tensor:
        return self.model(torch.tensor([ids])).logits[0, :-1].argmax(-1)


def numbers(text: str) -> list[str]:
    return re.findall(r"-?\d+", text)


def calls_in(text: str) -> list[dict[str, Any]]:
    found = []
    for part in text.split("<tool_call>")[1:]:
        try:
            found.append(json.loads(part.partition("</tool_call>")[0]))
        except json.JSONDecodeError:
            found.append({})
    return found


def judge_json(check: dict[str, Any], answer: str) -> dict[str, bool]:
    try:
        value = json.loads(answer)
        jsonschema.validate(value, check["schema"])
    except (json.JSONDecodeError, jsonschema.ValidationError):
        return {"valid": False, "right": False}
    return {"valid": True, "right": "value" not in check or value == check["value"]}


def judge(check: dict[str, Any], answer: str) -> dict[str, bool]:
    """What of an answer is right, by name of the figure."""
    kind, said = check["kind"], answer.rpartition("</think>")[2].strip()
    if kind == "exact":
        wanted = str(check["value"])
        last = numbers(said)[-1:] == [wanted] if re.fullmatch(r"-?\d+", wanted) else wanted.lower() in said.lower()
        return {"right": last}
    if kind == "contains":
        return {"right": all(str(v).lower() in said.lower() for v in check["values"])}
    if kind == "json":
        return judge_json(check, said)
    if kind == "tool":
        calls = calls_in(answer)
        formed = len(calls) == 1 and isinstance(calls[0].get("arguments"), dict)
        tool = formed and calls[0].get("name") == check["name"]
        return {"well formed": formed, "right tool": tool, "right": tool and calls[0]["arguments"] == check["arguments"]}
    return {}


def rates(model: Judge, items: Iterable[Item], misses: list[dict[str, str]]) -> dict[str, dict[str, float]]:
    """Family (with the kind of check) -> figure -> share, and how many there were."""
    judged = [item for item in items if item.check["kind"] in ("exact", "contains", "json", "tool")]
    answers = model.answers([prompt_of(item.chat, model.tokenizer) for item in judged], most=160)
    sums: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for item, answer in zip(judged, answers, strict=True):
        verdict = judge(item.check, answer)
        if "wording" in item.check:
            verdict[f"in a {item.check['wording']} wording"] = verdict["right"]
        for name, is_right in verdict.items():
            sums[f"{item.family}: {item.check['kind']}"][name].append(is_right)
        if not all(verdict.values()):
            asked = next(m["content"] for m in reversed(item.chat.messages) if m["role"] == "user")
            misses.append({"family": item.family, "asked": asked, "said": answer, "wanted": str(item.check)})
    return {family: {"n": len(next(iter(figures.values()))), **{k: sum(v) / len(v) for k, v in figures.items()}}
            for family, figures in sums.items()}


def known_wordings(model: Judge, seed: int, count: int) -> dict[str, dict[str, float]]:
    """Family -> the share of conversations, drawn as those of training and none of them, whose last answer is the very one."""
    found = {}
    for family in FAMILIAR:
        make, size = mixture.MIX[family]
        seen = {text_of(document) for document in make(mixture.source(TRAINED_ON, family), size)}
        drawn = (d for d in make(mixture.source(seed, f"known/{family}"), 1 << 30) if isinstance(d, Chat))
        chats = list(islice((d for d in drawn if text_of(d) not in seen), count))
        answers = model.answers([prompt_of(chat, model.tokenizer) for chat in chats], most=160)
        wanted = [answer_text(chat.messages[-1], True) for chat in chats]
        right = [said.strip() == want.strip() for said, want in zip(answers, wanted, strict=True)]
        found[family] = {"n": len(right), "right": sum(right) / len(right)}
    return found


def perplexity(model: Judge, items: list[Item]) -> float:
    total, count = 0.0, 0
    for item in items:
        ids, kinds = encode(item.chat, model.tokenizer)
        wanted = torch.tensor(kinds[1:]) == ANSWER
        total += float(model.losses(ids)[wanted].sum())
        count += int(wanted.sum())
    return math.exp(total / count)


def agreement(target: Judge, draft: Judge, items: list[Item]) -> float:
    """How often both models would choose the same id, along the reference answers."""
    same, count = 0, 0
    for item in items:
        ids, kinds = encode(item.chat, target.tokenizer)
        wanted = torch.tensor(kinds[1:]) == ANSWER
        same += int((target.choices(ids) == draft.choices(ids))[wanted].sum())
        count += int(wanted.sum())
    return same / count


def by_position(model: Judge, seed: int, count: int = 12) -> dict[str, float]:
    """Perplexity over ranges of positions of long held-out-seed conversations, answers only."""
    bounds = [0, 256, 512, 1024, 2048, 3072, 4096]
    sums, counts = [0.0] * len(bounds), [0] * len(bounds)
    for document in mixture.merged(seed + 1_000_003, count, (45, 60), "positions"):
        ids, kinds = encode(document, model.tokenizer)
        ids, kinds = ids[:4096], kinds[:4096]
        losses = model.losses(ids)
        for p, (loss, kind) in enumerate(zip(losses.tolist(), kinds[1:], strict=True), 1):
            if kind == ANSWER:
                slot = max(i for i, b in enumerate(bounds) if b <= p)
                sums[slot] += loss
                counts[slot] += 1
    return {f"{bounds[i]}-{bounds[i + 1]}": math.exp(sums[i] / counts[i]) for i in range(len(bounds) - 1) if counts[i]}


def transcript(model: Judge, seed: int) -> list[tuple[str, str]]:
    asked = [prompt_of(Chat([user(p), assistant("")]), model.tokenizer) for p in PROMPTS]
    plain = [model.tokenizer.encode(p, add_special_tokens=False).ids for p in BEGINNINGS]
    torch.manual_seed(seed)
    drawn = model.answers(plain, 300, do_sample=True, temperature=0.7, top_p=0.9)
    return [*zip(PROMPTS, model.answers(asked, 200), strict=True), *zip(BEGINNINGS, drawn, strict=True)]


def report(args: argparse.Namespace) -> dict[str, Any]:
    target, items = Judge(args.folder), list(mixture.items(args.seed, args.count))
    chats = [i for i in items if not i.chat.think and i.family != "stories"]
    misses: list[dict[str, str]] = []
    figures: dict[str, Any] = {"model": args.folder.name, "items": len(items), "perplexity": perplexity(target, chats),
                               "by position": by_position(target, args.seed), "rates": rates(target, items, misses)}
    if args.draft:
        figures["draft agreement"] = agreement(target, Judge(args.draft), chats)
    figures["known wordings"] = known_wordings(target, args.seed + 1_000_003, args.count)
    figures["transcript"] = transcript(target, args.seed)
    if args.misses:
        for miss in islice(misses, args.misses):
            print(json.dumps(miss))
    return figures


def table(figures: dict[str, Any]) -> str:
    lines = [f"{figures['model']}, {figures['items']} held-out items",
             f"perplexity of held-out answers   {figures['perplexity']:.3f}"]
    lines += [f"  at positions {span:12} {value:.3f}" for span, value in figures["by position"].items()]
    for family, values in figures["rates"].items():
        shares = ", ".join(f"{name} {share:.1%}" for name, share in values.items() if name != "n")
        lines.append(f"{family:28} n={values['n']:<5} {shares}")
    lines += [f"{family + ', known wordings':28} n={values['n']:<5} right {values['right']:.1%}"
              for family, values in figures["known wordings"].items()]
    if "draft agreement" in figures:
        lines.append(f"greedy agreement of the draft    {figures['draft agreement']:.1%}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="model folder in Hugging Face layout")
    parser.add_argument("--draft", type=Path, help="folder of the smaller model")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=200, help="items of each family")
    parser.add_argument("--misses", type=int, default=0, metavar="N", help="print N wrong answers")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    args = parser.parse_args()
    figures = report(args)
    print(table(figures))
    for asked, said in figures["transcript"]:
        print(f"\n> {asked}\n{said}")
    if args.out:
        args.out.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
