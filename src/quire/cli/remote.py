"""Answers from a server that speaks OpenAI's HTTP interface, piece by piece."""
import json
from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from quire.core.errors import ConfigError, NetworkError

CONNECT_SECONDS = 10.0
PIECE_SECONDS = 600.0               # between two pieces; a long prompt on a slow machine takes its time


class Remote:
    """model is the server's first where none is named. num_tokens is that of the last answer, as the server counts."""

    def __init__(self, url: str, key: str, model: str | None = None):
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(f"--url {url} is no address of a server; write for example http://127.0.0.1:8000")
        self.url, self.key = parts, key
        self.base = parts.path.rstrip("/").removesuffix("/v1") + "/v1"
        self.num_tokens = 0
        self.model = model or self._first_model()

    def close(self) -> None:
        """Each answer has its own connection, so nothing is left open."""

    def chat(self, messages: Sequence[Mapping[str, str]], limits: Mapping[str, Any]) -> Iterator[str]:
        """What the model thinks stands between <think> and </think>, as it does where the model runs here."""
        is_thinking = False
        for choice in self._stream("/chat/completions", {"messages": list(messages), **limits}):
            delta = choice.get("delta") or {}
            thought, said = delta.get("reasoning") or delta.get("reasoning_content") or "", delta.get("content") or ""
            if bool(thought) != is_thinking and (thought or said):
                yield "<think>\n" if thought else "\n</think>\n\n"
                is_thinking = bool(thought)
            yield thought + said

    def complete(self, prompt: str, limits: Mapping[str, Any]) -> Iterator[str]:
        for choice in self._stream("/completions", {"prompt": prompt, **limits}):
            yield choice.get("text") or ""

    def _first_model(self) -> str:
        response = self._ask("GET", "/models")
        models = json.loads(response.read()).get("data") or []
        if not models:
            raise NetworkError(f"{self._shown} serves no model")
        return str(models[0]["id"])

    @property
    def _shown(self) -> str:
        return f"{self.url.scheme}://{self.url.netloc}{self.base}"

    def _stream(self, path: str, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The choices of server-sent events, up to [DONE]. Leaving early closes the connection, and so ends the
        request."""
        self.num_tokens = 0
        asked = {"model": self.model, "stream": True, "stream_options": {"include_usage": True}, **body}
        response = self._ask("POST", path, asked)
        try:
            for line in self._lines(response):
                if not line.startswith(b"data:"):
                    continue
                data = line[5:].strip()
                if data == b"[DONE]":
                    return
                event = json.loads(data)
                if "error" in event:
                    raise NetworkError(f"{self._shown}: {_message(event)}")
                self.num_tokens = (event.get("usage") or {}).get("completion_tokens", self.num_tokens)
                yield from event.get("choices") or ()
        finally:
            response.close()
        raise NetworkError(f"{self._shown} closed the connection before the answer was complete")

    def _lines(self, response: HTTPResponse) -> Iterator[bytes]:
        try:
            yield from response
        except (OSError, HTTPException) as error:
            raise NetworkError(f"the connection to {self._shown} broke: {error or type(error).__name__}") from error

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> HTTPResponse:
        secure = self.url.scheme == "https"
        connection = (HTTPSConnection if secure else HTTPConnection)(self.url.hostname or "", self.url.port,
                                                                     timeout=CONNECT_SECONDS)
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.key}"} if self.key else {})
        try:
            connection.connect()
            connection.sock.settimeout(PIECE_SECONDS)
            connection.request(method, self.base + path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            refused = response.read() if response.status != 200 else b""
        except (OSError, HTTPException) as error:
            raise NetworkError(f"no server answers at {self._shown} ({error or type(error).__name__}); start one with "
                               "quire serve, or leave out --url to run the model here") from error
        if response.status != 200:
            raise NetworkError(f"{self._shown}{path} answers {response.status}: {_message(_json(refused))}")
        return response


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return {}


def _message(body: Any) -> str:
    error = body.get("error") if isinstance(body, dict) else None
    return str(error.get("message") if isinstance(error, dict) else error or "no reason is given")
