"""Make the corpus: `python -m training.build --out FOLDER [--scale 1.0] [--seed 1]`.

Writes tokenizer files and two shards, `train` and `long`, each as three arrays: ids (uint16), kinds (uint8), ends (int64).
The same arguments give the same bytes.
"""
import argparse
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from . import tokenizer as tokenizer_module
from .corpus import mixture
from .corpus.form import Document
from .corpus.render import encode, text_of

TEMPLATE = Path(__file__).with_name("chat_template.jinja")


def write_shard(folder: Path, name: str, documents: Iterable[tuple[str, Document]], tokenizer: Tokenizer) -> Counter[str]:
    ids, kinds, ends, sizes = [], [], [], Counter[str]()
    total = 0
    for family, document in documents:
        new, marks = encode(document, tokenizer)
        total += len(new)
        ids.append(np.array(new, np.uint16))
        kinds.append(np.array(marks, np.uint8))
        ends.append(total)
        sizes[family] += len(new)
    np.save(folder / f"{name}.ids.npy", np.concatenate(ids))
    np.save(folder / f"{name}.kinds.npy", np.concatenate(kinds))
    np.save(folder / f"{name}.ends.npy", np.array(ends, np.int64))
    return sizes


def build(folder: Path, seed: int, scale: float, tokenizer_file: Path | None = None) -> dict[str, Counter[str]]:
    folder.mkdir(parents=True, exist_ok=True)
    if tokenizer_file:
        tokenizer = Tokenizer.from_file(str(tokenizer_file))
    else:
        sample = mixture.documents(seed, min(scale, 0.5))
        tokenizer = tokenizer_module.learn(text_of(document) for _, document in sample)
    tokenizer_module.save(tokenizer, folder, TEMPLATE.read_text())
    long = (("long", d) for d in mixture.long_documents(seed, max(4, int(260 * scale))))
    return {"train": write_shard(folder, "train", mixture.documents(seed, scale), tokenizer),
            "long": write_shard(folder, "long", long, tokenizer)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the arrays and the tokenizer")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same bytes")
    parser.add_argument("--scale", type=float, default=1.0, help="1.0 is the corpus of the bundled models")
    parser.add_argument("--tokenizer", type=Path, help="use this tokenizer.json instead of learning one")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print N documents of each family and stop")
    args = parser.parse_args()
    if args.show:
        for name, (make, _) in mixture.MIX.items():
            for document in islice(make(mixture.source(args.seed, name), args.show), args.show):
                print(f"----- {name}\n{text_of(document)}")
        return
    for shard, sizes in build(args.out, args.seed, args.scale, args.tokenizer).items():
        print(f"{shard}: {sum(sizes.values()):,} tokens")
        for family, size in sizes.most_common():
            print(f"  {family:14} {size:>10,}")


if __name__ == "__main__":
    main()
