"""get_tokenizer, for programs that want the tokenizer of transformers beside the engine."""
from importlib import import_module
from typing import Any

from quire.core import hub
from quire.core.errors import ConfigError


def get_tokenizer(tokenizer_name: Any, *, tokenizer_mode: str = "auto", trust_remote_code: bool = False,
                  revision: str | None = None, download_dir: str | None = None, **options: Any) -> Any:
    """A name is looked up as the engine does it, so bundled models are found too. Code of repositories is not run."""
    if tokenizer_mode not in ("auto", "hf", "slow"):
        raise ConfigError(f"tokenizer_mode={tokenizer_mode} asks for other tokenizers, which there are not; leave it out")
    located = hub.locate(str(tokenizer_name), revision=revision, download_dir=download_dir, needs_weights=False)
    auto = import_module("transformers").AutoTokenizer
    return auto.from_pretrained(str(located.folder), use_fast=tokenizer_mode != "slow", trust_remote_code=False, **options)
