"""Messages as clients send them -> messages as chat templates read them: plain data, one form for each thing.

The text of a user or a tool stays as it is, and so can spell no token. In what the owner of the server or the model itself
has written (system, developer, assistant) marks such as <think> become what they were when the model wrote them.
"""
import json
from collections.abc import Mapping, Sequence
from typing import Any

from quire.core.errors import InvalidRequest
from quire.text.spellings import Spellings
from quire.text.template_code import Shape

TEXT_PARTS = {"text": "text", "input_text": "text", "output_text": "text", "refusal": "refusal"}   # type -> key of its text
REASONING = ("reasoning_content", "reasoning", "thinking")      # names of one thing; templates read the first or the last
MARKING_ROLES = ("system", "developer", "assistant")


def prepare(messages: Sequence[Mapping[str, Any]], shape: Shape, spellings: Spellings) -> list[dict[str, Any]]:
    if isinstance(messages, (str, bytes, Mapping)) or not isinstance(messages, Sequence):
        raise InvalidRequest("messages must be a list of objects with role and content", "messages", "invalid_type")
    if not messages:
        raise InvalidRequest("messages is empty: send at least one message", "messages", "empty_array")
    return [_message(message, f"messages[{i}]", shape, spellings) for i, message in enumerate(messages)]


def _message(message: Any, where: str, shape: Shape, spellings: Spellings) -> dict[str, Any]:
    if not isinstance(message, Mapping):
        raise InvalidRequest(f"{where} must be an object with role and content", where, "invalid_type")
    made: dict[str, Any] = plain(message, where)
    if not isinstance(made.get("role"), str):
        raise InvalidRequest(f"{where} needs a role, such as user", f"{where}.role", "missing_required_parameter")
    made["content"] = _content(made.get("content"), f"{where}.content", shape)
    if made["role"] in MARKING_ROLES:
        made["content"] = _marked(made["content"], spellings)
    if made.get("tool_calls"):
        made["tool_calls"] = [_tool_call(call, f"{where}.tool_calls[{i}]", shape) for i, call in enumerate(made["tool_calls"])]
    reasoning = next((made[name] for name in REASONING if made.get(name) is not None), None)
    if reasoning is not None:
        made |= dict.fromkeys(REASONING, _marked(reasoning, spellings))
    return made


def plain(value: Any, where: str) -> Any:
    """A copy of nothing but JSON's types: objects may have methods that no template should reach."""
    if isinstance(value, str):
        return _whole(str.__str__(value), where)
    if value is None or type(value) in (bool, int, float):
        return value
    if isinstance(value, (int, float)):
        return int(value) if isinstance(value, int) else float(value)
    if isinstance(value, Mapping):
        return {_whole(str(key), where): plain(item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, f"{where}[{i}]") for i, item in enumerate(value)]
    where = where[:100]
    raise InvalidRequest(f"{where} holds a {type(value).__name__}: send plain JSON", where, "invalid_type")


def _whole(text: str, where: str) -> str:
    try:
        if not text.isascii():
            text.encode()
    except UnicodeEncodeError:
        where = where[:100]
        raise InvalidRequest(f"{where} holds half of a surrogate pair, which is no character: send whole ones", where) from None
    return text


def _content(content: Any, where: str, shape: Shape) -> str | list[dict[str, Any]]:
    if content is None:
        content = ""
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if shape.takes_parts and not shape.takes_text else content
    if not isinstance(content, list):
        raise InvalidRequest(f"{where} must be a string or a list of parts", where, "invalid_type")
    texts = [_part_text(part, f"{where}[{i}]") for i, part in enumerate(content)]
    return [{"type": "text", "text": text} for text in texts] if shape.takes_parts else "\n".join(texts)


def _part_text(part: Any, where: str) -> str:
    if isinstance(part, str):
        return part
    kind = part.get("type") if isinstance(part, dict) else None
    if kind not in TEXT_PARTS:
        raise InvalidRequest(f"{where} is a part of type {str(kind)[:40]!r}: this model reads only text", f"{where}.type")
    text = part.get(TEXT_PARTS[kind])
    if not isinstance(text, str):
        raise InvalidRequest(f"{where} has no {TEXT_PARTS[kind]}", f"{where}.{TEXT_PARTS[kind]}", "missing_required_parameter")
    return text


def _marked(content: Any, spellings: Spellings) -> Any:
    if isinstance(content, str):
        return spellings.hide(content, marks_only=True)
    if isinstance(content, list):
        return [part | {"text": _marked(part["text"], spellings)} if isinstance(part, dict) and "text" in part else part
                for part in content]
    return content


def _tool_call(call: Any, where: str, shape: Shape) -> dict[str, Any]:
    """Most templates want the arguments as an object; clients send its JSON, which may be broken: then it stays text."""
    if not isinstance(call, dict):
        raise InvalidRequest(f"{where} must be an object", where, "invalid_type")
    function = call.get("function")
    if not isinstance(function, dict):
        return call
    arguments = function.get("arguments")
    if shape.wants_text_arguments:
        arguments = arguments if isinstance(arguments, str) else json.dumps(arguments or {}, ensure_ascii=False)
    elif isinstance(arguments, str) or arguments is None:
        arguments = _parsed(arguments or "{}")
    return call | {"function": function | {"arguments": arguments}}


def _parsed(text: str) -> Any:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return found if isinstance(found, dict) else text
