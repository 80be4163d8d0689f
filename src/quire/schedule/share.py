"""What one request gets of a step and takes from its result. Arithmetic on the request; nothing is changed here."""
from quire.core.types import NOTHING, PROMPT_LOGPROBS, SUM, TOKEN, VECTOR, Limits, Request


def share_of(request: Request, budget: int, limits: Limits) -> tuple[int, int]:
    """How many known positions it gets from the budget, and how many drafts. Only a row that had a step has drafts."""
    if not (budget and (still_to_ask := request.still_to_ask) > 0):
        return 0, 0
    if request.wanted == 1 and request.sent:
        return 1, min(limits.drafts, budget - 1, still_to_ask - 1)
    return min(request.wanted, budget if request.whole else min(budget, limits.chunk)), 0


def wants_of(request: Request, start: int, count: int, reaches_end: bool) -> int:
    """What its work brings back. Logprobs of the prompt: of positions start + 1 on; after a restart some are told."""
    sampling = request.sampling
    wants = (VECTOR if sampling.vector else TOKEN) if reaches_end else NOTHING
    if sampling.num_prompt_logprobs is not None and start < request.prompt_len - 1 and request.told < start + count:
        wants |= PROMPT_LOGPROBS
    if sampling.mean:
        wants |= SUM
    return wants


def up_to_the_end(request: Request, ids: list[int]) -> tuple[list[int], str]:
    """The new ids up to the one that ends the request, if it is there, and why that one does: stop, length or ""."""
    taken: list[int] = []
    for token in ids:
        taken.append(token)
        if token in request.sampling.stop_ids:
            return taken, "stop"
        if len(request.tokens) + len(taken) == request.limit:
            return taken, "length"
    return taken, ""
