"""What the engine and the server do, decided once: no None, no "auto", and a reason for each choice.

`engine/resolve.py` is the only maker. Below it nobody reads the environment or asks what the machine has. A Plan
crosses to the engine's process as a plain dict (`to_wire`), so each field is a number, a word, a path, or tuples and
dicts of them. The defaults here are those of the options that ask for nothing else; what has no default is always
derived.
"""
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from quire.core.units import show_bytes

SOURCES = ("flag", "env", "file", "default", "derived")


class Reason(NamedTuple):
    """Where a value comes from, one of SOURCES, and why it is this one."""
    source: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    # model
    model: str                                  # as the user named it
    model_folder: Path
    tokenizer_folder: Path
    served_names: tuple[str, ...]               # the first is the one that answers carry
    architecture: str
    is_bundled: bool = False                    # it came with the package
    quantization: str = "none"                  # none | int8 | int4: see core/quantization
    generation_defaults: dict[str, Any] = field(default_factory=dict)   # generation_config.json's temperature, ...
    chat_template: str = ""                     # the template itself; empty: the model's own
    default_chat_template_kwargs: dict[str, Any] = field(default_factory=dict)
    tool_call_parser: str = ""                  # the model's form of calls; empty: none is known
    reasoning_parser: str = ""                  # its marks of reasoning; empty: none are known

    # device and numbers
    device: str = "cpu"                         # cpu | cuda
    dtype: str                                  # float32 | bfloat16 | float16
    kv_dtype: str                               # the same, or int8: what K and V are stored as
    num_threads: int = 1                        # of one rank, on CPU
    enforce_eager: bool = False                 # forward passes are not recorded
    tensor_parallel_size: int = 1

    # memory
    max_model_len: int                          # prompt and output of one request
    block_size: int = 16                        # positions
    num_blocks: int                             # of the KV cache, for each rank
    weights_bytes: int = 0                      # this and the next two: sums over the ranks
    kv_bytes: int = 0
    activation_bytes: int = 0
    free_bytes: int = 0                         # what was available before anything was loaded
    prefix_caching: bool = True

    # scheduling
    max_num_seqs: int                           # rows: requests on the device at once
    max_num_batched_tokens: int                 # positions in one step
    chunk: int                                  # positions of one request in one step
    watermark: int = 0                          # blocks that an admission leaves free
    depth: int = 1                              # steps in flight
    priority_scheduling: bool = False           # else first come, first served
    max_queue: int = 4096                       # requests held at once; more are told to come back

    # sampling
    seed: int = 0
    max_logprobs: int = 20                      # most that a client may ask for

    # server
    host: str = "127.0.0.1"
    port: int = 8000
    uds: str = ""                               # Unix socket instead of host and port; empty: none
    root_path: str = ""
    api_keys: tuple[str, ...] = ()
    guard_metrics: bool = False                 # /metrics asks for a key too
    allowed_origins: tuple[str, ...] = ()       # CORS; empty: no other origin
    allowed_methods: tuple[str, ...] = ("*",)
    allowed_headers: tuple[str, ...] = ("*",)
    allow_credentials: bool = False
    strict: bool = False                        # unknown body fields are refused, not named in a warning header
    enable_auto_tool_choice: bool = True        # a request with tools need not say that they may be called
    exclude_tools_when_tool_choice_none: bool = False
    single_process: bool = False                # the engine runs in the server's process
    request_seconds: float = 0.0                # that a request may take from its arrival on; 0: any time
    drain_seconds: float = 25.0                 # for requests in flight after SIGTERM

    # logging
    log_level: str = "info"                     # debug | info | warning | error | critical
    log_requests: bool = False
    disable_log_stats: bool = False

    notices: tuple[str, ...] = ()               # lines to show the user once, at start
    reasons: dict[str, Reason] = field(default_factory=dict)            # for each field that stands for a choice

    def kv_line(self) -> str:
        """Size of the KV cache, and how many requests it holds."""
        tokens = self.num_blocks * self.block_size
        return (f"KV cache: {show_bytes(self.kv_bytes)} for {tokens:,} tokens, which are {tokens / self.max_model_len:.1f} "
                f"requests of {self.max_model_len:,}; at most {self.max_num_seqs} run at once")

    def to_wire(self) -> dict[str, Any]:
        """A dict of str, int, float, bool, list and dict."""
        wire: dict[str, Any] = {}
        for f in dataclasses.fields(self):
            value = getattr(self, f.name)
            if isinstance(value, Path):
                value = str(value)
            elif isinstance(value, tuple):
                value = list(value)
            wire[f.name] = value
        wire["reasons"] = {name: list(reason) for name, reason in self.reasons.items()}
        return wire

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> "Plan":
        values = dict(wire)
        for f in dataclasses.fields(cls):
            if f.type is Path:
                values[f.name] = Path(values[f.name])
            elif f.type == tuple[str, ...]:
                values[f.name] = tuple(values[f.name])
        values["reasons"] = {name: Reason(*reason) for name, reason in wire["reasons"].items()}
        return cls(**values)
