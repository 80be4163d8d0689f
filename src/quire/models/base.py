"""What every decoder-only model has in common: embedding, a row of layers, a norm, a head; and how its weights find
their place. A family's file adds the layer, the checkpoint's names, and its odd corners.

Contract of `forward`: tensors are touched only through ops of the table, apart from views; only T (tokens) and R (rows
that want logits) vary from step to step. So a pass can be recorded and replayed.
"""
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Protocol

from torch import Tensor

from quire.batch import Batch, KVLayer
from quire.core.errors import ConfigError, ModelError
from quire.core.model_spec import ModelSpec
from quire.kernels.table import Ops
from quire.layers.embedding import Embedding, Head, tied
from quire.layers.home import Home
from quire.layers.rope import rope_table
from quire.layers.slot import Names, Slot, slots_of
from quire.models.weights import Weight
from quire.parallel.mesh import Mesh

UNUSED = re.compile(r"rotary_emb\.inv_freq$|^version$")         # buffers that old files carry


class Model(Protocol):
    num_layers_run: int                 # grows by one with each layer of each pass: whoever watches sees that it lives

    def slots(self) -> dict[str, Slot]:
        """Every tensor that it needs, by the checkpoint's name without its outermost prefix."""

    def load(self, weights: Sequence[Weight]) -> None:
        """Take each tensor to its place; ModelError, before any is read, if one is missing, unknown, or of another
        shape."""

    def forward(self, batch: Batch, kv: Sequence[KVLayer]) -> Tensor:
        """Hidden states of the tokens batch.logit_rows: (R, H)."""

    def logits(self, hidden: Tensor) -> Tensor:
        """(R, H) -> (R, V) float32, the whole vocabulary on every rank."""


class Layer(Protocol):
    def __call__(self, x: Tensor | None, residual: Tensor, batch: Batch, kv: KVLayer) -> tuple[Tensor | None, Tensor]:
        """x: what the layer before found and has not yet added to the residual."""


class Decoder(ABC):
    """Invariant: `slots` names each tensor once; after `load` every one of them is in place."""
    NAMES: ClassVar[Names] = {"embedding": ("embed_tokens",), "norm": ("norm",), "head": ("lm_head",)}
    LAYER_NAMES: ClassVar[Names]

    def __init__(self, spec: ModelSpec, ops: Ops, mesh: Mesh, max_model_len: int, quantization: str = "none"):
        _check_reach(spec, max_model_len)
        self.spec, self.home, self.max_model_len = spec, Home(ops, mesh, quantization), max_model_len
        self.num_layers_run = 0
        cos_sin = rope_table(spec.rope, max_model_len, mesh.device) if spec.rope else None
        self.embedding = Embedding(self.home, spec.vocab, spec.word_embed_proj_dim)
        self.layers = [self.make_layer(cos_sin) for _ in range(spec.layers)]
        self.norm = self.make_norm()
        self.head = Head(self.home, spec.word_embed_proj_dim, spec.vocab)

    @abstractmethod
    def make_layer(self, cos_sin: Tensor | None) -> Layer:
        """cos_sin: the one table of rotary positions, None where they are learned."""

    @abstractmethod
    def make_norm(self) -> Any:
        """What stands before the head."""

    def embed(self, batch: Batch) -> Tensor:
        return self.embedding(batch.ids)

    def finish(self, x: Tensor | None, residual: Tensor) -> Tensor:
        """From the last layer to what the head reads."""
        return self.norm.add(x, residual)   # type: ignore[no-any-return]

    def forward(self, batch: Batch, kv: Sequence[KVLayer]) -> Tensor:
        x, residual = None, self.embed(batch)
        for layer, layer_kv in zip(self.layers, kv, strict=True):
            x, residual = layer(x, residual, batch, layer_kv)
            self.num_layers_run += 1
        rows, gather = batch.logit_rows, self.home.ops.gather
        return self.finish(x if x is None else gather(x, rows), gather(residual, rows))

    def logits(self, hidden: Tensor) -> Tensor:
        return self.head(hidden)

    def slots(self) -> dict[str, Slot]:
        names = dict(self.NAMES)
        if self.spec.tie_embeddings:
            del names["embedding"], names["head"]
        slots = dict(slots_of(self, names))
        for i, layer in enumerate(self.layers):
            slots.update(slots_of(layer, self.LAYER_NAMES, f"layers.{i}."))
        if self.spec.tie_embeddings:
            slots.update(tied(self.embedding, self.head, self.NAMES["embedding"][0]))
        return slots

    def rename(self, name: str) -> str | None:
        """The slot's name for a checkpoint's; None for what is not needed. Files made from the bare trunk lack
        prefixes."""
        name = name.removeprefix("model.").removeprefix("decoder.")
        is_needless = UNUSED.search(name) or (self.spec.tie_embeddings and name == f"{self.NAMES['head'][0]}.weight")
        return None if is_needless else name

    def load(self, weights: Sequence[Weight]) -> None:
        for weight, slot in assign(self.slots(), self.rename, weights):
            slot.put(weight.read())
            weight.drop()


def assign(slots: dict[str, Slot], rename: Callable[[str], str | None],
           weights: Sequence[Weight]) -> list[tuple[Weight, Slot]]:
    """Each weight with its slot, none left over on either side; in the order of the slots, so that the pieces of a matrix
    follow each other and are packed before those of the next one come, however the files have them."""
    found: dict[str, Weight] = {}
    for weight in weights:
        if (name := rename(weight.name)) is None:
            continue
        if (slot := slots.get(name)) is None or name in found:
            raise ModelError(f"{weight.file}: tensor {weight.name} is none that config.json's architecture has, or is "
                             "there twice")
        if weight.shape != slot.shape:
            raise ModelError(f"{weight.file}: tensor {weight.name} has shape {weight.shape}; config.json asks for "
                             f"{slot.shape}")
        found[name] = weight
    if missing := slots.keys() - found.keys():
        files = {w.file for w in weights}
        where = files.pop() if len(files) == 1 else weights[0].file.parent if weights else "the checkpoint"
        raise ModelError(f"{where}: {len(missing)} tensors are missing, {min(missing)} among them; the download may be "
                         "incomplete")
    return [(found[name], slot) for name, slot in slots.items()]


def _check_reach(spec: ModelSpec, max_model_len: int) -> None:
    """Beyond these lengths the model would answer, but wrongly."""
    if spec.rope is None and max_model_len > spec.max_positions:
        raise ConfigError(f"max_model_len {max_model_len} is beyond the {spec.max_positions} positions that "
                          f"{spec.architecture} learned; choose at most that", param="max_model_len")
    if spec.reach is not None and max_model_len > spec.reach:
        raise ConfigError(f"some layers of {spec.architecture} attend through a window of {spec.reach} positions; only "
                          f"contexts within it are computed: choose max_model_len {spec.reach} or less",
                          param="max_model_len")
