"""python -m vllm.entrypoints.openai.run_batch -i FILE -o FILE --model MODEL ...: quire run-batch, with the same flags."""
import sys

from vllm.entrypoints.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["run-batch", *sys.argv[1:]]))
