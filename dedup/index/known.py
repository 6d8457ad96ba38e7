"""Documents of an index with their tokens; those used last stay in memory, as some are asked for again and again."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import xxhash

from dedup import rescore
from dedup.index.packing import Packing
from dedup.model import Document
from dedup.spill import in_order
from dedup.store.database import Database
from dedup.tokens import Tokens, concatenate, tokenize
from dedup.weights import Sums

Idf = npt.NDArray[np.float32]
T = TypeVar("T")

# Bytes of documents and tokens that are kept, and what one takes besides.
ROOM = 96 << 20
EACH = 2048
# Documents that one thread reads at a time.
BLOCK = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A document, its tokens alone, a digest of them that equal texts share, and what they weigh (`masses`, `marks` and
    `usual_names` of `dedup.rescore.Evidence`) by some `idf` (float32, nats a slot)."""

    document: Document
    tokens: Tokens
    digest: bytes
    idf: Idf
    masses: npt.NDArray[np.uint16]
    marks: npt.NDArray[np.uint8]
    usual_names: npt.NDArray[np.float64]

    @property
    def size(self) -> int:
        """Return about how many bytes it takes."""
        return EACH + 2 * len(self.document.text) + 17 * len(self.tokens.hashes)


def of_texts(documents: Sequence[Document], known: rescore.Evidence) -> Iterator[Known]:
    """Yield each document with its own part of what is known of all."""
    tokens, bounds = known.tokens, known.tokens.bounds.tolist()
    for d, (low, high) in enumerate(itertools.pairwise(bounds)):
        part = slice(low, high)
        own = Tokens(
            hashes=tokens.hashes[part],
            starts=tokens.starts[part],
            ends=tokens.ends[part],
            flags=tokens.flags[part],
            weights=tokens.weights[part],
            bounds=np.array([0, high - low], np.int64),
        )
        yield Known(
            document=documents[d],
            tokens=own,
            digest=xxhash.xxh3_128_digest(own.hashes.data),
            idf=known.idf,
            masses=known.masses[part],
            marks=known.marks[part],
            usual_names=known.usual_names[d : d + 1],
        )


def together(known: Sequence[Known], idf: Idf) -> rescore.Evidence:
    """Return what is known of some texts, all weighed by one `idf`, as that of one list of texts."""
    tokens = concatenate([k.tokens for k in known])
    masses, marks = np.concatenate([k.masses for k in known]), np.concatenate([k.marks for k in known])
    return rescore.Evidence(
        tokens=tokens,
        idf=idf,
        masses=masses,
        mass=Sums(masses),
        weight=Sums(tokens.weights),
        marks=marks,
        usual_names=np.concatenate([k.usual_names for k in known]),
    )


class KnownTexts:
    """The documents of a database by number, which never change, so that what was read once need not be read again."""

    def __init__(self, database: Database, packing: Packing) -> None:
        """Read from a database."""
        self._database, self._packing = database, packing
        self._kept: dict[int, Known] = {}
        self._size = 0
        self._lock = threading.Lock()

    def take(self, numbers: Sequence[int], idf: Idf, pool: Executor | None) -> Mapping[int, Known]:
        """Return documents that must be there, by number, weighed by `idf`.

        Raises `StoreError` when one is missing or damaged.
        """
        found: dict[int, Known] = {}
        with self._lock:
            for number in numbers:
                if number in self._kept:
                    # what was used last stands last
                    found[number] = self._kept[number] = self._kept.pop(number)
        rows = list(self._database.documents_of([n for n in numbers if n not in found]))
        stale = [n for n, known in found.items() if known.idf is not idf]
        read = in_order(pool, lambda block: self._read(block, idf), list(_blocks(rows)))
        again = in_order(pool, lambda block: _weighed([found[n] for n in block], idf), list(_blocks(stale)))
        made = list(zip([number for number, _ in rows], itertools.chain.from_iterable(read), strict=True))
        made += zip(stale, itertools.chain.from_iterable(again), strict=True)
        with self._lock:
            for number, known in made:
                found[number] = known
                self._size += known.size if number not in self._kept else 0
                self._kept[number] = known
            while self._size > ROOM:
                self._size -= self._kept.pop(next(iter(self._kept))).size
        return found

    def _read(self, rows: Sequence[tuple[int, bytes]], idf: Idf) -> list[Known]:
        documents = list(self._packing.unpack_all(body for _, body in rows))
        return list(of_texts(documents, rescore.evidence(tokenize([d.text for d in documents]), idf)))


def _blocks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for first in range(0, len(items), BLOCK):
        yield items[first : first + BLOCK]


def _weighed(known: Sequence[Known], idf: Idf) -> list[Known]:
    """Return documents weighed anew."""
    return list(of_texts([k.document for k in known], rescore.evidence(concatenate([k.tokens for k in known]), idf)))
