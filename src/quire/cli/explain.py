"""quire explain: the Plan that serve would follow: each value, where it comes from, and why. Nothing is loaded."""
import json
import os
import shutil
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from quire.cli import help
from quire.core.lazy import lazy
from quire.core.options import Option
from quire.core.plan import Plan
from quire.core.settings import options_from_flags
from quire.core.units import show_bytes

planner = lazy("quire.engine.resolve")

ABOUT = ("Shows what serve would do with the same flags: each value, where it comes from (flag, env, file, default, "
         "derived), and why; then the sum of the memory. No weight is read.")
OWN = (Option("json", "bool", "print the whole Plan as JSON"),
       Option("all", "bool", "show what is left at its default, too"))
NOT_SHOWN = ("weights_bytes", "kv_bytes", "activation_bytes", "free_bytes", "notices", "reasons", "is_bundled")


def run(arguments: Sequence[str]) -> int:
    if (word := help.wanted(arguments)) is not None:
        print(help.show("explain", ABOUT, OWN, word))
        return 0
    options, own = options_from_flags(arguments, os.environ, OWN)
    plan = planner.resolve(options)
    for notice in plan.notices:
        print(f"quire: {notice}", file=sys.stderr)
    if own.get("json"):
        wire = plan.to_wire() | {"api_keys": hidden(plan)}
        print(json.dumps(wire, indent=2, ensure_ascii=False))
        return 0
    print("\n".join([*table(plan, bool(own.get("all"))), "", *memory(plan)]))
    return 0


def hidden(plan: Plan) -> list[str]:
    """Keys are secrets; that there are some is not."""
    return ["(hidden)"] * len(plan.api_keys)


def shown(plan: Plan, name: str) -> str:
    value: Any = getattr(plan, name)
    if name == "api_keys":
        value = hidden(plan)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "none" if value in ("", {}) else " ".join(str(value).split())
    return text if len(text) <= 60 else text[:57] + "..."


def table(plan: Plan, with_defaults: bool) -> list[str]:
    rows = []
    for f in fields(plan):
        reason = plan.reasons.get(f.name)
        if f.name not in NOT_SHOWN and reason is not None and (with_defaults or reason.source != "default"):
            rows.append((f.name, shown(plan, f.name), reason.source, reason.text))
    name_width, value_width = (max(len(row[i]) for row in rows) for i in (0, 1))
    value_width = min(value_width, 30)
    indent = name_width + value_width + 13
    width = max(indent + 30, shutil.get_terminal_size((120, 24)).columns)
    lines = []
    for name, value, source, text in rows:
        if len(value) > value_width:            # a path: it has a line of its own
            lines.append(f"{name:<{name_width}}  {value}")
            name = value = ""
        left = f"{name:<{name_width}}  {value:<{value_width}}  {source:<7}"
        wrapped = textwrap.wrap(text, width - indent) or [""]
        lines += [f"{left}  {wrapped[0]}".rstrip(), *(" " * indent + line for line in wrapped[1:])]
    return lines


def memory(plan: Plan) -> list[str]:
    """What will be held, against what there is."""
    total = plan.weights_bytes + plan.activation_bytes + plan.kv_bytes
    tokens = plan.num_blocks * plan.block_size
    bits = plan.dtype if plan.quantization == "none" else f"{plan.quantization} and {plan.dtype}"
    rows = (("weights", plan.weights_bytes, bits),
            ("a step", plan.activation_bytes,
             f"{plan.max_num_batched_tokens} tokens, {plan.max_num_seqs} rows of logits"),
            ("KV cache", plan.kv_bytes,
             f"{plan.num_blocks} blocks of {plan.block_size}: {tokens} tokens, {tokens / plan.max_model_len:.1f} "
             "requests of full length; touched as it fills"),
            ("together", total, ""),
            ("available", plan.free_bytes, f"on {plan.device}, before anything is loaded"),
            ("free", max(0, plan.free_bytes - total), "left for others, when the KV cache is full"))
    return ["memory:", *(f"  {name:<10} {show_bytes(size):>10}  {text}".rstrip() for name, size, text in rows)]
