"""The Plan is closed, and crosses processes whole."""
import dataclasses
import json
import re
from pathlib import Path

import pytest

from quire.core.plan import SOURCES, Plan, Reason


def a_plan(**changes):
    values = {
        "model": "m", "model_folder": Path("folder/of m"), "tokenizer_folder": Path("t"), "served_names": ("m", "n"),
        "architecture": "LlamaForCausalLM", "dtype": "bfloat16", "kv_dtype": "bfloat16", "max_model_len": 512,
        "num_blocks": 64,
        "max_num_seqs": 8, "max_num_batched_tokens": 256, "chunk": 256, "api_keys": ("a", "b"),
        "generation_defaults": {"temperature": 0.7, "top_k": 20},
        "default_chat_template_kwargs": {"x": [1, {"y": None}]},
        "chat_template": "{{ messages }}\n", "notices": ("a line",), "reasons": {"dtype": Reason("derived", "because")},
    }
    return Plan(**{**values, **changes})


def test_it_crosses_as_json():
    plan = a_plan()
    assert Plan.from_wire(json.loads(json.dumps(plan.to_wire()))) == plan


def test_what_arrives_has_the_types_that_left():
    back = Plan.from_wire(json.loads(json.dumps(a_plan().to_wire())))
    assert isinstance(back.model_folder, Path) and isinstance(back.served_names, tuple)
    assert isinstance(back.reasons["dtype"], Reason)


def test_a_missing_or_unknown_field_does_not_cross():
    wire = a_plan().to_wire()
    with pytest.raises(TypeError):
        Plan.from_wire(wire | {"colour": "red"})
    del wire["dtype"]
    with pytest.raises(TypeError):
        Plan.from_wire(wire)


def test_it_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        a_plan().port = 1


def test_no_field_may_be_none_or_auto():
    """By type: nothing optional, so whoever reads a field need not ask."""
    for field in dataclasses.fields(Plan):
        assert "None" not in str(field.type), field.name
        assert field.default not in (None, "auto"), field.name


def test_sources_are_the_documented_ones():
    assert SOURCES == ("flag", "env", "file", "default", "derived")


def test_every_field_is_read_by_somebody():
    """Or an option would be accepted and ignored. Figures are for explain."""
    root = Path(__file__).parents[2] / "src" / "quire"
    makers = {"core/plan.py", "engine/resolve.py", "engine/fitting.py", "engine/choices.py", "cli/explain.py"}
    text = "\n".join(f.read_text() for f in root.rglob("*.py") if str(f.relative_to(root)) not in makers)
    unread = {f.name for f in dataclasses.fields(Plan) if not re.search(rf"plan\.{f.name}\b", text)}
    figures = {"weights_bytes", "activation_bytes", "kv_bytes", "free_bytes"}
    assert unread <= figures | {"is_bundled", "reasons"}
