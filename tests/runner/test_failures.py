"""One request's failure is its own: planted exceptions in every phase, weights that give NaN, ids that cannot be."""
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from quire.core.errors import DeviceError
from quire.core.types import PROMPT_LOGPROBS, TOKEN, News, Sampling, Start, Step, Work
from quire.engine.engine import Engine
from quire.executor.local import LocalExecutor
from quire.runner import runner as runner_module
from quire.runner.inputs import Acts
from quire.runner.runner import Runner

from ..tiny import tiny
from ..whole import engine, finish

PROMPTS = [[17 * i % 200 + j for j in range(5 + 9 * i % 40)] for i in range(8)]
GREEDY = Sampling(max_tokens=6)
PHASES = ("prepare", "forward", "prompts", "sample")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("failures"))


@pytest.fixture(scope="module")
def expected(folder: Path) -> list[list[int]]:
    with engine(folder) as one:
        return [tokens(news) for news in run_all(one)]


def run_all(one: Engine, prompts: Sequence[list[int]] = PROMPTS, sampling: Sampling = GREEDY) -> list[list[News]]:
    ids = [one.add(prompt, sampling)[0] for prompt in prompts]
    news = finish(one)
    return [news[i] for i in ids]


def tokens(news: Sequence[News]) -> list[int]:
    return [token for one in news for token in one.tokens]


def runner_of(one: Engine) -> Runner:
    assert isinstance(one.executor, LocalExecutor)
    return one.executor.runner


def plant(one: Engine, phase: str, fault: Callable[[Sequence[Work]], None]) -> None:
    setattr(runner_of(one), f"fault_{phase}", fault)


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("at_step", [0, 3])
def test_only_the_one_that_raises_again_fails(folder: Path, expected: list[list[int]], phase: str, depth: int,
                                              at_step: int) -> None:
    with engine(folder, depth=depth) as one:
        seen, num_failures = 0, 0

        def fault(works: Sequence[Work]) -> None:
            nonlocal seen, num_failures
            seen += 1
            if seen > at_step and any(w.request_id == 3 for w in works):
                num_failures += len(works) == 1
                raise RuntimeError(f"planted in {phase}")

        plant(one, phase, fault)
        news = run_all(one)
        assert news[3][-1].reason == "error" and f"planted in {phase}" in news[3][-1].error
        assert num_failures == 1, "more work was done for a row that had failed"
        for i in (0, 1, 2, 4, 5, 6, 7):
            assert tokens(news[i]) == expected[i] and news[i][-1].reason == "length"
        plant(one, phase, lambda works: None)
        assert [tokens(n) for n in run_all(one)] == expected, "the failure left something behind"


@pytest.mark.parametrize("phase", PHASES)
def test_what_does_not_happen_again_harms_nobody(folder: Path, expected: list[list[int]], phase: str) -> None:
    with engine(folder) as one:
        def fault(works: Sequence[Work]) -> None:
            if len(works) > 1:
                raise MemoryError("too much at once")

        plant(one, phase, fault)
        assert [tokens(news) for news in run_all(one)] == expected


@pytest.mark.parametrize("phase", PHASES)
def test_without_the_guard_all_are_lost(folder: Path, monkeypatch: Any, phase: str) -> None:
    """The control."""
    def fault(works: Sequence[Work]) -> None:
        if any(w.request_id == 3 for w in works):
            raise RuntimeError(f"planted in {phase}")

    def attempt(runner: Runner, act: Callable[[Acts], None], parts: list[Acts], is_joint: bool = False) -> list[Acts]:
        for part in parts:
            act(part)
        return parts

    with engine(folder) as one:
        monkeypatch.setattr(Runner, "_attempt", attempt)
        plant(one, phase, fault)
        with pytest.raises(RuntimeError, match="planted"):
            run_all(one)


@pytest.mark.parametrize("depth", [1, 2])
def test_no_room_for_the_logits_of_a_prompt_fails_it_alone(folder: Path, monkeypatch: Any, depth: int) -> None:
    """Of one prompt the second slice, of all that are computed in a step."""
    sampling = Sampling(max_tokens=4, num_prompt_logprobs=1)
    monkeypatch.setattr(runner_module, "PROMPT_SLICE", 8)
    with engine(folder, depth=depth) as one:
        expected = run_all(one, sampling=sampling)
        runner = runner_of(one)
        make, slices = runner._prompt_logits, list[int]()

        def fail(acts: Acts, i: int) -> Any:
            for number, part in enumerate(make(acts, i)):
                if acts.works[i].request_id == len(PROMPTS) + 3 and number == 1:
                    slices.append(len(acts.works))
                    raise MemoryError("no room")
                yield part

        monkeypatch.setattr(runner, "_prompt_logits", fail)
        news = run_all(one, sampling=sampling)
        assert news[3][-1].reason == "error" and news[3][-1].error == "no room" and slices[0] > slices[-1] == 1
        for i in (0, 1, 2, 4, 5, 6, 7):
            assert tokens(news[i]) == tokens(expected[i]) and news[i][-1].reason == "length"
            assert told(news[i]) == told(expected[i])
        monkeypatch.setattr(runner, "_prompt_logits", make)
        assert list(map(tokens, run_all(one, sampling=sampling))) == list(map(tokens, expected))


def told(news: Sequence[News]) -> list[tuple[list[int], list[float]]]:
    """Logprobs of a prompt, position by position."""
    return [(ids.tolist(), values.tolist()) for one in news if (part := one.prompt_logprobs) is not None
            for ids, values in zip(part.ids, part.values, strict=True)]


def test_when_all_raise_all_fail_and_the_engine_lives(folder: Path, expected: list[list[int]]) -> None:
    with engine(folder) as one:
        def fault(works: Sequence[Work]) -> None:
            raise ValueError("no")

        plant(one, "forward", fault)
        assert {news[-1].error for news in run_all(one)} == {"no"}
        plant(one, "forward", lambda works: None)
        assert [tokens(news) for news in run_all(one)] == expected


def test_a_lost_accelerator_is_the_end(folder: Path) -> None:
    with engine(folder) as one:
        def fault(works: Sequence[Work]) -> None:
            raise torch.AcceleratorError("illegal address")

        plant(one, "forward", fault)
        one.add(PROMPTS[0], GREEDY)
        with pytest.raises(DeviceError, match="illegal address"):
            finish(one)


@pytest.fixture(scope="module", params=[float("nan"), float("inf")])
def poisoned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Whoever reads id 255 gets what is no number."""
    folder = tiny(tmp_path_factory.mktemp("poisoned"))
    weights = load_file(folder / "model.safetensors")
    weights["model.embed_tokens.weight"][255, 5] = request.param
    save_file(weights, folder / "model.safetensors")
    return folder


@pytest.mark.parametrize("depth", [1, 2])
def test_not_a_number_fails_its_row_alone(poisoned: Path, expected: list[list[int]], depth: int) -> None:
    """And the blocks that it leaves full of it can be used by others."""
    prompts = [*PROMPTS[:4], [1, 2, 255, 4], *PROMPTS[4:]]
    with engine(poisoned, depth=depth, num_blocks=14, block_size=8) as one:
        for _ in range(3):
            news = run_all(one, prompts)
            assert "not finite" in news[4][-1].error and "position 3" in news[4][-1].error
            assert [tokens(n) for n in news[:4] + news[5:]] == expected


@pytest.mark.parametrize("sampling", [Sampling(1, vector=True), Sampling(2, num_prompt_logprobs=1)])
def test_not_a_number_in_vectors_and_logprobs_of_prompts(poisoned: Path, sampling: Sampling) -> None:
    with engine(poisoned, chunk=3) as one:      # so what is told of the prompt is told before anything is drawn
        news = run_all(one, [[1, 2, 3, 4], [1, 255, 3, 4], [5, 6]], sampling)
        assert [n[-1].reason == "error" for n in news] == [False, True, False]
        assert "not finite" in news[1][-1].error and not any(n.prompt_logprobs is not None for n in news[1])


def test_an_id_outside_the_vocabulary_fails_its_request(folder: Path, expected: list[list[int]]) -> None:
    with engine(folder) as one:
        news = run_all(one, [*PROMPTS, [1, 261, 3]])
        assert "vocabulary" in news[8][-1].error
        assert [tokens(n) for n in news[:8]] == expected


def test_a_sampler_that_refuses_fails_its_request(folder: Path, expected: list[list[int]], monkeypatch: Any) -> None:
    with engine(folder) as one:
        sampler = runner_of(one).sampler
        assert sampler is not None
        start_well = sampler.start

        def start(row: int, start: Any) -> None:
            if start.request_id == 2:
                raise ValueError("no such way to draw")
            start_well(row, start)

        monkeypatch.setattr(sampler, "start", start)
        news = run_all(one)
        assert news[2][-1].error == "no such way to draw"
        assert [tokens(n) for i, n in enumerate(news) if i != 2] == [e for i, e in enumerate(expected) if i != 2]
        assert [tokens(n) for n in run_all(one)] == expected, "its row could not be used again"


def test_a_row_with_all_its_ids_does_nothing(folder: Path) -> None:
    """Where more steps were in flight than ids were left."""
    with engine(folder) as one:
        steps = list[Step]()
        submit = one.executor.submit

        def record(step: Step) -> Any:
            steps.append(step)
            return submit(step)

        one.executor.submit = record        # type: ignore[method-assign]
        run_all(one, PROMPTS[:1])
        runner = runner_of(one)
        last = next(step for step in reversed(steps) if step.work)
        runner.execute(Step(100, (steps[0].starts[0],), (), ()))
        runner.rows.length[last.work[0].row] = runner.rows.limit[last.work[0].row]
        output = runner.execute(Step(101, (), (last.work[0]._replace(new_blocks=((),)),), ()))
        assert output.tokens == {last.work[0].request_id: []} and not output.failed


def test_of_a_work_that_failed_nothing_else_is_told(folder: Path) -> None:
    """Though the logprobs of its prompt were there before its draw failed."""
    with engine(folder) as one:
        runner = runner_of(one)
        plant(one, "sample", lambda works: 1 // 0)      # type: ignore[arg-type,return-value]
        start = Start(5, 0, 0, (1, 2, 3), 3, Sampling(4, num_prompt_logprobs=1), 0, "", None, False, False, 0)
        output = runner.execute(Step(1, (start,), (Work(5, 0, 0, 0, 3, 0, ((0,),), TOKEN | PROMPT_LOGPROBS),), ()))
        assert list(output.failed) == [5] and not (output.tokens or output.prompt_logprobs or output.logprobs)
