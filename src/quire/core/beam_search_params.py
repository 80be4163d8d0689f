"""How a program wants beams searched: BeamSearchParams, with the names that guides use. Checked as it is made."""
from dataclasses import dataclass, replace
from typing import Any

from quire.core import checks
from quire.core.structured import StructuredOutputsParams

MOST_BEAMS = 1_024
MOST_EXPONENT = 100.0


@dataclass
class BeamSearchParams:
    """Raises InvalidRequest, which is a ValueError."""
    beam_width: int                                 # sequences kept at each step, and given back
    max_tokens: int
    ignore_eos: bool = False
    temperature: float = 0.0                        # logits are divided by it before they are compared; 0 is as 1
    length_penalty: float = 1.0                     # sums of logprobs are divided by the answer's length to this power
    include_stop_str_in_output: bool = False        # tokens end with the one that ended the answer
    structured_outputs: StructuredOutputsParams | None = None
    skip_special_tokens: bool = True
    watermarking: bool | None = None

    def __post_init__(self) -> None:
        self.beam_width = checks.whole("beam_width", self.beam_width, 1, MOST_BEAMS)
        self.max_tokens = checks.whole("max_tokens", self.max_tokens, 1)
        self.temperature = checks.number("temperature", self.temperature, 0, 2)
        self.length_penalty = checks.number("length_penalty", self.length_penalty, -MOST_EXPONENT, MOST_EXPONENT)
        for name in ("ignore_eos", "include_stop_str_in_output", "skip_special_tokens"):
            checks.switch(name, getattr(self, name))
        _refuse("structured_outputs", self.structured_outputs, "give them to SamplingParams, whose n answers differ by draws")
        _refuse("watermarking", self.watermarking or None, "leave it out")

    def clone(self) -> "BeamSearchParams":
        """A checked copy."""
        return replace(self)


def _refuse(name: str, value: Any, instead: str) -> None:
    if value is not None:
        raise checks.refuse(name, f"is given, but beams are searched without it: {instead}", "unsupported_parameter")
