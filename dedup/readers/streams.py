"""Bytes of one input as UTF-8 in blocks of bounded size: unpacked, without byte-order mark, errors counted.

An error ends the stream instead of raising: what came before it is kept, and the log names the place.
"""

from __future__ import annotations

import codecs
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import IO, Protocol

from dedup.readers.log import ReadLog

BLOCK = 2**18
TOO_LONG = "over the size limit"

# The largest factors by which one input byte can grow are 1032 (deflate) and 32768 (zstd, a run-length block):
# pieces this small keep what a bomb unpacks in one call below 64 MiB.
_GZIP_STEP = 2**14
_ZSTD_STEP = 2**11
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")


class _Decoder(Protocol):
    eof: bool
    unused_data: bytes

    def decompress(self, data: bytes, /) -> bytes: ...


class _Broken(Exception):
    """Compressed data that is damaged or ends too early."""


class Stream:
    """One input, read once from front to back.

    `cut` becomes True when an error ended the stream early.
    """

    def __init__(self, name: str, path: str | None, log: ReadLog) -> None:
        self.name = name
        self.cut = False
        self._path = path
        self._log = log
        self._chunks = _to_utf8(_gather(self._guarded()))
        self._head: bytes | None = None

    def head(self) -> bytes:
        """Return the beginning of the text (up to a block, empty for an empty file) without consuming it."""
        if self._head is None:
            self._head = next(self._chunks, b"")
        return self._head

    def chunks(self) -> Iterator[bytes]:
        """Yield the text as UTF-8 in pieces of about `BLOCK` bytes, which may end inside a character."""
        return chain([self.head()], self._chunks)

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

    def blocks(self, limit: int) -> Iterator[tuple[int, bytes | None]]:
        """Yield the number of a line and, from there on, whole lines without the last line feed.

        A line of more than `limit` bytes comes alone, as None, and is never held in memory. A last line without an
        end is left out when an error cut it off.
        """
        number, rest = 1, _Rest(limit)
        for chunk in self.chunks():
            end = chunk.rfind(b"\n")
            if end < 0:
                rest.add(chunk)
                continue
            first = chunk.find(b"\n")
            if rest.size + first > limit:
                yield number, None
                number, begin = number + 1, first + 1
                head = b""
            else:
                head, begin = rest.join(), 0
            if begin <= end:
                block = head + chunk[begin:end]
                yield from _bounded(number, block, limit)
                number += block.count(b"\n") + 1
            rest = _Rest(limit)
            rest.add(chunk[end + 1 :])
        if rest.size and not self.cut:
            yield number, rest.join() if rest.size <= limit else None

    def _guarded(self) -> Iterator[bytes]:
        line = 1
        try:
            for chunk in _unpacked(self._raw(), packed=self._named_packed()):
                yield chunk
                line += chunk.count(b"\n")
        except FileNotFoundError:
            self._lose("file disappeared", None, "")
        except OSError as error:
            self._lose("cannot be read", line if line > 1 else None, error.strerror or str(error))
        except (_Broken, zlib.error) as error:
            self._lose("damaged or cut short", line, str(error))

    def _lose(self, reason: str, line: int | None, detail: str) -> None:
        self.cut = True
        self._log.lose(reason, (self.name, line), detail)

    def _named_packed(self) -> bool:
        return self._path is not None and self._path.lower().endswith((".gz", ".zst"))

    def _raw(self) -> Iterator[bytes]:
        if self._path is None:
            yield from _pieces(sys.stdin.buffer)
            return
        with open(self._path, "rb") as file:
            yield from _pieces(file)


class _Rest:
    """The beginning of a line whose end is still to come; only its size once it is over the limit."""

    def __init__(self, limit: int) -> None:
        self.size = 0
        self._limit = limit
        self._pieces: list[bytes] = []

    def add(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size > self._limit:
            self._pieces.clear()
        else:
            self._pieces.append(piece)

    def join(self) -> bytes:
        return b"".join(self._pieces)


def _bounded(number: int, block: bytes, limit: int) -> Iterator[tuple[int, bytes | None]]:
    if len(block) <= limit:
        yield number, block
        return
    for line, raw in enumerate(block.split(b"\n"), number):
        yield line, raw if len(raw) <= limit else None


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    read = getattr(file, "read1", file.read)
    while piece := read(BLOCK):
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
    if packed and first:
        raise _Broken("the name says compressed, the content is not")
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
        yield from _inflated(pieces, zstandard.ZstdDecompressor().decompressobj)
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
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield from _from_utf16(chain([first], chunks))
        return
    yield first.removeprefix(codecs.BOM_UTF8)
    yield from chunks


def _from_utf16(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Transcode; what is no valid UTF-16 becomes a byte that is no UTF-8, so that the record's reader counts it."""
    decoder = codecs.getincrementaldecoder("utf-16")("surrogatepass")
    for chunk in chunks:
        yield _SURROGATE.sub(b"\xff", decoder.decode(chunk).encode("utf-8", "surrogatepass"))
    pending, _ = decoder.getstate()
    if pending:
        yield b"\xff"
