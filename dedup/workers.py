"""Work that holds the interpreter's lock, done by copies of this process that share its memory.

Forked, not started anew: what they work on is large, in memory or mapped, and need not be carried over. They run Python
and kernels that are compiled already, write what they make to a nameless file and end without touching anything else.
Where processes cannot be forked, as on Windows or safely on macOS, the work is done here; also in a thread of a larger
program, such as a service, whose other threads may hold locks that a copy would wait for.
"""

from __future__ import annotations

import errno
import gc
import os
import signal
import struct
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Generic, TypeVar

from dedup import mapped
from dedup.errors import StoreError
from dedup.spill import Scratch, full, keep_freed

T = TypeVar("T")
# What a worker says of each piece of work: where its result begins in the worker's file, and its size, below 0 for what
# it says of an error; where that could not be written, the negative number of the system's error.
_HEAD = struct.Struct("<qq")
# How an error begins that is told to the user as it is.
_STORE = b"\xc1"
# Pieces of work below which processes are not worth their start.
LEAST_ITEMS = 4
# Pieces of work from which the first is done before processes are forked.
MANY_ITEMS = 12
# Objects that a worker makes before it looks for cycles among them: those of one piece of work live together, and
# looking at them every 700 took 7 % of the time of judging clusters.
YOUNG = 20_000


def forks() -> bool:
    """Return whether processes are forked here: on Linux, from the main thread."""
    return sys.platform == "linux" and threading.current_thread() is threading.main_thread()


def are_worth_it(items: Sequence[T]) -> bool:
    """Return whether processes are worth their start for work that threads can do as well, if not as quickly."""
    return forks() and len(items) >= MANY_ITEMS


def in_processes(
    function: Callable[[T], bytes], items: Sequence[T], jobs: int, scratch: Scratch | None = None
) -> Iterator[bytes]:
    """Yield what `function` makes of each item, in order, made by `jobs` processes.

    Of many items the first is made here: what it loads and remembers, the others need not make anew.

    Raises `RuntimeError` with the traceback of a process that fails, and `StoreError` as that did or where there is no
    room for what it made.
    """
    made = mapped.looking(function)
    if jobs < 2 or len(items) < LEAST_ITEMS or not forks():
        yield from map(made, items)
        return
    if len(items) >= MANY_ITEMS:
        yield made(items[0])
        items = items[1:]
    scratch = scratch or Scratch()
    # who waits looks at nothing, and what it has mapped would be held beside what they map
    mapped.let_go()
    workers: list[_Worker[T]] = []
    count = min(jobs, len(items))
    try:
        for n in range(count):
            workers.append(_Worker(made, items[n::count], [w.heads for w in workers], (scratch, count)))
        for n in range(len(items)):
            yield workers[n % count].result()
    finally:
        for worker in workers:
            worker.stop()


@contextmanager
def beside(functions: Sequence[Callable[[], bytes]], jobs: int) -> Iterator[list[Callable[[], bytes]]]:
    """Start each of `functions` in a process of its own, while this one goes on, and give for each what waits for its
    result; with one job, or where processes are not forked, what makes it then.

    Waiting raises `RuntimeError` with the traceback of a process that fails; those that are left end with the block.
    """
    if jobs < 2 or not forks():
        yield list(functions)
        return
    scratch = Scratch()
    # what stays here is held beside what they map, and what this one goes on with it maps again
    mapped.let_go()
    started: list[_Worker[Callable[[], bytes]]] = []
    try:
        for each in functions:
            started.append(_Worker(_called, [each], [w.heads for w in started], (scratch, len(functions))))
        yield [worker.result for worker in started]
    finally:
        for worker in started:
            worker.stop()


def _called(function: Callable[[], bytes]) -> bytes:
    return function()


def attended(parts: Iterable[T]) -> Iterator[T]:
    """Yield `parts` as long as the process lives that this one was forked from; what nobody waits for is not finished.

    Raises `RuntimeError` when it has ended.
    """
    parent = os.getppid()
    for part in parts:
        if os.getppid() != parent:
            raise RuntimeError("the process that this one works for has ended")
        yield part


class _Worker(Generic[T]):
    """A process that works through some items, and the way back from it."""

    def __init__(
        self, function: Callable[[T], bytes], items: Iterable[T], others: list[int], shared: tuple[Scratch, int]
    ) -> None:
        """Start one of so many processes that share a scratch folder; `others` are the pipes of those before it."""
        scratch, processes = shared
        self._file, self._folder = scratch.file(), scratch.folder
        self.heads, heads = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        with warnings.catch_warnings():
            # its other threads wait for work and hold nothing that a worker asks for
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process = os.fork()
        if not self._process:
            # a pipe that only its reader holds breaks when that ends, and the process with it
            for handle in (self.heads, *others):
                os.close(handle)
            _work(function, items, (self._file.fileno(), heads), processes)
        os.close(heads)

    def result(self) -> bytes:
        """Wait for the next result."""
        head = b""
        while len(head) < _HEAD.size:
            more = os.read(self.heads, _HEAD.size - len(head))
            if not more:
                raise RuntimeError("a process of this scan was stopped; is there memory enough for it?")
            head += more
        start, size = _HEAD.unpack(head)
        if start < 0:
            raise full(self._folder, OSError(-start, os.strerror(-start)))
        raw = os.pread(self._file.fileno(), abs(size), start)
        if size < 0 and raw.startswith(_STORE):
            raise StoreError(raw.removeprefix(_STORE).decode("utf-8", "surrogateescape"))
        if size < 0:
            raise RuntimeError(f"a process of this scan failed:\n{raw.decode('utf-8', 'replace')}")
        return raw

    def stop(self) -> None:
        """End the process, if it has not ended, and let go of its file."""
        os.close(self.heads)
        with suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self._process, 0)
        self._file.close()


def _work(function: Callable[[T], bytes], items: Iterable[T], back: tuple[int, int], processes: int) -> None:
    """Make the results, in one of some forked processes, and send them `back` by a file and a pipe; never returns."""
    file, heads = back
    status, at, said = 1, 0, b""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        gc.freeze()
        gc.set_threshold(YOUNG)
        keep_freed()
        # what it looks up in files counts as its own memory, whoever else has it
        mapped.watch(processes)
        for item in items:
            at += _send(function(item), at, file, heads)
        status = 0
    except StoreError as error:
        said = _STORE + str(error).encode("utf-8", "surrogateescape")
    finally:
        # whatever happened, a forked process does not go on as its parent would
        if status:
            with suppress(OSError):
                _send(said or traceback.format_exc().encode("utf-8", "replace"), at, file, heads, failed=True)
        os._exit(status)


def _send(raw: bytes, at: int, file: int, heads: int, *, failed: bool = False) -> int:
    """Write a result behind `at` and say so, or why it could not be written; return its size."""
    rest = memoryview(raw)
    try:
        while rest:
            written = os.pwrite(file, rest, at + len(raw) - len(rest))
            rest = rest[written:]
    except OSError as error:
        os.write(heads, _HEAD.pack(-(error.errno or errno.EIO), 0))
        raise
    os.write(heads, _HEAD.pack(at, -len(raw) if failed else len(raw)))
    return len(raw)


def cores() -> int:
    """Return on how many processors this process may run."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
