"""What LLM and AsyncLLMEngine give back. Plain records, with the names, order and defaults that guides use.

Fields of what this version does not have are there and always None: adapters, encoders, traces of experts, transfers.
"""
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, overload

from quire.core.sampling_params import RequestOutputKind as RequestOutputKind

T = TypeVar("T")


@dataclass(slots=True)
class Logprob:
    """Of one id at one position."""
    logprob: float
    rank: int | None = None             # the best id of the position has rank 1
    decoded_token: str | None = None


Position = dict[int, Logprob]           # what stands there first, then the best ones, best first


@dataclass
class FlatLogprobs(Sequence[Position]):
    """Positions as columns, for SamplingParams(flat_logprobs=True): what stands at position i lies from start_indices[i] to
    end_indices[i]. Reads as the list of dicts that it stands for; a position without any is an empty one."""
    start_indices: list[int] = field(default_factory=list)
    end_indices: list[int] = field(default_factory=list)
    token_ids: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    ranks: list[int | None] = field(default_factory=list)
    decoded_tokens: list[str | None] = field(default_factory=list)

    @classmethod
    def of(cls, positions: Iterable[Position | None]) -> "FlatLogprobs":
        flat = cls()
        for position in positions:
            flat.append(position)
        return flat

    def append(self, position: Position | None) -> None:
        self.start_indices.append(len(self.token_ids))
        for token, each in (position or {}).items():
            self.token_ids.append(token)
            self.logprobs.append(each.logprob)
            self.ranks.append(each.rank)
            self.decoded_tokens.append(each.decoded_token)
        self.end_indices.append(len(self.token_ids))

    def __len__(self) -> int:
        return len(self.start_indices)

    @overload
    def __getitem__(self, index: int) -> Position: ...

    @overload
    def __getitem__(self, index: slice) -> "FlatLogprobs": ...

    def __getitem__(self, index: int | slice) -> "Position | FlatLogprobs":
        if isinstance(index, slice):
            return FlatLogprobs.of(self[i] for i in range(len(self))[index])
        return {self.token_ids[i]: Logprob(self.logprobs[i], self.ranks[i], self.decoded_tokens[i])
                for i in range(self.start_indices[index], self.end_indices[index])}

    def __iter__(self) -> Iterator[Position]:
        return (self[i] for i in range(len(self)))


@dataclass
class CompletionOutput:
    """One of n answers to a prompt."""
    index: int
    text: str
    token_ids: Sequence[int]
    cumulative_logprob: float | None
    logprobs: Sequence[Position] | None         # of each of token_ids
    routed_experts: Any = None
    finish_reason: str | None = None    # stop | length | abort | error | repetition; None: it goes on
    stop_reason: int | str | None = None        # the stop string or id that was found; None: end of sequence, or length
    lora_request: Any = None
    sampling_mask: Any = None
    spec_decode_metrics: Any = None
    weight_versions: Any = None

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
    is_watermarked: bool = False
    is_watermark_skipped: bool = False


@dataclass
class RequestOutput:
    request_id: str
    prompt: str | None                  # None where ids were given
    prompt_token_ids: list[int] | None
    prompt_logprobs: Sequence[Position | None] | None       # None first, for nothing precedes the first id
    outputs: list[CompletionOutput]
    finished: bool
    metrics: RequestStateStats | None = None
    lora_request: Any = None
    encoder_prompt: str | None = None
    encoder_prompt_token_ids: list[int] | None = None
    num_cached_tokens: int | None = None        # positions of the prompt that the prefix cache had
    num_cache_creation_tokens: int | None = None
    prompt_token_id_logprobs: Any = None
    kv_transfer_params: dict[str, Any] | None = None
    ec_transfer_params: dict[str, Any] | None = None


# ---- vectors and what is made of them

@dataclass
class PoolingOutput:
    """data: a torch tensor."""
    data: Any


@dataclass
class EmbeddingOutput:
    embedding: list[float]

    @property
    def hidden_size(self) -> int:
        return len(self.embedding)


@dataclass
class ClassificationOutput:
    probs: list[float]

    @property
    def num_classes(self) -> int:
        return len(self.probs)


@dataclass
class ScoringOutput:
    score: float


@dataclass
class RequestError:
    code: str
    message: str
    retryable: bool = False


@dataclass
class PoolingRequestOutput(Generic[T]):
    """Always whole."""
    request_id: str
    outputs: T
    prompt_token_ids: list[int]
    num_cached_tokens: int
    finished: bool
    error: RequestError | None = None


class EmbeddingRequestOutput(PoolingRequestOutput[EmbeddingOutput]):
    """Of LLM.embed."""


class ClassificationRequestOutput(PoolingRequestOutput[ClassificationOutput]):
    """Of LLM.classify, where a model can."""


class ScoringRequestOutput(PoolingRequestOutput[ScoringOutput]):
    """Of LLM.score."""


# ---- beams

@dataclass
class BeamSearchSequence:
    """tokens      ids of the prompt and after them those of the answer
    logprobs    of each id of the answer: the candidates that it was chosen from
    text        of all tokens, the prompt's too
    """
    orig_prompt: Any
    tokens: list[int]
    logprobs: list[Position]
    lora_request: Any = None
    cum_logprob: float = 0.0
    text: str | None = None
    finish_reason: str | None = None    # stop | length
    stop_reason: int | str | None = None


@dataclass
class BeamSearchOutput:
    """Best first."""
    sequences: list[BeamSearchSequence]
