from vllm.entrypoints.chat_utils import resolve_hf_chat_template as resolve_chat_template

__all__ = ["resolve_chat_template"]
