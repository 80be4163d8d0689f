"""The messages of a chat, checked one by one, and made the plain dicts that text/messages.py prepares for a template."""
from collections.abc import Sequence
from typing import Any

from quire.core.errors import CONFLICT, InvalidRequest
from quire.server.shapes import MOST_MESSAGES, NULL, Message, Part

ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
TEXT_PARTS = {"text": "text", "input_text": "text", "output_text": "text", "refusal": "refusal"}     # by type: where it stands
OTHER_MEDIA = frozenset({"image_url", "input_image", "image_embeds", "input_audio", "audio_url", "video_url", "file"})


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
    for name, role in (("tool_call_id", "tool"), ("refusal", "assistant")):
        if getattr(message, name) is not None and message.role != role:
            raise InvalidRequest(f"{path}.{name} belongs to messages of the role {role}: leave it out", f"{path}.{name}",
                                 CONFLICT)
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
    if message.content and message.refusal:
        raise InvalidRequest(f"{path} has content and a refusal: send one of them", f"{path}.refusal", CONFLICT)
    if not message.content and message.refusal:
        return message.refusal
    if isinstance(message.content, str):
        return message.content
    if message.content is None:
        if message.role == "assistant" and (message.tool_calls or message.refusal is not None):
            return ""
        raise InvalidRequest(f"{path}.content is missing: send text", f"{path}.content", "invalid_type")
    return [{"type": "text", "text": _part(part, f"{path}.content[{i}]")} for i, part in enumerate(message.content)]


def _part(part: Part, path: str) -> str:
    if part.type in OTHER_MEDIA:
        raise InvalidRequest(f"{path} is not text, and this model reads text only: leave it out", f"{path}.type",
                             "unsupported_value")
    if part.type not in TEXT_PARTS:
        raise InvalidRequest(f"{path}.type is unknown: send parts of type text", f"{path}.type")
    texts = {"text": part.text, "refusal": part.refusal}
    own = TEXT_PARTS[part.type]
    text = texts.pop(own)
    if text is None:
        raise InvalidRequest(f"{path}.{own} is missing: it is required", f"{path}.{own}", "missing_required_parameter")
    for name, other in texts.items():
        if other is not None:
            raise InvalidRequest(f"{path}.{name} does not belong to parts of the type {part.type}: leave it out",
                                 f"{path}.{name}", CONFLICT)
    return text


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
        raise InvalidRequest(f"{param} answers no tool call of an assistant message before it: send that message too", param,
                             CONFLICT)
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
