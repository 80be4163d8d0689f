"""The forms in which models call tools, by the names that vLLM has for them: one entry each.

`signs` are what the chat template of such a model holds; the first entry all of whose signs are there is meant. A form with
`signs` of its own is found by itself, others are named with --tool-call-parser.
"""
from dataclasses import dataclass
from typing import Any, Protocol

from quire.text.tools.found import Found
from quire.text.tools.json_calls import Frame, Item, JsonCalls, MistralCalls, NamedCalls, Schema, numbered_name
from quire.text.tools.python_calls import PythonCalls
from quire.text.tools.reader import Reader, Steps
from quire.text.tools.tagged_calls import TaggedCalls


class Format(Protocol):
    """
    marks       with one of which calls begin, anywhere
    starts      letters with one of which they begin an answer without a mark
    words       everything that the form writes itself
    """
    @property
    def marks(self) -> tuple[str, ...]: ...
    @property
    def starts(self) -> str: ...
    @property
    def words(self) -> tuple[str, ...]: ...

    def read(self, reader: Reader, found: Found) -> Steps[None]:
        """From the mark, or the letter, to the end of the calls. Raises Malformed at what is none."""


class JsonFormat(Format, Protocol):
    """One that a grammar can write."""
    @property
    def frame(self) -> Frame: ...

    def item(self, name: str, schema: Schema) -> Item: ...


# What a grammar writes where the form of the model is none of JSON.
PLAIN = JsonCalls("", starts="[{", key="parameters", is_list=True)


@dataclass(frozen=True, slots=True)
class Entry:
    format: Format
    signs: tuple[str, ...] = ()
    written: JsonFormat = PLAIN
    id_letters: int = 0             # of ids that the model's template takes; 0: any will do


def _json(signs: tuple[str, ...], *given: Any, **more: Any) -> Entry:
    format = JsonCalls(*given, **more)
    return Entry(format, signs, format)


def _named(signs: tuple[str, ...], *given: Any, **more: Any) -> Entry:
    format = NamedCalls(*given, **more)
    return Entry(format, signs, format)


def _tagged(signs: tuple[str, ...], *given: Any) -> Entry:
    return Entry(TaggedCalls(*given), signs)


_FUNCTION = (("<function=", (">",)), ("<parameter=", ">"), ("", "</parameter>"), "</function>")
_INVOKE = (('<invoke name="', ('">',)), ('<parameter name="', '">'), ("", "</parameter>"), "</invoke>")
_HERMES = ("<tool_call>", "</tool_call>")
_SEP, *_marks = (f"<\uff5ctool\u2581{name}\uff5c>" for name in (
    "sep", "call\u2581begin", "call\u2581end", "calls\u2581begin", "calls\u2581end"))
_CALL, _CALLS = _marks[:2], _marks[2:]              # DeepSeek's

PARSERS: dict[str, Entry] = {
    "deepseek_v3": _named((_CALL[0], "```json"), _CALL[0] + "function" + _SEP, "\n```json\n", "\n```" + _CALL[1], *_CALLS),
    "deepseek_v31": _named((_CALL[0],), _CALL[0], _SEP, _CALL[1], *_CALLS),
    "kimi_k2": _named(
        ("<|tool_calls_section_begin|>",), "<|tool_call_begin|>", "<|tool_call_argument_begin|>", "<|tool_call_end|>",
        "<|tool_calls_section_begin|>", "<|tool_calls_section_end|>", numbered_name),
    "mistral": Entry(MistralCalls(), ("[TOOL_CALLS]",), MistralCalls(), id_letters=9),
    "seed_oss": _tagged(("<seed:tool_call>",), "<seed:tool_call>", "</seed:tool_call>", *_FUNCTION),
    "minimax_m2": _tagged(("<minimax:tool_call>",), "<minimax:tool_call>", "</minimax:tool_call>", *_INVOKE),
    "longcat": _json(("<longcat_tool_call>",), "<longcat_tool_call>", "</longcat_tool_call>", space="\n"),
    "olmo3": Entry(PythonCalls("<function_calls>", "</function_calls>", is_list=False), ("<function_calls>",)),
    "lfm2": Entry(PythonCalls("<|tool_call_start|>", "<|tool_call_end|>"), ("<|tool_call_start|>",)),
    "internlm": _json(("<|action_start|>",), "<|action_start|><|plugin|>", "<|action_end|>", key="parameters", space="\n"),
    "jamba": _json(("<tool_calls>",), "<tool_calls>", "</tool_calls>", is_list=True),
    "hunyuan_a13b": _json((), "<tool_calls>", "</tool_calls>", is_list=True),
    "granite": _json(("<|tool_call|>",), "<|tool_call|>", is_list=True),
    "granite4": _json((), *_HERMES, space="\n"),
    "granite-20b-fc": _json((), "<function_call>", space=" "),
    "glm45": _tagged(
        ("<tool_call>", "<arg_key>"), "", "", ("<tool_call>", ("\n", "<arg_key>", "</tool_call>")), ("<arg_key>", "</arg_key>"),
        ("<arg_value>", "</arg_value>"), "</tool_call>"),
    "qwen3_coder": _tagged(("<function=", "<parameter="), *_HERMES, *_FUNCTION),
    "qwen3_xml": _tagged((), *_HERMES, *_FUNCTION),
    "hermes": _json(("<tool_call>",), *_HERMES, space="\n"),
    "phi4_mini_json": _json(("functools[",), "functools", is_list=True),
    "llama4_pythonic": Entry(PythonCalls("<|python_start|>", "<|python_end|>", "["), ("<|python_start|>",)),
    "llama3_json": _json(('"parameters": dictionary of argument name',), "<|python_tag|>", starts="{", key="parameters"),
    "llama4_json": _json((), "<|python_tag|>", starts="{", key="parameters"),
    "pythonic": Entry(PythonCalls(starts="["), ("[func_name1(",)),
}


def detect(template: str) -> str:
    """The name of the form that a chat template shows to its model; empty if it is none of these."""
    return next((name for name, entry in PARSERS.items() if entry.signs and all(sign in template for sign in entry.signs)), "")
