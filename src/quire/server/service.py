"""What all routes share: the engine's client, the plan, and what depends on neither request nor route."""
import asyncio
import logging
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from quire import __version__
from quire.core.checks import shown
from quire.core.errors import InvalidRequest, NotFound
from quire.core.plan import Plan
from quire.core.sampling_params import params_from_defaults
from quire.engine.client import Client
from quire.server.aside import aside
from quire.server.calls import Calls
from quire.server.metrics import Metrics
from quire.server.replies import Scope
from quire.server.stream import Stalls
from quire.text import reasoning
from quire.text.template import ChatTemplate
from quire.text.tokenizer import Tokenizer
from quire.text.tools import table

MOST_RENDERS = 4                # at once: they share the interpreter with the loop
_request_id = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
log = logging.getLogger("quire.server")


@dataclass
class Service:
    client: Client
    plan: Plan
    tokenizer: Tokenizer
    template: ChatTemplate
    calls: Calls = field(default_factory=Calls)
    stalls: Stalls = field(default_factory=Stalls)
    renders: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_RENDERS))
    created: int = field(default_factory=lambda: int(time.time()))

    def __post_init__(self) -> None:
        plan = self.plan
        self.metrics = Metrics(self.client, plan)
        self.client.watchers.append(self.metrics)
        defaults = dict(plan.generation_defaults)
        self.max_tokens: int | None = defaults.pop("max_new_tokens", defaults.pop("max_tokens", None))
        params_from_defaults(defaults)          # if they are wrong, they are before anybody asks
        self.defaults: dict[str, Any] = defaults
        sources = self.tokenizer.chat_templates
        self.template_source = sources.get(plan.chat_template, plan.chat_template) or "".join(sources.values())
        self.shows_tools = "tools" in self.template_source
        self.tools = table.PARSERS.get(plan.tool_call_parser)
        self.reasoning = reasoning.PARSERS.get(plan.reasoning_parser)
        self.knows_developer = "developer" in self.template_source
        what = repr((plan.model, plan.architecture, plan.dtype, plan.quantization, plan.device, plan.tensor_parallel_size))
        self.fingerprint = f"quire-{__version__}-{sha256(what.encode()).hexdigest()[:8]}"

    def model_name(self, asked: str | None) -> str:
        """The name that the answer carries."""
        if asked is None:
            return self.plan.served_names[0]
        if asked not in self.plan.served_names:
            raise NotFound(f"the model {shown(asked)} does not exist here: GET /v1/models lists those that do", "model",
                           "model_not_found")
        return asked

    def answer_id(self, kind: str, scope: Scope, asked: str | None) -> str:
        """A label for the client, no key: two answers may have the same."""
        if asked is not None and not _request_id.fullmatch(asked):
            raise InvalidRequest("request_id may have up to 64 letters, digits and marks of _ . : -", "request_id")
        return f"{kind}-{asked or scope['quire.request_id']}"

    async def encode(self, texts: Sequence[str], add_special_tokens: bool) -> list[list[int]]:
        """Of prompts that a client wrote as a whole, special tokens included."""
        def work() -> list[list[int]]:
            return [self.tokenizer.encode(text, add_special_tokens=add_special_tokens, allow_special=True) for text in texts]
        return await aside(work, sum(map(len, texts)))

    async def render(self, messages: list[dict[str, Any]], add_special_tokens: bool, variables: dict[str, Any],
                     tools: list[dict[str, Any]] | None = None) -> tuple[str, list[int]]:
        """Text and ids of a chat. What users write never spells special tokens. A template is a program, and the shortest chat
        may keep it busy for seconds: so on another thread, and who finds all of them busy waits, first come, first served."""
        if not self.knows_developer:
            messages = [m | {"role": "system"} if m["role"] == "developer" else m for m in messages]

        def work() -> tuple[str, list[int]]:
            text = self.template.render_private(messages, tools, **variables)
            return self.tokenizer.spellings.show(text), self.tokenizer.encode_private(text, add_special_tokens)
        async with self.renders:
            return await asyncio.to_thread(work)
