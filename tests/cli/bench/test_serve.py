"""quire bench serve against servers whose every chunk is known, and its report."""
import json
from pathlib import Path

import jsonschema
import pytest
from PIL import Image

from quire.cli.bench import picture
from quire.cli.main import main
from quire.core.hub import BUNDLED
from quire.text.tokenizer import Tokenizer
from tests.cli.bench.scripted import scripted_server
from tests.cli.openai_server import canned_server

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "bench.schema.json").read_text())
LENGTHS = ("--random-input-len", "5", "--random-output-len", "3")


def bench(url: str, tmp_path: Path, *flags: str, code: int = 0, num: int = 6) -> dict:
    """The report."""
    out = tmp_path / "report.json"
    out.unlink(missing_ok=True)
    common = ("--base-url", url, "--num-prompts", str(num), *LENGTHS, "--output-json", str(out))
    assert main(["bench", "serve", *common, *flags]) == code
    if code:
        assert not out.exists()
        return {}
    report = json.loads(out.read_text())
    jsonschema.validate(report, SCHEMA)
    return report


def last_line(capsys) -> str:
    err = capsys.readouterr().err
    assert "Traceback" not in err
    return err.splitlines()[-1]


# ---- times

def test_times_are_those_of_the_server(tmp_path):
    """A client cannot see a token before it is written; and what it sees lies between the first and the last of its times."""
    delays = (0.06, 0.0, 0.12, 0.03)
    with scripted_server(delays=delays) as script:
        report = bench(script.url, tmp_path, "--save-detailed", "--request-rate", "40", "--num-warmups", "0",
                       "--request-id-prefix", "r", num=5)
    for number, came, written in zip(script.ids, script.came, script.written, strict=True):
        row = report["requests"][int(number[1:])]
        assert len(row["chunks"]) == 4 and row["output_tokens"] == 4 and row["input_tokens"] == 11
        assert row["due"] <= row["sent"] <= row["chunks"][0] <= row["chunks"][-1] <= row["ended"]
        assert row["chunks"][0] - row["sent"] >= delays[0]
        # What passed on the server between the request and the last token passed here, and the way of both besides.
        assert row["chunks"][-1] - row["sent"] >= written[-1] - came >= sum(delays)
    assert report["counts"]["tokens_from"] == "usage"
    figures = report["figures"]
    assert figures["ttft"]["min"] >= 60 and figures["e2el"]["min"] >= 210
    assert figures["itl"]["n"] == 15 and figures["tpot"]["n"] == figures["ttft"]["n"] == 5
    assert figures["tpot"]["mean"] == pytest.approx(figures["itl"]["mean"])


def test_an_open_loop_sends_when_it_is_due_whatever_the_server_does(tmp_path):
    """Nobody has an answer yet when the last request comes."""
    with scripted_server(delays=(0.3, 0.0)) as script:
        report = bench(script.url, tmp_path, "--request-rate", "1000", "--num-warmups", "0", num=12)
    assert max(script.came) < min(written[0] for written in script.written)
    assert report["counts"]["most_under_way"] == 12 and report["workload"]["loop"] == "open loop"


def test_a_closed_loop_never_has_more_under_way(tmp_path):
    with scripted_server(delays=(0.01, 0.01)) as script:
        report = bench(script.url, tmp_path, "--max-concurrency", "3", num=9)
    assert report["counts"]["most_under_way"] == 3 and report["workload"]["loop"] == "closed loop"
    assert script.num_connections <= 4                   # connections are kept: three clients, and one that asked for models


def test_a_place_that_is_waited_for_counts(tmp_path):
    with scripted_server(delays=(0.05,)) as script:
        figures = bench(script.url, tmp_path, "--request-rate", "2000", "--max-concurrency", "1", num=6)["figures"]
    assert figures["ttft"]["max"] >= 5 * 50 and figures["queue"]["max"] >= 4 * 50


# ---- what is asked

def test_the_same_seed_sends_the_same_at_the_same_times(tmp_path):
    with scripted_server() as script:
        one, same, other = (bench(script.url, tmp_path, "--request-rate", "500", "--num-warmups", "0", "--save-detailed",
                                  "--seed", seed) for seed in ("1", "1", "2"))
    prompts = [body["prompt"] for body in script.bodies]
    assert sorted(prompts[:6]) == sorted(prompts[6:12]) != sorted(prompts[12:])
    dues = [[row["due"] for row in report["requests"]] for report in (one, same, other)]
    assert dues[0] == pytest.approx(dues[1], abs=1e-6) and dues[0] != pytest.approx(dues[2], abs=1e-6)
    assert one["workload"]["sha256"] == same["workload"]["sha256"] != other["workload"]["sha256"]


def test_bodies_and_headers(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    flags = ("--ignore-eos", "--top-p", "0.5", "--extra-body", '{"user": "me", "temperature": null}', "--header", "X-A=b",
             "--request-id-prefix", "run-", "--logprobs", "2")
    with scripted_server() as script:
        report = bench(script.url + "/v1/", tmp_path, *flags, num=1)
        bench(script.url, tmp_path, "--backend", "openai-chat", "--chat-template-kwargs", '{"x": 1}', *flags, num=1)
    assert script.bodies[1] == {
        "model": "scripted", "prompt": script.bodies[1]["prompt"], "max_tokens": 3, "stream": True, "ignore_eos": True,
        "stream_options": {"include_usage": True}, "top_p": 0.5, "user": "me", "logprobs": 2}
    assert len(script.bodies[1]["prompt"].split()) == 5
    assert script.bodies[3]["messages"][0]["role"] == "user" and script.bodies[3]["top_logprobs"] == 2
    assert script.bodies[3]["chat_template_kwargs"] == {"x": 1}
    head = script.heads[2]
    assert head.startswith("POST /v1/completions HTTP/1.1") and "Authorization: Bearer secret\r\n" in head
    assert "X-A: b\r\n" in head and "X-Request-Id: run-0\r\n" in head
    assert "secret" not in json.dumps(report) and report["arguments"]["header"] == ["X-A"]


def test_a_trace_is_sent_at_its_own_times(tmp_path):
    path = tmp_path / "trace.jsonl"
    path.write_text("\n".join(json.dumps({"timestamp": at, "input_length": 4, "output_length": 2}) for at in (7.0, 7.02, 7.1)))
    flags = ("--dataset-name", "timed_trace", "--dataset-path", str(path), "--save-detailed")
    with scripted_server() as script:
        report = bench(script.url, tmp_path, *flags)
        hurried = bench(script.url, tmp_path, *flags, "--no-self-timed")
    assert [row["due"] for row in report["requests"]] == pytest.approx([0.0, 0.02, 0.1], abs=1e-6)
    assert {row["due"] for row in hurried["requests"]} == {0.0}


def test_the_model_is_the_servers_first_unless_one_is_named(tmp_path):
    with scripted_server(cards=[{"id": "a/b", "root": "nowhere"}, {"id": "c"}]) as script:
        assert bench(script.url, tmp_path)["subject"]["model"] == "a/b"
        assert bench(script.url, tmp_path, "--model", "c")["subject"]["model"] == "c"
    assert [body["model"] for body in script.bodies] == ["a/b"] * 7 + ["c"] * 7


@pytest.mark.parametrize("flags", [["--tokenizer", "quire-8m"], []])
def test_a_tokenizer_makes_prompts_as_long_as_asked(tmp_path, flags):
    """The one that is named, or that of the folder which the server tells, where there is such a folder here."""
    root = "quire-8m" if flags else str(BUNDLED / "quire-8m")
    with scripted_server(cards=[{"id": "no/such", "root": "" if flags else root}]) as script:
        report = bench(script.url, tmp_path, *flags)
    tokenizer = Tokenizer.load(BUNDLED / "quire-8m")
    assert [len(tokenizer.encode(body["prompt"], False)) for body in script.bodies] == [5] * 7
    assert report["subject"]["prompt_lengths"] == "exact" and not any("in words" in note for note in report["notes"])


def test_a_ramp_is_an_open_loop(tmp_path):
    flags = ("--ramp-up-strategy", "exponential", "--ramp-up-start-rps", "50", "--ramp-up-end-rps", "5000", "--save-detailed")
    with scripted_server() as script:
        report = bench(script.url, tmp_path, *flags, num=20)
    dues = [row["due"] for row in report["requests"]]
    assert dues == sorted(dues) and dues[9] > dues[-1] - dues[9] and report["workload"]["loop"] == "open loop"


# ---- the report

def test_one_request_gives_no_number_anywhere(tmp_path, capsys):
    with scripted_server(delays=(0.0,) * 8) as script:
        report = bench(script.url, tmp_path, "--goodput", "ttft:1", "--plot", str(tmp_path / "p.png"), num=1)
    shown = capsys.readouterr().out
    for figure in report["figures"].values():
        assert "refused" in figure and not {"mean", "min", "max", "percentiles"} & set(figure)
    assert "no number without a spread" in shown
    rows = [line for line in shown.splitlines() if line.startswith(("TTFT", "requests", "E2EL", "ITL", "goodput"))]
    assert rows and all(set(line.split(", ")[-1].split()[1:]) <= {"1", "-", "of"} for line in rows)
    assert all(report[name] is None for name in report if name.endswith(("_ms", "throughput", "goodput", "duration")))


def test_the_table_has_n_and_spread_of_every_number(tmp_path, capsys):
    with scripted_server() as script:
        report = bench(script.url, tmp_path, "--metric-percentiles", "50,99", "--goodput", "e2el:60000")
    shown = capsys.readouterr().out
    for name, label in (("ttft", "TTFT"), ("request_throughput", "requests,"), ("goodput", "goodput, share")):
        line = next(line for line in shown.splitlines() if line.startswith(label))
        assert f" {report['figures'][name]['n']} " in line and ".." in line and "…" not in line
    assert "p99 (95 %)" in shown and "p90" not in shown
    assert report["figures"]["goodput"]["mean"] == 1.0 and report["figures"]["goodput"]["slo"] == {"e2el": 60000}


def test_vllms_flat_names(tmp_path):
    with scripted_server() as script:
        report = bench(script.url, tmp_path, "--metric-percentiles", "99")
    figures = report["figures"]
    for name in ("ttft", "tpot", "itl", "e2el"):
        assert report[f"mean_{name}_ms"] == pytest.approx(figures[name]["mean"])
        assert report[f"std_{name}_ms"] == pytest.approx(figures[name]["std"])
        assert report[f"p99_{name}_ms"] == figures[name]["percentiles"]["99"]["value"] and f"median_{name}_ms" in report
    assert report["completed"] == 6 and report["failed"] == 0 and report["request_rate"] == "inf"
    assert (report["total_input_tokens"], report["total_output_tokens"]) == (66, 18)
    assert report["request_throughput"] == pytest.approx(6 / report["duration"])
    assert report["output_throughput"] == pytest.approx(18 / report["duration"])
    assert report["total_token_throughput"] == pytest.approx(84 / report["duration"])


def test_without_usage_a_note_says_so(tmp_path):
    with scripted_server(has_usage=False) as script:
        report = bench(script.url, tmp_path)
    assert report["counts"]["tokens_from"] == "chunks" and report["counts"]["output_tokens"] == 18
    assert report["counts"]["input_tokens"] == 30 and any("no usage" in note for note in report["notes"])


def test_chunks_of_several_tokens_are_told(tmp_path):
    with scripted_server(tokens_per_chunk=4, delays=(0.0, 0.01)) as script:
        report = bench(script.url, tmp_path)
    assert report["counts"]["output_tokens"] == 48 and any("4.00 tokens" in note for note in report["notes"])
    assert report["figures"]["tpot"]["mean"] == pytest.approx(report["figures"]["itl"]["mean"] / 7)


def test_failures_are_counted_told_and_in_no_latency(tmp_path):
    with scripted_server(failing=(2, 3), cut=(4,)) as script:
        report = bench(script.url, tmp_path, "--max-concurrency", "1", "--goodput", "e2el:60000")
    assert (report["counts"]["completed"], report["counts"]["failed"]) == (3, 3)
    assert report["figures"]["e2el"]["n"] == 3 and report["figures"]["goodput"]["n"] == 6
    assert report["figures"]["goodput"]["mean"] == 0.5
    note = next(note for note in report["notes"] if "3 of 6 requests failed" in note)
    assert "status 429: the queue is full" in note and "before the answer was complete" in note


def test_a_kept_connection_that_the_server_closes_is_replaced(tmp_path):
    with scripted_server(drops_kept=True) as script:
        report = bench(script.url, tmp_path, "--max-concurrency", "2")
    assert report["counts"]["failed"] == 0 and script.num_connections == 8     # each answered on a fresh one


def test_results_under_names_of_their_own(tmp_path):
    with scripted_server(cards=[{"id": "a/b"}]) as script:
        for _ in range(2):
            bench(script.url, tmp_path, "--append-result", "--result-dir", f"{tmp_path}/r", "--result-filename", "all.jsonl")
        report = bench(script.url, tmp_path, "--save-result", "--result-dir", f"{tmp_path}/s", "--label", "x", "--metadata",
                       "k=v")
    lines = (tmp_path / "r" / "all.jsonl").read_text().splitlines()
    assert [json.loads(line)["completed"] for line in lines] == [6, 6]
    [saved] = (tmp_path / "s").iterdir()
    assert saved.name.startswith("openai-infqps-b-") and json.loads(saved.read_text()) == report
    assert report["label"] == "x" and report["metadata"] == {"k": "v"}


def test_another_server_gives_the_same_shape_of_report(tmp_path):
    """One that closes the connection after each answer, says how long the answer was, and nothing of the prompt."""
    with canned_server() as canned, scripted_server() as script:
        one, other = bench(canned.url, tmp_path, "--request-rate", "100"), bench(script.url, tmp_path, "--request-rate", "100")
        chat = bench(canned.url, tmp_path, "--backend", "openai-chat", "--api-key", "k")
    assert one.keys() == other.keys() == chat.keys()
    assert one["figures"].keys() == other["figures"].keys() == chat["figures"].keys()
    assert one["counts"]["completed"] == 6 and one["counts"]["output_tokens"] == 18 and one["subject"]["model"] == "first"
    assert canned.requests[-1][0] == "/v1/chat/completions" and canned.requests[-1][1] == "Bearer k"


@pytest.mark.parametrize("num", [1, 8])
def test_the_picture(tmp_path, num):
    with scripted_server() as script:
        bench(script.url, tmp_path, "--plot", str(tmp_path / "new" / "p.png"), num=num)
    with Image.open(tmp_path / "new" / "p.png") as image:
        assert image.format == "PNG" and image.size == (1500, 875)
        assert len(set(image.convert("L").resize((150, 87)).tobytes())) > 20        # something is drawn


# ---- what cannot be

def test_without_matplotlib_one_line_says_what_to_install(tmp_path, monkeypatch, capsys):
    class Missing:
        def __getattr__(self, name):
            raise ModuleNotFoundError("No module named 'matplotlib'")
    monkeypatch.setattr(picture, "mpl", Missing())
    with scripted_server() as script:
        bench(script.url, tmp_path, "--plot", "p.png", code=2)
        assert "pip install 'quire[bench]'" in last_line(capsys) and script.heads == []        # before anything is measured


@pytest.mark.parametrize(("flags", "word"), [
    (["--request-rate", "0"], "above 0"), (["--burstiness", "0"], "above 0"), (["--num-prompts", "0"], "--num-prompts"),
    (["--goodput", "ttft"], "ttft:200"), (["--percentile-metrics", "ttft,x"], "there are ttft"),
    (["--metric-percentiles", "100"], "between 0 and 100"), (["--header", "x"], "KEY=VALUE"), (["--plot", "x.jpg"], ".png"),
    (["--base-url", "ftp://x"], "no address"), (["--ramp-up-strategy", "linear"], "go together"),
    (["--metadata", "x"], "KEY=VALUE"), (["--self-timed"], "timed_trace"),
    (["--ramp-up-strategy", "linear", "--ramp-up-start-rps", "1", "--ramp-up-end-rps", "2", "--request-rate", "3"], "exclude"),
    (["--dataset-name", "hf"], "none of random"), (["--hf-split", "x"], "data sets are not downloaded"),
    (["--lora-modules", "a=b"], "no adapters"), (["--num-promts", "3"], "did you mean --num-prompts?"),
    (["--header", "a=b\nc"], "printable"), (["--dataset-name", "custom"], "--dataset-path"),
    (["--extra-body", "1"], "JSON object"), (["x"], "unexpected argument"),
])
def test_usage_errors(flags, word, tmp_path, capsys):
    with scripted_server() as script:
        code = main(["bench", "serve", "--base-url", script.url, "--num-prompts", "2", *flags])
        line = last_line(capsys)
    assert code == 2 and line.startswith("quire: error: ") and word in line and script.bodies == []


@pytest.mark.parametrize(("asked", "word"), [
    ({"failing": (0,)}, "status 429: the queue is full"), ({"cut": (0,)}, "before the answer was complete"),
    ({"delays": ()}, "without a token"), ({"cards": []}, "serves no model"),
    ({"failing": tuple(range(1, 9))}, "answered none of 6")])
def test_a_server_that_does_not_answer_as_it_should_ends_with_7(asked, word, tmp_path, capsys):
    with scripted_server(**asked) as script:
        bench(script.url, tmp_path, code=7)
    assert word in last_line(capsys)


def test_no_server_ends_with_7(tmp_path, capsys):
    with scripted_server() as script:
        url = script.url
    bench(url, tmp_path, code=7)
    assert "no server answers at 127.0.0.1" in last_line(capsys)
    bench(url, tmp_path, "--ready-check-timeout-sec", "0.6", code=7)


def test_an_answer_that_takes_too_long_is_a_failure(tmp_path, capsys):
    with scripted_server(delays=(30.0,)) as script:
        bench(script.url, tmp_path, "--timeout", "0.1", code=7)
    assert "no whole answer within 0.1 s" in last_line(capsys)


def test_a_refused_key_is_told(tmp_path, capsys):
    with canned_server() as canned:
        canned.refusal = (401, {"error": {"message": "wrong key"}})
        bench(canned.url, tmp_path, code=7)
    assert "answers 401: wrong key" in last_line(capsys)
