"""explain, doctor, and what serve prints while it starts."""
import dataclasses
import json
import re
import subprocess
import sys
import time

import pytest

from quire.cli import doctor, explain, serve
from quire.cli.main import main
from quire.cli.waterfall import Waterfall
from quire.core.messages import Ready
from quire.core.plan import Plan
from quire.core.settings import options_from_keywords
from quire.core.units import show_bytes
from quire.engine.machine import Machine
from quire.engine.resolve import resolve
from tests.engine.folders import GPU, machine, make_folder


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr("quire.engine.resolve.Machine.probe", lambda **rest: machine())
    return make_folder(tmp_path / "m")


def plan_of(folder, **asked) -> Plan:
    return resolve(options_from_keywords({"model": str(folder), **asked}, {}), machine())


# ---- explain

def test_a_row_has_value_source_and_reason(folder, capsys):
    assert main(["explain", str(folder), "--max-num-seqs", "4"]) == 0
    rows = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line and line[0] != " "}
    assert rows["max_num_seqs"].split()[1:3] == ["4", "flag"]
    assert rows["device"].split()[1:3] == ["cpu", "derived"] and "no GPU driver" in rows["device"]
    assert "port" not in rows


def test_defaults_are_shown_on_demand(folder, capsys):
    assert main(["explain", str(folder), "--all"]) == 0
    assert "port " in capsys.readouterr().out


def test_the_memory_adds_up(folder):
    plan = plan_of(folder)
    lines = explain.memory(plan)
    assert "weights" in lines[1] and f"{plan.num_blocks} blocks of 16" in lines[3] and "together" in lines[4]
    assert [line.split()[0] for line in lines[5:]] == ["available", "free"]
    plan = dataclasses.replace(plan, weights_bytes=3 << 30, activation_bytes=1 << 30, kv_bytes=4 << 30, free_bytes=10 << 30)
    together, available, free = explain.memory(plan)[4:]
    assert "8.0 GiB" in together and "10.0 GiB" in available and "2.0 GiB" in free


def test_as_json_it_is_the_plan(folder, capsys):
    assert main(["explain", str(folder), "--json"]) == 0
    assert Plan.from_wire(json.loads(capsys.readouterr().out)) == plan_of(folder)


@pytest.mark.parametrize("form", [[], ["--all"], ["--json"]])
def test_keys_are_never_shown(folder, capsys, form):
    assert main(["explain", str(folder), "--api-key", "secret-1", "secret-2", *form]) == 0
    out, err = capsys.readouterr()
    assert "secret" not in out + err and "(hidden)" in out


def test_what_is_shortened_is_told(folder, capsys):
    assert main(["explain", str(folder), "--num-kv-blocks", "10"]) == 0
    out, err = capsys.readouterr()
    assert err.startswith("quire: max_model_len is 160") and "160" in out


@pytest.mark.parametrize("width", ["60", "100", "200"])
def test_it_fits_the_terminal(folder, capsys, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", width)
    monkeypatch.chdir(folder.parent)
    assert main(["explain", "m", "--all"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines[:-7])) <= max(int(width), 110)


# ---- doctor

def test_the_doctor_looks_at_this_machine(capsys):
    assert main(["doctor"]) == 0
    shown = capsys.readouterr().out
    assert all(f"\n{title}\n" in f"\n{shown}"
               for title in ("quire", "cpu", "memory", "kernels", "gpu", "disk", "libraries", "what to do"))


def test_the_doctor_as_json(capsys):
    assert main(["doctor", "--json"]) == 0
    assert {"quire", "cpu", "memory", "advice"} <= set(json.loads(capsys.readouterr().out))


def facts(**kernels):
    return {"kernels": {"native": "yes", "reason": "", **kernels}, "disk": {"model cache": "/", "free": "1 TB"}}


@pytest.mark.parametrize(("changes", "kernels", "word"), [
    ({}, {"native": "no", "reason": "no compiler"}, "no compiler"),
    ({"isa": "plain"}, {}, "neither AVX2 nor NEON"),
    ({"available_memory": 1 << 30}, {}, "1.0 GiB of memory"),
    ({"cuda_reason": "a GPU driver is there, but torch finds no device"}, {}, "install the build of torch"),
])
def test_advice(changes, kernels, word, monkeypatch):
    monkeypatch.setattr(doctor, "LITTLE_DISK", 0)
    assert doctor.advice(machine(), facts()) == []
    lines = doctor.advice(machine(**changes), facts(**kernels))
    assert len(lines) == 1 and word in lines[0]


def test_little_room_on_the_disk(monkeypatch):
    monkeypatch.setattr(doctor, "LITTLE_DISK", 1 << 60)
    assert "--download-dir" in doctor.advice(machine(), facts())[0]


def test_secrets_of_the_environment_are_hidden():
    shown = doctor.gather(machine(), {"HF_TOKEN": "s3cret", "VLLM_API_KEY": "s3cret", "QUIRE_PORT": "1",
                                      "HOME": "/x"})["environment"]
    assert shown == {"HF_TOKEN": "(hidden)", "QUIRE_PORT": "1", "VLLM_API_KEY": "(hidden)"}


def test_devices_are_listed():
    rows = doctor.gather(machine(cuda=(GPU, dataclasses.replace(GPU, name="another"))), {})["gpu"]
    assert "a GPU" in rows["device 0"] and "another" in rows["device 1"]


def test_it_works_on_a_machine_that_says_nothing(tmp_path):
    assert Machine.probe(tmp_path).cores >= 1


# ---- serve

def seconds(line: str) -> float:
    return float(line.split(" s")[0].split()[-1])


def test_phases_follow_one_another():
    times = Waterfall(100.0)
    times.end("plan", 101.0)
    times.end("load", 104.0)
    first, second, total = times.lines()
    assert "plan" in first and "1.00 s" in first and "3.00 s" in second and "4.00 s" in total
    assert first.index("#") < second.index("#") and first.count("#") < second.count("#")


def test_what_is_printed_adds_up_and_nothing_lies_before_what_came_first():
    times = Waterfall(0.0)
    for name, end in (("a", 0.004), ("b", 0.008), ("c", 0.0149), ("d", 0.003), ("e", 0.0249)):
        times.end(name, end)
    *phases, total = times.lines()
    assert [seconds(line) for line in phases] == [0.0, 0.01, 0.0, 0.0, 0.01] and seconds(total) == 0.02


def test_the_clock_starts_with_the_process():
    code = ("import time; time.sleep(0.3); from quire.cli.waterfall import process_start; "
            "print(time.monotonic(), process_start())")
    before = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    now, start = map(float, done.stdout.split())
    assert before - 0.02 <= start <= now - 0.3          # ticks of 10 ms


def test_the_start_says_how_answers_are_read(folder):
    plan = plan_of(folder, tool_call_parser="hermes")
    assert serve.parsers(plan) == "tool calls are read as hermes, reasoning as none"


def test_the_size_of_the_kv_cache_is_told(folder, monkeypatch, capsys):
    plan = plan_of(folder, num_kv_blocks=64, max_model_len=256, max_num_seqs=3)
    serve.announce(plan, Waterfall(0.0), "u", Ready())
    line = next(line for line in capsys.readouterr().err.splitlines() if "KV cache" in line)
    assert line.startswith("quire: KV cache: ") and show_bytes(plan.kv_bytes) in line
    assert "for 1,024 tokens, which are 4.0 requests of 256; at most 3 run at once" in line


def test_next_steps_are_commands_to_copy(folder):
    lines = serve.next_steps(plan_of(folder, served_model_name=["n"]), "http://127.0.0.1:8000")
    assert "http://127.0.0.1:8000/v1" in lines[0] and "quire chat --url http://127.0.0.1:8000" in lines[1]
    assert '"model": "n"' in lines[2]
    guarded = serve.next_steps(plan_of(folder, api_key=["secret"]), "u")
    assert "KEY" in guarded[2] and "secret" not in str(guarded)
    assert "--unix-socket /s" in serve.next_steps(plan_of(folder, uds="/s"), "")[1]


def test_serve_hands_the_plan_over_and_tells_when_it_is_ready(folder, monkeypatch, capsys):
    seen = []

    class Server:
        @staticmethod
        def serve(plan, on_ready):
            seen.append(plan)
            now = time.monotonic()
            on_ready("http://127.0.0.1:1234", Ready((("process", now + 1), ("torch", now + 3))))
    monkeypatch.setattr(serve, "server", Server)
    assert main(["serve", str(folder), "--port", "1234", "--swap-space", "4"]) == 0
    err = capsys.readouterr().err
    assert seen[0].port == 1234 and "--swap-space has no effect" in err
    rows = {line.split()[0]: seconds(line) for line in err.splitlines() if re.search(r"\d s( |$)", line)}
    assert list(rows) == ["python", "plan", "process", "torch", "http", "ready"]
    assert rows["torch"] == 2.0 and rows["http"] == 0 and rows.pop("ready") == pytest.approx(sum(rows.values()), abs=1e-6)
    assert "quire chat --url http://127.0.0.1:1234" in err
