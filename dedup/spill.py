"""Where arrays are kept that need not be in memory: there while they fit, else in files that nobody else sees.

The files have no name, or lose it with the process, so that their space is free again however the process ends.
Pages of mapped arrays are let go of when the process holds more than its budget (`mapped.py`).
"""

from __future__ import annotations

import ctypes
import mmap
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor, Future, wait
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np
import numpy.typing as npt
import xxhash

from dedup import mapped
from dedup.errors import StoreError

Records = npt.NDArray[np.uint64]
T = TypeVar("T")
R = TypeVar("R")
# Records of a piece of a part in memory.
PIECE = 1 << 12
# Parts that have a file in common.
TOGETHER = 16
# Blocks that may be worked on, or wait for their turn, ahead of the one that is taken.
AHEAD = 6
# Freed bytes that a process keeps for the next piece of its work, at most; glibc's numbers of the two options.
MOST_KEPT = 1 << 25
_KEPT_UP_TO, _MAPPED_FROM = -1, -3
# Bytes that are written to a file at a time. Linux keeps what was written at once as one large page of memory, if it
# can, and maps all of it when one place is looked at: the largest pages where all is looked at again and again, small
# ones where only a place here and there is.
SMALL_PIECE, LARGE_PIECE = 1 << 16, 1 << 21
# Large pages that pieces of work may look at before anybody sees how much is mapped: in two arrays around both texts of
# each of some hundred pairs, by each of two threads; more threads map more.
PAGES_AT_ONCE = 1 << 10


def in_order(pool: Executor | None, function: Callable[[T], R], items: Iterable[T]) -> Generator[R, None, None]:
    """Yield what `function` makes of each item, in order, with few results ahead of the one that is taken.

    After each item mapped pages are let go of where they are too many. An error, or who takes no more, ends it when all
    that has begun is done.
    """
    made = mapped.looking(function)
    if pool is None:
        yield from map(made, items)
        return
    waiting: list[Future[R]] = []
    try:
        for item in items:
            waiting.append(pool.submit(made, item))
            if len(waiting) > AHEAD:
                yield waiting.pop(0).result()
        while waiting:
            yield waiting.pop(0).result()
    finally:
        # nothing goes on behind an error
        for future in waiting:
            future.cancel()
        wait(waiting)


def done(pool: Executor | None, function: Callable[[T], None], items: Iterable[T]) -> None:
    """Do something with each item, and return when all is done."""
    for _ in in_order(pool, function, items):
        pass


class Scratch:
    """Arrays in memory or, `on_disk`, in nameless files in a folder; without one, where the system keeps such files.

    `budget` is how many bytes the process may hold before pages of mapped arrays are let go of, if that is said; `room`
    how many, those apart, so that records are still kept in memory.
    """

    def __init__(self, folder: Path | None = None, budget: int = 0, room: int = 0, *, on_disk: bool = False) -> None:
        self.folder, self.budget, self.room, self.on_disk = folder, budget, room, on_disk
        self._lock = threading.Lock()
        self._left: int | None = None
        self._reserved = 0

    def file(self) -> IO[bytes]:
        """Return a nameless file; raises `StoreError` when the folder cannot be written."""
        try:
            return tempfile.TemporaryFile(dir=self.folder)
        except OSError as error:
            raise full(self.folder, error) from error

    def column(self, kind: npt.DTypeLike, *, in_use: bool = False) -> Column:
        """Return an array to be filled from its beginning; where all of it will be `in_use`, in large pages."""
        return Column(self, np.dtype(kind), self._large_piece() if in_use else SMALL_PIECE)

    def _large_piece(self) -> int:
        """Return the bytes of a large page, of which `PAGES_AT_ONCE` fit into half of the budget."""
        most = max(SMALL_PIECE, self.budget // (2 * PAGES_AT_ONCE)) if self.budget else LARGE_PIECE
        return min(1 << most.bit_length() - 1, LARGE_PIECE)

    def empty(self, shape: tuple[int, ...], kind: npt.DTypeLike) -> npt.NDArray[Any]:
        """Return an array to be filled in any order; raises `StoreError` when there is no room."""
        size = int(np.prod(shape)) * np.dtype(kind).itemsize
        if not self.on_disk or not size:
            return np.empty(shape, kind)
        file = self.file()
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                file.truncate(size)
        except OSError as error:
            raise full(self.folder, error) from error
        return self.mapped(file, np.dtype(kind)).reshape(shape)

    def zeros(self, shape: tuple[int, ...], kind: npt.DTypeLike) -> npt.NDArray[Any]:
        """Return an array of zeros, which takes no memory before it is written to."""
        return self.empty(shape, kind) if self.on_disk else np.zeros(shape, kind)

    def mapped(self, file: IO[bytes], kind: np.dtype[Any]) -> npt.NDArray[Any]:
        """Return what a file holds as an array, and let go of the file."""
        with file:
            if not os.fstat(file.fileno()).st_size:
                return np.empty(0, kind)
            view = mmap.mmap(file.fileno(), 0)
        if self.budget:
            mapped.add(view, self.budget)
        return np.frombuffer(view, kind)

    def write(self, file: IO[bytes], raw: bytes | memoryview) -> int:
        """Write to the end of a file, past its buffer; return where that began. Raises `StoreError` when it cannot."""
        try:
            start = at = os.lseek(file.fileno(), 0, os.SEEK_END)
            rest = memoryview(raw).cast("B")
            while rest:
                at += (written := os.pwrite(file.fileno(), rest, at))
                rest = rest[written:]
        except OSError as error:
            raise full(self.folder, error) from error
        return start

    def reserve(self, size: int) -> bool:
        """Return whether there is room in memory for so many bytes of records; they are then taken off it."""
        if not self.on_disk:
            return True
        with self._lock:
            if self._left is None:
                held, of_files = mapped.resident()
                self._left = self.room - (held - of_files) if held else 0
            if size > self._left:
                return False
            self._left -= size
            self._reserved += size
            return True

    def give_back(self, size: int) -> None:
        """Add bytes that were reserved to the room again; how much there is is looked up anew when none are."""
        with self._lock:
            if self._left is not None and size:
                self._left, self._reserved = self._left + size, self._reserved - size
                if not self._reserved:
                    self._left = None


class Column:
    """An array that is filled from its beginning; what goes to a file is written in pieces of `piece` bytes."""

    def __init__(self, scratch: Scratch, kind: np.dtype[Any], piece: int = SMALL_PIECE) -> None:
        self._scratch, self._kind, self._piece = scratch, kind, piece
        # grown in its place: pieces to be joined would take the memory twice
        self._held = np.empty(0, kind)
        self._file = scratch.file() if scratch.on_disk else None
        self._waiting = bytearray()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def append(self, values: npt.NDArray[Any]) -> None:
        """Add values; raises `StoreError` when they cannot be written."""
        before, self._size = self._size, self._size + len(values)
        if self._file is None:
            if self._size > len(self._held):
                self._held.resize(max(self._size, 2 * len(self._held)), refcheck=False)
            self._held[before : self._size] = values
            return
        rest = np.ascontiguousarray(values).view(np.uint8).data
        if self._waiting:
            room = self._piece - len(self._waiting)
            self._waiting += rest[:room]
            rest = rest[room:]
            if len(self._waiting) == self._piece:
                self._write(self._file)
        # whole pieces need not be copied
        while len(rest) >= self._piece:
            self._scratch.write(self._file, rest[: self._piece])
            rest = rest[self._piece :]
        self._waiting += rest

    def _write(self, file: IO[bytes]) -> None:
        self._scratch.write(file, bytes(self._waiting))
        self._waiting.clear()

    def finish(self) -> npt.NDArray[Any]:
        """Return the whole array; nothing can be added after it."""
        if self._file is None:
            self._held.resize(self._size, refcheck=False)
            return self._held
        self._write(self._file)
        return self._scratch.mapped(self._file, self._kind)


class Parts:
    """Records (uint64) in `count` parts, added from several threads in any order; each part is taken once, whole.

    They are in memory while there is room, as writing them takes longer on most disks than making them. There they are
    in pieces of one size, so that those of a part that was taken fit wherever others are wanted. A few parts in a row
    share a file, which is let go of when they are taken: what the system has not written of it yet it need not write,
    and what it holds of it is free for what is still looked at.
    """

    def __init__(self, count: int, scratch: Scratch) -> None:
        self.sizes = np.zeros(count, np.int64)
        self._lock = threading.Lock()
        self._held: list[list[Records]] = [[] for _ in range(count)]
        self._filled = np.zeros(count, np.int64)
        self._scratch = scratch
        self._files = [scratch.file() for _ in range(0, count, TOGETHER)] if scratch.on_disk else []
        self._stretches: list[list[tuple[int, int, int]]] = [[] for _ in range(count)]
        self._taken = np.zeros(count, np.bool_)

    def __len__(self) -> int:
        return len(self.sizes)

    def add(self, records: Records, edges: npt.NDArray[np.int64]) -> None:
        """Add to part p the records `edges[p]:edges[p + 1]`; raises `StoreError` when they cannot be written."""
        sizes = np.diff(edges)
        with self._lock:
            self.sizes += sizes
            pieces = -(-(self._filled + sizes) // PIECE) - -(-self._filled // PIECE)
            in_memory = self._scratch.reserve(8 * PIECE * int(pieces.sum()))
            if in_memory:
                for p in np.flatnonzero(sizes).tolist():
                    self._hold(p, records[edges[p] : edges[p + 1]])
                return
            for number in range(len(self._files)):
                self._write(number, records, edges)

    def _hold(self, part: int, records: Records) -> None:
        while len(records):
            at = int(self._filled[part] % PIECE)
            if not at:
                self._held[part].append(np.empty(PIECE, np.uint64))
            taken = records[: PIECE - at]
            self._held[part][-1][at : at + len(taken)] = taken
            self._filled[part] += len(taken)
            records = records[len(taken) :]

    def _write(self, number: int, records: Records, edges: npt.NDArray[np.int64]) -> None:
        """Write the records of the parts of one file, and note where each part's are."""
        first, last = TOGETHER * number, min(TOGETHER * (number + 1), len(self))
        own = records[edges[first] : edges[last]]
        if not len(own):
            return
        at = self._scratch.write(self._files[number], own.data)
        for p in range(first, last):
            some = records[edges[p] : edges[p + 1]]
            if len(some):
                start = at + 8 * int(edges[p] - edges[first])
                self._stretches[p].append((start, some.nbytes, xxhash.xxh3_64_intdigest(some.data)))

    def take(self, part: int) -> Records:
        """Return the records of a part, those added together in their order, and let go of them.

        Raises `StoreError` when the file is not as it was written.
        """
        with self._lock:
            held, self._held[part] = self._held[part], []
            filled, self._filled[part] = int(self._filled[part]), 0
            stretches, self._stretches[part] = self._stretches[part], []
        self._scratch.give_back(8 * PIECE * len(held))
        if held:
            held[-1] = held[-1][: filled - PIECE * (len(held) - 1)]
        held += [self._read(part, *stretch) for stretch in stretches]
        self._let_go(part)
        return np.concatenate(held) if held else np.empty(0, np.uint64)

    def drop(self, parts: Iterable[int]) -> None:
        """Let go of the records of some parts, which are asked for no more."""
        for part in parts:
            with self._lock:
                held, self._held[part] = self._held[part], []
                self._filled[part], self._stretches[part] = 0, []
            self._scratch.give_back(8 * PIECE * len(held))
            self._let_go(part)

    def _read(self, part: int, start: int, size: int, checksum: int) -> Records:
        raw = os.pread(self._files[part // TOGETHER].fileno(), size, start)
        if len(raw) != size or xxhash.xxh3_64_intdigest(raw) != checksum:
            folder = self._scratch.folder or "temporary files"
            raise StoreError(f"{folder}: a spill file is damaged at byte {start}; scan again")
        return np.frombuffer(raw, np.uint64)

    def _let_go(self, part: int) -> None:
        """Give the space of a part's file back when all parts in it have been taken."""
        first = part - part % TOGETHER
        with self._lock:
            self._taken[part] = True
            if self._files and self._taken[first : first + TOGETHER].all():
                self._files[part // TOGETHER].close()

    def close(self) -> None:
        """Give the space of all files back."""
        for file in self._files:
            with suppress(OSError):
                file.close()


def looked_up(values: npt.NDArray[Any], places: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Return the values at some places of an array that may be mapped, looked up in the order of the file."""
    order = np.argsort(places)
    found = np.empty(len(places), values.dtype)
    found[order] = np.take(values, places[order])
    return found


def return_freed() -> None:
    """Give freed memory back to the system, where that is Linux with glibc, which else keeps small arrays' for others.

    After the seeds of 100,000 articles that was two thirds of what the process held.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def keep_freed() -> None:
    """Keep freed memory for the next arrays, where the system has glibc, which else gives large ones back at once: each
    page that is new to a process takes the system longer than most kernels take to fill it.

    For processes that do pieces of work of one kind, one after the other.
    """
    option = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if option is not None:
        option(_MAPPED_FROM, MOST_KEPT)
        option(_KEPT_UP_TO, MOST_KEPT)


def full(folder: Path | None, error: OSError) -> StoreError:
    """Return what to say of a file of a folder that cannot be written."""
    place = folder or tempfile.gettempdir()
    return StoreError(f"{place}: {error.strerror or error}; free some space there, or choose another place with --work")
