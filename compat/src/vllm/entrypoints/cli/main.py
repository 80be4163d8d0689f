"""The command `vllm`: quire's, with the names that vLLM has for the same things.

    serve, chat, complete, run-batch, bench     Quire's own
    collect-env                                 quire doctor
"""
import sys
from collections.abc import Sequence

from quire.cli import main as quire
from quire.core.errors import ConfigError
from vllm import __version__

RENAMED = {"collect-env": "doctor"}
INSTEAD = {
    "launch": "quire serve has its own front end in the same command: vllm serve",
    "preload": "the first vllm serve downloads the model; later ones find it",
    "download-kernels": "kernels come with Quire",
    "snapshot": "a start takes seconds: vllm serve",
}


def main(arguments: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0] in ("-v", "--version"):
        print(__version__)
        return 0
    if words and words[0] in INSTEAD:
        return quire.fail(f"vllm {words[0]} has no counterpart: {INSTEAD[words[0]]}", ConfigError.exit_code)
    return quire.main([RENAMED.get(words[0], words[0]), *words[1:]] if words else [])


if __name__ == "__main__":
    sys.exit(main())
