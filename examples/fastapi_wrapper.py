"""A server of one's own: FastAPI around the async engine. `quire serve` has all of OpenAI's routes; this has yours.

    python examples/fastapi_wrapper.py                  # PORT=8080 by default; Ctrl-C ends it
    curl localhost:8080/generate -H 'Content-Type: application/json' -d '{"prompt": "Once upon a time,"}'
"""
import os

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from quire import AsyncEngineArgs, AsyncLLMEngine, RequestOutputKind, SamplingParams


class Ask(BaseModel):
    prompt: str
    max_tokens: int = 64
    temperature: float = 0.0


app = FastAPI()
engine = AsyncLLMEngine.from_engine_args(AsyncEngineArgs())     # at the top of the module: no event loop is needed


@app.post("/generate")
async def generate(ask: Ask) -> dict:
    params = SamplingParams(temperature=ask.temperature, max_tokens=ask.max_tokens, output_kind=RequestOutputKind.FINAL_ONLY)
    [output] = [output async for output in engine.generate(ask.prompt, params, request_id="generate")]
    answer = output.outputs[0]
    return {"text": answer.text, "num_tokens": len(answer.token_ids), "finish_reason": answer.finish_reason}


@app.get("/health")
async def health() -> dict:
    await engine.check_health()                                 # raises what is wrong
    return {"status": "healthy", "active_requests": engine.get_num_unfinished_requests()}


uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "8080")))
