"""From paths, or from records in memory, to a stream of documents."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from dedup.config import ReadConfig
from dedup.errors import ConfigError
from dedup.model import Document
from dedup.readers.base import Reader, Record, Source
from dedup.readers.documents import DocumentBuilder, Unread
from dedup.readers.formats import TEXT, known_suffixes, reader_from_content
from dedup.readers.frames import rows_of
from dedup.readers.ids import IdBook, LateBook, settle
from dedup.readers.jsonl import JsonLinesReader, line_records
from dedup.readers.log import Place, ReadLog, kind, printable
from dedup.readers.page import Article
from dedup.readers.page_pool import PagePool
from dedup.readers.parts import PART, Parted, Workshop
from dedup.readers.parts import read as read_parts
from dedup.readers.path_pattern import PathPattern
from dedup.readers.streams import Stream
from dedup.readers.walk import find_sources, portable
from dedup.shelf import Batch

BINARY = "neither text nor a known format"
EMPTY = "empty input"
NO_MATCH = "path does not fit the path pattern"
WITHOUT_TEXTS = "file in which no record has a text, left out"
NO_RECORD = "neither a document nor a mapping"

# What is made of records without reading a page: a document, or a batch of them.
B = TypeVar("B")

# Pages given out before the first of them is asked for, and their bytes.
MOST_AHEAD = 64
MOST_HELD = 64 * 2**20


def read_documents(
    paths: Sequence[Path | str] | Path | str,
    config: ReadConfig,
    log: ReadLog,
    jobs: int | None = None,
    *,
    ids: IdBook | None = None,
) -> Iterator[Document]:
    """Return an iterator over the documents of files, folders and standard input (`-`).

    Files come in the order of their paths and records in the order of their file, so equal input gives an
    equal stream. Pages of HTML are read in `jobs` processes, all cores by default. Every record becomes a document
    or is counted in the log. `ids` decides what becomes of an id that comes twice.

    Raises `InputError` at once when a path cannot be read at all; `ConfigError` at once for a date format or
    path pattern that cannot be used, and after the last document when an option names a field that no record
    had, or a path pattern fits no path.
    """
    return _from_sources(Reading(config, log, jobs, ids=ids), find_sources(paths, log))


def read_records(
    records: Iterable[Document | Mapping[str, Any]],
    config: ReadConfig,
    log: ReadLog,
    jobs: int | None = None,
    *,
    ids: IdBook | None = None,
) -> Iterator[Document]:
    """Return an iterator over the documents of records in memory, by the same rules as those of files.

    Tables of pandas, polars and pyarrow are read row by row. Messages in the log call the n-th record `record:n`.

    >>> log = ReadLog()
    >>> [document.id for document in read_records([{"body": "Rain.", "doc_id": 7}], ReadConfig(), log)]
    ['7']

    Raises `ConfigError` as `read_documents` does.
    """
    return _from_records(Reading(config, log, jobs, ids=ids), records)


def read_all(source: Any, config: ReadConfig, log: ReadLog, jobs: int | None = None) -> list[Document]:
    """Return all documents of paths, or of records in memory; which keeps an id does not depend on their order.

    Raises what `read_documents` and `read_records` raise.
    """
    late = LateBook()
    documents = list(stream(source, config, log, jobs, late))
    return settle(documents, late, log, {d.id for d in documents})


def stream(source: Any, config: ReadConfig, log: ReadLog, jobs: int | None, late: LateBook) -> Iterator[Document]:
    """Return an iterator over the documents of paths, or of records in memory, under the ids that they came with.

    What became of ids that came twice is noted in `late`, for `settle`. Raises as `read_all` does.
    """
    found: Iterator[Any] = batches(source, config, log, jobs, late, None)
    return found


def batches(
    source: Any, config: ReadConfig, log: ReadLog, jobs: int | None, late: LateBook, shop: Workshop | None
) -> Iterator[Document | Batch]:
    """Return an iterator as `stream` does; documents of large files come in batches, made by those of `shop`."""
    reading = Reading(config, log, jobs, late=late, shop=shop)
    if is_paths(source):
        return _from_sources(reading, find_sources(source, log))
    return _from_records(reading, source)


def is_paths(source: Any) -> bool:
    """Return whether a source names files rather than holding documents."""
    if isinstance(source, str | Path):
        return True
    return isinstance(source, list | tuple) and bool(source) and all(isinstance(s, str | Path) for s in source)


@dataclass(frozen=True, slots=True)
class OpenSource:
    """One input being read: its records, and what makes a document of one."""

    reader: Reader
    records: Iterator[Record]
    make: Callable[[dict[str, Any], Place], Document | Unread | None]


class Reading:
    """The parts of one reading, for those who look at its records one by one; close it when done."""

    def __init__(
        self,
        config: ReadConfig,
        log: ReadLog,
        jobs: int | None = None,
        *,
        late: LateBook | None = None,
        ids: IdBook | None = None,
        shop: Workshop | None = None,
    ) -> None:
        """Raises `ConfigError` for a date format or path pattern that cannot be used.

        With a `shop`, whose documents are under the ids that they came with, large files are read in parts.
        """
        self._config, self._late, self._shop = config, late, shop
        self.builder = DocumentBuilder(config, log, late, ids)
        self.log = log
        self._pages = PagePool(jobs)
        self._limit = config.max_document_bytes
        self._pattern = None if config.path_pattern is None else PathPattern(config.path_pattern)
        self._unmatched: str | None = None
        self._matched = False

    def open(self, source: Source) -> OpenSource | None:
        """Return a source, opened; None, with a note in the log, where there is nothing to read."""
        self.log.files += 1
        stream = Stream(source.name, source.path, self.log)
        if source.reader is not None and source.reader.opens_files:
            if _is_empty(source.path):
                self.log.warn(EMPTY, (source.name, None))
                return None
            return self._opened(source, source.reader, stream)
        reader = source.reader or reader_from_content(stream.head())
        if reader is None:
            self.log.lose(BINARY, (source.name, None), f"known are {known_suffixes()}")
            return None
        if not stream.head() and not stream.cut and (reader is not TEXT or source.path is None):
            self.log.warn(EMPTY, (source.name, None))
            return None
        return self._opened(source, reader, stream)

    def _opened(self, source: Source, reader: Reader, stream: Stream) -> OpenSource | None:
        records = reader.records(stream, self._limit, self.log)
        if source.found and reader.has_fields:
            with_texts = self._with_texts(source, reader, records)
            if with_texts is None:
                return None
            records = with_texts
        defaults = self._path_values(source, reader)
        if reader.has_pages:
            return OpenSource(reader, records, partial(self.builder.from_page, defaults=defaults))
        if reader.has_fields:
            build, clean = self.builder.from_record, reader.is_clean
            return OpenSource(reader, records, lambda record, place: build(record, place, defaults, clean))
        return OpenSource(reader, records, partial(self.builder.from_plain, defaults=defaults))

    def parted(self, source: Source) -> Iterator[Batch | Document | Unread | None] | None:
        """Return what is made of the records of a large file of JSON lines, in parts; None of any other source."""
        shop, reader = self._shop, source.reader
        if shop is None or self._late is None or source.path is None or not isinstance(reader, JsonLinesReader):
            return None
        stream = Stream(source.name, source.path, ReadLog())
        if _size(source.path) < 2 * PART or reader.is_spread(stream.head()):
            return None
        first = next(line_records(stream, self._limit, ReadLog()), None)
        if source.found and (first is None or not self._has_text(first[1])):
            return None  # it may be a file of labels
        cut = stream.parts(PART)
        if cut is None:
            return None
        self.log.files += 1
        parted = Parted(source.name, *cut, self._path_values(source, reader))
        return read_parts(parted, self._config, shop, self.builder, self._late, self.log)

    def documents(self, made: Iterable[B | Unread | None]) -> Iterator[B | Document]:
        """Yield the documents among what was made of records, in order; pages are read meanwhile in other processes.

        How far that runs ahead does not depend on their number: neither does the log.
        """
        ahead: deque[tuple[Any, Future[Article] | None, int]] = deque()
        held = 0
        for item in made:
            if not ahead and not isinstance(item, Unread):
                if item is not None:
                    yield item
                continue
            future = self._pages.submit(item.page) if isinstance(item, Unread) else None
            ahead.append((item, future, len(item.page.html) if isinstance(item, Unread) else 0))
            held += ahead[-1][2]
            while len(ahead) > MOST_AHEAD or held > MOST_HELD:
                held -= ahead[0][2]
                yield from self._done(*ahead.popleft()[:2])
        while ahead:
            yield from self._done(*ahead.popleft()[:2])

    def close(self) -> None:
        """Stop the processes that read pages."""
        self._pages.close()

    def _done(self, item: Any, future: Future[Article] | None) -> tuple[Any, ...]:
        """Return the one document or batch, or none."""
        document = item if future is None else self.builder.complete(item, future.result())
        return () if document is None else (document,)

    def _with_texts(self, source: Source, reader: Reader, records: Iterator[Record]) -> Iterator[Record] | None:
        """Return the records of a file found in a folder; None where none of them has a text, as in a file of labels.

        Only where the first has none, all are looked at: they may be late.
        """
        first = next(records, None)
        if first is None:
            return iter(())
        if not self._has_text(first[1]) and source.path is not None:
            aside = reader.records(Stream(source.name, source.path, ReadLog()), self._limit, ReadLog())
            if not any(self._has_text(record) for _, record in aside):
                self.log.warn(WITHOUT_TEXTS, (source.name, None), f"the fields are {', '.join(list(first[1])[:12])}")
                return None
        return chain([first], records)

    def _has_text(self, record: dict[str, Any]) -> bool:
        return self.builder.fields.plan(tuple(record)).has_text(record)

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
        # an archive that is opened by its reader holds many pages
        whole_file = not reader.has_fields and not reader.opens_files and source.relative is not None
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


def _is_empty(path: str | None) -> bool:
    return path is not None and _size(path) == 0


def _size(path: str) -> int:
    """Return the bytes of a file, -1 where they cannot be told: who opens it says what is wrong."""
    try:
        return os.path.getsize(path)
    except OSError:
        return -1


def _from_sources(reading: Reading, sources: Iterable[Source]) -> Iterator[Any]:
    try:
        yield from reading.documents(_made(reading, sources))
    finally:
        reading.close()
    reading.check_options()


def _made(reading: Reading, sources: Iterable[Source]) -> Iterator[Batch | Document | Unread | None]:
    for source in sources:
        parted = reading.parted(source)
        if parted is not None:
            yield from parted
            continue
        opened = reading.open(source)
        if opened is None:
            continue
        make, name = opened.make, source.name
        for line, record in opened.records:
            yield make(record, (name, line))


def _from_records(reading: Reading, records: Iterable[Document | Mapping[str, Any]]) -> Iterator[Any]:
    made = (_from_memory(reading, record, ("record", number)) for number, record in enumerate(rows_of(records), 1))
    try:
        yield from reading.documents(made)
    finally:
        reading.close()
    reading.check_options()


def _from_memory(reading: Reading, record: Any, place: Place) -> Document | Unread | None:
    if not isinstance(record, Document | Mapping):
        reading.log.skip(NO_RECORD, place, kind(record))
        return None
    if isinstance(record, Document):
        return reading.builder.from_document(record, place)
    return reading.builder.from_record({k: v for k, v in record.items() if isinstance(k, str)}, place, {})
