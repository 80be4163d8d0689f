"""LLM inside of a program: in event loops, threads and scripts, and with bars."""
import asyncio
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from quire import LLM
from tests.test_llm import GREEDY, ids
from tests.tiny import TEMPLATE, tiny

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def llm(folder):
    with LLM(str(folder), max_num_seqs=8, num_kv_blocks=128, num_threads=1) as made:
        yield made


def test_a_call_inside_of_a_running_event_loop(llm):
    async def call():
        return llm.generate("a", GREEDY)
    assert ids(asyncio.run(call())) == ids(llm.generate("a", GREEDY))


def test_calls_from_several_threads_wait_for_each_other(llm):
    want, got = ids(llm.generate(["a", "b"], GREEDY)), []
    threads = [threading.Thread(target=lambda: got.append(ids(llm.generate(["a", "b"], GREEDY)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [want] * 4


def test_the_bar_is_quiet_where_there_is_no_terminal(llm, capfd):
    llm.generate(["a", "b"], GREEDY)
    assert capfd.readouterr() == ("", "")


def test_a_bar_of_one_s_own_hears_of_every_request(llm):
    made = []

    class Bar:
        def __init__(self, total, **given):
            self.total, self.done, self.said = total, 0, ""
            made.append(self)

        def set_postfix_str(self, text, refresh):
            self.said = text

        def update(self, n):
            self.done += n

        def close(self):
            self.total = -self.total
    llm.generate(["a", "b", "c"], GREEDY, use_tqdm=Bar)
    (bar,) = made
    assert (bar.done, bar.total) == (3, -3) and "tok/s" in bar.said


SCRIPT = '''
import sys, threading
BLOCKED = ("msgspec", "zmq", "fastapi", "uvicorn", "huggingface_hub", "rich", "yaml", "prometheus_client", "uvloop",
           "transformers", "llguidance", "httptools")
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in BLOCKED:
            raise ImportError(f"{name} is blocked")
sys.meta_path.insert(0, Block())
from quire import LLM, SamplingParams
before = set(threading.enumerate())
llm = LLM(model=sys.argv[1], num_kv_blocks=64, num_threads=1)
params = SamplingParams(temperature=0, max_tokens=5, ignore_eos=True)
for output in llm.generate(["Hello, my name is", "The capital is"], params):
    print("Prompt:", output.prompt, len(output.outputs[0].token_ids))
print(llm.chat([{"role": "user", "content": "Hi"}], SamplingParams(temperature=0, max_tokens=3))[0].finished)
print("threads", len(set(threading.enumerate()) - before))
'''


def test_a_script_without_a_guard_ends_cleanly_and_needs_only_the_few_libraries(folder, tmp_path):
    """It makes its LLM at the top, never closes it, and none of the server's libraries is there."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    done = subprocess.run([sys.executable, "-W", "error", str(script), str(folder)], capture_output=True, text=True,
                          timeout=300,
                          env={**os.environ, "PYTHONPATH": str(ROOT / "src")}, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:4] == ["Prompt: Hello, my name is 5", "Prompt: The capital is 5", "True", "threads 0"]
    told = done.stderr.splitlines()
    assert told[0].startswith("quire: KV cache: ") and " for 1,024 tokens, which are 4.0 requests of 256;" in told[0]
    assert len(told) == 2 and told[1].startswith("quire: the forward pass runs ")


def test_the_template_of_the_tests_is_the_model_s(llm):
    assert llm.get_tokenizer().chat_template == TEMPLATE
