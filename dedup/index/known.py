"""Documents of an index with their tokens; those used last stay in memory, as some are asked for again and again."""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import xxhash

from dedup import rescore
from dedup.index.packing import Packing, Stored
from dedup.kernels import held as kernels
from dedup.model import Document
from dedup.spill import in_order
from dedup.store.database import Database
from dedup.tokens import Tokens, tokenize
from dedup.weights import Sums, content_mass

Idf = npt.NDArray[np.float32]
Words = npt.NDArray[np.uint64]
T = TypeVar("T")

# The marks that a text's usual share of names is told by.
_MARKED = (rescore.NAME, rescore.INNER)
# Bytes that a document takes besides its text and its tokens.
EACH = 1024
# Documents that are read at a time.
BLOCK = 64


@dataclass(frozen=True, slots=True)
class Known:
    """A document, its `count` tokens as `words` (`dedup.kernels.held.packed`), and a digest of them that equal texts
    share.

    What words weigh changes with the segments: texts are weighed when they are compared.
    """

    document: Document | Stored
    words: Words
    count: int
    digest: bytes

    @property
    def size(self) -> int:
        """Return about how many bytes it takes."""
        written = len(self.document.written) if isinstance(self.document, Stored) else len(self.document.text)
        return EACH + written + self.words.nbytes


def of_texts(documents: Sequence[Document], tokens: Tokens, pool: Executor | None) -> list[Known]:
    """Return each document with what is known of it; `tokens` are those of all."""

    def block(first: int) -> list[Known]:
        some = documents[first : first + BLOCK]
        return list(_each(some, _part(tokens, first, first + len(some))))

    return [known for some in in_order(pool, block, range(0, len(documents), BLOCK)) for known in some]


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


def _each(documents: Iterable[Document | Stored], t: Tokens, *, alone: bool = False) -> Iterator[Known]:
    """Yield each document with what is made of its tokens; `alone` with a copy, as a part would keep those of all."""
    bounds = t.bounds - t.bounds[0]
    words, edges = kernels.packed(t.hashes, t.starts, t.ends, t.flags, t.weights, bounds)
    raw = t.hashes.tobytes()
    places = zip(itertools.pairwise(edges.tolist()), itertools.pairwise(bounds.tolist()), strict=True)
    for document, ((start, end), (low, high)) in zip(documents, places, strict=True):
        own = words[start:end].copy() if alone else words[start:end]
        yield Known(document, own, high - low, xxhash.xxh3_128_digest(raw[4 * low : 4 * high]))


def together(known: Sequence[Known], idf: Idf) -> rescore.Evidence:
    """Return what is known of some texts as that of one list of texts, weighed by an `idf` (float32, nats a slot)."""
    bounds = np.zeros(len(known) + 1, np.int64)
    np.cumsum([k.count for k in known], out=bounds[1:])
    hashes, starts, ends, flags, weights = kernels.columns(np.concatenate([k.words for k in known]), bounds)
    masses, marks, sums = kernels.weighed(hashes, flags, weights, bounds, idf, content_mass(), rescore.KINDS, _MARKED)
    return rescore.Evidence(
        tokens=Tokens(hashes=hashes, starts=starts, ends=ends, flags=flags, weights=weights, bounds=bounds),
        idf=idf,
        masses=masses,
        # sums are seldom asked for
        mass=Sums(masses, later=True),
        weight=Sums(weights, later=True),
        marks=marks,
        usual_names=rescore.usual_names(sums[:, 0], sums[:, 1]),
    )


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

    def take(self, numbers: Sequence[int]) -> Mapping[int, Known]:
        """Return documents that must be there, by number; raises as `fetch` does."""
        return self.known(self.fetch(numbers))

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

    def known(self, fetched: Fetched) -> Mapping[int, Known]:
        """Return what was fetched by number.

        Raises `StoreError` when a document is damaged.
        """
        read = dict(self._read(fetched.stored))
        sizes = [known.size for known in read.values()]
        with self._lock:
            for (number, known), size in zip(read.items(), sizes, strict=True):
                # another thread may have read it meanwhile
                if number not in self._kept:
                    self._kept[number] = known
                    self._size += size
            while self._size > self._room:
                self._size -= self._kept.popitem(last=False)[1].size
        return {**fetched.kept, **read}

    def forget(self) -> None:
        """Keep nothing of what was read."""
        with self._lock:
            self._kept.clear()
            self._size = 0

    def _read(self, stored: Sequence[tuple[int, bytes]]) -> Iterator[tuple[int, Known]]:
        """Yield stored documents with their numbers, in the same order."""
        for rows in _blocks(stored):
            documents, texts = zip(*(self._packing.stored(body) for _, body in rows), strict=True)
            tokens = tokenize(texts)
            yield from zip((number for number, _ in rows), _each(documents, tokens, alone=True), strict=True)


def _blocks(items: Iterable[T]) -> Iterator[list[T]]:
    left = iter(items)
    while block := list(itertools.islice(left, BLOCK)):
        yield block
