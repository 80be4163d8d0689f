"""Documents -> token ids, and for each id how much it is to be learned. The text equals what the chat template renders
(a test compares the two); it is written out here because only the writer knows which part the assistant said."""
import json
from typing import Any

from tokenizers import Tokenizer

from .form import Chat, Document, Message, Text

END = "<|endoftext|>"
CONTEXT, USER, ANSWER = 0, 1, 2         # classes of tokens, in rising order of what there is to learn from them
Piece = tuple[str, int]

TOOLS_HEAD = "You can call these tools:\n<tools>"
TOOLS_TAIL = '</tools>\nTo call one, answer with <tool_call>\n{"name": NAME, "arguments": ARGUMENTS}\n</tool_call>'
THINK_LINE = "Think before you answer."


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def call_text(call: dict[str, Any]) -> str:
    function = call["function"]
    arguments = function["arguments"]
    inner = arguments if isinstance(arguments, str) else compact(arguments)
    return f'<tool_call>\n{{"name": "{function["name"]}", "arguments": {inner}}}\n</tool_call>'


def system_text(chat: Chat) -> str:
    """The whole system block, or nothing where nobody asks for one."""
    parts = [m["content"] for m in chat.messages[:1] if m["role"] == "system"]
    if chat.tools:
        parts.append("\n".join([TOOLS_HEAD, *map(compact, chat.tools), TOOLS_TAIL]))
    if chat.think:
        parts.append(THINK_LINE)
    return "\n\n".join(parts)


def answer_text(message: Message, keeps_reasoning: bool) -> str:
    reasoning = message.get("reasoning_content")
    text = f"<think>\n{reasoning}\n</think>\n\n" if reasoning and keeps_reasoning else ""
    calls = "\n".join(map(call_text, message.get("tool_calls") or ()))
    content = message.get("content") or ""
    return text + content + ("\n" if content and calls else "") + calls


def chat_pieces(chat: Chat) -> list[Piece]:
    pieces: list[Piece] = []
    if block := system_text(chat):
        pieces.append((f"<|im_start|>system\n{block}<|im_end|>\n", CONTEXT))
    messages = chat.messages[1:] if chat.messages[0]["role"] == "system" else chat.messages
    last_user = max((i for i, m in enumerate(messages) if m["role"] == "user"), default=-1)
    for i, message in enumerate(messages):
        if message["role"] == "assistant":
            pieces += [("<|im_start|>assistant\n", CONTEXT), (answer_text(message, i > last_user) + "<|im_end|>", ANSWER),
                       ("\n", CONTEXT)]
        elif message["role"] == "tool":
            pieces.append((f'<|im_start|>tool\n<tool_response>\n{message["content"]}\n</tool_response><|im_end|>\n', CONTEXT))
        else:
            pieces += [(f'<|im_start|>{message["role"]}\n', CONTEXT), (message["content"], USER), ("<|im_end|>\n", CONTEXT)]
    return pieces


def pieces_of(document: Document) -> list[Piece]:
    if isinstance(document, Text):
        return [(document.text + END, ANSWER)]
    return [*chat_pieces(document), (END, CONTEXT)]


def text_of(document: Document) -> str:
    return "".join(text for text, _ in pieces_of(document))


def encode(document: Document, tokenizer: Tokenizer) -> tuple[list[int], list[int]]:
    ids: list[int] = []
    kinds: list[int] = []
    for text, kind in pieces_of(document):
        new = tokenizer.encode(text, add_special_tokens=False).ids
        ids += new
        kinds += [kind] * len(new)
    return ids, kinds


def prompt_of(chat: Chat, tokenizer: Tokenizer) -> list[int]:
    """What the model sees before it is to give the last answer."""
    ids: list[int] = []
    pieces = chat_pieces(chat)
    for text, _ in pieces[:-2]:
        ids += tokenizer.encode(text, add_special_tokens=False).ids
    return ids
