"""The messages of a chat, checked one by one, and made the plain dicts that text/messages.py prepares for a template."""
from collections.abc import Sequence
from typing import Any

from quire.core.errors import InvalidRequest
from quire.server.shapes import MOST_MESSAGES, NULL, Message, Part

ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})


def plain_messages(messages: Sequence[Message]) -> list[dict[str, Any]]:
    if not messages:
        raise InvalidRequest("messages is empty: send at least one", "messages", "empty_array")
    if len(messages) > MOST_MESSAGES:
        raise InvalidRequest(f"messages has {len(messages):,} elements: at most {MOST_MESSAGES:,} are taken", "messages",
                             "array_above_max_length")
    asked: set[str] = set()         # ids of tool calls so far
    return [_plain(message, f"messages[{i}]", asked) for i, message in enumerate(messages)]


def _plain(message: Message, path: str, asked: set[str]) -> dict[str, Any]:
    if message.role not in ROLES:
        raise InvalidRequest(f"{path}.role is none of {', '.join(sorted(ROLES))}", f"{path}.role")
    for name in ("audio", "function_call"):
        if getattr(message, name) != NULL:
            raise InvalidRequest(f"{path}.{name} is not available: send text", f"{path}.{name}", "unsupported_parameter")
    plain: dict[str, Any] = {"role": message.role, "content": _content(message, path)}
    if message.role in ("tool", "function"):
        plain.update(_answered(message, path, asked))
    elif message.name is not None:
        plain["name"] = message.name
    if message.tool_calls:
        plain["tool_calls"] = _calls(message, path, asked)
    reasoning = message.reasoning if message.reasoning is not None else message.reasoning_content
    if reasoning is not None:
        plain["reasoning_content"] = reasoning
    return plain


def _content(message: Message, path: str) -> str | list[dict[str, str]]:
    if isinstance(message.content, str):
        return message.content
    if message.content is None:
        if message.role == "assistant" and (message.tool_calls or message.refusal is not None):
            return message.refusal or ""
        raise InvalidRequest(f"{path}.content is missing: send text", f"{path}.content", "invalid_type")
    return [{"type": "text", "text": _part(part, f"{path}.content[{i}]")} for i, part in enumerate(message.content)]


def _part(part: Part, path: str) -> str:
    if part.type == "refusal" and part.refusal is not None:
        return part.refusal
    if part.type in ("text", "input_text", "output_text"):
        if part.text is None:
            raise InvalidRequest(f"{path}.text is missing: it is required", f"{path}.text", "missing_required_parameter")
        return part.text
    if part.type in ("image_url", "input_image", "image_embeds", "input_audio", "audio_url", "video_url", "file"):
        raise InvalidRequest(f"{path} is not text, and this model reads text only: leave it out", f"{path}.type",
                             "unsupported_value")
    raise InvalidRequest(f"{path}.type is unknown: send parts of type text", f"{path}.type")


def _answered(message: Message, path: str, asked: set[str]) -> dict[str, str]:
    """Of a tool's answer: what it answers."""
    if message.role == "function":
        if not message.name:
            raise InvalidRequest(f"{path}.name is missing: it is required", f"{path}.name", "missing_required_parameter")
        return {"name": message.name}
    param = f"{path}.tool_call_id"
    if message.tool_call_id is None:
        raise InvalidRequest(f"{param} is missing: it is required", param, "missing_required_parameter")
    if message.tool_call_id not in asked:
        raise InvalidRequest(f"{param} answers no tool call of an assistant message before it: send that message too", param)
    return {"tool_call_id": message.tool_call_id} | ({} if message.name is None else {"name": message.name})


def _calls(message: Message, path: str, asked: set[str]) -> list[dict[str, Any]]:
    if message.role != "assistant":
        raise InvalidRequest(f"{path}.tool_calls: only an assistant calls tools", f"{path}.tool_calls")
    calls = message.tool_calls or []
    asked.update(call.id for call in calls)
    return [{"id": call.id, "type": "function", "function": {"name": call.function.name, "arguments": call.function.arguments}}
            for call in calls]


def text_of(content: str | list[dict[str, str]]) -> str:
    return content if isinstance(content, str) else "\n".join(part["text"] for part in content)
