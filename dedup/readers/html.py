"""HTML: a file is one page."""

from __future__ import annotations

from collections.abc import Iterator

from dedup.readers.base import Record
from dedup.readers.log import ReadLog
from dedup.readers.page import LARGEST_PAGE
from dedup.readers.streams import TOO_LONG, Stream


class HtmlReader:
    """Reads a file as one page; its text is taken out later, in a process of its own."""

    name = "html"
    suffixes: tuple[str, ...] = (".html", ".htm", ".xhtml")
    has_fields = False
    is_clean = False
    has_pages = True
    opens_files = False

    def records(self, stream: Stream, limit: int, log: ReadLog) -> Iterator[Record]:
        """Yield the one page of the file; of a damaged file, what could be read."""
        place = (stream.name, None)
        most = min(limit, LARGEST_PAGE)
        raw = stream.read(most)
        if raw is None:
            log.skip(TOO_LONG, place, f"more than {most} bytes")
        elif raw or not stream.cut:
            yield None, {"html": raw}
