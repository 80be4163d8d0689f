"""The records that cross floors, and the request they speak of. Numbers only: no tensors, nothing from the engine."""
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

# What a block holds: what the block before it holds (of the first: salt, adapter and generation, after None), and its ids.
# Plain tuples, which the garbage collector soon passes over.
Content = tuple[Any, bytes]
MASK_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
# What a Work wants back; TOKEN and PROMPT_LOGPROBS may go together. SUM brings nothing: it has all of the work's hidden states
# added to the row's sum, and with VECTOR their mean comes back.
NOTHING, TOKEN, PROMPT_LOGPROBS, VECTOR, SUM = 0, 1, 2, 4, 8


@dataclass(frozen=True, slots=True)
class Limits:
    """What one step and one device can hold. Invariant: every field >= 1, but drafts and watermark >= 0."""
    step_tokens: int                # positions in a step, all requests together
    rows: int                       # requests on the device at once
    max_model_len: int              # prompt and output of one request
    chunk: int = 1 << 30            # positions of one request in a step
    drafts: int = 0                 # drafts that one row may verify in a step
    watermark: int = 0              # blocks that an admission must leave free, so that it does not preempt at once


@dataclass(frozen=True, slots=True)
class Sampling:
    """How ids are drawn, fully resolved: no None where a number decides, no text.

    Invariant: a draw depends on the logits and (seed, index among n, position, purpose) alone.
    """
    max_tokens: int
    n: int = 1
    temperature: float = 0.0                                # 0 is greedy
    top_p: float = 1.0
    top_k: int = 0                                          # 0 keeps all
    min_p: float = 0.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    repetition_penalty: float = 1.0
    seed: int = 0                                           # 64 bits; drawn at arrival where the user gave none
    stop_ids: frozenset[int] = frozenset()                  # any of them ends the request
    min_tokens: int = 0                                     # before so many outputs no id of stop_ids is drawn
    logit_bias: tuple[tuple[int, float], ...] = ()
    allowed_ids: tuple[int, ...] = ()                       # empty: every id
    bad_words: tuple[tuple[int, ...], ...] = ()             # id sequences that may not be completed
    num_logprobs: int | None = None                         # best ids reported beside each drawn one; None: no logprobs
    num_prompt_logprobs: int | None = None                  # the same for each position of the prompt
    vector: bool = False            # wants the hidden state of the last position and no token; max_tokens is then 1
    mean: bool = False              # of all positions the mean instead, so it takes none from the cache


@dataclass(frozen=True, slots=True)
class Grammar:
    """What the text of an answer must be. Compiled where ids are drawn; at the door only to see that it can be."""
    text: str                                               # in the engine's own form: grammar/compile.py
    begins_after: str = ""                                  # nothing is bound up to the end of this text; empty: all is
    ends_late: bool = False                                 # it ends only where nothing else may follow


class Masking(NamedTuple):
    """What grammars have cost since the beginning, in seconds of the side that draws."""
    steps: tuple[int, ...]          # that had masks, by their seconds: counts between the bounds MASK_SECONDS
    seconds: float
    num_compiled: int
    compile_seconds: float
    num_hits: int                   # times that a grammar was there already


@dataclass(frozen=True, slots=True, eq=False)
class Logprobs:
    """Of consecutive positions: in column 0 the id that stands there, after it the best ones, best first.

    ids (positions, 1 + k) int32, values (positions, 1 + k) float32, ranks (positions,) int32, all as numpy arrays; ranks
    are those of column 0, the best id having rank 1.
    """
    ids: Any
    values: Any
    ranks: Any

    def __len__(self) -> int:
        return len(self.ranks)

    def __getitem__(self, positions: slice) -> "Logprobs":
        return Logprobs(self.ids[positions], self.values[positions], self.ranks[positions])


@dataclass(eq=False, slots=True)
class Request:
    """One sequence, as the scheduler sees it.

    tokens      every id known on this side: prompt, then output
    pending     most ids that steps in flight may still add (1 + drafts each)
    in_flight   fewest ids that they will add (1 each)
    scheduled   positions handed to the device, if every draft in flight is accepted
    invariant   scheduled < len(tokens) + pending: the newest id is always still wanted.
                Prompt: the difference is what remains to prefill. Decode: exactly 1.
    waiting     row is None; then no blocks are held and nothing is scheduled or pending
    """
    id: int
    tokens: list[int]
    sampling: Sampling
    priority: int = 0               # lower first
    adapter: str = ""
    grammar: Grammar | None = None
    salt: str = ""                  # requests share cached blocks only within one salt
    may_read_cache: bool = True
    whole: bool = False             # known positions must be computed in one step (attention that looks ahead)
    index: int = 0                  # which of n siblings
    leader: "Request | None" = None         # the sibling that computes the common prompt
    prompt_len: int = 0
    blocks: list[int] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)      # of full blocks, chained; survive a restart
    root: bytes = b""               # what the chain begins with
    content: Content = field(default=(None, b""), repr=False)   # of the committed blocks; a chain as long as they are many
    committed: int = 0              # blocks already offered for a name
    sent: int = 0                   # blocks the device already knows
    cached: int = 0                 # positions found in the cache when this epoch began, or stored by a step without an id
    first_cached: int = 0           # the same when its first epoch began: what the user is told
    told: int = 0                   # prompt logprobs already given to the client
    scheduled: int = 0
    pending: int = 0
    in_flight: int = 0
    epoch: int = 0                  # grows at each restart; what comes from older epochs is void
    generation: int = 0             # of the cache whose names `digests` speaks of; a reset of the cache begins a new one
    preemptions: int = 0
    started_at: float = 0.0         # clock when it first got a row; 0 before
    row: int | None = None
    finished: str = ""

    def __post_init__(self) -> None:
        self.prompt_len = len(self.tokens)
        self.root = sha256(repr((self.salt, self.adapter)).encode()).digest()

    @property
    def wanted(self) -> int:
        return len(self.tokens) + self.pending - self.scheduled

    @property
    def still_to_ask(self) -> int:
        """Ids not yet known that no step in flight is sure to bring."""
        return self.prompt_len + self.sampling.max_tokens - len(self.tokens) - self.in_flight

    @property
    def limit(self) -> int:
        """Most ids it can ever have. The device does nothing for a row that has them."""
        return self.prompt_len + self.sampling.max_tokens

    @property
    def reads_cache(self) -> bool:
        """A hit skips positions, so whoever wants something of each position takes none."""
        wants_each = self.sampling.num_prompt_logprobs is not None or self.sampling.mean
        return self.may_read_cache and not (wants_each or self.whole)

    @property
    def may_start(self) -> bool:
        """Siblings wait until the first has its whole prompt scheduled, and then find all of it cached."""
        leader = self.leader
        return leader is None or bool(leader.finished) or leader.scheduled >= self.prompt_len

    def reset(self) -> None:
        self.committed = self.sent = self.cached = self.scheduled = self.pending = self.in_flight = 0
        self.row = None

    def check(self) -> None:
        assert self.wanted >= 1 and self.in_flight <= self.pending and not self.finished
        assert self.sent <= len(self.blocks) and self.told < self.prompt_len <= len(self.tokens) < self.limit
        if self.pending:
            assert self.wanted == 1
        if self.row is None:
            assert not (self.blocks or self.scheduled or self.pending or self.in_flight or self.sent or self.committed)


class Start(NamedTuple):
    """A request takes a row; sent once for each epoch. Invariant: the row is empty when this step begins."""
    request_id: int
    row: int
    epoch: int
    tokens: tuple[int, ...]         # all ids known: prompt, and after a restart the output so far
    prompt_len: int
    sampling: Sampling
    index: int                      # type: ignore[assignment]  # among n siblings; hides tuple.index
    adapter: str
    grammar: Grammar | None
    reads_cache: bool
    whole: bool
    cached: int                     # positions below are in the first blocks already and are never written by this row

    @classmethod
    def of(cls, r: Request) -> "Start":
        assert r.row is not None
        return cls(r.id, r.row, r.epoch, tuple(r.tokens), r.prompt_len, r.sampling, r.index, r.adapter, r.grammar,
                   r.reads_cache, r.whole, r.cached)


class Work(NamedTuple):
    """One row's share of a step: compute `count` positions from `start` on.

    start is the true position but while drafts are unverified, then an upper bound; the row knows the true one.
    drafts of the count are drafts that the row may verify: their ids lie on the device beside the last token,
    proposed there after the row's previous step. It may have fewer.
    """
    request_id: int
    row: int
    epoch: int
    start: int
    count: int                      # type: ignore[assignment]  # hides tuple.count
    drafts: int
    new_blocks: tuple[tuple[int, ...], ...]     # for each KV group, since the row's last Work
    wants: int


class Step(NamedTuple):
    """Invariant: the device executes steps in the order of their numbers: first `ended`, then `starts`, then `work`."""
    number: int
    starts: tuple[Start, ...]
    work: tuple[Work, ...]          # at most one for a row; within a layer all K/V writes precede all reads
    ended: tuple[int, ...]          # rows that are now empty; given away again once this step has been executed


@dataclass(slots=True)
class StepOutput:
    """Keyed by request id. Invariant: each Work has an entry for each thing it wants, or one in `failed`."""
    tokens: dict[int, list[int]] = field(default_factory=dict)          # 1 .. 1 + drafts ids; none: not yet, ask again
    logprobs: dict[int, Logprobs] = field(default_factory=dict)         # of those ids, where num_logprobs asks for it
    prompt_logprobs: dict[int, Any] = field(default_factory=dict)       # Logprobs of prompt positions start + 1 .. ; sliceable
    vectors: dict[int, Any] = field(default_factory=dict)               # numpy float32
    failed: dict[int, str] = field(default_factory=dict)
    barred: set[int] = field(default_factory=set)                       # of those failed: their own parameters are why
    masking: Masking | None = None                                      # where a grammar was at work


class News(NamedTuple):
    """What a client hears. Invariant: of all news of one request exactly one has a reason, the last."""
    request_id: int
    tokens: Sequence[int] = ()
    reason: str = ""                # stop | length | vector | error | barred | what abort() was given
    error: str = ""
    logprobs: Logprobs | None = None
    prompt_logprobs: Any = None
    vector: Any = None
    num_cached: int = 0             # prompt positions found in the cache when it first began
    num_preemptions: int = 0
    started_at: float = 0.0         # clock when it first got a row


class RequestRefused(ValueError):
    """A request that could never be served; says why, in words. The client turns it into an InvalidRequest."""
