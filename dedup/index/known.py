"""Documents of an index with their tokens; those used last stay in memory, as some are asked for again and again."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import xxhash

from dedup.index.contents import unpack
from dedup.model import Document
from dedup.spill import in_order
from dedup.store.database import Database
from dedup.tokens import Tokens, tokenize

# Bytes of documents and tokens that are kept, and what one takes besides.
ROOM = 96 << 20
EACH = 2048
# Documents that one thread reads at a time.
BLOCK = 64


@dataclass(frozen=True, slots=True)
class Known:
    """A document, its tokens alone, and a digest of them that equal texts share."""

    document: Document
    tokens: Tokens
    digest: bytes

    @property
    def size(self) -> int:
        """Return about how many bytes it takes."""
        return EACH + 2 * len(self.document.text) + 14 * len(self.tokens.hashes)


def of_texts(documents: Sequence[Document], tokens: Tokens) -> Iterator[Known]:
    """Yield each document with its own part of the tokens of all."""
    bounds = tokens.bounds.tolist()
    for document, low, high in zip(documents, bounds, bounds[1:], strict=False):
        part = slice(low, high)
        own = Tokens(
            hashes=tokens.hashes[part],
            starts=tokens.starts[part],
            ends=tokens.ends[part],
            flags=tokens.flags[part],
            weights=tokens.weights[part],
            bounds=np.array([0, high - low], np.int64),
        )
        yield Known(document, own, xxhash.xxh3_128_digest(own.hashes.data))


class KnownTexts:
    """The documents of a database by number, which never change, so that what was read once need not be read again."""

    def __init__(self, database: Database) -> None:
        """Read from a database."""
        self._database = database
        self._kept: dict[int, Known] = {}
        self._size = 0
        self._lock = threading.Lock()

    def take(self, numbers: Sequence[int], pool: Executor | None) -> Mapping[int, Known]:
        """Return documents that must be there, by number.

        Raises `StoreError` when one is missing or damaged.
        """
        found: dict[int, Known] = {}
        with self._lock:
            for number in numbers:
                if number in self._kept:
                    # what was used last stands last
                    found[number] = self._kept[number] = self._kept.pop(number)
        rows = list(self._database.documents_of([n for n in numbers if n not in found]))
        blocks = [rows[first : first + BLOCK] for first in range(0, len(rows), BLOCK)]
        read = [known for block in in_order(pool, _read, blocks) for known in block]
        with self._lock:
            for (number, _), known in zip(rows, read, strict=True):
                found[number] = known
                if number not in self._kept:
                    self._kept[number] = known
                    self._size += known.size
            while self._size > ROOM:
                self._size -= self._kept.pop(next(iter(self._kept))).size
        return found


def _read(rows: Sequence[tuple[int, bytes]]) -> list[Known]:
    documents = [unpack(body) for _, body in rows]
    return list(of_texts(documents, tokenize([d.text for d in documents])))
