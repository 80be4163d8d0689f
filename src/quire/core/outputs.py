"""What LLM.generate, LLM.embed and AsyncLLMEngine.generate give back. Plain records, with the names that guides use."""
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from quire.core.sampling_params import RequestOutputKind as RequestOutputKind


@dataclass(slots=True)
class Logprob:
    """Of one id at one position."""
    logprob: float
    rank: int | None = None             # the best id of the position has rank 1
    decoded_token: str | None = None


Position = dict[int, Logprob]           # what stands there first, then the best ones, best first


@dataclass
class CompletionOutput:
    """One of n answers to a prompt."""
    index: int
    text: str
    token_ids: Sequence[int]
    cumulative_logprob: float | None
    logprobs: list[Position] | None     # of each of token_ids
    finish_reason: str | None = None    # stop | length | abort | error; None: it goes on
    stop_reason: int | str | None = None        # the stop string or id that was found; None: end of sequence, or length
    lora_request: Any = None            # always None: there are no adapters

    def finished(self) -> bool:
        return self.finish_reason is not None


@dataclass
class RequestStateStats:
    """arrival_time is the time of day; what ends in _ts is on the monotonic clock. Seconds; 0.0: not yet."""
    num_generation_tokens: int = 0
    num_preemptions: int = 0
    arrival_time: float = 0.0
    queued_ts: float = 0.0
    scheduled_ts: float = 0.0
    first_token_ts: float = 0.0
    last_token_ts: float = 0.0
    first_token_latency: float = 0.0    # from arrival
    is_corrupted: bool = False


@dataclass
class RequestOutput:
    request_id: str
    prompt: str | None                  # None where ids were given
    prompt_token_ids: list[int] | None
    prompt_logprobs: list[Position | None] | None       # None first, for nothing precedes the first id
    outputs: list[CompletionOutput] = field(default_factory=list)
    finished: bool = False
    metrics: RequestStateStats | None = None
    lora_request: Any = None            # always None, as are the next two: there are no adapters and no encoders
    encoder_prompt: str | None = None
    encoder_prompt_token_ids: list[int] | None = None
    num_cached_tokens: int | None = None        # positions of the prompt that the prefix cache had


@dataclass
class EmbeddingOutput:
    embedding: list[float]

    @property
    def hidden_size(self) -> int:
        return len(self.embedding)


@dataclass
class EmbeddingRequestOutput:
    """Of LLM.embed; always whole."""
    request_id: str
    outputs: EmbeddingOutput
    prompt_token_ids: list[int]
    num_cached_tokens: int = 0
    finished: bool = True
