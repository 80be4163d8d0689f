"""SamplingParams and a prompt -> the Sampling that the engine takes, or a refusal in words.

All of a request is checked here, before anything is queued or allocated for it: whichever door it came in by, and also
what its fields were set to after they were made.
"""
import random
from array import array
from collections.abc import Iterable, Sequence
from operator import index
from typing import Any, NamedTuple

from quire.core import checks
from quire.core.errors import CONFLICT, InvalidRequest
from quire.core.model_spec import ModelSpec
from quire.core.plan import Plan
from quire.core.pooling_params import PoolingParams
from quire.core.sampling_params import SamplingParams
from quire.core.types import Grammar, Sampling
from quire.engine import faults
from quire.grammar.door import Door
from quire.text.tokenizer import Tokenizer

MOST_SALT_CHARS = 128
MASK = 2 ** 64 - 1


class Bounds(NamedTuple):
    """What every request of one engine must keep to."""
    vocab: int                      # width of the logits
    max_model_len: int              # prompt and output together
    num_positions: int              # that the KV cache holds
    max_logprobs: int
    takes_priority: bool
    eos_ids: frozenset[int]
    width: int                      # of a hidden state, and so of a vector

    @classmethod
    def of(cls, plan: Plan, spec: ModelSpec, tokenizer: Tokenizer) -> "Bounds":
        eos_ids = {*spec.eos_ids, *([] if tokenizer.eos_id is None else [tokenizer.eos_id])}
        return cls(spec.vocab, plan.max_model_len, plan.num_blocks * plan.block_size, plan.max_logprobs,
                   plan.priority_scheduling, frozenset(i for i in eos_ids if i < spec.vocab),
                   spec.word_embed_proj_dim)

    @property
    def longest(self) -> int:
        """The last id of an answer has a place in the context, but its K/V is never stored."""
        return min(self.max_model_len, self.num_positions + 1)

    @property
    def longest_prompt(self) -> int:
        """Where nothing is drawn."""
        return min(self.max_model_len, self.num_positions)


class Admitted(NamedTuple):
    prompt: list[int]
    params: SamplingParams          # a checked copy
    sampling: Sampling
    priority: int
    salt: str
    grammar: Grammar | None


class Admission:
    """Draws the seeds of requests that bring none, in the order in which they come."""

    def __init__(self, bounds: Bounds, tokenizer: Tokenizer, seed: int):
        self.bounds, self.tokenizer = bounds, tokenizer
        self.random = random.Random(seed)
        self.door = Door()

    def admit(self, prompt: Iterable[int], params: SamplingParams, label: str = "", priority: int = 0,
              salt: str | None = None) -> Admitted:
        faults.strike("validate", label)
        if not isinstance(params, SamplingParams):
            raise InvalidRequest(f"sampling_params is {checks.shown(params)}: give a SamplingParams", "sampling_params",
                                 "invalid_type")
        params = params.clone()
        ids = self._prompt(prompt, self.bounds.longest - 1)
        sampling = self._sampling(len(ids), params)
        _check_something_is_left(sampling)
        return Admitted(ids, params, sampling, self._priority(priority), _salt(salt), self._grammar(params))

    def pool(self, prompt: Iterable[int], params: PoolingParams, label: str = "", priority: int = 0,
             salt: str | None = None) -> Admitted:
        """Of a request for a vector, which draws nothing."""
        faults.strike("validate", label)
        if not isinstance(params, PoolingParams):
            raise InvalidRequest(f"pooling_params is {checks.shown(params)}: give PoolingParams", "pooling_params",
                                 "invalid_type")
        params = params.clone()
        ids = self._prompt(prompt, self.bounds.longest_prompt)
        if (asked := params.dimensions) is not None and asked > self.bounds.width:
            raise checks.refuse("dimensions", f"is {asked:,}: this model's vectors have {self.bounds.width:,}",
                                "integer_above_max_value")
        unread = SamplingParams(max_tokens=1, detokenize=False,
                                skip_reading_prefix_cache=bool(params.skip_reading_prefix_cache))
        sampling = Sampling(max_tokens=1, vector=True, mean=params.is_mean)
        return Admitted(ids, unread, sampling, self._priority(priority), _salt(salt), None)

    async def look_ahead(self, params: SamplingParams) -> None:
        """Whatever may take long of admitting these, away from the loop that runs here: then `admit` is quick. Raises
        InvalidRequest."""
        if (asked := params.structured_outputs) is not None:
            await self.door.check_apart(asked)

    def _grammar(self, params: SamplingParams) -> Grammar | None:
        if (asked := params.structured_outputs) is None:
            return None
        if not self.bounds.eos_ids:
            raise checks.refuse("structured_outputs", "cannot be had of this model: it names no token that ends an answer")
        return Grammar(self.door.check(asked), asked.begins_after or "", params.ignore_eos)

    def _prompt(self, prompt: Iterable[int], most: int) -> list[int]:
        ids = prompt if isinstance(prompt, Sequence) else list(prompt)
        if not len(ids):
            raise InvalidRequest("the prompt is empty: send at least one token", "prompt", "empty_array")
        if len(ids) > most:
            raise self._too_long(f"the prompt has {len(ids):,} tokens", "prompt", "shorten the prompt")
        try:
            packed = array("I", ids)
            is_known = max(packed) < self.bounds.vocab
        except (OverflowError, TypeError):
            is_known = False
        if not is_known:
            raise self._no_id(ids)
        return packed.tolist()

    def _no_id(self, ids: Sequence[object]) -> InvalidRequest:
        """Names the first that is none."""
        vocab = self.bounds.vocab
        given, number = next((i, n) for i, n in ((i, _whole(i)) for i in ids) if n is None or not 0 <= n < vocab)
        what = f"{checks.shown(given)}, which is no token id" if number is None else f"the id {checks.shown(number)}"
        return InvalidRequest(f"the prompt holds {what}: the vocabulary has {vocab:,} ids, send those from 0 to {vocab - 1}",
                              "prompt", "invalid_type" if number is None else "invalid_value")

    def _too_long(self, what: str, param: str, instead: str) -> InvalidRequest:
        bounds = self.bounds
        if bounds.longest == bounds.max_model_len:      # OpenAI's words: clients know this error, and the number, by them
            limit, option = f"this model's maximum context length is {bounds.max_model_len} tokens", "--max-model-len"
        else:
            limit, option = f"the KV cache holds {bounds.num_positions:,} positions", "--kv-memory"
        return InvalidRequest(f"{what}, but {limit}: {instead}, or start with a larger {option}", param,
                              "context_length_exceeded")

    def _sampling(self, prompt_len: int, params: SamplingParams) -> Sampling:
        return Sampling(
            max_tokens=self._max_tokens(prompt_len, params), n=params.n, temperature=params.temperature,
            top_p=params.top_p, top_k=max(0, params.top_k) if params.top_k < self.bounds.vocab else 0,
            min_p=params.min_p,
            presence_penalty=params.presence_penalty, frequency_penalty=params.frequency_penalty,
            repetition_penalty=params.repetition_penalty,
            seed=(self.random.getrandbits(64) if params.seed is None else params.seed) & MASK,
            stop_ids=self._stop_ids(params), min_tokens=params.min_tokens, logit_bias=self._logit_bias(params),
            allowed_ids=tuple(self._ids("allowed_token_ids", params.allowed_token_ids or ())),
            bad_words=self._bad_words(params), num_logprobs=self._count("logprobs", params.logprobs),
            num_prompt_logprobs=self._count("prompt_logprobs", params.prompt_logprobs))

    def _max_tokens(self, prompt_len: int, params: SamplingParams) -> int:
        room = self.bounds.longest - prompt_len
        if params.max_tokens is None:
            if params.min_tokens > room:
                raise self._too_long(f"the prompt has {prompt_len:,} tokens and min_tokens is {params.min_tokens:,}",
                                     "min_tokens", f"lower min_tokens to {room:,}")
            return room
        if params.max_tokens > room:
            asked = f"the prompt has {prompt_len:,} tokens and max_tokens is {params.max_tokens:,}"
            raise self._too_long(f"{asked}, {prompt_len + params.max_tokens:,} together", "max_tokens",
                                 f"shorten the prompt, lower max_tokens to {room:,} or leave it out")
        return params.max_tokens

    def _stop_ids(self, params: SamplingParams) -> frozenset[int]:
        asked = frozenset(self._ids("stop_token_ids", params.stop_token_ids or ()))
        if params.ignore_eos and params.structured_outputs is None:
            return asked
        return asked | self.bounds.eos_ids          # a grammar that has come to its end can go no other way

    def _ids(self, name: str, ids: Sequence[int]) -> Sequence[int]:
        if ids and (top := max(ids)) >= self.bounds.vocab:
            raise checks.refuse(name, f"holds {top}, but the vocabulary has {self.bounds.vocab:,} ids: give ids from 0 "
                                      f"to {self.bounds.vocab - 1}")
        return ids

    def _logit_bias(self, params: SamplingParams) -> tuple[tuple[int, float], ...]:
        biases = params.logit_bias or {}
        self._ids("logit_bias", tuple(biases))
        return tuple(biases.items())

    def _count(self, name: str, asked: int | None) -> int | None:
        """How many best ids are reported; -1 asks for all."""
        if asked is None:
            return None
        count = self.bounds.vocab if asked == -1 else asked
        if count > self.bounds.max_logprobs:
            raise checks.refuse(name, f"asks for {count:,}: at most {self.bounds.max_logprobs:,} are given; ask for "
                                "fewer, "
                                      "or start with a larger --max-logprobs", "integer_above_max_value")
        return count

    def _bad_words(self, params: SamplingParams) -> tuple[tuple[int, ...], ...]:
        """As ids, both as they begin a text and as they follow a space: most vocabularies spell these differently."""
        words: dict[tuple[int, ...], None] = {}
        for word in params.bad_words or ():
            for text in (word.lstrip(), " " + word.lstrip()):
                if ids := tuple(self.tokenizer.encode(text, add_special_tokens=False)):
                    words[ids] = None
        return tuple(words)

    def _priority(self, priority: int) -> int:
        priority = checks.whole("priority", priority)
        if priority and not self.bounds.takes_priority:
            raise checks.refuse("priority", f"is {priority}, but requests run in the order of arrival: leave it out, "
                                "or "
                                            "start with --scheduling-policy priority")
        return priority


def _whole(given: Any) -> int | None:
    try:
        return index(given)
    except TypeError:
        return None


def _check_something_is_left(sampling: Sampling) -> None:
    """Where only some ids are allowed, one of them must be drawable at once, or nothing ever is. What bars ids later on, as
    longer bad words do, shows itself as it happens."""
    barred = {word[0] for word in sampling.bad_words if len(word) == 1}
    if sampling.min_tokens:
        barred |= sampling.stop_ids
    if sampling.allowed_ids and barred.issuperset(sampling.allowed_ids):
        raise checks.refuse("allowed_token_ids", "holds only ids that min_tokens or bad_words bar, so nothing could be drawn: "
                            "allow one more, lower min_tokens to 0 or bar fewer words", CONFLICT)


def _salt(salt: str | None) -> str:
    """Of the prefix cache; printable, without a slash, so that it can stand wherever a name can."""
    if salt is None:
        return ""
    if not isinstance(salt, str):
        raise checks.refuse("cache_salt", f"is {checks.shown(salt)}: give a string", "invalid_type")
    if not salt or len(salt) > MOST_SALT_CHARS:
        raise checks.refuse("cache_salt", f"has {len(salt)} characters: give from 1 to {MOST_SALT_CHARS}")
    if any(not "!" <= c <= "~" or c == "/" for c in salt):
        raise checks.refuse("cache_salt", "may hold letters, digits and marks of ASCII, but no space and no slash")
    return salt
