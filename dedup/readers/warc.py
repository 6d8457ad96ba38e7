"""WARC, the format of web archives (ISO 28500): every response with a page of HTML is a record.

A damaged record costs itself: reading goes on at the next place that looks like the start of one.
"""

from __future__ import annotations

import importlib.util
import os
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from dedup.errors import InputError
from dedup.readers.base import Record
from dedup.readers.log import Place, ReadLog
from dedup.readers.page import LARGEST_PAGE
from dedup.readers.streams import CANNOT, DAMAGED, GONE, TOO_LONG, Stream

NO_PAGES = "web archive without a page"
NO_PAGE = "archived response that is no page"
FAILED = "archived response with an error status"
ENCODED = "archived page in an encoding that is not read"
HINT = "pip install 'dedup-news[html]'"

_PAGES = ("text/html", "application/xhtml+xml")
_BLOCK = 2**20
_PLAIN_START, _GZIP_START, _ZSTD_START = b"WARC/1.", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"
# A length that is too great swallows what follows: the next record then stands inside this one.
_SWALLOWED = b"\r\nWARC/1."
_MOST_LENGTH_DIGITS = 8


class _Damaged(Exception):
    """A record that does not hold what it says."""


class _TooLong(Exception):
    """A page over the limit."""


class WarcReader:
    """Reads archives of HTTP responses, plain or packed; what is no page is counted and passed over."""

    name = "warc"
    suffixes: tuple[str, ...] = (".warc",)
    has_fields = False
    is_clean = False
    has_pages = True
    opens_files = True

    def records(self, stream: Stream, limit: int, log: ReadLog) -> Iterator[Record]:
        """Yield the pages with the number of their record, their address and the date they were fetched.

        Raises `InputError` when the library for WARC is missing.
        """
        if importlib.util.find_spec("fastwarc") is None:
            raise InputError(f"{stream.name}: reading WARC needs fastwarc; {HINT}")
        if stream.path is None:
            log.lose(CANNOT, (stream.name, None), "a web archive is not read from standard input; name the file")
            return
        try:
            with open(stream.path, "rb") as file:
                archive = _Archive(stream.name, file, min(limit, LARGEST_PAGE), log)
                yield from archive.pages()
                archive.check_any()
        except FileNotFoundError:
            log.lose(GONE, (stream.name, None))
        except OSError as error:
            log.lose(CANNOT, (stream.name, None), error.strerror or str(error))


class _Archive:
    """One archive: where its reading stands, and what was lost."""

    def __init__(self, name: str, file: BinaryIO, limit: int, log: ReadLog) -> None:
        self._name, self._file, self._limit, self._log = name, file, limit, log
        self._mark = _PLAIN_START
        self._number = 0
        self._position = 0
        self._lost_at: int | None = None
        self._told = self._inside = False

    def pages(self) -> Iterator[Record]:
        """Yield the pages, again and again from the next start after damage."""
        start = self._file.read(4)
        self._mark = next((m for m in (_GZIP_START, _ZSTD_START) if start[:2] == m[:2]), _PLAIN_START)
        begin: int | None = 0
        while begin is not None:
            try:
                yield from self._from(begin)
                return
            except (_Damaged, zlib.error) as error:
                self._lose(str(error))
            begin = self._next(self._mark, max(begin, self._position) + 1)

    def check_any(self) -> None:
        """Warn where there was neither a page nor a loss that was counted."""
        if not self._told:
            self._log.warn(NO_PAGES, (self._name, None), f"{self._number} records, none a page that was served")

    def _from(self, begin: int) -> Iterator[Record]:
        from fastwarc.warc import ArchiveIterator, WarcRecordType

        self._file.seek(begin)
        self._position = begin
        pages = WarcRecordType.response | WarcRecordType.resource
        try:
            for record in ArchiveIterator(self._file, record_types=WarcRecordType.any_type, parse_http=False):
                self._number, self._inside = self._number + 1, True
                self._position = record.stream_pos
                if record.record_type & pages:
                    record.parse_http()
                    page = self._page(record)
                    if page is not None:
                        self._told = True
                        yield self._number, page
                self._inside = False
        except (OSError, ValueError, EOFError) as error:
            raise _Damaged(str(error)) from error
        if not self._ends_well(begin):
            self._inside = True
            raise _Damaged("the last record ends too early")

    def _ends_well(self, begin: int) -> bool:
        """Return whether the last record has its end: the library takes the end of the file for it."""
        size = self._file.seek(0, os.SEEK_END)
        # packed as a whole, all records end where the file does
        self._file.seek(self._position if self._position < size else begin)
        if self._mark == _PLAIN_START:
            tail = b""
            while block := self._file.read(_BLOCK):
                tail = (tail + block)[-4:]
            return self._number > 0 and tail == b"\r\n\r\n"
        if self._mark == _ZSTD_START:
            return True  # the library sees it itself
        decoder = zlib.decompressobj(wbits=31)
        while block := self._file.read(2**16):
            while block:
                if decoder.eof:
                    decoder = zlib.decompressobj(wbits=31)
                decoder.decompress(block, _BLOCK)
                block = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
        return decoder.eof

    def _page(self, record: Any) -> dict[str, Any] | None:
        """Return the page of a record; None, counted, where it has none."""
        place: Place = (self._name, self._number)
        headers = record.http_headers
        kind = (record.http_content_type or record.headers.get("Content-Type") or "").partition(";")[0].strip().lower()
        if kind not in _PAGES:
            self._log.ignore(NO_PAGE, place, kind)
            return None
        if headers is not None and headers.status_code != 200:
            self._log.ignore(FAILED, place, str(headers.status_code))
            return None
        try:
            html = self._body(record, headers)
        except _TooLong:
            self._told = True
            self._log.skip(TOO_LONG, place, f"more than {self._limit} bytes")
            return None
        except LookupError as error:
            self._told = True
            self._log.skip(ENCODED, place, str(error.args[0]))
            return None
        return {
            "html": html,
            "url": record.headers.get("WARC-Target-URI", "").strip("<> "),
            "charset": record.http_charset,
            "fetched": record.headers.get("WARC-Date"),
        }

    def _body(self, record: Any, headers: Any) -> bytes:
        """Return the body of a response without its transfer and content encodings.

        Raises `_Damaged`, `_TooLong`, and `LookupError` with the name of an unknown encoding.
        """
        expected = int(record.content_length)
        raw: bytes = record.reader.read(self._limit + 1)
        if len(raw) > self._limit:
            raise _TooLong
        if len(raw) < expected or _SWALLOWED in raw:
            raise _Damaged("a record is shorter than it says")
        if headers is None:
            return raw
        if "chunked" in (headers.get("Transfer-Encoding") or "").lower():
            raw = _unchunked(raw)
        for encoding in reversed((headers.get("Content-Encoding") or "").lower().split(",")):
            raw = self._decoded(raw, encoding.strip())
        return raw

    def _decoded(self, raw: bytes, encoding: str) -> bytes:
        if encoding in ("", "identity", "none"):
            return raw
        if encoding == "br":
            return _unbrotli(raw, self._limit)
        if encoding not in ("gzip", "x-gzip", "deflate"):
            raise LookupError(encoding)
        if encoding != "deflate" and not raw.startswith(_GZIP_START[:2]):
            return raw  # many crawlers unpack the body and leave the header
        return _inflated(raw, self._limit)

    def _next(self, mark: bytes, begin: int) -> int | None:
        """Return the next place at or behind `begin` where a record may start."""
        self._file.seek(begin)
        held = b""
        while block := self._file.read(_BLOCK):
            found = (held + block).find(mark)
            if found >= 0:
                return begin + found
            held = (held + block)[-(len(mark) - 1) :]
            begin = self._file.tell() - len(held)
        return None

    def _lose(self, detail: str) -> None:
        """Count damage once for each stretch without a good record."""
        if self._lost_at != self._number:
            self._log.lose(DAMAGED, (self._name, self._number + (not self._inside)), detail)
        self._lost_at, self._inside, self._told = self._number, False, True


def _unchunked(raw: bytes) -> bytes:
    """Return the body of a chunked transfer (RFC 9112, section 7.1); what is not chunked comes as it is."""
    pieces: list[bytes] = []
    position = 0
    while True:
        end = raw.find(b"\r\n", position)
        digits = raw[position:end].partition(b";")[0].strip() if end >= 0 else b""
        try:
            size = int(digits, 16) if len(digits) <= _MOST_LENGTH_DIGITS else -1
        except ValueError:
            size = -1
        if size < 0 or end < 0:
            return b"".join(pieces) if pieces else raw
        if size == 0:
            return b"".join(pieces)
        pieces.append(raw[end + 2 : end + 2 + size])
        position = end + 2 + size + 2


def _inflated(raw: bytes, limit: int) -> bytes:
    """Return gzip or deflate data unpacked, also without a header, to at most `limit` bytes."""
    for bits in (47, -15):
        decoder = zlib.decompressobj(wbits=bits)
        try:
            body = decoder.decompress(raw, limit + 1)
        except zlib.error:
            continue
        if len(body) > limit:
            raise _TooLong
        return body
    raise _Damaged("a compressed body is damaged")


def _unbrotli(raw: bytes, limit: int) -> bytes:
    import brotli

    decoder = brotli.Decompressor()
    try:
        body: bytes = decoder.process(raw, output_buffer_limit=limit + 1)
    except brotli.error as error:
        raise _Damaged("a compressed body is damaged") from error
    if len(body) > limit or not decoder.is_finished():
        raise _TooLong
    return body
