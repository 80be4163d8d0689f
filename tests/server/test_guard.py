"""Keys, paths, ids, sizes, times, CORS: what the outermost wall holds back, for whatever route is behind it."""
import time

import pytest

from quire.engine.client import Client
from quire.engine.local import EngineThread
from quire.server import guard, protocol
from quire.server.app import ROUTES, make_app
from quire.text.template import ChatTemplate
from tests.server.model import fake_engine, plan, spec, tokenizer
from tests.server.served import chat, is_refusal, read_all, serving

KEYS = ("first-key-of-all", "second-kéy")
RIGHT = {"authorization": f"Bearer {KEYS[0]}"}
BODY = b'{"messages":[{"role":"user","content":"say:x"}]}'


@pytest.fixture(scope="module")
def served():
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def locked():
    with serving(api_keys=KEYS) as running:
        yield running


def head(method: str = "POST", path: str = "/v1/chat/completions", **headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: x", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def post(body: bytes = BODY, **headers: str) -> bytes:
    return head(content_type="application/json", content_length=str(len(body)), connection="close", **headers) + body


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def refused(answer: bytes, wanted: int) -> bool:
    """In JSON, with the connection closed behind it."""
    top, _, body = answer.partition(b"\r\n\r\n")
    return (status(answer) == wanted and b"application/json" in top and b"\r\nx-request-id: " in top
            and b"\r\nconnection: close" in top.lower() and body.startswith(b'{"error":{"message":'))


# ---- keys

def test_every_route_is_public_or_asks_for_a_key(locked):
    """Whatever is declared, and also what nobody declared."""
    paths = [declared.path.replace("{name:path}", "tiny") for declared in ROUTES]
    public = {path for path in paths if locked.get(path).status_code != 401}
    assert public == guard.PROBES | {"/metrics"}
    for path in [*paths, "/openapi.json", "/docs", "/", "/nope"]:
        if path not in public:
            for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
                with locked.http() as client:
                    error = is_refusal(client.request(method, path), 401)
                assert error["code"] == "invalid_api_key" and error["type"] == "invalid_request_error"
                assert error["message"].startswith("Incorrect API key provided")    # by these words litellm knows it


def test_all_routes_of_the_router_are_declared():
    declared = {d.path for d in ROUTES} | {"/openapi.json"}
    app = make_app(Client(plan(), spec(), tokenizer(), EngineThread(lambda progress: fake_engine(plan()))), plan(), tokenizer(),
                   ChatTemplate.of(tokenizer()))
    assert {route.path for route in app.router.routes} == declared


def test_metrics_may_be_guarded_too():
    with serving(api_keys=KEYS, guard_metrics=True) as running:
        is_refusal(running.get("/metrics"), 401)
        assert running.get("/metrics", **RIGHT).status_code == 200
        assert running.get("/health").status_code == 200


@pytest.mark.parametrize("key", KEYS)
def test_each_key_opens(locked, key):
    """Also one that is not ASCII, which goes over the wire as UTF-8."""
    assert status(locked.raw(head("GET", "/v1/models", connection="close").replace(
        b"connection", b"Authorization: Bearer " + key.encode() + b"\r\nconnection"))) == 200


@pytest.mark.parametrize("value", [
    "", "Bearer", "Bearer ", f"Bearer {KEYS[0][:-1]}x", f"Bearer {KEYS[0]}x", f"Basic {KEYS[0]}", KEYS[0], "Bearer \xff\xfe",
    f"Bearer {KEYS[0]} {KEYS[1]}"])
def test_no_other_value_does(locked, value):
    answer = locked.raw(head("GET", "/v1/models", authorization=value, connection="close"))
    assert refused(answer, 401) and b"www-authenticate: Bearer" in answer


@pytest.mark.parametrize("path", [
    "/%76%31/models", "//v1/models", "/V1/models", "/health/../v1/models", "/health%2f..%2fv1/models", "/v1/models?/health",
    "/v1/models;/health", "/health/", "/metrics/x", "/./health", "/%2e/health"])
def test_no_spelling_of_a_path_gets_around_the_key(locked, path):
    assert status(locked.raw(head("GET", path, connection="close"))) == 401


@pytest.mark.parametrize("host", ["a/b?", "x/health?", "x#", "[", "x\\@y"])
def test_no_host_does_either(locked, host):
    request = f"GET /v1/models HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    assert status(locked.raw(request)) == 401


def test_an_absolute_form_is_judged_by_its_path(locked):
    answer = locked.raw(b"GET http://x/v1/models HTTP/1.1\r\nHost: y\r\nConnection: close\r\n\r\n")
    assert status(answer) == 401


def test_all_keys_are_compared_whatever_the_first_says(monkeypatch, locked):
    compared = []
    monkeypatch.setattr(guard.hmac, "compare_digest", lambda a, b: compared.append((a, b)) or a == b)
    assert locked.get("/v1/models", **RIGHT).status_code == 200
    assert len(compared) == len(KEYS) and all(len(a) == len(b) == 32 for a, b in compared)


def test_a_prefix_of_a_proxy_is_taken_off_for_guard_and_router_alike():
    with serving(api_keys=KEYS, root_path="/ai") as running:
        assert running.get("/ai/health").status_code == running.get("/health").status_code == 200
        for path in ("/ai/v1/models", "/v1/models", "/ai/ai/health", "/aihealth"):
            assert running.get(path).status_code == 401
        assert running.get("/ai/v1/models", **RIGHT).status_code == 200
        assert running.get("/openapi.json", **RIGHT).json()["servers"] == [{"url": "/ai"}]


# ---- ids

def test_a_short_printable_request_id_comes_back(served):
    for given in ("abc", "a/../b", "x" * 128, "host:80"):
        response = served.get("/nope", **{"x-request-id": given})
        assert response.headers["x-request-id"] == given
    ids = {served.get("/nope", **{"x-request-id": given}).headers["x-request-id"] for given in ("", "x" * 129, "a b")}
    assert len(ids) == 3 and all(len(i) == 32 for i in ids)


def test_the_id_of_an_answer_is_a_label(served):
    """Two live requests may have the same, and get their own answers."""
    with served.http() as client:
        for text in ("one", "two"):
            answer = client.post("/v1/chat/completions", json=chat(f"say:{text}"), headers={"x-request-id": "same"}).json()
            assert answer["id"] == "chatcmpl-same" and answer["choices"][0]["message"]["content"] == text
    assert served.post("/v1/completions", {"prompt": "say:x", "request_id": "mine"}).json()["id"] == "cmpl-mine"


# ---- what routes do not take

@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_19_other_methods(served, method):
    with served.http() as client:
        response = client.request(method, "/v1/chat/completions")
    assert response.status_code == 405 and response.headers["allow"] == "POST"
    if method != "HEAD":
        assert is_refusal(response)["code"] == "method_not_allowed"


def test_20_an_unknown_method_is_no_new_series(served):
    before = served.get("/metrics").text.count("\n")
    assert status(served.raw(head("FOO", connection="close"))) in (400, 405, 501)
    assert status(served.raw(head("PROPFIND", connection="close"))) == 405
    assert served.get("/metrics").text.count("\n") - before < 40


def test_143_head_of_a_probe(served):
    with served.http() as client:
        response = client.head("/health")
    assert response.status_code == 200 and not response.content
    answer = served.raw(head("HEAD", "/health", connection="close"))
    assert answer.endswith(b"\r\n\r\n")


# ---- sizes

def test_17_a_body_over_the_limit_is_refused_before_it_is_sent(served):
    assert refused(served.raw(head(content_type="application/json", content_length="100000000")), 413)


def test_144_also_for_whoever_asks_first(served):
    answer = served.raw(head(content_type="application/json", content_length="100000000", expect="100-continue"))
    assert refused(answer, 413) and b"100 Continue" not in answer


def test_144_whoever_asks_and_fits_may_go_on(served):
    with served.connect() as sock:
        sock.settimeout(10)
        sock.sendall(head(content_type="application/json", content_length=str(len(BODY)), expect="100-continue",
                          connection="close"))
        assert sock.recv(100).startswith(b"HTTP/1.1 100 Continue")
        sock.sendall(BODY)
        assert status(read_all(sock)) == 200


def test_18_a_body_without_a_length_is_counted_while_it_comes(served, monkeypatch):
    monkeypatch.setattr(guard, "MOST_BODY_BYTES", 100_000)
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    start = head(content_type="application/json", transfer_encoding="chunked", connection="close")
    assert refused(served.raw(start, *[chunk] * 4), 413)
    assert status(served.raw(start, chunk, b"0\r\n\r\n")) == 400          # blanks alone are no JSON


def test_134_too_many_headers(served):
    headers = {f"x_{i}": "1" for i in range(300)}
    assert refused(served.raw(head("GET", "/health", **headers)), 431)


def test_134_headers_that_are_too_long(served):
    assert refused(served.raw(head("GET", "/health", x_long="a" * 5_000_000)), 431)
    assert refused(served.raw(head("GET", "/health", x_long="a" * 70_000)), 431)
    assert refused(served.raw(head("GET", "/" + "a" * 70_000)), 431)
    assert status(served.raw(head("GET", "/health", x_long="a" * 30_000, connection="close"))) == 200


def test_134_headers_that_never_end(served):
    """Refused while they come, long before their time is up."""
    assert refused(served.raw(b"GET /health HTTP/1.1\r\nHost: x\r\nx: " + b"a" * 200_000), 431)
    assert refused(served.raw(b"GET /" + b"a" * 200_000), 431)


# ---- times

def test_135_a_head_that_stops_half_way(served, monkeypatch):
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.05)
    began = time.monotonic()
    assert refused(served.raw(b"GET /health HTTP/1.1\r\nHost: x\r\n"), 408)
    assert served.raw() == b""              # not a word: no answer either
    assert time.monotonic() - began < 5


def test_135_also_on_a_connection_that_was_used(served, monkeypatch):
    with served.connect() as sock:
        sock.settimeout(10)
        sock.sendall(head("GET", "/livez"))
        assert status(sock.recv(4096)) == 200
        monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.05)
        sock.sendall(b"GET /hea")
        assert refused(read_all(sock), 408)


def test_136_a_body_that_stops_half_way(served, monkeypatch):
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.05)
    assert refused(served.raw(post()[:-5]), 408)


def test_a_body_that_comes_in_time_is_not_timed_any_more(served, monkeypatch):
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.05)
    with serving({"delay": 0.03}) as slow:
        assert status(slow.raw(post(b'{"max_tokens":9,"messages":[{"role":"user","content":"say:12345678"}]}'))) == 200


# ---- what is no HTTP

@pytest.mark.parametrize("garbage", [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\r\n\r\nnonsense\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
    b"GET /\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET /v1/models HTTP/2.0\r\nHost: x\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"POST /tokenize HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /tokenize HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    b"POST /tokenize HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /tokenize HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
], ids=lambda garbage: garbage[:40].decode("latin-1").encode("unicode_escape").decode())
def test_131_to_133_garbage_is_refused_and_the_connection_closed(served, garbage):
    assert refused(served.raw(garbage), 400)
    assert served.get("/livez").status_code == 200


def test_garbage_behind_a_stream_does_not_get_into_it(served):
    body = b'{"stream":true,"max_tokens":100,"messages":[{"role":"user","content":"x"}]}'
    answer = served.raw(post(body).replace(b"connection: close", b"connection: keep-alive"), b"\x00\x01garbage\r\n\r\n")
    assert not (b"HTTP/1.1 200" in answer and b"HTTP/1.1 400" in answer)


# ---- CORS

def preflight(origin: str, method: str = "POST", headers: str = "content-type, authorization") -> dict[str, str]:
    return {"origin": origin, "access-control-request-method": method, "access-control-request-headers": headers}


def test_no_other_origin_by_default(served):
    with served.http() as client:
        error = is_refusal(client.options("/v1/models", headers=preflight("https://a.example")), 400)
        assert "--allowed-origins" in error["message"]
        response = client.get("/v1/models", headers={"origin": "https://a.example"})
        assert response.status_code == 200 and "access-control-allow-origin" not in response.headers


def test_an_origin_that_is_allowed():
    with serving(allowed_origins=("https://a.example",), allowed_methods=("GET", "POST"), allow_credentials=True,
                 allowed_headers=("Content-Type", "authorization"), api_keys=KEYS) as running, running.http() as client:
        response = client.options("/v1/models", headers=preflight("https://a.example"))
        assert response.status_code == 204 and response.headers["access-control-allow-origin"] == "https://a.example"
        assert response.headers["access-control-allow-credentials"] == "true"
        for wrong in (preflight("https://b.example"), preflight("https://a.example", "DELETE"),
                      preflight("https://a.example", headers="x-other")):
            is_refusal(client.options("/v1/models", headers=wrong), 400)
        refusal = client.get("/v1/models", headers={"origin": "https://a.example"})
        assert refusal.status_code == 401 and refusal.headers["access-control-allow-origin"] == "https://a.example"
        assert "x-request-id" in refusal.headers["access-control-expose-headers"]


def test_any_origin():
    with serving(allowed_origins=("*",)) as running, running.http() as client:
        assert client.options("/tokenize", headers=preflight("null")).status_code == 204


def test_a_page_whose_name_was_rebound_to_this_machine_is_refused(served):
    rebound = head("GET", "/v1/models", origin="http://evil.example:80", connection="close").replace(
        b"Host: x", b"Host: evil.example")
    assert refused(served.raw(rebound), 403)
    ours = f"http://127.0.0.1:{served.port}"
    assert served.get("/v1/models", origin=ours).status_code == 200
    assert served.get("/v1/models", origin="https://elsewhere.example").status_code == 200      # its browser shows it nothing


# ---- what goes wrong inside

def test_a_fault_inside_is_told_in_one_sentence(served, monkeypatch, caplog):
    def broken(text: str, **rest: object) -> None:
        raise RuntimeError(f"secret of {served!r} in /home/user/site-packages/x.py")

    monkeypatch.setattr(served.client.tokenizer, "encode", broken)
    error = is_refusal(served.post("/tokenize", {"prompt": "x"}), 500)
    assert "secret" not in error["message"]


def test_debug_lines_tell_of_requests_and_nothing_of_their_bodies(served, caplog, monkeypatch):
    lines: list[str] = []
    monkeypatch.setattr(guard.log, "handle", lambda record: lines.append(record.getMessage()))
    with caplog.at_level("DEBUG", "quire.server"):
        served.post("/v1/completions?key=secret", {"prompt": "say:secret"}, **{"x-request-id": "mine"})
        served.get("/no%0Asuch")
        served.until(lambda: len(lines) == 4)
    assert lines[0] == "request mine: POST /v1/completions" and "secret" not in "".join(lines)
    assert lines[1].startswith("request mine: answered 200 after ")
    assert lines[2].endswith(": GET /no?such") and ": answered 404 after " in lines[3]
