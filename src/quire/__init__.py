"""Quire: an engine that serves language models. `import quire` is instant; what costs time is imported when it is
named.

    from quire import LLM, SamplingParams
"""
from importlib import import_module
from typing import Any

__version__ = "0.1.0"
__version_tuple__ = (0, 1, 0)

_EXPORTS = {
    "LLM": "quire.llm",
    "AsyncLLMEngine": "quire.async_llm",
    "AsyncLLM": "quire.async_llm",
    "EngineArgs": "quire.engine.arguments",
    "AsyncEngineArgs": "quire.engine.arguments",
    "SamplingParams": "quire.core.sampling_params",
    "RequestOutputKind": "quire.core.sampling_params",
    "RepetitionDetectionParams": "quire.core.sampling_params",
    "PoolingParams": "quire.core.pooling_params",
    "BeamSearchParams": "quire.core.beam_search_params",
    "StructuredOutputsParams": "quire.core.structured",
    "GuidedDecodingParams": "quire.core.structured",
    "PromptType": "quire.core.prompts",
    "TextPrompt": "quire.core.prompts",
    "TokensPrompt": "quire.core.prompts",
    "RequestOutput": "quire.core.outputs",
    "CompletionOutput": "quire.core.outputs",
    "Logprob": "quire.core.outputs",
    "FlatLogprobs": "quire.core.outputs",
    "PoolingOutput": "quire.core.outputs",
    "PoolingRequestOutput": "quire.core.outputs",
    "EmbeddingOutput": "quire.core.outputs",
    "EmbeddingRequestOutput": "quire.core.outputs",
    "ClassificationOutput": "quire.core.outputs",
    "ClassificationRequestOutput": "quire.core.outputs",
    "ScoringOutput": "quire.core.outputs",
    "ScoringRequestOutput": "quire.core.outputs",
    "BeamSearchOutput": "quire.core.outputs",
    "BeamSearchSequence": "quire.core.outputs",
    "ModelRegistry": "quire.models.registry",
    "LLMEngine": "quire.llm_engine",
}
# Names that guides import, and what holds instead.
_ABSENT = {"initialize_ray_cluster": "ranks are processes of this machine, and start with tensor_parallel_size"}
__all__ = [
    "LLM",
    "AsyncEngineArgs",
    "AsyncLLM",
    "AsyncLLMEngine",
    "BeamSearchOutput",
    "BeamSearchParams",
    "BeamSearchSequence",
    "ClassificationOutput",
    "ClassificationRequestOutput",
    "CompletionOutput",
    "EmbeddingOutput",
    "EmbeddingRequestOutput",
    "EngineArgs",
    "FlatLogprobs",
    "GuidedDecodingParams",
    "LLMEngine",
    "Logprob",
    "ModelRegistry",
    "PoolingOutput",
    "PoolingParams",
    "PoolingRequestOutput",
    "PromptType",
    "RepetitionDetectionParams",
    "RequestOutput",
    "RequestOutputKind",
    "SamplingParams",
    "ScoringOutput",
    "ScoringRequestOutput",
    "StructuredOutputsParams",
    "TextPrompt",
    "TokensPrompt",
    "__version__",
    "__version_tuple__",
]


def __getattr__(name: str) -> Any:
    if name in _EXPORTS:
        return getattr(import_module(_EXPORTS[name]), name)
    raise AttributeError(f"quire.{name} is not in this version: {_ABSENT[name]}" if name in _ABSENT else
                         f"module 'quire' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_EXPORTS])
