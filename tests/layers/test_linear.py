"""What tensor parallel ranks keep of a checkpoint's tensors: together everything, each in its place."""
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from quire.core.errors import ConfigError
from quire.kernels.table import ops_for
from quire.layers.attention import kv_share
from quire.layers.embedding import Embedding, Head, tied
from quire.layers.home import Home
from quire.layers.linear import ColumnLinear, Linear, RowLinear
from quire.parallel.mesh import Mesh

OPS = ops_for(torch.device("cpu"), torch.float32)


class Alone(Mesh):
    """A rank whose sums and gathers bring nothing from others, so that the test can bring it all together."""

    def all_reduce(self, x: Tensor) -> Tensor:
        return x

    def all_gather_last(self, x: Tensor) -> Tensor:
        return x


def homes(size: int) -> list[Home]:
    return [Home(OPS, Alone(rank, size)) for rank in range(size)]


def fill(layer: Linear, weights: Sequence[Tensor], biases: Sequence[Tensor] = ()) -> Linear:
    slots = dict(layer.slots(*[str(i) for i in range(len(weights))]))
    for i in reversed(range(len(weights))):             # the order does not matter
        slots[f"{i}.weight"].put(weights[i])
        if biases:
            slots[f"{i}.bias"].put(biases[i])
    return layer


@pytest.mark.parametrize("size", [1, 2, 4])
def test_columns(size: int) -> None:
    """Each rank has its share of every piece."""
    x, weights = torch.randn(5, 12), [torch.randn(16, 12), torch.randn(8, 12)]
    biases = [torch.randn(16), torch.randn(8)]
    parts = [fill(ColumnLinear(home, 12, (16, 8), True), weights, biases)(x).split((16 // size, 8 // size), 1)
             for home in homes(size)]
    for piece in range(2):
        expected = x @ weights[piece].T + biases[piece]
        assert torch.allclose(torch.cat([part[piece] for part in parts], 1), expected, atol=1e-5)


@pytest.mark.parametrize("size", [1, 2, 4])
def test_rows(size: int) -> None:
    """The sum over the ranks has the bias once."""
    x, weight, bias = torch.randn(5, 16), torch.randn(6, 16), torch.randn(6)
    parts = [fill(RowLinear(home, 16, 6, True), [weight], [bias])(share.contiguous())
             for home, share in zip(homes(size), x.chunk(size, 1), strict=True)]
    assert torch.allclose(torch.stack(parts).sum(0), x @ weight.T + bias, atol=1e-5)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_a_head_of_any_vocabulary(size: int) -> None:
    hidden, weight = torch.randn(3, 8), torch.randn(10, 8)
    parts = []
    for home in homes(size):
        head = Head(home, 8, 10)
        next(iter(head.slots("head")))[1].put(weight)
        parts.append(head(hidden))
    assert torch.allclose(torch.cat(parts, 1)[:, :10], hidden @ weight.T, atol=1e-5)


def test_one_tensor_is_embedding_and_head() -> None:
    home, weight = Home(OPS), torch.randn(10, 8)
    embedding, head = Embedding(home, 10, 8), Head(home, 8, 10)
    ((name, slot),) = tied(embedding, head, "e")
    slot.put(weight)
    assert (name, slot.shape) == ("e.weight", (10, 8))
    assert torch.equal(embedding(torch.tensor([3, 9])), weight[[3, 9]])
    assert torch.allclose(head(weight[:2]), weight[:2] @ weight.T, atol=1e-5)


@pytest.mark.parametrize("scheme, head_scheme", [("none", "none"), ("int8", "int8"), ("int4", "int8")])
def test_layers_take_the_scheme_and_the_head_8_bits(scheme: str, head_scheme: str) -> None:
    home, weights = Home(OPS, quantization=scheme), [torch.randn(16, 64), torch.randn(8, 64)]
    layer, head, x = fill(ColumnLinear(home, 64, (16, 8)), weights), Head(home, 64, 10), torch.randn(5, 64)
    head.put(weights[0][:10])
    assert (layer.packed.scheme, head.packed.scheme) == (scheme, head_scheme)
    expected = x @ torch.cat(weights).T
    allowed = {"none": 1e-6, "int8": 0.02, "int4": 0.15}
    assert float((layer(x) - expected).norm() / expected.norm()) < allowed[scheme]
    assert float((head(x) - expected[:, :10]).norm() / expected[:, :10].norm()) < allowed[head_scheme]
    assert layer.packed.data.nbytes < {"none": 1 << 30, "int8": 32 * 80, "int4": 32 * 40}[scheme]


@pytest.mark.parametrize("kv_heads, size, shares", [
    (4, 1, [(0, 1)]), (4, 2, [(0, 2), (1, 2)]), (2, 2, [(0, 2), (1, 2)]), (1, 2, [(0, 1), (0, 1)]),
    (2, 4, [(0, 2), (0, 2), (1, 2), (1, 2)])])
def test_kv_heads_are_shared_or_copied(kv_heads: int, size: int, shares: list[tuple[int, int]]) -> None:
    assert [kv_share(Mesh(rank, size), kv_heads) for rank in range(size)] == shares


@pytest.mark.parametrize("kv_heads, size", [(3, 2), (2, 3)])
def test_ranks_that_do_not_divide_are_refused(kv_heads: int, size: int) -> None:
    with pytest.raises(ConfigError, match="tensor_parallel_size"):
        kv_share(Mesh(0, size), kv_heads)
    with pytest.raises(ConfigError, match="tensor_parallel_size"):
        RowLinear(Home(OPS, Mesh(0, 5)), 16, 6)
