"""python -m vllm.collect_env: quire doctor."""
import sys

from vllm.entrypoints.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["collect-env", *sys.argv[1:]]))
