"""ModelRegistry: which architectures there are, asked as guides ask it."""
from typing import Any

from quire.core.errors import Unsupported
from quire.models.table import TABLE


class ModelRegistry:
    @staticmethod
    def get_supported_archs() -> set[str]:
        return set(TABLE)

    @staticmethod
    def register_model(model_arch: str, model_cls: Any) -> None:
        raise Unsupported(f"register_model({model_arch!r}): models of one's own are not loaded; a family is a file in "
                          "quire/models and a line in its table")
