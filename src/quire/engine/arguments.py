"""EngineArgs: what an engine is to be made of, checked as it is said."""
import os
from typing import Any

from quire.core.keywords import plain
from quire.core.options import Options
from quire.core.settings import options_from_keywords


class EngineArgs:
    """Keywords are the server's flags with underscores; each that is given is an attribute too."""

    def __init__(self, model: str | None = None, **options: Any):
        self.given = {"model": model, **options}
        self.options: Options = options_from_keywords(plain(self.given), os.environ)
        self.__dict__.update(self.given)


class AsyncEngineArgs(EngineArgs):
    """The same, for AsyncLLMEngine."""
