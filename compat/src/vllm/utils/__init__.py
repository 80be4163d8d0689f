"""The little tools that guides take from here."""
import argparse
import socket
import sys
import uuid
from typing import Any


def random_uuid() -> str:
    return uuid.uuid4().hex


def get_open_port() -> int:
    """One that was free a moment ago."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class FlexibleArgumentParser(argparse.ArgumentParser):
    """Dashes and underscores of a flag are one."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        words = sys.argv[1:] if args is None else args
        return super().parse_known_args([_dashed(word) for word in words], namespace)


def _dashed(word: str) -> str:
    name, equals, value = word.partition("=")
    return (name.replace("_", "-") if name.startswith("--") else name) + equals + value
