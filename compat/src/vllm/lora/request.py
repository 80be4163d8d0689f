"""LoRARequest, so that programs which name it can be imported. Making one is refused."""
from typing import Any

from quire.core.errors import ConfigError


class LoRARequest:
    def __init__(self, *given: Any, **named: Any):
        raise ConfigError("there are no LoRA adapters in this version of Quire; merge the adapter into the model's weights")
