"""The table of security.md, section 4, row by row: each has a test, or a reason why it has none; and what a field may not be,
it may not be through any door: chat, completions, /generate, /batch_generate, rendering; streamed and whole.
"""
import importlib
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from quire.server import guard
from quire.server.absent import ABSENT, OF_SHAPE
from quire.server.shapes import BatchGenerateRequest, ChatRequest, CompletionRequest, GenerateRequest, TokenizeRequest
from tests.conftest import FULL
from tests.server.served import Served, chat, is_refusal, serving
from tests.server.test_bad_inputs import CASES, FINE, C, Case, P

ROWS = range(1, 146)
MOST_GROWTH = 24 << 20          # bytes of memory, after the same requests again

# row -> why it is no concern of a server of text
NOT_TEXT = {
    129: "/v1/responses/{id}: the Responses API is not served (any such URL is a 404, see 128)",
    130: "/v1/responses: the Responses API is not served",
}

# row -> where it is tested, where that is not a case of test_bad_inputs. Rows 35 to 37, 56, 118 and 120 are of images, vectors
# and sound: they are refused before anything is read, and so their cases stand with the others.
ELSEWHERE = {
    1: "test_guard.test_no_other_value_does", 2: "test_guard.test_no_other_value_does",
    3: "test_guard.test_no_other_value_does", 4: "test_guard.test_no_other_value_does",
    5: "test_guard.test_every_route_is_public_or_asks_for_a_key",
    6: "test_guard.test_no_spelling_of_a_path_gets_around_the_key",
    10: "test_bad_inputs.test_10_other_media_are_refused",
    17: "test_guard.test_17_a_body_over_the_limit_is_refused_before_it_is_sent",
    18: "test_guard.test_18_a_body_without_a_length_is_counted_while_it_comes", 19: "test_guard.test_19_other_methods",
    20: "test_guard.test_20_an_unknown_method_is_no_new_series", 22: "test_small_routes.test_a_name_with_a_slash",
    104: "test_rows.test_104_regexes_that_others_choke_on", 123: "test_rows.test_123_an_id_of_100_kb",
    124: "test_bad_inputs.test_124_users_cannot_spell_special_tokens",
    131: "test_guard.test_131_to_133_garbage_is_refused_and_the_connection_closed",
    132: "test_guard.test_131_to_133_garbage_is_refused_and_the_connection_closed",
    133: "test_guard.test_131_to_133_garbage_is_refused_and_the_connection_closed",
    134: "test_guard.test_134_too_many_headers", 135: "test_guard.test_135_a_head_that_stops_half_way",
    136: "test_guard.test_136_a_body_that_stops_half_way",
    137: "test_stream.test_what_fails_before_the_first_token_is_no_stream",
    138: "test_stream.test_what_fails_before_the_first_token_is_no_stream",
    139: "test_life.test_a_drain_lets_streams_finish_and_takes_nothing_new",
    140: "test_stream.test_the_end_of_the_engine_is_told_to_all_at_once",
    141: "test_isolation.test_a_failure_in_the_middle_is_an_event", 142: "test_stream.test_who_leaves_ends_the_request",
    143: "test_guard.test_143_head_of_a_probe", 144: "test_guard.test_144_also_for_whoever_asks_first",
    145: "test_bad_inputs.test_145_compressed_bodies_are_refused",
}


class Door(NamedTuple):
    """prompts: the field that holds what is to be gone on with; given: the fields that are sent beside."""
    name: str
    path: str
    shape: Any
    prompts: str
    given: dict[str, Any]


DOORS = (
    Door("chat", C, ChatRequest, "messages", {}), Door("chat stream", C, ChatRequest, "messages", {"stream": True}),
    Door("render chat", f"{C}/render", ChatRequest, "messages", {}),
    Door("tokenize", "/tokenize", TokenizeRequest, "messages", {}),
    Door("completions", P, CompletionRequest, "prompt", {}),
    Door("completions stream", P, CompletionRequest, "prompt", {"stream": True}),
    Door("render completions", f"{P}/render", CompletionRequest, "prompt", {}),
    Door("generate", "/generate", GenerateRequest, "prompt", {}),
    Door("batch_generate", "/batch_generate", BatchGenerateRequest, "prompts", {}),
)
NEUTRAL = {"messages": chat("say:x")["messages"], "prompt": "say:x", "prompts": ["say:x"]}
MEANT = {"messages", "prompt"}
OTHERWISE = {"logprobs", "top_logprobs"}        # fields that mean something else through the other door
OF_STREAMS = {"stream", "stream_options", "prompt_logprobs"}
# Doors that draw nothing pass over what only the engine or its grammars can refuse: ids and words of its vocabulary, its line,
# its cache, the room that it has. Who asks how long a prompt is must be told even where it is too long.
DRAWS_NOTHING = {"render chat", "tokenize", "render completions"}
ONLY_DRAWN = {"41", "42", "52", "83", "85", "86", "90", "92", "108", "109", "110"}


class Pushed(NamedTuple):
    """A case through a door."""
    case: Case
    door: Door

    @property
    def body(self) -> bytes:
        fields = {name: value for name, value in self.case.body.items() if name not in MEANT}
        prompt = self.case.body.get(self.door.prompts, NEUTRAL[self.door.prompts])
        return json.dumps({**fields, **self.door.given, self.door.prompts: prompt}).encode()

    @property
    def id(self) -> str:
        return f"{self.door.name}: {self.case.name}"


def fits(case: Case, door: Door) -> bool:
    """Does the door know the fields, and mean the same by them?"""
    if isinstance(case.body, bytes) or case.path not in (C, P):
        return False
    fields = case.body.keys() - MEANT
    own = "messages" if case.path == C else "prompt"
    is_prompt_wrong = case.body.get(own) != NEUTRAL[own]
    if is_prompt_wrong and door.prompts != own:
        return False
    if case.path != door.path and (fields & OTHERWISE or case.name.startswith("strange: more")):
        return False
    if (door.given and fields & OF_STREAMS) or (door.name in DRAWS_NOTHING and case.name.split()[0] in ONLY_DRAWN):
        return False
    if door.name == "generate" and own == "prompt" and isinstance(case.body.get(own), list) and is_prompt_wrong:
        return False                            # it takes one prompt, and says so
    return fields <= frozenset(door.shape.__struct_fields__) | (ABSENT.keys() - OF_SHAPE.get(door.shape.__name__, {}).keys())


PUSHED = [Pushed(case, door) for door in DOORS for case in CASES if fits(case, door)]
CHOSEN = PUSHED if FULL else random.Random(7).sample(PUSHED, len(PUSHED) // 5)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as running:
        yield running


def rows_of_cases() -> set[int]:
    names = [case.name for case in CASES] + [each[0] for each in FINE]
    return {int(found[0]) for name in names if (found := re.match(r"\d+", name))}


def test_every_row_is_tested_or_no_concern_of_text():
    assert not NOT_TEXT.keys() & (rows_of_cases() | ELSEWHERE.keys())
    assert set(ROWS) - NOT_TEXT.keys() - ELSEWHERE.keys() - rows_of_cases() == set()


@pytest.mark.parametrize("where", sorted(set(ELSEWHERE.values())))
def test_what_is_tested_elsewhere_is_there(where):
    module, _, name = where.partition(".")
    assert callable(getattr(importlib.import_module(f"tests.server.{module}"), name))


def test_every_door_takes_a_share():
    """Else a change of shapes could take the cases away without a sound."""
    found = {door.name: sum(pushed.door is door for pushed in PUSHED) for door in DOORS}
    least = {"chat": 100, "chat stream": 100, "render chat": 100, "tokenize": 10, "completions": 90, "completions stream": 90,
             "render completions": 90, "generate": 25, "batch_generate": 25}
    assert all(found[name] >= count for name, count in least.items()), found


@pytest.mark.parametrize("pushed", CHOSEN, ids=lambda pushed: pushed.id)
def test_through_every_door_the_answer_is_the_same(served, pushed):
    check(served, pushed)


def check(served: Served, pushed: Pushed) -> None:
    """Status, code and name of the field are those of the case; where the prompt is meant it has the door's own name."""
    case, door = pushed.case, pushed.door
    error = is_refusal(served.post(door.path, pushed.body), case.status)
    assert error["type"] == "invalid_request_error"
    if case.code is not ...:
        assert error["code"] == case.code, error
    if case.param is not ...:
        own = "messages" if case.path == C else "prompt"
        wanted = case.param and re.sub(rf"^{own}\b", door.prompts, case.param)
        assert error["param"] == wanted, error
    assert not served.client.live


def anonymous_bytes() -> int:
    found = re.search(r"RssAnon:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024


def push_all(served: Served) -> None:
    for case in CASES:
        if len(case.body) < 100_000:
            served.post(case.path, case.body)
    for pushed in CHOSEN:
        served.post(pushed.door.path, pushed.body)


def check_nothing_is_left(served: Served) -> None:
    """The server lives, no block is held, and the second time costs no memory."""
    push_all(served)
    before = anonymous_bytes()
    push_all(served)
    grown = anonymous_bytes() - before
    assert served.get("/health").status_code == 200
    assert served.post(C, chat("say:still here")).json()["choices"][0]["message"]["content"] == "still here"
    served.until(lambda: not served.engine.is_busy)
    kv = served.engine.scheduler.kv
    assert kv.num_free == kv.num_blocks and not served.client.live and not served.client.labels
    assert grown < MOST_GROWTH, f"{grown / 2 ** 20:.1f} MiB more"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc of Linux")
def test_after_the_whole_table_nothing_is_left(served):
    check_nothing_is_left(served)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc of Linux")
def test_control_memory_that_is_kept_is_seen(served, monkeypatch):
    kept, real = [], guard.Call.__init__

    def keep(self: Any, *arguments: Any) -> None:
        kept.append(b"\1" * (256 << 10))
        real(self, *arguments)

    monkeypatch.setattr(guard.Call, "__init__", keep)
    with pytest.raises(AssertionError, match="MiB more"):
        check_nothing_is_left(served)


@pytest.mark.parametrize("regex", ["(a+)+b", "((a{0,1000}){0,1000}){0,1000}"])
def test_104_regexes_that_others_choke_on(served, regex):
    for path, body in ((C, chat("x")), (P, {"prompt": "x"})):
        response = served.post(path, body | {"structured_outputs": {"regex": regex}, "max_tokens": 4})
        assert response.status_code == 200 or is_refusal(response, 400)
    assert served.get("/health").status_code == 200


def test_123_an_id_of_100_kb(served):
    response = served.get("/health", **{"x-request-id": "x" * 60_000})
    assert response.status_code == 200 and len(response.headers["x-request-id"]) == 32
    assert served.raw(b"GET /health HTTP/1.1\r\nHost: x\r\nX-Request-Id: " + b"x" * 100_000 + b"\r\n\r\n").startswith(
        b"HTTP/1.1 431 ")
