"""/docs: by itself, and in a real browser: it shows every route and field, sends requests, and asks nobody else."""
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from quire.server.app import ROUTES
from quire.server.page import PAGE
from tests.server.browser import PROGRAM, Browser, browsing
from tests.server.served import Served, is_refusal, serving

KEY = "the-key"
HTML = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def locked() -> Iterator[Served]:
    with serving(api_keys=(KEY,)) as running:
        yield running


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if PROGRAM is None:
        pytest.skip("no chromium is installed")
    with browsing(tmp_path_factory.mktemp("browser")) as made:
        yield made


def test_the_page_comes_with_a_policy_that_lets_only_itself_run(served: Served) -> None:
    answer = served.get("/docs")
    assert answer.status_code == 200 and answer.content == PAGE
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert not re.search(rb"https?:|//[a-z]|<script [^>]*src|@import|innerHTML", PAGE)


def test_where_a_key_is_asked_for_a_browser_is_asked_for_it(locked: Served) -> None:
    is_refusal(locked.get("/docs"), 401)
    answer = locked.get("/docs", **HTML)
    assert (answer.status_code, answer.content, answer.headers["www-authenticate"]) == (401, PAGE, "Bearer")
    for path in ("/openapi.json", "/v1/models", "/docs/", "/docs/x"):
        is_refusal(locked.get(path, **HTML), 401)
    assert locked.get("/docs", authorization=f"Bearer {KEY}").status_code == 200


def test_every_route_stands_on_the_page(served: Served, browser: Browser) -> None:
    browser.open(f"{served.url}/docs")
    browser.until("document.body?.dataset.ready")
    shown = browser.run("[...document.querySelectorAll('section h2')].map(each => each.innerText.replace(/\\s+/g, ' '))")
    for declared in ROUTES:
        for method in declared.methods.split():
            assert f"{method} {declared.path.replace(':path', '')}" in shown
    fields = browser.run("[...document.querySelectorAll('#post_chat_completions td:first-child code')].map(e => e.textContent)")
    assert {"messages", "temperature", "stop", "tools", "suffix"} <= set(fields)
    assert not browser.complaints


def test_a_stream_is_shown_as_it_comes(served: Served, browser: Browser, tmp_path: Path) -> None:
    browser.open(f"{served.url}/docs")
    browser.until("document.body?.dataset.ready")
    text = "<b>größer</b> 😀"
    browser.run(f"""document.querySelector('#post_chat_completions textarea').value = JSON.stringify({{
        messages: [{{role: 'user', content: 'say:{text}'}}], stream: true}})""")
    browser.run("document.querySelector('#post_chat_completions button.send').click()")
    browser.until("document.querySelector('#post_chat_completions .status')?.textContent.includes('events')")
    assert browser.run("document.querySelector('#post_chat_completions .text').textContent") == text
    assert "[DONE]" in browser.run("document.querySelector('#post_chat_completions .pane details pre').textContent")
    assert not browser.complaints


def test_a_refusal_is_shown(served: Served, browser: Browser) -> None:
    browser.open(f"{served.url}/docs")
    browser.until("document.body?.dataset.ready")
    browser.run("document.querySelector('#post_tokenize textarea').value = '{\"prompt\": 5}'")
    browser.run("document.querySelector('#post_tokenize button.send').click()")
    browser.until("document.querySelector('#post_tokenize .text')?.textContent.includes('invalid_type')")
    assert browser.run("document.querySelector('#post_tokenize .status').textContent").startswith("400")
    browser.complaints.clear()                      # of the status


def test_the_key_opens_the_page_and_goes_with_each_request(locked: Served, browser: Browser) -> None:
    browser.open(f"{locked.url}/docs")
    browser.until("document.getElementById('note')?.textContent.includes('asks for a key')")
    browser.run(f"document.getElementById('key').value = '{KEY}'; document.getElementById('load').click()")
    browser.until("document.body.dataset.ready")
    browser.run("document.querySelector('#get_models button.send').click()")
    browser.until("document.querySelector('#get_models .text')?.textContent.includes('tiny')")


def test_the_policy_holds(served: Served, browser: Browser) -> None:
    """A control: a script that somebody has put in does not run, and nothing else is asked."""
    browser.open(f"{served.url}/docs")
    browser.until("document.body?.dataset.ready")
    browser.run("""{ const script = document.createElement('script'); script.textContent = 'window.ran = 1';
                     document.body.append(script); }""")
    assert browser.run("window.ran") is None
    assert browser.run("fetch('http://127.0.0.1:9/').then(() => 'sent', error => 'held back')") == "held back"
    browser.complaints.clear()
