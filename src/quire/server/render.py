"""POST /v1/chat/completions/render and /v1/completions/render: what the same body would send to the engine, or why that would
refuse it. Nothing is drawn.

A chat has one prompt and so one object, completions have a list of them: prompt (its text), token_ids, and sampling_params, in
which the defaults of the model stand where the body says nothing.
"""
from typing import Any

from quire.core.sampling_params import SamplingParams
from quire.server.chat import Chat, names_of
from quire.server.completions import Completions
from quire.server.generation import check_admitted
from quire.server.renamed import renamed
from quire.server.replies import Receive, Scope, Send, json_reply
from quire.server.service import Service
from quire.server.shapes import DRAWN


def rendered(answer_id: str, model: str, text: str, ids: list[int], params: SamplingParams) -> dict[str, Any]:
    shown = {name: getattr(params, name) for name in (*DRAWN, "max_tokens", "logprobs")}
    return {"request_id": answer_id, "model": model, "prompt": text, "token_ids": ids, "sampling_params": shown}


class RenderChat:
    def __init__(self, service: Service):
        self.route = Chat(service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = await self.route.read(scope, receive)
        with renamed(names_of(asked.request, asked.reading.tools)):
            check_admitted(self.route.service.client, [asked.ids], asked.params, asked.request)
        await json_reply(rendered(asked.answer_id, asked.model, asked.text, asked.ids, asked.params),
                         headers=asked.headers).send(send)


class RenderCompletions:
    def __init__(self, service: Service):
        self.route = Completions(service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked, decode = await self.route.read(scope, receive), self.route.service.tokenizer.decode
        check_admitted(self.route.service.client, [each.ids for each in asked.prompts], asked.params, asked.request)
        await json_reply([rendered(asked.answer_id, asked.model, decode(each.ids, skip_special_tokens=False)
                                   if each.text is None else each.text, each.ids, asked.params) for each in asked.prompts],
                         headers=asked.headers).send(send)
