"""How a client wants the vector of a text: PoolingParams, with the names that guides use.

Checked as it is made, and again when a request arrives, for its fields may be set at any time.
"""
from dataclasses import dataclass, replace
from typing import Any

from quire.core import checks
from quire.core.sampling_params import RequestOutputKind

LAST, MEAN = "last", "mean"

# Fields of the engine that guides were written for -> values that ask for nothing, and what they would do.
ABSENT: dict[str, tuple[tuple[Any, ...], str]] = {
    "task": ((None, "embed"), "chooses another task than embed, for which no model here has a head"),
    "step_tag_id": ((None,), "is for models that judge steps"),
    "returned_token_ids": ((None,), "is for models that judge steps"),
    "requires_token_ids": ((False,), "is for models that judge steps"),
    "late_interaction_params": ((None,), "compares vectors of single tokens"),
    "extra_kwargs": ((None, {}), "is for plugins, and there are none"),
}


@dataclass
class PoolingParams:
    """None asks for nothing. Raises InvalidRequest, which is a ValueError."""
    use_activation: bool | None = None              # whether the vector is given length 1; None: it is
    dimensions: int | None = None                   # only so many, its first ones
    step_tag_id: int | None = None
    returned_token_ids: list[int] | None = None
    task: str | None = None
    requires_token_ids: bool = False
    skip_reading_prefix_cache: bool | None = None
    late_interaction_params: Any = None
    extra_kwargs: dict[str, Any] | None = None
    output_kind: RequestOutputKind = RequestOutputKind.FINAL_ONLY       # there is no other
    pooling: str | None = None                      # of the last token (None too), or the mean of all; capitals do as well

    def __post_init__(self) -> None:
        self.check()

    def check(self) -> None:
        for name, (neutral, does) in ABSENT.items():
            value = getattr(self, name)
            if not any(type(value) is type(none) and value == none for none in neutral):
                raise checks.refuse(name, f"is {checks.shown(value)}, but this version does not have it (it {does}): leave it "
                                          "out", "unsupported_parameter")
        for name in ("use_activation", "skip_reading_prefix_cache"):
            if getattr(self, name) is not None:
                checks.switch(name, getattr(self, name))
        if self.output_kind != RequestOutputKind.FINAL_ONLY:
            raise checks.refuse("output_kind", f"is {checks.shown(self.output_kind)}: a vector has no parts, so FINAL_ONLY")
        if self.dimensions is not None:
            self.dimensions = checks.whole("dimensions", self.dimensions, least=1)
        self.pooling = _pooling(self.pooling)

    @property
    def is_mean(self) -> bool:
        return self.pooling == MEAN

    def clone(self) -> "PoolingParams":
        """A checked copy."""
        return replace(self)


def _pooling(asked: Any) -> str:
    known = LAST if asked is None else asked.lower() if isinstance(asked, str) else ""
    if known not in (LAST, MEAN):
        raise checks.refuse("pooling", f"is {checks.shown(asked)}: give last or mean")
    return known
