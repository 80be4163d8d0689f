"""A service of one's own around LLM: the model is loaded when the module is imported."""
import os
import time

import uvicorn
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field
from vllm import LLM, SamplingParams

MODEL_NAME = "meta-llama/Llama-3.1-8B-Instruct"
app = FastAPI(title="vLLM service")
llm = LLM(model=MODEL_NAME, max_model_len=2048, gpu_memory_utilization=0.8)
started = time.time()


class GenerateRequest(BaseModel):
    prompt: str
    max_tokens: int = Field(default=64, ge=1, le=1024)
    temperature: float = 0.7
    top_p: float = 0.9
    stop: list[str] | None = None


class BatchRequest(BaseModel):
    prompts: list[str]
    max_tokens: int = 64
    temperature: float = 0.7


@app.post("/generate")
async def generate(request: GenerateRequest):
    params = SamplingParams(temperature=request.temperature, top_p=request.top_p, max_tokens=request.max_tokens,
                            stop=request.stop)
    try:
        completion = llm.generate([request.prompt], params)[0].outputs[0]
    except ValueError as error:
        raise HTTPException(status_code=400, detail=str(error)) from error
    return {"text": completion.text, "tokens_generated": len(completion.token_ids), "finish_reason": completion.finish_reason}


@app.post("/batch_generate")
def batch_generate(request: BatchRequest):
    outputs = llm.generate(request.prompts, SamplingParams(temperature=request.temperature, max_tokens=request.max_tokens))
    return {"results": [{"text": o.outputs[0].text, "tokens": len(o.outputs[0].token_ids)} for o in outputs]}


@app.get("/health")
async def health():
    return {"status": "healthy", "uptime": time.time() - started}


@app.get("/model_info")
async def model_info():
    return {"model": MODEL_NAME, "max_model_len": llm.llm_engine.model_config.max_model_len}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "8000")))
