"""A configuration class as services have it: every keyword is written down, those that are None as well."""
import logging
import os
from dataclasses import asdict, dataclass

from vllm import LLM, SamplingParams

logging.basicConfig(level=logging.INFO, format="%(name)s %(levelname)s %(message)s",
                    handlers=[logging.FileHandler(os.environ.get("SERVICE_LOG", "vllm_service.log"))])
logger = logging.getLogger("vllm_service")


@dataclass
class vLLMConfig:
    model: str
    tokenizer: str | None = None
    tensor_parallel_size: int = 1
    pipeline_parallel_size: int = 1
    dtype: str = "auto"
    quantization: str | None = None
    max_model_len: int = 8192
    max_num_seqs: int = 256
    max_num_batched_tokens: int | None = None
    gpu_memory_utilization: float = 0.9
    swap_space: int = 4
    enforce_eager: bool = False
    enable_prefix_caching: bool = True
    trust_remote_code: bool = False
    disable_log_requests: bool = True
    disable_log_stats: bool = False
    seed: int = 42

    def to_kwargs(self) -> dict:
        return asdict(self)


class ProductionService:
    def __init__(self, config: vLLMConfig):
        logger.info("loading %s", config.model)
        self.llm = LLM(**config.to_kwargs())
        logger.info("ready")

    def complete(self, prompt: str, max_tokens: int = 16) -> str | None:
        try:
            output = self.llm.generate([prompt], SamplingParams(temperature=0.0, max_tokens=max_tokens))[0]
        except ValueError as error:
            logger.error("refused: %s", error)
            return None
        logger.info("answered with %d tokens", len(output.outputs[0].token_ids))
        return output.outputs[0].text


service = ProductionService(vLLMConfig(model="meta-llama/Llama-3.1-8B-Instruct"))
print("short", repr(service.complete("The capital of France is")), sep="|")
print("too long", service.complete("word " * 10_000), sep="|")
print("after", repr(service.complete("The capital of France is")), sep="|")
