"""The render routes say what the routes that answer do send."""
import pytest

from tests.server.served import chat, is_refusal, serving

CHAT, TEXT = "/v1/chat/completions", "/v1/completions"


@pytest.fixture(scope="module")
def served():
    with serving(generation_defaults={"temperature": 0.5}) as running:
        yield running


def render(served, path, body):
    response = served.post(f"{path}/render", body)
    assert response.status_code == 200, response.text
    return response.json()


def sent(served, monkeypatch, path, body):
    """What the route that answers hands to the engine: ids and parameters."""
    seen, admit = [], served.client.admission.admit
    monkeypatch.setattr(served.client.admission, "admit",
                        lambda ids, params, *rest: seen.append((list(ids), params)) or admit(ids, params, *rest))
    assert served.post(path, body).status_code == 200
    return seen


@pytest.mark.parametrize("more", [{}, {"truncate_prompt_tokens": 3}, {"add_generation_prompt": False},
                                  {"max_completion_tokens": 5, "top_p": 0.5, "stop": "x", "logprobs": True, "top_logprobs": 2}])
def test_a_chat_as_it_is_sent(served, monkeypatch, more):
    body = chat("say:hi", **more)
    made = render(served, CHAT, body)
    ((ids, params),) = sent(served, monkeypatch, CHAT, body)
    assert made["token_ids"] == ids and made["model"] == "tiny" and made["request_id"].startswith("chatcmpl-")
    assert made["sampling_params"] == {name: getattr(params, name) for name in made["sampling_params"]}
    assert made["sampling_params"]["temperature"] == 0.5
    told = served.post(CHAT, body | {"return_prompt_text": True}).json()["prompt_text"]
    assert made["prompt"] == told


@pytest.mark.parametrize(("prompt", "texts"), [
    ("say:hi", ["say:hi"]), (["one", "two"], ["one", "two"]), ([[111, 110, 101], [257]], ["one", "<|eos|>"])])
def test_texts_as_they_are_sent(served, monkeypatch, prompt, texts):
    body = {"prompt": prompt, "max_tokens": 3, "seed": 7}
    made = render(served, TEXT, body)
    seen = sent(served, monkeypatch, TEXT, body)
    assert [each["token_ids"] for each in made] == [ids for ids, _ in seen] and [each["prompt"] for each in made] == texts
    for each, (_, params) in zip(made, seen, strict=True):
        assert each["sampling_params"] == {name: getattr(params, name) for name in each["sampling_params"]}


def test_nothing_reaches_the_engine(served):
    before = served.client.totals.num_started
    render(served, CHAT, chat("say:hi"))
    render(served, TEXT, {"prompt": "x", "stream": True})
    assert served.client.totals.num_started == before


def test_refusals_are_those_of_the_routes_that_answer(served):
    for path, body in ((CHAT, chat("x", temperature=-1)), (TEXT, {"prompt": ""}), (CHAT, {"messages": []}),
                       (TEXT, {"prompt": "x", "suffix": "y"})):
        made, answered = is_refusal(served.post(f"{path}/render", body), 400), is_refusal(served.post(path, body), 400)
        assert made == answered
