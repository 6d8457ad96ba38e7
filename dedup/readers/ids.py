"""Ids: given ones are kept, missing ones are made from the content, and no two documents share one."""

from __future__ import annotations

import functools
import itertools
from array import array
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum

import msgspec
import xxhash

from dedup.model import Document
from dedup.readers.log import Place, ReadLog, quoted

SAME_DOCUMENT = "same id and text as a document before"
SAME_ID = "same id as a document before, other text"


class Claim(Enum):
    """What became of an id: its text is new, repeats one read before, or had to take another id."""

    NEW = "new"
    REPEATED = "repeated"
    RENAMED = "renamed"


class IdBook:
    """Remembers which id has which text, as the text's hash.

    >>> book = IdBook()
    >>> [book.claim("a", text_hash)[0] for text_hash in (0x1111, 0x1111, 0x2222000000000000)]
    ['a', 'a', 'a~22220000']
    """

    compares = True
    """Whether texts are compared, by hashes that take time to make."""

    def __init__(self) -> None:
        self._texts: dict[str, int] = {}

    def claim(self, doc_id: str, text_hash: int) -> tuple[str, Claim]:
        """Return the id under which a text stands, and what became of it.

        Where another text has the id, `~` and the first 8 hex digits of the hash (64 bits) are added.
        """
        known = self._texts.get(doc_id)
        if known is None:
            self._texts[doc_id] = text_hash
            return doc_id, Claim.NEW
        while known is not None and known != text_hash:
            doc_id = f"{doc_id}~{text_hash >> 32:08x}"
            known = self._texts.get(doc_id)
        if known == text_hash:
            return doc_id, Claim.REPEATED
        self._texts[doc_id] = text_hash
        return doc_id, Claim.RENAMED


class FreeIds(IdBook):
    """Takes every id as it is: a later document with it stands for the same one, changed."""

    compares = False

    def claim(self, doc_id: str, text_hash: int) -> tuple[str, Claim]:
        """Return the id."""
        return doc_id, Claim.NEW


class LateBook:
    """Remembers where each id was read, for `settle` to keep documents apart when all of them are known.

    Of a document it holds its id and 8 bytes.
    """

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._sources: dict[str, int] = {}
        self._of, self._lines = array("i"), array("q")

    def note(self, doc_id: str, place: Place) -> None:
        """Note a document."""
        source, line = place
        self._ids.append(doc_id)
        self._of.append(self._sources.setdefault(source, len(self._sources)))
        self._lines.append(-1 if line is None else line)

    def extend(self, ids: list[str], source: str, lines: list[int]) -> None:
        """Note documents of one source."""
        self._ids += ids
        self._of.extend([self._sources.setdefault(source, len(self._sources))] * len(ids))
        self._lines.extend(lines)

    @property
    def lines(self) -> list[int]:
        """Return the line of each document that was noted, -1 where it has none."""
        return self._lines.tolist()

    @functools.cached_property
    def places(self) -> dict[str, list[Place]]:
        """Every id that came more than once, with all its places in their order; asked for when all are noted."""
        ids, sources = self._ids, list(self._sources)
        again: dict[str, list[int]] = {}
        for a, b in itertools.pairwise(sorted(range(len(ids)), key=ids.__getitem__)):
            if ids[a] == ids[b]:
                again.setdefault(ids[a], [a]).append(b)
        return {
            ids[numbers[0]]: [(sources[self._of[n]], None if self._lines[n] < 0 else self._lines[n]) for n in numbers]
            for numbers in sorted(again.values())
        }


def settle(documents: list[Document], book: LateBook, log: ReadLog, taken: set[str]) -> list[Document]:
    """Return the documents, each under an id of its own, whatever their order; `taken` has all ids that are in use.

    Of several with one id and one text, the one whose fields come first in order stays. Of several texts, the one
    with the smallest hash keeps the id; `~` and the first 8 hex digits of its hash are added to the id of another.
    """
    if not book.places:
        return documents
    held: dict[str, list[Document]] = {doc_id: [] for doc_id in book.places}
    settled = [d for d in documents if d.id not in held]
    for document in documents:
        if document.id in held:
            held[document.id].append(document)
    for doc_id in sorted(held):
        settled += _apart(held[doc_id], book.places[doc_id], taken, log)
    return settled


def _apart(documents: list[Document], places: list[Place], taken: set[str], log: ReadLog) -> Iterator[Document]:
    """Yield one document a text, each under an id of its own."""
    texts: dict[str, list[tuple[Document, Place]]] = {}
    for document, place in zip(documents, places, strict=True):
        texts.setdefault(document.text, []).append((document, place))
    hashes = sorted((hash_text(text.encode()), text) for text in texts)
    for number, (text_hash, text) in enumerate(hashes):
        same = sorted(texts[text], key=lambda item: (_order(item[0]), item[1][0], item[1][1] or 0))
        document, place = same[0]
        for _, other in same[1:]:
            log.merge(SAME_DOCUMENT, other, quoted(document.id))
            log.read -= 1
        doc_id = document.id
        while number and doc_id in taken:
            doc_id = f"{doc_id}~{text_hash >> 32:08x}"
        if number:
            taken.add(doc_id)
            log.rename(SAME_ID, place, f"{quoted(document.id)} became {quoted(doc_id)}")
        yield replace(document, id=doc_id) if number else document


def _order(document: Document) -> bytes:
    """Return something to sort documents by: all of their fields."""
    return msgspec.json.encode(document, order="deterministic")


def hash_text(raw: bytes) -> int:
    """Return the XXH3-64 of a text in UTF-8.

    >>> hash_text(b"Rain all day.") == hash_text(b"Rain all night.")
    False
    """
    return xxhash.xxh3_64_intdigest(raw)


def content_id(raw: bytes | memoryview, outlet: str | None, published: str | None, url: str | None) -> str:
    """Return 16 hex digits: the XXH3-64 of text, outlet, date as given and address in UTF-8, joined by NUL.

    >>> content_id(b"Rain all day.", None, None, None)
    'abb8a20ce7de78c6'
    """
    parts = (raw, *((part or "").encode() for part in (outlet, published, url)))
    return xxhash.xxh3_64_hexdigest(b"\0".join(parts))
