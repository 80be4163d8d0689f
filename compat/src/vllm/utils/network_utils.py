from vllm.utils import get_open_port

__all__ = ["get_open_port"]
