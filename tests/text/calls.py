"""Answers that call tools, as models of each form write them, and what is in them."""
import json
from typing import Any

from quire.text.reasoning import PARSERS as REASONING
from quire.text.router import Router
from quire.text.tools.found import Parts, join
from quire.text.tools.table import PARSERS

F, G = {"city": "Zürich", "days": 2}, {"where": {"lat": 1.5, "tags": ["a", "}"]}, "exact": True}
TOOLS = {"f": {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}},
         "g": {"type": "object", "properties": {"where": {"type": "object"}, "exact": {"type": ["boolean", "null"]}}}}
CALLS = [("f", F), ("g", G)]


def dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def objects(key: str = "arguments") -> list[str]:
    return [dumped({"name": name, key: arguments}) for name, arguments in CALLS]


def tagged(opens: str, closes: str, call: str, key: str, key_end: str, value_end: str, call_end: str) -> str:
    def text(value: Any) -> str:
        return value if isinstance(value, str) else dumped(value)

    def one(name: str, arguments: dict[str, Any]) -> str:
        inner = "".join(f"{key}{k}{key_end}\n{text(v)}\n{value_end}\n" for k, v in arguments.items())
        return f"{call}{name}{key_end}\n{inner}{call_end}"
    return "\n".join(f"{opens}\n{one(*each)}\n{closes}" for each in CALLS)


def deepseek(before: str, sep: str, after: str) -> str:
    """With its own signs, which look like others."""
    calls = "\n".join(f"<|tool_call_begin|>{before}{name}{sep}{dumped(arguments)}{after}<|tool_call_end|>"
                      for name, arguments in CALLS)
    return f"<|tool_calls_begin|>{calls}<|tool_calls_end|>".replace("_", "\u2581").replace("|", "\uff5c")


XML = tagged("<tool_call>", "</tool_call>", "<function=", "<parameter=", ">", "</parameter>", "</function>")
HERMES = "\n".join(f"<tool_call>\n{each}\n</tool_call>" for each in objects())
PYTHON = ['f(city="Zürich", days=2)', "g(where={'lat': 1.5, 'tags': ['a', '}']}, exact=True)"]
GLM = "\n".join(f"<tool_call>{name}\n" + "".join(
    f"<arg_key>{k}</arg_key>\n<arg_value>{v if isinstance(v, str) else dumped(v)}</arg_value>\n" for k, v in arguments.items())
    + "</tool_call>" for name, arguments in CALLS)
KIMI = "".join(f"<|tool_call_begin|>functions.{name}:{i}<|tool_call_argument_begin|>{dumped(arguments)}<|tool_call_end|>"
               for i, (name, arguments) in enumerate(CALLS))

# Each is two calls: of f, and of g.
WRITTEN: dict[str, list[str]] = {
    "hermes": [HERMES, HERMES.replace("\n", ""), f"<tool_call>[{', '.join(objects())}]</tool_call>",
               f"<tool_call>{objects()[0]}\n{objects('parameters')[1]}</tool_call>"],
    "granite4": [HERMES],
    "longcat": [HERMES.replace("tool_call>", "longcat_tool_call>")],
    "mistral": [f"[TOOL_CALLS][{', '.join(objects())}]", f"[TOOL_CALLS] [{','.join(objects())}]",
                "".join(f"[TOOL_CALLS]{name}[ARGS]{dumped(a)}" for name, a in CALLS),
                "".join(f"[TOOL_CALLS]{name}[CALL_ID]abc[ARGS]{dumped(a)}" for name, a in CALLS),
                "".join(f"[TOOL_CALLS]{name}{dumped(a)}" for name, a in CALLS)],
    "llama3_json": ["; ".join(objects("parameters")), "<|python_tag|>" + "; ".join(objects("parameters")),
                    ";".join(objects()).replace("{\"name\"", '{"type": "function", "name"')],
    "llama4_json": ["; ".join(objects("parameters"))],
    "internlm": ["".join(f"<|action_start|><|plugin|>\n{each}<|action_end|>\n" for each in objects("parameters"))],
    "jamba": [f"<tool_calls>[\n  {','.join(objects())}\n]</tool_calls>"],
    "hunyuan_a13b": [f"<tool_calls>[{','.join(objects())}]</tool_calls>"],
    "granite": [f"<|tool_call|>[{', '.join(objects())}]", f"<|tool_call|> [{', '.join(objects())}]"],
    "granite-20b-fc": [" ".join(f"<function_call> {each}" for each in objects())],
    "phi4_mini_json": [f"functools[{','.join(objects())}]"],
    "deepseek_v3": [deepseek("function<|tool_sep|>", "\n```json\n", "\n```")],
    "deepseek_v31": [deepseek("", "<|tool_sep|>", "")],
    "kimi_k2": [f"<|tool_calls_section_begin|>{KIMI}<|tool_calls_section_end|>"],
    "qwen3_coder": [XML, XML.replace("<tool_call>", "")],
    "qwen3_xml": [XML],
    "seed_oss": [XML.replace("tool_call>", "seed:tool_call>")],
    "minimax_m2": [tagged("<minimax:tool_call>", "</minimax:tool_call>", '<invoke name="', '<parameter name="', '">',
                          "</parameter>", "</invoke>")],
    "glm45": [GLM, GLM.replace("\n", "")],
    "pythonic": [f"[{', '.join(PYTHON)}]", f"[{','.join(PYTHON)}]"],
    "llama4_pythonic": [f"[{', '.join(PYTHON)}]", f"<|python_start|>[{', '.join(PYTHON)}]<|python_end|>"],
    "lfm2": [f"<|tool_call_start|>[{', '.join(PYTHON)}]<|tool_call_end|>"],
    "olmo3": ["<function_calls>" + "\n".join(PYTHON) + "</function_calls>"],
}


def read(name: str, pieces: list[str], think: str = "", is_open: bool = False, **more: Any) -> Parts:
    """What a router finds in an answer that comes in these pieces; `name`: of the form, or empty."""
    router = Router(REASONING.get(think), is_open, PARSERS[name].format if name else None, more.pop("tools", TOOLS),
                    make_id=lambda: "id", **more)
    return join([*map(router.feed, pieces), router.finish()])


def said(parts: Parts) -> list[tuple[str, Any]]:
    return [(call.name, json.loads(call.arguments)) for call in parts.calls]
