"""What every benchmark shares: how figures are told, and what this machine can do at most."""
import statistics
from collections.abc import Sequence

import numpy as np


def figures(values: Sequence[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "n": len(values), "least": min(values), "most": max(values)}


def limits(threads: int) -> dict[str, float]:
    """Bytes a second and operations a second; the best of a few tries, for a limit is what can be reached at all."""
    from quire import _kernels as native
    native.set_threads(threads)
    data = np.ones(512 << 18, np.float32)                       # 512 MB: no cache holds it
    read = max(native.read_rate(data.ctypes.data, data.nbytes) for _ in range(9))
    float32, bfloat16, int8 = (max(native.peak_rate(kind, 4_000_000) for _ in range(5)) for kind in range(3))
    return {"read": read, "float32": float32, "bfloat16": bfloat16, "int8": int8}
