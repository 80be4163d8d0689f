"""Loading a model takes little more memory than the model, and none of it is the checkpoint's copy.

What counts is anonymous memory: pages of the mapped file belong to the system's cache, which gives them up when memory is
short, but the process's high water mark (VmHWM, ru_maxrss) counts them like its own. So the child reads "Anonymous" from
smaps_rollup, on a thread and at the one moment where most is alive: a matrix is packed, and its pieces are not dropped yet.
"""
import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from quire.core.footprint import weight_bytes
from quire.core.model_spec import ModelSpec
from quire.kernels.table import has_native, ops_for
from quire.models.weights import find_weights
from quire.parallel.mesh import ALONE
from quire.runner.load import load_model, use_threads

from ..tiny import GATED, gated_shapes, tiny, tiny_plan
from .test_memory import load

HIGHEST = 1.15          # times the final size
SLACK = 8 << 20         # of the interpreter, for what is no weight
LARGE = {**GATED, "model_type": "qwen3", "architectures": ["Qwen3ForCausalLM"], "vocab_size": 48_000, "hidden_size": 512,
         "num_hidden_layers": 16, "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 64,
         "intermediate_size": 1536, "torch_dtype": "bfloat16"}
CHILD = """
import sys, threading, json
from pathlib import Path
import torch
from quire.core.model_spec import ModelSpec
from quire.kernels import cpu, table
from quire.parallel.mesh import ALONE
from quire.runner.load import load_model
from tests.tiny import tiny_plan

def rollup(name):
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name + ":"))

folder, seen, is_over = Path(sys.argv[1]), [], threading.Event()
look = lambda: seen.append(rollup("Anonymous"))
def watch():
    while not is_over.wait(0.002):
        look()
pack = cpu.CpuOps.pack
def packed(self, *given):
    made = pack(self, *given)
    look()
    return made
cpu.CpuOps.pack = packed
ops = table.ops_for(torch.device("cpu"), torch.bfloat16)
ops.embedding(torch.zeros(1, dtype=torch.int64), ops.linear(torch.ones(64, 512, dtype=torch.bfloat16),
              ops.pack(torch.ones(512, 512, dtype=torch.bfloat16))))
before = rollup("Anonymous"), rollup("Rss")
threading.Thread(target=watch, daemon=True).start()
model = load_model(tiny_plan(folder), ModelSpec.read(folder), ops, ALONE)
is_over.set()
look()
print(json.dumps({"peak": max(seen) - before[0], "final": seen[-1] - before[0], "resident": rollup("Rss") - before[1]}))
"""


def make_large(folder: Path, is_tied: bool) -> Path:
    """Some 100 MB, of one drawn block over and over."""
    config = {**LARGE, "tie_word_embeddings": is_tied}
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    block = torch.randn(1 << 16, generator=torch.Generator().manual_seed(0)).bfloat16()
    shapes = gated_shapes(config, "qwen3")
    save_file({name: block.repeat(-(-torch.Size(shape).numel() // len(block)))[:torch.Size(shape).numel()].view(shape)
               for name, shape in shapes.items()}, folder / "model.safetensors")
    return folder


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="reads /proc of Linux")
@pytest.mark.skipif(not has_native(), reason="the reference keeps weights as they are mapped")
@pytest.mark.parametrize("is_tied", [True, False])
def test_the_peak_of_loading_is_near_the_final_size(tmp_path: Path, is_tied: bool) -> None:
    folder = make_large(tmp_path / "large", is_tied)
    size = weight_bytes(ModelSpec.read(folder), "bfloat16", tiny_plan(folder).max_model_len)
    if not is_tied:             # the embedding stays in the file, mapped: rows are read where they lie
        size -= LARGE["vocab_size"] * LARGE["hidden_size"] * 2
    done = subprocess.run([sys.executable, "-c", CHILD, str(folder)], cwd=Path(__file__).parents[2], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert 0.97 * size < found["final"] < size + SLACK
    assert found["peak"] <= HIGHEST * size
    assert found["resident"] < HIGHEST * size + SLACK       # no page of the file is held


# ---- what is kept

def mapped(folder: Path) -> list[tuple[int, int]]:
    """Where the file lies in this process."""
    lines = Path("/proc/self/maps").read_text().splitlines()
    spans = [line.split()[0].split("-") for line in lines if line.endswith(str(folder / "model.safetensors"))]
    return [(int(begin, 16), int(end, 16)) for begin, end in spans]


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="reads /proc of Linux")
def test_nothing_but_an_untied_embedding_holds_the_file(tmp_path: Path) -> None:
    """Norms and biases are copies: a view of a few bytes would keep all of it mapped."""
    folder = tiny(tmp_path / "tied", "qwen2", tie_word_embeddings=True)
    model = load(folder, "float32", 100)
    if has_native():
        assert not mapped(folder)
    places = [t.data_ptr() for t in (model.layers[0].attention.qkv.bias, model.layers[0].mlp_norm.weight)]
    assert not any(begin <= place < end for begin, end in mapped(folder) for place in places)
    untied = tiny(tmp_path / "untied", "qwen2", tie_word_embeddings=False)
    model = load(untied, "float32", 100)
    ((begin, end),) = mapped(untied)
    assert begin <= model.embedding.weight.data_ptr() < end


def test_pieces_of_a_matrix_are_taken_together_however_the_file_has_them(tmp_path: Path) -> None:
    """So no more than one matrix waits, converted, to be packed."""
    folder, order = tiny(tmp_path, "qwen3"), []
    weights = sorted(find_weights(folder), key=lambda w: w.name.split(".")[-2:])        # all of q, then all of k, ...
    watched = [w._replace(read=lambda w=w: (order.append(w.name), w.read())[1]) for w in weights]
    load(folder, "float32", 64).load(watched)
    attention = [name.split(".")[2:] for name in order if "_proj" in name and "self_attn" in name]
    assert [name[2] for name in attention] == ["q_proj", "k_proj", "v_proj", "o_proj"] * 2
    assert [name[0] for name in attention] == ["0"] * 4 + ["1"] * 4


def test_progress_ends_with_everything(tmp_path: Path) -> None:
    folder, told = tiny(tmp_path), []
    load_model(tiny_plan(folder), ModelSpec.read(folder), ops_for(torch.device("cpu"), torch.float32), ALONE,
               lambda done, total: told.append((done, total)))
    assert told == sorted(told) and told[-1][0] == told[-1][1] == sum(w.num_bytes for w in find_weights(folder))


@pytest.mark.skipif(not has_native(), reason="without C++ it is torch that computes")
def test_torch_keeps_its_threads_where_the_kernels_compute(monkeypatch) -> None:
    """In a program of somebody else's; a process of ours is started with one."""
    monkeypatch.setattr(torch, "set_num_threads", None)
    use_threads(2)
    use_threads(0)
