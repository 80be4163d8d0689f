"""The checks of cases.py see faults: each is planted in an otherwise right making of the ops and must go red."""
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from quire.batch import Batch, KVLayer
from quire.kernels import reference
from quire.kernels.reference import Packed, ReferenceOps
from tests.kernels import cases
from tests.kernels.cases import Draw

Ops = ReferenceOps


class _WrongScale(Ops):
    def attention(self, q: Tensor, layer: KVLayer, batch: Batch, scale: float, **rest: Any) -> Tensor:
        return super().attention(q, layer, batch, scale * 1.05, **rest)


class _OneHeadForAll(Ops):
    def attention(self, q: Tensor, layer: KVLayer, batch: Batch, scale: float, **rest: Any) -> Tensor:
        one = KVLayer(layer.k[:, :1].expand_as(layer.k).contiguous(), layer.v, layer.scales)
        return super().attention(q, one, batch, scale, **rest)


class _ForgetsTheFirstPosition(Ops):
    def attention(self, q: Tensor, layer: KVLayer, batch: Batch, scale: float, **rest: Any) -> Tensor:
        layer = KVLayer(layer.k, layer.v.clone(), layer.scales)
        layer.v[batch.tables[batch.lengths > 1, 0].long(), :, 0] = 0
        return super().attention(q, layer, batch, scale, **rest)


class _DropsTheBias(Ops):
    def linear(self, x: Tensor, packed: Packed, bias: Tensor | None = None, out: Tensor | None = None) -> Tensor:
        return super().linear(x, packed, None, out)


class _RoundsLogits(Ops):
    def linear_f32(self, x: Tensor, packed: Packed, out: Tensor | None = None) -> Tensor:
        return super().linear_f32(x, packed).bfloat16().float() if out is None else super().linear_f32(x, packed, out)


class _IgnoresOut(Ops):
    def silu_mul(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        return super().silu_mul(x) if out is None else out


class _GateAndUpChanged(Ops):
    def silu_mul(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        return super().silu_mul(torch.cat(x.chunk(2, -1)[::-1], -1), out)


class _EpsOutside(Ops):
    def rms_norm(self, x: Tensor, weight: Tensor, eps: float, out: Tensor | None = None) -> Tensor:
        return super().rms_norm(x, weight, eps * eps, out)


class _KeepsResidual(Ops):
    def add_rms_norm(self, x: Tensor, residual: Tensor, weight: Tensor, eps: float,
                     out: Tensor | None = None) -> Tensor:
        return super().add_rms_norm(x, residual.clone(), weight, eps, out)


class _WritesBeside(Ops):
    def add(self, a: Tensor, b: Tensor, out: Tensor | None = None) -> Tensor:
        if out is not None and out.numel():
            out.as_strided((1,), (1,), out.storage_offset() + out.shape[1]).fill_(1)
        return super().add(a, b, out)


class _WritesEverySlot(Ops):
    def rope_and_write(self, q: Tensor, k: Tensor, v: Tensor, positions: Tensor, cos_sin: Tensor | None, layer: KVLayer,
                       slots: Tensor) -> None:
        super().rope_and_write(q, k, v, positions, cos_sin, layer, slots.clamp(min=0))


class _TurnsBackwards(Ops):
    def rope_and_write(self, q: Tensor, k: Tensor, v: Tensor, positions: Tensor, cos_sin: Tensor | None, layer: KVLayer,
                       slots: Tensor) -> None:
        if cos_sin is not None:
            cos, sin = cos_sin.chunk(2, -1)
            cos_sin = torch.cat((cos, -sin), -1)
        super().rope_and_write(q, k, v, positions, cos_sin, layer, slots)


class _GathersTheNext(Ops):
    def gather(self, x: Tensor, rows: Tensor, out: Tensor | None = None) -> Tensor:
        return super().gather(x, (rows + 1) % x.shape[0], out)


FAULTS = [
    (_WrongScale, cases.check_attention), (_OneHeadForAll, cases.check_attention),
    (_ForgetsTheFirstPosition, cases.check_attention), (_DropsTheBias, cases.check_linear),
    (_RoundsLogits, cases.check_linear), (_IgnoresOut, cases.check_pointwise),
    (_GateAndUpChanged, cases.check_pointwise), (_TurnsBackwards, cases.check_rope),
    (_EpsOutside, cases.check_norms), (_KeepsResidual, cases.check_norms), (_WritesBeside, cases.check_rows),
    (_WritesEverySlot, cases.check_rope), (_GathersTheNext, cases.check_rows),
]


@pytest.mark.parametrize(("fault", "check"), FAULTS, ids=lambda f: f.__name__.lstrip("_"))
def test_a_planted_fault_is_seen(fault: type[Ops], check: Callable[[Ops, Draw], None]) -> None:
    def all_seeds() -> None:
        for seed in range(8):
            check(fault(torch.float32), Draw(seed, torch.float32))

    with pytest.raises(AssertionError):
        all_seeds()


def test_looking_ahead_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = reference.attend

    def ahead(q: Tensor, layer: KVLayer, table: Tensor, length: int, *rest: Any) -> Tensor:
        clean = KVLayer(layer.k.nan_to_num(), layer.v.nan_to_num(), layer.scales)
        return right(q.flip(0), clean, table, length, *rest).flip(0)

    monkeypatch.setattr(reference, "attend", ahead)
    with pytest.raises(AssertionError):
        cases.check_attention(Ops(torch.float32), Draw(1, torch.float32))
