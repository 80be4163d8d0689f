"""How models mark what they think before they answer, by the names that vLLM has for it.

A block is at the beginning of an answer, if anywhere: the model opens it, or the template has done so in the prompt. One that
is never closed is all of the answer.
"""
import re
from dataclasses import dataclass
from itertools import product

THINK = ("<think>",), ("</think>",)
_ASSISTANT = "<\uff5cAssistant\uff5c>"         # DeepSeek's


@dataclass(frozen=True, slots=True)
class Reasoning:
    """
    is_implied  the model thinks even where nothing has opened a block, unless the prompt closes one
    signs       of it in a chat template; the first entry all of whose signs are there is meant
    """
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    is_implied: bool = False
    signs: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        return (*self.starts, *self.ends)

    def is_open(self, prompt: str, goes_on: str | None = None) -> bool:
        """Is what follows the prompt inside of a block? `goes_on`: the answer that it is to go on with."""
        if goes_on is not None:
            return max(map(goes_on.rfind, self.starts)) > max(map(goes_on.rfind, self.ends))
        prompt = prompt.rstrip()
        return prompt.endswith(self.starts) or (self.is_implied and not prompt.endswith(self.ends))

    def is_closed(self, prompt: str) -> bool:
        """Has the prompt closed a block already, so that the model opens none?"""
        return prompt.rstrip().endswith(self.ends)

    def is_habit(self, template: str) -> bool:
        """Does the model open blocks unasked? Then its template has an empty one, for when none is wanted."""
        return any(re.search(re.escape(start) + r"(\s|\\n)*" + re.escape(end), template)
                   for start, end in product(self.starts, self.ends))


PARSERS: dict[str, Reasoning] = {
    "mistral": Reasoning(("[THINK]",), ("[/THINK]",), signs=("[THINK]",)),
    "seed_oss": Reasoning(("<seed:think>",), ("</seed:think>",), signs=("<seed:think>",)),
    "granite": Reasoning(("Here is my thought process:", "Here's my thought process:"),
                         ("Here is my response:", "Here's my response:"), signs=("Here is my thought process:",)),
    "deepseek_r1": Reasoning(*THINK, is_implied=True, signs=(_ASSISTANT + "<think>",)),
    "deepseek_v3": Reasoning(*THINK, signs=(_ASSISTANT, "</think>")),
    "minimax_m2": Reasoning(*THINK, is_implied=True, signs=("<minimax:tool_call>", "<think>")),
    "glm45": Reasoning(*THINK, signs=("<arg_key>", "<think>")),
    "qwen3": Reasoning(*THINK, signs=("</think>",)),
    "holo2": Reasoning(*THINK),
    "kimi_k2": Reasoning(*THINK),
    "mimo": Reasoning(*THINK),
    "nemotron_v3": Reasoning(*THINK),
    "olmo3": Reasoning(*THINK),
    "step3": Reasoning(*THINK, is_implied=True),
}


def detect(template: str) -> str:
    """The name of the marks that a chat template shows; empty if it shows none of these."""
    return next((name for name, entry in PARSERS.items() if entry.signs and all(sign in template for sign in entry.signs)), "")
