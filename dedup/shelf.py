"""Documents in memory while they fit, else encoded in a nameless file, from which each is read when it is asked for."""

from __future__ import annotations

import bisect
import copy
import functools
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import overload

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.model import Document
from dedup.spill import Column, Scratch

# Documents kept at hand once they were read from the file.
AT_HAND = 1 << 12


class Head(msgspec.Struct, frozen=True):
    """What is asked of every document of a corpus; as in `Document`."""

    id: str
    title: str | None
    outlet: str | None
    timestamp: float | None
    url: str | None


class _Text(msgspec.Struct, frozen=True):
    text: str


class Shelf(Sequence[Document]):
    """Documents in the order in which they were added or, once arranged, in another."""

    def __init__(
        self,
        documents: Sequence[Document] = (),
        scratch: Scratch | None = None,
        limit: int = 0,
        look: Callable[[str], None] | None = None,
    ) -> None:
        """With a scratch folder the documents go to a file there when they have more than `limit` code points.

        `look` is given each text as it is added.
        """
        self._scratch, self._limit, self._look = scratch or Scratch(), limit, look
        self._held: list[Document] | None = []
        self._lengths = array("q")
        self._ids: list[str] = []
        self._order: npt.NDArray[np.int64] | None = None
        self._size = 0
        self._ends, self._head_ends = array("q"), array("q")
        self._head_view: memoryview | None = None
        self._view: memoryview | None = None
        self._replaced: dict[int, Document] = {}
        self._read = functools.lru_cache(maxsize=AT_HAND)(self._decoded)
        for document in documents:
            self.append(document)

    def append(self, document: Document) -> None:
        """Add a document; raises `StoreError` when there is no room for it."""
        self._lengths.append(len(document.text))
        self._ids.append(document.id)
        self._size += len(document.text)
        if self._look is not None:
            self._look(document.text)
        if self._held is None:
            self._write(document)
            return
        self._held.append(document)
        if self._scratch.on_disk and self._size > self._limit:
            held, self._held = self._held, None
            self._column, self._heads = self._scratch.column(np.uint8), self._scratch.column(np.uint8)
            for each in held:
                self._write(each)

    def _write(self, document: Document) -> None:
        _append(self._column, self._ends, msgspec.msgpack.encode(document))
        head = Head(document.id, document.title, document.outlet, document.timestamp, document.url)
        _append(self._heads, self._head_ends, msgspec.msgpack.encode(head))

    @property
    def spilled(self) -> bool:
        """Return whether the documents are in a file."""
        return self._held is None

    @property
    def ids(self) -> list[str]:
        """Return the ids in order."""
        return self._ids if self._order is None else [self._ids[i] for i in self._order.tolist()]

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Return the code points of each text (int64)."""
        lengths = np.array(self._lengths, np.int64)
        return lengths if self._order is None else lengths[self._order]

    def replace(self, index: int, document: Document) -> None:
        """Put another document into a place; it is kept in memory. For before `arrange`."""
        self._replaced[index] = document
        self._lengths[index], self._ids[index] = len(document.text), document.id
        if self._held is not None:
            self._held[index] = document
        self._read.cache_clear()

    def arrange(self, order: Sequence[int]) -> None:
        """Put the documents into another order, once and when all are there; those that it lacks are left out.

        From then on they may be read from several threads.
        """
        self._order = np.array(order, np.int64)
        self._read.cache_clear()
        if self._held is None:
            self._mapped()
            self._mapped_heads()

    @property
    def order(self) -> npt.NDArray[np.int64]:
        """Return as which each document was added (int64)."""
        return np.arange(len(self._lengths)) if self._order is None else self._order

    def part(self, numbers: npt.NDArray[np.int64]) -> Shelf:
        """Return some of the documents (int64) as a shelf of their own, without copies."""
        some = copy.copy(self)
        some._order = self.order[numbers]
        return some

    def __len__(self) -> int:
        return len(self._lengths if self._order is None else self._order)

    @overload
    def __getitem__(self, index: int) -> Document: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Document]: ...
    def __getitem__(self, index: int | slice) -> Document | Sequence[Document]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        at = self._at(index)
        return self._held[at] if self._held is not None else self._read(at)

    def __iter__(self) -> Iterator[Document]:
        if self._held is None:
            return (self[i] for i in range(len(self)))
        return iter(self._held if self._order is None else map(self._held.__getitem__, self._order.tolist()))

    def heads(self) -> Sequence[Head | Document]:
        """Return what is asked of every document, without its text where that takes time."""
        return self if self._held is not None else _Heads(self)

    def head(self, index: int) -> Head | Document:
        """Return what is asked of one document."""
        at = self._at(index)
        if self._held is not None:
            return self._held[at]
        if at in self._replaced:
            return self._replaced[at]
        view, ends = self._head_view or self._mapped_heads(), self._head_ends
        return msgspec.msgpack.decode(view[ends[at - 1] if at else 0 : ends[at]], type=Head)

    def texts(self) -> Sequence[str]:
        """Return the texts in order."""
        return _Texts(self)

    def text(self, index: int) -> str:
        """Return one text."""
        at = self._at(index)
        if self._held is not None:
            return self._held[at].text
        return (
            self._decoded(at).text if at in self._replaced else msgspec.msgpack.decode(self._raw(at), type=_Text).text
        )

    def _at(self, index: int) -> int:
        if self._order is not None:
            return int(self._order[index])
        size = len(self._lengths)
        if not -size <= index < size:
            raise IndexError(index)
        return index % size

    def _raw(self, at: int) -> memoryview:
        view = self._view or self._mapped()
        return view[self._ends[at - 1] if at else 0 : self._ends[at]]

    def _mapped(self) -> memoryview:
        """Return the file, of which the first call makes an array; nothing can be added after it."""
        if self._view is None:
            self._view = self._column.finish().data
        return self._view

    def _mapped_heads(self) -> memoryview:
        """Return the file of heads, of which the first call makes an array."""
        if self._head_view is None:
            self._head_view = self._heads.finish().data
        return self._head_view

    def _decoded(self, at: int) -> Document:
        return self._replaced.get(at) or msgspec.msgpack.decode(self._raw(at), type=Document)


class _Texts(Sequence[str]):
    """The texts of a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def __len__(self) -> int:
        return len(self._shelf)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [self._shelf.text(i) for i in range(*index.indices(len(self)))]
        return self._shelf.text(index)


class _Heads(Sequence[Head | Document]):
    """The heads of a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def __len__(self) -> int:
        return len(self._shelf)

    @overload
    def __getitem__(self, index: int) -> Head | Document: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Head | Document]: ...
    def __getitem__(self, index: int | slice) -> Head | Document | Sequence[Head | Document]:
        if isinstance(index, slice):
            return [self._shelf.head(i) for i in range(*index.indices(len(self)))]
        return self._shelf.head(index)


def _append(column: Column, ends: array[int], raw: bytes) -> None:
    column.append(np.frombuffer(raw, np.uint8))
    ends.append((ends[-1] if ends else 0) + len(raw))


class Chosen(Mapping[str, Document]):
    """Some documents of a shelf by id, in its order, which is that of the ids."""

    def __init__(self, shelf: Shelf, numbers: npt.NDArray[np.int64]) -> None:
        self._shelf, self._numbers = shelf, numbers
        self._ids = shelf.ids
        chosen = np.zeros(len(self._ids), np.bool_)
        chosen[numbers] = True
        self._chosen = chosen.tobytes()

    def __getitem__(self, doc_id: str) -> Document:
        number = self._number(doc_id)
        if number is None:
            raise KeyError(doc_id)
        return self._shelf[number]

    def __contains__(self, doc_id: object) -> bool:
        return isinstance(doc_id, str) and self._number(doc_id) is not None

    def _number(self, doc_id: str) -> int | None:
        """Return a document's place on the shelf, None of one that is not chosen."""
        number = bisect.bisect_left(self._ids, doc_id)
        here = number < len(self._ids) and self._ids[number] == doc_id
        return number if here and self._chosen[number] else None

    def __iter__(self) -> Iterator[str]:
        return (self._ids[i] for i in self._numbers.tolist())

    def __len__(self) -> int:
        return len(self._numbers)
