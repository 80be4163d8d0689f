"""Train a bundled model: `python -m training.train quire-8m --data FOLDER --out FOLDER [--teacher FOLDER]`.

Matrices inside the layers learn by Muon, everything else by AdamW: at these sizes Muon needs about half the tokens for the
same loss. The learning rate warms up and falls along a cosine. Every second batch teaches nothing but copying, until it is
learned, and a few go on doing so, lest it be forgotten. In the last tenth of the run every second step has the full 4,096
positions. With `--teacher` a small model learns a larger one's whole distribution beside the text, and nothing else. A run that
was cut goes on from its newest checkpoint; `--start` begins a new one, with a schedule of its own, from the weights of another.
"""
import argparse
import json
import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor

from .batches import Batch, Shard, echoes, epoch, full_context
from .model import SHAPES, Model

ECHO_UNTIL, ECHO_PAUSE = 0.7, 16        # every second batch is one of echoes until their loss is this, then one in so many


@dataclass
class Progress:
    """Where a run stands. done and budget count tokens; seconds are those spent in steps."""
    budget: int
    minutes: float
    step: int = 0
    echoes: int = 0             # of the steps
    done: int = 0
    seconds: float = 0.0
    loss: float = 0.0           # lately, of text
    echo_loss: float = 9.0      # lately, of echoes

    @property
    def share(self) -> float:
        return min(1.0, max(self.done / self.budget, self.seconds / 60 / self.minutes))

    def note(self, loss: float, batch: Batch) -> None:
        if batch.is_echo:
            self.echo_loss = 0.8 * self.echo_loss + 0.2 * loss
            self.echoes += 1
        else:
            self.loss = 0.95 * (self.loss or loss) + 0.05 * loss
        self.step += 1
        self.done += batch.ids.numel()

    @property
    def left(self) -> float:
        return self.seconds * (1 - self.share) / max(self.share, 1e-6)


def text(shard: Shard, tokens: int, seed: int) -> Iterator[Batch]:
    """One pass over the corpus after the other."""
    for passes in count():
        yield from epoch(shard, tokens, np.random.default_rng((seed, passes)))


def long_rows(shard: Shard, tokens: int, seed: int) -> Iterator[Batch]:
    for passes in count():
        yield from full_context(shard, tokens, np.random.default_rng((seed, 1 << 20, passes)))


def batches(folder: Path, tokens: int, seed: int, progress: Progress, vocab: int, copies: bool, long_share: float
            ) -> Iterator[Batch]:
    """Text, and practice in copying; in the last part rows of the full context, by turns with text. Skips what an earlier run
    has seen."""
    short = islice(text(Shard(folder, "train"), tokens, seed), progress.step - progress.echoes, None)
    while progress.share < 1 - long_share:
        yield next(short)
        if copies and (progress.echo_loss > ECHO_UNTIL or progress.step % ECHO_PAUSE == 0):
            yield echoes(tokens, np.random.default_rng((seed, 2 << 20, progress.step)), vocab)
    for whole in long_rows(Shard(folder, "long"), tokens, seed):
        yield whole
        yield next(short)


def optimizers(model: Model, rate: float) -> list[torch.optim.Optimizer]:
    inner = [p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n]
    rest = [p for n, p in model.named_parameters() if p.ndim != 2 or "embed" in n]
    return [torch.optim.Muon(inner, lr=rate, weight_decay=0.1, momentum=0.95, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(rest, lr=rate, betas=(0.9, 0.95), weight_decay=0.0)]


def schedule(progress: Progress, warm: int = 60) -> float:
    return min(1.0, (progress.step + 1) / warm) * (0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * progress.share)))


def loss_of(model: Model, teacher: Model | None, batch: Batch) -> tuple[Tensor, Tensor]:
    """(what is minimised, plain cross entropy in nats a token): both weighted means."""
    with torch.autocast(batch.ids.device.type, torch.bfloat16):
        logits = model(batch.ids, batch.documents)[:, :-1].float()
    targets, weights = batch.ids[:, 1:], batch.weights[:, 1:]
    total = weights.sum().clamp(min=1.0)
    plain = (F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none") * weights.flatten()).sum() / total
    if teacher is None:
        return plain, plain.detach()
    with torch.no_grad(), torch.autocast(batch.ids.device.type, torch.bfloat16):
        wanted = teacher(batch.ids, batch.documents)[:, :-1].float().softmax(-1)
    apart = -(wanted * logits.log_softmax(-1)).sum(-1)
    return 0.2 * plain + 0.8 * (apart * weights).sum() / total, plain.detach()


def to(batch: Batch, device: str) -> Batch:
    documents = None if batch.documents is None else batch.documents.to(device)
    return Batch(batch.ids.to(device), batch.weights.to(device), documents, batch.is_echo)


def show(progress: Progress, rate: float) -> None:
    filled = int(30 * progress.share)
    speed = progress.done / max(progress.seconds, 1e-9)
    line = (f"[{'#' * filled}{'.' * (30 - filled)}] {progress.share:6.1%} step {progress.step} loss {progress.loss:.4f} "
            f"copying {progress.echo_loss:.3f} rate {rate:.2e} {speed:,.0f} tok/s, {progress.left / 60:.0f} min left")
    print(f"\r{line}" if sys.stdout.isatty() else line, end="" if sys.stdout.isatty() else "\n", flush=True)


def save(path: Path, model: Model, opts: list[torch.optim.Optimizer], progress: Progress) -> None:
    state = {"model": model.state_dict(), "optimizers": [o.state_dict() for o in opts], "progress": vars(progress)}
    torch.save(state, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


def resume(path: Path, model: Model, opts: list[torch.optim.Optimizer], progress: Progress) -> None:
    if not path.exists():
        return
    state = torch.load(path, weights_only=True)
    model.load_state_dict(state["model"])
    for opt, saved in zip(opts, state["optimizers"], strict=True):
        opt.load_state_dict(saved)
    limits = {"budget", "minutes"}                  # those that were asked for this time
    vars(progress).update({key: value for key, value in state["progress"].items() if key not in limits})
    print(f"goes on from step {progress.step}")


def load_teacher(folder: Path | None, device: str) -> Model | None:
    if folder is None:
        return None
    teacher = Model(SHAPES[json.loads((folder / "shape.json").read_text())["name"]])
    teacher.load_state_dict({k: v.float() for k, v in load_file(folder / "model.safetensors").items()})
    return teacher.to(device).eval().requires_grad_(False)


def export(folder: Path, name: str, model: Model) -> None:
    """The finished weights in bf16, with the shape beside them."""
    tensors = {k: v.detach().to(torch.bfloat16).contiguous().cpu() for k, v in model.state_dict().items()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "shape.json").write_text(json.dumps({"name": name, **SHAPES[name].describe()}) + "\n")


def run(args: argparse.Namespace) -> None:
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = Model(SHAPES[args.name]).to(device)
    teacher, opts = load_teacher(args.teacher, device), optimizers(model, args.rate)
    progress = Progress(int(args.tokens), args.minutes)
    checkpoint = args.out / "checkpoint.pt"
    if args.start and not checkpoint.exists():
        model.load_state_dict(torch.load(args.start, weights_only=True)["model"])
    resume(checkpoint, model, opts, progress)
    step_loss = torch.compile(loss_of, dynamic=False) if args.compile else loss_of
    saved = time.monotonic()
    for batch in batches(args.data, args.batch, args.seed, progress, SHAPES[args.name].vocab, teacher is None,
                         args.long_share):
        if progress.share >= 1 or (args.stop_after and progress.step >= args.stop_after):
            break
        began, factor = time.monotonic(), schedule(progress)
        loss, plain = step_loss(model, teacher, to(batch, device))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for opt in opts:
            for group in opt.param_groups:
                group["lr"] = args.rate * factor
            opt.step()
            opt.zero_grad()
        progress.note(float(plain), batch)
        progress.seconds += min(time.monotonic() - began, 30.0)      # compilation does not count against the time left
        if progress.step % args.every == 0:
            show(progress, args.rate * factor)
        if time.monotonic() - saved > 600:
            save(checkpoint, model, opts, progress)
            saved = time.monotonic()
    save(checkpoint, model, opts, progress)
    export(args.out, args.name, model)
    print(f"\n{args.name}: {progress.step} steps, {progress.done:,} tokens, loss {progress.loss:.4f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=SHAPES, help="which of the bundled models")
    parser.add_argument("--data", type=Path, required=True, help="folder made by training.build")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and the finished weights")
    parser.add_argument("--teacher", type=Path, help="folder of a finished larger model to learn from")
    parser.add_argument("--start", type=Path, help="checkpoint of another run whose weights to begin with")
    parser.add_argument("--tokens", type=float, default=20e6, help="tokens to see, repetitions counted")
    parser.add_argument("--minutes", type=float, default=1e9, help="or time to take; whichever comes first")
    parser.add_argument("--batch", type=int, default=4096, help="tokens in a step")
    parser.add_argument("--rate", type=float, default=3e-3, help="highest learning rate")
    parser.add_argument("--long-share", type=float, default=0.1, help="of the run: every second step has rows of 4,096")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=20, help="steps between lines")
    parser.add_argument("--stop-after", type=int, default=0, metavar="STEPS", help="stop early, for tests")
    parser.add_argument("--compile", action=argparse.BooleanOptionalAction, default=True, help="fuse with torch.compile")
    run(parser.parse_args())


if __name__ == "__main__":
    main()
