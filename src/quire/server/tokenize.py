"""POST /tokenize, of a prompt or of messages, and POST /detokenize."""
from quire.core.errors import CONFLICT, InvalidRequest
from quire.server.aside import aside
from quire.server.body import Read, decode, decode_part, read_body
from quire.server.chat import template_variables
from quire.server.conversation import plain_messages
from quire.server.replies import Receive, Scope, Send, json_reply
from quire.server.service import Service
from quire.server.shapes import MOST_PROMPT_IDS, NULL, DetokenizeRequest, TokenizeRequest, Tool
from quire.server.tools import check_tools, shown_tools

OF_MESSAGES = ("add_generation_prompt", "continue_final_message", "tools", "chat_template_kwargs")


class Tokenize:
    def __init__(self, service: Service):
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        service = self.service
        read: Read[TokenizeRequest] = decode(await read_body(scope, receive), TokenizeRequest, service.plan.strict)
        request = read.content
        service.model_name(request.model)
        ids = await self._ids(request)
        pieces = [service.tokenizer.id_to_piece(i) for i in ids] if request.return_token_strs else None
        answer = {"count": len(ids), "max_model_len": service.plan.max_model_len, "tokens": ids, "token_strs": pieces}
        await json_reply(answer, headers=read.headers).send(send)

    async def _ids(self, request: TokenizeRequest) -> list[int]:
        if request.messages is not None and request.prompt is None:
            tools = None
            if request.tools != NULL:
                check_tools(decode_part(request.tools, list[Tool], "tools"))
                tools = shown_tools(request.tools)
            _, ids = await self.service.render(plain_messages(request.messages), bool(request.add_special_tokens),
                                               template_variables(self.service, request), tools)
            return ids
        if request.prompt is None or request.messages is not None:
            raise InvalidRequest("send either prompt or messages", "prompt", "missing_required_parameter")
        for name in OF_MESSAGES:
            if getattr(request, name) not in (None, NULL):
                raise InvalidRequest(f"{name} goes together with messages: leave it out", name, CONFLICT)
        (ids,) = await self.service.encode([request.prompt], request.add_special_tokens is not False)
        return ids


class Detokenize:
    def __init__(self, service: Service):
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        service = self.service
        body = await read_body(scope, receive)
        if body.count(b",") > MOST_PROMPT_IDS:
            raise InvalidRequest(f"tokens has more than {MOST_PROMPT_IDS:,} ids: send less at once", "tokens",
                                 "array_above_max_length")
        read: Read[DetokenizeRequest] = decode(body, DetokenizeRequest, service.plan.strict)
        service.model_name(read.content.model)
        ids = read.content.tokens
        text = await aside(lambda: service.tokenizer.decode(ids, skip_special_tokens=False), len(ids))
        await json_reply({"prompt": text}, headers=read.headers).send(send)
