"""Documents of an index with their tokens; those used last stay in memory, as some are asked for again and again."""

from __future__ import annotations

import itertools
import sys
import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import xxhash

from dedup import rescore
from dedup.index.packing import Packing
from dedup.kernels import held as kernels
from dedup.model import Document
from dedup.spill import in_order
from dedup.store.database import Database
from dedup.tokens import Tokens, tokenize
from dedup.weights import Sums, content_mass

Idf = npt.NDArray[np.float32]
Rows = npt.NDArray[np.uint32]
# Rows of some texts, where those of each begin, and their digests and usual shares of names.
_Made = tuple[Rows, list[int], list[bytes], list[float]]
T = TypeVar("T")

# The marks that a text's usual share of names is told by.
_MARKED = (rescore.NAME, rescore.INNER)
# Bytes that a document takes besides its text and its tokens.
EACH = 1024
# Documents that are read at a time.
BLOCK = 64


@dataclass(frozen=True, slots=True)
class Known:
    """A document, its tokens with what they weigh by some `idf` (float32, nats a slot) as `rows` (see
    `dedup.kernels.held`), a digest of the tokens that equal texts share, and its usual share of names.

    Of the idf it is only asked which it is: what is kept would hold an array of 4 MB for each change of the segments.
    """

    document: Document
    rows: Rows
    digest: bytes
    idf: weakref.ref[Idf]
    usual_names: float

    @property
    def size(self) -> int:
        """Return about how many bytes it takes."""
        return EACH + sys.getsizeof(self.document.text) + self.rows.nbytes


def of_texts(
    documents: Sequence[Document], tokens: Tokens, idf: Idf, pool: Executor | None
) -> tuple[list[Known], npt.NDArray[np.uint16]]:
    """Return each document with what is known of it, and the masses of all its `tokens` (uint16, 1/256 nat)."""

    def block(first: int) -> tuple[list[Known], npt.NDArray[np.uint16]]:
        some = documents[first : first + BLOCK]
        made, masses = _made(_part(tokens, first, first + len(some)), idf)
        return list(_each(some, made, idf)), masses

    parts = list(in_order(pool, block, range(0, len(documents), BLOCK)))
    masses = parts[0][1] if len(parts) == 1 else np.concatenate([np.empty(0, np.uint16), *(m for _, m in parts)])
    return [known for some, _ in parts for known in some], masses


def _part(tokens: Tokens, first: int, last: int) -> Tokens:
    """Return the tokens of the texts `[first, last)`, without copying; their bounds stay as they are."""
    if (first, last) == (0, len(tokens)):
        return tokens
    bounds = tokens.bounds[first : last + 1]
    some = slice(bounds[0], bounds[-1])
    return Tokens(
        hashes=tokens.hashes[some],
        starts=tokens.starts[some],
        ends=tokens.ends[some],
        flags=tokens.flags[some],
        weights=tokens.weights[some],
        bounds=bounds,
    )


def _made(t: Tokens, idf: Idf) -> tuple[_Made, npt.NDArray[np.uint16]]:
    """Return what is kept of texts besides the documents, and the masses of their tokens."""
    rows, sums, masses = kernels.made(
        (t.hashes, t.starts, t.ends, t.flags, t.weights), t.bounds, idf, content_mass(), rescore.KINDS, _MARKED
    )
    bounds = (t.bounds - t.bounds[0]).tolist()
    raw = t.hashes.tobytes()
    digests = [xxhash.xxh3_128_digest(raw[4 * low : 4 * high]) for low, high in itertools.pairwise(bounds)]
    return (rows, bounds, digests, _usual(sums)), masses


def _usual(sums: npt.NDArray[np.int64]) -> list[float]:
    """Return the usual share of names in each text, by what its words of `_MARKED` weigh."""
    found: list[float] = rescore.usual_names(sums[:, 0], sums[:, 1]).tolist()
    return found


def _each(documents: Iterable[Document], made: _Made, idf: Idf, *, alone: bool = False) -> Iterator[Known]:
    """Yield each document with what was made of it; `alone` with a copy, as a part would keep the rows of all."""
    rows, bounds, digests, names = made
    weighed_by = weakref.ref(idf)
    for document, (low, high), digest, usual in zip(documents, itertools.pairwise(bounds), digests, names, strict=True):
        yield Known(document, rows[low:high].copy() if alone else rows[low:high], digest, weighed_by, usual)


def together(known: Sequence[Known], idf: Idf) -> rescore.Evidence:
    """Return what is known of some texts, all weighed by one `idf`, as that of one list of texts."""
    # sums are seldom asked for
    tokens, masses, marks = _tokens(known)
    return rescore.Evidence(
        tokens=tokens,
        idf=idf,
        masses=masses,
        mass=Sums(masses, later=True),
        weight=Sums(tokens.weights, later=True),
        marks=marks,
        usual_names=np.array([k.usual_names for k in known]),
    )


def _tokens(known: Sequence[Known]) -> tuple[Tokens, npt.NDArray[np.uint16], npt.NDArray[np.uint8]]:
    """Return the tokens of some texts, their masses and what they are."""
    rows = np.concatenate([k.rows for k in known])
    hashes, starts, ends, flags, weights, masses, marks = kernels.columns(rows)
    bounds = np.zeros(len(known) + 1, np.int64)
    np.cumsum([len(k.rows) for k in known], out=bounds[1:])
    tokens = Tokens(hashes=hashes, starts=starts, ends=ends, flags=flags, weights=weights, bounds=bounds)
    return tokens, masses, marks


@dataclass(frozen=True, slots=True)
class Fetched:
    """Documents by number: those that were read before, and the others as they are stored."""

    kept: Mapping[int, Known]
    stored: Sequence[tuple[int, bytes]]


class KnownTexts:
    """The documents of a database by number, which never change, so that what was read once need not be read again."""

    def __init__(self, database: Database, packing: Packing, room: int) -> None:
        """Read from a database; keep about `room` bytes of what was used last."""
        self._database, self._packing, self._room = database, packing, room
        # of a dictionary the first entry is looked for past all that were taken out before
        self._kept: OrderedDict[int, Known] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def take(self, numbers: Sequence[int], idf: Idf) -> Mapping[int, Known]:
        """Return documents that must be there, by number, weighed by `idf`; raises as `fetch` does."""
        return self.known(self.fetch(numbers), idf)

    def fetch(self, numbers: Sequence[int]) -> Fetched:
        """Return documents that must be there as they are kept, or as they are stored.

        Raises `StoreError` when one is missing or damaged.
        """
        kept: dict[int, Known] = {}
        with self._lock:
            for number in numbers:
                if number in self._kept:
                    # what was used last stands last
                    self._kept.move_to_end(number)
                    kept[number] = self._kept[number]
        return Fetched(kept, list(self._database.documents_of([n for n in numbers if n not in kept])))

    def known(self, fetched: Fetched, idf: Idf) -> Mapping[int, Known]:
        """Return what was fetched by number, weighed by `idf`.

        Raises `StoreError` when a document is damaged.
        """
        found = dict(fetched.kept)
        stale = [(n, known) for n, known in found.items() if known.idf() is not idf]
        for number, known in itertools.chain(self._read(fetched.stored, idf), _again(stale, idf)):
            found[number] = known
            with self._lock:
                if (old := self._kept.pop(number, None)) is not None:
                    self._size -= old.size
                self._size += known.size
                self._kept[number] = known
                while self._size > self._room:
                    self._size -= self._kept.popitem(last=False)[1].size
        return found

    def forget(self) -> None:
        """Keep nothing of what was read."""
        with self._lock:
            self._kept.clear()
            self._size = 0

    def _read(self, stored: Sequence[tuple[int, bytes]], idf: Idf) -> Iterator[tuple[int, Known]]:
        """Yield stored documents with their numbers, in the same order."""
        for rows in _blocks(stored):
            documents = [self._packing.unpack(body) for _, body in rows]
            made, _ = _made(tokenize([d.text for d in documents]), idf)
            yield from zip((number for number, _ in rows), _each(documents, made, idf, alone=True), strict=True)


def _again(stale: Sequence[tuple[int, Known]], idf: Idf) -> Iterator[tuple[int, Known]]:
    """Yield documents with their numbers, weighed anew."""
    for block in _blocks(stale):
        every = [known.rows for _, known in block]
        bounds = np.cumsum([0, *(len(rows) for rows in every)])
        rows, sums = kernels.weighed(np.concatenate(every), bounds, idf, content_mass(), rescore.KINDS, _MARKED)
        made = rows, bounds.tolist(), [known.digest for _, known in block], _usual(sums)
        anew = _each((known.document for _, known in block), made, idf, alone=True)
        yield from zip((number for number, _ in block), anew, strict=True)


def _blocks(items: Iterable[T]) -> Iterator[list[T]]:
    left = iter(items)
    while block := list(itertools.islice(left, BLOCK)):
        yield block
