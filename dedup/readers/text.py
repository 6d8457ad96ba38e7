"""Plain text: a file is one document."""

from __future__ import annotations

from collections.abc import Iterator

from dedup.readers.base import Record
from dedup.readers.log import ReadLog
from dedup.readers.scrub import BINARY, INVALID_UTF8, decode_utf8, is_binary
from dedup.readers.streams import TOO_LONG, Stream


class TextReader:
    """Reads a file as one text, line ends as they are."""

    name = "text"
    suffixes: tuple[str, ...] = (".txt",)
    has_fields = False
    is_clean = False
    has_pages = False
    opens_files = False

    def records(self, stream: Stream, limit: int, log: ReadLog) -> Iterator[Record]:
        """Yield the one record of the file; of a damaged file, what could be read."""
        place = (stream.name, None)
        raw = stream.read(limit)
        if raw is None:
            log.skip(TOO_LONG, place, f"more than {limit} bytes")
            return
        if stream.cut and not raw:
            return
        if is_binary(raw):
            log.skip(BINARY, place)
            return
        text, replaced = decode_utf8(raw)
        if replaced:
            log.change(INVALID_UTF8, place)
        yield None, {"text": text}
