"""Keywords in Python's own ways to say it."""
from pathlib import Path

import pytest
import torch

from quire.core.errors import ConfigError
from quire.core.keywords import plain
from quire.core.settings import options_from_flags


def test_python_s_own_ways_to_say_it():
    given = {"model": Path("here"), "dtype": torch.bfloat16, "tokenizer": "there", "hf_token": True, "seed": 3,
             "enable_sleep_mode": True, "_api_process_count": 1, "_api_process_rank": 0, "kv_cache_dtype": torch.float16}
    assert plain(given) == {"model": "here", "dtype": "bfloat16", "tokenizer": "there", "hf_token": None, "seed": 3,
                            "kv_cache_dtype": "float16"}


@pytest.mark.parametrize(("given", "words"), [({"hf_token": False}, "log out"), ({"enable_sleep_mode": "on"}, "True or False"),
                                           ({"_api_process_count": 2}, "front ends"), ({"_api_process_rank": 1}, "front ends")])
def test_what_cannot_be_said_is_refused(given, words):
    with pytest.raises(ConfigError, match=words):
        plain(given)


def test_a_program_s_engine_can_sleep_and_a_server_cannot():
    assert plain({"enable_sleep_mode": True}) == {}
    with pytest.raises(ConfigError, match=r"sleeping and waking over HTTP, .* LLM and AsyncLLMEngine have sleep\(\)"):
        options_from_flags(["--enable-sleep-mode"], {})
