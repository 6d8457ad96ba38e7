"""What a scan is given: documents, a reference set and known texts, in one order and with ids of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.config import Config, ReadConfig
from dedup.heads import Columns, columns
from dedup.model import Document
from dedup.readers import ReadLog, Workshop, batches, is_paths, read_all, read_documents
from dedup.readers.flat import KeptLines
from dedup.readers.ids import LateBook, settle
from dedup.shelf import Batch, Shelf
from dedup.sketches import Sketcher
from dedup.spill import Scratch
from dedup.workers import cores

Source = str | Path | Sequence[str | Path] | Iterable[Document | Mapping[str, Any]]

OWN, REFERENCE, KNOWN = 0, 1, 2
IN_REFERENCE = "document of the reference set"
ID_IN_REFERENCE = "id that a document of the scan has, other text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """All texts in an order that the input's order does not change, and what is asked of all of them as `columns`.

    `sides` (int8 a text) is `OWN`, `REFERENCE` or `KNOWN`; `one_way` is true when documents are compared with the
    reference set alone, also when that is empty.
    """

    texts: Shelf
    sides: npt.NDArray[np.int8]
    one_way: bool
    columns: Columns
    log: ReadLog
    reference_log: ReadLog
    known_log: ReadLog


def gather(
    source: Source,
    against: Source | None,
    config: Config,
    scratch: Scratch | None = None,
    limit: int = 0,
    *,
    look: Sketcher | None = None,
) -> Corpus:
    """Read everything that a scan compares; what has more than `limit` code points goes to the folder of `scratch`.

    Each text is given to `look` when it is read, in the order in which the shelf gets it. Large files of JSON
    lines are read by as many processes as there are jobs, where processes are forked and unless the scan has a
    reference set.
    A text that is a document of the reference set under the same id is that document, and no copy of it.

    Raises `InputError` when a path does not exist, `ConfigError` when a setting applies to nothing.
    """
    log, reference_log, known_log = ReadLog(), ReadLog(), ReadLog()
    scratch, late = scratch or Scratch(), LateBook()
    shop = None
    if against is None and is_paths(source):
        shop = Workshop.of(config.jobs or cores(), scratch, None if look is None else look.encoded)
    files = shop.files if shop else ()
    again = KeptLines(config.read) if shop else None
    shelf = Shelf(scratch=scratch, limit=limit, files=files, lines=again)
    reference: list[Document] = []
    documents: Iterable[Document | Batch]
    if against is None:
        documents = batches(source, config.read, log, config.jobs, late, shop)
    else:
        reference = read_all(against, config.read, reference_log, config.jobs)
        documents, reference = _apart(read_all(source, config.read, log, config.jobs), reference, log, reference_log)
    sides: list[int] = []
    for side, some in ((REFERENCE, reference), (OWN, documents), (KNOWN, _known_texts(config, known_log))):
        sides += [side] * _fill(shelf, some, look)
    dropped = _settled(shelf, late, log)
    ids = shelf.ids

    def place(i: int) -> tuple[str, int, str]:
        return ids[i], sides[i], shelf.text(i) if sides[i] == KNOWN else ""

    # ids are unique but among known texts
    kept = (i for i in range(len(ids)) if i not in dropped)
    order = sorted(kept, key=place) if KNOWN in sides else sorted(kept, key=ids.__getitem__)
    shelf.arrange(order)
    if look is not None:  # while threads sketch texts no processes are forked
        look.settle()
    return Corpus(
        columns=columns(shelf, scratch, config.jobs or cores()),
        texts=shelf,
        sides=np.array(sides, np.int8)[order],
        one_way=against is not None,
        log=log,
        reference_log=reference_log,
        known_log=known_log,
    )


def _fill(shelf: Shelf, documents: Iterable[Document | Batch], look: Sketcher | None) -> int:
    """Put documents on a shelf and let them be looked at; return how many."""
    before = len(shelf)
    for each in documents:
        if isinstance(each, Batch):
            shelf.take(each)
            if look is not None:
                look.take(each.made)
        else:
            shelf.append(each)
            if look is not None:
                look.feed(each.text)
    return len(shelf) - before


def _settled(shelf: Shelf, late: LateBook, log: ReadLog) -> set[int]:
    """Put documents whose ids clash under ids of their own; return the places of those that stand there twice."""
    clashing = [i for i, doc_id in enumerate(shelf.ids) if doc_id in late.places] if late.places else []
    settled = settle([shelf[i] for i in clashing], late, log, set(shelf.ids))
    for i, document in zip(clashing, settled, strict=False):
        shelf.replace(i, document)
    return set(clashing[len(settled) :])


def _apart(
    documents: list[Document], reference: list[Document], log: ReadLog, reference_log: ReadLog
) -> tuple[list[Document], list[Document]]:
    """Return both sides without a common id: equal documents stay in the reference set, others take a new id."""
    own = {d.id: d.text for d in documents}
    shared = {d.id for d in reference if own.get(d.id) == d.text}
    for d in shared:
        log.merge(IN_REFERENCE, ("reference set", None), repr(d))
    log.read -= len(shared)
    kept = [d for d in documents if d.id not in shared]
    taken = {d.id for d in kept} | {d.id for d in reference}
    clashing = own.keys() - shared
    return kept, [_renamed(d, taken, reference_log) if d.id in clashing else d for d in reference]


def _renamed(document: Document, taken: set[str], log: ReadLog) -> Document:
    from dedup.readers.ids import hash_text

    doc_id = document.id
    while doc_id in taken:
        doc_id = f"{doc_id}~{hash_text(document.text.encode()) >> 32:08x}"
    log.rename(ID_IN_REFERENCE, ("reference set", None), f"{document.id!r} became {doc_id!r}")
    return replace(document, id=doc_id)


def _known_texts(config: Config, log: ReadLog) -> list[Document]:
    """Read the known texts, by the usual names of fields: options for documents say nothing about them."""
    plain = ReadConfig(max_document_bytes=config.read.max_document_bytes)
    read = (d for path in config.furniture.known_text for d in read_documents([path], plain, log))
    return [replace(d, id=f"known text: {d.id}") for d in read]
