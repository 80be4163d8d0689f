"""What a request may hold. Every field of these records is honoured, or harmless (HARMLESS); what is known to clients and not
to be had stands in absent.py. Types are checked here; ranges where all doors meet: core/sampling_params.py, engine/admit.py.

null stands for a field that was left out, as it does for OpenAI. Fields that nobody knows are passed over here; body.py
names them.
"""
from typing import Annotated, Any, Literal

from msgspec import Meta, Raw, Struct, field

MOST_SIBLINGS = 128             # n, over HTTP
MOST_STOPS = 4                  # stop strings, over HTTP
MOST_MESSAGES = 10_000
MOST_PROMPTS = 1_024
MOST_PROMPT_IDS = 1_000_000     # of all prompts of one request

NULL = Raw(b"null")              # of a field that is kept as it came; msgspec's Raw takes in null by itself
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
Tags = Annotated[dict[Annotated[str, Meta(max_length=64)], Annotated[str, Meta(max_length=512)]], Meta(max_length=16)]


class StreamOptions(Struct, kw_only=True):
    include_usage: bool | None = None
    continuous_usage_stats: bool | None = None
    include_obfuscation: bool | None = None


class Part(Struct, kw_only=True):
    """Of a message's content."""
    type: str
    text: str | None = None
    refusal: str | None = None


class ToolCallFunction(Struct, kw_only=True):
    name: str
    arguments: str = ""


class ToolCall(Struct, kw_only=True):
    """That an assistant made earlier."""
    id: str
    function: ToolCallFunction
    type: Literal["function"] = "function"


class ToolFunction(Struct, kw_only=True):
    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class Tool(Struct, kw_only=True):
    """That the model may ask its client to call."""
    function: ToolFunction
    type: str = "function"


class ToolName(Struct, kw_only=True):
    name: str


class NamedChoice(Struct, kw_only=True):
    """Of the tool that is to be called."""
    function: ToolName
    type: str = "function"


class Message(Struct, kw_only=True):
    role: str
    content: str | list[Part] | None = None
    name: str | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None
    refusal: str | None = None
    reasoning: str | None = None
    reasoning_content: str | None = None
    audio: Raw = field(default_factory=lambda: NULL)
    function_call: Raw = field(default_factory=lambda: NULL)


class ResponseFormat(Struct, kw_only=True):
    type: str
    json_schema: Raw = field(default_factory=lambda: NULL)
    format: Raw = field(default_factory=lambda: NULL)
    structures: Raw = field(default_factory=lambda: NULL)


class JsonSchema(Struct, kw_only=True):
    """Of a response_format. An answer keeps to the schema whether or not strict asks for it."""
    name: str
    schema: dict[str, Any] | None = None
    description: str | None = None
    strict: bool | None = None


class StructuredOutputs(Struct, kw_only=True):
    """core/structured.py has these under the same names."""
    json: str | dict[str, Any] | bool | None = None
    regex: str | None = None
    choice: list[str] | None = None
    grammar: str | None = None
    json_object: bool | None = None
    disable_any_whitespace: bool | None = None
    disable_additional_properties: bool | None = None
    whitespace_pattern: str | None = None
    structural_tag: Raw = field(default_factory=lambda: NULL)


class Drawn(Struct, kw_only=True):
    """How tokens are drawn, on every route: SamplingParams has these under the same names."""
    max_tokens: int | None = None
    min_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    repetition_penalty: float | None = None
    seed: int | None = None
    stop: str | list[str] | None = None
    ignore_eos: bool | None = None


class Sampled(Drawn, kw_only=True):
    """What chat and completions have in common."""
    model: str | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    # how tokens are drawn: SamplingParams has these under the same names, too
    n: int | None = None
    stop_token_ids: list[int] | None = None
    include_stop_str_in_output: bool | None = None
    skip_special_tokens: bool | None = None
    spaces_between_special_tokens: bool | None = None
    logit_bias: dict[str, float] | None = None
    allowed_token_ids: list[int] | None = None
    bad_words: list[str] | None = None
    prompt_logprobs: int | None = None
    # how the prompt is made and kept
    add_special_tokens: bool | None = None
    truncate_prompt_tokens: int | None = None
    truncation_side: Literal["left", "right"] | None = None
    cache_salt: str | None = None
    priority: int | None = None
    # what the answer holds
    echo: bool | None = None
    return_token_ids: bool | None = None
    return_tokens_as_token_ids: bool | None = None
    stream_interval: Annotated[int, Meta(ge=1)] | None = None
    request_id: str | None = None
    # what form it must have: one of these, see structured.py
    response_format: ResponseFormat | None = None
    structured_outputs: StructuredOutputs | None = None
    guided_json: str | dict[str, Any] | bool | None = None
    guided_regex: str | None = None
    guided_choice: list[str] | None = None
    guided_grammar: str | None = None
    guided_whitespace_pattern: str | None = None
    guided_decoding_backend: str | None = None
    best_of: int | None = None
    # harmless
    user: str | None = None
    metadata: Tags | None = None
    session_id: str | None = None
    service_tier: Literal["auto", "default"] | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: str | None = None
    prompt_cache_options: Raw = field(default_factory=lambda: NULL)


class ChatRequest(Sampled, kw_only=True):
    messages: list[Message]
    max_completion_tokens: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    add_generation_prompt: bool | None = None
    continue_final_message: bool | None = None
    chat_template_kwargs: dict[str, Any] | None = None
    documents: list[dict[str, str]] | None = None
    reasoning_effort: Effort | None = None
    include_reasoning: bool | None = None
    tools: Raw = field(default_factory=lambda: NULL)            # list[Tool], which templates see as it was sent
    tool_choice: Literal["none", "auto", "required"] | NamedChoice | None = None
    parallel_tool_calls: bool | None = None
    return_prompt_text: bool | None = None
    # harmless
    modalities: list[Literal["text"]] | None = None
    verbosity: Literal["medium"] | None = None
    prediction: Raw = field(default_factory=lambda: NULL)


class CompletionRequest(Sampled, kw_only=True):
    prompt: Raw                 # text, ids, or a list of either
    logprobs: int | None = None


class EmbeddingRequest(Struct, kw_only=True):
    input: Raw                  # text, ids, or a list of either
    model: str | None = None
    encoding_format: Literal["float", "base64"] | None = None
    # PoolingParams has these under the same names
    dimensions: int | None = None
    use_activation: bool | None = None
    pooling: str | None = None
    # how the prompts are made and kept
    add_special_tokens: bool | None = None
    truncate_prompt_tokens: int | None = None
    truncation_side: Literal["left", "right"] | None = None
    cache_salt: str | None = None
    priority: int | None = None
    request_id: str | None = None
    # harmless
    user: str | None = None


class Plain(Drawn, kw_only=True):
    """What /generate and /batch_generate have in common."""
    model: str | None = None


class GenerateRequest(Plain, kw_only=True):
    prompt: Raw                 # text or ids


class BatchGenerateRequest(Plain, kw_only=True):
    prompts: Raw                # a list of texts or of ids


class TokenizeRequest(Struct, kw_only=True):
    """prompt or messages."""
    model: str | None = None
    prompt: str | None = None
    messages: list[Message] | None = None
    add_special_tokens: bool | None = None
    add_generation_prompt: bool | None = None
    continue_final_message: bool | None = None
    return_token_strs: bool | None = None
    tools: Raw = field(default_factory=lambda: NULL)
    chat_template_kwargs: dict[str, Any] | None = None


class DetokenizeRequest(Struct, kw_only=True):
    tokens: list[int]
    model: str | None = None


# Records inside of records, by the field that holds one or a list of them: those of a body, and those of each other.
INNER: dict[str, type[Struct]] = {"messages": Message, "stream_options": StreamOptions, "response_format": ResponseFormat,
                                "tools": Tool, "tool_choice": NamedChoice, "structured_outputs": StructuredOutputs}
INNERMOST: dict[type[Struct], dict[str, type[Struct]]] = {
    Message: {"content": Part, "tool_calls": ToolCall}, ToolCall: {"function": ToolCallFunction},
    Tool: {"function": ToolFunction}, NamedChoice: {"function": ToolName}, ResponseFormat: {"json_schema": JsonSchema}}

# Fields of SamplingParams that are taken as they are.
DRAWN = ("n", "min_tokens", "temperature", "top_p", "top_k", "min_p", "presence_penalty", "frequency_penalty",
         "repetition_penalty", "seed", "stop", "stop_token_ids", "include_stop_str_in_output", "ignore_eos",
         "skip_special_tokens", "spaces_between_special_tokens", "logit_bias", "allowed_token_ids", "bad_words",
         "prompt_logprobs")

PLAIN = tuple(name for name in Plain.__struct_fields__ if name != "model")

# Labels and hints: whatever they say, the answer is the same.
HARMLESS = frozenset({
    "user", "metadata", "session_id", "service_tier", "safety_identifier", "prompt_cache_key", "prompt_cache_retention",
    "prompt_cache_options", "modalities", "verbosity", "prediction"})
