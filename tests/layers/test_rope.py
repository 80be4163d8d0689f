"""Rotary tables against transformers' own, and partial rotation against its meaning."""
import math
from typing import Any

import pytest
import torch
from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

from quire.batch import KVLayer
from quire.core.model_spec import RopeSpec
from quire.kernels.table import ops_for
from quire.layers.rope import rope_table

YARN = {"factor": 8.0, "original_max_position_embeddings": 512, "attention_factor": 1.25}
LLAMA3 = {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
KINDS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("linear", {"factor": 3.0}, {"factor": 3.0}),
    ("dynamic", {"factor": 3.0}, {"factor": 3.0, "trained_positions": 1000}),
    ("llama3", {**LLAMA3, "original_max_position_embeddings": 256}, {**LLAMA3, "trained_positions": 256}),
    ("yarn", YARN, {"factor": 8.0, "trained_positions": 512, "attention_factor": 1.25}),
    ("yarn", {**YARN, "beta_fast": 16.0, "beta_slow": 2.0, "truncate": False},
     {"factor": 8.0, "trained_positions": 512, "attention_factor": 1.25, "beta_fast": 16.0, "beta_slow": 2.0,
      "truncate": False}),
]


@pytest.mark.parametrize("kind, theirs, ours", KINDS)
@pytest.mark.parametrize("length", [700, 3000])
def test_tables_are_transformers(kind: str, theirs: dict[str, Any], ours: dict[str, Any], length: int) -> None:
    """To the bit."""
    config = LlamaConfig(head_dim=128, max_position_embeddings=1000,
                         rope_parameters={"rope_theta": 50000.0, "rope_type": kind, **theirs})
    frequencies, factor = ROPE_INIT_FUNCTIONS[kind](config, "cpu", seq_len=length)
    angles = torch.outer(torch.arange(length).float(), frequencies)
    table = rope_table(RopeSpec(50000.0, 128, kind, **ours), length)
    assert torch.equal(table, torch.cat((angles.cos() * factor, angles.sin() * factor), dim=1))


def test_dynamic_is_plain_within_what_was_trained() -> None:
    plain = rope_table(RopeSpec(10000.0, 64), 100)
    dynamic = RopeSpec(10000.0, 64, "dynamic", factor=4.0, trained_positions=100)
    assert torch.allclose(rope_table(dynamic, 100), plain, atol=1e-6)
    assert not torch.allclose(rope_table(dynamic, 101)[:100], plain, atol=1e-3)


def test_a_row_is_cos_and_sin_of_position_over_powers_of_theta() -> None:
    table = rope_table(RopeSpec(10000.0, 8), 50)
    for position in (0, 1, 49):
        angles = [position / 10000 ** (2 * i / 8) for i in range(4)]
        assert table[position].tolist() == pytest.approx([*map(math.cos, angles), *map(math.sin, angles)], abs=2e-6)


def test_partial_rotation_leaves_the_rest() -> None:
    """The first 8 of 16 dims turn by their angles, as pairs (i, i + 4); the others stay."""
    table = rope_table(RopeSpec(10000.0, 8), 50)
    q, k = torch.randn(3, 2, 16), torch.randn(3, 1, 16)
    before, positions = q.clone(), torch.tensor([0, 7, 49])
    layer, nowhere = KVLayer(torch.zeros(1, 1, 4, 16), torch.zeros(1, 1, 4, 16)), torch.tensor([-1, -1, -1])
    ops_for(torch.device("cpu"), torch.float32).rope_and_write(q, k, k, positions, table, layer, nowhere)
    a, b = before[..., :4], before[..., 4:8]
    turned = torch.view_as_real(torch.complex(a, b) * torch.polar(
        torch.ones(3, 4), positions[:, None] / 10000 ** (torch.arange(4) / 4))[:, None])
    assert torch.allclose(q[..., :8], torch.cat((turned[..., 0], turned[..., 1]), -1), atol=1e-5)
    assert torch.equal(q[..., 8:], before[..., 8:]) and torch.equal(q[0], before[0])
