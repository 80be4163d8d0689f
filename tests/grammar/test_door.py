"""The door compiles what strangers ask for in a process that can be ended, and remembers what it found."""
import asyncio
import os
import signal
from dataclasses import replace

import pytest

from quire.core.errors import InvalidRequest, Overloaded
from quire.core.structured import StructuredOutputsParams
from quire.grammar import door as door_module
from quire.grammar.compile import llguidance
from quire.grammar.door import MOST_KNOWN, Checker, Door


@pytest.fixture
def door():
    made = Door()
    yield made
    made.close()


def ask(door, **asked):
    asyncio.run(door.check_apart(StructuredOutputsParams(**asked)))


def test_it_takes_refuses_and_remembers(door, monkeypatch):
    ask(door, regex="a+")
    with pytest.raises(InvalidRequest, match="unclosed") as refused:
        ask(door, regex="[a")
    assert refused.value.param == "structured_outputs.regex"
    process = door.checker.process
    monkeypatch.setattr(Checker, "ask", None)
    ask(door, regex="a+")
    assert "a+" in door.check(StructuredOutputsParams(regex="a+"))
    with pytest.raises(InvalidRequest, match="unclosed"):
        ask(door, regex="[a")
    door.close()
    assert process.poll() is not None


def test_many_prompts_of_one_request_have_its_text_made_once(door, monkeypatch):
    asked = StructuredOutputsParams(json={"type": "null"})
    asyncio.run(door.check_apart(asked))
    text = door.check(replace(asked))
    monkeypatch.setattr(door_module, "text_of", lambda asked: 'start: "made again"')
    assert door.check(replace(asked)) == text
    assert "made again" in door.check(StructuredOutputsParams(json={"type": "boolean"}))


def test_one_that_does_not_come_back_is_ended_and_the_next_is_served(door, monkeypatch):
    ask(door, regex="b")
    monkeypatch.setattr(door_module, "SECONDS", 0.2)
    os.kill(door.checker.process.pid, signal.SIGSTOP)
    with pytest.raises(InvalidRequest, match="longer than"):
        ask(door, regex="c")
    monkeypatch.undo()
    ask(door, regex="d")


def test_one_that_kills_the_process_is_refused_and_the_next_is_served():
    chain = "start: a0\n" + "\n".join(f'a{i}: a{i + 1} "x" | "y"' for i in range(20_000)) + '\na20000: "z"'
    checker = Checker()
    assert "memory" in checker.ask(llguidance.LLMatcher.grammar_from_lark(chain)) and not checker.is_alive
    again = Checker()
    assert again.ask(llguidance.LLMatcher.grammar_from_regex("a")) == ""
    again.kill()


def test_what_it_remembers_is_bounded(door):
    for i in range(MOST_KNOWN + 9):
        door._keep(str(i), "")
    assert len(door.known) == MOST_KNOWN and door._recall("8") is None and door._recall("9") == ""


def test_too_many_at_once_are_sent_away(door):
    door.num_waiting = door_module.MOST_WAITING
    with pytest.raises(Overloaded):
        ask(door, regex="never seen")
