"""A checkpoint's tensors, mapped into memory: nothing is read before it is used, ranks on one machine share the pages, and
what has been packed is dropped from this process.

safetensors, in one file or in shards with an index. Every number of a header is checked against the file before a
tensor is made, and a complaint names file, tensor and reason. Old .bin files only through torch's weights-only loader,
which makes tensors and nothing else; that is said in a line of the log.
"""
import json
import logging
import math
import mmap
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from quire.core.errors import ModelError

log = logging.getLogger(__name__)

DTYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
MOST_HEADER = 100 << 20         # bytes; safetensors' own limit
MOST_INDEX = 64 << 20
OTHER_FORMAT = "consolidated"   # beginning of names of files that hold the same weights again, in Mistral's own layout


class Weight(NamedTuple):
    """One tensor, not read yet. drop: no matter what of its file was read, this process does without it for now; a tensor
    that is used on has its pages mapped again as they are touched."""
    name: str
    file: Path
    shape: tuple[int, ...]
    num_bytes: int
    read: Callable[[], Tensor]
    drop: Callable[[], None] = lambda: None


def find_weights(folder: Path) -> list[Weight]:
    """All tensors of a model folder, in the order in which they lie there. Raises ModelError."""
    for pattern, read in (("safetensors", _read_safetensors), ("bin", _read_bin)):
        files, index = _files(folder, pattern)
        if files:
            return _merge([w for file in files for w in read(file)], index)
    raise ModelError(f"{folder}: neither *.safetensors nor pytorch_model*.bin there, so it holds no weights")


def _files(folder: Path, suffix: str) -> tuple[list[Path], dict[str, str]]:
    """The files that count, and the index if there is one: tensor -> file name."""
    stem = "model" if suffix == "safetensors" else "pytorch_model"
    index_file, single = folder / f"{stem}.{suffix}.index.json", folder / f"{stem}.{suffix}"
    if index_file.exists():
        index = _read_index(index_file, suffix)
        return [folder / name for name in sorted(set(index.values()))], index
    if single.exists():
        return [single], {}
    pattern = f"*.{suffix}" if suffix == "safetensors" else f"{stem}*.{suffix}"
    return sorted(f for f in folder.glob(pattern) if not f.name.startswith(OTHER_FORMAT)), {}


def _read_index(file: Path, suffix: str) -> dict[str, str]:
    try:
        if file.stat().st_size > MOST_INDEX:
            raise ModelError(f"{file}: larger than {MOST_INDEX >> 20} MiB, which no index is")
        index = json.loads(file.read_bytes())["weight_map"]
        names = set(index.values())
    except OSError as error:
        raise ModelError(f"{file}: cannot be read ({error.strerror})") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(f"{file}: not an index, which is JSON with an object weight_map ({error!r})") from None
    for name in names:
        if not isinstance(name, str) or name != Path(name).name or not name.endswith(f".{suffix}"):
            raise ModelError(f"{file}: names {name!r}; a shard is a .{suffix} file in the same folder")
        if not (file.parent / name).exists():
            raise ModelError(f"{file}: names {name}, which is not there; the download may be incomplete")
    return index    # type: ignore[no-any-return]


def _merge(weights: list[Weight], index: dict[str, str]) -> list[Weight]:
    found: dict[str, Weight] = {}
    for weight in weights:
        if (other := found.setdefault(weight.name, weight)) is not weight:
            raise ModelError(f"{weight.file}: tensor {weight.name} is in {other.file.name} too")
    for name, file in index.items():
        if name not in found or found[name].file.name != file:
            raise ModelError(f"{file}: tensor {name} is not in it, though the index says so")
    return weights


# ---- safetensors: 8 bytes with the header's length, the header in JSON, the tensors' bytes

def _read_safetensors(file: Path) -> list[Weight]:
    data = _map(file)
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > min(MOST_HEADER, len(data) - 8):
        raise ModelError(f"{file}: its header claims {length} bytes, the file has {len(data)}; it is cut short, or no "
                         "safetensors file")
    try:
        header = json.loads(data[8:8 + length])
        header.pop("__metadata__", None)
        entries = sorted(((*_offsets(e), name, e) for name, e in header.items()), key=lambda e: e[:3])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(f"{file}: its header is not what safetensors writes ({_brief(error)})") from None
    weights, end_before, begin_of_data = [], 0, 8 + length
    for begin, end, name, entry in entries:
        dtype, shape = _check_entry(file, name, entry, begin, end, end_before, len(data) - begin_of_data)
        read = partial(_view, data, begin_of_data + begin, dtype, shape)
        weights.append(Weight(name, file, shape, end - begin, read, partial(_drop, data)))
        end_before = end
    return weights


def _map(file: Path) -> "mmap.mmap | bytes":
    """Copy on write, since torch wants memory that it might write to; nobody does."""
    try:
        with file.open("rb") as opened:
            return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_COPY)
    except ValueError:                      # an empty file cannot be mapped
        return b""
    except OSError as error:
        raise ModelError(f"{file}: cannot be read ({error.strerror})") from None


def _offsets(entry: dict[str, Any]) -> tuple[int, int]:
    begin, end = entry["data_offsets"]
    if not (type(begin) is type(end) is int):
        raise TypeError("data_offsets must be two whole numbers")
    return begin, end


def _check_entry(file: Path, name: str, entry: dict[str, Any], begin: int, end: int, end_before: int,
                 size: int) -> tuple[torch.dtype, tuple[int, ...]]:
    shape = entry.get("shape")
    if not isinstance(shape, list) or not all(type(n) is int and n >= 0 for n in shape):
        raise ModelError(f"{file}: tensor {name}: its shape is not a list of whole numbers")
    if (dtype := DTYPES.get(str(entry.get("dtype")))) is None:
        raise ModelError(f"{file}: tensor {name}: dtype {_brief(entry.get('dtype'))}; Quire reads {', '.join(DTYPES)}")
    if not 0 <= begin <= end <= size:
        raise ModelError(f"{file}: tensor {name}: bytes {begin} to {end} of {size}; the file is cut short or broken")
    if begin < end_before:
        raise ModelError(f"{file}: tensor {name}: overlaps the tensor before it")
    if math.prod(shape) * dtype.itemsize != end - begin:
        raise ModelError(f"{file}: tensor {name}: shape {shape} does not fill {end - begin} bytes")
    return dtype, tuple(shape)


def _view(data: "mmap.mmap | bytes", offset: int, dtype: torch.dtype, shape: tuple[int, ...]) -> Tensor:
    """The tensor keeps the mapping alive. Headers of odd length leave data where no element may begin: then a copy."""
    count = math.prod(shape)
    if not count:
        return torch.empty(shape, dtype=dtype)
    _advise(data, "MADV_WILLNEED", offset - offset % mmap.PAGESIZE, count * dtype.itemsize)
    if offset % dtype.itemsize:
        part = bytearray(data[offset:offset + count * dtype.itemsize])
        return torch.frombuffer(part, dtype=dtype).view(shape)
    return torch.frombuffer(data, dtype=dtype, count=count, offset=offset).view(shape)


def _drop(data: "mmap.mmap | bytes") -> None:
    """All of the file at once: pieces that waited for others were read only with them. Nobody has written to the pages, so
    they are the file's; the system keeps them as long as it has room."""
    _advise(data, "MADV_DONTNEED", 0, len(data))


def _advise(data: "mmap.mmap | bytes", advice: str, start: int, length: int) -> None:
    """start: at a page. A system that does not know such advice does without."""
    if isinstance(data, mmap.mmap) and hasattr(mmap, advice):
        data.madvise(getattr(mmap, advice), start, length)


# ---- .bin

def _read_bin(file: Path) -> list[Weight]:
    log.info("%s: a .bin checkpoint, read by torch's weights-only loader; safetensors files would load faster", file)
    try:
        tensors = torch.load(file, map_location="cpu", mmap=True, weights_only=True)
    except Exception as error:              # torch raises many kinds here, all of them about this file
        raise ModelError(f"{file}: torch's weights-only loader refuses it ({_brief(error)}); "
                         "convert the checkpoint to safetensors") from None
    weights = []
    for name, tensor in tensors.items() if isinstance(tensors, dict) else [("", None)]:
        if not (isinstance(name, str) and isinstance(tensor, Tensor)):
            raise ModelError(f"{file}: does not hold one table of tensors; convert the checkpoint to safetensors")
        weights.append(Weight(name, file, tuple(tensor.shape), tensor.nbytes, partial(_checked, file, name, tensor)))
    return weights


def _checked(file: Path, name: str, tensor: Tensor) -> Tensor:
    if tensor.dtype not in DTYPES.values():
        raise ModelError(f"{file}: tensor {name}: dtype {tensor.dtype}; Quire reads {', '.join(DTYPES)}")
    return tensor


def _brief(what: object) -> str:
    """A hostile file must not fill the log."""
    text = " ".join(str(what).split())
    return text if len(text) <= 120 else text[:117] + "..."


def total_bytes(weights: Iterable[Weight]) -> int:
    return sum(w.num_bytes for w in weights)
