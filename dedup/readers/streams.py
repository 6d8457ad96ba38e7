"""Bytes of one input as UTF-8 in blocks of bounded size: unpacked, without byte-order mark, errors counted.

An error ends the stream instead of raising: what came before it is kept, and the log names the place.
"""

from __future__ import annotations

import codecs
import io
import os
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Any, BinaryIO, Protocol

from dedup.readers.log import ReadLog

BLOCK = 2**16
TOO_LONG = "over the size limit"
GONE = "disappeared while reading"
CANNOT = "cannot be read"
DAMAGED = "damaged or cut short"

# The largest factors by which an input byte can grow are 1032 (deflate) and 32768 (zstd, a run-length block):
# with pieces this small, what a bomb unpacks in one call stays within 32 MiB.
_GZIP_STEP = 2**13
_ZSTD_STEP = 2**10
_LINE_FEED = 10
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")


class _Decoder(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


class _Broken(Exception):
    """Compressed data that is damaged or ends too early."""


class Stream:
    """One input, read once from front to back.

    `path` is the file, or None for standard input. `cut` becomes True when an error ended the stream early.
    """

    def __init__(self, name: str, path: str | None, log: ReadLog) -> None:
        self.name = name
        self.path = path
        self.cut = False
        self._first = 1
        self._log = log
        chunks = _to_utf8(_gather(self._guarded()))
        raw: io.RawIOBase = _Input(self._plain, chunks, self._note_error)
        self._file = io.BufferedReader(raw, BLOCK)

    def head(self) -> bytes:
        """Return the first bytes of the text, up to `BLOCK` of them, without consuming them."""
        return self._file.peek()

    def chunks(self) -> Iterator[bytes]:
        """Yield the text as UTF-8 in pieces of up to `BLOCK` bytes, which may end inside a character."""
        return iter(partial(self._file.read1, BLOCK), b"")

    def read(self, limit: int) -> bytes | None:
        """Return all of the text, or None when it is longer than `limit` bytes."""
        pieces: list[bytes] = []
        size = 0
        for chunk in self.chunks():
            size += len(chunk)
            if size > limit:
                return None
            pieces.append(chunk)
        return b"".join(pieces)

    def lines(self, limit: int) -> Iterator[tuple[int, bytes | None]]:
        """Yield each line with its number (from 1) and its line feed.

        A line of more than `limit` bytes comes as None and is never in memory as a whole. A last line without
        an end is left out when an error cut it off.
        """
        for number, line in enumerate(iter(partial(self._file.readline, limit + 1), b""), self._first):
            if line[-1] == _LINE_FEED:
                yield number, line
            elif len(line) > limit:
                self._pass_line()
                yield number, None
            elif not self.cut:
                yield number, line

    def parts(self, size: int) -> tuple[io.FileIO, list[tuple[int, int]]] | None:
        """Return the file, open, and the spans of its bytes (start, end) that are whole lines and about `size` each.

        None where it is no longer than twice that, or cannot be read as it is: packed, UTF-16, standard input, a pipe.
        What a file grows by while it is read belongs to the last span.
        """
        try:
            file = self._plain()
            if file is None:
                return None
            spans = _line_spans(file, size)
        except OSError:
            return None  # who reads it from the front says what is wrong
        if len(spans) < 3:
            file.close()
            return None
        return file, spans

    def _pass_line(self) -> None:
        for piece in iter(partial(self._file.readline, BLOCK), b""):
            if piece[-1] == _LINE_FEED:
                return

    def _guarded(self) -> Iterator[bytes]:
        line = 1
        try:
            for chunk in _unpacked(self._raw(), packed=self._named_packed()):
                yield chunk
                line += chunk.count(b"\n")
        except OSError as error:
            self._note_error(error)
        except (_Broken, zlib.error) as error:
            self._lose(DAMAGED, line, str(error))

    def _plain(self) -> io.FileIO | None:
        """Return the file, behind its mark, where it can be read as it is: neither packed nor UTF-16, and no pipe."""
        if self.path is None or self._named_packed():
            return None
        file = _open(self.path)
        try:
            if file.seekable():
                first = file.read(4) or b""
                if not (is_packed(first) or first.startswith(_UTF16)):
                    file.seek(len(codecs.BOM_UTF8) if first.startswith(codecs.BOM_UTF8) else 0)
                    return file
        except OSError:
            file.close()
            raise
        file.close()
        return None

    def _note_error(self, error: OSError) -> None:
        if isinstance(error, FileNotFoundError):
            self._lose(GONE, None, "")
        else:
            self._lose(CANNOT, None, error.strerror or str(error))

    def _lose(self, reason: str, line: int | None, detail: str) -> None:
        self.cut = True
        self._log.lose(reason, (self.name, line), detail)

    def _named_packed(self) -> bool:
        return self.path is not None and self.path.lower().endswith((".gz", ".zst"))

    def _raw(self) -> Iterator[bytes]:
        if self.path is None:
            yield from _pieces(sys.stdin.buffer)
            return
        with open(self.path, "rb", buffering=0) as file:
            yield from _pieces(file)


class Part(Stream):
    """Some bytes of an open file (start, end), which begin with its line `first`.

    The file's own position is neither used nor moved, so that processes may share it.
    """

    def __init__(self, name: str, file: io.FileIO, span: tuple[int, int], log: ReadLog, first: int = 1) -> None:
        super().__init__(name, None, log)
        self._first = first
        self._window = _Window(file.fileno(), span, self._note_error)
        self._file = io.BufferedReader(self._window, BLOCK)

    @property
    def line_feeds(self) -> int:
        """Return how many lines have ended in what was read."""
        return self._window.line_feeds


class _Window(io.RawIOBase):
    """Some bytes of a file (start, end)."""

    def __init__(self, handle: int, span: tuple[int, int], fail: Callable[[OSError], None]) -> None:
        self._handle, self._fail = handle, fail
        self._at, self._end = span
        self.line_feeds = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        wanted = memoryview(buffer)[: self._end - self._at]
        try:
            size = os.preadv(self._handle, [wanted], self._at) if wanted else 0
        except OSError as error:
            self._fail(error)
            return 0
        self._at += size
        self.line_feeds += bytes(wanted[:size]).count(b"\n")
        return size


def _line_spans(file: io.FileIO, size: int) -> list[tuple[int, int]]:
    """Return spans of a file, from its position on, that end behind a line feed; the last one has no end."""
    start, last = file.tell(), os.fstat(file.fileno()).st_size
    spans: list[tuple[int, int]] = []
    while (end := _behind_line(file.fileno(), start + size, last)) < last:
        spans.append((start, end))
        start = end
    return [*spans, (start, sys.maxsize)]


def _behind_line(handle: int, at: int, last: int) -> int:
    """Return where the first line that begins at or behind a byte does; `last` where there is none."""
    at -= 1
    while at < last and (block := os.pread(handle, BLOCK, at)):
        found = block.find(b"\n")
        if found >= 0:
            return min(last, at + found + 1)
        at += len(block)
    return last


def is_packed(head: bytes) -> bool:
    r"""Return whether data that begins so (4 bytes) is packed with gzip or zstandard.

    >>> is_packed(b"\x1f\x8b\x08\x00"), is_packed(b"PAR1")
    (True, False)
    """
    return head.startswith(_GZIP_MAGIC) or _ZSTD_MAGIC.match(head) is not None


def _open(path: str) -> io.FileIO:
    return io.FileIO(path)


class _Input(io.RawIOBase):
    """A file read as it is, where `plain` gives one on the first read; else the chunks of an iterator as a file."""

    def __init__(
        self, plain: Callable[[], io.FileIO | None], chunks: Iterator[bytes], fail: Callable[[OSError], None]
    ) -> None:
        self._begin: Callable[[], io.FileIO | None] | None = plain
        self._plain: io.FileIO | None = None
        self._chunks = chunks
        self._fail = fail
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        if self._plain is not None:
            self._plain.close()
        super().close()

    def readinto(self, buffer: Any, /) -> int:
        try:
            if self._begin is not None:
                begin, self._begin = self._begin, None
                self._plain = begin()
            if self._plain is not None:
                return self._plain.readinto(buffer) or 0
        except OSError as error:
            self._plain, self._chunks = None, iter(())
            self._fail(error)
            return 0
        return self._next_chunk(buffer)

    def _next_chunk(self, buffer: Any) -> int:
        while not self._left:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._left = memoryview(chunk)
        target = memoryview(buffer)
        size = min(len(target), len(self._left))
        target[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


def _pieces(file: io.FileIO | BinaryIO) -> Iterator[bytes]:
    while piece := file.read(BLOCK):
        yield piece


def _unpacked(pieces: Iterator[bytes], *, packed: bool) -> Iterator[bytes]:
    """Unpack by what the first bytes say; a name that promises packed data is then held to it."""
    first = b""
    for piece in pieces:
        first += piece
        if len(first) >= 4:
            break
    whole = chain([first], pieces)
    if first.startswith(_GZIP_MAGIC):
        return _inflated(_cut(whole, _GZIP_STEP), lambda: zlib.decompressobj(wbits=31))
    if _ZSTD_MAGIC.match(first):
        return _zstd(_cut(whole, _ZSTD_STEP))
    if packed:
        raise _Broken("the name says compressed, the content is not" if first else "the file is empty")
    return whole


def _cut(pieces: Iterable[bytes], step: int) -> Iterator[bytes]:
    for piece in pieces:
        for start in range(0, len(piece), step):
            yield piece[start : start + step]


def _inflated(pieces: Iterator[bytes], make: Callable[[], _Decoder]) -> Iterator[bytes]:
    """Unpack concatenated members; zero bytes after the last one are padding."""
    decoder = make()
    for piece in pieces:
        data = piece
        while data:
            if decoder.eof:
                data = data.lstrip(b"\0")
                if not data:
                    break
                decoder = make()
            yield decoder.decompress(data)
            data = decoder.unused_data
    if not decoder.eof:
        raise _Broken("the compressed data ends too early")


def _zstd(pieces: Iterator[bytes]) -> Iterator[bytes]:
    import zstandard

    try:
        yield from _inflated(pieces, lambda: zstandard.ZstdDecompressor().decompressobj())
    except zstandard.ZstdError as error:
        raise _Broken(str(error)) from error


def _gather(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Join small pieces, so that the work per block is spread over many records."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= BLOCK // 2:
            yield b"".join(held)
            held, size = [], 0
    if size:
        yield b"".join(held)


def _to_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Drop the byte-order mark, and turn UTF-16 that has one into UTF-8."""
    first = next(chunks, b"")
    if first.startswith(_UTF16):
        yield from _from_utf16(chain([first], chunks))
        return
    yield first.removeprefix(codecs.BOM_UTF8)
    yield from chunks


def _from_utf16(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Transcode; what is no UTF-16 becomes a byte that is no UTF-8, for the reader of the record to count."""
    decoder = codecs.getincrementaldecoder("utf-16")("surrogatepass")
    for chunk in chunks:
        yield _SURROGATE.sub(b"\xff", decoder.decode(chunk).encode("utf-8", "surrogatepass"))
    pending, _ = decoder.getstate()
    if pending:
        yield b"\xff"
