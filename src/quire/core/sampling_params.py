"""How a client wants its answer drawn and shown: SamplingParams, with the names and defaults that guides use.

Checked as it is made, and again when a request arrives, for its fields may be set at any time. What only a model can
tell (its vocabulary, the room that a prompt leaves) is checked in engine/admit.py, which makes a core.types.Sampling of it.
"""
from dataclasses import dataclass, field, fields, replace
from enum import IntEnum
from typing import Any

from quire.core import checks
from quire.core.errors import CONFLICT, InvalidRequest
from quire.core.structured import GuidedDecodingParams, StructuredOutputsParams

MOST_SIBLINGS = 16_384
MOST_STOPS, MOST_STOP_CHARS, MOST_STOP_IDS = 64, 1_024, 1_024
MOST_BAD_WORDS, MOST_BAD_CHARS = 128, 1_024
MOST_BIASES, MOST_BIAS = 10_000, 100.0
MOST_ALLOWED = 1 << 20
GREEDY_BELOW = 1e-5             # a temperature below is greedy: dividing by it would leave the range of float32
LEAST_TEMPERATURE = 0.01        # what a smaller one, not greedy, is raised to, for the same reason

# Fields of the engine that guides were written for, which this version does not have -> values that ask for nothing, and
# what they would do.
ABSENT: dict[str, tuple[tuple[Any, ...], str]] = {
    "watermarking": ((None, False), "marks the text"),
    "prompt_logprob_token_ids": ((None,), "scores given ids of the prompt; prompt_logprobs reports the best ones"),
    "prompt_logprob_start": ((None,), "leaves out prompt_logprobs of the first positions"),
    "logprob_token_ids": ((None,), "reports logprobs of given ids; logprobs reports those of the best ones"),
    "stream_interval": ((None, 1), "sends several tokens together; output_kind FINAL_ONLY sends all of them together"),
    "extra_args": ((None, {}), "is for plugins, and there are none"),
    "thinking_token_budget": ((None, -1), "limits reasoning tokens; max_tokens limits all of them"),
    "routed_experts_prompt_start": ((0,), "traces experts"),
    "trace_decode_token_ids": ((None,), "forces the ids of the output"),
}


MOST_REPEATED = 10_000          # ids that a repeated pattern may span in all


@dataclass
class RepetitionDetectionParams:
    """An answer ends when its last ids are min_count times the same min_pattern_size to max_pattern_size ids. All 0: never."""
    max_pattern_size: int = 0
    min_pattern_size: int = 0                       # 0 is as 1
    min_count: int = 0

    def __post_init__(self) -> None:
        for name in ("max_pattern_size", "min_pattern_size", "min_count"):
            setattr(self, name, checks.whole(f"repetition_detection.{name}", getattr(self, name), 0, MOST_REPEATED))
        if not self.max_pattern_size:
            return
        if self.min_pattern_size > self.max_pattern_size:
            raise checks.refuse("repetition_detection.min_pattern_size", f"is {self.min_pattern_size}, more than "
                                f"max_pattern_size, which is {self.max_pattern_size}: lower it", CONFLICT)
        if self.min_count < 2 or self.min_count * self.max_pattern_size > MOST_REPEATED:
            raise checks.refuse("repetition_detection.min_count", f"is {self.min_count}: what repeats is there twice or more, "
                                f"and may span {MOST_REPEATED:,} ids in all")


class RequestOutputKind(IntEnum):
    """What each RequestOutput of a stream holds."""
    CUMULATIVE = 0                  # all of the answer so far
    DELTA = 1                       # what is new
    FINAL_ONLY = 2                  # one output, when the answer is whole


@dataclass
class SamplingParams:
    """None asks for nothing. Raises InvalidRequest, which is a ValueError."""
    n: int = 1                                      # answers to each prompt
    presence_penalty: float = 0.0                   # taken once from each id that the output has
    frequency_penalty: float = 0.0                  # taken for each time that the output has it
    repetition_penalty: float = 1.0                 # divides logits of ids of prompt and output
    temperature: float = 1.0                        # 0 is greedy
    watermarking: bool | None = None
    top_p: float = 1.0
    top_k: int = 0                                  # 0 or -1: all
    min_p: float = 0.0
    seed: int | None = None                         # -1: None
    stop: str | list[str] | None = None             # strings that end the answer; a list of them once checked
    stop_token_ids: list[int] | None = None
    ignore_eos: bool = False
    max_tokens: int | None = 16                     # None: as many as the context has room for
    min_tokens: int = 0
    logprobs: int | None = None                     # best ones reported beside each drawn id; True: 1, -1: all
    prompt_logprobs: int | None = None              # the same for each position of the prompt
    prompt_logprob_token_ids: Any = None
    prompt_logprob_start: int | None = None
    logprob_token_ids: list[int] | None = None
    flat_logprobs: bool = False                     # logprobs come as a FlatLogprobs
    detokenize: bool = True
    skip_special_tokens: bool = True
    spaces_between_special_tokens: bool = True
    include_stop_str_in_output: bool = False
    output_kind: RequestOutputKind = RequestOutputKind.CUMULATIVE
    stream_interval: int | None = None
    skip_clone: bool = False                        # that a copy may be spared: there is one in any case
    output_text_buffer_length: int = field(default=0, init=False)       # most characters held back, as they may begin a stop
    structured_outputs: StructuredOutputsParams | None = None       # what the text must be
    logit_bias: dict[int, float] | None = None      # added to logits of these ids
    allowed_token_ids: list[int] | None = None      # None: every id
    extra_args: dict[str, Any] | None = None
    bad_words: list[str] | None = None              # texts that are not written
    skip_reading_prefix_cache: bool | None = None
    thinking_token_budget: int | None = None
    repetition_detection: RepetitionDetectionParams | None = None       # ends the answer, with that as its finish_reason
    routed_experts_prompt_start: int = 0
    trace_decode_token_ids: list[int] | None = None
    guided_decoding: GuidedDecodingParams | None = None     # an older name of structured_outputs, which it becomes

    def __post_init__(self) -> None:
        self._check_absent()
        self._check_numbers()
        self._check_length()
        self._check_logprobs()
        self._check_lists()
        self._check_text()
        self._check_form()
        self._check_repetition()
        if self.temperature == 0 and self.n > 1:
            raise checks.refuse("n", f"is {self.n}, but temperature 0 gives the same answer each time: ask for one",
                                CONFLICT)

    @classmethod
    def from_optional(cls, **given: Any) -> "SamplingParams":
        """None stands for the default of any field, also where None would mean something."""
        return cls(**{name: value for name, value in given.items() if value is not None})

    def clone(self) -> "SamplingParams":
        """A checked copy."""
        return replace(self)

    @property
    def is_greedy(self) -> bool:
        return self.temperature == 0

    def _check_absent(self) -> None:
        for name, (neutral, purpose) in ABSENT.items():
            value = getattr(self, name)
            if not any(value is n or (isinstance(value, (int, dict)) and value == n) for n in neutral):
                raise checks.refuse(name, f"is given, but this version does not have it. It {purpose}",
                                    "unsupported_parameter")

    def _check_numbers(self) -> None:
        self.n = checks.whole("n", self.n, 1, MOST_SIBLINGS)
        self.presence_penalty = checks.number("presence_penalty", self.presence_penalty, -2, 2)
        self.frequency_penalty = checks.number("frequency_penalty", self.frequency_penalty, -2, 2)
        self.repetition_penalty = checks.number("repetition_penalty", self.repetition_penalty, 1e-6, 1e6)
        self.temperature = checks.number("temperature", self.temperature, 0, 2)
        self.top_p = checks.number("top_p", self.top_p, 0, 1)
        if self.top_p == 0:
            raise checks.refuse("top_p", "is 0, which leaves nothing to draw from: give more than 0, up to 1",
                                "decimal_below_min_value")
        self.top_k = checks.whole("top_k", self.top_k, -1)
        self.min_p = checks.number("min_p", self.min_p, 0, 1)
        self.seed = None if self.seed is None else checks.whole("seed", self.seed)
        if self.seed == -1:
            self.seed = None
        if self.temperature < GREEDY_BELOW:
            self.temperature, self.top_p, self.top_k, self.min_p = 0.0, 1.0, 0, 0.0
        self.temperature = self.temperature and max(self.temperature, LEAST_TEMPERATURE)

    def _check_length(self) -> None:
        self.min_tokens = checks.whole("min_tokens", self.min_tokens, 0)
        if self.max_tokens is None:
            return
        self.max_tokens = checks.whole("max_tokens", self.max_tokens, 1)
        if self.min_tokens > self.max_tokens:
            raise checks.refuse("min_tokens", f"is {self.min_tokens}, more than max_tokens, which is "
                                f"{self.max_tokens}: "
                                "lower it", CONFLICT)

    def _check_logprobs(self) -> None:
        for name in ("logprobs", "prompt_logprobs"):
            value = getattr(self, name)
            if isinstance(value, bool):
                value = 1 if value else None
            setattr(self, name, None if value is None else checks.whole(name, value, -1))

    def _check_lists(self) -> None:
        self.stop_token_ids = checks.token_ids("stop_token_ids", self.stop_token_ids or (), MOST_STOP_IDS)
        if self.allowed_token_ids is not None:
            self.allowed_token_ids = checks.token_ids("allowed_token_ids", self.allowed_token_ids, MOST_ALLOWED)
            if not self.allowed_token_ids:
                raise checks.refuse("allowed_token_ids", "is empty, so nothing could be drawn: leave it out to allow "
                                    "all", "empty_array")
        self.bad_words = checks.texts("bad_words", self.bad_words, MOST_BAD_WORDS, MOST_BAD_CHARS)
        self.logit_bias = _biases(self.logit_bias)

    def _check_form(self) -> None:
        if self.guided_decoding is not None:
            if self.structured_outputs is not None:
                raise checks.refuse("guided_decoding", "is given beside structured_outputs, which means the same: leave it out")
            if not isinstance(self.guided_decoding, GuidedDecodingParams):
                raise checks.refuse("guided_decoding", "must be a GuidedDecodingParams", "invalid_type")
            self.structured_outputs, self.guided_decoding = self.guided_decoding.params, None
        if isinstance(self.structured_outputs, dict):
            unknown = self.structured_outputs.keys() - {f.name for f in fields(StructuredOutputsParams)}
            if unknown:
                raise checks.refuse("structured_outputs", f"has {checks.shown(min(unknown, key=str))}, which is no field of it")
            self.structured_outputs = StructuredOutputsParams(**self.structured_outputs)
        if not isinstance(self.structured_outputs, (StructuredOutputsParams, type(None))):
            raise checks.refuse("structured_outputs", "must be a StructuredOutputsParams", "invalid_type")
        self.structured_outputs = self.structured_outputs and replace(self.structured_outputs)      # checked again

    def _check_repetition(self) -> None:
        if isinstance(self.repetition_detection, dict):
            if unknown := self.repetition_detection.keys() - {f.name for f in fields(RepetitionDetectionParams)}:
                named = checks.shown(min(unknown, key=str))
                raise checks.refuse("repetition_detection", f"has {named}, which is no field of it")
            self.repetition_detection = RepetitionDetectionParams(**self.repetition_detection)
        if not isinstance(self.repetition_detection, (RepetitionDetectionParams, type(None))):
            raise checks.refuse("repetition_detection", "must be a RepetitionDetectionParams", "invalid_type")
        self.repetition_detection = self.repetition_detection and replace(self.repetition_detection)

    def _check_text(self) -> None:
        self.stop = checks.texts("stop", self.stop, MOST_STOPS, MOST_STOP_CHARS)
        for name in ("ignore_eos", "detokenize", "skip_special_tokens", "spaces_between_special_tokens", "skip_clone",
                     "include_stop_str_in_output", "flat_logprobs"):
            checks.switch(name, getattr(self, name))
        if self.skip_reading_prefix_cache is not None:
            checks.switch("skip_reading_prefix_cache", self.skip_reading_prefix_cache)
        if self.stop and not self.detokenize:
            raise checks.refuse("stop", "is looked for in the text, and detokenize is off: turn it on, or use "
                                "stop_token_ids")
        held_back = 0 if self.include_stop_str_in_output else max(map(len, self.stop), default=1) - 1
        self.output_text_buffer_length = held_back
        try:
            self.output_kind = RequestOutputKind(self.output_kind)
        except ValueError:
            kinds = ", ".join(f"{kind.name}={kind.value}" for kind in RequestOutputKind)
            raise checks.refuse("output_kind", f"is {checks.shown(self.output_kind)}: give one of {kinds}") from None


def _biases(given: Any) -> dict[int, float] | None:
    if given is None:
        return None
    if not isinstance(given, dict):
        raise checks.refuse("logit_bias", f"is {checks.shown(given)}: give token ids with numbers", "invalid_type")
    if len(given) > MOST_BIASES:
        raise checks.refuse("logit_bias", f"has {len(given)} entries: at most {MOST_BIASES} are taken",
                            "object_above_max_length")
    biases = {}
    for key, value in given.items():
        is_digits = isinstance(key, str) and key.isascii() and key.isdigit() and len(key) < 20      # as JSON has them
        biases[checks.whole("logit_bias", int(key) if is_digits else key, 0)] = checks.number(
            "logit_bias", value, -MOST_BIAS, MOST_BIAS)
    return biases


FIELDS = frozenset(f.name for f in fields(SamplingParams) if f.init)


def params_from_defaults(defaults: dict[str, Any]) -> SamplingParams:
    """Of a Plan's generation_defaults, which has generation_config.json's names."""
    named = {"max_tokens" if name == "max_new_tokens" else name: value for name, value in defaults.items()}
    if unknown := sorted(named.keys() - FIELDS):
        raise InvalidRequest(f"generation defaults name {unknown[0]}, which is no field of SamplingParams", unknown[0])
    return SamplingParams(**named)
