"""One table chooses; without the C++ module the reference serves, and one line says why."""
import sys
from collections.abc import Iterator

import pytest
import torch

from quire.core.errors import ConfigError
from quire.kernels import table
from quire.kernels.reference import ReferenceOps

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def fresh_table() -> Iterator[None]:
    yield
    table._cpu.cache_clear()
    table.ops_for.cache_clear()


def _forget() -> None:
    table._cpu.cache_clear()
    table.ops_for.cache_clear()


def test_without_the_module_the_reference_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "quire._kernels", None)
    _forget()
    assert not table.has_native()
    assert isinstance(table.ops_for(CPU, torch.float32), ReferenceOps)
    said = table.native_reason()
    assert "C++ kernels are missing" in said and "pip install" in said and "\n" not in said


@pytest.mark.skipif(not table.has_native(), reason=table.native_reason())
def test_a_module_from_other_sources_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    from quire import _kernels
    monkeypatch.setattr(_kernels, "INTERFACE", 0)
    _forget()
    assert not table.has_native() and "built from other sources" in table.native_reason()
    assert isinstance(table.ops_for(CPU, torch.float32), ReferenceOps)


@pytest.mark.skipif(not table.has_native(), reason=table.native_reason())
def test_the_module_says_what_runs() -> None:
    table.set_threads(3)
    assert table.native_reason().endswith(" on 3 threads")
    table.set_threads(0)
    assert type(table.ops_for(CPU, torch.bfloat16)).__name__ == "CpuOps"


def test_another_device_gets_the_reference() -> None:
    assert isinstance(table.ops_for(torch.device("meta"), torch.float16), ReferenceOps)


def test_another_dtype_is_refused() -> None:
    with pytest.raises(ConfigError, match="float64"):
        table.ops_for(CPU, torch.float64)
