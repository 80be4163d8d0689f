"""python -m vllm.entrypoints.openai.api_server --model MODEL ...: quire serve, with the same flags."""
import sys

from vllm.entrypoints.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
