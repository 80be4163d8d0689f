"""A step's tensors against a loop over tokens that says what they mean."""
import random

import numpy as np
import pytest
import torch

from quire.core.types import NOTHING, PROMPT_LOGPROBS, TOKEN, VECTOR, Sampling, Start, Work
from quire.runner.inputs import Acts, make_batch
from quire.runner.rows import Rows

BLOCK, LENGTH, ROWS = 4, 60, 9
CPU = torch.device("cpu")


def start_of(row: int, ids: list[int], cached: int = 0, max_tokens: int = 5, prompt_len: int | None = None) -> Start:
    return Start(row + 100, row, 0, tuple(ids), prompt_len or len(ids), Sampling(max_tokens), 0, "", None, True, False,
                 cached)


def work_of(rows: Rows, row: int, count: int, wants: int, new: tuple[int, ...] = ()) -> Work:
    return Work(row + 100, row, 0, int(rows.position[row]), count, 0, (new,), wants)


def some_works(rng: random.Random) -> tuple[Rows, list[Work], dict[int, list[int]]]:
    """Rows in any state, each with some positions wanted: the rows, works, and the table of each."""
    rows, works, tables = Rows(ROWS, LENGTH, BLOCK, 50), list[Work](), {}
    blocks = rng.sample(range(200), 200)
    for row in rng.sample(range(ROWS), rng.randint(1, ROWS)):
        ids = [rng.randrange(50) for _ in range(rng.randint(1, LENGTH - 5))]
        cached = rng.randint(0, len(ids)) // BLOCK * BLOCK
        rows.start(start_of(row, ids, cached, prompt_len=rng.randint(1, len(ids))))
        assert rows.position[row] == min(cached, len(ids) - 1)
        left = len(ids) - int(rows.position[row])
        count = rng.randint(1, left)
        needed = -(-(int(rows.position[row]) + count) // BLOCK)
        tables[row] = [blocks.pop() for _ in range(needed)]
        split = rng.randint(0, needed)
        wants = rng.choice([TOKEN, VECTOR] if count == left else [NOTHING]) | rng.choice([0, PROMPT_LOGPROBS])
        rows.take(Work(row + 100, row, 0, 0, 0, 0, (tuple(tables[row][:split]),), 0))
        works.append(work_of(rows, row, count, wants, tuple(tables[row][split:])))
        rows.take(works[-1])
    return rows, works, tables


@pytest.mark.parametrize("seed", range(60))
def test_a_batch_means_its_works(seed: int) -> None:
    rows, works, tables = some_works(random.Random(seed))
    acts = Acts.of(works, rows)
    batch = make_batch(acts, rows, CPU)
    batch.check(200, BLOCK, 50)
    ids, positions, slots, logit_rows, num_prompt = [], [], [], list[int](), []
    for w in works:
        start = rows.starts[w.row]
        assert start is not None
        first, told = int(rows.position[w.row]), 0
        for p in range(first, first + w.count):
            if w.wants & PROMPT_LOGPROBS and p + 1 < start.prompt_len:
                logit_rows.append(len(ids))
                told += 1
            if w.wants & (TOKEN | VECTOR) and p == first + w.count - 1:
                logit_rows.append(len(ids))
            ids.append(start.tokens[p])
            positions.append(p)
            slots.append(-1 if p < start.cached else tables[w.row][p // BLOCK] * BLOCK + p % BLOCK)
        num_prompt.append(told)
    assert (batch.ids.tolist(), batch.positions.tolist(), batch.slots.tolist()) == (ids, positions, slots)
    assert batch.logit_rows.tolist() == logit_rows and acts.num_prompt.tolist() == num_prompt
    assert np.diff(batch.query_starts.numpy()).tolist() == [w.count for w in works]


@pytest.mark.parametrize("seed", range(20))
def test_what_was_found_is_split_with_its_works(seed: int) -> None:
    rows, works, _ = some_works(random.Random(seed))
    acts = Acts.of(works, rows)
    acts.hidden = torch.arange(float(acts.hidden_starts[-1]))[:, None]
    acts.logits = acts.hidden[torch.from_numpy(acts.last_rows[acts.draws])]
    parts = acts.split()
    assert [part.works for part in parts] == [[w] for w in works]
    hidden, logits = [p.hidden for p in parts], [p.logits for p in parts]
    assert all(h is not None for h in hidden) and all(x is not None for x in logits)
    assert torch.equal(torch.cat([h for h in hidden if h is not None]), acts.hidden)
    assert torch.equal(torch.cat([x for x in logits if x is not None]), acts.logits)
    for part, w in zip(parts, works, strict=True):
        assert part.hidden is not None and part.logits is not None
        assert len(part.logits) == bool(w.wants & TOKEN)
        if w.wants & TOKEN:
            assert torch.equal(part.hidden[part.last_rows], part.logits)


def test_ids_are_appended_and_read_from_the_row() -> None:
    """What is drawn is the next step's input, whoever knows of it."""
    rows = Rows(ROWS, LENGTH, BLOCK, 50)
    rows.start(start_of(3, [7, 8, 9]))
    first = work_of(rows, 3, 3, TOKEN, (5, 6))
    rows.take(first)
    acts = Acts.of([first], rows)
    rows.advance(acts.rows, acts.counts)
    rows.append(acts.rows, np.array([42]))
    rows.check([3])
    second = work_of(rows, 3, 1, TOKEN)
    rows.take(second)
    batch = make_batch(Acts.of([second], rows), rows, CPU)
    assert (batch.ids.tolist(), batch.positions.tolist(), batch.slots.tolist()) == ([42], [3], [5 * BLOCK + 3])


@pytest.mark.parametrize("count, new", [(4, (5,)), (3, ())])
def test_a_work_beyond_its_ids_or_blocks_is_refused(count: int, new: tuple[int, ...]) -> None:
    rows = Rows(ROWS, LENGTH, BLOCK, 50)
    rows.start(start_of(3, [7, 8, 9]))
    work = work_of(rows, 3, count, TOKEN, new)
    rows.take(work)
    with pytest.raises(ValueError, match="beyond"):
        make_batch(Acts.of([work], rows), rows, CPU)


@pytest.mark.parametrize("change", [{"request_id": 7}, {"epoch": 1}, {"row": 4}])
def test_a_work_for_another_request_is_refused(change: dict[str, int]) -> None:
    rows = Rows(ROWS, LENGTH, BLOCK, 50)
    rows.start(start_of(3, [7, 8, 9]))
    with pytest.raises(ValueError, match="not held"):
        rows.take(work_of(rows, 3, 3, TOKEN, (5,))._replace(**change))


@pytest.mark.parametrize("ids", [[-1], [50], [3, 1 << 40], [1] * (LENGTH + 1)])
def test_ids_outside_are_refused(ids: list[int]) -> None:
    with pytest.raises(ValueError, match=r"vocabulary|max_model_len"):
        Rows(ROWS, LENGTH, BLOCK, 50).start(start_of(0, ids))
