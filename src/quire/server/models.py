"""GET /v1/models and /v1/models/{id}: one card for each name that the model is served under.

Beside OpenAI's fields a card has what a client would else have to try: what the model can do here, and by which parsers and
defaults.
"""
from typing import Any
from urllib.parse import unquote

from quire.core.errors import NotFound
from quire.server.replies import Receive, Scope, Send, json_reply
from quire.server.service import Service


def card(service: Service, name: str) -> dict[str, Any]:
    plan = service.plan
    permission = {
        "id": f"modelperm-{name}", "object": "model_permission", "created": service.created, "allow_create_engine": False,
        "allow_sampling": True, "allow_logprobs": True, "allow_search_indices": False, "allow_view": True,
        "allow_fine_tuning": False, "organization": "*", "group": None, "is_blocking": False}
    return {"id": name, "object": "model", "created": service.created, "owned_by": "quire", "root": plan.model, "parent": None,
            "permission": [permission], **facts(service)}


def facts(service: Service) -> dict[str, Any]:
    plan = service.plan
    can = {"completions": True, "chat": bool(service.template_source), "embeddings": True,
           "structured_outputs": bool(service.client.bounds.eos_ids), "tool_calls": service.tools is not None,
           "reasoning": service.reasoning is not None}
    defaults = service.defaults if service.max_tokens is None else service.defaults | {"max_tokens": service.max_tokens}
    return {"max_model_len": plan.max_model_len, "embedding_size": service.client.bounds.width,
            "max_logprobs": plan.max_logprobs, "capabilities": can,
            "parsers": {"tool_calls": plan.tool_call_parser or None, "reasoning": plan.reasoning_parser or None},
            "default_sampling_params": defaults}


class ListModels:
    def __init__(self, service: Service):
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        cards = [card(self.service, name) for name in self.service.plan.served_names]
        await json_reply({"object": "list", "data": cards}).send(send)


class ShowModel:
    """Names may hold slashes, plain or escaped."""

    def __init__(self, service: Service):
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = unquote(scope["path_params"]["name"])
        if name not in self.service.plan.served_names:
            raise NotFound("this model does not exist here: GET /v1/models lists those that do", "model", "model_not_found")
        await json_reply(card(self.service, name)).send(send)
