"""What the routes answer, for the OpenAPI document only: no answer is made of these records.

Every answer of every route is held against them, field by field, by the tests and by tests/fuzz.
"""
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Count = Annotated[int, Meta(ge=0)]
Milliseconds = Annotated[float, Meta(ge=0)]
Reason = Literal["stop", "length", "tool_calls", "abort"]
Token = Annotated[int, Meta(ge=0)]
Vector = list[float] | str


class Record(Struct, forbid_unknown_fields=True):
    """No field but those named."""


# ---- errors

class ErrorDetail(Record, kw_only=True):
    message: str
    type: Literal["invalid_request_error", "rate_limit_error", "server_error", "internal_error"]
    param: str | None
    code: str | None


class Error(Record, kw_only=True):
    error: ErrorDetail


# ---- what all answers with tokens have

class CachedTokens(Record, kw_only=True):
    cached_tokens: Count


class ReasoningTokens(Record, kw_only=True):
    reasoning_tokens: Count


class PromptUsage(Record, kw_only=True):
    prompt_tokens: Count
    total_tokens: Count
    prompt_tokens_details: CachedTokens


class Usage(PromptUsage, kw_only=True):
    completion_tokens: Count
    completion_tokens_details: ReasoningTokens | UnsetType = UNSET


class Timings(Record, kw_only=True):
    queue_ms: Milliseconds
    prefill_ms: Milliseconds
    first_token_ms: Milliseconds
    decode_ms: Milliseconds
    total_ms: Milliseconds
    cached_tokens: Count
    preemptions: Count


class PromptLogprob(Record, kw_only=True):
    logprob: float
    rank: int | None
    decoded_token: str | None


PromptLogprobs = list[dict[str, PromptLogprob] | None]


# ---- chat

class TopLogprob(Record, kw_only=True):
    token: str
    logprob: float
    bytes: list[int]


class TokenLogprob(TopLogprob, kw_only=True):
    top_logprobs: list[TopLogprob]


class ChatLogprobs(Record, kw_only=True):
    content: list[TokenLogprob]


class CalledFunction(Record, kw_only=True):
    name: str
    arguments: str


class Called(Record, kw_only=True):
    id: str
    type: Literal["function"]
    function: CalledFunction


class AnswerMessage(Record, kw_only=True):
    role: Literal["assistant"]
    content: str | None
    refusal: None
    reasoning: str | UnsetType | None = UNSET
    reasoning_content: str | UnsetType | None = UNSET
    tool_calls: list[Called] | UnsetType = UNSET


class ChatChoice(Record, kw_only=True):
    index: Count
    message: AnswerMessage
    logprobs: ChatLogprobs | None
    finish_reason: Reason
    stop_reason: str | int | None
    token_ids: list[Token] | UnsetType = UNSET


class ChatAnswer(Record, kw_only=True):
    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    system_fingerprint: str
    choices: list[ChatChoice]
    usage: Usage
    timings: Timings
    prompt_token_ids: list[Token] | UnsetType = UNSET
    prompt_text: str | UnsetType = UNSET
    prompt_logprobs: PromptLogprobs | UnsetType = UNSET


class FunctionDelta(Record, kw_only=True):
    name: str | UnsetType = UNSET
    arguments: str


class CallDelta(Record, kw_only=True):
    index: Count
    id: str | UnsetType = UNSET
    type: Literal["function"] | UnsetType = UNSET
    function: FunctionDelta


class MessageDelta(Record, kw_only=True):
    role: Literal["assistant"] | UnsetType = UNSET
    content: str | UnsetType = UNSET
    reasoning: str | UnsetType = UNSET
    reasoning_content: str | UnsetType = UNSET
    tool_calls: list[CallDelta] | UnsetType = UNSET


class ChatChunkChoice(Record, kw_only=True):
    index: Count
    delta: MessageDelta
    logprobs: ChatLogprobs | None
    finish_reason: Reason | None
    stop_reason: str | int | UnsetType | None = UNSET
    token_ids: list[Token] | UnsetType = UNSET


class ChatChunk(Record, kw_only=True):
    """One event of a stream. The last one before [DONE] has timings, and no choices where usage was asked for."""
    id: str
    object: Literal["chat.completion.chunk"]
    created: int
    model: str
    system_fingerprint: str
    choices: list[ChatChunkChoice]
    usage: Usage | UnsetType | None = UNSET
    timings: Timings | UnsetType = UNSET
    prompt_token_ids: list[Token] | UnsetType = UNSET
    prompt_text: str | UnsetType = UNSET


# ---- completions

class TextLogprobs(Record, kw_only=True):
    tokens: list[str]
    token_logprobs: list[float | None]
    top_logprobs: list[dict[str, float] | None]
    text_offset: list[Count]


class TextChunkChoice(Record, kw_only=True):
    index: Count
    text: str
    logprobs: TextLogprobs | None
    finish_reason: Reason | None
    stop_reason: str | int | None
    token_ids: list[Token] | UnsetType = UNSET
    prompt_token_ids: list[Token] | UnsetType = UNSET


class TextChoice(TextChunkChoice, kw_only=True):
    finish_reason: Reason
    prompt_logprobs: PromptLogprobs | UnsetType = UNSET


class TextAnswer(Record, kw_only=True):
    id: str
    object: Literal["text_completion"]
    created: int
    model: str
    system_fingerprint: str
    choices: list[TextChoice]
    usage: Usage
    timings: Timings


class TextChunk(Record, kw_only=True):
    """One event of a stream. The last one before [DONE] has timings, and no choices where usage was asked for."""
    id: str
    object: Literal["text_completion"]
    created: int
    model: str
    system_fingerprint: str
    choices: list[TextChunkChoice]
    usage: Usage | UnsetType | None = UNSET
    timings: Timings | UnsetType = UNSET


# ---- the other routes

class Rendered(Record, kw_only=True):
    """sampling_params: every field of how tokens are drawn, the model's defaults where the body says nothing."""
    request_id: str
    model: str
    prompt: str
    token_ids: list[Token]
    sampling_params: dict[str, Any]


class Embedding(Record, kw_only=True):
    """embedding: numbers; or base64 of float32, little-endian."""
    object: Literal["embedding"]
    index: Count
    embedding: Vector


class Embeddings(Record, kw_only=True):
    id: str
    object: Literal["list"]
    created: int
    model: str
    data: list[Embedding]
    usage: PromptUsage
    timings: Timings


class Tokens(Record, kw_only=True):
    count: Count
    max_model_len: int
    tokens: list[Token]
    token_strs: list[str] | None


class Text(Record, kw_only=True):
    prompt: str


class Generated(Record, kw_only=True):
    text: str
    tokens_generated: Count
    finish_reason: Reason
    usage: Usage
    timings: Timings


class BatchResult(Record, kw_only=True):
    text: str
    tokens: Count
    finish_reason: Reason


class BatchGenerated(Record, kw_only=True):
    results: list[BatchResult]
    usage: Usage
    timings: Timings


class Permission(Record, kw_only=True):
    id: str
    object: Literal["model_permission"]
    created: int
    allow_create_engine: bool
    allow_sampling: bool
    allow_logprobs: bool
    allow_search_indices: bool
    allow_view: bool
    allow_fine_tuning: bool
    organization: str
    group: None
    is_blocking: bool


class Capabilities(Record, kw_only=True):
    completions: bool
    chat: bool
    embeddings: bool
    structured_outputs: bool
    tool_calls: bool
    reasoning: bool


class Parsers(Record, kw_only=True):
    tool_calls: str | None
    reasoning: str | None


class Facts(Record, kw_only=True):
    max_model_len: int
    embedding_size: int
    max_logprobs: int
    capabilities: Capabilities
    parsers: Parsers
    default_sampling_params: dict[str, Any]


class ModelCard(Facts, kw_only=True):
    id: str
    object: Literal["model"]
    created: int
    owned_by: str
    root: str
    parent: None
    permission: list[Permission]


class ModelList(Record, kw_only=True):
    object: Literal["list"]
    data: list[ModelCard]


class ModelFacts(Facts, kw_only=True):
    model_name: str
    architecture: str
    dtype: str
    quantization: str | None
    device: str
    tensor_parallel_size: int


class Ready(Record, kw_only=True):
    status: Literal["ready"]


class NotReady(Record, kw_only=True):
    status: str
    loaded_bytes: Count
    total_bytes: Count


class Life(Record, kw_only=True):
    status: str


class ServerLoad(Record, kw_only=True):
    server_load: Count


class VersionNumber(Record, kw_only=True):
    version: str
