"""The benchmarks' yardstick runs on every instruction set; what it measures is theirs to judge."""
import numpy as np
import pytest

from quire.kernels.table import has_native, native_reason

if not has_native():
    pytest.skip(native_reason(), allow_module_level=True)
from quire import _kernels as native

KINDS = {"float32": 0, "bfloat16": 1, "int8": 2}


@pytest.fixture(params=native.isas())
def isa(request):
    native.select_isa(request.param)
    yield request.param
    native.select_isa("")


@pytest.mark.parametrize("kind", KINDS)
def test_operations_are_counted(isa, kind):
    assert native.peak_rate(KINDS[kind], 1000) > 0


def test_memory_is_read_to_the_end(isa):
    data = np.zeros(3 << 18, np.float32)                        # three pieces of a megabyte
    assert native.read_rate(data.ctypes.data, data.nbytes) > 0
