"""Grammars through scheduler, cache and runner: whatever happens to a request, its text is the one it has alone."""
import re
from pathlib import Path
from typing import Any

import pytest

from quire.core.messages import BARRED
from quire.core.structured import StructuredOutputsParams
from quire.core.types import Grammar, News, Sampling
from quire.engine.engine import Engine
from quire.executor.local import LocalExecutor
from quire.grammar.compile import text_of
from quire.grammar.match import GrammarFailed, Matcher

from ..tiny import EOS, tiny
from ..whole import engine, finish

PROMPTS = [[17 * i % 200 + j for j in range(5 + 9 * i % 40)] for i in range(6)]
FORM = "[a-f]{4,12}(-[0-9]{2}){2,5}"
SMALL: dict[str, Any] = {"num_blocks": 11, "block_size": 8, "max_num_batched_tokens": 64}


def grammar(**asked: Any) -> Grammar:
    return Grammar(text_of(StructuredOutputsParams(**asked)))


def sampling(**fields: Any) -> Sampling:
    return Sampling(**{"max_tokens": 40, "temperature": 1.0, "seed": 5, "stop_ids": frozenset({EOS}), **fields})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("grammars"))


def run(one: Engine, n: int = 1) -> list[list[News]]:
    """Every second prompt is bound; news of all siblings, in their order."""
    ids = add(one, n)
    news = finish(one)
    return [news[i] for i in ids]


def add(one: Engine, n: int = 1) -> list[int]:
    return [request for i, prompt in enumerate(PROMPTS)
            for request in one.add(prompt, sampling(n=n), grammar=grammar(regex=FORM) if i % 2 else None)]


def tokens(news: list[News]) -> list[int]:
    return [token for one in news for token in one.tokens]


def text(news: list[News]) -> str:
    assert news[-1].reason == "stop", news[-1]
    return bytes(tokens(news)[:-1]).decode()


@pytest.fixture(scope="module")
def alone(folder: Path) -> list[list[int]]:
    found = []
    for i, prompt in enumerate(PROMPTS):
        with engine(folder, prefix_caching=False) as one:
            (request,) = one.add(prompt, sampling(), grammar=grammar(regex=FORM) if i % 2 else None)
            news = finish(one)[request]
            assert not i % 2 or re.fullmatch(FORM, text(news))
            found.append(tokens(news))
    assert len({tuple(ids) for ids in found}) == len(PROMPTS)
    return found


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("how", [{}, {"chunk": 3}, {"prefix_caching": False}], ids=str)
def test_together(folder: Path, alone: list[list[int]], depth: int, how: dict[str, Any]) -> None:
    with engine(folder, depth=depth, **how) as one:
        for _ in range(2):                  # the second time with a warm cache
            assert [tokens(news) for news in run(one)] == alone
        assert one.masking and one.masking.num_compiled == 1 and one.masking.num_hits == 5 and sum(one.masking.steps) > 9


@pytest.mark.parametrize("depth", [1, 2])
def test_preempted(folder: Path, alone: list[list[int]], depth: int) -> None:
    with engine(folder, depth=depth, **SMALL) as one:
        found = run(one)
        assert [tokens(news) for news in found] == alone
        assert sum(news[-1].num_preemptions for news in found[1::2]) > 0, "nobody who is bound had to start again"


@pytest.mark.parametrize("depth", [1, 3])
def test_siblings_each_have_their_own_place(folder: Path, depth: int) -> None:
    with engine(folder, depth=depth) as one:
        texts = [text(news) for i, news in enumerate(run(one, n=3)) if i // 3 % 2]
        assert len(texts) == 9 and all(re.fullmatch(FORM, t) for t in texts) and len(set(texts)) == 9


@pytest.mark.parametrize("depth", [1, 2])
def test_a_grammar_that_takes_long_holds_nobody_up(folder: Path, alone: list[list[int]], depth: int, monkeypatch: Any) -> None:
    with engine(folder, depth=depth) as one:
        assert isinstance(one.executor, LocalExecutor) and one.executor.runner.sampler
        grammars, waited = one.executor.runner.sampler.grammars, 0
        late = grammars.late

        def slowly(rows: set[int]) -> set[int]:
            nonlocal waited
            waited += 1
            return grammars.making.keys() & rows if waited < 9 else late(rows)

        monkeypatch.setattr(grammars, "late", slowly)
        assert [tokens(news) for news in run(one)] == alone and waited >= 9


def test_a_planted_failure_ends_one_request_alone(folder: Path, alone: list[list[int]], monkeypatch: Any) -> None:
    check = Matcher.check

    def fail(matcher: Matcher) -> None:
        check(matcher)
        if matcher.marker == b"planted" and not matcher.is_idle:
            raise GrammarFailed("planted")

    monkeypatch.setattr(Matcher, "check", fail)
    with engine(folder, depth=2) as one:
        broken = Grammar(grammar(regex=FORM).text, "planted")
        monkeypatch.setattr(Matcher, "_look_for_marker", lambda matcher, token: setattr(matcher, "is_idle", False))
        (request,) = one.add([9, 9, 9], sampling(), grammar=broken)
        ids = add(one)
        news = finish(one)
        assert (news[request][-1].reason, news[request][-1].error) == ("error", "planted") and len(tokens(news[request])) == 1
        assert [tokens(news[i]) for i in ids] == alone


def test_what_bars_itself_is_told_so(folder: Path) -> None:
    with engine(folder) as one:
        (request,) = one.add([1, 2], sampling(allowed_ids=(50, 51)), grammar=grammar(regex=FORM))
        (last,) = finish(one)[request]
        assert last.reason == BARRED and "nothing can be drawn" in last.error


def test_on_two_ranks(folder: Path) -> None:
    with engine(folder, tensor_parallel_size=2) as one:
        found = run(one)
        assert all(re.fullmatch(FORM, text(news)) for news in found[1::2])
        assert one.masking and one.masking.num_compiled == 1
