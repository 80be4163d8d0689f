"""One progress bar for a download of several files. It looks at what lies on the disk, so it fits every client
version."""
import os
import sys
import time
from pathlib import Path
from threading import Event, Thread
from types import TracebackType

from quire.core.units import show_bytes

PERIOD, WIDTH = 0.2, 30             # seconds between looks; characters


class Bar:
    """On a terminal a bar that moves; elsewhere one line before and one after. Silent where nothing is to be
    fetched."""

    def __init__(self, title: str, num_bytes: int, num_files: int, folder: Path):
        self.title, self.num_bytes, self.num_files, self.folder = title, num_bytes, num_files, folder
        self.is_moving = sys.stderr.isatty() and not os.environ.get("HF_HUB_DISABLE_PROGRESS_BARS")
        self.done = Event()
        self.thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Bar":   
        self.began, self.before = time.monotonic(), self._on_disk()
        if self.num_files and self.is_moving:
            self.thread.start()
        elif self.num_files:
            print(f"quire: downloading {self.title}: {self.num_files} files, {show_bytes(self.num_bytes)}",
                  file=sys.stderr)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.done.set()
        if self.thread.is_alive():
            self.thread.join()
        if self.num_files and kind is None:
            seconds = time.monotonic() - self.began
            end = "\r\x1b[K" if self.is_moving else ""
            print(f"{end}quire: downloaded {self.title}: {show_bytes(self.num_bytes)} in {seconds:.1f} s",
                  file=sys.stderr)
        elif self.num_files and self.is_moving:
            print(file=sys.stderr)

    def _watch(self) -> None:
        while not self.done.wait(PERIOD):
            line = self.line(self._on_disk() - self.before, time.monotonic() - self.began)
            print("\r" + line, end="\x1b[K", file=sys.stderr, flush=True)

    def line(self, num_done: int, seconds: float) -> str:
        share = min(1.0, num_done / max(1, self.num_bytes))
        full = round(share * WIDTH)
        pace = show_bytes(num_done / max(seconds, 1e-3))
        return (f"{self.title} [{'#' * full}{'.' * (WIDTH - full)}] {show_bytes(num_done)} of "
                f"{show_bytes(self.num_bytes)}, {pace}/s")

    def _on_disk(self) -> int:
        """Files come and go while they are renamed."""
        total = 0
        for file in self.folder.glob("*"):
            try:
                total += file.stat().st_size
            except OSError:
                continue
        return total
