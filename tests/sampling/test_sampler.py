"""The sampler as a whole: each feature does what a slow reference does, alone and in any batch, before and after a restart."""
import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from quire.core.types import RequestRefused, Start
from quire.sampling import bad_words, bias, penalties, sampler
from quire.sampling.sampler import FEATURES, Sampler
from tests.sampling.reference import chi_square, drawable, log_softmax, processed, start_of
from tests.text.examples import examples

VOCAB = 40
PROMPT = [1, 2, 3, 2]
WORLD = 4       # decides the logits of each step


def logits_of(seed: int, vocab: int = VOCAB, count: int = 1) -> torch.Tensor:
    return torch.randn(count, vocab, generator=torch.Generator().manual_seed(seed)) * 2


class Run:
    """One request in a sampler, step by step, with logits drawn by the step's number."""

    def __init__(self, made: Sampler, start: Start, world: int = 0):
        self.sampler, self.start, self.world = made, start, world
        self.tokens = list(start.tokens)
        made.start(start.row, start)

    @property
    def output(self) -> list[int]:
        return self.tokens[self.start.prompt_len:]

    def logits(self) -> torch.Tensor:
        return logits_of(self.world * 1000 + len(self.tokens))

    def step(self) -> int:
        drawn = self.sampler.sample(self.logits(), [self.start.row], [len(self.tokens)])
        self.tokens.append(int(drawn.ids[0]))
        return self.tokens[-1]

    def steps(self, count: int) -> list[int]:
        return [self.step() for _ in range(count)]


def run(count: int = 12, index: int = 0, **fields: Any) -> list[int]:
    return Run(Sampler(2, VOCAB, 100), start_of(1, PROMPT, index=index, **fields), WORLD).steps(count)


# ---- each feature, as the reference has it

def follows(**fields: Any) -> None:
    """Greedy: at each step the best of what the reference leaves."""
    for world in (WORLD, WORLD + 1, WORLD + 2):
        request = Run(Sampler(2, VOCAB, 100), start_of(0, PROMPT, **fields), world)
        for _ in range(15):
            x = processed(request.logits()[0].numpy(), request.start.sampling, PROMPT, request.output)
            assert request.step() == int(np.argmax(x))


def differs(**fields: Any) -> None:
    """Two requests that differ only in these fields are answered differently."""
    random = {"temperature": 1.0, "seed": 5}
    assert run(**fields) != run() or run(40, **random | fields) != run(40, **random)


FIRST = run()[0]
FIELDS: dict[str, dict[str, Any]] = {
    "repetition_penalty": {"repetition_penalty": 1.9}, "presence_penalty": {"presence_penalty": 2.0},
    "frequency_penalty": {"frequency_penalty": 1.5},
    "negative penalties": {"frequency_penalty": -1.0, "repetition_penalty": 0.5},
    "all penalties": {"repetition_penalty": 1.3, "presence_penalty": -0.7, "frequency_penalty": 0.9},
    "logit_bias": {"logit_bias": ((FIRST, -100.0), (7, 3.0))}, "allowed_ids": {"allowed_ids": (3, 9, 11)},
    "min_tokens": {"min_tokens": 8, "stop_ids": frozenset({FIRST, 12, 13})},
    "bad_words": {"bad_words": ((FIRST,), (4, 5), tuple(run()[1:4]), (6, 6, 6))}}
FAULTS = {"repetition_penalty": penalties.Penalties, "presence_penalty": penalties.Penalties,
          "frequency_penalty": penalties.Penalties, "negative penalties": penalties.Penalties,
          "all penalties": penalties.Penalties, "logit_bias": bias.LogitBias, "allowed_ids": bias.AllowedIds,
          "min_tokens": bias.MinTokens, "bad_words": bad_words.BadWords}


@pytest.mark.parametrize("name", list(FIELDS))
def test_a_feature_does_what_the_reference_does(name):
    follows(**FIELDS[name])


@pytest.mark.parametrize("name", [name for name in FIELDS if name != "negative penalties"])
def test_a_feature_makes_a_difference(name):
    differs(**FIELDS[name])


@pytest.mark.parametrize("name", list(FIELDS))
def test_planted_fault_without_the_feature_both_are_red(monkeypatch, name):
    monkeypatch.setattr(FAULTS[name], "apply", lambda self, logits, lines: None)
    for promise in (follows, differs):
        with pytest.raises(AssertionError):
            promise(**FIELDS[name])


@pytest.mark.parametrize("name", ["presence_penalty", "frequency_penalty", "bad_words"])
def test_planted_fault_without_history_it_is_red(monkeypatch, name):
    monkeypatch.setattr(FAULTS[name], "append", lambda self, lines, ids: None)
    with pytest.raises(AssertionError):
        follows(**FIELDS[name])


RANDOM: dict[str, dict[str, Any]] = {"temperature": {"temperature": 0.4}, "top_k": {"top_k": 3}, "top_p": {"top_p": 0.4},
                                     "min_p": {"min_p": 0.5}, "seed": {"seed": 6}, "index": {"index": 1}}


@pytest.mark.parametrize("name", list(RANDOM))
def test_a_parameter_of_the_draw_makes_a_difference(name):
    plain = {"temperature": 1.0, "seed": 5, "top_k": 0, "top_p": 1.0, "min_p": 0.0, "index": 0}
    assert run(40, **plain) != run(40, **plain | RANDOM[name])


CUTS = ({"top_k": 4}, {"top_p": 0.6}, {"min_p": 0.2}, {"temperature": 0.5}, {})


@pytest.mark.parametrize("fields", CUTS)
def test_draws_follow_the_reference(fields):
    """100,000 draws with a fixed seed, after a penalty, against the reference's probabilities."""
    rows, draws = 1000, 100_000
    fields = {"temperature": 0.9, "repetition_penalty": 1.2, "seed": 42} | fields
    made, x = Sampler(rows, VOCAB, 1000), logits_of(8)
    starts = [start_of(row, PROMPT, index=row, **fields) for row in range(rows)]
    for start in starts:
        made.start(start.row, start)
    counts: Counter[int] = Counter()
    for step in range(draws // rows):
        made.features[-1].counts.values.zero_()         # so that the penalties stay what they are
        counts.update(made.sample(x.expand(rows, -1).contiguous(), list(range(rows)), [len(PROMPT) + step] * rows).ids.tolist())
    s = starts[0].sampling
    assert abs(chi_square(counts, drawable(processed(x[0].numpy(), s, PROMPT, []), s), draws)) < 4


@pytest.mark.parametrize("fields", [{"top_k": 4}, {"top_p": 0.6}, {"min_p": 0.2}])
def test_planted_fault_without_truncation_it_is_red(monkeypatch, fields):
    monkeypatch.setattr(sampler, "draw_cut", lambda logits, cuts, uniform: sampler.draw_whole(logits, uniform))
    with pytest.raises(AssertionError):
        test_draws_follow_the_reference(fields)


# ---- greedy

def test_the_lowest_of_equal_ids_is_the_best():
    made, x = Sampler(3, 6, 10), torch.tensor([[0.0, 3, 1, 3, 3, 2], [-0.0, 0.0, 0.0, -1, 0.0, -0.0], [5.0] * 6])
    for row in range(3):
        made.start(row, start_of(row, [1]))
    assert made.sample(x, [0, 1, 2], [1, 1, 1]).ids.tolist() == [1, 0, 0]


def test_what_is_known_to_be_best_is_believed_until_something_changes_it():
    made, x = Sampler(3, 6, 10), torch.tensor([[0.0, 3, 1, 2, 0, 0]] * 3)
    made.start(0, start_of(0, [1]))
    made.start(1, start_of(1, [1], temperature=1.0, top_k=1))
    known = torch.tensor([4, 4])
    assert made.sample(x[:2], [0, 1], [1, 1], known).ids.tolist() == [4, 1] and known.tolist() == [4, 4]
    made.start(2, start_of(2, [1], logit_bias=((3, 5.0),)))
    assert made.sample(x[:2], [0, 2], [1, 1], known).ids.tolist() == [1, 3]


def test_tiny_temperatures_are_greedy_and_small_ones_nearly():
    best = run(20)
    for temperature in (0.0, 1e-300, 9e-6, 1.1e-5):
        assert run(20, temperature=temperature) == best


def test_a_greedy_batch_is_one_argmax(monkeypatch):
    made = Sampler(4, VOCAB, 10)
    for row in range(4):
        made.start(row, start_of(row, [1]))
    for name in ("uniforms", "draw_whole", "draw_cut", "logprobs_of"):
        monkeypatch.setattr(sampler, name, None)
    monkeypatch.setattr(torch.Tensor, "clone", None)
    x = logits_of(1, count=3)
    before = x.numpy().copy()
    assert made.sample(x, [3, 0, 2], [1, 1, 1]).ids.tolist() == before.argmax(1).tolist()
    assert made.features[-1].counts.values.shape[0] == 0        # and nobody holds counts


# ---- the same bits whatever the batch

MIXED: list[dict[str, Any]] = [
    {}, {"temperature": 1.0}, {"temperature": 0.7, "top_p": 0.9}, {"temperature": 1.5, "top_k": 5, "num_logprobs": 3},
    FIELDS["bad_words"], FIELDS["min_tokens"], {"temperature": 1.0, **FIELDS["all penalties"]},
    {**FIELDS["allowed_ids"], "num_logprobs": 0},
    {"temperature": 0.8, "min_p": 0.1, **FIELDS["logit_bias"]}, {"num_logprobs": 40}]


def trace(requests: list[Run], order: list[int], steps: int) -> dict[int, list[Any]]:
    """Step those requests together, in that order; ids and logprobs of each."""
    told: dict[int, list[Any]] = {i: [] for i in order}
    for _ in range(steps):
        batch = [requests[i] for i in order]
        logits, rows = torch.cat([r.logits() for r in batch]), [r.start.row for r in batch]
        made = batch[0].sampler.sample(logits, rows, [len(r.tokens) for r in batch])
        for line, i in enumerate(order):
            requests[i].tokens.append(int(made.ids[line]))
            found = made.logprobs.get(line)
            bits = found and (found.ids.tobytes(), found.values.tobytes(), found.ranks.tobytes())
            told[i].append((requests[i].tokens[-1], bits))
    return told


def requests_in(made: Sampler, rows: list[int]) -> list[Run]:
    return [Run(made, start_of(row, PROMPT, seed=i, index=i % 2, **MIXED[i]), world=i) for i, row in enumerate(rows)]


@examples(12)
@given(rows=st.permutations(range(len(MIXED))), order=st.permutations(range(len(MIXED))))
def test_a_request_is_answered_alike_in_any_batch(rows, order):
    alone = {}
    for i in range(len(MIXED)):
        alone |= trace(requests_in(Sampler(len(MIXED), VOCAB, 100), list(range(len(MIXED)))), [i], 6)
    assert trace(requests_in(Sampler(len(MIXED), VOCAB, 100), rows), order, 6) == alone


@examples(25)
@given(i=st.integers(0, len(MIXED) - 1), before=st.integers(0, 6))
def test_a_restart_changes_nothing(i, before):
    """Taken out after some ids and begun again elsewhere with all that is known, as after a preemption."""
    whole = Run(Sampler(4, VOCAB, 100), start_of(0, PROMPT, seed=i, **MIXED[i]), world=i)
    whole.steps(before + 5)
    made = Sampler(4, VOCAB, 100)
    other = Run(made, start_of(2, [9, 9], [8, 8], temperature=1.0, **FIELDS["all penalties"]))       # leaves its row behind
    other.steps(3)
    made.end(2)
    again = Run(made, start_of(2, PROMPT, whole.output[:before], seed=i, **MIXED[i]), world=i)
    assert [*whole.output[:before], *again.steps(5)] == whole.output


def test_seeded_is_reproducible_and_siblings_differ():
    fields = {"temperature": 1.0, "seed": 2 ** 64 - 3}
    assert run(30, **fields) == run(30, **fields)
    assert len({tuple(run(30, index=i, **fields)) for i in range(4)}) == 4


# ---- logprobs

def test_logprobs_are_of_the_raw_logits():
    """P11: whatever penalties, bias and temperature do; sorted; the drawn one first, with its rank."""
    fields = FIELDS["all penalties"] | {"temperature": 1.7, "logit_bias": ((5, 9.0),), "top_k": 20, "num_logprobs": 4}
    made = Sampler(2, VOCAB, 100)
    request = Run(made, start_of(1, PROMPT, **fields))
    for _ in range(20):
        x = request.logits()
        want = log_softmax(x[0].numpy())
        drawn = made.sample(x, [1], [len(request.tokens)])
        found, token = drawn.logprobs[0], int(drawn.ids[0])
        request.tokens.append(token)
        order = np.argsort(-want, kind="stable")
        assert found.ids[0].tolist() == [token, *order[:4]]
        assert np.abs(found.values[0] - want[found.ids[0]]).max() < 1e-5
        assert found.ranks[0] == list(order).index(token) + 1


def test_planted_fault_logprobs_of_processed_logits_are_red(monkeypatch):
    monkeypatch.setattr(torch.Tensor, "clone", lambda self: self)        # features then write into the logits that were given
    with pytest.raises(AssertionError):
        test_logprobs_are_of_the_raw_logits()


def test_each_line_has_as_many_logprobs_as_it_wants():
    made = Sampler(3, VOCAB, 10)
    for row, count in enumerate((None, 0, 5)):
        made.start(row, start_of(row, PROMPT, num_logprobs=count))
    told = made.sample(logits_of(1, count=3), [2, 0, 1], [4, 4, 4]).logprobs
    assert {line: found.ids.shape for line, found in told.items()} == {0: (1, 6), 2: (1, 1)}


def test_prompt_logprobs():
    made, x, targets = Sampler(1, VOCAB, 10), logits_of(3, count=4), torch.tensor([0, 5, 5, 39])
    found = made.prompt_logprobs(x, targets, 2)
    for i, row in enumerate(x.numpy()):
        want = log_softmax(row)
        assert found.ids[i].tolist() == [int(targets[i]), *np.argsort(-want)[:2]]
        assert found.values[i, 0] == pytest.approx(want[int(targets[i])], abs=1e-5)
        assert found.ranks[i] == (want > want[int(targets[i])]).sum() + 1
    assert made.prompt_logprobs(x, targets, 10 ** 9).ids.shape == (4, 1 + VOCAB)


# ---- rows, and what is refused

@pytest.mark.parametrize("fields", [{"logit_bias": ((VOCAB, 1.0),)}, {"allowed_ids": (-1,)}, {"bad_words": ((1, VOCAB),)},
                                    {"stop_ids": frozenset({2 ** 40}), "min_tokens": 1}])
def test_ids_outside_the_logits_are_refused_and_leave_the_row_empty(fields):
    made = Sampler(2, VOCAB, 10)
    with pytest.raises(RequestRefused, match="outside the 40"):
        made.start(0, start_of(0, PROMPT, **FIELDS["logit_bias"] | FIELDS["allowed_ids"] | fields))
    assert not made.wants.any()
    x = logits_of(1)
    assert made.sample(x, [0], [4]).ids.tolist() == [int(x.argmax())]


def test_a_prompt_outside_the_logits_is_refused_where_it_is_counted():
    with pytest.raises(RequestRefused):
        Sampler(1, VOCAB, 10).start(0, start_of(0, [VOCAB], presence_penalty=1.0))


def test_if_nothing_is_left_only_that_request_fails():
    made = Sampler(2, VOCAB, 10)
    made.start(0, start_of(0, PROMPT, allowed_ids=(7,), stop_ids=frozenset({7}), min_tokens=2))
    made.start(1, start_of(1, PROMPT, presence_penalty=1.0))
    x = logits_of(1, count=2)
    with pytest.raises(RequestRefused, match="bar every id"):
        made.sample(x, [0, 1], [4, 4])
    assert not made.features[-1].counts.values.any()        # nothing has been counted yet
    assert made.sample(x[1:], [1], [4]).ids.tolist() == [int(x[1].argmax())]
    assert made.sample(x[:1], [0], [6]).ids.tolist() == [7]


def test_rows_that_ended_hold_nothing():
    made = Sampler(6, VOCAB, 10)
    everything = {key: value for fields in FIELDS.values() for key, value in fields.items()}
    for _ in range(5):
        for row in range(6):
            made.start(row, start_of(row, PROMPT, temperature=1.0, num_logprobs=2, **everything))
        for row in range(6):
            made.end(row)
    assert not made.wants.any() and not made.is_random.any() and made.features[-1].counts.values.shape[0] == 6
    assert len(made.features[-1].counts.free) == 6
    x = logits_of(3)
    drawn = made.sample(x, [2], [9])
    assert drawn.ids.tolist() == [int(x.argmax())] and not drawn.logprobs


def test_top_k_beyond_the_vocabulary_is_off():
    assert run(20, temperature=1.0, top_k=10 ** 12) == run(20, temperature=1.0)


def test_barred_ids_are_never_drawn():
    made = Sampler(1, VOCAB, 10)
    made.start(0, start_of(0, PROMPT, temperature=2.0, allowed_ids=(3, 5), top_p=0.999))
    drawn = {int(made.sample(torch.zeros(1, VOCAB), [0], [p]).ids[0]) for p in range(4, 200)}
    assert drawn == {3, 5}


def test_the_order_of_the_features_is_fixed():
    """A biased id that is barred stays barred, and penalties look at the biased logit."""
    assert [f.__name__ for f in FEATURES] == ["AllowedIds", "BadWords", "MinTokens", "Grammars", "LogitBias", "Penalties"]
    assert run(1, logit_bias=((7, 100.0),), bad_words=((7,),)) != [7]
    s = start_of(0, PROMPT, logit_bias=((1, 50.0),), repetition_penalty=2.0).sampling
    x = processed(logits_of(4)[0].numpy(), s, PROMPT, [])
    assert math.isclose(x[1], (float(logits_of(4)[0, 1]) + 50) / 2, rel_tol=1e-6)
