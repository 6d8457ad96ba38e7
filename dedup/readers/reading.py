"""From paths, or from records in memory, to a stream of documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from dedup.config import ReadConfig
from dedup.errors import ConfigError
from dedup.model import Document
from dedup.readers.base import Reader, Record, Source
from dedup.readers.documents import DocumentBuilder
from dedup.readers.formats import TEXT, known_suffixes, reader_from_content
from dedup.readers.ids import IdBook
from dedup.readers.log import Place, ReadLog, kind, printable
from dedup.readers.path_pattern import PathPattern
from dedup.readers.streams import Stream
from dedup.readers.walk import find_sources, portable

BINARY = "neither text nor a known format"
EMPTY = "empty input"
NO_MATCH = "path does not fit the path pattern"
NO_RECORD = "neither a document nor a mapping"


def read_documents(
    paths: Sequence[Path | str] | Path | str, config: ReadConfig, log: ReadLog, ids: IdBook | None = None
) -> Iterator[Document]:
    """Return an iterator over the documents of files, folders and standard input (`-`).

    Files come in the order of their paths and records in the order of their file, so equal input gives an
    equal stream. One record is in memory at a time. Every record becomes a document or is counted in the log.
    `ids` decides what becomes of an id that comes twice.

    Raises `InputError` at once when a path cannot be read at all; `ConfigError` at once for a date format or
    path pattern that cannot be used, and after the last document when an option names a field that no record
    had, or a path pattern fits no path.
    """
    return _from_sources(Reading(config, log, ids), find_sources(paths, log))


def read_records(
    records: Iterable[Document | Mapping[str, Any]], config: ReadConfig, log: ReadLog, ids: IdBook | None = None
) -> Iterator[Document]:
    """Return an iterator over the documents of records in memory, by the same rules as those of files.

    Messages in the log call the n-th record `record:n`.

    >>> log = ReadLog()
    >>> [document.id for document in read_records([{"body": "Rain.", "doc_id": 7}], ReadConfig(), log)]
    ['7']

    Raises `ConfigError` as `read_documents` does.
    """
    return _from_records(Reading(config, log, ids), records)


@dataclass(frozen=True, slots=True)
class OpenSource:
    """One input being read: its records, and what makes a document of one."""

    reader: Reader
    records: Iterator[Record]
    make: Callable[[dict[str, Any], Place], Document | None]


class Reading:
    """The parts of one reading, for those who look at its records one by one."""

    def __init__(self, config: ReadConfig, log: ReadLog, ids: IdBook | None = None) -> None:
        """Raises `ConfigError` for a date format or path pattern that cannot be used."""
        self.builder = DocumentBuilder(config, log, ids)
        self.log = log
        self._limit = config.max_document_bytes
        self._pattern = None if config.path_pattern is None else PathPattern(config.path_pattern)
        self._unmatched: str | None = None
        self._matched = False

    def open(self, source: Source) -> OpenSource | None:
        """Return a source, opened; None, with a note in the log, where there is nothing to read."""
        self.log.files += 1
        stream = Stream(source.name, source.path, self.log)
        reader = source.reader or reader_from_content(stream.head())
        if reader is None:
            self.log.lose(BINARY, (source.name, None), f"known are {known_suffixes()}")
            return None
        if not stream.head() and not stream.cut and (reader is not TEXT or source.path is None):
            self.log.warn(EMPTY, (source.name, None))
            return None
        defaults = self._path_values(source, reader)
        make = self.builder.from_record if reader.has_fields else self.builder.from_plain
        return OpenSource(reader, reader.records(stream, self._limit, self.log), partial(make, defaults=defaults))

    def check_options(self) -> None:
        """Raise `ConfigError` for an option that applied to nothing that was read."""
        for problem in self.problems():
            raise ConfigError(problem)

    def problems(self) -> tuple[str, ...]:
        """Return a message for every option that applied to nothing that was read."""
        problems = self.builder.fields.problems()
        if self._pattern is None or self._matched or self._unmatched is None:
            return problems
        path = printable(self._unmatched)
        return (
            *problems,
            f"path_pattern: {self._pattern.pattern!r} fits no path that was read, such as {path}",
        )

    def _path_values(self, source: Source, reader: Reader) -> dict[str, str]:
        """Return what the path says of the documents in it; the id only where a file is one document."""
        whole_file = not reader.has_fields and source.relative is not None
        values = {"id": source.relative or ""} if whole_file else {}
        if self._pattern is None or source.path is None:
            return values
        path = portable(source.path)
        found = self._pattern.match(path, source.relative or "")
        if found is None:
            self._unmatched = path
            if whole_file:
                self.log.warn(NO_MATCH, (source.name, None))
            return values
        self._matched = True
        return values | {name: value for name, value in found.items() if whole_file or name != "id"}


def _from_sources(reading: Reading, sources: Iterable[Source]) -> Iterator[Document]:
    for source in sources:
        opened = reading.open(source)
        if opened is None:
            continue
        make, name = opened.make, source.name
        for line, record in opened.records:
            document = make(record, (name, line))
            if document is not None:
                yield document
    reading.check_options()


def _from_records(reading: Reading, records: Iterable[Document | Mapping[str, Any]]) -> Iterator[Document]:
    for number, record in enumerate(records, 1):
        document = _from_memory(reading, record, ("record", number))
        if document is not None:
            yield document
    reading.check_options()


def _from_memory(reading: Reading, record: Any, place: Place) -> Document | None:
    if not isinstance(record, Document | Mapping):
        reading.log.skip(NO_RECORD, place, kind(record))
        return None
    if isinstance(record, Document):
        return reading.builder.from_document(record, place)
    return reading.builder.from_record({k: v for k, v in record.items() if isinstance(k, str)}, place, {})
