"""A real browser, spoken to through two pipes in Chrome's DevTools protocol: no client library, no open port."""
import json
import os
import shutil
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--mute-audio",
         "--disable-background-networking", "--disable-component-update", "--window-size=1200,900", "--remote-debugging-pipe")
# It speaks on the descriptors 3 and 4.
LAUNCH = """import os, sys
for given, high in zip(sys.argv[1:3], (100, 101)):
    os.dup2(int(given), high)
os.dup2(100, 3), os.dup2(101, 4)
os.execv(sys.argv[3], sys.argv[3:])"""


class Browser:
    """One tab. complaints: what its console says of errors, and of what the page's policy forbids."""

    def __init__(self, write: int, read: int):
        self.write, self.read, self.number, self.rest = write, read, 0, b""
        self.complaints: list[str] = []
        self.session: str | None = None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **params: Any) -> Any:
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        os.write(self.write, json.dumps(message | ({"sessionId": self.session} if self.session else {})).encode() + b"\0")
        while True:
            told = self._receive()
            is_entry = told.get("method") == "Log.entryAdded" and told["params"]["entry"]["level"] == "error"
            if is_entry or told.get("method") == "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(told["params"]))
            if told.get("id") == self.number:
                assert "error" not in told, told
                return told["result"]

    def open(self, url: str) -> None:
        self.ask("Page.navigate", url=url)

    def run(self, script: str) -> Any:
        """What the expression gives; a promise is waited for."""
        told = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def until(self, condition: str) -> None:
        self.run(f"""new Promise((done, fail) => {{
            const end = Date.now() + 30000;
            (function look() {{
                if ({condition}) return done();
                Date.now() > end ? fail(new Error("it does not come true")) : setTimeout(look, 10);
            }})(); }})""")

    def picture(self, path: Path) -> None:
        path.write_bytes(b64decode(self.ask("Page.captureScreenshot", format="png")["data"]))

    def _receive(self) -> Any:
        while b"\0" not in self.rest:
            part = os.read(self.read, 1 << 16)
            assert part, "the browser has ended"
            self.rest += part
        told, _, self.rest = self.rest.partition(b"\0")
        return json.loads(told)


@contextmanager
def browsing(folder: Path) -> Iterator[Browser]:
    """folder: where it may keep what it keeps."""
    assert PROGRAM is not None
    theirs, write = os.pipe()
    read, theirs_too = os.pipe()
    process = subprocess.Popen([sys.executable, "-c", LAUNCH, str(theirs), str(theirs_too), PROGRAM, *FLAGS,
                                f"--user-data-dir={folder}"], pass_fds=(theirs, theirs_too), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    os.close(theirs)
    os.close(theirs_too)
    try:
        yield Browser(write, read)
    finally:
        process.terminate()
        process.wait()
        os.close(write)
        os.close(read)
