"""python -m vllm.entrypoints.openai.api_server_benchmark --model MODEL ...: quire bench serve, with the same flags."""
import sys

from vllm.entrypoints.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["bench", "serve", *sys.argv[1:]]))
