"""What a source is, and the protocol that every format implements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from dedup.readers.log import ReadLog
from dedup.readers.streams import Stream

Record = tuple[int | None, dict[str, Any]]
"""The line where a record begins (from 1; None where a file is one record), and its fields."""


class Reader(Protocol):
    """One format: turns a stream into records.

    What it cannot read it counts in the log, and reads on. It never holds more than one record of `limit`
    bytes and a block of the stream.
    """

    @property
    def name(self) -> str:
        """What messages call the format."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """How names of its files end, in small letters and with the dot."""

    @property
    def has_fields(self) -> bool:
        """Whether records have named fields; else a file is one text, or its records are pages."""

    @property
    def is_clean(self) -> bool:
        """Whether strings of records that are plain dicts have neither NUL nor lone surrogates: it has seen to that."""

    @property
    def has_pages(self) -> bool:
        """Whether records are pages of HTML: `html` (bytes), and where known `url`, `charset` and `fetched`."""

    @property
    def opens_files(self) -> bool:
        """Whether it opens the file itself, as a format does that is packed in its own way or read out of order."""

    def records(self, stream: Stream, limit: int, log: ReadLog) -> Iterator[Record]:
        """Yield the records in their order in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One input: `path` is absolute (None for standard input), `name` is what messages call it.

    `relative` is the path below the folder that holds all inputs: the id of a text file. `reader` is None
    where the content has to tell the format. `found` says that the user named a folder around it, not the file.
    """

    name: str
    path: str | None
    relative: str | None
    reader: Reader | None
    found: bool = False
