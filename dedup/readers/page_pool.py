"""Processes that read pages, started when the first page comes and replaced after some hundred pages.

Not threads: the libraries hold the interpreter's lock, grow with every page, and a hostile page can hang or crash them.
A process that takes too long or dies costs the page that it had, which is counted.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor

import msgspec

from dedup.errors import InputError
from dedup.readers.page import LARGEST_PAGE, Article, Page
from dedup.readers.page_worker import receive, send

PAGES_A_PROCESS = 500
SECONDS_A_PAGE = 30.0

TOO_SLOW = "page that takes too long to read"
CRASHED = "page that stopped the extractor"
TOO_LONG = "page over the size limit"
HINT = "pip install 'dedup-news[html]'"

_PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from dedup.readers.page_worker import main; main()"


class PagePool:
    """Reads pages in `jobs` processes; close it when done.

    Raises `InputError` at the first page when the libraries for HTML are missing.
    """

    def __init__(self, jobs: int | None = None, seconds: float = SECONDS_A_PAGE) -> None:
        self._jobs = jobs
        self._seconds = seconds
        self._threads: ThreadPoolExecutor | None = None
        self._local = threading.local()
        self._readers: list[_Process] = []

    def submit(self, page: Page) -> Future[Article]:
        """Return the article of a page, to come."""
        if self._threads is None:
            check_installed()
            self._threads = ThreadPoolExecutor(self._jobs or _cores(), "page")
        return self._threads.submit(self._read, page)

    def close(self) -> None:
        """Stop all processes; pages that wait are not read."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self._readers:
            process.stop()
        if self._threads is not None:
            self._threads.shutdown()
            self._threads = None

    def _read(self, page: Page) -> Article:
        if len(page.html) > LARGEST_PAGE:
            return Article(error=TOO_LONG, detail=f"more than {LARGEST_PAGE} bytes")
        process: _Process | None = getattr(self._local, "process", None)
        if process is None:
            process = self._local.process = _Process(self._seconds)
            self._readers.append(process)
        return process.read(page)


class _Process:
    """One process and what it has read so far."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._popen: subprocess.Popen[bytes] | None = None
        self._read = 0
        self._late = False
        self._decoder = msgspec.msgpack.Decoder(Article)

    def read(self, page: Page) -> Article:
        """Return the article; the process is started anew where that is due."""
        if self._popen is None or self._read >= PAGES_A_PROCESS:
            self.stop()
            self._start()
        self._read += 1
        self._late = False
        timer = threading.Timer(self._seconds, self._give_up)
        timer.daemon = True
        timer.start()
        try:
            answer = self._ask(msgspec.msgpack.encode(page))
        finally:
            timer.cancel()
        if answer is None:
            self.stop()
            return Article(error=TOO_SLOW if self._late else CRASHED)
        return self._decoder.decode(answer)

    def stop(self) -> None:
        """End the process."""
        popen, self._popen = self._popen, None
        if popen is not None:
            popen.kill()
            popen.communicate()

    def _start(self) -> None:
        # Not by multiprocessing: that runs the user's script again in every process.
        command = [sys.executable, "-P", "-c", _PROGRAM, *sys.path]
        pipe = subprocess.PIPE
        self._popen = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        self._read = 0

    def _ask(self, frame: bytes) -> bytes | None:
        popen = self._popen
        if popen is None or popen.stdin is None or popen.stdout is None:
            return None
        try:
            send(popen.stdin, frame)
            return receive(popen.stdout)
        except (OSError, ValueError):  # the process has died, or the pool was closed
            return None

    def _give_up(self) -> None:
        self._late = True
        if self._popen is not None:
            self._popen.kill()


def check_installed() -> None:
    """Raise `InputError` with what to install when the libraries for HTML are missing."""
    missing = [name for name in ("lxml", "trafilatura") if importlib.util.find_spec(name) is None]
    if missing:
        raise InputError(f"reading HTML needs {' and '.join(missing)}; {HINT}")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
