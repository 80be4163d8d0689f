"""The command line of quire bench, and what runs in this process and in processes of its own."""
import json
from pathlib import Path

import jsonschema
import pytest

from quire.cli.bench import flags, startup
from quire.cli.bench.main import MEASUREMENTS
from quire.cli.main import main
from quire.core.errors import QuireError
from tests.cli.bench.test_serve import SCHEMA, bench
from tests.e2e.command import served
from tests.test_floors import HEAVY, loaded_by


def run(tmp_path: Path, *words: str) -> dict:
    out = tmp_path / "report.json"
    assert main(["bench", *words, "--output-json", str(out)]) == 0
    report = json.loads(out.read_text())
    jsonschema.validate(report, SCHEMA)
    return report


def test_help(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    assert main(["bench", "--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {name}" in shown and each.help in shown for name, each in MEASUREMENTS.items())
    for name, measurement in MEASUREMENTS.items():
        assert main(["bench", name, "--help"]) == 0
        shown = capsys.readouterr().out
        assert len(shown.splitlines()) <= 40 and f"usage: quire bench {name}" in shown and "--output-json" in shown
        assert main(["bench", name, "--help=all"]) == 0
        shown = capsys.readouterr().out
        for flag in measurement.flags:
            assert flag.option.flag in shown and " ".join(flag.option.help.split()[:3]) in shown and flag.option.default
        assert main(["bench", name, "--help=percentiles"]) == 0 and "--metric-percentiles" in capsys.readouterr().out


def test_help_loads_nothing_heavy():
    command = "from quire.cli.main import main\nmain(['bench', 'serve', '--help'])"
    assert loaded_by(command, *HEAVY, "matplotlib", "uvloop", "asyncio") == []


@pytest.mark.parametrize(("words", "word"), [
    ([], ""), (["srve"], "did you mean serve?"), (["--num-prompts", "3"], "first comes what is measured"),
    (["serve", "--help=zebra"], "finds nothing"), (["latency", "--port", "1"], "flag of serve"),
    (["throughput", "--async-engine"], "the engine is the same"), (["latency", "--use-beam-search"], "--n"),
    (["throughput", "--hf-max-batch-size", "3"], "make bench"), (["startup", "--num-iters-cold", "-1"], "0 or more"),
    (["latency", "--plot", "x.txt"], ".png"), (["throughput", "--backend", "hf"], "none of quire")])
def test_usage_errors(words, word, capsys):
    assert main(["bench", *words]) == 2
    assert word in capsys.readouterr().err


def test_no_flag_is_both_known_and_refused_and_no_key_is_reported():
    known = {flag.option.name for flag in flags.SERVE}
    assert not known & set(flags.REFUSED) and set(flags.KEYS) <= known
    for measurement in MEASUREMENTS.values():
        names = [flag.option.name for flag in measurement.flags]
        assert len(names) == len(set(names))


def test_throughput(tmp_path, capsys):
    report = run(tmp_path, "throughput", "--num-prompts", "5", "--input-len", "20", "--output-len", "6", "--num-warmups", "1",
                 "--num-iters", "2", "--max-model-len", "256", "--backend", "vllm")
    assert report["counts"] == {"completed": 5, "failed": 0, "input_tokens": 100, "output_tokens": 30}
    assert report["figures"]["request_throughput"]["n"] == 2 and report["workload"]["loop"] == "offline"
    assert report["num_requests"] == 5 and report["total_num_tokens"] == 130
    ratio = report["figures"]["total_token_throughput"]["mean"] / report["figures"]["request_throughput"]["mean"]
    assert ratio == pytest.approx(26) and report["tokens_per_second"] == report["figures"]["total_token_throughput"]["mean"]
    assert "all tokens" in capsys.readouterr().out


def test_latency_and_its_refusal(tmp_path):
    words = ("latency", "--batch-size", "2", "--input-len", "8", "--output-len", "4", "--num-iters-warmup", "0")
    report = run(tmp_path, *words, "--save-detailed", "--num-iters", "6", "--metric-percentiles", "50")
    assert report["figures"]["latency"]["n"] == 6 and len(report["latencies"]) == len(report["samples"]["latency"]) == 6
    assert report["avg_latency"] == pytest.approx(report["figures"]["latency"]["mean"] / 1000)
    assert report["percentiles"]["50"] == pytest.approx(sorted(report["latencies"])[2] / 2 + sorted(report["latencies"])[3] / 2)
    once = run(tmp_path, *words, "--num-iters", "1")
    assert once["figures"]["latency"]["refused"] and once["avg_latency"] is None and once["latencies"] == []


def test_startup(tmp_path):
    report = run(tmp_path, "startup", "--num-iters-cold", "0", "--num-iters-warmup", "0", "--num-iters-warm", "2",
                 "--max-model-len", "256", "--no-log-requests")
    figures = report["figures"]
    assert figures["warm_ready"]["n"] == 2 and figures["cold_ready"]["refused"]
    assert 0 < figures["warm_ready"]["min"] < figures["warm_first_token"]["max"]


def test_a_start_that_fails_ends_as_serve_does(monkeypatch):
    monkeypatch.setattr(startup, "as_flags", lambda options: ["--max-model-len=999999999"])
    with pytest.raises(QuireError, match="did not start: ") as failed:
        startup.start(None)
    assert failed.value.exit_code in (2, 4)


def test_the_files_of_a_model_are_forgotten(tmp_path):
    (tmp_path / "w").write_bytes(b"x" * 10)
    startup.forget(tmp_path)
    assert (tmp_path / "w").read_bytes() == b"x" * 10


def test_a_real_server(tmp_path):
    """Prompts are exactly as long as asked: the tokenizer of a bundled model is at hand."""
    with served("--api-key", "k", "--max-model-len", "512") as command:
        flags = ("--api-key", "k", "--ignore-eos", "--goodput", "ttft:60000")
        report = bench(command.url, tmp_path, *flags, "--request-rate", "50")
        chat = bench(command.url, tmp_path, *flags, "--backend", "openai-chat", "--max-concurrency", "2", "--dataset-name",
                     "prefix_repetition", "--prefix-repetition-prefix-len", "40", "--prefix-repetition-suffix-len", "9",
                     "--prefix-repetition-output-len", "3")
        command.until_idle()
    assert report["counts"]["failed"] == 0 and report["counts"]["tokens_from"] == "usage"
    assert (report["counts"]["input_tokens"], report["counts"]["output_tokens"]) == (30, 18)
    assert report["subject"]["prompt_lengths"] == "exact" and report["subject"]["model"] == "quire-8m"
    assert chat["counts"]["output_tokens"] == 18 and chat["counts"]["input_tokens"] > 6 * 49
    assert report.keys() == chat.keys() and report["figures"].keys() == chat["figures"].keys()
