from vllm.utils import FlexibleArgumentParser

__all__ = ["FlexibleArgumentParser"]
