"""Quire: an engine that serves language models. `import quire` is instant; what costs time is imported when it is
named.

    from quire import LLM, SamplingParams
"""
from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_EXPORTS = {
    "LLM": "quire.llm", "SamplingParams": "quire.core.sampling_params", "AsyncLLMEngine": "quire.async_llm",
    "AsyncEngineArgs": "quire.async_llm", "RequestOutput": "quire.core.outputs",
    "CompletionOutput": "quire.core.outputs", "EmbeddingOutput": "quire.core.outputs",
    "EmbeddingRequestOutput": "quire.core.outputs", "PoolingParams": "quire.core.pooling_params",
    "StructuredOutputsParams": "quire.core.structured",
    "GuidedDecodingParams": "quire.core.structured",
}
__all__ = [
    "LLM",
    "AsyncEngineArgs",
    "AsyncLLMEngine",
    "CompletionOutput",
    "EmbeddingOutput",
    "EmbeddingRequestOutput",
    "GuidedDecodingParams",
    "PoolingParams",
    "RequestOutput",
    "SamplingParams",
    "StructuredOutputsParams",
    "__version__",
]


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module 'quire' has no attribute {name!r}")
    return getattr(import_module(_EXPORTS[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_EXPORTS])
