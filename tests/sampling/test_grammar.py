"""Grammars in the sampler: what is drawn keeps to them, together with all else that is asked for, alone and in a batch."""
import re
from concurrent.futures import Future

import pytest
import torch

from quire.core.types import Grammar, RequestRefused
from quire.sampling.sampler import Sampler
from tests.grammar.made import grammar, vocabulary
from tests.sampling.reference import start_of

VOCAB = len(vocabulary().tokens)
(END,) = vocabulary().eos_ids
PROMPT = [40, 41]
FORM = grammar(regex="[a-c]{2,6}(,[0-9]{1,3}){2}")


def sampler(rows: int = 4) -> Sampler:
    made = Sampler(rows, VOCAB, 200)
    made.grammars.read_with(vocabulary)
    return made


def begin(made: Sampler, row: int, asked: Grammar | None, output=(), **fields):
    start = start_of(row, PROMPT, list(output), index=fields.pop("index", 0), **fields)._replace(grammar=asked)
    made.start(row, start)
    return start


def until_ready(made: Sampler, *rows: int) -> None:
    while made.late(rows):
        pass


def run(made: Sampler, rows: dict[int, list[int]], most: int = 40) -> None:
    """Adds to each row's output until it ends."""
    until_ready(made, *rows)
    open_rows = list(rows)
    for _ in range(most):
        if not open_rows:
            return
        logits = torch.cat([logits_of(len(rows[row])) for row in open_rows])
        drawn = made.sample(logits, open_rows, [len(PROMPT) + len(rows[row]) for row in open_rows])
        for row, token in zip(open_rows, drawn.ids.tolist(), strict=True):
            rows[row].append(token)
        open_rows = [row for row in open_rows if rows[row][-1] != END]
    raise AssertionError("it does not end")


def logits_of(step: int) -> torch.Tensor:
    return torch.randn(1, VOCAB, generator=torch.Generator().manual_seed(step)) * 2


def said(ids: list[int]) -> str:
    assert ids[-1] == END and END not in ids[:-1]
    return b"".join(vocabulary().tokens[i] for i in ids[:-1]).decode()


def alone(asked: Grammar | None = FORM, output=(), **fields) -> list[int]:
    made, rows = sampler(), {1: list(output)}
    begin(made, 1, asked, output, **fields)
    run(made, rows)
    return rows[1]


RANDOM = {"temperature": 1.5, "seed": 3}


@pytest.mark.parametrize("fields", [{}, RANDOM, RANDOM | {"top_k": 2}, RANDOM | {"top_p": 0.3}, RANDOM | {"min_p": 0.4},
                                    {"repetition_penalty": 1.9, "presence_penalty": 2.0, "frequency_penalty": -2.0},
                                    {"logit_bias": ((END, 100.0), (5, 100.0))}, {"bad_words": ((70,), (71, 72))}],
                         ids=str)
def test_what_is_drawn_keeps_to_it_whatever_else_is_asked_for(fields):
    assert re.fullmatch("[a-c]{2,6}(,[0-9]{1,3}){2}", said(alone(**fields)))


def test_other_rows_are_as_without_it():
    """And rows with it as they are alone: three grammars, one row without, siblings."""
    other, made = grammar(choice=["yes", "no", "perhaps"]), sampler(6)
    asked = {0: (FORM, {}), 1: (other, RANDOM), 2: (FORM, RANDOM), 3: (FORM, RANDOM | {"index": 1}),
             4: (other, RANDOM | {"index": 1})}
    for row, (form, fields) in asked.items():
        begin(made, row, form, **fields)
    rows: dict[int, list[int]] = {row: [] for row in asked}
    run(made, rows)
    assert rows == {row: alone(form, **fields) for row, (form, fields) in asked.items()}
    assert rows[2] != rows[3] and made.masking is not None
    assert (made.masking.num_compiled, made.masking.num_hits) == (2, 3) and sum(made.masking.steps) >= 5

    def plain(beside: bool) -> int:
        made = sampler()
        begin(made, 0, None, **RANDOM)
        if beside:
            begin(made, 1, FORM)
            until_ready(made, 1)
        rows = [0, 1] if beside else [0]
        return int(made.sample(logits_of(9).expand(len(rows), -1), rows, [5] * len(rows)).ids[0])

    assert plain(True) == plain(False)


def test_it_goes_on_where_it_was_after_a_restart():
    whole = alone(**RANDOM)
    for known in range(len(whole)):
        assert alone(output=whole[:known], **RANDOM) == whole


@pytest.mark.parametrize("fields", [{"allowed_ids": (5, 6)}, {"min_tokens": 30, "stop_ids": frozenset({END})}], ids=str)
def test_where_nothing_is_left_it_says_so(fields):
    with pytest.raises(RequestRefused, match="nothing can be drawn"):
        alone(grammar(regex="[0-9]{3}"), **fields)


def test_min_tokens_and_a_grammar_that_has_room_for_both():
    ids = alone(grammar(regex="[0-9]{1,20}"), min_tokens=9, stop_ids=frozenset({END}), logit_bias=((END, 100.0),))
    assert len(ids) == 10


def test_a_row_whose_grammar_is_not_ready_is_late_and_others_are_not(monkeypatch):
    made = sampler()
    begin(made, 0, grammar(choice=["a"]))
    until_ready(made, 0)
    slow: Future = Future()
    monkeypatch.setattr(made.grammars.compiler, "begin", lambda text: slow)
    begin(made, 1, FORM)
    assert made.late([0, 1, 2]) == {1} and made.late([0, 2]) == set()
    made.end(1)
    assert made.late([0, 1]) == set()


def test_one_that_does_not_compile_fails_its_row_alone():
    made = sampler()
    begin(made, 0, Grammar(FORM.text.replace("[a-c]", "[a-c")))
    begin(made, 1, FORM)
    until_ready(made, 0, 1)
    with pytest.raises(RuntimeError, match="cannot be compiled"):
        made.sample(logits_of(0), [0], [2])
    rows = {1: []}
    run(made, rows)
    assert said(rows[1])


def test_without_a_tokenizer_it_is_refused():
    made = Sampler(2, VOCAB, 100)
    begin(made, 0, FORM)
    until_ready(made, 0)
    with pytest.raises(RequestRefused, match="no tokenizer"):
        made.sample(logits_of(0), [0], [2])
