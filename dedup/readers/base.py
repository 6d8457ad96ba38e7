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

    Every string that a reader yields is scrubbed. What it cannot read it counts in the log and reads on; it never
    holds more than one record of `limit` bytes and a block of the stream.
    """

    name: str
    suffixes: tuple[str, ...]
    has_fields: bool

    def records(self, stream: Stream, limit: int, log: ReadLog) -> Iterator[Record]:
        """Yield the records in their order in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One input: `path` is absolute (None for standard input), `name` is what messages call it.

    `relative` is the path below the folder that holds all inputs: the id of a text file. `reader` is None where the
    content has to tell the format.
    """

    name: str
    path: str | None
    relative: str | None
    reader: Reader | None
