"""A server under load, any that speaks OpenAI's completions or chat: where it is, what it serves, how it is asked."""
import asyncio
import json
import os
from typing import Any
from urllib.parse import urlsplit

import msgspec

from quire.cli.bench.datasets import Sample
from quire.cli.bench.http import Http
from quire.cli.bench.stream import Answer, Outcome, reason_of
from quire.core.errors import ConfigError, NetworkError, QuireError

PATHS = {"openai": "/v1/completions", "openai-chat": "/v1/chat/completions"}
SAMPLING = ("temperature", "top_p", "top_k", "min_p", "frequency_penalty", "presence_penalty", "repetition_penalty")
READY_PAUSE = 0.5                   # seconds between looks at a server that does not answer yet


class Target:
    """model, root: its name, and its folder as the server tells it; known after `find`."""

    def __init__(self, given: Any):
        self.given = given
        host = f"[{given.host}]" if ":" in given.host else given.host
        self.url = urlsplit(given.base_url or f"http://{host}:{given.port}")
        if self.url.scheme not in ("http", "https") or not self.url.hostname:
            raise ConfigError(f"--base-url {given.base_url} is no address of a server; write for example http://127.0.0.1:8000")
        self.base = self.url.path.rstrip("/").removesuffix("/v1")
        self.path = self.base + (given.endpoint or PATHS[given.backend])
        key = given.api_key or os.environ.get("OPENAI_API_KEY", "")
        headers = ({"Authorization": f"Bearer {key}"} if key else {}) | pairs("--header", given.header)
        for text in (key, *headers.values(), *headers):
            if not text.isprintable() or not text.isascii():
                raise ConfigError("--header and the key may hold printable ASCII only")
        self.http = Http(self.url, headers, given.insecure)
        self.model, self.root = given.model or "", ""

    @property
    def shown(self) -> str:
        return f"{self.url.scheme}://{self.url.netloc.rpartition('@')[2]}{self.path}"

    async def find(self) -> None:
        """Wait for the server as long as --ready-check-timeout-sec allows, and ask what it serves."""
        until = self.http.clock() + self.given.ready_check_timeout_sec
        while True:
            try:
                await self._find_model()
                return
            except NetworkError:
                if self.http.clock() + READY_PAUSE > until:
                    raise
                await asyncio.sleep(READY_PAUSE)

    async def _find_model(self) -> None:
        response = await self.http.ask("GET", f"{self.base}/v1/models")
        if response.status != 200:
            if self.model:                  # a server that lists nothing may answer all the same
                return
            raise NetworkError(f"{self.url.netloc}{self.base}/v1/models answers {response.status}: {reason_of(response.body)}; "
                               "--model names one without asking")
        try:
            cards = {card["id"]: card for card in msgspec.json.decode(response.body)["data"]}
        except (msgspec.MsgspecError, KeyError, TypeError) as error:
            raise NetworkError(f"{self.url.netloc}{self.base}/v1/models does not list models; --model names one") from error
        if not self.model and not cards:
            raise NetworkError(f"{self.url.netloc} serves no model")
        self.model = self.model or next(iter(cards))
        self.root = str(cards.get(self.model, {}).get("root") or "")

    def body(self, sample: Sample) -> dict[str, Any]:
        given = self.given
        is_chat = given.backend == "openai-chat"
        asked: dict[str, Any] = {
            "model": self.model, "stream": True, "stream_options": {"include_usage": True}, "max_tokens": sample.output_tokens,
            **({"messages": [{"role": "user", "content": sample.prompt}]} if is_chat else {"prompt": sample.prompt}),
            **{name: value for name in SAMPLING if (value := getattr(given, name)) is not None}}
        if given.logprobs is not None:
            asked |= {"logprobs": True, "top_logprobs": given.logprobs} if is_chat else {"logprobs": given.logprobs}
        if given.ignore_eos:
            asked["ignore_eos"] = True
        if given.chat_template_kwargs:
            asked["chat_template_kwargs"] = given.chat_template_kwargs
        merged = {**asked, **(given.extra_body or {})}
        return {name: value for name, value in merged.items() if value is not None}

    async def send(self, number: int, sample: Sample, outcome: Outcome) -> None:
        """Never raises for what the server does: that is in the outcome."""
        answer = Answer(outcome)
        headers = f"X-Request-Id: {self.given.request_id_prefix}{number}\r\n" if self.given.request_id_prefix else ""
        try:
            response = await self.http.ask("POST", self.path, json.dumps(self.body(sample)).encode(), answer.take,
                                           self.given.timeout, headers)
            answer.finish(response.status, response.body)
        except QuireError as error:
            outcome.error = error.message
        if outcome.error:
            outcome.ended = self.http.clock()


def pairs(flag: str, words: Any) -> dict[str, str]:
    """KEY=VALUE words."""
    found = {}
    for word in words or ():
        name, equals, value = word.partition("=")
        if not name.strip() or not equals:
            raise ConfigError(f"{flag} {word}: write KEY=VALUE")
        found[name.strip()] = value.strip()
    return found
