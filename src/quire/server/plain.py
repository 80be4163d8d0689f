"""POST /generate and /batch_generate: text in, text out, as servers written by hand in guides have them. GET /model_info.

    {"prompt": ..., "max_tokens": 20}       {"text": ..., "tokens_generated": 20, "finish_reason": "length"}
    {"prompts": [...], "max_tokens": 20}    {"results": [{"text": ..., "tokens": 20, "finish_reason": "length"}, ...]}

Beside these, every answer has the usage and the timings of the other routes.
"""
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any, NamedTuple

from quire.core.errors import InvalidRequest
from quire.core.sampling_params import SamplingParams
from quire.engine.client import Delta
from quire.server.body import decode, read_body
from quire.server.completions import DEFAULT_MAX_TOKENS, check_number, read_prompts
from quire.server.generation import Generation, check_stops, sampling_params
from quire.server.models import facts
from quire.server.renamed import renamed
from quire.server.replies import Receive, Scope, Send, json_reply
from quire.server.service import Service
from quire.server.shapes import BatchGenerateRequest, GenerateRequest, Plain, Sampled
from quire.server.stream import while_connected


class Generate:
    def __init__(self, service: Service):
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        read = decode(await read_body(scope, receive), GenerateRequest, self.service.plan.strict)
        given = read_prompts(read.content.prompt)
        if len(given) != 1:
            raise InvalidRequest(f"prompt has {len(given)} elements: send them to /batch_generate, as prompts", "prompt",
                                 "array_above_max_length")
        asked = Asked(self.service, read.content, given, "prompt")
        async with while_connected(receive):
            (answer,), counted = await asked.answers(scope)
            await json_reply({"text": answer.text, "tokens_generated": len(answer.token_ids),
                              "finish_reason": answer.finish_reason, **counted}, headers=read.headers).send(send)


class BatchGenerate:
    def __init__(self, service: Service):
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        read = decode(await read_body(scope, receive), BatchGenerateRequest, self.service.plan.strict)
        given = read_prompts(read.content.prompts, "prompts")
        check_number(len(given), "prompts", self.service.plan.max_queue)
        asked = Asked(self.service, read.content, given, "prompts")
        async with while_connected(receive):
            answers, counted = await asked.answers(scope)
            results = [{"text": answer.text, "tokens": len(answer.token_ids), "finish_reason": answer.finish_reason}
                       for answer in answers]
            await json_reply({"results": results, **counted}, headers=read.headers).send(send)


class Asked(NamedTuple):
    """name: of the field with the prompts."""
    service: Service
    request: Plain
    prompts: Sequence[str | list[int]]
    name: str

    async def answers(self, scope: Scope) -> tuple[list[Delta], dict[str, Any]]:
        """One for each prompt, whole, and what was counted of them."""
        self.service.model_name(self.request.model)
        check_stops(self.request.stop)
        params = self._params()
        texts = [each for each in self.prompts if isinstance(each, str)]
        encoded = iter(await self.service.encode(texts, True))
        ids = [next(encoded) if isinstance(each, str) else each for each in self.prompts]
        with renamed({"prompt": self.name}):
            generation = Generation.start(self.service.client, ids, params, Sampled(), scope)
        answers = [Delta(i) for i in range(len(ids))]
        with generation.until_told(self.service, scope["quire.request_id"]):
            async with aclosing(generation.deltas()) as deltas:
                async for delta in deltas:
                    answers[delta.index].append(delta)
        return answers, {"usage": generation.usage(), "timings": generation.timings()}

    def _params(self) -> SamplingParams:
        most = self.request.max_tokens
        if most is None:
            most = DEFAULT_MAX_TOKENS if self.service.max_tokens is None else self.service.max_tokens
        return sampling_params(self.service, self.request, None, max_tokens=most)


class ModelInfo:
    def __init__(self, service: Service):
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        plan = self.service.plan
        info: dict[str, Any] = {"model_name": plan.served_names[0], "architecture": plan.architecture, "dtype": plan.dtype,
                                "quantization": plan.quantization, "device": plan.device,
                                "tensor_parallel_size": plan.tensor_parallel_size}
        await json_reply(info | facts(self.service)).send(send)
