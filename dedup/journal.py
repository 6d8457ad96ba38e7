"""What a scan has finished, kept in a file so that an interrupted one goes on where it stopped.

Results are bytes, added piece by piece under the name of their stage, each with a checksum. A file that ends in the
middle of a piece, as after a crash, is read up to that piece. The file belongs to one scan: its name tells settings and
paths, its head the documents. It is locked while a scan is at work on it, and deleted when that has its result.
"""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import xxhash

from dedup.errors import StoreError

# Changes whenever what is kept, or how, does.
FORMAT = b"dedup journal 3\n"
# Bytes of a digest of documents.
DIGEST = 16
_PIECE = struct.Struct("<HQQ")
Spread = Callable[[Callable[[int], bytes], Sequence[int]], Iterable[bytes]]


class Journal:
    """The journal of one scan in a folder; `key` tells its settings and paths."""

    def __init__(self, folder: Path, key: str) -> None:
        """Open it, or begin it.

        Raises `StoreError` when the folder cannot be written, or another scan is at work on it.
        """
        self.path = folder / f".dedup-{xxhash.xxh3_64_hexdigest(key.encode('utf-8', 'surrogateescape'))}.resume"
        self._pieces: dict[str, list[tuple[int, int]]] = {}
        self._end = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreError(f"{self.path}: {error.strerror}; name another folder with --work") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            raise StoreError(
                f"{self.path}: another scan of the same is at work on it; wait for it, or scan without --resume"
            ) from error

    def begin(self, digest: bytes) -> bool:
        """Take what was finished of the same documents, told by a digest; return whether there was anything."""
        head = FORMAT + digest
        self._end = self._read_pieces(len(head)) if self._raw(0, len(head)) == head else 0
        os.ftruncate(self._file, self._end)
        if not self._end:
            self._write(head)
        return bool(self._pieces)

    def _read_pieces(self, at: int) -> int:
        """Note all whole pieces behind `at`; return where the last of them ends."""
        size = os.fstat(self._file).st_size
        while at + _PIECE.size <= size:
            name_size, length, checksum = _PIECE.unpack(os.pread(self._file, _PIECE.size, at))
            start = at + _PIECE.size + name_size
            if start + length > size:
                break
            name, raw = os.pread(self._file, name_size, at + _PIECE.size), self._raw(start, length)
            if xxhash.xxh3_64_intdigest(name + raw) != checksum:
                break
            self._pieces.setdefault(name.decode(), []).append((start, length))
            at = start + length
        return at

    def _raw(self, start: int, length: int) -> bytes:
        return os.pread(self._file, length, start)

    def _write(self, raw: bytes) -> None:
        try:
            rest = memoryview(raw)
            while rest:
                written = os.pwrite(self._file, rest, self._end)
                rest, self._end = rest[written:], self._end + written
        except OSError as error:
            raise StoreError(
                f"{self.path}: {error.strerror}; free some space there, or scan without --resume"
            ) from error

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the pieces of a stage that are finished, in order."""
        for start, length in self._pieces.get(name, ()):
            yield self._raw(start, length)

    def add(self, name: str, raw: bytes) -> None:
        """Keep the next piece of a stage; raises `StoreError` when there is no room."""
        title = name.encode()
        head = _PIECE.pack(len(title), len(raw), xxhash.xxh3_64_intdigest(title + raw))
        self._write(head + title + raw)

    def spread(
        self, spread: Spread, name: str, function: Callable[[int], bytes], items: Sequence[int]
    ) -> Iterator[bytes]:
        """Yield what `function` makes of each item, in order; what is finished is not made again."""
        done = 0
        for raw in self.pieces(name):
            done += 1
            yield raw
        for raw in spread(function, items[done:]):
            self.add(name, raw)
            yield raw

    def close(self) -> bool:
        """Leave what is finished for another scan, and say whether there is any; an empty file is deleted."""
        if self._file < 0:
            return False
        kept = os.fstat(self._file).st_size > len(FORMAT) + DIGEST
        if not kept:
            self.remove()
            return False
        os.close(self._file)
        self._file = -1
        return True

    def remove(self) -> None:
        """Delete it: the scan has its result."""
        with suppress(FileNotFoundError):
            self.path.unlink()
        os.close(self._file)
        self._file = -1
