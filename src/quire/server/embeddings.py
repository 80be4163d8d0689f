"""POST /v1/embeddings."""
import time
from base64 import b64encode
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

from quire.core.errors import CONFLICT, InvalidRequest, RequestFailed
from quire.core.pooling_params import PoolingParams
from quire.engine.client import Stream
from quire.engine.vectors import shaped
from quire.server.aside import aside
from quire.server.body import decode, read_body
from quire.server.completions import check_number, read_prompts
from quire.server.generation import timings, truncate
from quire.server.renamed import renamed
from quire.server.replies import Receive, Reply, Scope, Send, json_reply
from quire.server.service import Service, log
from quire.server.shapes import EmbeddingRequest
from quire.server.stream import while_connected


class Embeddings:
    def __init__(self, service: Service):
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        service = self.service
        read = decode(await read_body(scope, receive), EmbeddingRequest, service.plan.strict)
        request = read.content
        answer = {"id": service.answer_id("embd", scope, request.request_id), "object": "list", "created": int(time.time()),
                  "model": service.model_name(request.model)}
        params = PoolingParams(request.use_activation, request.dimensions, pooling=request.pooling)
        streams = self._start(await self._prompts(request), params, request, scope)
        try:
            async with while_connected(receive):
                vectors = [await vector_of(stream) for stream in streams]
                size = sum(map(len, vectors))
                reply = await aside(lambda: _reply(answer, vectors, streams, params, request), size)
                await reply._replace(headers=[*reply.headers, *read.headers]).send(send)
        finally:
            for stream in streams:
                stream.close()
            if service.plan.log_requests:
                log.info("%s: %d prompts, %d tokens", answer["id"], len(streams), _num_tokens(streams))

    async def _prompts(self, request: EmbeddingRequest) -> list[list[int]]:
        if request.truncation_side is not None and request.truncate_prompt_tokens is None:
            raise InvalidRequest("truncation_side is given without truncate_prompt_tokens", "truncation_side", CONFLICT)
        given = read_prompts(request.input, "input")
        check_number(len(given), "input", self.service.plan.max_queue)
        texts = [each for each in given if isinstance(each, str)]
        encoded = iter(await self.service.encode(texts, request.add_special_tokens is not False))
        prompts = [next(encoded) if isinstance(each, str) else each for each in given]
        longest = self.service.client.bounds.longest_prompt
        return [truncate(ids, request, longest, 0) for ids in prompts]

    def _start(self, prompts: list[list[int]], params: PoolingParams, request: EmbeddingRequest, scope: Scope) -> list[Stream]:
        """All of them or none."""
        streams: list[Stream] = []
        try:
            with renamed({"prompt": "input"}):
                for ids in prompts:
                    streams.append(self.service.client.embed(
                        ids, params, request_id=scope["quire.request_id"], priority=request.priority or 0,
                        cache_salt=request.cache_salt, arrival=scope["quire.arrival"]))
        except BaseException:
            for stream in streams:
                stream.close()
            raise
        return streams


async def vector_of(stream: Stream) -> Any:
    """As the model has it: (H,) float32."""
    async with aclosing(stream):
        async for _ in stream:
            """It says nothing; its end is what is waited for."""
    if stream.answer.vector is None:
        raise RequestFailed("a request for a vector ended without one")
    return stream.answer.vector


def _reply(answer: dict[str, Any], vectors: Sequence[Any], streams: Sequence[Stream], params: PoolingParams,
           request: EmbeddingRequest) -> Reply:
    data = []
    for index, vector in enumerate(vectors):
        made = shaped(vector, params)
        shown = b64encode(made.tobytes()).decode() if request.encoding_format == "base64" else made.tolist()
        data.append({"object": "embedding", "index": index, "embedding": shown})
    count = _num_tokens(streams)
    usage = {"prompt_tokens": count, "total_tokens": count,
             "prompt_tokens_details": {"cached_tokens": sum(stream.num_cached_tokens for stream in streams)}}
    return json_reply({**answer, "data": data, "usage": usage, "timings": timings(streams)})


def _num_tokens(streams: Sequence[Stream]) -> int:
    return sum(len(stream.prompt_token_ids) for stream in streams)
