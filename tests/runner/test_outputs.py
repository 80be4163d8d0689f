"""What comes back besides ids: vectors, logprobs of prompts; and what is never written."""
import random
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM

from quire.core.model_spec import ModelSpec
from quire.core.types import TOKEN, Sampling, Start, Step, Work
from quire.runner.means import Means
from quire.runner.runner import Runner

from ..models.drive import load, run
from ..tiny import tiny, tiny_plan
from ..whole import engine, finish

IDS = random.Random(3).choices(range(256), k=70)


@pytest.fixture(scope="module", params=["llama", "opt"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("outputs"), request.param)


@pytest.mark.parametrize("chunk", [100, 9])
def test_logprobs_of_a_prompt(folder: Path, chunk: int) -> None:
    """Of each position but the first, in order, whatever the chunks; with the ids that stand there in front."""
    expected = run(load(folder, 128), IDS, [len(IDS)]).log_softmax(-1)[:-1]
    with engine(folder, chunk=chunk) as one:
        one.add(IDS, Sampling(2, num_prompt_logprobs=3))
        one.add(IDS[:5], Sampling(2))
        news = finish(one)
    told = [n.prompt_logprobs for n in news[0] if n.prompt_logprobs is not None]
    assert all(n.prompt_logprobs is None for n in news[1])
    ids, values = (np.concatenate([getattr(t, name) for t in told]) for name in ("ids", "values"))
    assert ids[:, 0].tolist() == IDS[1:] and len(told) == -(-len(IDS) // chunk)
    assert np.abs(values - np.take_along_axis(expected.numpy(), ids.astype(np.int64), 1)).max() < 1e-4
    assert (ids[:, 1] == expected.argmax(-1).numpy()).all() and ids.shape == (69, 4)


def test_a_vector_is_the_last_hidden_state(folder: Path) -> None:
    model = load(folder, 128)
    with engine(folder, chunk=32) as one:
        ids = [one.add(IDS[:n], Sampling(1, vector=True))[0] for n in (1, 40, 70)] + [one.add(IDS, Sampling(3))[0]]
        news = finish(one)
    assert [len(news[i]) for i in ids[:3]] == [1, 1, 1] and news[ids[3]][-1].vector is None
    logits = run(model, IDS, [len(IDS)])
    for i, n in zip(ids, (1, 40, 70), strict=False):
        vector = news[i][0].vector
        assert vector.dtype == np.float32
        assert torch.allclose(model.logits(torch.from_numpy(vector)[None]), logits[n - 1:n], atol=1e-4)


def test_cached_positions_are_never_written(folder: Path) -> None:
    """Not even the last position of a prompt that is wholly cached and is computed again for its logits."""
    plan = tiny_plan(folder, block_size=8, num_blocks=9)
    runner = Runner(plan, ModelSpec.read(folder))
    runner.load()
    ids = tuple(IDS[:16])

    def step(number: int, row: int, cached: int, count: int, blocks: tuple[int, ...]) -> list[int]:
        start = Start(row, row, 0, ids, 16, Sampling(4), 0, "", None, True, False, cached)
        work = Work(row, row, 0, min(cached, 15), count, 0, (blocks,), TOKEN)
        return runner.execute(Step(number, (start,), (work,), ())).tokens[row]

    first = step(1, 0, 0, 16, (4, 7))
    marks = [(layer.k.clone(), layer.v.clone()) for layer in runner.kv]
    assert step(2, 1, 16, 1, (4, 7)) == first
    assert step(3, 2, 8, 8, (4, 2)) == first
    for layer, (k, v) in zip(runner.kv, marks, strict=True):
        assert torch.equal(layer.k[[4, 7]], k[[4, 7]]) and torch.equal(layer.v[[4, 7]], v[[4, 7]])
        assert torch.allclose(layer.k[2], k[7], atol=1e-5) and not layer.k[[0, 1, 3, 5, 6, 8]].any()


def test_progress_and_heartbeat(folder: Path) -> None:
    told = list[tuple[int, int]]()
    runner = Runner(tiny_plan(folder), ModelSpec.read(folder))
    runner.load(lambda done, total: told.append((done, total)))
    assert len(told) > 10 and told == sorted(told) and told[-1][0] == told[-1][1] > 0
    assert runner.num_layers_run == 0
    start = Start(0, 0, 0, (1, 2), 2, Sampling(4), 0, "", None, True, False, 0)
    runner.execute(Step(1, (start,), (Work(0, 0, 0, 0, 2, 0, ((0,),), TOKEN),), ()))
    assert runner.num_layers_run == 2


def hidden_states(folder: Path, ids: list[int]) -> np.ndarray:
    """Of all positions, as transformers has them: (T, H)."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").base_model
    with torch.inference_mode():
        return model(torch.tensor([ids])).last_hidden_state[0].numpy()


@pytest.mark.parametrize("chunk", [7, 100])
def test_a_mean_is_that_of_all_hidden_states(folder: Path, chunk: int) -> None:
    """Whatever the chunks, also where a common beginning lies in the cache, which others may use."""
    prompts = [IDS[:n] for n in (1, 40, 70, 48)]
    with engine(folder, chunk=chunk) as one:
        one.add(IDS, Sampling(1))
        finish(one)
        ids = [one.add(prompt, Sampling(1, vector=True, mean=True))[0] for prompt in prompts]
        last = one.add(IDS, Sampling(1, vector=True))[0]
        news = finish(one)
    assert news[last][0].num_cached > 0 and not any(news[i][0].num_cached for i in ids)
    for i, prompt in zip(ids, prompts, strict=True):
        states = hidden_states(folder, prompt)
        assert np.abs(news[i][0].vector - states.mean(0)).max() < 1e-4
    assert np.abs(news[last][0].vector - hidden_states(folder, IDS)[-1]).max() < 1e-4


def test_a_mean_has_the_same_bits_in_every_batch_and_in_all_chunks(folder: Path) -> None:
    def told(num_others: int, chunk: int) -> bytes:
        with engine(folder, chunk=chunk) as one:
            for _ in range(num_others):
                one.add(IDS[::-1], Sampling(3))
            mine = one.add(IDS, Sampling(1, vector=True, mean=True))[0]
            return finish(one)[mine][0].vector.tobytes()
    assert len({told(0, 100), told(3, 100), told(2, 11), told(0, 1)}) == 1


def test_a_sum_begins_anew_with_the_row() -> None:
    means = Means()
    means.add(3, torch.ones(300, 2))
    means.end(3)
    means.add(3, torch.tensor([[1.0, 3.0]]))
    means.add(3, torch.tensor([[2.0, 4.0]]))
    assert means.mean(3).tolist() == [1.5, 3.5]
