"""Large files of JSON lines, read in parts by forked processes.

What costs time in reading holds the interpreter's lock, and so would keep threads from anything else. A process reads
whole lines, makes documents of them, puts these encoded into a file and says where they are; what is counted and noted
on the way is added up here in the order of the lines, so that a file reads the same in parts and from front to back.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

import msgspec

from dedup import workers
from dedup.config import ReadConfig
from dedup.errors import StoreError
from dedup.model import Document
from dedup.readers.dates import DateParser
from dedup.readers.documents import DocumentBuilder, Unread
from dedup.readers.fields import FieldMap
from dedup.readers.flat import Block, block_of, outlines, read_block
from dedup.readers.ids import LateBook
from dedup.readers.jsonl import line_record, line_records
from dedup.readers.log import PartCounts, PartLog, ReadLog
from dedup.readers.streams import TOO_LONG, Part
from dedup.shelf import Batch, Line, stored
from dedup.spill import Scratch

# Bytes of a part: few, as what a process makes of it is then in memory that it has used before. A part may be longer by
# its last line, and is read as a block up to so many bytes.
PART, MOST_BLOCK = 1 << 19, 1 << 21
Make = Callable[[Sequence[bytes | memoryview]], bytes]


@dataclass(frozen=True, slots=True)
class Workshop:
    """How files are read in parts: by how many processes, into which `files`, one for each, and what else is made there
    of the texts of a part, in UTF-8; lines are then kept as they are."""

    jobs: int
    scratch: Scratch
    files: tuple[IO[bytes], ...]
    make: Make | None = None

    @classmethod
    def of(cls, jobs: int, scratch: Scratch, make: Make | None = None) -> Workshop | None:
        """Return one for so many processes; None where none can be forked, or there is but one and nothing to make."""
        if (jobs > 1 and not workers.forks()) or (jobs < 2 and make is None):
            return None
        return cls(jobs, scratch, tuple(scratch.file() for _ in range(jobs)), make)


@dataclass(frozen=True, slots=True)
class Parted:
    """A file to be read in parts: its name in messages, its open file, the spans of its parts, what its path says."""

    name: str
    file: io.FileIO
    spans: list[tuple[int, int]]
    defaults: Mapping[str, str]


class _Done(msgspec.Struct, array_like=True):
    """A part that was read: its documents and their lines, what was counted, the names of its fields, how many lines it
    has, and whether an error ended it."""

    batch: Batch
    lines: list[int]
    counts: PartCounts
    names: list[str]
    line_feeds: int
    cut: bool


def read(
    parted: Parted, config: ReadConfig, shop: Workshop, builder: DocumentBuilder, late: LateBook, log: ReadLog
) -> Iterator[Batch | Document | Unread | None]:
    """Yield the documents of a file, in batches; singly where a part holds pages, which are read elsewhere."""
    before = 0
    make = _Maker(parted, config, shop)

    with parted.file:
        numbers = range(len(parted.spans))
        for number, raw in enumerate(workers.in_processes(make.part, numbers, shop.jobs, shop.scratch)):
            if not raw:
                stream = Part(parted.name, parted.file, parted.spans[number], log, before + 1)
                for line, record in line_records(stream, config.max_document_bytes, log):
                    yield builder.from_record(record, (parted.name, line), parted.defaults, clean=True)
                before += stream.line_feeds
                cut = stream.cut
            else:
                done = msgspec.msgpack.decode(raw, type=_Done | str)
                if isinstance(done, str):
                    raise StoreError(done)
                log.add(done.counts, parted.name, before)
                late.extend(done.batch.ids, parted.name, [before + line for line in done.lines])
                builder.fields.note(done.names)
                before += done.line_feeds
                cut = done.cut
                yield done.batch
            if cut:
                return


class _Maker:
    """Makes the parts of a file."""

    def __init__(self, parted: Parted, config: ReadConfig, shop: Workshop) -> None:
        self._parted, self._config, self._shop = parted, config, shop
        # what a path says of documents is said of each where it is made
        self._flat = shop.make is not None and not parted.defaults
        self._plans, self._decode = FieldMap(config), msgspec.json.Decoder().decode
        self._dates = DateParser(config.date_format)
        if shop.make is not None:  # what is compiled is loaded here, that each process need not load it
            shop.make([b"compiled"])
            block_of(b"{}")

    def part(self, number: int) -> bytes:
        """Return what came of a part, or why it could not be stored; nothing where it holds a page."""
        parted, shop, log, book = self._parted, self._shop, PartLog(), LateBook()
        builder = DocumentBuilder(self._config, log, book, dates=self._dates)
        stream = Part(parted.name, parted.file, parted.spans[number], log)
        block = read_block(parted.file.fileno(), parted.spans[number], MOST_BLOCK) if self._flat else None
        documents: list[Document | Line] = []
        for document in self._singly(stream, builder, log) if block is None else self._flatly(block, builder, log):
            if isinstance(document, Unread):
                return b""
            if document is not None:
                documents.append(document)
        which = number % shop.jobs
        made = shop.make([_utf8(d) for d in documents]) if shop.make and documents else b""
        raw = block.raw if block is not None and any(isinstance(d, Line) for d in documents) else b""
        try:
            batch = stored(documents, which, shop.files[which], shop.scratch, made, raw)
        except StoreError as error:
            return msgspec.msgpack.encode(str(error))
        line_feeds = stream.line_feeds if block is None else block.line_feeds
        done = _Done(batch, book.lines, log.counts(), builder.fields.names, line_feeds, stream.cut)
        return msgspec.msgpack.encode(done)

    def _singly(self, stream: Part, builder: DocumentBuilder, log: ReadLog) -> Iterator[Document | Unread | None]:
        """Yield what is made of the lines, one by one."""
        name, defaults = self._parted.name, self._parted.defaults
        for line, record in line_records(stream, self._config.max_document_bytes, log):
            yield builder.from_record(record, (name, line), defaults, clean=True)

    def _flatly(
        self, block: Block, builder: DocumentBuilder, log: ReadLog
    ) -> Iterator[Document | Line | Unread | None]:
        """Yield what is made of the lines, of plain ones all but a document."""
        name, limit = self._parted.name, self._config.max_document_bytes
        for number, found in enumerate(outlines(block, builder, self._plans, name, limit)):
            if found is not None:
                yield found
                continue
            line, place = block.line(number), (name, number + 1)
            if len(line.removesuffix(b"\n")) > limit:
                log.skip(TOO_LONG, place, f"more than {limit} bytes")
            elif (record := line_record(line, self._decode, place, log)) is not None:
                yield builder.from_record(record, place, {}, clean=True)


def _utf8(document: Document | Line) -> bytes | memoryview:
    return document.text if isinstance(document, Line) else document.text.encode("utf-8", "replace")
