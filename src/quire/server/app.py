"""All routes of the server, behind the guard.

FastAPI finds them by their paths, and docs.py tells of them at /openapi.json; each is answered by an ASGI callable of ours, so
between the socket and a token there is the guard and nothing else.
"""
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from quire.core.plan import Plan
from quire.engine.client import Client
from quire.server import probes
from quire.server.chat import Chat
from quire.server.completions import Completions
from quire.server.docs import Declared, document
from quire.server.embeddings import Embeddings
from quire.server.guard import Guard
from quire.server.models import ListModels, ShowModel
from quire.server.page import ShowPage
from quire.server.plain import BatchGenerate, Generate, ModelInfo
from quire.server.render import RenderChat, RenderCompletions
from quire.server.replies import App
from quire.server.service import Service
from quire.server.shapes import (
    BatchGenerateRequest,
    ChatRequest,
    CompletionRequest,
    DetokenizeRequest,
    EmbeddingRequest,
    GenerateRequest,
    TokenizeRequest,
)
from quire.server.tokenize import Detokenize, Tokenize
from quire.text.template import ChatTemplate
from quire.text.tokenizer import Tokenizer

ROUTES = (
    Declared("POST", "/v1/chat/completions", Chat, "Answer a conversation", ChatRequest),
    Declared("POST", "/v1/completions", Completions, "Go on with a text", CompletionRequest),
    Declared("POST", "/v1/chat/completions/render", RenderChat, "The prompt of a conversation, and its ids", ChatRequest),
    Declared("POST", "/v1/completions/render", RenderCompletions, "The ids of a text", CompletionRequest),
    Declared("POST", "/v1/embeddings", Embeddings, "Texts to vectors", EmbeddingRequest),
    Declared("GET", "/v1/models", ListModels, "The model, under each of its names"),
    Declared("GET", "/v1/models/{name:path}", ShowModel, "The model under one name"),
    Declared("POST", "/tokenize", Tokenize, "Text or messages to token ids", TokenizeRequest),
    Declared("POST", "/detokenize", Detokenize, "Token ids to text", DetokenizeRequest),
    Declared("POST", "/generate", Generate, "Go on with one text", GenerateRequest),
    Declared("POST", "/batch_generate", BatchGenerate, "Go on with several texts", BatchGenerateRequest),
    Declared("GET", "/model_info", ModelInfo, "What is served, and how"),
    Declared("GET", "/health", probes.Taking, "Are requests taken?"),
    Declared("GET", "/readyz", probes.Taking, "Are requests taken?"),
    Declared("GET", "/ready", probes.Taking, "Are requests taken?"),
    Declared("GET POST", "/ping", probes.Taking, "Are requests taken?"),
    Declared("GET", "/livez", probes.Alive, "Does the engine's loop beat?"),
    Declared("GET", "/load", probes.Load, "How many requests are in hand"),
    Declared("GET", "/version", probes.Version, "The version of this server"),
    Declared("GET", "/docs", ShowPage, "All of this, to read and to try"),
    Declared("GET", "/metrics", probes.ShowMetrics, "Figures for Prometheus"),
)


class Route(APIRoute):
    """Declared like any other, answered by an ASGI callable."""

    def __init__(self, path: str, answer: App, methods: list[str], **declared: Any):
        async def endpoint() -> None:
            """Stands for the answer where FastAPI looks for parameters."""
        super().__init__(path, endpoint, methods=methods, name=path, **declared)
        self.app = answer


def make_app(client: Client, plan: Plan, tokenizer: Tokenizer, template: ChatTemplate) -> FastAPI:
    service = Service(client, plan, tokenizer, template)
    app = FastAPI(title="Quire", docs_url=None, redoc_url=None, redirect_slashes=False,
                  telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False})
    for declared in ROUTES:
        answer = declared.answer(service)
        app.router.routes.append(Route(declared.path, answer, declared.methods.split(), summary=declared.summary))
    guard, made = Guard(app.router, service), list[dict[str, Any]]()

    def openapi() -> dict[str, Any]:
        if not made:
            made.append(document(service, ROUTES, guard.public))
        return made[0]

    app.openapi = openapi                   # type: ignore[method-assign]
    app.state.service = service
    app.middleware_stack = guard
    return app
