"""The server as a child process, by a list of words; SIGINT ends it."""
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

from openai import OpenAI


class vLLMAPIServer:
    def __init__(self, model: str, host: str = "127.0.0.1", port: int = 8000, **options: object):
        self.model, self.host, self.port, self.options = model, host, port, options

    def build_command(self) -> list[str]:
        command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", self.model, "--host", self.host,
                   "--port", str(self.port)]
        for name, value in self.options.items():
            command.append(f"--{name.replace('_', '-')}")
            if value is not True:
                command.append(str(value))
        return command

    def start(self) -> None:
        self.process = subprocess.Popen(self.build_command())
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://{self.host}:{self.port}/health")
                return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.25)
        raise TimeoutError("the server does not answer")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


server = vLLMAPIServer("meta-llama/Llama-3.1-8B-Instruct", port=int(os.environ.get("PORT", "8000")), max_model_len=2048,
                       gpu_memory_utilization=0.9, trust_remote_code=True, swap_space=4, disable_log_requests=True)
server.start()
client = OpenAI(base_url=f"http://{server.host}:{server.port}/v1", api_key="EMPTY")
completion = client.completions.create(model=server.model, prompt="The capital of France is", max_tokens=8, temperature=0)
print("text", repr(completion.choices[0].text), completion.usage.completion_tokens, sep="|")
print("code", server.stop(), sep="|")
