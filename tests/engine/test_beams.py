"""Searches over models that are tables of random numbers, against a search written down again without pruning or early ends."""
import math
import random

import pytest

from quire.core.beam_search_params import BeamSearchParams
from quire.core.outputs import Logprob
from quire.core.progress import Meter
from quire.engine.beams import Search, run_beams
from quire.engine.prompts import Prompt
from tests.conftest import FULL

VOCAB, ENDS = 7, frozenset({0, 1})


def likely(seed, ids):
    """Log-probabilities of all ids after these, as sure or unsure as they come."""
    rng = random.Random(f"{seed} {ids}")
    logits = [rng.gauss(0, 3) for _ in range(VOCAB)]
    total = math.log(sum(map(math.exp, logits)))
    return [x - total for x in logits]


def model(seed):
    def ask(asked):
        found = []
        for ids, _ in asked:
            values = likely(seed, ids)
            best = sorted(range(VOCAB), key=lambda i: -values[i])
            found.append({i: Logprob(values[i], rank + 1) for rank, i in enumerate(best)})
        return found
    return ask


def plainly(seed, prompt, params, num_candidates):
    beams, ended = [((), 0.0)], []
    for _ in range(params.max_tokens):
        longer = []
        for tokens, total in beams:
            values = likely(seed, [*prompt, *tokens])
            for token in sorted(range(VOCAB), key=lambda i: -values[i])[:num_candidates]:
                (ended if token in ENDS else longer).append(((*tokens, token), total + values[token]))
        beams = sorted(longer, key=lambda beam: -beam[1])[:params.beam_width]
    return sorted(ended + beams, key=lambda beam: -beam[1] / len(beam[0]) ** params.length_penalty)[:params.beam_width]


@pytest.mark.parametrize("length_penalty", [-3.0, 0.0, 1.0, 2.0])
@pytest.mark.parametrize("width", [1, 2, 3])
def test_searches_find_what_a_plain_search_finds(width, length_penalty):
    params = BeamSearchParams(width, 6, length_penalty=length_penalty, include_stop_str_in_output=True)
    searches = [Search(Prompt(None), [seed], params, ENDS, VOCAB) for seed in range(200 if FULL else 40)]
    asked = []

    def ask(wanted):
        asked.extend(wanted)
        return [model(ids[0])([(ids, salt)])[0] for ids, salt in wanted]
    run_beams(searches, ask, Meter(len(searches), False), at_once=7)
    for seed, search in enumerate(searches):
        want = plainly(seed, [seed], params, search.num_candidates)
        got = search.output(lambda tokens, skips: "").sequences
        assert [tuple(s.tokens[1:]) for s in got] == [tokens for tokens, _ in want], seed
        assert [s.cum_logprob for s in got] == pytest.approx([total for _, total in want])
    if length_penalty <= 0:                         # else longer answers are nearly always better
        assert len(asked) < len(searches) * (1 + 5 * width), "no search ended early"
