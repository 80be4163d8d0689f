"""Which name stands where, in the layout that scripts import from.

Each module of this package that only hands out names is `__getattr__, __dir__ = face(__name__)`. All of them are Quire's own
top-level names, and what Quire says of one that it has not is what scripts hear.
"""
from collections.abc import Callable
from importlib import import_module
from typing import Any

_PARAMS = ("SamplingParams", "BeamSearchParams", "RequestOutputKind", "StructuredOutputsParams", "GuidedDecodingParams",
           "RepetitionDetectionParams")
_OUTPUTS = ("RequestOutput", "CompletionOutput", "PoolingRequestOutput", "PoolingOutput", "EmbeddingRequestOutput",
            "EmbeddingOutput", "ClassificationRequestOutput", "ClassificationOutput", "ScoringRequestOutput", "ScoringOutput")
_PROMPTS = ("TextPrompt", "TokensPrompt", "PromptType")
_BEAMS = ("BeamSearchOutput", "BeamSearchSequence")

MODULES: dict[str, tuple[str, ...]] = {
    "vllm": ("LLM", "LLMEngine", "AsyncLLMEngine", "EngineArgs", "AsyncEngineArgs", "SamplingParams", "PoolingParams",
             "ModelRegistry", "initialize_ray_cluster", *_PROMPTS, *_OUTPUTS),
    "vllm.sampling_params": _PARAMS,
    "vllm.pooling_params": ("PoolingParams",),
    "vllm.outputs": _OUTPUTS,
    "vllm.inputs": _PROMPTS,
    "vllm.logprobs": ("Logprob", "FlatLogprobs"),
    "vllm.sequence": ("Logprob",),
    "vllm.beam_search": _BEAMS,
    "vllm.engine.arg_utils": ("EngineArgs", "AsyncEngineArgs"),
    "vllm.engine.llm_engine": ("LLMEngine",),
    "vllm.engine.async_llm_engine": ("AsyncLLMEngine",),
    "vllm.entrypoints.llm": ("LLM",),
    "vllm.model_executor.models": ("ModelRegistry",),
    "vllm.v1.engine.async_llm": ("AsyncLLM",),
    "vllm.v1.engine.llm_engine": ("LLMEngine",),
}
HERE = {"LLM": "vllm._llm"}                         # made in this package


def find(name: str) -> Any:
    try:
        return getattr(import_module(HERE.get(name, "quire")), name)
    except AttributeError as error:
        raise ImportError(str(error)) from None


def face(module: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """__getattr__ and __dir__ of a module. What costs time is imported when it is named."""
    names = MODULES[module]

    def __getattr__(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        return find(name)

    return __getattr__, lambda: sorted(names)
