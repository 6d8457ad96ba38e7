"""Pages of mapped files, which a process lets go of while it works.

What is looked at in a mapped file counts as memory of the process until it lets go of it; the system keeps the pages as
long as it has room for them, so that looking again costs little. Who has done a piece of work looks how many there are,
and a thread while it goes on, since no piece of work knows what all of them look at. Where the system does not tell,
none are let go of.
"""

from __future__ import annotations

import functools
import mmap
import os
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")
# What part of its budget a process may always hold in pages of files: one that holds much else would look up every page
# anew for each piece of its work.
LEAST_PART = 8
# Seconds between two looks: where nothing is looked at for long, at most while it is, and at least.
IDLE, SLOW, QUICK = 0.25, 0.01, 0.002

# The mapped files that live, by their address, and how many bytes the process may hold in all while they do.
_maps: dict[int, tuple[weakref.ref[mmap.mmap], int]] = {}
_watcher: threading.Thread | None = None
# How many processes of its kind, this one among them, share what may be held.
_processes = 1
# Bytes of pages of other files, such as libraries, which stay: 0 before that is known.
_rest = 0
# One looks at a time: what several let go of at once they would only look up again.
_looking = threading.Lock()


def add(view: mmap.mmap, budget: int) -> None:
    """Let go of pages of a mapped file, as long as it lives, when the process holds more than `budget` bytes."""
    key = id(view)
    _maps[key] = weakref.ref(view, functools.partial(_forget, _maps, key)), budget
    if _watcher is None or not _watcher.is_alive():
        watch(_processes)


def _forget(maps: dict[int, Any], key: int, _: object) -> None:
    maps.pop(key, None)


def watch(processes: int = 1) -> None:
    """Watch the pages of this process, if it maps files, which shares what may be held with others of its kind.

    One that was forked has the files of the other, but not its threads.
    """
    global _watcher, _processes, _rest, _looking
    # one that was forked while somebody looked would wait for ever
    _processes, _rest, _looking = processes, 0, threading.Lock()
    if _maps and resident()[0]:
        watcher = threading.Thread(target=_attend, name="dedup-mapped", daemon=True)
        # where no thread can be started pages are let go of by the system alone
        with suppress(RuntimeError):
            watcher.start()
            _watcher = watcher


def let_go() -> None:
    """Let go of the pages of all mapped files; what is looked at again is read from them again."""
    for view in [view() for view, _ in list(_maps.values())]:
        if view is not None and not view.closed:
            # pages that are locked in memory stay
            with suppress(OSError):
                view.madvise(mmap.MADV_DONTNEED)


def allowance(budget: int, own: int, processes: int) -> int:
    """Return how many bytes of pages of files a process may hold beside memory of its `own`, one of several."""
    return max(1, budget // LEAST_PART, (budget - own) // processes)


def resident() -> tuple[int, int]:
    """Return how many bytes the process holds in memory, and how many of them are of files; 0 where the system does
    not tell."""
    try:
        file = os.open("/proc/self/statm", os.O_RDONLY)
        try:
            held, pages = os.read(file, 256).split()[1:3]
        finally:
            os.close(file)
    except OSError:
        return 0, 0
    return int(held) * mmap.PAGESIZE, int(pages) * mmap.PAGESIZE


def looking(function: Callable[[T], R]) -> Callable[[T], R]:
    """Return what does the same, and then looks: a thread that waits for its turn is too late where a piece of work
    looks at many places."""

    def made(item: T) -> R:
        result = function(item)
        look()
        return result

    return made


def look() -> float:
    """Let go of pages if the process holds more of them than it may; return which part of that was left, 0 for none."""
    files, lock = list(_maps.values()), _looking
    if not files or not lock.acquire(blocking=False):
        return 1.0
    try:
        return _looked(min(budget for _, budget in files))
    finally:
        lock.release()


def _looked(budget: int) -> float:
    global _rest
    held, pages = resident()
    allowed = allowance(budget, held - pages + _rest, _processes)
    if pages - _rest < allowed:
        return 1.0 - max(0, pages - _rest) / allowed
    let_go()
    left = resident()[1]
    # what is too much and stays is of others: to let go of all again and again would not make it less
    _rest = min(_rest, left) if _rest and left - _rest < allowed else left
    return 0.0


def _attend() -> None:
    """Let go of pages as long as a file is mapped."""
    me = threading.current_thread()
    pause, before = SLOW, 1.0
    while _maps or not _ends(me):
        time.sleep(pause)
        left = look()
        if not left:
            # it came to that before this looked
            pause, before = min(max(pause / 2, QUICK), SLOW), 1.0
            continue
        taken, before = before - left, left
        # at this pace twice before there are too many, ever more seldom where there are no more
        soon = min(pause * left / taken / 2, SLOW) if taken > 0 else min(max(pause, SLOW) * 1.1, IDLE)
        pause = max(soon, QUICK)


def _ends(me: threading.Thread | None) -> bool:
    """Say that this thread ends, as no file is mapped; return False if one was meanwhile and no other thread began."""
    global _watcher
    if _watcher is not me:
        return True
    _watcher = None
    if _maps and _watcher is None:
        _watcher = me
        return False
    return True
