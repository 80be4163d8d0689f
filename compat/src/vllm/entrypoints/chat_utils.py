"""What evaluation programs ask of a chat template."""
from typing import Any


def resolve_hf_chat_template(tokenizer: Any, chat_template: str | None = None, tools: Any = None, **about: Any) -> str | None:
    """The given one, else the tokenizer's. `about` is what it was made for; it chooses none here."""
    if chat_template is not None:
        return chat_template
    try:
        return str(tokenizer.get_chat_template(chat_template, tools=tools))
    except ValueError:              # it has none, or several and none of them is for this
        return None
