"""Put a trained model into Hugging Face's directory layout: `python -m training.finish RUN --tokenizer CORPUS --out FOLDER`."""
import argparse
import json
import shutil
from pathlib import Path

from .model import SHAPES

GENERATION = {"bos_token_id": 0, "do_sample": True, "eos_token_id": [2, 0], "pad_token_id": 0, "temperature": 0.7, "top_p": 0.9}
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")


def finish(run: Path, corpus: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    shape = SHAPES[json.loads((run / "shape.json").read_text())["name"]]
    (out / "config.json").write_text(json.dumps(shape.config(), indent=2) + "\n")
    (out / "generation_config.json").write_text(json.dumps(GENERATION, indent=2) + "\n")
    shutil.copyfile(run / "model.safetensors", out / "model.safetensors")
    for name in TOKENIZER_FILES:
        shutil.copyfile(corpus / name, out / name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="folder made by training.train")
    parser.add_argument("--tokenizer", type=Path, required=True, help="folder made by training.build")
    parser.add_argument("--out", type=Path, required=True, help="model folder to write")
    args = parser.parse_args()
    finish(args.run, args.tokenizer, args.out)


if __name__ == "__main__":
    main()
