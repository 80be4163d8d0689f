"""Who can never be served is refused, with what to do instead; whoever just fits is served."""
import pytest

from quire.core.types import Sampling
from tests.schedule.workloads import DEPTHS, PROMPT, build, check_against_naive, run


@pytest.mark.parametrize("prompt, sampling, rest, words", [
    ([], Sampling(1), {}, "the prompt is empty: send at least one token"),
    ([1], Sampling(0), {}, "max_tokens is 0: ask for at least one"),
    (PROMPT, Sampling(61), {}, "has 40 tokens and max_tokens is 61, 101 together, .* 100 .*or lower.*--max-model-len"),
    (PROMPT * 3, Sampling(1, vector=True), {}, "has 120 tokens, but .* 100 together: shorten the prompt, or start"),
    (PROMPT, Sampling(58), {}, "98 together, but the KV cache holds 96 .*shorten the prompt or lower .*--kv-memory"),
    (PROMPT[:30], Sampling(4), {"whole": True}, "in one step, which takes 32: .*--max-num-batched-tokens"),
    ([1], Sampling(2, vector=True), {}, "draws no tokens: leave it at 1"),
])
def test_refused_at_the_door(prompt, sampling, rest, words):
    engine = build(num_blocks=24, block_size=4, step_tokens=32, max_model_len=100)
    with pytest.raises(ValueError, match=words):
        engine.add(prompt, sampling, **rest)
    assert not engine.is_busy and not engine.scheduler.news


@pytest.mark.parametrize("prompt, sampling, rest", [
    (PROMPT, Sampling(57), {}),                                         # the last id needs no slot
    (PROMPT * 2 + PROMPT[:16], Sampling(1, vector=True), {}),           # and a vector needs no id
    (PROMPT[:32], Sampling(1, vector=True), {"whole": True}),
    (PROMPT[:30], Sampling(3), {"whole": True}),
])
@DEPTHS
def test_what_just_fits_is_served(prompt, sampling, rest, depth):
    """With drafts whose fate is not known it might seem to need more."""
    engine = build(num_blocks=24, block_size=4, step_tokens=32, max_model_len=97, depth=depth, drafts=4)
    (request_id,) = engine.add(prompt, sampling, **rest)
    request, heard = engine.scheduler.requests[request_id], run(engine, most_turns=200)
    check_against_naive(request, heard[request_id])
    assert engine.stats().num_preemptions == 0


def test_an_id_that_is_alive_is_refused():
    engine = build()
    (request_id,) = engine.add(PROMPT, Sampling(1))
    with pytest.raises(ValueError, match="is alive already: choose another id"):
        engine.scheduler.add(engine.scheduler.requests[request_id])
