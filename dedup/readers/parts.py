"""Large files of JSON lines, read in parts by forked processes.

What costs time in reading holds the interpreter's lock, and so would keep threads from anything else. A process reads
whole lines, makes documents of them, puts these encoded into a file and says where they are; what is counted and noted
on the way is added up here in the order of the lines, so that a file reads the same in parts and from front to back.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO

import msgspec

from dedup import workers
from dedup.config import ReadConfig
from dedup.errors import StoreError
from dedup.model import Document
from dedup.readers.documents import DocumentBuilder, Unread
from dedup.readers.ids import LateBook
from dedup.readers.jsonl import line_records
from dedup.readers.log import PartCounts, PartLog, ReadLog
from dedup.readers.streams import Part
from dedup.shelf import Batch, stored
from dedup.spill import Scratch

# Bytes of a part: few, as what a process makes of it is then in memory that it has used before.
PART = 1 << 19


@dataclass(frozen=True, slots=True)
class Workshop:
    """How files of `least` bytes and more are read in parts: by how many processes, into which `files`, one for each,
    and what else is made of the texts of a part there."""

    jobs: int
    scratch: Scratch
    files: tuple[IO[bytes], ...]
    least: int = 0
    make: Callable[[list[str]], bytes] | None = None

    @classmethod
    def of(
        cls, jobs: int, scratch: Scratch, least: int = 0, make: Callable[[list[str]], bytes] | None = None
    ) -> Workshop | None:
        """Return one for so many processes; None where there is but one, or none can be forked."""
        if jobs < 2 or not workers.forks():
            return None
        return cls(jobs, scratch, tuple(scratch.file() for _ in range(jobs)), least, make)


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
    if shop.make is not None:
        shop.make(["compiled"])  # here, that each process need not load it

    def part(number: int) -> bytes:
        return _part(parted, number, config, shop)

    with parted.file:
        for number, raw in enumerate(workers.in_processes(part, range(len(parted.spans)), shop.jobs, shop.scratch)):
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


def _part(parted: Parted, number: int, config: ReadConfig, shop: Workshop) -> bytes:
    """Return what came of a part, or why it could not be stored; nothing where it holds a page."""
    log, book = PartLog(), LateBook()
    builder = DocumentBuilder(config, log, book)
    stream = Part(parted.name, parted.file, parted.spans[number], log)
    documents = []
    for line, record in line_records(stream, config.max_document_bytes, log):
        document = builder.from_record(record, (parted.name, line), parted.defaults, clean=True)
        if isinstance(document, Unread):
            return b""
        if document is not None:
            documents.append(document)
    which = number % shop.jobs
    made = shop.make([d.text for d in documents]) if shop.make and documents else b""
    try:
        batch = stored(documents, which, shop.files[which], shop.scratch, made)
    except StoreError as error:
        return msgspec.msgpack.encode(str(error))
    done = _Done(batch, book.lines, log.counts(), builder.fields.names, stream.line_feeds, stream.cut)
    return msgspec.msgpack.encode(done)
