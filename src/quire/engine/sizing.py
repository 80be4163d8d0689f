"""How long a model takes for a step, told from its numbers; and whether a folder has weights at all. Nothing is loaded."""
from dataclasses import dataclass
from pathlib import Path

from quire.core.errors import ModelError
from quire.core.footprint import layer_matrices
from quire.core.model_spec import ModelSpec
from quire.engine.machine import Machine

# Multiply-adds of float32 that one core does in one cycle, times two, and how many times that it does of narrower numbers
# whose products it has instructions for. Those of bytes are compiled together with those of bfloat16: only a machine that has
# both runs them. What is reached of the clock that the system names.
FLOPS_PER_CYCLE = {"avx512": 32, "avx2": 16, "neon": 8, "plain": 4}
BFLOAT16, INT8 = ({"avx512_bf16"}, 2), ({"avx512_bf16", "avx512_vnni"}, 4)
REACHED = 0.7
CORE_BANDWIDTH, MOST_BANDWIDTH = 8e9, 80e9      # bytes a second that one core, and all together, read


def blocks_for(positions: int, block_size: int) -> int:
    return -(-positions // block_size)


def flops_per_token(spec: ModelSpec, context: int) -> int:
    """Two for each parameter of the layers, four for each number of K that a token meets at half the context."""
    parameters = spec.layers * sum(m.outputs * m.inputs for m in layer_matrices(spec))
    return 2 * parameters + 4 * spec.layers * spec.heads * spec.head_dim * (context // 2)


@dataclass(frozen=True, slots=True)
class Speed:
    """A CPU's predicted pace. Invariant: both are positive."""
    flops: float                    # a second
    bandwidth: float                # bytes a second

    @classmethod
    def of(cls, machine: Machine, cores: int, dtype: str = "float32", scheme: str = "none") -> "Speed":
        flops = cores * machine.ghz * 1e9 * FLOPS_PER_CYCLE[machine.isa] * REACHED
        for (needed, times), applies in ((INT8, scheme != "none"), (BFLOAT16, dtype == "bfloat16")):
            if applies and needed <= set(machine.extensions):
                flops *= times
                break
        return cls(flops, min(cores * CORE_BANDWIDTH, MOST_BANDWIDTH))

    def tokens_within(self, seconds: float, spec: ModelSpec, context: int) -> int:
        return int(seconds * self.flops / flops_per_token(spec, context))


def check_weights(folder: Path) -> None:
    """There are some. Whether they are whole, and the model's, turns out as they are mapped."""
    if not any(next(folder.glob(pattern), None) for pattern in ("*.safetensors", "pytorch_model*.bin")):
        raise ModelError(f"{folder}: neither *.safetensors nor pytorch_model*.bin there, so it holds no weights")
