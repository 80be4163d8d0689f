"""Messages -> ids: the one way by which a chat becomes a prompt."""
from collections.abc import Mapping, Sequence
from typing import Any

from quire.text.template import ChatTemplate
from quire.text.tokenizer import Tokenizer


def encode_chat(tokenizer: Tokenizer, template: ChatTemplate, messages: Sequence[Mapping[str, Any]], /,
                tools: Sequence[Mapping[str, Any]] | None = None, add_generation_prompt: bool = True,
                continue_final_message: bool = False, **kwargs: Any) -> list[int]:
    """Special ids stand where the template wrote them and nowhere else. No others are added around."""
    text = template.render_private(messages, tools, add_generation_prompt, continue_final_message, **kwargs)
    return tokenizer.encode_private(text)
